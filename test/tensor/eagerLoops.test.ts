/** Eager loops without scope or dispose stay in flat memory, awaited or not, and compute what they would with memory to spare. One `init` a file. */
import { beforeAll, expect, it } from "vitest";
import {
  MemoryError,
  type Recording,
  type Tensor,
  add,
  concat,
  full,
  init,
  memoryUsage,
  mul,
  record,
  slice,
  sum,
} from "../../src/index.js";
import { heap } from "../../src/runtime/runtime.js";
import { type Pause, eagerLoops } from "../support/eagerLoops.js";

const limit = 256 * 2 ** 20;

beforeAll(() => init({ memoryMaxBytes: limit, threads: 1 }));

const rounds: readonly (readonly [keyof typeof eagerLoops, number, Pause])[] = [
  ["operations", 4000, "none"], // three times what the limit holds
  ["operations", 2500, "await"],
  ["operations", 2500, "turn"],
  ["models", 14, "none"],
  ["models", 14, "turn"],
  ["recordings", 3000, "turn"],
];

it.each(rounds)("under 256 MiB, a loop of %s, %i rounds, pause: %s", async (name, count, pause) => {
  heap().resetPeak();
  const { run, expected } = eagerLoops[name];
  expect(await run(count, pause)).toBe(expected(count));
  expect(memoryUsage().peakBytes).toBeLessThan(limit);
  expect(process.memoryUsage().arrayBuffers).toBeLessThan(limit);
});

let loss: number | undefined;

it.each<Pause>(["none", "await", "turn"])(
  "under 256 MiB, 800 steps of training by hand, the same bits each time, pause: %s",
  async (pause) => {
    heap().resetPeak();
    const last = await eagerLoops.steps.run(800, pause);
    expect((loss ??= last)).toBe(last);
    expect(last).toBeLessThan(2);
    expect(memoryUsage().peakBytes).toBeLessThan(limit);
  },
);

it("recordings left behind without a turn of the event loop fill the memory: the error says what to do", () => {
  const x = full([64, 784], 1);
  const left: Recording<Tensor>[] = [];
  const fill = (): void => {
    for (let i = 0; i < 2000; i++) left.push(record(() => mul(x, 2)));
  };
  expect(fill).toThrow("recordings by dispose()");
  expect(left.length).toBeGreaterThan(1000);
  for (const recording of left) recording.dispose();
  expect(record(() => sum(mul(x, 2))).result.item()).toBe(2 * x.size);
});

it("three tensors of 96 MiB are held under 256 MiB and keep their values; what needs them at once is a MemoryError", () => {
  const large = [1, 2, 3].map((value) => full([24 * 2 ** 20], value));
  const ends = (): number[] => large.map((x) => slice(x, [x.size - 1], [1]).item());
  expect(ends()).toEqual([1, 2, 3]);
  expect(() => concat(large)).toThrow(MemoryError);
  expect(() => add(large[0], large[1])).toThrow(MemoryError);
  expect(ends()).toEqual([1, 2, 3]);
  expect(add(slice(large[0], [0], [8]), slice(large[2], [0], [8])).toArray()).toEqual(new Array(8).fill(4));
  for (const x of large) x.dispose();
});
