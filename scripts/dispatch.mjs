/**
 * Writes the entries that asc compiles, one for each part of the kernels: every kernel under its name, and a dispatcher that
 * runs a kernel by its number with arguments from memory (Note [Command list] and Note [Parts] in assembly/launch.ts).
 * assembly/index.ts is part 0, the core; each file of assembly/parts is a further part, numbered in the order of names. A
 * kernel's number is its place among all functions that its part exports, by name. Numbers, parameter types and the types
 * of functions go to #wasm/kernels-<part> (accessors.mjs). Reads the sources by TypeScript's parser; a kernel is an exported function that returns nothing.
 */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, posix } from "node:path";
import ts from "typescript";
import { writeKernels, writePart, writeParts } from "./accessors.mjs";
import { layouts } from "./layouts.mjs";

/** Names of the functions that an entry adds to those of its index, in the core and in the other parts. */
const addedToCore = ["launch", "replay", "resume", "tableHash", "work"];
const addedToPart = ["run", "tableHash"];

const loads = { usize: "usize", i32: "i32", u32: "u32", f32: "f32" };

/** 31 bits that change with the names, numbers or parameters of kernels and with the layouts; `init` recognizes kernels of another version by them. */
function hashOf(functions, code) {
  const names = functions.map(({ name, types }) => ({ name, types }));
  const digest = createHash("sha256").update(JSON.stringify(names)).update(code).digest();
  return digest.readUInt32LE() >>> 1;
}

/** Files whose functions the runtime calls by name; ops call those of all others by number. */
const named = /\/(module|thread|wide|wideTiles)\.ts$/;

/**
 * Every exported function in the order of names, which gives kernels their numbers; `types` only where it is a kernel,
 * `node` only where it comes from the index.
 * A parameter that points to a struct has a class of a layout.ts as its type, and is a pointer in a command.
 */
async function functionsOf(index, added) {
  const exported = added.map((name) => ({ name, isNamed: true }));
  for (const statement of (await parse(index)).statements) {
    if (!ts.isExportDeclaration(statement)) continue;
    const names = statement.exportClause.elements.map(({ name }) => name.text);
    const file = `${posix.join(dirname(index), statement.moduleSpecifier.text)}.ts`;
    const functions = (await parse(file)).statements.filter(ts.isFunctionDeclaration);
    for (const name of names) {
      const node = functions.find((declared) => declared.name.text === name);
      if (node === undefined) throw new Error(`${file} does not declare ${name}`);
      const isKernel = node.type.getText() === "void" && !file.endsWith("/thread.ts");
      const types = isKernel ? node.parameters.map(({ type }) => type.getText()) : undefined;
      exported.push({ name, node, types, isNamed: named.test(file) });
    }
  }
  return exported.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function parse(file) {
  return sourceOf(file, await readFile(file, "utf8"));
}

function sourceOf(file, text) {
  return ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
}

/** A function's declaration in TypeScript, its comment included: every value of a kernel is a number there. */
function declarationOf(node) {
  const comment = node.jsDoc?.map((doc) => `${doc.getText()}\n`).join("") ?? "";
  const values = node.parameters.map(({ name }) => `${name.text}: number`);
  const result = node.type.getText() === "void" ? "void" : "number";
  return `${comment}export declare function ${node.name.text}(${values.join(", ")}): ${result};`;
}

/** The cases of a switch over kernels. @param structs the classes that may be a parameter's type */
function casesOf(functions, structs) {
  return functions.flatMap(({ name, types }, number) => {
    if (types === undefined) return [];
    const values = types.map((type, i) => {
      if (!Object.hasOwn(loads, type) && !structs.has(type))
        throw new Error(`${name}: a parameter of type ${type} cannot stand in a command`);
      return `load<${loads[type] ?? type}>(at, ${8 + 4 * i})`;
    });
    return `      case ${number}: kernels.${name}(${values.join(", ")}); break;`;
  });
}

/** The imports of an entry: its kernels, and the structs that they take. */
function headOf(index, functions, structs) {
  const path = `../../${index.replace(".ts", "")}`;
  const taken = new Set(functions.flatMap(({ types = [] }) => types).filter((type) => structs.has(type)));
  const imports = [...taken].sort().map((name) => `import { ${name} } from "../../${structs.get(name)}";\n`);
  return `// Written by scripts/dispatch.mjs.\nimport * as kernels from "${path}";\nexport * from "${path}";\n${imports.join("")}`;
}

const hashFunction = (hash) =>
  `/** See scripts/dispatch.mjs. */\nexport function tableHash(): i32 {\n  return ${hash};\n}\n`;

function coreOf(index, functions, structs, hash) {
  return `${headOf(index, functions, structs)}import { Dispatcher, launchOn, resumeOn, runAlone, serve } from "../../assembly/launch";

@unmanaged @final class Kernels extends Dispatcher {
  run(at: usize): void {
    switch (load<i32>(at)) {
${casesOf(functions, structs).join("\n")}
      default: call_indirect<void>(load<u32>(at) >> 16, at);
    }
  }
}

/** Runs a command list on this thread. */
export function replay(at: usize, end: usize): void {
  runAlone<Kernels>(at, end);
}

/** Runs a command list on all threads. @returns 1; 0 when a thread has died; 2 when the time to wait ended first */
export function launch(at: usize, end: usize, count: i32, control: usize, patience: i32): i32 {
  if (!ASC_FEATURE_THREADS) return 0;
  return launchOn<Kernels>(at, end, count, control, patience);
}

/** Goes on waiting for a launch that returned 2. @returns as launch */
export function resume(count: i32, control: usize, patience: i32): i32 {
  if (!ASC_FEATURE_THREADS) return 0;
  return resumeOn<Kernels>(count, control, patience);
}

/** The loop of a worker: waits for launches and runs its shares. */
export function work(index: i32, count: i32, control: usize): void {
  if (ASC_FEATURE_THREADS) serve<Kernels>(index, count, control);
}

${hashFunction(hash)}`;
}

function partOf(index, functions, structs, hash) {
  return `${headOf(index, functions, structs)}
/** Runs the command at \`at\`. */
export function run(at: usize): void {
  switch (<i32>load<u16>(at)) {
${casesOf(functions, structs).join("\n")}
      default: unreachable();
  }
}

${hashFunction(hash)}`;
}

/** Which parameters are floats, one bit each, the first the lowest; "-" for a function that is no kernel. */
function floatsOf({ types }) {
  return types?.reduce((bits, type, i) => bits | (type === "f32" ? 1 << i : 0), 0).toString(36) ?? "-";
}

/** The parts: number, name, and the suffix of their files' names. */
export async function partsOf() {
  const files = (await readdir("assembly/parts").catch(() => [])).sort();
  const further = files.map((file, i) => {
    const name = basename(file, ".ts");
    return { number: i + 1, name, suffix: `-${name}`, index: `assembly/parts/${file}` };
  });
  return [{ number: 0, name: "core", suffix: "", index: "assembly/index.ts" }, ...further];
}

/** The path of a part's file of keys, which has for each function the short name under which pages call it. */
export const keysFile = (part) => `build/assembly/${part}.json`;

/** Writes build/assembly/<part>.ts and .json, and the modules of accessors.mjs. @param targets the names of the builds */
export async function writeDispatch(targets) {
  await mkdir("build/assembly", { recursive: true });
  await mkdir("build/wasm", { recursive: true });
  const { structs, files } = await layouts();
  const code = files.map((file) => file.code).join("");
  const written = [];
  for (const { number, name, suffix, index } of await partsOf()) {
    const functions = await functionsOf(index, number === 0 ? addedToCore : addedToPart);
    const tableHash = hashOf(functions, code);
    const entry = (number === 0 ? coreOf : partOf)(index, functions, structs, tableHash);
    await writeFile(`build/assembly/${name}.ts`, entry);
    const added = sourceOf(name, entry).statements.filter(ts.isFunctionDeclaration);
    const declared = functions.map(({ name, isNamed, node = added.find((other) => other.name.text === name) }, i) => ({
      name,
      key: isNamed ? name : i,
      declaration: declarationOf(node),
    }));
    await writeFile(
      keysFile(name),
      JSON.stringify(Object.fromEntries(declared.map(({ name, key }) => [name, `${key}`]))),
    );
    const floats = functions.map(floatsOf).join(" ");
    await writePart({ name, number, floats, tableHash, suffix }, declared, targets);
    written.push({ name, functions });
  }
  await Promise.all([writeParts(targets), writeKernels(written)]);
}
