/** The machine's limits, measured with the memory and threads of the running library. */
import type { Limits } from "./case.js";
import { copyStream, peakMultiplyAdds } from "../src/ops/peak.js";
import { launcher } from "../src/runtime/runtime.js";
import { zeros } from "../src/tensor/create.js";

/**
 * Elements of the copy, from 8 MB to 8 MB: as much memory as Adam needs for a million parameters, so that both lie in
 * the same cache or memory.
 */
const copied = 2 ** 21;

/** The limits. The copy's memory is allocated when it is first needed and freed by the garbage collector. */
export function machineLimits(): Limits {
  let copy: (() => number) | undefined;
  const makeCopy = (): (() => number) => {
    const [out, x] = [zeros([copied]), zeros([copied])];
    return () => copyStream(out, x);
  };
  return { multiplyAdds: peakMultiplyAdds, copy: () => (copy ??= makeCopy())() };
}

/** Waits until the threads that start in the background have arrived, for a second at most. */
export async function threadsArrived(): Promise<void> {
  const { pool } = launcher();
  const end = performance.now() + 1000;
  while (pool?.isReady === false && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 1));
}
