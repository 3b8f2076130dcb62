/**
 * Mutants of the TypeScript rooms that decide: Stryker plants them and runs, of the tests named below, those that reach
 * each mutant. What it found is kept in build/mutants/<room>.json, so that a second run looks only at what has changed.
 * Mutants that test/mutants/equivalent.mjs argues to change nothing are subtracted; an argument whose mutant is caught
 * or gone is an error.
 */
import { existsSync, readdirSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { Stryker } from "@stryker-mutator/core";
import { equivalent } from "../../test/mutants/equivalent.mjs";

/**
 * Each room's tests: files whose paths begin so. `without` leaves out tests that take long under Stryker and catch nothing that others do not:
 * files, or tests by a part of their names. The smallest room comes first.
 */
export const rooms = {
  callbacks: { tests: ["test/callbacks/", "test/models/loop/callbacks"] },
  metrics: { tests: ["test/metrics/"] },
  optimizers: { tests: ["test/optimizers/", "test/models/traces/traces"] },
  data: {
    tests: ["test/data/"],
    without: [
      "test/data/cost",
      "looks like handwriting",
      "can be learned, but not by heart",
      "every text of known ones comes back",
      "the real MNIST",
      "the real reviews",
      "100,000 sequences",
      "larger than one chunk",
      "any text: a table or a LanegradError",
      "any bytes, any change",
      "whatever is changed or cut off",
      "takes time in proportion to the text",
      "stops inflating at the header's size",
      "lets the event loop run",
      "all classes are equally likely",
      "the ink stays inside",
      "mean pixel 0.13",
      "on line 90,000",
      "any damage to a PNG",
      "files with bytes changed, cut out or put in",
      "puts the accents back",
      "that translate word by word",
      "any text with any options",
      "without jpeg-js", // vi.doMock
      "draws the same bits from release to release", // an inline snapshot
    ],
  },
  models: {
    tests: ["test/models/", "test/callbacks/", "test/constraints/", "test/optimizers/lbfgs", "test/losses/ctc"],
    without: [
      "test/models/loop/longRuns",
      "test/models/input/wildPadding",
      "test/models/step/threads",
      "the event loop >",
      "by a timer",
      "is learnt in windows",
      "by chance: an error of ours",
      "the peak of a training step",
      "1,000 steps as after 10",
    ],
  },
};

/** The test files of a room; of a run over some of its files, those that are asked for. */
function testsOf({ tests, without = [] }, asked = tests) {
  const begins = (prefixes) => (path) => prefixes.some((prefix) => path.startsWith(prefix));
  return readdirSync("test", { recursive: true })
    .map((path) => `test/${path}`)
    .filter(
      (path) => path.endsWith(".test.ts") && begins(tests)(path) && begins(asked)(path) && !begins(without)(path),
    );
}

const outcomes = { caught: ["Killed", "Timeout"], left: ["Survived", "NoCoverage"] };

/** Identifies a mutant, whatever is added above it in its file. */
const keyOf = ({ file, line, from, to }) => [file, line, from, to].join("\n");

/** Whether a pattern with * and ** in it means a file. */
function fits(file, pattern) {
  const parts = pattern
    .split(/(\*\*\/|\*)/)
    .map((part) => ({ "**/": "(.*/)?", "*": "[^/]*" })[part] ?? part.replace(/\W/g, "\\$&"));
  return new RegExp(`^${parts.join("")}$`).test(file);
}

/**
 * Makes a room's report of earlier runs forget what survived in some files, so that the next run tries that, and what is new since, but nothing that was caught:
 * Stryker otherwise tries again whatever the tests of a file that has changed have caught.
 */
async function forgetSurvivors(name, isChosen) {
  const path = `build/mutants/${name}.json`;
  if (!existsSync(path)) return; // no earlier run
  const report = JSON.parse(await readFile(path, "utf8"));
  const tests = Object.values(report.testFiles).flatMap((file) => file.tests.map(({ id }) => id));
  for (const [file, one] of Object.entries(report.files)) {
    if (!isChosen(file)) continue;
    one.mutants = one.mutants.filter(({ status }) => !outcomes.left.includes(status));
    for (const mutant of one.mutants)
      if (outcomes.caught.includes(mutant.status))
        Object.assign(mutant, { status: "Killed", killedBy: tests, coveredBy: tests }); // by any that is still there
  }
  for (const file of Object.values(report.testFiles)) delete file.source; // by which Stryker sees that they have changed
  await writeFile(path, JSON.stringify(report));
}

/** Mutants with their file, line, the piece of it and what takes its place. */
async function keyed(mutants) {
  const found = [];
  for (const { fileName, location, mutatorName, replacement: to, status } of mutants) {
    const lines = (await readFile(fileName, "utf8")).split("\n");
    const file = fileName.slice(fileName.lastIndexOf("src/"));
    const { start, end } = location;
    if (end.line > lines.length) continue; // of a file that has become shorter since a run of other files
    const line = lines[start.line - 1].trim();
    found.push({ file, line, from: pieceOf(lines, location), to, status, mutatorName, number: start.line });
  }
  return found;
}

function described({ file, line, from, to, mutatorName, number }) {
  const short = from.length > 200 ? `${from.slice(0, 200)} …` : from;
  return `${file}:${number} ${mutatorName}\n  in ${line}\n   − ${short}\n   + ${to}`;
}

/**
 * Runs one room, prints its figures and survivors. @returns how many are unexplained
 * @param files  sources, in place of all of the room
 * @param tests  beginnings of the paths of tests, in place of all of the room
 * @param narrow only the quickest tests, for a first look
 * @param left   try only what survived earlier runs, and what is new since
 */
export async function runRoom(name, { files, tests, left, narrow } = {}) {
  process.env.MUTANTS_NARROW = String(narrow ?? false);
  process.env.MUTANTS_TESTS = testsOf(rooms[name], tests).join(" ");
  process.env.MUTANTS_WITHOUT = JSON.stringify(rooms[name].without ?? []);
  process.env.MUTANTS_TIMES = resolve(`build/mutants/${name}.times.json`);
  process.env.MUTANTS_FOUND = resolve(`build/mutants/${name}.found.jsonl`);
  await mkdir("build/mutants", { recursive: true });
  const options = {
    mutate: files ?? [`src/${name}/**/*.ts`],
    testRunner: "room",
    maxTestRunnerReuse: 500,
    plugins: ["runner", "wording", "found"].map((file) => `./scripts/mutants/${file}.mjs`),
    ignorers: ["wording"],
    coverageAnalysis: "perTest",
    ignoreStatic: true,
    ignorePatterns: ["build/*", "!build/wasm", "docs", "course", "site"],
    concurrency: Number(process.env.MUTANTS_AT_ONCE ?? 1),
    timeoutMS: Number(process.env.MUTANTS_TIMEOUT ?? 8_000), // raise it on a busy machine
    timeoutFactor: 1.5,
    dryRunTimeoutMinutes: 30,
    tempDirName: "build/mutants/sandbox",
    incremental: true,
    incrementalFile: `build/mutants/${name}.json`,
    reporters: ["progress-append-only", "found"],
    allowEmpty: true,
    allowConsoleColors: false,
    disableTypeChecks: "src/**/*.ts",
    cleanTempDir: "always",
  };
  if (left) await forgetSurvivors(name, (file) => options.mutate.some((pattern) => fits(file, pattern)));
  return score(name, await new Stryker(options).runMutationTest(), files !== undefined);
}

/** The piece of a source that a mutant replaces. */
function pieceOf(lines, { start, end }) {
  const piece = lines.slice(start.line - 1, end.line);
  piece[piece.length - 1] = piece.at(-1).slice(0, end.column - 1);
  piece[0] = piece[0].slice(start.column - 1);
  return piece.join("\n");
}

/** The mutants of a run that survived without an argument. */
async function score(name, mutants, isPart) {
  const tried = new Set(mutants.map(({ fileName }) => fileName.slice(fileName.lastIndexOf("src/"))));
  const room = equivalent.filter(({ file }) => file.startsWith(`src/${name}/`) && (!isPart || tried.has(file)));
  const used = new Set();
  const survivors = [];
  let argued = 0;
  for (const mutant of (await keyed(mutants)).filter(({ status }) => outcomes.left.includes(status))) {
    const key = keyOf(mutant);
    const argument = room.find((one) => keyOf(one) === key);
    if (argument !== undefined) {
      used.add(argument);
      argued++;
    } else survivors.push(described(mutant));
  }
  const stale = room.filter((argument) => !used.has(argument));
  const caught = mutants.filter(({ status }) => outcomes.caught.includes(status)).length;
  const total = caught + argued + survivors.length;
  await writeFile(`build/mutants/${name}.survivors.txt`, survivors.map((line) => `${line}\n`).join(""));
  for (const survivor of survivors) console.log(`\n${survivor}`);
  for (const { file, line, to } of stale)
    console.log(`\nsaid to be equivalent, but caught or gone: ${file}: ${line} → ${to}`);
  console.log(`\n${name}: ${total} mutants, ${caught} caught, ${argued} equivalent, ${survivors.length} unexplained`);
  return survivors.length + stale.length;
}
