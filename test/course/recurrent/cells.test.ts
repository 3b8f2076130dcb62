/** The tasks of the lesson on cells, and the lesson at short lengths. */
import { Random } from "lanegrad";
import { expect, it } from "vitest";
import { emptySequences, tasks } from "../../../course/recurrent/memoryTasks.js";
import { lanegrad } from "../../../src/cli/lanegrad.js";
import { init } from "../../../src/runtime/init.js";
import { record } from "../../cli/support.js";

it("a sum has one marked number in each half; a symbol to recall stands at the first step only", async () => {
  await init();
  const [adding, recalling] = tasks;
  const sums = emptySequences(adding, 50, 9);
  adding.fill(sums, new Random(1));
  const [x, y] = [sums.x.toTypedArray(), sums.y.toTypedArray()];
  for (let n = 0; n < 50; n++) {
    const marked = Array.from({ length: 9 }, (_, t) => t).filter((t) => x[2 * (9 * n + t) + 1] === 1);
    expect(marked).toHaveLength(2);
    expect([marked[0] < 5, marked[1] >= 5]).toEqual([true, true]);
    expect(y[n]).toBeCloseTo(x[2 * (9 * n + marked[0])] + x[2 * (9 * n + marked[1])], 5);
  }
  expect(adding.right([0.5, 1.3, 1], [0.69, 1, 1])).toBe(2);
  const recalled = emptySequences(recalling, 50, 6);
  recalling.fill(recalled, new Random(2));
  const [symbols, labels] = [recalled.x.toTypedArray(), recalled.y.toTypedArray()];
  for (let n = 0; n < 50; n++)
    for (let t = 0; t < 6; t++) {
      const row = Array.from(symbols.subarray(8 * (6 * n + t), 8 * (6 * n + t + 1)), Number);
      expect(row.reduce((sum, value) => sum + value, 0)).toBe(1);
      if (t === 0) expect(row.indexOf(1)).toBe(labels[n]);
      else expect(row.indexOf(1)).toBeGreaterThanOrEqual(4);
    }
  expect(new Set(labels).size).toBe(4);
  expect(recalling.right([0, 1, 0, 0, 5, 1, 2, 3], [1, 3])).toBe(1);
  for (const { x: one, y: other } of [sums, recalled]) for (const each of [one, other]) each.dispose();
});

it("six cells at 10 and 20 steps: each shares a row in both tasks, GRU and LSTM add over 20, and no failed one goes on", async () => {
  const recorded = record();
  const args = ["train", "cells", "--longest", "20", "--steps", "400", "--json"];
  expect(await lanegrad(args, recorded.surroundings), recorded.stderr()).toBe(0);
  interface Own {
    readonly task: string;
    readonly cell: string;
    readonly length: number;
    readonly isLearnt: boolean;
  }
  const { lengths, reach, networks } = JSON.parse(recorded.stdout()) as {
    lengths: number[];
    reach: Own[];
    networks: Own[];
  };
  expect(lengths).toEqual([10, 20]);
  expect(reach).toHaveLength(12);
  for (const own of reach) {
    const trained = networks.filter(({ task, cell }) => task === own.task && cell === own.cell);
    expect(own.length).toBe(Math.max(0, ...trained.filter(({ isLearnt }) => isLearnt).map(({ length }) => length)));
    expect(trained.slice(0, -1).every(({ isLearnt }) => isLearnt)).toBe(true);
  }
  const reached = (cell: string): number => reach.find((one) => one.cell === cell && one.task === "add two numbers")!.length; // prettier-ignore
  expect(reached("GRU")).toBe(20);
  expect(reached("simple RNN (ReLU)")).toBe(20);
  expect(recorded.stderr()).toMatch(/shows +To add two numbers, over 20 steps: /);
});
