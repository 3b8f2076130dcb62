/**
 * One thread against all: products and training steps in processes of their own, in turns, since a process has a fixed
 * number of threads; and launches.
 */
import { availableParallelism } from "node:os";
import { type Measured, type Measurement, halfRange, measurement, median } from "../measure.js";
import { benchInChild } from "./child.js";
import { launchCases } from "../cases/launches.js";
import { type Setting, type Suite, suiteOf } from "./suite.js";

/** The cases that are compared, and their groups. */
const compared = [
  { group: "gemm", name: "square 1024" },
  { group: "dense", name: "784-300-10 batch 64, training step" },
  { group: "dense", name: "784-2500-2000-1500-1000-500-10 batch 100, training step" },
] as const;

const mostDefaultThreads = 8;
const rounds = 3;
const launches = suiteOf(launchCases);
const [one, all] = [(name: string) => `${name}, one thread`, (name: string) => `${name}, all threads`];

/** Launches, then pairs of rows: one thread, and all threads with the speedup. */
export const threadsSuite: Suite = {
  names: [...launches.names, ...compared.flatMap(({ name }) => [one(name), all(name)])],
  async *run(isWanted, setting) {
    const { threads, note } = setting;
    const count = threads > 1 ? threads : Math.min(availableParallelism(), mostDefaultThreads);
    if (count === 1) {
      note("threads: this machine has one core; there is nothing to compare.");
      return;
    }
    if (threads === count) yield* launches.run(isWanted, setting);
    else yield* launchesInChild(isWanted, setting, count);
    for (const { group, name } of compared) {
      if (!isWanted(one(name)) && !isWanted(all(name))) continue;
      setting.working(all(name));
      const turns: [alone: Measurement, together: Measurement][] = [];
      for (let round = 0; round < rounds; round++) {
        const alone = await inChild(group, name, setting, 1);
        turns.push([alone[0], (await inChild(group, name, setting, count))[0]]);
      }
      const alone = combined(
        one(name),
        turns.map(([first]) => first),
      );
      const together = combined(
        all(name),
        turns.map(([, second]) => second),
      );
      if (isWanted(one(name))) yield { measurement: alone };
      if (isWanted(all(name))) yield { measurement: { ...together, speedup: alone.ms / together.ms } };
    }
  },
};

async function* launchesInChild(
  isWanted: (name: string) => boolean,
  setting: Setting,
  threads: number,
): AsyncGenerator<Measured> {
  for (const name of launches.names.filter(isWanted)) {
    setting.working(name);
    for (const result of await inChild("threads", name, setting, threads)) yield { measurement: result };
  }
}

/** The measurements of one name by `lanegrad bench` with that many threads. */
async function inChild(group: string, name: string, { seconds, wide, files, signal }: Setting, threads: number) {
  const args = [group, "--only", name, "--seconds", String(seconds), "--threads", String(threads)];
  return (await benchInChild(files, [...args, ...(wide ? ["--wide"] : [])], signal)).results;
}

/** The medians of several measurements of the same case. */
function combined(name: string, turns: readonly Measurement[]): Measurement {
  const ms = median(turns.map((turn) => turn.ms));
  const spreadPercent = (100 * halfRange(turns.map((turn) => turn.ms))) / ms;
  const [gflops, percentOfPeak] = [turns.map((turn) => turn.gflops!), turns.map((turn) => turn.percentOfPeak!)].map(
    median,
  );
  return measurement({ ...turns[0], group: "threads", name, ms, spreadPercent, gflops, percentOfPeak });
}
