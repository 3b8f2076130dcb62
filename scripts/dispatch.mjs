/**
 * Writes the entry that asc compiles, from assembly/index.ts: every kernel under its name, and a dispatcher that runs a kernel by its number with
 * arguments from memory (Note [Command list] in assembly/launch.ts). The number is the function's place among all exported functions, by name, so the
 * side that writes lists reads it off the module; parameter types, which a module does not tell, go to #wasm/commands.
 * Reads the sources by TypeScript's parser; a kernel is an exported function that returns nothing.
 */
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import ts from "typescript";

const loads = { usize: "usize", i32: "i32", u32: "u32", f32: "f32" };

/** Names of the functions that entryOf adds to those of index.ts. */
const added = ["launch", "replay", "tableHash", "work"];

/** 31 bits that differ where names, numbers or parameters of kernels do: kernels of another version are told by it. */
function hashOf(functions) {
  const digest = createHash("sha256").update(JSON.stringify(functions)).digest();
  return digest.readUInt32LE() >>> 1;
}

/** Every exported function in the order of names, which gives kernels their numbers; `types` only where it is a kernel. */
async function functionsOf(indexFile) {
  const exported = added.map((name) => ({ name }));
  for (const statement of (await parse(indexFile)).statements) {
    if (!ts.isExportDeclaration(statement)) continue;
    const names = statement.exportClause.elements.map(({ name }) => name.text);
    const file = `assembly/${statement.moduleSpecifier.text.slice(2)}.ts`;
    const functions = (await parse(file)).statements.filter(ts.isFunctionDeclaration);
    for (const name of names) {
      const declaration = functions.find((node) => node.name.text === name);
      if (declaration === undefined) throw new Error(`${file} does not declare ${name}`);
      const isKernel = declaration.type.getText() === "void" && !file.endsWith("/thread.ts");
      exported.push(isKernel ? { name, types: declaration.parameters.map(({ type }) => type.getText()) } : { name });
    }
  }
  return exported.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function parse(file) {
  return ts.createSourceFile(file, await readFile(file, "utf8"), ts.ScriptTarget.Latest, true);
}

function entryOf(functions) {
  const cases = functions.flatMap(({ name, types }, number) => {
    if (types === undefined) return [];
    const values = types.map((type, i) => {
      if (!Object.hasOwn(loads, type))
        throw new Error(`${name}: a parameter of type ${type} cannot stand in a command`);
      return `load<${loads[type]}>(at, ${8 + 4 * i})`;
    });
    return `      case ${number}: kernels.${name}(${values.join(", ")}); break;`;
  });
  return `// Written by scripts/dispatch.mjs.
import * as kernels from "../../assembly/index";
import { Dispatcher, launchOn, runAlone, serve } from "../../assembly/launch";
export * from "../../assembly/index";

@unmanaged @final class Kernels extends Dispatcher {
  run(at: usize): void {
    switch (load<i32>(at)) {
${cases.join("\n")}
      default: unreachable();
    }
  }
}

/** Runs a command list on this thread. */
export function replay(at: usize, end: usize): void {
  runAlone<Kernels>(at, end);
}

/** Runs a command list on all threads. @returns 1, or 0 where a thread has died */
export function launch(at: usize, end: usize, count: i32, control: usize, patience: i32): i32 {
  if (!ASC_FEATURE_THREADS) return 0;
  return launchOn<Kernels>(at, end, count, control, patience);
}

/** See scripts/dispatch.mjs. */
export function tableHash(): i32 {
  return ${hashOf(functions)};
}

/** A worker's life. */
export function work(index: i32, count: i32, control: usize): void {
  if (ASC_FEATURE_THREADS) serve<Kernels>(index, count, control);
}
`;
}

/** Which parameters are floats, one bit each, the first the lowest; "-" for a function that is no kernel. */
function floatsOf({ types }) {
  return types?.reduce((bits, type, i) => bits | (type === "f32" ? 1 << i : 0), 0).toString(36) ?? "-";
}

/** Writes build/assembly/main.ts and build/wasm/commands.{js,d.ts}. */
export async function writeDispatch() {
  const functions = await functionsOf("assembly/index.ts");
  await mkdir("build/assembly", { recursive: true });
  await mkdir("build/wasm", { recursive: true });
  await writeFile("build/assembly/main.ts", entryOf(functions));
  const values = `export const floats = "${functions.map(floatsOf).join(" ")}";\nexport const tableHash = ${hashOf(functions)};\n`;
  await writeFile("build/wasm/commands.js", values);
  const declaration =
    "/** For each exported function, in the order of names: its float parameters as bits, base 36; - where it is no kernel. */\n" +
    "export declare const floats: string;\n" +
    "/** What tableHash() of the kernels must give. */\n" +
    "export declare const tableHash: number;\n";
  await writeFile("build/wasm/commands.d.ts", declaration);
}
