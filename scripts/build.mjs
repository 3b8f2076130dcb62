/**
 * Builds everything into build/, and only what has changed since the last time:
 *   wasm/     the kernels (asc, one file for each part and target of asconfig.json), their base64 modules, the modules through which
 *             src/ calls kernels
 *   carry/    the modules that pack and unpack the kernels
 *   types/    the declarations (tsc)
 *   lib/      what Node loads: the library and the command (with bench/) in as few files as possible, for a quick start
 *   cjs/      the library for programs that cannot import modules, such as Jest; Node itself never reads it (package.json, "module-sync")
 *   browser/  the library in one minified file, for pages without a bundler; it imports its kernels from wasm/ beside it
 *   report/   the scripts of the pages that `--report` writes; that of `lanegrad bench` holds the library and all builds of the kernels
 *   modules/  what bundlers read: one file a source file, so that they drop what is not used (docs/decisions)
 * buildKernels.mjs makes the first two. `node scripts/build.mjs kernels` builds only them, which is all that the tests of the library need.
 * Does not check types beyond what the declarations need (npm run types).
 */
import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, posix, relative, sep } from "node:path";
import { promisify } from "node:util";
import { build, transform } from "esbuild";
import { buildKernels } from "./buildKernels.mjs";
import { finishDeclarations } from "./declarations.mjs";
import { whenChanged } from "./whenChanged.mjs";

const run = promisify(execFile);

/** Every file below `folder`, sorted. */
async function filesOf(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/**
 * The compiled kernels stay beside the outputs, to be imported when a build is chosen: ./simd.js in build/wasm becomes
 * ../wasm/simd.js. Everything else in that folder is bundled.
 */
const kernelsBeside = {
  name: "kernels-beside",
  setup({ onResolve }) {
    onResolve({ filter: /^(#wasm|\.)\/(simd|relaxed)[\w-]*(\.js)?$/ }, ({ path, importer }) =>
      path.startsWith("#") || basename(dirname(importer)) === "wasm"
        ? { path: `../wasm/${basename(path, ".js")}.js`, external: true }
        : undefined,
    );
  },
};

/** In Node the kernels are read from the files beside the bundle: src/runtime/modules/carriedInNode.ts. */
const readInNode = {
  name: "read-in-node",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/carried\.js$/ }, ({ importer, resolveDir }) =>
      basename(importer) === "load.ts" ? { path: join(resolveDir, "carriedInNode.ts") } : undefined,
    );
  },
};

/**
 * Every import stays an import; #wasm/simd becomes a path from where the output will lie. Each op's definition is
 * marked as free of side effects: esbuild heeds the mark of a function (`@__NO_SIDE_EFFECTS__`) in its own file alone.
 */
const nothingBundled = {
  name: "nothing-bundled",
  setup({ onResolve, onLoad }) {
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      const definition = /^((?:export )?const \w+ = )(?=define\w+[<(])/gm;
      return { loader: "ts", contents: text.replace(definition, "$1/* @__PURE__ */ ") };
    });
    onResolve({ filter: /.*/ }, ({ path, kind, resolveDir }) => {
      if (kind === "entry-point") return undefined;
      if (path === "./foreignNames.js") return { path: "./sameName.js", external: true }; // for a page's bytes
      if (!path.startsWith("#wasm/")) return { path, external: true };
      const up = relative(resolveDir, "src").split(sep).join("/");
      return { path: posix.join(up, "../", path.replace("#", "")) + ".js", external: true };
    });
  },
};

/** Options that all bundles share. */
const common = {
  bundle: true,
  format: "esm",
  platform: "neutral",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
};

/** Of what Node loads: it reads ASCII faster than UTF-8, 9 % of an import. */
const forNode = {
  ...common,
  charset: "ascii",
  external: ["node:*"],
  splitting: true,
  plugins: [kernelsBeside, readInNode],
};

/** The first lines of each file of cjs/. The test environment jsdom lacks these classes. */
const commonJsHead = `const fileUrl = require("node:url").pathToFileURL(__filename).href;
const { TextDecoder, TextEncoder } = require("node:util");
const { MessageChannel } = require("node:worker_threads");`;

/** Entries of the package that are not namespaces of the main entry: the name of the file in lib/, and its source. */
const ownEntries = {
  methods: "src/methods/index.ts",
  names: "src/names.ts",
  report: "src/report/index.ts",
  calculus: "src/calculus/index.ts",
  words: "src/words/index.ts",
  speech: "src/speech/index.ts",
  classic: "src/classic/index.ts",
};

/** lib/, modules/, cjs/ and browser/. */
async function buildLibrary(sources) {
  await Promise.all(
    ["lib", "modules", "cjs", "browser"].map((folder) => rm(`build/${folder}`, { recursive: true, force: true })),
  );
  await Promise.all([
    build({
      ...forNode,
      entryPoints: { index: "src/index.ts", cli: "src/cli/main.ts", ...ownEntries },
      outdir: "build/lib",
      chunkNames: "[name]-[hash]",
    }),
    build({
      ...common,
      entryPoints: sources.filter((file) => !file.startsWith(join("src", "cli"))),
      outbase: "src",
      outdir: "build/modules",
      plugins: [nothingBundled],
    }),
    buildCommonJs(),
    build({
      ...common,
      minify: true,
      entryPoints: { "lanegrad.min": "src/index.ts" },
      external: ["node:*"],
      outdir: "build/browser",
      plugins: [kernelsBeside],
    }),
  ]);
  await Promise.all([writeWorker(), writeNamespaces(common)]);
}

/** cjs/: bundled as modules, since only these can share chunks, and then rewritten file by file. */
async function buildCommonJs() {
  const { outputFiles } = await build({
    ...forNode,
    entryPoints: { index: "src/index.ts", ...ownEntries },
    write: false,
    outdir: "build/cjs",
  });
  await mkdir("build/cjs", { recursive: true });
  const options = { format: "cjs", supported: { "dynamic-import": false }, define: { "import.meta.url": "fileUrl" } };
  await Promise.all(
    outputFiles.map(async ({ path, text }) => {
      const renamed = text.replace(/((?:from|import) ?\(?"\.\/[\w-]+)\.js"/g, '$1.cjs"');
      const { code } = await transform(renamed, { ...options, platform: "node", banner: commonJsHead });
      await writeFile(path.replace(/js$/, "cjs"), code);
    }),
  );
}

/**
 * lib/layers.js and so on: the namespaces that package.json exports as entries of their own, so that every bundler
 * drops their unused members. In Node they are views of lib/index.js, which holds the one running library; cjs/ has
 * the same views of its own index.
 */
async function writeNamespaces(options) {
  const { exports } = JSON.parse(await readFile("package.json", "utf8"));
  const entryPoints = {};
  for (const [entry, { node, default: file }] of Object.entries(exports)) {
    if (node && entry !== "." && !(entry.slice(2) in ownEntries))
      entryPoints[entry.slice(2)] = file.replace("build/modules", "src").replace(".js", ".ts");
  }
  const { metafile } = await build({
    ...options,
    entryPoints,
    outdir: "build/lib",
    write: false,
    metafile: true,
    plugins: [kernelsBeside],
  });
  const entries = Object.entries(metafile.outputs).map(([file, output]) => {
    const name = basename(file, ".js");
    return [
      writeFile(
        file,
        `import { ${name} } from "./index.js";\nexport const { ${output.exports.join(", ")} } = ${name};\n`,
      ),
      writeFile(`build/cjs/${name}.cjs`, `module.exports = require("./index.cjs").${name};\n`),
    ];
  });
  await Promise.all(entries.flat());
}

/** report/bench.js and report/page.js: each is one file with everything it needs, so that a page can contain it. */
async function buildPages() {
  await build({
    ...common,
    format: "iife",
    minify: true,
    entryPoints: {
      bench: "bench/page/page.ts",
      page: "src/report/browser/page.ts",
    },
    outdir: "build/report",
  });
}

/** lib/worker.js: the worker's script as a file, for pages whose policy forbids the text that is carried. */
async function writeWorker() {
  const { outputFiles } = await build({
    entryPoints: ["src/runtime/workerSource.ts"],
    bundle: true,
    format: "esm",
    write: false,
  });
  const { workerSource } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
  await writeFile("build/lib/worker.js", workerSource.trimStart());
}

async function buildTypes() {
  await rm("build/types", { recursive: true, force: true });
  await run(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"]);
  await finishDeclarations("build/types");
}

try {
  const kernelsOnly = process.argv[2] === "kernels";
  const { parts, targets, layoutFiles } = await buildKernels();
  if (!kernelsOnly) {
    const sources = await filesOf("src");
    const accessors = ["parts", "kernels", ...parts.map(({ name }) => `kernels-${name}`)];
    const configs = [
      "scripts/build.mjs",
      "scripts/declarations.mjs",
      "scripts/platform.d.ts",
      "tsconfig.json",
      "tsconfig.build.json",
      ...accessors.map((name) => `build/wasm/${name}.d.ts`),
    ];
    const bundled = ["scripts/build.mjs", "package.json", "tsconfig.json", ...sources];
    bundled.push(...accessors.map((name) => `build/wasm/${name}.js`), ...layoutFiles);
    for (const folder of ["bench", "course"]) bundled.push(...(await filesOf(folder)));
    const carried = targets.flatMap((name) => parts.map(({ suffix }) => `build/wasm/${name}${suffix}.js`));
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
