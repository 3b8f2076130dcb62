/**
 * Mutants of the TypeScript rooms that decide: Stryker plants them and runs, of the tests named below, those that reach
 * each mutant. What it found is kept in build/mutants/<room>.json, so that a second run looks only at what has changed.
 * Mutants that test/mutants/equivalent.mjs argues to change nothing are subtracted; an argument whose mutant is caught
 * or gone is an error.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { Stryker } from "@stryker-mutator/core";
import { equivalent } from "../../test/mutants/equivalent.mjs";

/** Each room's sources and the tests that concern it, the smallest room first. */
export const rooms = {
  callbacks: { tests: ["test/callbacks/**", "test/models/loop/callbacks*"] },
  metrics: { tests: ["test/metrics/**"] },
  optimizers: { tests: ["test/optimizers/**", "test/models/traces/traces*"] },
  data: { tests: ["test/data/**"] },
  models: { tests: ["test/models/**", "test/callbacks/**"] },
};

const outcomes = { caught: ["Killed", "Timeout"], left: ["Survived", "NoCoverage"] };

/** Runs one room, prints its figures and survivors. @returns how many are unexplained */
export async function runRoom(name, { files } = {}) {
  const { tests } = rooms[name];
  process.env.MUTANTS_TESTS = tests.map((pattern) => `${pattern}.test.ts`.replace("**.test", "**/*.test")).join(" ");
  await mkdir("build/mutants", { recursive: true });
  const stryker = new Stryker({
    mutate: files ?? [`src/${name}/**/*.ts`],
    testRunner: "vitest",
    plugins: ["@stryker-mutator/vitest-runner", "./scripts/mutants/wording.mjs"],
    ignorers: ["wording"],
    vitest: { configFile: "scripts/mutants/vitest.config.mjs", related: false },
    coverageAnalysis: "perTest",
    ignoreStatic: true,
    ignorePatterns: ["build/*", "!build/wasm", "docs", "course", "site"],
    concurrency: Number(process.env.MUTANTS_AT_ONCE ?? 1),
    timeoutMS: 60_000,
    dryRunTimeoutMinutes: 30,
    tempDirName: "build/mutants/sandbox",
    incremental: true,
    incrementalFile: `build/mutants/${name}.json`,
    reporters: ["progress-append-only"],
    allowEmpty: true,
    allowConsoleColors: false,
    disableTypeChecks: "src/**/*.ts",
    cleanTempDir: "always",
  });
  return score(name, await stryker.runMutationTest());
}

/** The piece of a source that a mutant replaces. */
function pieceOf(lines, { start, end }) {
  const piece = lines.slice(start.line - 1, end.line);
  piece[piece.length - 1] = piece.at(-1).slice(0, end.column - 1);
  piece[0] = piece[0].slice(start.column - 1);
  return piece.join("\n");
}

/** What of a run's mutants survived without an argument. */
async function score(name, mutants) {
  const room = equivalent.filter(({ file }) => file.startsWith(`src/${name}/`));
  const used = new Set();
  const survivors = [];
  let argued = 0;
  for (const { fileName, location, mutatorName, replacement } of mutants.filter(({ status }) =>
    outcomes.left.includes(status),
  )) {
    const lines = (await readFile(fileName, "utf8")).split("\n");
    const file = fileName.slice(fileName.lastIndexOf("src/"));
    const line = lines[location.start.line - 1].trim();
    const from = pieceOf(lines, location);
    const argument = room.find(
      (one) => one.file === file && one.line === line && one.from === from && one.to === replacement,
    );
    if (argument !== undefined) {
      used.add(argument);
      argued++;
    } else {
      const short = from.length > 200 ? `${from.slice(0, 200)} …` : from;
      survivors.push(`${file}:${location.start.line} ${mutatorName}\n  in ${line}\n   − ${short}\n   + ${replacement}`);
    }
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
