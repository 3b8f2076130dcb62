/** The page of threadsInPage.test.ts: threads on a page's main thread, which may not sleep. */
import { abs, attention, exp, info, init, max, reshape, scope, sub, tensor } from "lanegrad";

const started: Worker[] = [];
class Watched extends Worker {
  constructor(url: string | URL) {
    super(url);
    started.push(this);
  }
}
globalThis.Worker = Watched;

/** Calls `f`, and says how long it took, what it gave or how it failed, and how many threads there are afterwards. */
function timed(f: () => number) {
  const from = performance.now();
  const told = (result: object) => ({ ...result, seconds: (performance.now() - from) / 1000, threads: info().threads });
  try {
    return told({ value: f() });
  } catch (error) {
    return told({ error: (error as Error).message });
  }
}

await init({ threads: 2 });
const x = tensor(new Float32Array(100_000));
const last = (): number => scope(() => exp(x).toTypedArray()[99_999]);
await new Promise((resolve) => setTimeout(resolve, 2000)); // a worker starts while the page's event loop runs

/** Attention in which one pair of sample and head has all the keys, the other one key: (2, T, D), values of 1. */
function oneLongShare(steps: number, lengths: readonly number[]): number {
  return scope(() => {
    const ones = reshape(tensor(new Float32Array(2 * steps * 64).fill(1)), [2, steps, 64]);
    return max(abs(sub(attention(ones, ones, ones, { lengths }), 1))).item();
  });
}

const steps = Number(new URL(location.href).searchParams.get("steps"));
const waited =
  steps > 0
    ? [
        [1, steps],
        [steps, 1],
      ].map((lengths) => timed(() => oneLongShare(steps, lengths)))
    : [];
started[0].terminate();
await new Promise((resolve) => setTimeout(resolve, 5000)); // Chromium ends a sleeping worker after 2 s
const result = { workers: started.length, waited, lost: timed(last), alone: timed(last) };
document.querySelector("output")!.textContent = JSON.stringify(result);
