/** A page that runs one of the eager loops, named in its address, under 256 MiB, and writes what came of it into its <output>. */
import { init, memoryUsage } from "lanegrad";
import { type Pause, eagerLoops } from "../support/eagerLoops.js";

async function run(): Promise<unknown> {
  const query = new URLSearchParams(location.search);
  await init({ memoryMaxBytes: 256 * 2 ** 20, threads: 1 });
  const { run } = eagerLoops[query.get("loop") as keyof typeof eagerLoops];
  const value = await run(Number(query.get("count")), query.get("pause") as Pause);
  return { value, peakBytes: memoryUsage().peakBytes };
}

const show = (result: unknown): void => {
  document.querySelector("output")!.textContent = JSON.stringify(result);
};
run().then(show, (error: unknown) => show({ error: String(error) }));
