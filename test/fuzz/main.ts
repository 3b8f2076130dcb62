/**
 * `npm run fuzz -- [NAME …] [--cases N] [--from K]`: plays the cases of the named fuzzers, of all where none is named, and prints how many held.
 * Exit status 1 where one did not.
 */
import { parseArgs } from "node:util";
import { Draw, type Fuzzer } from "./fuzzer.js";
import { fuzzers } from "./index.js";
import "../support/engine.js"; // last: it loads the kernels that the fuzzers call

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { cases: { type: "string" }, from: { type: "string", default: "0" } },
});
const unknown = positionals.filter((name) => !fuzzers.some((fuzzer) => fuzzer.name === name));
if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(", ")}; there are ${fuzzers.map(({ name }) => name).join(", ")}`);
  process.exit(2);
}
const shownFailures = 5;

for (const fuzzer of fuzzers) {
  if (positionals.length === 0 || positionals.includes(fuzzer.name)) await playAll(fuzzer);
}

async function playAll({ name, holds, cases: usual, play }: Fuzzer): Promise<void> {
  const [from, cases] = [Number(values.from), Number(values.cases ?? usual)];
  const start = performance.now();
  let [held, shownAt] = [0, start];
  const failures: string[] = [];
  for (let number = from; number < from + cases; number++) {
    try {
      await play(new Draw(number));
      held++;
    } catch (error) {
      failures.push(`  case ${number}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
    const now = performance.now();
    if (now - shownAt > 1000) {
      const done = number - from + 1;
      const left = ((now - start) / done) * (cases - done);
      const line = `${name}: ${done} of ${cases} cases, ${failures.length} failed, ${Math.ceil(left / 1000)} s left`;
      if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`);
      shownAt = now;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  console.log(`${name}: ${holds}: ${held.toLocaleString("en")} of ${cases.toLocaleString("en")} cases in ${seconds} s`);
  for (const failure of failures.slice(0, shownFailures)) console.log(failure);
  if (failures.length > shownFailures) console.log(`  and ${failures.length - shownFailures} more`);
  if (failures.length > 0) process.exitCode = 1;
}
