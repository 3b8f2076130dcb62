/** The machine's limits as the benchmarks take them, on the memory and the threads that are running. */
import type { Limits } from "./case.js";
import { copyStream, peakMultiplyAdds } from "../src/ops/peak.js";
import { launcher } from "../src/runtime/runtime.js";
import { zeros } from "../src/tensor/create.js";

/** Elements of the copy, 8 MB from and 8 MB to: together as much memory as Adam needs for a million parameters, so that it lies where that lies. */
const copied = 2 ** 21;

/** The limits. The copy's memory is taken when it is first asked for, and freed by the garbage collector. */
export function machineLimits(): Limits {
  let copy: (() => number) | undefined;
  const makeCopy = (): (() => number) => {
    const [out, x] = [zeros([copied]), zeros([copied])];
    return () => copyStream(out, x);
  };
  return { multiplyAdds: peakMultiplyAdds, copy: () => (copy ??= makeCopy())() };
}

/** Waits until the threads that start in the background are there; a second at most. */
export async function threadsArrived(): Promise<void> {
  const { pool } = launcher();
  const end = performance.now() + 1000;
  while (pool?.isReady === false && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 1));
}
