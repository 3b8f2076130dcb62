/** Optimizers at work on slabs: formulas, clipping, weight decay, learning rate, saving. */
import { describe, expect, it } from "vitest";
import { adadelta, adagrad, adam, adamax, adamw, lion, nadam, rmsprop, sgd } from "../../src/optimizers/index.js";
import type { Optimizer } from "../../src/optimizers/optimizer.js";
import { exponentialDecay } from "../../src/optimizers/schedules.js";
import { restoreOptimizer } from "../../src/optimizers/restore.js";
import { OptimizerState, type SectionRule } from "../../src/optimizers/state.js";
import { RowList } from "../../src/ops/inPlace/rowList.js";
import { mul } from "../../src/ops/pointwise/arithmetic.js";
import { sum } from "../../src/ops/reduce/reduce.js";
import { memoryUsage } from "../../src/runtime/runtime.js";
import { Slab } from "../../src/tensor/slab.js";
import "../support/engine.js";
import * as reference from "./reference.js";

const shapes = [[3, 7], [7], [5]];
const decayAndNot: SectionRule[] = [
  { trainable: true, decays: true },
  { trainable: true, decays: false },
  { trainable: true, decays: true },
];

/** Values and gradients that repeat exactly: multiples of 1/64 in (−1, 1). */
const sample = (section: number, i: number, salt: number): number =>
  (((section * 31 + i * 17 + salt * 23) % 127) - 63) / 64;

interface Job {
  readonly values: Slab;
  readonly gradients: Slab;
  readonly state: OptimizerState;
  /** Writes the gradients of step `t`, times `scale`. */
  setGradients(t: number, scale?: number): void;
  readonly current: () => number[][];
}

function start(optimizer: Optimizer, rules = decayAndNot): Job {
  const values = new Slab(shapes);
  const gradients = new Slab(shapes);
  const set = (slab: Slab, salt: number, scale = 1): void =>
    slab.sections.forEach((section, s) =>
      section.assign(Float32Array.from({ length: section.size }, (_, i) => scale * sample(s, i, salt))),
    );
  set(values, 0);
  return {
    values,
    gradients,
    state: new OptimizerState(optimizer, values.sections, gradients, rules),
    setGradients: (t, scale) => set(gradients, t, scale),
    current: () => values.sections.map((section) => [...section.toTypedArray()]),
  };
}

/** What `steps` steps of a rule make of the starting values; `decoupled` and `coupled` are λ in the two places it may stand. */
function expected(rule: reference.Rule, steps: number, { coupled = 0, shrink = 0 } = {}): number[][] {
  return shapes.map((shape, s) =>
    Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => {
      const slots: reference.Slots = {};
      const decays = decayAndNot[s].decays;
      let theta = sample(s, i, 0);
      for (let t = 1; t <= steps; t++) {
        const g = sample(s, i, t) + (decays ? coupled * theta : 0);
        theta = rule(theta * (decays ? 1 - shrink : 1), g, slots, t);
      }
      return theta;
    }),
  );
}

function worstError(got: number[][], want: number[][]): number {
  return Math.max(...got.flatMap((section, s) => section.map((x, i) => Math.abs(x - want[s][i]))));
}

const cases: [string, () => Optimizer, reference.Rule, { coupled?: number; shrink?: number }?][] = [
  ["sgd", () => sgd(), reference.sgd(0.01)],
  ["sgd, weight decay", () => sgd({ learningRate: 0.1, weightDecay: 0.5 }), reference.sgd(0.1), { coupled: 0.5 }],
  ["sgd, momentum", () => sgd({ momentum: 0.9 }), reference.momentum(0.01, 0.9, false)],
  ["sgd, Nesterov", () => sgd({ momentum: 0.9, nesterov: true }), reference.momentum(0.01, 0.9, true)],
  ["adagrad", () => adagrad(), reference.adagrad(0.001, 0.1, 1e-7)],
  [
    "adagrad, options",
    () => adagrad({ learningRate: 0.1, initialAccumulatorValue: 0.25, epsilon: 0.01 }),
    reference.adagrad(0.1, 0.25, 0.01),
  ],
  ["rmsprop", () => rmsprop(), reference.rmsprop(0.001, 0.9, 0, 1e-7, false)],
  ["rmsprop, momentum", () => rmsprop({ momentum: 0.5, rho: 0.8 }), reference.rmsprop(0.001, 0.8, 0.5, 1e-7, false)],
  ["rmsprop, centered", () => rmsprop({ centered: true, epsilon: 0.1 }), reference.rmsprop(0.001, 0.9, 0, 0.1, true)],
  [
    "rmsprop, centered with momentum",
    () => rmsprop({ centered: true, momentum: 0.5, epsilon: 0.1 }),
    reference.rmsprop(0.001, 0.9, 0.5, 0.1, true),
  ],
  ["adadelta", () => adadelta(), reference.adadelta(0.001, 0.95, 1e-7)],
  ["adadelta, options", () => adadelta({ learningRate: 1, rho: 0.5, epsilon: 0.01 }), reference.adadelta(1, 0.5, 0.01)],
  ["adam", () => adam(), reference.adam(0.001, 0.9, 0.999, 1e-7)],
  ["adam, weight decay", () => adam({ weightDecay: 0.1 }), reference.adam(0.001, 0.9, 0.999, 1e-7), { coupled: 0.1 }],
  ["adam, AMSGrad", () => adam({ amsgrad: true, beta2: 0.5 }), reference.adam(0.001, 0.9, 0.5, 1e-7, true)],
  ["adamw", () => adamw({ learningRate: 0.01 }), reference.adam(0.01, 0.9, 0.999, 1e-7), { shrink: 0.01 * 0.004 }],
  [
    "adamw, AMSGrad",
    () => adamw({ amsgrad: true, weightDecay: 0, beta2: 0.5 }),
    reference.adam(0.001, 0.9, 0.5, 1e-7, true),
  ],
  ["nadam", () => nadam({ beta1: 0.8 }), reference.nadam(0.001, 0.8, 0.999, 1e-7)],
  ["adamax", () => adamax(), reference.adamax(0.001, 0.9, 0.999, 1e-7)],
  ["adamax, options", () => adamax({ beta2: 0.5, epsilon: 0.01 }), reference.adamax(0.001, 0.9, 0.5, 0.01)],
  ["lion", () => lion(), reference.lion(0.001, 0.9, 0.99)],
  [
    "lion, weight decay",
    () => lion({ beta1: 0.5, weightDecay: 0.1 }),
    reference.lion(0.001, 0.5, 0.99),
    { shrink: 0.001 * 0.1 },
  ],
];

describe("a step", () => {
  it.each(cases)("%s: ten steps are within 2e-6 of float64", (_, make, rule, decay) => {
    const job = start(make());
    for (let t = 1; t <= 10; t++) {
      job.setGradients(t);
      job.state.step();
    }
    expect(worstError(job.current(), expected(rule, 10, decay))).toBeLessThan(2e-6);
    expect(job.state.stepCount).toBe(10);
  });

  it.each(cases)("%s: clears the gradients and leaves the gaps between parameters zero", (_, make) => {
    const job = start(make());
    job.setGradients(1);
    job.state.step();
    expect(job.gradients.whole.toTypedArray().every((g) => g === 0)).toBe(true);
    const all = job.values.whole.toTypedArray();
    const inside = new Set(
      job.values.sections.flatMap(({ size }, s) => Array.from({ length: size }, (_, i) => job.values.offsetOf(s) + i)),
    );
    expect(all.every((x, i) => inside.has(i) || x === 0)).toBe(true);
  });

  it("of sgd at a learning rate of 0 from a schedule changes nothing; a negative one is refused", () => {
    const job = start(sgd({ learningRate: { at: (step) => -step, config: { className: "own" } } }));
    const before = job.current();
    job.setGradients(1);
    job.state.step();
    expect(job.current()).toEqual(before);
    expect(() => job.state.step()).toThrow(
      "schedule: the schedule gave no learning rate; expected a number in [0, ∞), got -1 at step 1.",
    );
  });

  it("makes a backward pass that was to come an error where it changed what was saved, and only there", () => {
    const [trained, frozen, gradients] = [new Slab([[7]]), new Slab([[7]]), new Slab([[7], [7]])];
    const values = [trained.sections[0], frozen.sections[0]];
    const rules = [decayAndNot[0], { trainable: false, decays: false }];
    const products = values.map((value) => {
      value.requiresGrad = true;
      return sum(mul(value, value));
    });
    new OptimizerState(sgd(), values, gradients, rules).step();
    expect(() => products[0].backward()).toThrow("has changed since the forward pass");
    products[1].backward();
  });

  it.each([
    ["neighbours of one rule", 0.1, [{}, {}, {}], 1],
    ["a bias, which does not decay, between kernels", 0.1, [{}, { decays: false }, {}], 3],
    ["a bias behind kernels", 0.1, [{}, {}, { decays: false }], 2],
    ["kernels and a bias without weight decay", 0, [{}, { decays: false }, {}], 1],
    ["a frozen section in the middle", 0, [{}, { trainable: false }, {}], 2],
    ["frozen sections at the ends", 0, [{ trainable: false }, {}, { trainable: false }], 1],
    ["a table of rows first", 0, [{ rows: true }, {}, {}], 2],
    ["a table of rows in the middle", 0, [{}, { rows: true }, {}], 3],
  ] as const)("takes %s", (_, weightDecay, parts, passes) => {
    const lists: RowList[] = [];
    const rules = parts.map((part: { decays?: boolean; trainable?: boolean; rows?: boolean }, s) => {
      if (part.rows)
        lists.push(
          new RowList(
            shapes[s][0],
            shapes[s].slice(1).reduce((a, b) => a * b, 1),
          ),
        );
      const { decays = true, trainable = true } = part;
      return { decays, trainable, rows: part.rows ? lists.at(-1) : undefined };
    });
    const job = start(sgd({ momentum: 0.9, weightDecay }), rules);
    expect(job.state.slots.get("velocity")!.sections).toHaveLength(passes);
  });

  it("leaves frozen sections and their gradients alone", () => {
    const job = start(sgd({ learningRate: 1 }), [
      { trainable: true, decays: true },
      { trainable: false, decays: false },
      { trainable: true, decays: true },
    ]);
    const before = job.current();
    job.setGradients(1);
    job.state.step();
    expect(job.current()[0]).not.toEqual(before[0]);
    expect(job.current()[1]).toEqual(before[1]);
    expect(job.current()[2]).not.toEqual(before[2]);
    expect(job.gradients.sections[1].toTypedArray().some((g) => g !== 0)).toBe(true);
  });
});

describe("clipping", () => {
  const gradient = [3, -4, 0.5, 0, 12];

  /** The gradients that the optimizer saw: it subtracts them, with learning rate 1, from zero. */
  function seen(clipping: object, sections: number[][]): number[][] {
    const values = new Slab(sections.map((section) => [section.length]));
    const gradients = new Slab(sections.map((section) => [section.length]));
    sections.forEach((section, i) => gradients.sections[i].assign(section));
    const rules = sections.map(() => ({ trainable: true, decays: true }));
    const state = new OptimizerState(sgd({ learningRate: 1, ...clipping }), values.sections, gradients, rules);
    state.step();
    return values.sections.map((section) => [...section.toTypedArray()].map((x) => 0 - x));
  }

  it("by value: each element goes to the nearest in [−1, 1]", () => {
    expect(seen({ clipValue: 1 }, [gradient])).toEqual([[1, -1, 0.5, 0, 1]]);
  });

  it("by norm: each parameter for itself; (3, 4) of norm 5 to norm 2.5, (0.5) untouched", () => {
    expect(seen({ clipNorm: 2.5 }, [[3, -4], [0.5]])).toEqual([[1.5, -2], [0.5]]);
  });

  it("by global norm: (3, 4) and (12) of norm 13 together to norm 6.5", () => {
    expect(seen({ globalClipNorm: 6.5 }, [[3, -4], [12]])).toEqual([[1.5, -2], [6]]);
  });

  it("by global norm: a gradient of that very norm, or none at all, is left alone", () => {
    expect(seen({ globalClipNorm: 13 }, [[3, -4], [12]])).toEqual([[3, -4], [12]]);
    expect(seen({ globalClipNorm: 1 }, [[0, 0], [0]])).toEqual([[0, 0], [0]]);
  });

  it("by global norm over more than one block of 4096 elements", () => {
    const clipped = seen({ globalClipNorm: 1 }, [Array<number>(10000).fill(1), Array<number>(6900).fill(1)]);
    for (const x of clipped.flat()) expect(x).toBeCloseTo(1 / 130, 9);
  });

  it("by global norm does not count frozen parameters", () => {
    const job = start(sgd({ learningRate: 1, globalClipNorm: 2 }), [
      { trainable: false, decays: true },
      { trainable: true, decays: false },
      { trainable: false, decays: true },
    ]);
    job.gradients.sections[0].assign(Array<number>(21).fill(1e6));
    job.gradients.sections[1].assign([2, 0, 0, 0, 0, 0, 0]);
    const before = job.current()[1];
    job.state.step();
    expect(before[0] - job.current()[1][0]).toBe(2);
  });

  it("measureGradients works out the norm of those that are trained, without a step", () => {
    const job = start(sgd(), [decayAndNot[0], { trainable: false, decays: false }, decayAndNot[2]]);
    job.gradients.sections[0].assign([3, -4, ...Array<number>(19).fill(0)]);
    job.gradients.sections[1].assign(Array<number>(7).fill(1e6));
    job.gradients.sections[2].assign([0, 12, 0, 0, 0]);
    job.state.measureGradients();
    expect(job.state.gradientNorm).toBe(13);
    job.gradients.sections[2].assign([0, 0, 0, 0, 0]);
    job.state.measureGradients();
    expect(job.state.gradientNorm).toBe(5);
  });

  it("shows NaN by global norm instead of hiding it", () => {
    expect(seen({ globalClipNorm: 1 }, [[NaN, 1], [1]])).toEqual([[NaN, NaN], [NaN]]);
  });
});

describe("the learning rate", () => {
  const halving = exponentialDecay({ initialLearningRate: 1, decaySteps: 1, decayRate: 0.5 });

  it("comes from the schedule, counted from step 0", () => {
    const job = start(sgd({ learningRate: halving }));
    const moved: number[] = [];
    for (let t = 0; t < 3; t++) {
      expect(job.state.learningRate).toBe(0.5 ** t);
      const before = job.current()[0][0];
      job.gradients.sections[0].assign(Array<number>(21).fill(1));
      job.state.step();
      moved.push(before - job.current()[0][0]);
    }
    expect(moved).toEqual([1, 0.5, 0.25]);
  });

  it("assigned, replaces the schedule", () => {
    const job = start(sgd({ learningRate: halving }));
    job.state.learningRate = 0.125;
    job.state.step();
    expect(job.state.learningRate).toBe(0.125);
  });

  it("is refused if it is none, before anything has changed", () => {
    const job = start(sgd());
    expect(() => (job.state.learningRate = NaN)).toThrow(
      "sgd: learningRate is out of range; expected a number in [0, ∞), got NaN.",
    );
    expect(job.state.learningRate).toBe(0.01);
    const bad = start(
      sgd({ learningRate: { at: (step) => (step === 1 ? Infinity : 1), config: { className: "own" } } }),
    );
    bad.state.step();
    const before = bad.current();
    expect(() => bad.state.step()).toThrow(
      "schedule: the schedule gave no learning rate; expected a number in [0, ∞), got Infinity at step 1.",
    );
    expect(bad.current()).toEqual(before);
    expect(bad.state.stepCount).toBe(1);
  });

  it("is all that JavaScript writes between steps: prepare and run are a step", () => {
    const [one, two] = [start(adam()), start(adam())];
    for (let t = 1; t <= 3; t++) {
      one.setGradients(t);
      two.setGradients(t);
      one.state.step();
      two.state.prepare();
      two.state.run();
    }
    expect(two.current()).toEqual(one.current());
  });
});

describe("saving", () => {
  it.each(cases)("%s: a run that was saved and restored gives the same bits", (_, make) => {
    const whole = start(make());
    const resumed = start(make());
    for (let t = 1; t <= 6; t++) {
      whole.setGradients(t);
      whole.state.step();
      if (t === 3) {
        const saved = whole.state.save();
        const { slots, ...numbers } = saved;
        restoreOptimizer(resumed.state, { ...(JSON.parse(JSON.stringify(numbers)) as typeof numbers), slots });
        resumed.values.sections.forEach((section, s) => section.assign(whole.current()[s]));
      }
      if (t > 3) {
        resumed.setGradients(t);
        resumed.state.step();
      }
    }
    expect(resumed.current()).toEqual(whole.current());
    expect(resumed.state.stepCount).toBe(6);
  });

  it("keeps what replaced the learning rate, and that nothing did", () => {
    const job = start(sgd());
    const before = job.state.save();
    expect(before).toEqual({ step: 0, momentumProduct: 0, learningRate: null, slots: {} });
    job.state.learningRate = 0.5;
    const after = job.state.save();
    restoreOptimizer(job.state, before);
    expect(job.state.learningRate).toBe(0.01);
    restoreOptimizer(job.state, after);
    expect(job.state.learningRate).toBe(0.5);
  });

  it("refuses the state of another optimizer or model", () => {
    const job = start(adam());
    const saved = job.state.save();
    expect(() => restoreOptimizer(job.state, start(sgd({ momentum: 0.9 })).state.save())).toThrow(
      "adam: the saved state belongs to another optimizer or model; expected mean [64], square [64], got velocity [64].",
    );
    expect(() => restoreOptimizer(start(sgd()).state, saved)).toThrow("expected no slots, got mean [64], square [64].");
    const short = { ...saved, slots: { ...saved.slots, square: new Float32Array(3) } };
    expect(() => restoreOptimizer(job.state, short)).toThrow(
      "expected mean [64], square [64], got mean [64], square [3].",
    );
    expect(() => restoreOptimizer(job.state, { ...saved, step: -1 })).toThrow(
      "adam: the saved progress is invalid; expected finite numbers, got step -1 and momentumProduct 0.",
    );
    expect(() => restoreOptimizer(job.state, { ...saved, learningRate: -1 })).toThrow("learningRate is out of range");
    expect(job.state.stepCount).toBe(0);
  });

  it("frees all that it took", () => {
    const values = new Slab(shapes);
    const gradients = new Slab(shapes);
    const before = memoryUsage().bytesInUse;
    new OptimizerState(adam({ amsgrad: true, globalClipNorm: 1 }), values.sections, gradients, decayAndNot).dispose();
    expect(memoryUsage().bytesInUse).toBe(before);
  });

  it("keeps no hold of the slabs of values and gradients: they are free as soon as they are disposed of", () => {
    const before = memoryUsage().bytesInUse;
    const [values, gradients] = [new Slab(shapes), new Slab(shapes)];
    new OptimizerState(sgd(), values.sections, gradients, decayAndNot).dispose();
    values.dispose();
    gradients.dispose();
    expect(memoryUsage().bytesInUse).toBe(before);
  });
});
