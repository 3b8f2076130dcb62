/**
 * Writes what TypeScript must know about memory that both sides read and write. Only the files of assembly/ named layout.ts state it: an @unmanaged class is a
 * struct, whose offsets are worked out here as the compiler does it, and an enum is a list of numbers. assembly/pool/layout.ts becomes
 * build/wasm/layout-pool.{js,d.ts}, assembly/layout.ts layout.{js,d.ts}: a file each, so that a page's chunks do not share one.
 *
 *   class PoolShape { n: i32; … }          poolShape = { bytes, at: { n: 0, … } }, to be written by writeStruct (src/runtime/struct.ts)
 *   fields d0, d1, d2, d3 in a row         one field d, a list of four
 *   enum Binary { Add, … }                 binaryAdd = 0, …
 *
 * Does not know what the memory is for.
 */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import ts from "typescript";

const sizes = { i32: 4, u32: 4, f32: 4, usize: 4, i64: 8, f64: 8 };

/** Every layout.ts, sorted. */
async function layoutFiles() {
  const entries = await readdir("assembly", { recursive: true });
  return entries
    .filter((file) => file.split(/[\\/]/).at(-1) === "layout.ts")
    .map((file) => join("assembly", file))
    .sort();
}

const lowerFirst = (name) => name[0].toLowerCase() + name.slice(1);

/** The comment before a node as it is in the source, or an empty text. */
function commentOf(node, indent) {
  const [comment] = ts.getJSDocCommentsAndTags(node);
  return comment === undefined ? "" : `${indent}${comment.getText().replaceAll("\n   *", "\n" + indent + " *")}\n`;
}

/** The fields of a class with their offsets. @throws for a field whose size is not known */
function fieldsOf(node) {
  let bytes = 0;
  const fields = [];
  for (const member of node.members.filter((member) => !ts.isConstructorDeclaration(member))) {
    const [name, type] = [member.name.text, member.type?.getText()];
    const size = sizes[type];
    if (!ts.isPropertyDeclaration(member) || size === undefined)
      throw new Error(`${node.name.text}.${name}: a layout has fields of type ${Object.keys(sizes).join(", ")} alone`);
    const at = Math.ceil(bytes / size) * size;
    bytes = at + size;
    fields.push({ name, at, count: 1, type, comment: commentOf(member, "  ") });
  }
  return { bytes: Math.ceil(bytes / 8) * 8, fields: joined(fields) };
}

/** Fields x0, x1, … in a row as one field x. */
function joined(fields) {
  const result = [];
  for (const field of fields) {
    const [, name, number] = /^([a-z]+)(\d)$/i.exec(field.name) ?? [];
    const last = result.at(-1);
    if (name !== undefined && last?.name === name && last.count === Number(number)) last.count++;
    else if (number === "0") result.push({ ...field, name, alone: field.name });
    else result.push(field);
  }
  return result.map(({ alone, ...field }) => (field.count === 1 && alone ? { ...field, name: alone } : field));
}

/** A struct as JavaScript and as its declaration. A float32 is written by its bits. */
function structOf(node) {
  const { bytes, fields } = fieldsOf(node);
  const name = node.name.text;
  const at = fields.map((field) => `${field.name}:${field.at}`).join(",");
  const typeOf = ({ type, count }) => {
    if (count > 1) return `readonly [${Array(count).fill("number").join(", ")}]`;
    return type === "f32" ? "FloatBits" : "number";
  };
  const members = fields.map((field) => `${field.comment}  readonly ${field.name}: ${typeOf(field)};\n`);
  return {
    code: `export const ${lowerFirst(name)}={bytes:${bytes},at:{${at}}};\n`,
    declaration:
      `${commentOf(node, "")}export interface ${name} {\n${members.join("")}}\n` +
      `/** Where the fields of {@link ${name}} lie. */\nexport declare const ${lowerFirst(name)}: Layout<${name}>;\n`,
  };
}

/** An enum as constants. */
function numbersOf(node) {
  let next = 0;
  const constants = node.members.map((member) => {
    const value = member.initializer === undefined ? next : Number(member.initializer.getText());
    next = value + 1;
    return { name: lowerFirst(node.name.text) + member.name.text, value, comment: commentOf(member, "") };
  });
  return {
    code: constants.map(({ name, value }) => `export const ${name}=${value};\n`).join(""),
    declaration: constants
      .map(({ name, value, comment }) => `${comment}export declare const ${name} = ${value};\n`)
      .join(""),
  };
}

/** The path of the module for a layout file, without its extension. */
function nameOf(file) {
  const [, family] = /^assembly[\\/](?:(\w+)[\\/])?layout\.ts$/.exec(file);
  return family === undefined ? "layout" : `layout-${family}`;
}

const head = (file) => `/** Memory that both sides read and write, as scripts/layouts.mjs found it in ${file}. */

/** A float32 as the int32 of the same bits. */
export type FloatBits = number & { readonly isFloat: true };

/** A struct: its size, and where each field begins, in bytes. */
export interface Layout<T> {
  readonly bytes: number;
  readonly at: { readonly [K in keyof T]: number };
}
`;

/** All layouts: for each file its name, code and declarations; and for each struct its file, without the extension. */
export async function layouts() {
  const files = [];
  const structs = new Map();
  for (const file of await layoutFiles()) {
    const path = file.replaceAll("\\", "/");
    let code = "";
    let declaration = head(path);
    const source = ts.createSourceFile(file, await readFile(file, "utf8"), ts.ScriptTarget.Latest, true);
    for (const node of source.statements) {
      const isStruct = ts.isClassDeclaration(node);
      if (!isStruct && !ts.isEnumDeclaration(node)) throw new Error(`${file}: a layout holds classes and enums alone`);
      if (isStruct) structs.set(node.name.text, path.replace(".ts", ""));
      const made = (isStruct ? structOf : numbersOf)(node);
      code += made.code;
      declaration += `\n${made.declaration}`;
    }
    files.push({ name: nameOf(file), code, declaration });
  }
  return { files, structs };
}

/** Writes a JavaScript module and its declarations for each file. @returns the modules */
export async function writeLayouts() {
  await mkdir("build/wasm", { recursive: true });
  const { files } = await layouts();
  for (const { name, code, declaration } of files) {
    await writeFile(`build/wasm/${name}.js`, code);
    await writeFile(`build/wasm/${name}.d.ts`, declaration);
  }
  return files.map(({ name }) => `build/wasm/${name}.js`);
}
