/**
 * Writes the entry that asc compiles, from assembly/index.ts: every kernel under its name, and a dispatcher that runs a kernel by its number with
 * arguments from memory (Note [Command list] in assembly/launch.ts). Numbers and parameter types go to #wasm/commands, for the side that writes lists.
 * Reads the sources by TypeScript's parser; a kernel is an exported function that returns nothing.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import ts from "typescript";

const loads = { usize: "usize", i32: "i32", u32: "u32", f32: "f32" };

/** Name and parameter types of every kernel that index.ts exports, in its order. */
async function kernelsOf(indexFile) {
  const kernels = [];
  for (const statement of (await parse(indexFile)).statements) {
    if (!ts.isExportDeclaration(statement)) continue;
    const names = statement.exportClause.elements.map(({ name }) => name.text);
    const file = `assembly/${statement.moduleSpecifier.text.slice(2)}.ts`;
    const functions = (await parse(file)).statements.filter(ts.isFunctionDeclaration);
    for (const name of names) {
      const declaration = functions.find((node) => node.name.text === name);
      if (declaration === undefined) throw new Error(`${file} does not declare ${name}`);
      if (declaration.type.getText() !== "void" || file.endsWith("/thread.ts")) continue;
      kernels.push({ name, types: declaration.parameters.map(({ type }) => type.getText()) });
    }
  }
  return kernels;
}

async function parse(file) {
  return ts.createSourceFile(file, await readFile(file, "utf8"), ts.ScriptTarget.Latest, true);
}

function entryOf(kernels) {
  const cases = kernels.map(({ name, types }, number) => {
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

/** A worker's life. */
export function work(index: i32, count: i32, control: usize): void {
  if (ASC_FEATURE_THREADS) serve<Kernels>(index, count, control);
}
`;
}

/** Writes build/assembly/main.ts and build/wasm/commands.{js,d.ts}. */
export async function writeDispatch() {
  const kernels = await kernelsOf("assembly/index.ts");
  const table = kernels.map(
    ({ name, types }, number) =>
      `  ${name}: [${number}, "${types.map((type) => (type === "f32" ? "f" : "i")).join("")}"],`,
  );
  await mkdir("build/assembly", { recursive: true });
  await mkdir("build/wasm", { recursive: true });
  await writeFile("build/assembly/main.ts", entryOf(kernels));
  await writeFile("build/wasm/commands.js", `export const commands = {\n${table.join("\n")}\n};\n`);
  const members = kernels.map(({ name }) => `  readonly ${name}: readonly [number: number, types: string];`);
  const declaration = `/** Number and parameter types ("i" or "f") of each kernel. */\nexport declare const commands: {\n${members.join("\n")}\n};\n`;
  await writeFile("build/wasm/commands.d.ts", declaration);
}
