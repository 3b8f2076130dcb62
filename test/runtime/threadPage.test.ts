/** A worker that was ended from outside, on a main thread that may not sleep and cannot ask who is alive, as a page's. One `init` a file. */
import { Worker } from "node:worker_threads";
import { controlBegun, controlGeneration } from "#wasm/layout";
import { expect, it, vi } from "vitest";
import { exp, info, init, scope, tensor } from "../../src/index.js";
import { launcher } from "../../src/runtime/runtime.js";

/** (func (export "s") (param i64) (loop (br_if 0 (i64.ne (local.tee 0 (i64.sub (local.get 0) (i64.const 1))) (i64.const 0))))) */
const counting = "0061736d0100000001050160017e0003020100070501017300000a130111000340200042017d22004200520d000b0b";

/** Seconds of processor time in which a loop of the kernels turns so often. */
function secondsOf(turns: number): number {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(counting, "hex")));
  const count = exports.s as (turns: bigint) => void;
  for (let i = 0; i < 100; i++) count(1_000_000n); // until it is compiled for speed
  const { user } = process.cpuUsage();
  for (let left = turns; left > 0; left -= 100_000_000) count(100_000_000n);
  return (process.cpuUsage().user - user) / 1e6;
}

it("terminated between launches: a page's main thread gives it up after some seconds, not 30; each worker counts the launches it begins", async () => {
  const started: Worker[] = [];
  const unref = vi.spyOn(Worker.prototype, "unref").mockImplementation(function (this: Worker) {
    started.push(this);
  });
  const silent = vi.spyOn(Worker.prototype, "on").mockReturnThis(); // in a page nobody reports such an end
  vi.stubGlobal("document", {});
  await init({ threads: 3 });
  vi.unstubAllGlobals();
  for (const spy of [unref, silent]) spy.mockRestore();
  const pool = launcher().pool!;
  const load = vi.spyOn(Atomics, "load"); // tells where the control block is
  for (let i = 0; i < 2000 && !pool.isReady; i++) await new Promise((resolve) => setTimeout(resolve, 5));
  const words = load.mock.calls[0][0] as unknown as Int32Array;
  load.mockRestore();
  const x = tensor(new Float32Array(100_000));
  const call = (): number => scope(() => exp(x).toTypedArray()[99_999]);
  for (let i = 0; i < 1000; i++) expect(call()).toBe(1);
  expect([started.length, info().threads]).toEqual([2, 3]);
  expect(words[controlGeneration / 4]).toBeGreaterThanOrEqual(1000);
  expect(words[controlBegun / 4]).toBe(2 * words[controlGeneration / 4]); // each worker counts each launch

  await started[1].terminate();
  const { user } = process.cpuUsage();
  expect(call).toThrow("threads: a thread died. Results of the running call are lost");
  const seconds = (process.cpuUsage().user - user) / 1e6; // of all threads; those that are left sleep
  const ofBeginning = secondsOf(2_000_000_000); // turns that a beginning is waited for; for an end six times as many
  expect(seconds).toBeLessThan(8 * ofBeginning);
  expect(info()).toMatchObject({ threads: 1, threadsReason: "a thread died" });
  expect(call()).toBe(1);
  x.dispose();
}, 120_000);
