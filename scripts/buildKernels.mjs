/**
 * Builds the kernels: wasm/ (asc, one file for each part and target of asconfig.json; their base64 modules) and carry/ (what
 * packs and unpacks them), where their sources or this file have changed. build.mjs calls it and builds the rest.
 */
import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { posix } from "node:path";
import { promisify } from "node:util";
import zopfli from "@gfx/zopfli";
import ts from "typescript";
import { keysFile, partsOf, writeDispatch } from "./dispatch.mjs";
import { writeLayouts } from "./layouts.mjs";
import { pack, renameExports } from "./pack.mjs";
import { staticBytes } from "./statics.mjs";
import { whenChanged } from "./whenChanged.mjs";

const execute = promisify(execFile);
const asc = "node_modules/assemblyscript/bin/asc.js";
const { deflateAsync } = zopfli; // 6 % smaller than zlib's best

let idle = availableParallelism();
const waiting = [];

/** Runs a command when a processor is free for it: a compiler wants one, and half a gigabyte. */
async function run(...command) {
  if (idle > 0) idle--;
  else await new Promise((wake) => waiting.push(wake));
  try {
    return await execute(...command);
  } finally {
    const wake = waiting.shift();
    if (wake) wake();
    else idle++;
  }
}

/** The files that a source of the kernels consists of: itself and what it imports, directly or not. */
async function closureOf(entry) {
  const files = new Set([entry]);
  for (const file of files) {
    const { importedFiles } = ts.preProcessFile(await readFile(file, "utf8"), true, true);
    for (const { fileName } of importedFiles) files.add(`${posix.join(posix.dirname(file), fileName)}.ts`);
  }
  return [...files].sort();
}

/** Compiles a part of the kernels for one target of asconfig.json. */
async function compileKernels({ number, name, suffix }, target) {
  const file = `${target}${suffix}`;
  const outputs = ["--outFile", `build/wasm/${file}.wasm`];
  if (!isShared(target)) outputs.push("--textFile", `build/wat/${file}.wat`);
  const statics = ["--memoryBase", String(number * staticBytes), "--transform", "./scripts/statics.mjs"];
  const options = ["--target", target, ...outputs, ...(number === 0 ? [] : statics)];
  await run(process.execPath, [asc, `build/assembly/${name}.ts`, ...options]);
  await carry(file, name);
}

const isShared = (target) => target.endsWith("-threads");

/** A part for shared memory from the same for a memory of its own: only the core waits for other threads, so nothing else differs than what it imports. */
async function shareKernels({ name, suffix }, target) {
  const bytes = await readFile(`build/wasm/${target}${suffix}.wasm`);
  const memory = Buffer.from("\x06memory\x02\x01", "latin1"); // its name, a memory, with a maximum
  const at = bytes.indexOf(memory);
  if (at < 0) throw new Error(`${target}${suffix}.wasm imports no memory with a maximum`);
  bytes[at + memory.length - 1] |= 2; // and shared
  const file = `${target}-threads${suffix}`;
  await writeFile(`build/wasm/${file}.wasm`, bytes);
  await carry(file, name);
}

/** Wraps a module of the kernels, with short names and packed, as a base64 module. @param part its name */
async function carry(file, part) {
  const [wasm, operands, unpacker] = await Promise.all(
    [`wasm/${file}`, "carry/operands", "carry/unpack"].map((name) => readFile(`build/${name}.wasm`)),
  );
  const short = renameExports(wasm, JSON.parse(await readFile(keysFile(part), "utf8")));
  await writeBase64(
    file,
    await pack(short, operands, unpacker),
    "The compiled kernels: packed, deflated, then base64.",
  );
}

async function writeBase64(file, bytes, comment) {
  const carried = Buffer.from(await deflateAsync(bytes, {})).toString("base64");
  await writeFile(`build/wasm/${file}.js`, `export const base64 = "${carried}";\n`);
  await writeFile(`build/wasm/${file}.d.ts`, `/** ${comment} */\nexport declare const base64: string;\n`);
}

/** What packs and unpacks the kernels: modules with a memory of their own, whose few bytes count more than their speed. */
async function buildUnpacker() {
  await mkdir("build/carry", { recursive: true });
  const options = ["--runtime", "stub", "--noAssert", "--optimizeLevel", "3", "--shrinkLevel", "2", "--converge"];
  options.push("--config", "build/none.json", "--initialMemory", "16");
  const compile = (name) => {
    const file = `assembly/carry/${name}.ts`;
    return run(process.execPath, [asc, file, "--outFile", `build/carry/${name}.wasm`, ...options]);
  };
  await Promise.all(["operands", "unpack"].map(compile));
  await writeBase64(
    "unpack",
    await readFile("build/carry/unpack.wasm"),
    "What unpacks the kernels: deflated, then base64.",
  );
}

/** What the packed form of a module depends on. */
const packing = [
  "scripts/buildKernels.mjs",
  "scripts/pack.mjs",
  "assembly/carry/operands.ts",
  "assembly/carry/unpack.ts",
];

/** Makes the modules of one part, where they have changed. */
async function buildPart(part, targets) {
  const inputs = ["asconfig.json", "scripts/statics.mjs", keysFile(part.name), ...packing];
  inputs.push(...(await closureOf(`build/assembly/${part.name}.ts`)));
  const compiled = part.number === 0 ? targets : targets.filter((target) => !isShared(target));
  const make = async (target) => {
    await compileKernels(part, target);
    if (part.number > 0) await shareKernels(part, target);
  };
  await Promise.all(compiled.map((target) => whenChanged(target + part.suffix, inputs, () => make(target))));
}

/** Builds all kernels. @returns the parts (dispatch.mjs), the names of the targets, and the modules of layouts.mjs */
export async function buildKernels() {
  await mkdir("build/wasm", { recursive: true });
  const targets = Object.keys(JSON.parse(await readFile("asconfig.json", "utf8")).targets);
  await whenChanged("unpack", packing, buildUnpacker);
  const [layoutFiles] = await Promise.all([writeLayouts(), writeDispatch(targets)]);
  const parts = await partsOf();
  await Promise.all(parts.map((part) => buildPart(part, targets)));
  return { parts, targets, layoutFiles };
}
