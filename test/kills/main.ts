/**
 * `npm run kills -- [--kills N] [--from K]`: plays cases from number K on until N kills are done, and prints how many runs came to the same bits.
 * Exit status 1 where something did not hold.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Kills } from "./kills.js";

const { values } = parseArgs({
  options: { kills: { type: "string", default: "200" }, from: { type: "string", default: "0" } },
});
const [wanted, from] = [Number(values.kills), Number(values.from)];
if (!Number.isSafeInteger(wanted) || wanted < 1 || !Number.isSafeInteger(from) || from < 0) {
  console.error("expected --kills N ≥ 1 and --from K ≥ 0");
  process.exit(2);
}
const shownFailures = 5;

const kills = new Kills([process.execPath, join(import.meta.dirname, "../lib/cli.js")]);
const counts = { SIGKILL: 0, SIGTERM: 0, SIGINT: 0 };
const failures: string[] = [];
let [done, cases, resumed] = [0, 0, 0];
try {
  await kills.begin();
  const start = performance.now();
  for (; done < wanted; cases++) {
    try {
      const killed = await kills.play(from + cases);
      for (const name of ["SIGKILL", "SIGTERM", "SIGINT"] as const) counts[name] += killed.kills[name];
      resumed += killed.resumed;
      done = counts.SIGKILL + counts.SIGTERM + counts.SIGINT;
    } catch (error) {
      failures.push(`  case ${from + cases}: ${error instanceof Error ? error.message : String(error)}`);
      if (failures.length >= wanted) break;
    }
    if (!process.stderr.isTTY) continue;
    const left = ((performance.now() - start) / Math.max(1, done)) * Math.max(0, wanted - done);
    process.stderr.write(
      `\r\x1b[K${done} of ${wanted} kills, ${failures.length} failed, ${Math.ceil(left / 1000)} s left`,
    );
  }
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  const kinds = Object.entries(counts).map(([name, count]) => `${count} ${name}`);
  console.log(
    `${cases} runs, ended ${done} times (${kinds.join(", ")}) and resumed ${resumed} times from a checkpoint, in ${seconds} s:`,
  );
  console.log(
    `${cases - failures.length} of ${cases} ended with the bits of a run without a break, no torn file, and 0 files left over beside checkpoints that the console named`,
  );
} finally {
  kills.end();
}
for (const failure of failures.slice(0, shownFailures)) console.log(failure);
if (failures.length > shownFailures) console.log(`  and ${failures.length - shownFailures} more`);
if (failures.length > 0) process.exitCode = 1;
