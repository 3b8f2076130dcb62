/**
 * One copy of the tree in which mutants of the kernels are planted, a process of its own: compiler and vitest are
 * loaded once. Its folder is the first argument. Each message from kernels.mjs names an edit; the answer says which
 * test caught it, or that none did. Does not know the list nor how long one may take.
 */
import { readFile, writeFile } from "node:fs/promises";
import { dirname, posix } from "node:path";
import { clearInterval, setInterval } from "node:timers";
import { deflateRawSync } from "node:zlib";

/** Seconds of processor time after which a test file is taken to run in a circle. */
const patience = 120;

const folder = process.argv[2];
process.chdir(folder);
process.env.LANEGRAD_BUILD = "simd";
const { default: ts } = await import("typescript");
const { default: asc } = await import("assemblyscript/asc");
const { createVitest } = await import("vitest/node");
const { keysFile, partsOf } = await import(`${folder}/scripts/dispatch.mjs`);
const { pack, renameExports } = await import(`${folder}/scripts/pack.mjs`);
const packing = await Promise.all(["operands", "unpack"].map((name) => readFile(`build/carry/${name}.wasm`)));
const { staticBytes } = await import(`${folder}/scripts/statics.mjs`);

const parts = await partsOf();
const options = {
  watch: false,
  bail: 1,
  reporters: [{}],
  pool: "threads",
  maxWorkers: 1,
  project: ["library", "library-simd"],
};
const vitest = await createVitest("test", {
  ...options,
  passWithNoTests: true,
  testTimeout: 600_000,
  hookTimeout: 600_000,
});

/** The parts of the kernels that hold a file. */
async function partsWith(file) {
  const holds = async ({ name }) => {
    const files = new Set([`build/assembly/${name}.ts`]);
    for (const from of files) {
      const { importedFiles } = ts.preProcessFile(await readFile(from, "utf8"), true, true);
      for (const { fileName } of importedFiles) files.add(`${posix.join(dirname(from), fileName)}.ts`);
    }
    return files.has(file);
  };
  const held = await Promise.all(parts.map(holds));
  return parts.filter((_, i) => held[i]).map(({ name }) => name);
}

/**
 * Compiles one part for one target, as scripts/build.mjs does but with few of the compiler's passes.
 * @throws what the compiler says
 */
async function compile(name, target) {
  const { number, suffix } = parts.find((part) => part.name === name);
  const out = `build/wasm/${target}${suffix}`;
  const statics = ["--memoryBase", String(number * staticBytes), "--transform", "./scripts/statics.mjs"];
  const args = [`build/assembly/${name}.ts`, "--target", target, "--outFile", `${out}.wasm`, "--disableWarning"];
  const { error, stderr } = await asc.main([
    ...args,
    ...(number === 0 ? [] : statics),
    "--optimizeLevel",
    "2",
    "--shrinkLevel",
    "0",
  ]);
  if (error) throw new Error(`${error.message} ${stderr.toString().slice(0, 600)}`);
  const short = renameExports(await readFile(`${out}.wasm`), JSON.parse(await readFile(keysFile(name), "utf8")));
  const packed = await pack(short, ...packing);
  const carried = deflateRawSync(packed).toString("base64");
  await writeFile(`${out}.js`, `export const base64 = "${carried}";\n`);
  vitest.invalidateFile(`${folder}/${out}.js`);
}

/**
 * Does `work`, and says so when it has taken more processor time than any test file does: time on the clock says
 * nothing on a busy machine.
 */
async function watched(name, work) {
  const from = process.cpuUsage();
  const timer = setInterval(() => {
    const { user, system } = process.cpuUsage(from);
    if (user + system > patience * 1e6) process.send({ outcome: "caught", by: `${name}: runs in a circle` });
  }, 1000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/**
 * Runs test files one after the other until one is red.
 * @returns the name of the first test that failed, or undefined
 */
async function firstRed(files, pattern) {
  if (pattern) vitest.setGlobalTestNamePattern(pattern);
  else vitest.resetGlobalTestNamePattern();
  const met = new Set();
  for (const file of files) {
    for (const spec of await vitest.globTestSpecifications([file])) {
      if (met.has(spec.moduleId)) continue;
      met.add(spec.moduleId);
      process.send({ running: spec.moduleId });
      vitest.state.filesMap.clear(); // of the run before: its failures would count for bail, and be reported again
      vitest.state.errorsSet.clear();
      const name = posix.basename(spec.moduleId);
      const { testModules, unhandledErrors } = await watched(name, () => vitest.runTestSpecifications([spec], false));
      for (const module of testModules.filter(({ moduleId }) => moduleId === spec.moduleId)) {
        for (const test of module.children.allTests("failed")) return `${name}: ${test.fullName}`;
        if (module.errors().length > 0) return `${name}: ${module.errors()[0].message}`;
      }
      if (unhandledErrors.length > 0) return `${name}: ${unhandledErrors[0].message}`;
    }
  }
  return undefined;
}

/** Plants one edit, or none (`find` undefined: the tests must be green), and says what caught it. */
async function plant({ file, find, replace, part, target, stages }) {
  const source = await readFile(file, "utf8");
  const compiled = new Set();
  try {
    await writeFile(
      file,
      source.replace(find, () => replace),
    );
    vitest.invalidateFile(`${folder}/${file}`);
    let built = part === undefined ? [] : [part].flat();
    for (const { files, pattern, isWider } of stages) {
      if (isWider && part !== undefined) built = await partsWith(file);
      for (const name of built.filter((one) => !compiled.has(one))) {
        compiled.add(name);
        try {
          await compile(name, target);
        } catch (error) {
          return { outcome: "invalid", by: error.message };
        }
      }
      const red = await firstRed(files, pattern);
      if (red !== undefined) return { outcome: "caught", by: red, isWider };
    }
    return { outcome: "survived" };
  } finally {
    await writeFile(file, source);
    vitest.invalidateFile(`${folder}/${file}`);
    await restore(compiled, target);
  }
}

/** Puts the modules of parts back as they were, so that the next mutant meets only itself. */
async function restore(names, target) {
  for (const name of names) {
    const file = `build/wasm/${target}${parts.find((part) => part.name === name).suffix}`;
    for (const ending of ["wasm", "js"])
      await writeFile(`${file}.${ending}`, await readFile(`build/kept/${file.slice(11)}.${ending}`));
    vitest.invalidateFile(`${folder}/${file}.js`);
  }
}

let busy = Promise.resolve();
process.on("message", (edit) => {
  busy = busy.then(async () => {
    try {
      process.send(await plant(edit));
    } catch (error) {
      process.send({ outcome: "error", by: String(error?.stack ?? error) });
    }
  });
});
process.send({ ready: true });
