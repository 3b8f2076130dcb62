/**
 * Builds everything into build/, and only what has changed since the last time:
 *   wasm/     the kernels (asc, one file for each part and target of asconfig.json), their base64 modules, the types of the kernel tables
 *   carry/    what packs and unpacks the kernels
 *   types/    the declarations (tsc)
 *   lib/      what Node loads: the library and the command (with bench/) in as few files as possible, for a quick start
 *   report/   the scripts of the pages that `--report` writes; that of `lanegrad bench` holds the library and all builds of the kernels
 *   modules/  what bundlers read: one file a source file, so that they drop what is not used (docs/decisions)
 * `node scripts/build.mjs kernels` builds wasm/ alone: what the tests of the library need. Does not check types beyond
 * what the declarations need (npm run types).
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join, posix, relative, sep } from "node:path";
import { promisify } from "node:util";
import zopfli from "@gfx/zopfli";
import { build } from "esbuild";
import ts from "typescript";
import { partsOf, writeDispatch } from "./dispatch.mjs";
import { pack } from "./pack.mjs";
import { staticBytes } from "./statics.mjs";

const run = promisify(execFile);
const asc = "node_modules/assemblyscript/bin/asc.js";
const { deflateAsync } = zopfli; // 6 % smaller than zlib's best

/** Every file below `folder`, sorted. */
async function filesOf(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Runs `work` unless its inputs are those of the last time: their hash is kept in build/lib.hash and so on. */
async function whenChanged(name, inputs, work) {
  const hash = createHash("sha256");
  for (const file of ["scripts/build.mjs", "package-lock.json", ...inputs])
    hash.update(file).update(await readFile(file));
  const stamp = `build/${name}.hash`;
  const digest = hash.digest("hex");
  if ((await readFile(stamp, "utf8").catch(() => "")) === digest) return;
  await rm(stamp, { force: true });
  await work();
  await writeFile(stamp, digest);
}

/** The files that a source of the kernels consists of: itself and what it imports, directly or not. */
async function closureOf(entry) {
  const files = new Set([entry]);
  for (const file of files) {
    const { importedFiles } = ts.preProcessFile(await readFile(file, "utf8"), true, true);
    for (const { fileName } of importedFiles) files.add(`${posix.join(posix.dirname(file), fileName)}.ts`);
  }
  return [...files].sort();
}

/** Compiles a part of the kernels for one target of asconfig.json. */
async function compileKernels({ number, name, suffix }, target) {
  const file = `${target}${suffix}`;
  const outputs = ["--outFile", `build/wasm/${file}.wasm`];
  if (!isShared(target)) outputs.push("--textFile", `build/wat/${file}.wat`);
  const statics = ["--memoryBase", String(number * staticBytes), "--transform", "./scripts/statics.mjs"];
  const options = ["--target", target, ...outputs, ...(number === 0 ? [] : statics)];
  await run(process.execPath, [asc, `build/assembly/${name}.ts`, ...options]);
  if (target === "simd") await writeKernelTypes(await readFile(`build/wasm/${file}.d.ts`, "utf8"), suffix);
  await carry(file);
}

const isShared = (target) => target.endsWith("-threads");

/**
 * A part for shared memory from the same for a memory of its own: only the core waits for other threads, so nothing
 * else differs than what it imports.
 */
async function shareKernels({ suffix }, target) {
  const bytes = await readFile(`build/wasm/${target}${suffix}.wasm`);
  const memory = Buffer.from("\x06memory\x02\x01", "latin1"); // its name, a memory, with a maximum
  const at = bytes.indexOf(memory);
  if (at < 0) throw new Error(`${target}${suffix}.wasm imports no memory with a maximum`);
  bytes[at + memory.length - 1] |= 2; // and shared
  const file = `${target}-threads${suffix}`;
  await writeFile(`build/wasm/${file}.wasm`, bytes);
  await carry(file);
}

/** Wraps a module of the kernels, packed, as a base64 module. */
async function carry(file) {
  const [wasm, operands, unpacker] = await Promise.all(
    [`wasm/${file}`, "carry/operands", "carry/unpack"].map((name) => readFile(`build/${name}.wasm`)),
  );
  await writeBase64(file, await pack(wasm, operands, unpacker), "The compiled kernels: packed, deflated, then base64.");
}

async function writeBase64(file, bytes, comment) {
  const carried = Buffer.from(await deflateAsync(bytes, {})).toString("base64");
  await writeFile(`build/wasm/${file}.js`, `export const base64 = "${carried}";\n`);
  await writeFile(`build/wasm/${file}.d.ts`, `/** ${comment} */\nexport declare const base64: string;\n`);
}

/**
 * What packs and unpacks the kernels: modules with a memory of their own, whose few bytes count more than their speed.
 */
async function buildUnpacker() {
  await mkdir("build/carry", { recursive: true });
  const options = ["--runtime", "stub", "--noAssert", "--optimizeLevel", "3", "--shrinkLevel", "2", "--converge"];
  options.push("--config", "build/none.json", "--initialMemory", "16");
  const compile = (name) => {
    const file = `assembly/carry/${name}.ts`;
    return run(process.execPath, [asc, file, "--outFile", `build/carry/${name}.wasm`, ...options]);
  };
  await Promise.all(["operands", "unpack"].map(compile));
  await writeBase64(
    "unpack",
    await readFile("build/carry/unpack.wasm"),
    "What unpacks the kernels: deflated, then base64.",
  );
}

/** What the packed form of a module depends on. */
const packing = ["scripts/pack.mjs", "assembly/carry/operands.ts", "assembly/carry/unpack.ts"];

/** Makes the modules of one part, where they have changed. */
async function buildPart(part, targets) {
  const inputs = ["asconfig.json", "scripts/dispatch.mjs", "scripts/statics.mjs", ...packing];
  inputs.push(...(await closureOf(`build/assembly/${part.name}.ts`)));
  const compiled = part.number === 0 ? targets : targets.filter((target) => !isShared(target));
  const make = async (target) => {
    await compileKernels(part, target);
    if (part.number > 0) await shareKernels(part, target);
  };
  await Promise.all(compiled.map((target) => whenChanged(target + part.suffix, inputs, () => make(target))));
}

/** The compiler's own list of exports, parameter names included, becomes the type of a part's table of kernels. */
async function writeKernelTypes(raw, suffix) {
  const body = raw.slice(raw.indexOf("{") + 1, raw.indexOf("\n}"));
  const members = body.replace(/export const memory: (.*);/, "readonly memory: $1;").replaceAll("export function ", "");
  const table = `/** Every kernel of this part, as asc wrote it down. */\nexport interface KernelExports {${members}\n}\n`;
  await writeFile(`build/wasm/kernels${suffix}.d.ts`, table);
}

/** #wasm/simd → ../wasm/simd.js beside the outputs, left to be imported when it is chosen. */
const wasmBeside = {
  name: "wasm-beside",
  setup({ onResolve }) {
    onResolve({ filter: /^#wasm\// }, ({ path }) => ({ path: path.replace("#", "../") + ".js", external: true }));
  },
};

/** In Node the kernels are read from the files beside the bundle: src/runtime/carriedInNode.ts. */
const readInNode = {
  name: "read-in-node",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/carried\.js$/ }, ({ importer, resolveDir }) =>
      basename(importer) === "load.ts" ? { path: join(resolveDir, "carriedInNode.ts") } : undefined,
    );
  },
};

/** Every import stays an import; #wasm/simd becomes a path from where the output will lie. */
const nothingBundled = {
  name: "nothing-bundled",
  setup({ onResolve }) {
    onResolve({ filter: /.*/ }, ({ path, kind, resolveDir }) => {
      if (kind === "entry-point") return undefined;
      if (!path.startsWith("#wasm/")) return { path, external: true };
      const up = relative(resolveDir, "src").split(sep).join("/");
      return { path: posix.join(up, "../", path.replace("#", "")) + ".js", external: true };
    });
  },
};

/** What all bundles have in common. */
const common = {
  bundle: true,
  format: "esm",
  platform: "neutral",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
};

/** Entries of the package that are not namespaces of the main one, by the names of their files in lib/. */
const ownEntries = { report: "src/report/index.ts" };

/** lib/ and modules/. */
async function buildLibrary(sources) {
  await Promise.all(["lib", "modules"].map((folder) => rm(`build/${folder}`, { recursive: true, force: true })));
  await Promise.all([
    build({
      ...common,
      entryPoints: { index: "src/index.ts", cli: "src/cli/main.ts", ...ownEntries },
      external: ["node:*"],
      splitting: true,
      outdir: "build/lib",
      chunkNames: "[name]-[hash]",
      plugins: [wasmBeside, readInNode],
    }),
    build({
      ...common,
      entryPoints: sources.filter((file) => !file.startsWith(join("src", "cli"))),
      outbase: "src",
      outdir: "build/modules",
      plugins: [nothingBundled],
    }),
  ]);
  await Promise.all([writeWorker(), writeNamespaces(common)]);
}

/**
 * lib/layers.js and so on: the namespaces that package.json exports as entries of their own, so that every bundler
 * drops what is not used of them. In Node they are views of lib/index.js, which holds the one running library.
 */
async function writeNamespaces(options) {
  const { exports } = JSON.parse(await readFile("package.json", "utf8"));
  const entryPoints = {};
  for (const [entry, { node, default: file }] of Object.entries(exports)) {
    if (entry !== "." && node && !(entry.slice(2) in ownEntries))
      entryPoints[entry.slice(2)] = file.replace("build/modules", "src").replace(".js", ".ts");
  }
  const { metafile } = await build({
    ...options,
    entryPoints,
    outdir: "build/lib",
    write: false,
    metafile: true,
    plugins: [wasmBeside],
  });
  const entries = Object.entries(metafile.outputs).map(([file, output]) => {
    const name = basename(file, ".js");
    return writeFile(
      file,
      `import { ${name} } from "./index.js";\nexport const { ${output.exports.join(", ")} } = ${name};\n`,
    );
  });
  await Promise.all(entries);
}

/** report/bench.js and report/page.js: each everything in one file, that a page can hold. */
async function buildPages() {
  await build({
    ...common,
    format: "iife",
    minify: true,
    entryPoints: {
      bench: "src/cli/benchmarks/page/page.ts",
      page: "src/report/browser/page.ts",
    },
    outdir: "build/report",
  });
}

/** lib/worker.js: the worker's script as a file, for pages whose policy forbids the text that is carried. */
async function writeWorker() {
  const { outputFiles } = await build({ entryPoints: ["src/runtime/workerSource.ts"], format: "esm", write: false });
  const { workerSource } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
  await writeFile("build/lib/worker.js", workerSource.trimStart());
}

async function buildTypes() {
  await rm("build/types", { recursive: true, force: true });
  await run(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"]);
}

try {
  await mkdir("build/wasm", { recursive: true });
  const kernelsOnly = process.argv[2] === "kernels";
  const { targets } = JSON.parse(await readFile("asconfig.json", "utf8"));
  await whenChanged("unpack", packing, buildUnpacker);
  await writeDispatch();
  const parts = await partsOf();
  await Promise.all(parts.map((part) => buildPart(part, Object.keys(targets))));
  if (!kernelsOnly) {
    const sources = await filesOf("src");
    const tables = parts.map(({ suffix }) => `build/wasm/kernels${suffix}.d.ts`);
    const configs = ["tsconfig.json", "tsconfig.build.json", ...tables];
    const bundled = ["package.json", "tsconfig.json", ...sources];
    for (const folder of ["bench", "course"]) bundled.push(...(await filesOf(folder)));
    const names = ["commands", ...Object.keys(targets)];
    const carried = names.flatMap((name) => parts.map(({ suffix }) => `build/wasm/${name}${suffix}.js`));
    await Promise.all([
      whenChanged("lib", bundled, () => buildLibrary(sources)),
      whenChanged("report", [...bundled, ...carried], buildPages),
      whenChanged("types", [...configs, ...sources], buildTypes),
    ]);
  }
} catch (error) {
  console.error(error.stdout || error.stderr ? `${error.stdout}${error.stderr}` : error);
  process.exitCode = 1;
}
