/**
 * `npm run soak`: the eager loops in full, under 256 MiB, in Node and, where there is one, in Chromium. Prints a line a loop; exits with 1 where a value is
 * wrong or memory was not enough. `npm run soak -- node` or `-- chromium` takes one of the two, a number after it that part of the counts, a name
 * after that one loop alone.
 */
import { init } from "lanegrad";
import { hasChromium, needsChromium } from "../package/page.js";
import { type Pause, eagerLoops } from "../support/eagerLoops.js";
import { heap } from "../../src/runtime/runtime.js";
import { bundlePage, loopInPage } from "./chromium.js";

const mebi = 2 ** 20;
const full: readonly (readonly [keyof typeof eagerLoops, number, Pause])[] = [
  ["operations", 100_000, "none"],
  ["operations", 100_000, "await"],
  ["operations", 100_000, "turn"],
  ["steps", 60_000, "none"],
  ["steps", 60_000, "await"],
  ["steps", 60_000, "turn"],
  ["models", 300, "none"],
  ["models", 300, "turn"],
  ["recordings", 5000, "turn"],
];

const [where, part = "1", only] = process.argv.slice(2);
const chosen = full.filter(([loop]) => only === undefined || only === loop);
const rounds = chosen.map(([loop, count, pause]) => [loop, Math.ceil(count * Number(part)), pause] as const);

function report(
  place: string,
  [loop, count, pause]: (typeof rounds)[number],
  start: number,
  value: number,
  notes: string,
): void {
  const expected = eagerLoops[loop].expected(count);
  const isRight = expected === undefined ? Number.isFinite(value) : value === expected;
  if (!isRight) process.exitCode = 1;
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const verdict = isRight ? "" : `  WRONG: ${value}, expected ${expected ?? "a number"}`;
  console.log(`${place}  ${loop} × ${count}, pause ${pause}: ${seconds} s, ${notes}${verdict}`);
}

if (where !== "chromium") {
  await init({ memoryMaxBytes: 256 * mebi, threads: 1 });
  for (const round of rounds) {
    const [loop, count, pause] = round;
    heap().resetPeak();
    const start = performance.now();
    const value = await eagerLoops[loop].run(count, pause);
    const { rss, arrayBuffers } = process.memoryUsage();
    const [peak, resident, arrays] = [heap().peakBytes, rss, arrayBuffers].map((bytes) => (bytes / mebi).toFixed(0));
    report("node", round, start, value, `peak ${peak} MiB, then rss ${resident} MiB, arrays ${arrays} MiB`);
  }
}
if (where !== "node") {
  if (!hasChromium) console.log(`chromium${needsChromium}`);
  else await bundlePage();
  for (const round of hasChromium ? rounds : []) {
    const start = performance.now();
    const { value = NaN, peakBytes = NaN, error } = await loopInPage(...round, 3_600_000);
    report("chromium", round, start, value, error ?? `peak ${(peakBytes / mebi).toFixed(0)} MiB`);
  }
}
