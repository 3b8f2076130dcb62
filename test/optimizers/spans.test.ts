/** Schedules over time: the clock that they go by, in fit, in recorded steps, through checkpoints; and what is no time. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { loadModel } from "../../src/models/file/loading.js";
import type { Model } from "../../src/models/model.js";
import { layers, losses, mul, ones, optimizers, record, schedules, sequential, sum, tensor } from "../../src/index.js";
import { scheduleFrom } from "../../src/optimizers/registry.js";
import type { Schedule } from "../../src/optimizers/optimizer.js";
import "../support/engine.js";

const r = { initialLearningRate: 0.1 };

afterEach(() => void vi.restoreAllMocks());

/** A clock that stands still until it is moved by so many seconds. */
function stoppedClock(): (seconds: number) => void {
  let now = 5000;
  vi.spyOn(performance, "now").mockImplementation(() => now);
  return (seconds) => void (now += 1000 * seconds);
}

describe("a schedule over 90 seconds gives after s seconds what the one over 90 steps gives at step s", () => {
  const time = { minutes: 1, seconds: 30 };
  it.each<[string, Schedule, Schedule]>([
    [
      "exponentialDecay",
      schedules.exponentialDecay({ ...r, decaySteps: time, decayRate: 0.5, staircase: true }),
      schedules.exponentialDecay({ ...r, decaySteps: 90, decayRate: 0.5, staircase: true }),
    ],
    [
      "inverseTimeDecay",
      schedules.inverseTimeDecay({ ...r, decaySteps: time, decayRate: 0.5 }),
      schedules.inverseTimeDecay({ ...r, decaySteps: 90, decayRate: 0.5 }),
    ],
    [
      "piecewiseConstantDecay",
      schedules.piecewiseConstantDecay({ boundaries: [{ seconds: 20 }, time], values: [3, 2, 1] }),
      schedules.piecewiseConstantDecay({ boundaries: [20, 90], values: [3, 2, 1] }),
    ],
    [
      "polynomialDecay",
      schedules.polynomialDecay({ ...r, decaySteps: time, power: 2, cycle: true }),
      schedules.polynomialDecay({ ...r, decaySteps: 90, power: 2, cycle: true }),
    ],
    [
      "cosineDecay",
      schedules.cosineDecay({ ...r, decaySteps: time, warmupSteps: { seconds: 20 }, warmupTarget: 1 }),
      schedules.cosineDecay({ ...r, decaySteps: 90, warmupSteps: 20, warmupTarget: 1 }),
    ],
    [
      "cosineDecayRestarts",
      schedules.cosineDecayRestarts({ ...r, firstDecaySteps: time, mMul: 0.5 }),
      schedules.cosineDecayRestarts({ ...r, firstDecaySteps: 90, mMul: 0.5 }),
    ],
  ])("%s", (_, byTime, bySteps) => {
    expect(bySteps.newClock).toBeUndefined();
    expect(byTime.newClock!().seconds).toBe(0);
    for (const s of [0, 1, 19, 20, 21, 45, 89, 90, 91, 200, 1000]) expect(byTime.at(7, s)).toBe(bySteps.at(s));
    const restored = scheduleFrom(JSON.parse(JSON.stringify(byTime.config)) as Schedule["config"]);
    for (const s of [0, 30, 95]) expect(restored.at(0, s)).toBe(byTime.at(0, s));
  });

  it("oneCycle: its peak is at 30 % of the time, and its end at the end", () => {
    const cycle = schedules.oneCycle({ maxLearningRate: 1, totalSteps: time });
    expect(cycle.at(0, 0)).toBeCloseTo(1 / 25, 12);
    expect(cycle.at(0, 27)).toBe(1);
    expect(cycle.at(0, 90)).toBeCloseTo(1 / 25e4, 12);
    expect(cycle.at(0, 900)).toBe(cycle.at(0, 90));
  });
});

describe("in training", () => {
  const line = (): Model => {
    const model = sequential([layers.dense({ units: 1, inputShape: [2] })], { seed: 1 });
    const learningRate = schedules.polynomialDecay({ ...r, decaySteps: { minutes: 40 }, endLearningRate: 0 });
    model.compile({ optimizer: optimizers.adam({ learningRate }), loss: losses.meanSquaredError() });
    return model;
  };
  const [x, y] = [ones([8, 2]), ones([8, 1])];

  it("fit follows the clock, which stands between two fits, and a checkpoint keeps it", async () => {
    const pass = stoppedClock();
    const model = line();
    const rates: number[] = [];
    const fit = (one: Model) =>
      one.fit(x, y, {
        batchSize: 2,
        callbacks: [
          {
            onBatchEnd(_batch, _logs, training) {
              pass(300); // five minutes for each of four steps
              rates.push(training.learningRate);
            },
          },
        ],
      });
    expect(model.learningRate).toBe(0.1);
    pass(1000);
    await fit(model);
    const expected = (minutes: number): number => 0.1 * (1 - minutes / 40);
    expect(rates).toEqual([5, 10, 15, 20].map((minutes) => expect.closeTo(expected(minutes), 12) as number));
    pass(1e6);
    expect(model.learningRate).toBeCloseTo(expected(20), 12);
    const loaded = await loadModel(await model.toBytes({ checkpoint: true }));
    pass(1e6);
    expect(loaded.learningRate).toBeCloseTo(expected(20), 12);
    await fit(loaded);
    expect(rates.slice(4)).toEqual([25, 30, 35, 40].map((minutes) => expect.closeTo(expected(minutes), 12) as number));
    loaded.learningRate = 0.5;
    await fit(loaded);
    expect(loaded.learningRate).toBe(0.5);
  });

  it("a recorded step of an optimizer on own tensors takes the rate of the time of each replay", () => {
    const pass = stoppedClock();
    const w = tensor([0], [1], { requiresGrad: true });
    const learningRate = schedules.polynomialDecay({ ...r, decaySteps: { seconds: 10 }, endLearningRate: 0 });
    const optimizer = optimizers.sgd({ learningRate }).for([w]);
    const step = record(() => {
      sum(mul(w, 1)).backward();
      optimizer.step();
    });
    pass(5);
    step.replay();
    pass(5);
    step.replay();
    expect(w.toTypedArray()[0]).toBeCloseTo(-(0.1 + 0.05), 6);
  });

  it("a checkpoint whose time is damaged is refused", async () => {
    const bytes = await line().toBytes({ checkpoint: true });
    const text = new TextDecoder("latin1").decode(bytes);
    const at = text.indexOf('\\"seconds\\":0');
    expect(at).toBeGreaterThan(0);
    bytes.set(new TextEncoder().encode('\\"seconds\\":[').slice(-1), at + '\\"seconds\\":'.length);
    await expect(loadModel(bytes)).rejects.toThrow("loadModel");
  });
});

describe("what is no time", () => {
  const decay = (decaySteps: unknown, warmupSteps?: unknown) => () =>
    schedules.cosineDecay({ ...r, decaySteps, warmupSteps, warmupTarget: 1 } as never);
  it.each([
    [decay({ minutes: -1 }), "cosineDecay: decaySteps: minutes is out of range; expected a number in [0, ∞), got -1."],
    [
      decay({ minute: 1 }),
      'cosineDecay: decaySteps: unknown option; expected hours, minutes or seconds, got "minute".',
    ],
    [decay({}), "cosineDecay: decaySteps: the time is empty; expected { minutes: 40 }, got"],
    [decay(null), "cosineDecay: decaySteps has the wrong type; expected an integer in [1, ∞), got null."],
    [
      decay({ minutes: 40 }, 100),
      "cosineDecay: steps and times are mixed; expected all in steps, or all as times, got decaySteps as a time, warmupSteps 100.",
    ],
    [
      () => schedules.piecewiseConstantDecay({ boundaries: [{ minutes: 2 }, { seconds: 90 }], values: [1, 2, 3] }),
      "piecewiseConstantDecay: boundaries[1] in seconds is out of range; expected a number in (120, ∞), got 90.",
    ],
  ])("%# is refused", (make, text) => {
    expect(make).toThrow(text);
  });
});
