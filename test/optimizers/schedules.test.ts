/** Schedules at their borders, against hand-computed values and Keras's documented ones. */
import { describe, expect, it } from "vitest";
import { scheduleFrom } from "../../src/optimizers/registry.js";
import * as schedules from "../../src/optimizers/schedules.js";

const {
  cosineDecay,
  cosineDecayRestarts,
  exponentialDecay,
  inverseTimeDecay,
  oneCycle,
  piecewiseConstantDecay,
  polynomialDecay,
} = schedules;
const r = { initialLearningRate: 0.1 };

describe.each([
  [
    "exponentialDecay",
    () => exponentialDecay({ ...r, decaySteps: 100, decayRate: 0.5 }),
    [
      [0, 0.1],
      [50, 0.1 * Math.SQRT1_2],
      [100, 0.05],
      [200, 0.025],
    ],
  ],
  [
    "exponentialDecay, staircase",
    () => exponentialDecay({ ...r, decaySteps: 100, decayRate: 0.5, staircase: true }),
    [
      [0, 0.1],
      [99, 0.1],
      [100, 0.05],
      [199, 0.05],
      [200, 0.025],
    ],
  ],
  [
    "inverseTimeDecay",
    () => inverseTimeDecay({ ...r, decaySteps: 10, decayRate: 0.5 }),
    [
      [0, 0.1],
      [5, 0.08],
      [10, 0.1 / 1.5],
      [20, 0.05],
    ],
  ],
  [
    "inverseTimeDecay, staircase",
    () => inverseTimeDecay({ ...r, decaySteps: 10, decayRate: 0.5, staircase: true }),
    [
      [9, 0.1],
      [10, 0.1 / 1.5],
      [19, 0.1 / 1.5],
      [20, 0.05],
    ],
  ],
  [
    "piecewiseConstantDecay: a boundary belongs to the value before it",
    () => piecewiseConstantDecay({ boundaries: [100, 110], values: [1, 0.5, 0.1] }),
    [
      [0, 1],
      [100, 1],
      [101, 0.5],
      [110, 0.5],
      [111, 0.1],
      [1e6, 0.1],
    ],
  ],
  [
    "piecewiseConstantDecay without boundaries",
    () => piecewiseConstantDecay({ boundaries: [], values: [0.3] }),
    [
      [0, 0.3],
      [9, 0.3],
    ],
  ],
  [
    "polynomialDecay",
    () => polynomialDecay({ ...r, decaySteps: 10, endLearningRate: 0.02, power: 2 }),
    [
      [0, 0.1],
      [5, 0.04],
      [10, 0.02],
      [11, 0.02],
    ],
  ],
  [
    "polynomialDecay, defaults",
    () => polynomialDecay({ ...r, decaySteps: 10 }),
    [
      [5, 0.05005],
      [10, 1e-4],
    ],
  ],
  [
    "polynomialDecay, cycle: the length doubles when it is passed",
    () => polynomialDecay({ ...r, decaySteps: 10, endLearningRate: 0, cycle: true }),
    [
      [0, 0.1],
      [10, 0],
      [11, 0.1 * (9 / 20)],
      [20, 0],
      [21, 0.1 * (9 / 30)],
    ],
  ],
  [
    "cosineDecay",
    () => cosineDecay({ ...r, decaySteps: 1000 }),
    [
      [0, 0.1],
      [500, 0.05],
      [1000, 0],
      [2000, 0],
    ],
  ],
  [
    "cosineDecay, alpha",
    () => cosineDecay({ ...r, decaySteps: 4, alpha: 0.2 }),
    [
      [0, 0.1],
      [2, 0.06],
      [4, 0.02],
      [5, 0.02],
    ],
  ],
  [
    "cosineDecay with a warm-up",
    () => cosineDecay({ initialLearningRate: 0, decaySteps: 100, warmupTarget: 0.1, warmupSteps: 10 }),
    [
      [0, 0],
      [5, 0.05],
      [10, 0.1],
      [60, 0.05],
      [110, 0],
    ],
  ],
  [
    "cosineDecay with a warm-up from more than 0",
    () => cosineDecay({ initialLearningRate: 0.02, decaySteps: 100, warmupTarget: 0.1, warmupSteps: 10 }),
    [
      [0, 0.02],
      [5, 0.06],
      [10, 0.1],
      [60, 0.05],
    ],
  ],
  [
    "cosineDecayRestarts: periods of 10, 20, 40 steps that start at 1, ½, ¼",
    () => cosineDecayRestarts({ ...r, firstDecaySteps: 10, mMul: 0.5 }),
    [
      [0, 0.1],
      [5, 0.05],
      [10, 0.05],
      [20, 0.025],
      [30, 0.025],
      [50, 0.0125],
      [70, 0.0125],
    ],
  ],
  [
    "cosineDecayRestarts, equal periods",
    () => cosineDecayRestarts({ ...r, firstDecaySteps: 10, tMul: 1, alpha: 0.5 }),
    [
      [0, 0.1],
      [5, 0.075],
      [10, 0.1],
      [15, 0.075],
      [1000, 0.1],
    ],
  ],
  [
    // torch.optim.lr_scheduler.OneCycleLR(sgd, max_lr=1, total_steps=10, pct_start=0.3): peak at step 0.3·10 − 1 = 2, end at step 9
    "oneCycle",
    () => oneCycle({ maxLearningRate: 1, totalSteps: 10 }),
    [
      [0, 0.04],
      [1, 0.52],
      [2, 1],
      [5, 4e-6 + ((1 - 4e-6) * (1 + Math.cos((3 * Math.PI) / 7))) / 2],
      [9, 4e-6],
      [10, 4e-6],
      [1000, 4e-6],
    ],
  ],
  [
    "oneCycle, options",
    () => oneCycle({ maxLearningRate: 1, totalSteps: 6, warmupFraction: 0.5, divFactor: 10, finalDivFactor: 2 }),
    [
      [0, 0.1],
      [1, 0.55],
      [2, 1],
      [5, 0.05],
    ],
  ],
  [
    "oneCycle without a warm-up begins on the way down",
    () => oneCycle({ maxLearningRate: 1, totalSteps: 4, warmupFraction: 0 }),
    [[3, 4e-6]],
  ],
  [
    "oneCycle whose peak is the first step",
    () => oneCycle({ maxLearningRate: 1, totalSteps: 10, warmupFraction: 0.1 }),
    [
      [0, 1],
      [9, 4e-6],
    ],
  ],
] as [string, () => { at(step: number): number; config: any }, [number, number][]][])("%s", (_, make, points) => {
  it.each(points)("step %i: %f", (step, rate) => expect(make().at(step)).toBeCloseTo(rate, 12));

  it("is the same after it was written down", () => {
    const schedule = make();
    const again = scheduleFrom(JSON.parse(JSON.stringify(schedule.config)));
    for (let step = 0; step < 130; step += 3) expect(again.at(step)).toBe(schedule.at(step));
  });
});

describe("errors", () => {
  it.each([
    [
      "exponentialDecay: decaySteps is out of range; expected an integer in [1, ∞), got 0.",
      () => exponentialDecay({ ...r, decaySteps: 0, decayRate: 0.5 }),
    ],
    [
      "exponentialDecay: decayRate is missing; expected a number in [0, ∞).",
      () => exponentialDecay({ ...r, decaySteps: 10 } as never),
    ],
    [
      "inverseTimeDecay: decaySteps is out of range; expected an integer in [1, ∞), got 1.5.",
      () => inverseTimeDecay({ ...r, decaySteps: 1.5, decayRate: 1 }),
    ],
    [
      "piecewiseConstantDecay: boundaries and values do not match; expected one value more than boundaries, got boundaries [5] and values [1].",
      () => piecewiseConstantDecay({ boundaries: [5], values: [1] }),
    ],
    [
      "piecewiseConstantDecay: boundaries[1] is out of range; expected an integer in (5, ∞), got 5.",
      () => piecewiseConstantDecay({ boundaries: [5, 5], values: [1, 2, 3] }),
    ],
    [
      "piecewiseConstantDecay: boundaries and values do not match; expected one value more than boundaries, got boundaries 5 and values 1.",
      () => piecewiseConstantDecay({ boundaries: 5, values: 1 } as never),
    ],
    [
      'piecewiseConstantDecay: boundaries and values do not match; expected one value more than boundaries, got boundaries "ab" and values [3, 2, 1].',
      () => piecewiseConstantDecay({ boundaries: "ab", values: [3, 2, 1] } as never),
    ],
    [
      "piecewiseConstantDecay: values[1] is out of range; expected a number in [0, ∞), got -1.",
      () => piecewiseConstantDecay({ boundaries: [5], values: [1, -1] }),
    ],
    [
      "cosineDecay: warmupTarget is missing; expected a number in [0, ∞).",
      () => cosineDecay({ ...r, decaySteps: 5, warmupSteps: 5 }),
    ],
    [
      "cosineDecay: alpha is out of range; expected a number in [0, 1], got 1.5.",
      () => cosineDecay({ ...r, decaySteps: 5, alpha: 1.5 }),
    ],
    [
      "cosineDecayRestarts: tMul is out of range; expected a number in [1, ∞), got 0.5.",
      () => cosineDecayRestarts({ ...r, firstDecaySteps: 5, tMul: 0.5 }),
    ],
    [
      "oneCycle: warmupFraction is out of range; expected a number in [0, 1), got 1.",
      () => oneCycle({ maxLearningRate: 1, totalSteps: 10, warmupFraction: 1 }),
    ],
    [
      'oneCycle: unknown option; expected maxLearningRate, totalSteps, warmupFraction, divFactor or finalDivFactor, got "total".',
      () => oneCycle({ maxLearningRate: 1, total: 10 } as never),
    ],
    [
      'polynomialDecay: cycle has the wrong type; expected true or false, got "yes".',
      () => polynomialDecay({ ...r, decaySteps: 5, cycle: "yes" } as never),
    ],
  ])("%s", (expected, make) => expect(make).toThrow(expected));
});
