/** The package in other people's bundles: no configuration, one build of the kernels on the wire, few bytes, and it trains in a page. */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { createServer } from "vite";
import { describe, expect, inject, it } from "vitest";
import { hasChromium, needsChromium, serving, visit, type Visit } from "./page.js";

const root = join(import.meta.dirname, "../..");
const { project, bundles } = inject("consumer");

/** Chromium has relaxed SIMD, so that one build and not the other is fetched. */
function expectTraining({ result, requests, errors }: Visit): void {
  expect(errors).toEqual([]);
  expect(result).toMatchObject({ info: { build: "relaxed" } });
  expect(requests.filter((path) => /relaxed/.test(path))).toHaveLength(1);
  expect(requests.filter((path) => /simd/.test(path))).toHaveLength(0);
}

describe.each(["esbuild", "vite"] as const)("bundled by %s", (bundler) => {
  it("each build of the kernels is a chunk of its own", () => {
    const files = readdirSync(bundles[bundler], { recursive: true, encoding: "utf8" });
    for (const build of ["simd", "relaxed"]) {
      expect(files.filter((file) => new RegExp(`^(assets/)?${build}-[^/]*\\.js$`).test(file))).toHaveLength(1);
    }
    expect(files.filter((file) => file.endsWith(".wasm"))).toEqual([]);
  });

  it.skipIf(!hasChromium)(`trains in a page, fetching one build of the kernels${needsChromium}`, async () => {
    expectTraining(await serving(bundles[bundler], visit));
  });
});

describe("Vite's development server", () => {
  it.skipIf(!hasChromium)(
    `serves the package, its dependencies optimised, to a page that trains${needsChromium}`,
    async () => {
      const server = await createServer({
        root: project,
        configFile: false,
        logLevel: "warn",
        server: { host: "127.0.0.1" },
      });
      try {
        await server.listen();
        expectTraining(await visit(server.resolvedUrls!.local[0]));
      } finally {
        await server.close();
      }
    },
  );
});

describe("size-limit", () => {
  const options = { cwd: root, encoding: "utf8" } as const;
  const output = spawnSync(process.execPath, ["node_modules/size-limit/bin.js", "--json"], options).stdout;
  const budgets = JSON.parse(output) as { name: string; size: number; sizeLimit: number }[];

  it.each(budgets)("$name: $size of at most $sizeLimit bytes", ({ size, sizeLimit }) => {
    expect(size).toBeGreaterThan(0);
    expect(size).toBeLessThanOrEqual(sizeLimit);
  });
});
