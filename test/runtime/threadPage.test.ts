/** A worker that was ended from outside, on a main thread that may not sleep and cannot ask who is alive, as a page's. One `init` a file. */
import { Worker } from "node:worker_threads";
import { controlBegun, controlGeneration } from "#wasm/layout";
import { expect, it, vi } from "vitest";
import { exp, info, init, scope, tensor } from "../../src/index.js";
import { launcher } from "../../src/runtime/runtime.js";

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
  expect(seconds).toBeLessThan(20);
  expect(info()).toMatchObject({ threads: 1, threadsReason: "a thread died" });
  expect(call()).toBe(1);
  x.dispose();
}, 120_000);
