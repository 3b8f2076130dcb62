/** Files as NumPy writes them; test/golden/numpyFiles.py made them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

const files = JSON.parse(readFileSync(join(import.meta.dirname, "../golden/numpy.json"), "utf8")) as Record<
  string,
  string
>;

/** The bytes of a file by its name in the recipe. */
export function numpyFile(name: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(files[name], "base64"));
}
