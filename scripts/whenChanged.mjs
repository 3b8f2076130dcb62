/**
 * Runs a step of the build only if its inputs have changed since the last time: build/<name>.hash keeps their hash. Comments of kernels do not count, because
 * no output depends on them. Does not know what is built.
 */
import { createHash } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import ts from "typescript";

const printer = ts.createPrinter({ removeComments: true });
const printed = new Map();

/** The part of a file that counts: of a kernel's source everything but comments and white space. */
async function contentOf(file) {
  const text = await readFile(file, "utf8");
  if (!/^assembly\/.*\.ts$/.test(file)) return text;
  if (!printed.has(text)) printed.set(text, printer.printFile(ts.createSourceFile(file, text, ts.ScriptTarget.Latest)));
  return printed.get(text);
}

/** Runs `work` unless its input files and package-lock.json are the same as the last time. */
export async function whenChanged(name, inputs, work) {
  const hash = createHash("sha256");
  for (const file of ["scripts/whenChanged.mjs", "package-lock.json", ...inputs])
    hash.update(file).update(await contentOf(file));
  const stamp = `build/${name}.hash`;
  const digest = hash.digest("hex");
  if ((await readFile(stamp, "utf8").catch(() => "")) === digest) return;
  await rm(stamp, { force: true });
  await work();
  await writeFile(stamp, digest);
}
