/**
 * `node scripts/named.mjs`: the kernels with the names of their functions, for profiles, as build/named/*.wasm. The code
 * is that of build/wasm; the names come from the text form that asc wrote beside it. Not part of the package.
 */
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";

/** A number in LEB128. */
const leb128 = (value) => (value < 128 ? [value] : [(value & 127) | 128, ...leb128(value >> 7)]);
const sized = (bytes) => [...leb128(bytes.length), ...bytes];
const text = (name) => sized([...Buffer.from(name)]);

await mkdir("build/named", { recursive: true });
const files = (await readdir("build/wat")).filter((name) => name.endsWith(".wat")).map((name) => name.slice(0, -4));
for (const file of files) {
  const wat = await readFile(`build/wat/${file}.wat`, "utf8");
  // in the order of their numbers: imported ones come first
  const names = [...wat.matchAll(/^ *\((?:import .*\()?func \$([^\s()]+)/gm)].map(([, name]) => name);
  const functions = [...leb128(names.length), ...names.flatMap((name, i) => [...leb128(i), ...text(name)])];
  const section = [...text("name"), 1, ...sized(functions)];
  const wasm = Buffer.concat([await readFile(`build/wasm/${file}.wasm`), Buffer.from([0, ...sized(section)])]);
  if (names.length === 0) throw new Error(`${file}.wat has no functions`);
  await writeFile(`build/named/${file}.wasm`, wasm);
}
console.log(`build/named: ${files.join(", ")}`);
