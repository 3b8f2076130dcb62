/**
 * The package as a user meets it, made once for all package tests: packs it, installs the tarball in an empty project (outside
 * this folder, so that nothing resolves to what the repository has installed), and bundles that project's page by esbuild and
 * by Vite without configuration, into build/bundles (where .size-limit.json weighs it).
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build as esbuild } from "esbuild";
import { build as vite } from "vite";
import type { TestProject } from "vitest/node";

/** Folders and files of the preparation, as absolute paths. */
export interface Consumer {
  /** The project, with the package in its node_modules. */
  readonly project: string;
  readonly tarball: string;
  /** The bundled page by bundler, each with its index.html. */
  readonly bundles: { readonly esbuild: string; readonly vite: string };
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

/** Bundles page.js with the options that esbuild's documentation gives for lazily imported chunks. */
async function bundleByEsbuild(): Promise<string> {
  const outdir = join(root, "build/bundles/esbuild");
  rmSync(outdir, { recursive: true, force: true });
  const options = { bundle: true, minify: true, splitting: true, format: "esm" } as const;
  await esbuild({ ...options, absWorkingDir: project, entryPoints: ["page.js"], outdir, logLevel: "warning" });
  cpSync(join(project, "index.html"), join(outdir, "index.html"));
  return outdir;
}

async function bundleByVite(): Promise<string> {
  const outDir = join(root, "build/bundles/vite");
  await vite({ root: project, configFile: false, logLevel: "warn", build: { outDir, emptyOutDir: true } });
  return outDir;
}

export async function setup({ provide }: TestProject): Promise<void> {
  const tarball = installPackage();
  provide("consumer", { project, tarball, bundles: { esbuild: await bundleByEsbuild(), vite: await bundleByVite() } });
}

export function teardown(): void {
  rmSync(project, { recursive: true });
}
