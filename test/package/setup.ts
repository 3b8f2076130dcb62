/**
 * The package as a user meets it, made once for all package tests: packs it, installs the tarball in an empty project (outside
 * this folder, so that nothing resolves to what the repository has installed), and bundles that project's page by esbuild and
 * by Vite without configuration, into build/bundles. What such a page loads before and while it trains stands once more in
 * build/bundles/loaded, where .size-limit.json weighs it.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { build as esbuild } from "esbuild";
import { build as vite } from "vite";
import type { TestProject } from "vitest/node";

/** A bundler of the page. */
export type Bundler = "esbuild" | "vite";

/** Folders and files of the preparation, as absolute paths. */
export interface Consumer {
  /** The project, with the package in its node_modules. */
  readonly project: string;
  readonly tarball: string;
  /** The bundled page by bundler, each with its index.html. */
  readonly bundles: Readonly<Record<Bundler, string>>;
  /** Names of the files that such a page loads, without threads. */
  readonly loaded: Readonly<Record<Bundler, readonly string[]>>;
  /** The page for a strict policy, bundled, with worker and kernels as files. */
  readonly strict: string;
}

declare module "vitest" {
  interface ProvidedContext {
    consumer: Consumer;
  }
}

const root = join(import.meta.dirname, "../..");
const project = realpathSync(mkdtempSync(join(tmpdir(), "lanegrad-consumer-")));

/** Packs and installs; returns the tarball. `prepare` does not run again: what is tested is what stands in build/. */
function installPackage(): string {
  const npm = (...args: string[]): string =>
    execFileSync("npm", [...args, "--silent"], { cwd: project, encoding: "utf8", shell: process.platform === "win32" });
  const [{ filename }] = JSON.parse(npm("pack", root, "--json", "--ignore-scripts")) as [{ filename: string }];
  cpSync(join(root, "test/package/project"), project, { recursive: true });
  npm("install", `./${filename}`, "--offline", "--no-audit", "--no-fund");
  return join(project, filename);
}

/** Bundles `page`.js beside its html file, with the options that esbuild's documentation gives for lazily imported chunks. */
async function bundleByEsbuild(page: string, html: string, folder: string): Promise<string> {
  const outdir = join(root, "build/bundles", folder);
  rmSync(outdir, { recursive: true, force: true });
  const options = { bundle: true, minify: true, splitting: true, format: "esm" } as const;
  await esbuild({ ...options, absWorkingDir: project, entryPoints: [page], outdir, logLevel: "warning" });
  cpSync(join(project, html), join(outdir, "index.html"));
  return outdir;
}

/** The page for a strict policy, with the files that it asks for beside it. */
async function bundleStrict(): Promise<string> {
  const outdir = await bundleByEsbuild("strict.js", "strict.html", "strict");
  const { resolve } = createRequire(join(project, "node.js"));
  for (const file of ["worker.js", "wasm/relaxed.wasm", "wasm/relaxed-threads.wasm"]) {
    cpSync(resolve(`lanegrad/${file}`), join(outdir, basename(file)));
  }
  return outdir;
}

async function bundleByVite(): Promise<string> {
  const outDir = join(root, "build/bundles/vite");
  await vite({ root: project, configFile: false, logLevel: "warn", build: { outDir, emptyOutDir: true } });
  return outDir;
}

/** Copies the scripts that the page loads: its entry, what that imports in turn, and one build of the kernels. Returns their names. */
function copyLoaded(bundler: Bundler, folder: string): string[] {
  const copies = join(root, "build/bundles/loaded", bundler);
  rmSync(copies, { recursive: true, force: true });
  mkdirSync(copies, { recursive: true });
  const isLoaded = (name: string): boolean => /^(page|index|relaxed)(-(?!threads)[\w-]{8})?\.js$/.test(name);
  const files = new Set(readdirSync(folder).filter(isLoaded));
  for (const file of files) {
    const text = readFileSync(join(folder, file), "utf8");
    for (const [, path] of text.matchAll(/(?:import|from)\s*"\.\/([^"]+)"/g)) files.add(path);
    cpSync(join(folder, file), join(copies, file));
  }
  return [...files].sort();
}

export async function setup({ provide }: TestProject): Promise<void> {
  const tarball = installPackage();
  const bundles = { esbuild: await bundleByEsbuild("page.js", "index.html", "esbuild"), vite: await bundleByVite() };
  const loaded = {
    esbuild: copyLoaded("esbuild", bundles.esbuild),
    vite: copyLoaded("vite", join(bundles.vite, "assets")),
  };
  provide("consumer", { project, tarball, bundles, loaded, strict: await bundleStrict() });
}

export function teardown(): void {
  rmSync(project, { recursive: true });
}
