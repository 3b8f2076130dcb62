/** Real threads: every kernel call cut into shares that workers compute, with the same bits as one thread. One `init` a file: three threads here. */
import { setAlone } from "#wasm/kernels";
import { beforeAll, describe, expect, it } from "vitest";
import {
  type Tensor,
  dense,
  exp,
  info,
  init,
  matmul,
  memoryUsage,
  record,
  scope,
  softmax,
  sum,
  tensor,
} from "../../src/index.js";
import { launcher } from "../../src/runtime/runtime.js";

/** Launches of the soak test; LANEGRAD_SOAK=100000 for the long one. */
const soak = Number(process.env.LANEGRAD_SOAK ?? 1000);

/** Threads; LANEGRAD_THREADS for another number. */
const threads = Number(process.env.LANEGRAD_THREADS ?? 3);

/** Uniform numbers in [−1, 1) that depend on the seed alone. */
function values(n: number, seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length: n }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

async function untilReady(): Promise<void> {
  for (let i = 0; i < 2000 && !launcher().pool!.isReady; i++) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** What `fn` gives on thread 0 alone: all shares in one. */
function alone<T>(fn: () => T): T {
  const library = launcher();
  const { pool } = library;
  setAlone(1);
  library.pool = undefined;
  try {
    return fn();
  } finally {
    library.pool = pool;
    setAlone(0);
  }
}

beforeAll(async () => {
  await init({ threads });
  await untilReady();
}, 60_000);

describe(`${threads} threads`, () => {
  it("are there, and said to be", () => {
    expect(info()).toMatchObject({ threads, threadsReason: "as asked for" });
    expect(launcher().pool!.isReady).toBe(true);
  });

  it.each([
    ["exp", (x: Tensor) => exp(x)],
    ["matmul", (x: Tensor) => matmul(x, x)],
    ["matmul, transposed", (x: Tensor) => matmul(x, x, { transposeA: true })],
    ["dense", (x: Tensor) => dense(x, x, undefined, "relu")],
    ["softmax", (x: Tensor) => softmax(x)],
    ["sum", (x: Tensor) => sum(x)],
    ["sum over rows", (x: Tensor) => sum(x, 0)],
  ] as const)("%s of (257, 257): the same bits as one thread", (_, op) => {
    scope(() => {
      const x = tensor(values(257 * 257, 1), [257, 257]);
      expect(op(x).toTypedArray()).toEqual(alone(() => op(x).toTypedArray()));
    });
  });

  it(`a soak of ${soak} launches of random sizes, small and large, gives no wrong result`, () => {
    let seed = 9;
    const next = (n: number): number => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return Math.floor((seed / 2 ** 32) * n);
    };
    const x = tensor(values(100_000, 3));
    const expected = alone(() => scope(() => exp(x).toTypedArray()));
    for (let i = 0; i < soak; i++) {
      const n = 1 + next(next(2) === 0 ? 100_000 : 3000); // small ones stay with thread 0
      scope(() => {
        const y = exp(x.section(0, [n])).toTypedArray();
        const at = y.findIndex((value, j) => value !== expected[j]);
        if (at >= 0) throw new Error(`launch ${i}, n = ${n}: element ${at} is ${y[at]} instead of ${expected[at]}`);
      });
    }
    x.dispose();
  }, 600_000);

  it("recorded steps run on all threads, also when they have fallen asleep in between", async () => {
    const [x, w] = [tensor(values(128 * 300, 4), [128, 300]), tensor(values(300 * 200, 5), [300, 200])];
    const step = record(() => softmax(dense(x, w, undefined, "tanh")));
    const expected = alone(() => scope(() => softmax(dense(x, w, undefined, "tanh")).toTypedArray()));
    for (let i = 0; i < 20; i++) {
      if (i % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      x.assign(new Float32Array(x.size));
      step.replay();
      x.assign(values(128 * 300, 4));
      step.replay();
      expect(step.result.toTypedArray()).toEqual(expected);
    }
    for (const thing of [step, step.result, x, w]) thing.dispose();
  });

  it("memory may grow while the workers run", () => {
    const before = memoryUsage().bytesInUse;
    scope(() => {
      const n = 6_000_000;
      const x = tensor(values(n, 6));
      const y = exp(x);
      const [a, b] = [y.toTypedArray(), x.toTypedArray()];
      for (let i = 0; i < n; i += 99_991) expect(Math.abs(a[i] / Math.exp(b[i]) - 1)).toBeLessThan(1e-6);
    });
    expect(memoryUsage().bytesInUse).toBe(before);
  });
});
