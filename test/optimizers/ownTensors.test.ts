/** optimizer.for(tensors): the steps of a compiled model's optimizer on tensors of one's own. */
import { describe, expect, it } from "vitest";
import {
  type Model,
  type Tensor,
  initializers,
  layers,
  losses,
  memoryUsage,
  mul,
  record,
  reshape,
  schedules,
  scope,
  sequential,
  square,
  sum,
  tensor,
  weightedMean,
} from "../../src/index.js";
import * as optimizers from "../../src/optimizers/index.js";
import type { Optimizer } from "../../src/optimizers/optimizer.js";
import { heap } from "../../src/runtime/runtime.js";
import "../support/engine.js";
import { pressHeap } from "../support/pressure.js";
import * as reference from "./reference.js";

const leaf = (values: number[], name?: string): Tensor => {
  const made = tensor(values, [values.length], { requiresGrad: true });
  made.name = name;
  return made;
};
const valuesOf = (x: Tensor): number[] => [...x.toTypedArray()];

/** ½ Σ w² for each tensor: the gradient is the tensor itself. */
function halfSquares(...tensors: Tensor[]): Tensor {
  const [first, ...others] = tensors.map((w) => mul(sum(square(w)), 0.5));
  for (const other of others) other.backward();
  first.backward();
  return first;
}

const first = [0.5, -1.25, 2, 0.125, -0.75];
const second = Array.from({ length: 17 }, (_, i) => (i - 8) / 8);

const rules: [string, Optimizer, reference.Rule][] = [
  ["sgd", optimizers.sgd({ learningRate: 0.1 }), reference.sgd(0.1)],
  ["sgd, momentum", optimizers.sgd({ momentum: 0.9 }), reference.momentum(0.01, 0.9, false)],
  ["adagrad", optimizers.adagrad(), reference.adagrad(0.001, 0.1, 1e-7)],
  ["rmsprop", optimizers.rmsprop(), reference.rmsprop(0.001, 0.9, 0, 1e-7, false)],
  ["adadelta", optimizers.adadelta(), reference.adadelta(0.001, 0.95, 1e-7)],
  ["adam", optimizers.adam(), reference.adam(0.001, 0.9, 0.999, 1e-7)],
  ["nadam", optimizers.nadam(), reference.nadam(0.001, 0.9, 0.999, 1e-7)],
  ["adamax", optimizers.adamax(), reference.adamax(0.001, 0.9, 0.999, 1e-7)],
  ["lion", optimizers.lion(), reference.lion(0.001, 0.9, 0.99)],
];

describe("optimizer.for", () => {
  it.each(rules)("%s: ten steps, eager and recorded, are within 2e-6 of float64", (_, optimizer, rule) => {
    const run = (isRecorded: boolean): number[][] => {
      const tensors = [leaf(first), leaf(second)];
      const working = optimizer.for(tensors);
      const step = (): void => {
        scope(() => void halfSquares(...tensors));
        working.step();
      };
      if (!isRecorded) for (let t = 1; t <= 10; t++) step();
      else {
        using recording = record(step);
        for (let t = 2; t <= 10; t++) recording.replay();
      }
      expect(working.stepCount).toBe(10);
      return tensors.map(valuesOf);
    };
    const want = [first, second].map((start) =>
      start.map((theta) => {
        const slots: reference.Slots = {};
        for (let t = 1; t <= 10; t++) theta = rule(theta, theta, slots, t);
        return theta;
      }),
    );
    const [eager, recorded] = [run(false), run(true)];
    expect(recorded).toEqual(eager);
    for (const [i, values] of eager.entries())
      for (const [j, value] of values.entries()) expect(Math.abs(value - want[i][j])).toBeLessThan(2e-6);
  });

  it("puts values into one block and gradients into another, a step of which is one pass", () => {
    const tensors = [leaf(first), leaf(second), leaf([1])];
    const working = optimizers.sgd().for(tensors);
    expect(tensors.map(({ ptr }) => ptr - tensors[0].ptr)).toEqual([0, 64, 192]);
    expect(tensors.map(({ grad }) => grad!.ptr - tensors[0].grad!.ptr)).toEqual([0, 64, 192]);
    expect(tensors.map(valuesOf)).toEqual([first, second, [1]]);
    using recording = record(() => working.step());
    expect(recording.length).toBe(2); // the count, and the pass
  });

  it("a tensor that shares its memory with a view or a recording stays where it is, and is trained there", () => {
    const seen = leaf([1, 2, 3, 4]);
    const view = reshape(seen, [2, 2]);
    const used = leaf([1, 2]);
    using recording = record(() => scope(() => sum(used)));
    const free = leaf([5]);
    const places = [seen.ptr, used.ptr];
    const working = optimizers.sgd({ learningRate: 0.5 }).for([seen, used, free]);
    expect([seen.ptr, used.ptr]).toEqual(places);
    halfSquares(seen, used, free);
    working.step();
    expect([seen, used, free].map(valuesOf)).toEqual([[0.5, 1, 1.5, 2], [0.5, 1], [2.5]]);
    expect(view.toArray()).toEqual([[0.5, 1], [1.5, 2]]); // prettier-ignore
    recording.replay();
    expect(recording.result.item()).toBe(1.5);
  });

  it("a constant that was made inside a recording stays where its replays write it", () => {
    using made = record(() => leaf([1, 2]));
    const w = made.result;
    const at = w.ptr;
    optimizers.sgd().for([w]);
    expect(w.ptr).toBe(at);
  });

  it("neighbours in memory that belong to different blocks are passes of their own", () => {
    const [a, b] = [leaf(second.slice(0, 16)), leaf(second.slice(0, 16))];
    const views = [reshape(a, [4, 4]), reshape(b, [4, 4])];
    const working = optimizers.sgd().for([a, b]);
    using recording = record(() => working.step());
    expect(recording.length).toBe(3);
    expect(views).toHaveLength(2);
  });

  it("keeps what backward has gathered before", () => {
    const w = leaf([4]);
    halfSquares(w);
    const working = optimizers.sgd({ learningRate: 0.25 }).for([w]);
    working.step();
    expect(w.item()).toBe(3);
    expect(w.grad!.item()).toBe(0);
    halfSquares(w);
    working.zeroGrad();
    working.step();
    expect(w.item()).toBe(3);
  });

  it("trains the weights of a model that is not compiled to the bits of trainOnBatch", () => {
    const make = (): Model =>
      sequential([layers.dense({ units: 9, activation: "tanh", inputShape: [4] }), layers.dense({ units: 3 })]);
    const x = tensor(
      Float32Array.from({ length: 24 }, (_, i) => Math.sin(i)),
      [6, 4],
    );
    const y = tensor(
      Float32Array.from({ length: 18 }, (_, i) => Math.cos(i)),
      [6, 3],
    );
    const compiled = make();
    const loss = losses.meanSquaredError();
    compiled.compile({ optimizer: optimizers.adam({ learningRate: 0.1, globalClipNorm: 0.5 }), loss });
    const own = make();
    const weights = own.weights.map(({ value }) => value);
    const working = optimizers.adam({ learningRate: 0.1, globalClipNorm: 0.5 }).for(weights);
    for (let t = 0; t < 5; t++) {
      compiled.trainOnBatch([x], [y]);
      scope(() => weightedMean(loss.call(y, own.call([x], { training: true })[0])).backward());
      working.step();
    }
    expect(weights.map(valuesOf)).toEqual(compiled.weights.map(({ value }) => valuesOf(value)));
    using recording = record(() => working.step());
    expect(recording.length).toBeLessThan(12); // one pass: the weights of a model are neighbours
  });

  it("the weights of a model are one pass in any order", () => {
    const model = sequential([layers.dense({ units: 3, inputShape: [4] }), layers.dense({ units: 2 })]);
    const working = optimizers.sgd().for(model.weights.map(({ value }) => value).reverse());
    using recording = record(() => working.step());
    expect(recording.length).toBe(2); // the count, and the pass
  });

  it("decays every tensor: nobody says which is a bias", () => {
    const [w, b] = [leaf([4]), leaf([8])];
    optimizers.adamw({ learningRate: 0.5, weightDecay: 0.5 }).for([w, b]).step();
    expect([w.item(), b.item()]).toEqual([3, 6]);
  });

  it("zeroGrad passes over a tensor that was freed", () => {
    const [w, v] = [leaf([2]), leaf([3])];
    const working = optimizers.sgd().for([w, v]);
    halfSquares(w, v);
    w.dispose();
    working.zeroGrad();
    expect(v.grad!.item()).toBe(0);
  });

  it("disposed of after a model was compiled, it leaves the model's gradients alone", () => {
    const model = sequential([layers.dense({ units: 1, inputShape: [1], kernelInitializer: initializers.ones() })]);
    const working = optimizers.sgd().for(model.weights.map(({ value }) => value));
    model.compile({ optimizer: optimizers.sgd({ learningRate: 0.25 }), loss: losses.meanSquaredError() });
    working.dispose();
    model.trainOnBatch([tensor([[1]])], [tensor([[0]])]);
    expect(model.weights.map(({ value }) => value.item())).toEqual([0.5, -0.5]);
  });

  it("a recorded step follows a schedule, and a learning rate that is set", () => {
    const w = leaf([0]);
    const learningRate = schedules.exponentialDecay({ initialLearningRate: 1, decaySteps: 1, decayRate: 0.5 });
    const working = optimizers.sgd({ learningRate }).for([w]);
    using recording = record(() => {
      scope(() => sum(w).backward());
      working.step();
    });
    recording.replay();
    recording.replay();
    expect(w.item()).toBe(-1.75);
    working.learningRate = 8;
    recording.replay();
    expect(w.item()).toBe(-9.75);
    expect(working.stepCount).toBe(4);
  });

  it("may be called inside a recording", () => {
    const w = leaf([8]);
    let working: optimizers.TensorOptimizer | undefined;
    using recording = record(() => {
      working ??= optimizers.sgd({ learningRate: 0.5 }).for([w]);
      scope(() => void halfSquares(w));
      working.step();
    });
    recording.replay();
    expect(w.item()).toBe(2);
  });

  it("survives its block being moved out", () => {
    const tensors = [leaf(first), leaf(second)];
    const working = optimizers.adam().for(tensors);
    const release = pressHeap();
    for (let t = 0; t < 3; t++) {
      scope(() => void halfSquares(...tensors));
      working.step();
    }
    release();
    const alone = [leaf(first), leaf(second)];
    const other = optimizers.adam().for(alone);
    for (let t = 0; t < 3; t++) {
      scope(() => void halfSquares(...alone));
      other.step();
    }
    expect(tensors.map(valuesOf)).toEqual(alone.map(valuesOf));
  });

  it("disposed of, it leaves values and frees the rest; the tensors may be trained by another", () => {
    const w = leaf(second);
    const { bytesInUse } = memoryUsage();
    const working = optimizers.adam().for([w]);
    scope(() => void halfSquares(w));
    working.step();
    const values = valuesOf(w);
    working.dispose();
    expect(valuesOf(w)).toEqual(values);
    expect(w.grad).toBeUndefined();
    expect(memoryUsage().bytesInUse).toBe(bytesInUse);
    expect(() => working.step()).toThrow("adam: Tensor(17) is not trained here any more.");
    optimizers.sgd().for([w]).step();
  });

  it("refuses what it cannot train, and changes nothing then", () => {
    const { sgd } = optimizers;
    const text = (tensors: unknown): string => {
      try {
        sgd().for(tensors as Tensor[]);
      } catch (error) {
        return String(error);
      }
      return "no error";
    };
    const rule = "expected a list of different float32 tensors that require a gradient";
    const w = leaf([1], "w");
    const at = w.ptr;
    expect(text([])).toBe(`UsageError: sgd.for: no tensors; ${rule}, got [].`);
    expect(text(w)).toBe(`UsageError: sgd.for: no tensors; ${rule}, got Tensor.`);
    expect(text([w, { value: w }])).toBe(
      `UsageError: sgd.for: item 1 is not a tensor; ${rule}, got Object. The tensor of a weight is its value.`,
    );
    expect(text([w, w])).toBe(`UsageError: sgd.for: item 1, Tensor(1) "w", stands twice; ${rule}.`);
    expect(text([w, tensor([1])])).toBe(
      `UsageError: sgd.for: item 1, Tensor(1), requires no gradient; ${rule}. Make it by tensor(values, shape, { requiresGrad: true }).`,
    );
    expect(text([w, square(w)])).toBe(
      `UsageError: sgd.for: item 1, Tensor(1), is the result of an op; ${rule}. Pass the tensors that it was computed from.`,
    );
    const freed = leaf([1]);
    freed.dispose();
    expect(text([w, freed])).toContain("Tensor(1) is used after it was freed");
    expect([w.ptr, w.grad]).toEqual([at, undefined]);
    sgd().for([w]);
    expect(text([w])).toBe(
      `UsageError: sgd.for: item 0, Tensor(1) "w", is trained already; ${rule}. By a compiled model, or an optimizer that was not disposed.`,
    );
  });

  it("where memory ends, the tensors are as they were", () => {
    const w = leaf(second);
    const at = w.ptr;
    const big = tensor(new Float32Array(2 ** 20), undefined, { requiresGrad: true });
    const space = heap();
    const allocate = space.allocate.bind(space);
    let calls = 0;
    space.allocate = (bytes) => {
      if (++calls > 3) throw new Error("no memory");
      return allocate(bytes);
    };
    expect(() => optimizers.adam().for([w, big])).toThrow("no memory");
    space.allocate = allocate;
    expect([w.ptr, w.grad]).toEqual([at, undefined]);
    expect(valuesOf(w)).toEqual(second);
  });

  it("a model that is compiled since has the weights: the step says so, also in a replay", () => {
    const model = sequential([layers.dense({ units: 2, inputShape: [3] })]);
    const working = optimizers.sgd().for(model.weights.map(({ value }) => value));
    using recording = record(() => working.step());
    model.compile({ optimizer: optimizers.sgd(), loss: losses.meanSquaredError() });
    const text = 'sgd: Tensor(3, 2) "dense_1/kernel" is not trained here any more.';
    expect(() => working.step()).toThrow(text);
    expect(() => recording.replay()).toThrow(text);
  });

  it("a step after a tensor was freed is an error that names it", () => {
    const w = leaf([1], "w");
    const working = optimizers.sgd().for([w]);
    w.dispose();
    expect(() => working.step()).toThrow('Tensor(1) "w" is used after it was freed');
  });

  it("two optimizers take turns, as in a game of two networks", () => {
    const [w, v] = [leaf([2]), leaf([3])];
    const [down, up] = [
      optimizers.sgd({ learningRate: 0.5 }).for([w]),
      optimizers.sgd({ learningRate: 0.25 }).for([v]),
    ];
    const product = (): void => scope(() => sum(mul(w, v)).backward());
    product();
    down.step(); // w = 2 − 1.5
    up.zeroGrad();
    product();
    up.step(); // v = 3 − 0.125
    expect([w.item(), v.item()]).toEqual([0.5, 2.875]);
  });
});
