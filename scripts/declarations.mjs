/**
 * Finishes the declarations that tsc wrote, so that they compile in every project: `#wasm/…`, which only newer settings of module resolution understand, becomes
 * a relative path, and a file that uses types of Node or the DOM refers to platform.d.ts. Does not change what is declared.
 */
import { copyFile, readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";

const platformNames =
  /\b(AbortSignal|URL|Blob|File|Response|ReadableStream|WritableStream|WebAssembly|Disposable|Symbol\.dispose)\b/;

/** The path of `to` as a file in `folder` imports it. */
const pathFrom = (folder, to) => relative(folder, to).split(sep).join("/");

/** Finishes the declarations below `folder`, which lies beside wasm/; and those of the kernel tables there. */
export async function finishDeclarations(folder) {
  const platform = join(folder, "platform.d.ts");
  await copyFile("scripts/platform.d.ts", platform);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.name.endsWith(".d.ts") && entry.name !== "platform.d.ts");
  await Promise.all(
    files.map(async ({ parentPath, name }) => {
      const file = join(parentPath, name);
      const text = await readFile(file, "utf8");
      const wasm = pathFrom(parentPath, join(folder, "../wasm"));
      const resolved = text.replaceAll(/"#wasm\/([\w-]+)"/g, `"${wasm}/$1.js"`);
      const reference = platformNames.test(text) ? `/// <reference path="${pathFrom(parentPath, platform)}" />\n` : "";
      if (reference + resolved !== text) await writeFile(file, reference + resolved);
    }),
  );
}
