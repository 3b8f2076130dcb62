/** Progress as data: exact through JSON, and nothing else is taken for it. */
import { expect, it } from "vitest";
import { UsageError } from "../../../src/errors.js";
import { checkCallbacks } from "../../../src/models/loop/callbackChecks.js";
import { checkSignal } from "../../../src/models/loop/fitOptions.js";
import { Progress, checkProgress } from "../../../src/models/loop/progress.js";
import { checkBatches } from "../../../src/models/loop/resuming.js";
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

it("leaves in peace what has a name and nothing to remember, and what remembers without a name", () => {
  const progress = new Progress();
  progress.begin([{ save: () => ({ count: 1 }) }, { name: "a", save: () => ({ count: 2 }) }, { name: "b" }]);
  expect(progress.toJSON().callbacks).toEqual([{ name: "a", state: { count: 2 } }]);
  progress.begin([{ name: "a" }])();
});

it("holds the terms of several outputs alone, and says nothing of groups before there were batches", () => {
  const progress = new Progress();
  expect(progress.toJSON()).toEqual({ epoch: 0, batch: 0, lossSum: 0, samples: 0, passes: 0, callbacks: [] });
  progress.add([full([], 2)], 3);
  expect(progress.toJSON()).toEqual({ epoch: 0, batch: 1, lossSum: 6, samples: 3, passes: 0, callbacks: [], grouping: false });
  const several = new Progress();
  several.add([full([], 0), tensor([4, 1, 0.5, 2], [2, 2])], 2);
  expect(several.toJSON().lossSums).toHaveLength(4);
  several.reset();
  expect(several.toJSON()).toEqual({ epoch: 0, batch: 0, lossSum: 0, samples: 0, passes: 0, callbacks: [] });
}); // prettier-ignore

it.each<number | false | undefined>([undefined, false, 1, 50])("takes grouping %j", (grouping) => {
  const saved = { epoch: 1, batch: 0, lossSum: 0, samples: 0, passes: 0, callbacks: [{ name: "a", state: {} }] };
  checkProgress({ ...saved, ...(grouping !== undefined && { grouping }) });
});

it("a fit resumes with the batches that training began with, and no others", () => {
  const saved = (batch: number, samples: number, grouping?: number | false) =>
    ({ epoch: 0, batch, samples, lossSum: 0, passes: 0, callbacks: [], ...(grouping !== undefined && { grouping }) });
  const batches = (rows: number, batchSize: number, grouping: number | false = false) => ({ rows, batchSize, grouping });
  checkBatches(saved(2, 8), batches(10, 4));
  checkBatches(saved(3, 10, false), batches(10, 4));
  checkBatches(saved(3, 10), batches(10, 4, 5));
  checkBatches(saved(3, 10, 5), batches(10, 4, 5));
  const groups = "fit: training began with a different groupByLength; expected";
  const rest = "Resuming needs the same groupByLength.";
  expect(() => checkBatches(saved(3, 10, 5), batches(10, 4))).toThrow(new UsageError(`${groups} multiples of 5, got false. ${rest}`));
  expect(() => checkBatches(saved(3, 10, false), batches(10, 4, 8))).toThrow(new UsageError(`${groups} false, got multiples of 8. ${rest}`));
  expect(() => checkBatches(saved(3, 10, 5), batches(10, 4, 8))).toThrow(new UsageError(`${groups} multiples of 5, got multiples of 8. ${rest}`));
  expect(() => checkBatches(saved(2, 8), batches(10, 5))).toThrow(new UsageError("fit: the batches differ from those that training began with; expected 8 samples in 2 batches, got 10 samples in 2 batches. Resuming needs the same data and batchSize."));
  expect(() => checkBatches(saved(3, 10), batches(9, 4))).toThrow("expected 10 samples in 3 batches, got 9 samples in 3 batches.");
}); // prettier-ignore

it("signals and callbacks are known by what they can do", () => {
  checkSignal("f", undefined);
  checkSignal("f", new AbortController().signal);
  for (const wrong of [null, 5, {}, { throwIfAborted: true }]) expect(() => checkSignal("f", wrong as never)).toThrow(UsageError);
  const check = (callback: unknown) => () => checkCallbacks("fit", [callback]);
  check({ onEpochEnd: () => undefined })();
  check({ onEpochEnd: () => undefined, stationOnHold: 1, once: 2 })();
  const text = (got: string) => new RegExp(`^fit: callback 0 has an unknown hook, or none; expected some of on.*, got ${got}$`);
  const monitor = (): void => undefined;
  expect(check(null)).toThrow(text("null\\."));
  expect(check(undefined)).toThrow(text("undefined\\."));
  expect(check("onEpochEnd")).toThrow(text('"onEpochEnd"\\.'));
  expect(check({})).toThrow(text("Object\\."));
  expect(check({ onEpochEnd: 1, onEpochEnds: 1 })).toThrow(text("onEpochEnds\\."));
  expect(check(monitor)).toThrow(text(".* Call it: monitor\\(\\)\\."));
  expect(check(Object.assign(monitor, { onEpochEnd: 1 }))).toThrow(text(".* Call it: monitor\\(\\)\\."));
}); // prettier-ignore

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
  [{ epoch: 1, batch: 0, lossSum: 0, samples: 0, passes: 0, callbacks: [{ name: 1, state: {} }] }],
  [{ epoch: 1, batch: 0, lossSum: 0, samples: 0, passes: 0, callbacks: [{ state: {} }] }],
  [{ epoch: 1, batch: 0, lossSum: 0, samples: 0, passes: 0, callbacks: [], grouping: 1.5 }],
  [{ epoch: 1, batch: 0, lossSum: 0, samples: 0, passes: 0, callbacks: [], grouping: -1 }],
])("refuses %j", (saved) => {
  expect(() => checkProgress(saved as never)).toThrow(
    `loadModel: the progress is damaged; expected numbers of epochs, batches, samples and passes, a sum, and the states of callbacks, got ${JSON.stringify(saved)}.`,
  );
});
