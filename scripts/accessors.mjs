/**
 * Writes the modules through which src/ calls kernels, so that an op imports a kernel by name and never learns which
 * part of the wasm it is carried in:
 *   build/wasm/kernels.js          every kernel of every part, for ops
 *   build/wasm/kernels-<part>.js   a function for each kernel of a part; a program that keeps one of them registers the part
 *   build/wasm/parts.js            the registered parts
 *   build/wasm/names.js            the names of kernels by number, for wide mode and tests
 * Bundlers drop the kernels that a page does not call, and with the last one the part. Does not read the sources of the
 * kernels: dispatch.mjs does.
 */
import { writeFile } from "node:fs/promises";

const head = "// Written by scripts/accessors.mjs.\n";

const parts = `${head}
/** The parts whose kernels the program calls, by number. */
export const registered = [];

/** Finds the table of a part; set by src/runtime/runtime.ts. */
export const link = { tableOf: undefined };

/** Adds a part to the registered ones, and returns it. */
export const register = (part) => (registered[part.number] = part);

/** What makes the functions that call a part's kernels. */
export const callsOf = (part) => (key) => (...values) => link.tableOf(part)[key](...values);
`;

const partsTypes = `${head}
/** A part of the kernels. */
export interface Part {
  readonly name: string;
  /** The part's position; 0 is the core, which every page has. */
  readonly number: number;
  /** For each exported function, in the order of names: its float parameters as bits, base 36; - where it is no kernel. */
  readonly floats: string;
  /** What tableHash() of the module must give. */
  readonly tableHash: number;
  /** Its modules, each imported when it is chosen. */
  readonly builds: Readonly<Record<CarriedBuild, () => Promise<{ readonly base64: string }>>>;
}

/** The builds that a part is carried in: plain or relaxed SIMD, each without and with shared memory. */
export type CarriedBuild = TARGETS;

/** The functions of a part: those that ops call by their numbers, the others by their names. */
export type KernelTable = Readonly<Record<string, (...values: number[]) => unknown>>;

/** The parts whose kernels the program calls, by number; undefined for others. */
export declare const registered: readonly (Part | undefined)[];

/** Finds the table of a part; set by src/runtime/runtime.ts. */
export declare const link: { tableOf: (part: Part) => KernelTable };
`;

/** Writes parts.js. @param targets the names of the builds */
export async function writeParts(targets) {
  const names = targets.map((target) => JSON.stringify(target)).join(" | ");
  await writeFile("build/wasm/parts.js", parts);
  await writeFile("build/wasm/parts.d.ts", partsTypes.replace("TARGETS", names));
}

/**
 * Writes kernels-<part>.js.
 *
 * @param part       all fields of the type Part but the last, and the suffix of the names of the part's files
 * @param functions  the part's functions: name, key in the part's table, declaration in TypeScript
 * @param targets    the names of the builds
 */
export async function writePart({ suffix, ...part }, functions, targets) {
  const builds = targets.map((target) => `    "${target}": () => import("./${target}${suffix}.js"),\n`);
  const fields = JSON.stringify(part).slice(1, -1).replaceAll(',"', ', "');
  const registered = `/* @__PURE__ */ register({\n  ${fields},\n  "builds": {\n${builds.join("")}  },\n})`;
  const calls = functions.map(
    ({ name, key }) => `export const ${name} = /* @__PURE__ */ call(${JSON.stringify(key)});\n`,
  );
  const imports = 'import { callsOf, register } from "./parts.js";\n\n';
  await writeFile(
    `build/wasm/kernels-${part.name}.js`,
    `${head}${imports}export const part = ${registered};\nconst call = /* @__PURE__ */ callsOf(part);\n${calls.join("")}`,
  );
  const types = functions.map(({ declaration }) => `\n${declaration}\n`);
  const partType = `import type { Part } from "./parts.js";\n\n/** This part. */\nexport declare const part: Part;\n`;
  await writeFile(`build/wasm/kernels-${part.name}.d.ts`, `${head}${partType}${types.join("")}`);
}

/** Writes kernels.js and names.js. @param parts the name of each part and its functions, `node` where ops call them */
export async function writeKernels(parts) {
  const lines = parts.map(({ name, functions }) => {
    const called = functions.filter(({ node }) => node !== undefined).map(({ name }) => name);
    return `export { ${called.join(", ")} } from "./kernels-${name}.js";\n`;
  });
  for (const ending of ["js", "d.ts"]) await writeFile(`build/wasm/kernels.${ending}`, head + lines.join(""));
  const names = parts.map(({ name, functions }) => [name, functions.map(({ name }) => name)]);
  const comment = "/** For each part the names of its functions, each at its number. */\n";
  const type = "Readonly<Record<string, readonly string[]>>";
  await writeFile("build/wasm/names.js", `${head}export const names = ${JSON.stringify(Object.fromEntries(names))};\n`);
  await writeFile("build/wasm/names.d.ts", `${head}${comment}export declare const names: ${type};\n`);
}
