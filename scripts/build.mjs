/**
 * Builds everything into build/: kernels (asc, four targets), their base64 modules, the library (esbuild), its declarations (tsc).
 * `node scripts/build.mjs [kernels]` builds only the kernels.
 */
import { execFile } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { build } from "esbuild";

const run = promisify(execFile);
const targets = ["simd", "relaxed", "simd-threads", "relaxed-threads"];

/** Compiles assembly/index.ts for one target of asconfig.json and wraps the bytes as a base64 module. */
async function buildKernels(target) {
  await run("node", ["node_modules/assemblyscript/bin/asc.js", "assembly/index.ts", "--target", target]);
  const bytes = await readFile(`build/wasm/${target}.wasm`);
  if (target === "simd") await writeKernelTypes(await readFile(`build/wasm/${target}.d.ts`, "utf8"));
  await writeFile(`build/wasm/${target}.js`, `export const base64 = "${bytes.toString("base64")}";\n`);
  await writeFile(
    `build/wasm/${target}.d.ts`,
    "/** The compiled kernels, base64. */\nexport declare const base64: string;\n",
  );
}

/** The compiler's own list of exports, parameter names included, becomes the type of the kernel table. */
async function writeKernelTypes(raw) {
  const body = raw.slice(raw.indexOf("{") + 1, raw.indexOf("\n}"));
  const members = body.replace(/export const memory: (.*);/, "readonly memory: $1;").replaceAll("export function ", "");
  await writeFile(
    "build/wasm/kernels.d.ts",
    `/** Every kernel, as asc wrote it down. */\nexport interface KernelExports {${members}\n}\n`,
  );
  await writeFile("build/wasm/kernels.js", "export {};\n");
}

/** The library and the command, one shared chunk each, wasm modules as lazily imported chunks; then the declarations. */
async function buildLibrary() {
  await rm("build/lib", { recursive: true, force: true });
  await build({
    entryPoints: { index: "src/index.ts", cli: "src/cli/main.ts" },
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    external: ["node:*"],
    outdir: "build/lib",
    chunkNames: "[name]-[hash]",
    legalComments: "none",
  });
  await rm("build/types", { recursive: true, force: true });
  await run("node", ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"]);
}

try {
  await mkdir("build/wasm", { recursive: true });
  await Promise.all(targets.map(buildKernels));
  if (process.argv[2] !== "kernels") await buildLibrary();
} catch (error) {
  console.error(error.stdout || error.stderr ? `${error.stdout}${error.stderr}` : error);
  process.exitCode = 1;
}
