/** Progress as data: exact through JSON, and nothing else is taken for it. */
import { expect, it } from "vitest";
import { Progress, checkProgress } from "../../../src/models/loop/progress.js";
import { full, tensor } from "../../../src/tensor/create.js";
import "../../support/engine.js";

it("survives JSON exactly", () => {
  const progress = new Progress();
  progress.restart(3);
  progress.add([full([], 0.1)], 7);
  progress.add([full([], 1 / 3)], 5, 50);
  const again = new Progress();
  again.restore(JSON.parse(JSON.stringify(progress)));
  expect(again.toJSON()).toEqual(progress.toJSON());
  expect(again.loss).toBe(progress.loss);
  expect([again.epoch, again.batch]).toEqual([3, 2]);
  again.nextEpoch();
  const next = { epoch: 4, batch: 0, lossSum: 0, samples: 0, passes: 1, callbacks: [], grouping: 50 };
  expect(again.toJSON()).toEqual(next);
});

it("weighs each term of a loss by its own weight, and keeps both through JSON", () => {
  const progress = new Progress();
  const terms = (...values: number[]) => [full([], 0), tensor(values, [values.length / 2, 2])];
  progress.add(terms(4, 1, 0.5, 2), 2);
  progress.add(terms(1, 3, 0.25, 2), 2);
  expect(progress.loss).toBe((4 + 3) / 4 + 0.375);
  const again = new Progress();
  again.restore(JSON.parse(JSON.stringify(progress)));
  for (const each of [progress, again]) each.add(terms(7, 0, 0.375, 1), 1);
  expect(again.loss).toBe((4 + 3) / 4 + 0.375);
  expect(again.toJSON()).toEqual(progress.toJSON());
  const nothing = new Progress();
  nothing.add(terms(0, 0, 0, 1), 1);
  expect(nothing.loss).toBe(0);
});

it("hands each callback what the one of its name and place remembered", () => {
  const counter = (name: string, count = 0) => ({
    name,
    save: () => ({ count }),
    restore: (saved: Readonly<Record<string, number | null>>) => void (count = saved.count ?? NaN),
  });
  const progress = new Progress();
  progress.begin([counter("a", 1), {}, counter("b", 2), counter("a", 3)]);
  const loaded = new Progress();
  loaded.restore(JSON.parse(JSON.stringify(progress)));
  for (const each of [loaded, progress]) {
    const callbacks = [counter("b"), counter("a"), counter("a"), counter("a"), { name: "c" }];
    each.begin(callbacks)();
    expect(callbacks.map((callback) => ("save" in callback ? callback.save().count : "–"))).toEqual([2, 1, 3, 0, "–"]);
  }
});

it.each([
  [null],
  [{ epoch: 1, batch: 0, lossSum: 0, samples: 0, passes: 0 }],
  [{ epoch: -1, batch: 0, lossSum: 0, samples: 0, passes: 0, callbacks: [] }],
  [{ epoch: 1.5, batch: 0, lossSum: 0, samples: 0, passes: 0, callbacks: [] }],
  [{ epoch: 1, batch: 0, lossSum: 0, samples: 0, callbacks: [] }],
  [{ epoch: 1, batch: 0, lossSum: null, samples: 0, passes: 0, callbacks: [] }],
  [{ epoch: 1, batch: 0, lossSum: 0, lossSums: [1, 2, 3], samples: 0, passes: 0, callbacks: [] }],
  [{ epoch: 1, batch: 0, lossSum: 0, lossSums: [1, null], samples: 0, passes: 0, callbacks: [] }],
  [{ epoch: 1, batch: 0, lossSum: 0, samples: 0, passes: 0, callbacks: [null] }],
  [{ epoch: 1, batch: 0, lossSum: 0, samples: 0, passes: 0, callbacks: [], grouping: 0 }],
  [{ epoch: 1, batch: 0, lossSum: 0, samples: 0, passes: 0, callbacks: [], grouping: true }],
  [{ epoch: 1, batch: 0, lossSum: 0, samples: 0, passes: 0, callbacks: [{ name: "a", state: 1 }] }],
])("refuses %j", (saved) => {
  expect(() => checkProgress(saved as never)).toThrow(
    `loadModel: the progress is damaged; expected numbers of epochs, batches, samples and passes, a sum, and the states of callbacks, got ${JSON.stringify(saved)}.`,
  );
});
