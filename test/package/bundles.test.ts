/** The package in other people's bundles: no configuration, one build of the kernels on the wire, few bytes, and it trains in a page. */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { createServer } from "vite";
import { describe, expect, inject, it } from "vitest";
import { hasChromium, isolated, needsChromium, serving, visit, type Visit } from "./page.js";

const root = join(import.meta.dirname, "../..");
const { project, bundles, loaded, strict } = inject("consumer");

/** Chromium has relaxed SIMD, so that this build is fetched and no other: of the core alone, since a perceptron needs no other part of the kernels. */
function expectTraining({ result, requests, errors }: Visit, files = ["relaxed"]): void {
  expect(errors).toEqual([]);
  expect(result).toMatchObject({ answers: [0, 1, 1, 0], info: { build: "relaxed" } });
  const builds = requests.map(
    (path) => /(simd|relaxed)(-(threads|images|more|recurrent|sequences|words))*/.exec(path)?.[0],
  );
  expect(builds.filter((name) => name !== undefined).sort()).toEqual(files);
}

describe.each(["esbuild", "vite"] as const)("bundled by %s", (bundler) => {
  it("each build of the kernels is a chunk of its own", () => {
    const files = readdirSync(bundles[bundler], { recursive: true, encoding: "utf8" });
    const chunks = files.map((file) => /^(?:assets\/)?((?:simd|relaxed)(?:-threads)?)-[\w-]{8}\.js$/.exec(file)?.[1]);
    const names = chunks.filter((name) => name !== undefined);
    expect(names.sort()).toEqual(["relaxed", "relaxed-threads", "simd", "simd-threads"]);
    expect(files.filter((file) => file.endsWith(".wasm"))).toEqual([]);
  });

  it.skipIf(!hasChromium)(`trains in a page, fetching what is weighed and nothing else${needsChromium}`, async () => {
    const visited = await serving(bundles[bundler], visit);
    expectTraining(visited);
    const scripts = visited.requests.filter((path) => path.endsWith(".js"));
    expect(scripts.map((path) => basename(path)).sort()).toEqual(loaded[bundler]);
    expect(visited.result).toMatchObject({ info: { threads: 1 } });
  });

  it.skipIf(!hasChromium)(`trains with threads in a page that may share memory${needsChromium}`, async () => {
    expectTraining(await serving(bundles[bundler], visit, isolated), ["relaxed-threads"]);
  });
});

describe("under a policy that allows only scripts and workers that the page's server has", () => {
  const policy =
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; img-src data:";
  const headers = { ...isolated, "content-security-policy": policy };
  const open = (search: string): Promise<Visit> => serving(strict, (url) => visit(`${url}?${search}`), headers);

  it.skipIf(!hasChromium)(`trains with init({ module, workerUrl })${needsChromium}`, async () => {
    const { result, requests, errors } = await open("wasm=relaxed-threads.wasm&workerUrl=worker.js");
    expect(errors).toEqual([]);
    expect(result).toMatchObject({ answers: [0, 1, 1, 0], info: { build: "relaxed", threads: 2 } });
    expect(requests).toEqual(expect.arrayContaining(["/relaxed-threads.wasm", "/worker.js"]));
  });

  it.skipIf(!hasChromium)(`trains on one thread with init({ module }) alone${needsChromium}`, async () => {
    const { result, errors } = await open("wasm=relaxed.wasm");
    expect(errors).toEqual([]);
    expect(result).toMatchObject({ answers: [0, 1, 1, 0], info: { build: "relaxed", threads: 1 } });
  });

  it.skipIf(!hasChromium)(`trains with init({ workerUrl }) alone, on its threads${needsChromium}`, async () => {
    const { result, errors } = await open("threads=2&workerUrl=worker.js");
    expect(errors).toEqual([]);
    expect(result).toMatchObject({ answers: [0, 1, 1, 0], info: { build: "relaxed", threads: 2 } });
  });

  it.skipIf(!hasChromium)(`goes on with one thread where the carried worker is refused${needsChromium}`, async () => {
    const { result, errors } = await open("threads=2&refused");
    expect(result).toMatchObject({ answers: [0, 1, 1, 0], info: { build: "relaxed", threads: 1 } });
    expect(result).toHaveProperty(
      "info.threadsReason",
      expect.stringMatching(/worker-src blob:.*init\({ workerUrl }\)/),
    );
    expect(errors.filter((error) => !/Content Security Policy/.test(error))).toEqual([]);
  });

  it.skipIf(!hasChromium)(
    `goes on with one thread where workerUrl is wrong, and names it${needsChromium}`,
    async () => {
      const { result } = await open("threads=2&workerUrl=worcker.js&refused");
      expect(result).toMatchObject({ answers: [0, 1, 1, 0], info: { threads: 1 } });
      expect(result).toHaveProperty(
        "info.threadsReason",
        expect.stringContaining('could not be started from "worcker.js"'),
      );
    },
  );

  it.skipIf(!hasChromium)(`says that a module without threads costs them${needsChromium}`, async () => {
    const { result } = await open("wasm=relaxed.wasm&threads=2&workerUrl=worker.js");
    expect(result).toMatchObject({ answers: [0, 1, 1, 0], info: { threads: 1 } });
    expect(result).toHaveProperty("info.threadsReason", expect.stringContaining('"workerUrl" alone suffices'));
  });
});

describe("under a policy that allows no WebAssembly", () => {
  it.skipIf(!hasChromium)(`names the directive${needsChromium}`, async () => {
    const headers = { "content-security-policy": "default-src 'self'" };
    const { result } = await serving(strict, visit, headers);
    expect(result).toEqual({
      error:
        "UsageError: init: the page's content-security policy forbids WebAssembly; its script-src must contain 'wasm-unsafe-eval'.",
    });
  });
});

describe("Vite's development server", () => {
  it.skipIf(!hasChromium)(
    `serves the package, its dependencies optimised, to a page that trains${needsChromium}`,
    async () => {
      const host = { host: "127.0.0.1" };
      const server = await createServer({ root: project, configFile: false, logLevel: "warn", server: host });
      try {
        await server.listen();
        // It drops nothing of what is not used, hence all parts of the entry lanegrad.
        const parts = ["relaxed", "relaxed-images", "relaxed-more", "relaxed-recurrent", "relaxed-sequences"];
        expectTraining(await visit(server.resolvedUrls!.local[0]), parts);
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
