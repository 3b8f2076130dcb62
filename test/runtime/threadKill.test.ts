/** A worker that is ended between launches. One `init` a file. */
import { Worker } from "node:worker_threads";
import { expect, it, vi } from "vitest";
import { exp, info, init, scope, tensor } from "../../src/index.js";
import { launcher } from "../../src/runtime/runtime.js";

it("terminated between launches: the next call that needs it is a ThreadError, those after it run on one thread", async () => {
  const started: Worker[] = [];
  const unref = vi.spyOn(Worker.prototype, "unref").mockImplementation(function (this: Worker) {
    started.push(this);
  });
  await init({ threads: 2 });
  unref.mockRestore();
  const pool = launcher().pool!;
  for (let i = 0; i < 2000 && !pool.isReady; i++) await new Promise((resolve) => setTimeout(resolve, 5));
  const x = tensor(new Float32Array(100_000));
  expect(scope(() => exp(x).toTypedArray()[99_999])).toBe(1);

  expect(started).toHaveLength(1);
  await started[0].terminate();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(() => scope(() => exp(x))).toThrow("threads: thread 1 ended: exit status 1.");
  expect(info()).toMatchObject({ threads: 1, threadsReason: "thread 1 ended: exit status 1" });
  expect(scope(() => exp(x).toTypedArray()[99_999])).toBe(1);
  x.dispose();
}, 60_000);
