/** A worker that is ended while the event loop does not turn: nothing can report it, and the launch that waits for it finds out. One `init` a file. */
import { Worker } from "node:worker_threads";
import { expect, it, vi } from "vitest";
import { ThreadError, exp, info, init, scope, tensor } from "../../src/index.js";
import { launcher } from "../../src/runtime/runtime.js";

it("terminated without await: a call in the same job is a ThreadError within 1 s, not after 30 s; a slow one is waited for", async () => {
  const started: Worker[] = [];
  const unref = vi.spyOn(Worker.prototype, "unref").mockImplementation(function (this: Worker) {
    started.push(this);
  });
  await init({ threads: 2 });
  unref.mockRestore();
  const pool = launcher().pool!;
  for (let i = 0; i < 2000 && !pool.isReady; i++) await new Promise((resolve) => setTimeout(resolve, 5));
  const large = tensor(new Float32Array(8_000_000));
  for (let i = 0; i < 5; i++) expect(scope(() => exp(large).toTypedArray()[7_999_999])).toBe(1); // longer than the patience of a launch
  expect(info()).toMatchObject({ threads: 2 });

  const x = tensor(new Float32Array(100_000));
  const call = (): number => scope(() => exp(x).toTypedArray()[99_999]);
  const start = performance.now();
  void started[0].terminate();
  let error: unknown;
  while (error === undefined && performance.now() - start < 20_000) {
    try {
      expect(call()).toBe(1); // its thread has not ended yet
    } catch (thrown) {
      error = thrown;
    }
  }
  const elapsed = performance.now() - start;
  expect(error).toBeInstanceOf(ThreadError);
  expect(String(error)).toContain("threads: thread 1 died. Results of the running call are lost");
  expect(elapsed).toBeLessThan(1000);
  expect(info()).toMatchObject({ threads: 1, threadsReason: "thread 1 died" });
  expect(call()).toBe(1);
}, 60_000);
