/**
 * Sweeps constants of assembly/gemm/blocking.ts:
 * `node scripts/sweep.mjs KC=192,256,384 MC=120,240 [plain] [part of a shape's name, or 64x300x10NT …]`. Builds the
 * matrix product alone, once as it is and once for each combination of the values, and lets bench/ab.ts compare them in
 * one process (at most eight builds at a time fit in its memory). Compares relaxed builds, or
 * with `plain` those of plain SIMD. scripts/withNode.mjs runs it with another Node; AB_WIDE and AB_MS work as for ab.ts.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { buildSync } from "esbuild";

const folder = "build/sweep";
const asc = "node_modules/assemblyscript/bin/asc.js";
const options = "--config none --runtime stub --noAssert -O3 --shrinkLevel 1 --importMemory --zeroFilledMemory".split(
  " ",
);

/** What ab.ts calls. */
const entry = `export { heapBase } from "./module";
export { setWide } from "./wide";
export { gemm, gemmScratchBytes } from "./gemm/gemm";
export { peakFlopsPerIteration, peakOnThreads } from "./bench/peak";
`;

/** Every combination: [{ KC: "192", MC: "120" }, …]. */
function combinations(settings) {
  return settings.reduce(
    (all, [name, values]) => all.flatMap((one) => values.map((value) => ({ ...one, [name]: value }))),
    [{}],
  );
}

/** Compiles the product with other constants. @returns the .wasm file, named by them */
function compile(constants, isPlain) {
  const name = Object.entries(constants).map(([key, value]) => `${key}=${value}`);
  const sources = `${folder}/assembly`;
  rmSync(sources, { recursive: true, force: true });
  cpSync("assembly", sources, { recursive: true });
  let text = readFileSync("assembly/gemm/blocking.ts", "utf8");
  for (const [key, value] of Object.entries(constants)) {
    const line = new RegExp(`^export const ${key}: i32 = .*;$`, "m");
    if (!line.test(text)) throw new Error(`assembly/gemm/blocking.ts has no constant ${key}`);
    text = text.replace(line, `export const ${key}: i32 = ${value};`);
  }
  writeFileSync(`${sources}/gemm/blocking.ts`, text);
  writeFileSync(`${sources}/sweep.ts`, entry);
  const file = `${folder}/${name.join(",") || "now"}.wasm`;
  const features = isPlain ? ["--enable", "simd"] : ["--enable", "simd", "--enable", "relaxed-simd"];
  execFileSync(process.execPath, [asc, `${sources}/sweep.ts`, ...options, ...features, "--outFile", file], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  return file;
}

const words = process.argv.slice(2);
const settings = words.filter((word) => word.includes("=")).map((word) => word.split("="));
if (settings.length === 0) {
  console.error(
    "usage: node scripts/sweep.mjs NAME=VALUE,VALUE … [plain] [part of a shape's name, or MxNxK with NN, NT …]",
  );
  process.exitCode = 2;
} else {
  mkdirSync(folder, { recursive: true });
  const isPlain = words.includes("plain");
  const lists = settings.map(([name, values]) => [name, values.split(",")]);
  const files = [{}, ...combinations(lists)].map((constants) => compile(constants, isPlain));
  const bundle = `${folder}/ab.mjs`;
  buildSync({ entryPoints: ["bench/ab.ts"], outfile: bundle, bundle: true, platform: "node", format: "esm" });
  console.log(files.map((file, i) => `${i + 1}  ${basename(file, ".wasm")}`).join("\n"));
  const shapes = words.filter((word) => !word.includes("=") && word !== "plain");
  process.exitCode = spawnSync(process.execPath, [bundle, ...files, ...shapes], { stdio: "inherit" }).status ?? 1;
}
