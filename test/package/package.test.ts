/** The tarball as other tools see it: its files, its types, its entry points; and it trains in an empty project on Node. */
import { execFile, execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { describe, expect, inject, it } from "vitest";
import * as lanegrad from "../../src/index.js";
import * as calculus from "../../src/calculus/index.js";
import * as classic from "../../src/classic/index.js";
import * as speech from "../../src/speech/index.js";
import * as words from "../../src/words/index.js";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");
const { project, tarball } = inject("consumer");
const installed = join(project, "node_modules/lanegrad");
const manifest = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as Record<string, unknown>;

describe("the tarball", () => {
  it("depends on nothing, so that nothing else is installed", () => {
    expect(manifest).not.toHaveProperty("dependencies");
    expect(readdirSync(join(project, "node_modules")).filter((name) => !name.startsWith("."))).toEqual(["lanegrad"]);
  });

  it("holds what is needed and no sources, tests or hidden files", () => {
    const files = readdirSync(installed, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const paths = files.map((entry) => join(entry.parentPath, entry.name).slice(installed.length + 1));
    const allowed =
      /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|build\/(browser|cjs|lib|modules|report|types|wasm)\/.*\.(c?js|d\.ts|wasm))$/;
    expect(paths.filter((path) => !allowed.test(path))).toEqual([]);
    const needed = ["README.md", "LICENSE", "CHANGELOG.md", "build/lib/cli.js"];
    expect(needed.filter((path) => !paths.includes(path))).toEqual([]);
  });

  it("publint has nothing to say", async () => {
    const { messages } = await publint({ pkgDir: installed, strict: true });
    // The types are those of the modules, which Node reads by require, too; CommonJS is for what cannot (docs/decisions/0015).
    const others = messages.filter(({ code }) => code !== "EXPORTS_TYPES_INVALID_FORMAT");
    expect(others.map((message) => formatMessage(message, manifest, { color: false }))).toEqual([]);
  });

  it("attw finds the types of every entry point (ESM only)", async () => {
    const attw = join(root, "node_modules/@arethetypeswrong/cli/dist/index.js");
    // These are scripts to serve or to carry, not modules to import.
    const scripts = ["./worker.js", "./report/page.js", "./lanegrad.min.js"];
    const options = [
      "--profile",
      "esm-only",
      "--ignore-rules",
      "false-esm",
      "--exclude-entrypoints",
      ...scripts,
      "--no-color",
    ];
    await run(process.execPath, [attw, tarball, ...options]);
  });
});

const isNamespace = (value: unknown): boolean =>
  (value as { [Symbol.toStringTag]?: string })[Symbol.toStringTag] === "Module";

/** What `node file` prints in the project, as JSON. */
const runInProject = (file: string): unknown =>
  JSON.parse(execFileSync(process.execPath, [file], { cwd: project, encoding: "utf8" }));

describe("installed in an empty project", () => {
  it("trains on Node", () => {
    expect(runInProject("node.js")).toMatchObject({ answers: [0, 1, 1, 0] });
  });

  it("the namespaces' own entries hold the same functions", () => {
    const namespaces = Object.keys(lanegrad).filter((name) => isNamespace(lanegrad[name as keyof typeof lanegrad]));
    expect(runInProject("entries.js")).toEqual({
      entries: namespaces.sort(),
      wrong: [],
      others: [
        ["calculus", Object.keys(calculus).sort()],
        ["classic", Object.keys(classic).sort()],
        ["methods", []],
        ["names", []],
        ["report", ["Collected", "colorPicture", "pictureOf", "report", "reportPage"]],
        ["speech", Object.keys(speech).sort()],
        ["words", Object.keys(words).sort()],
      ],
    });
  });

  it.each(["nodenext", "bundler"])(
    "a program that uses it type-checks strictly with moduleResolution %s",
    async (resolution) => {
      const tsc = join(root, "node_modules/typescript/bin/tsc");
      const module = resolution === "nodenext" ? "nodenext" : "esnext";
      const options = [
        "--strict",
        "--noEmit",
        "--target",
        "esnext",
        "--module",
        module,
        "--moduleResolution",
        resolution,
      ];
      await run(process.execPath, [tsc, ...options, "types.ts"], { cwd: project });
    },
  );

  it("its command answers", () => {
    const npx = ["exec", "--offline", "--", "lanegrad", "info", "--json"];
    const options = { cwd: project, encoding: "utf8", shell: process.platform === "win32" } as const;
    const info = JSON.parse(execFileSync("npm", npx, options)) as Record<string, unknown>;
    expect(info.version).toBe(manifest.version);
  });
});
