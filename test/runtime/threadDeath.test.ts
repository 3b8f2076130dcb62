/** A worker's death: an error in the call that needed it, never a hang, and a library that goes on with one thread. One `init` a file. */
import { fill } from "#wasm/kernels";
import { expect, it } from "vitest";
import { exp, info, init, scope, tensor } from "../../src/index.js";
import { heap, launcher } from "../../src/runtime/runtime.js";

it("a trap in a worker: its launch is a ThreadError within 10 s, and the library goes on with one thread", async () => {
  await init({ threads: 2 });
  const pool = launcher().pool!;
  for (let i = 0; i < 2000 && !pool.isReady; i++) await new Promise((resolve) => setTimeout(resolve, 5));
  const x = tensor(new Float32Array(100_000));
  const last = (): number => scope(() => exp(x).toTypedArray()[99_999]);
  expect(last()).toBe(1);

  // The first half of this fill is thread 0's and lies in memory; the second half is the worker's and does not.
  const n = 100_000;
  const end = heap().memory.buffer.byteLength;
  const start = performance.now();
  expect(() => fill(end - 2 * n, 0, n)).toThrow(
    /^threads: a thread died\. Results of the running call are lost; from now on one thread does all the work\.$/,
  );
  expect(performance.now() - start).toBeLessThan(10_000); // not the 30 s of a thread that gives no sign
  expect(info()).toMatchObject({ threads: 1 });
  expect(info().threadsReason).toMatch(/^a thread died/);
  expect(last()).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 50)); // the worker's own report arrives
  expect(last()).toBe(1);
  x.dispose();
}, 60_000);
