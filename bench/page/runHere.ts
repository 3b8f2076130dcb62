/** The benchmarks in a browser: the groups that do not need a process of their own. */
import { type Group, groups } from "../case.js";
import { cnnCases } from "../cases/cnn.js";
import { convCases } from "../cases/conv.js";
import { denseCases } from "../cases/dense.js";
import { elementwiseCases } from "../cases/elementwise.js";
import { gemmCases } from "../cases/gemm.js";
import { maxPoolCase } from "../cases/pool.js";
import { type Measurement, measure, measureLimit, median } from "../measure.js";
import { tinyCases } from "../cases/tiny.js";
import { init } from "../../src/index.js";
import { adamCase } from "../cases/adam.js";
import { convGradientCases } from "../cases/convGradient.js";
import { launchCases } from "../cases/launches.js";
import { machineLimits, threadsArrived } from "../limits.js";
import type { BenchResult } from "../result.js";

const cases = [
  ...gemmCases,
  ...denseCases,
  ...convCases,
  maxPoolCase,
  ...convGradientCases,
  ...cnnCases,
  ...elementwiseCases,
  adamCase,
  ...tinyCases,
  ...launchCases,
];

/** The groups that can run here. */
export const hereGroups: readonly Group[] = groups.filter((group) => cases.some((one) => one.group === group));

/**
 * Runs a group, or all. Uses threads if the page may share memory.
 * @param tell  called with the name of the next measurement
 * @throws {WrongResultError} when a result is wrong
 */
export async function runHere(group: string, seconds: number, tell: (text: string) => void): Promise<BenchResult> {
  tell("starting");
  const { build, wide, threads } = await init();
  await threadsArrived();
  const limits = machineLimits();
  const results: Measurement[] = [];
  const peaks: { gflops: number[]; gbs: number[] } = { gflops: [], gbs: [] };
  for (const one of cases) {
    if ((group !== "all" && one.group !== group) || (one.group === "threads" && threads === 1)) continue;
    tell(`${one.name} …`);
    await painted();
    const { measurement, peakGflops, peakGBs } = measure(one, seconds, limits);
    results.push(measurement);
    if (peakGflops !== undefined) peaks.gflops.push(peakGflops);
    if (peakGBs !== undefined) peaks.gbs.push(peakGBs);
  }
  return {
    peakGflops: peaks.gflops.length > 0 ? median(peaks.gflops) : measureLimit(limits.multiplyAdds, seconds),
    peakGBs: peaks.gbs.length > 0 ? median(peaks.gbs) : measureLimit(limits.copy, seconds),
    ...{ build, wide, threads, node: navigator.userAgent, cpu: coresText(navigator.hardwareConcurrency), results },
  };
}

/** Resolves after the latest changes to the page have been drawn. */
function painted(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}

const coresText = (cores: number): string => `${cores} core${cores === 1 ? "" : "s"}`;
