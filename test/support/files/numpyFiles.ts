/** Files as NumPy writes them; test/golden/numpyFiles.py made them. */
import golden from "../../golden/numpy.json" with { type: "json" };

const files: Readonly<Record<string, string>> = golden;

/** The bytes of a file by its name in the recipe. */
export function numpyFile(name: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(files[name], "base64"));
}
