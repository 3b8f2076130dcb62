/**
 * `npm run embed`: the packed package in other people's set-ups, each with the tool's defaults. Installs the tools from
 * the registry, builds the same small program with each, and trains in Chromium or in the runtime. The bundles by esbuild
 * and Vite that are weighed, and pages under content-security policies, have their tests in test/package.
 */
import { execFile, execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasChromium, isolated, needsChromium, serving, visit } from "../package/page.js";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");
const project = realpathSync(mkdtempSync(join(tmpdir(), "lanegrad-embed-")));

const npm = (folder: string, ...args: string[]): string =>
  execFileSync("npm", [...args, "--no-audit", "--no-fund", "--loglevel=error"], { cwd: folder, encoding: "utf8" });

/** Runs a program of the project's node_modules/.bin in one of its folders; resolves to what it prints. */
async function tool(folder: string, name: string, ...args: string[]): Promise<string> {
  const env = { ...process.env, CI: "1", NO_COLOR: "1", NEXT_TELEMETRY_DISABLED: "1" };
  delete (env as Record<string, string | undefined>).NODE_OPTIONS; // vitest's own
  const path = join(project, "node_modules/.bin", name);
  const { stdout } = await run(path, args, { cwd: join(project, folder), env, maxBuffer: 1e8 });
  return stdout;
}

/** The HTML that loads `script`, written into a folder of the project. */
function writePage(folder: string, script: string): string {
  const page = readFileSync(join(project, "index.html"), "utf8");
  writeFileSync(join(project, folder, "index.html"), page.replace("./page.js", script));
  return join(project, folder);
}

async function expectTraining(folder: string): Promise<void> {
  const { result, errors } = await serving(folder, visit, isolated);
  expect(errors).toEqual([]);
  expect(result).toMatchObject({ answers: [0, 1, 1, 0], info: { build: "relaxed" } });
  expect(result).toHaveProperty(
    "info.threads",
    expect.toSatisfy((threads: number) => threads > 1),
  );
}

let tarball = "";

beforeAll(() => {
  const [{ filename }] = JSON.parse(npm(project, "pack", root, "--json", "--ignore-scripts")) as [{ filename: string }];
  tarball = join(project, filename);
  for (const folder of ["../package/project", "project"])
    cpSync(join(import.meta.dirname, folder), project, { recursive: true });
  npm(project, "install", tarball);
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

describe.skipIf(!hasChromium)(`in a page${needsChromium}`, () => {
  it("bundled by esbuild in one file", async () => {
    await tool(".", "esbuild", "page.js", "--bundle", "--outfile=dist/esbuild/page.js");
    await expectTraining(writePage("dist/esbuild", "./page.js"));
  });

  it("bundled by Vite", async () => {
    await tool(".", "vite", "build", "--outDir", "dist/vite");
    await expectTraining(join(project, "dist/vite"));
  });

  it("bundled by Rollup", async () => {
    await tool(".", "rollup", "-p", "node-resolve", "page.js", "-d", "dist/rollup", "-f", "es");
    await expectTraining(writePage("dist/rollup", "./page.js"));
  });

  it("bundled by webpack", async () => {
    await tool(".", "webpack", "--mode", "production", "--entry", "./page.js", "-o", "dist/webpack");
    await expectTraining(writePage("dist/webpack", "./main.js"));
  });

  it("bundled by Parcel, which knows the entry of the package alone", async () => {
    await tool("oneEntry", "parcel", "build", "parcel.html", "--dist-dir", "../dist/parcel", "--no-cache");
    cpSync(join(project, "dist/parcel/parcel.html"), join(project, "dist/parcel/index.html"));
    await expectTraining(join(project, "dist/parcel"));
  });

  it("without a bundler: one minified module by an import map, in at most ten requests", async () => {
    const folder = join(project, "oneEntry");
    symlinkSync("../node_modules", join(folder, "node_modules"));
    await expectTraining(folder);
    const { requests } = await serving(folder, visit);
    expect(requests.length).toBeLessThanOrEqual(10);
  });
});

describe("in another runtime", () => {
  it.each([
    ["Deno", "deno", ["run", "-A", "node.js"]],
    ["Bun", "bun", ["run", "node.js"]],
  ])("%s", async (_, name, args) => {
    expect(JSON.parse(await tool(".", name, ...args))).toMatchObject({ answers: [0, 1, 1, 0] });
  });
});

describe("as CommonJS", () => {
  it("Jest as it comes, in its own environment and in jsdom", async () => {
    await tool("jest", "jest");
  });

  it("ts-node", async () => {
    expect(JSON.parse(await tool("commonJs", "ts-node", "xor.ts"))).toMatchObject({ answers: [0, 1, 1, 0] });
  });

  it("tsc with the oldest resolution, checking the declarations too", async () => {
    const options = ["--module", "commonjs", "--moduleResolution", "node10", "--target", "es2022", "--strict"];
    await tool("commonJs", "tsc", "xor.ts", "--outDir", "out", ...options, "--skipLibCheck", "false");
    const { stdout } = await run(process.execPath, [join(project, "commonJs/out/xor.js")]);
    expect(JSON.parse(stdout)).toMatchObject({ answers: [0, 1, 1, 0] });
  });
});

describe.skipIf(!hasChromium)(`Next.js${needsChromium}`, () => {
  const folder = join(project, "next");

  beforeAll(() => {
    cpSync(join(import.meta.dirname, "next"), folder, { recursive: true });
    cpSync(join(project, "xor.js"), join(folder, "app/xor.js"));
    npm(folder, "install", tarball);
  });

  it.each(["--turbopack", "--webpack"])("next build %s", async (builder) => {
    await tool("next", "../../next/node_modules/.bin/next", "build", builder);
    await expectTraining(join(folder, "out"));
  });
});
