/**
 * Mutants of the TypeScript rooms that decide: Stryker plants them and runs, of the tests named below, those that reach each mutant. What it found is kept in
 * build/mutants/<room>.json, so that a second run looks only at what has changed. Mutants that test/mutants/equivalent.mjs argues to change nothing are
 * subtracted; an argument whose mutant is caught or gone is an error.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { Stryker } from "@stryker-mutator/core";
import { equivalent } from "../../test/mutants/equivalent.mjs";

/** Each room's sources and the tests that concern it, the smallest room first. */
export const rooms = {
  callbacks: { tests: ["test/callbacks/**", "test/models/{callbacks,resume,interruption,divergence}*"] },
  metrics: { tests: ["test/metrics/**", "test/models/{fit,maskedLoss}*"] },
  optimizers: { tests: ["test/optimizers/**", "test/models/{traces,resume,saving}*"] },
  data: { tests: ["test/data/**"] },
  models: { tests: ["test/models/**", "test/callbacks/**"] },
};

const outcomes = { caught: ["Killed", "Timeout"], left: ["Survived", "NoCoverage"] };

/** Runs one room. @returns its figures, and the survivors as lines of text */
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
  return judge(name, await stryker.runMutationTest());
}

/** What of a run's mutants survived without an argument. */
async function judge(name, mutants) {
  const sources = new Map();
  for (const { fileName } of mutants) {
    if (!sources.has(fileName)) sources.set(fileName, (await readFile(fileName, "utf8")).split("\n"));
  }
  const room = equivalent.filter(({ file }) => file.startsWith(`src/${name}/`));
  const used = new Set();
  const survivors = [];
  let argued = 0;
  for (const mutant of mutants.filter(({ status }) => outcomes.left.includes(status))) {
    const file = mutant.fileName.slice(mutant.fileName.lastIndexOf("src/"));
    const line = sources.get(mutant.fileName)[mutant.location.start.line - 1].trim();
    const argument = room.find((one) => one.file === file && one.line === line && one.to === mutant.replacement);
    if (argument === undefined) survivors.push(`${file}:${mutant.location.start.line} ${mutant.mutatorName}: ${line}  →  ${mutant.replacement}`);
    else {
      used.add(argument);
      argued++;
    }
  }
  const stale = room.filter((argument) => !used.has(argument));
  const caught = mutants.filter(({ status }) => outcomes.caught.includes(status)).length;
  await writeFile(`build/mutants/${name}.survivors.txt`, survivors.map((line) => `${line}\n`).join(""));
  return { name, mutants: caught + argued + survivors.length, caught, argued, survivors, stale };
}
