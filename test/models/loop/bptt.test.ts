/** Back-propagation through time in windows against one step over the whole, states that are carried, norms, and what is refused. */
import { describe, expect, it } from "vitest";
import { streams } from "../../../src/data/text/index.js";
import {
  add,
  batchNormalization,
  dense,
  embedding,
  input,
  lstm,
  repeatVector,
  simpleRnn,
} from "../../../src/layers/index.js";
import { categoricalCrossentropy, meanSquaredError } from "../../../src/losses/index.js";
import { type BpttOptions, bptt } from "../../../src/models/loop/bptt.js";
import type { Model } from "../../../src/models/model.js";
import { model as graphModel, sequential } from "../../../src/models/sequential.js";
import { adam, sgd } from "../../../src/optimizers/index.js";
import type { Optimizer } from "../../../src/optimizers/optimizer.js";
import { memoryUsage } from "../../../src/runtime/runtime.js";
import { tensor } from "../../../src/tensor/create.js";
import { Random } from "../../../src/tensor/random.js";
import "../../support/engine.js";
import { expectSameWeights, expectWeights, weightsOf } from "../networks.js";
import { collectGarbage } from "../../support/garbage.js";

const [N, T, V] = [3, 12, 7];
const random = new Random(1);
const tokens = (): number[][] => Array.from({ length: N }, () => Array.from({ length: T }, () => random.integer(V)));
const x = tensor(tokens(), undefined, { dtype: "int32" });
const y = tensor(tokens(), undefined, { dtype: "int32" });

function make(optimizer: Optimizer = sgd({ learningRate: 0.5 }), { stateful = true, length = T } = {}): Model {
  const model = sequential([
    embedding({ inputDim: V, outputDim: 4, inputShape: [length] }),
    lstm({ units: 5, returnSequences: true, ...(stateful && { stateful, batchSize: N }) }),
    dense({ units: V }),
  ]);
  model.compile({ optimizer, loss: categoricalCrossentropy({ fromLogits: true }) });
  return model;
}

/** The trained weights alone: carried states differ on purpose. */
const trained = (model: Model): Record<string, Float32Array> =>
  Object.fromEntries(Object.entries(weightsOf(model)).filter(([name]) => !/\/[hc]$/.test(name)));

/** Steps from `begin` up to `end`. */
const part = (column: typeof x, begin: number, end: number): typeof x =>
  tensor((column.toArray() as number[][]).map((row) => row.slice(begin, end)), undefined, { dtype: "int32" }); // prettier-ignore

describe("a window as long as the sequence", () => {
  it("is full back-propagation: the same bits as one training step", async () => {
    const [whole, windowed] = [make(), make()];
    const loss = whole.trainOnBatch([x], [y]).item();
    const result = await bptt(windowed, { x, y }, { window: T });
    expectSameWeights(windowed, whole);
    expect(result.loss).toBe(loss);
    expect(result.windows).toEqual([{ start: 0, length: T, loss, gradientNorm: result.windows[0].gradientNorm }]);
  });
});

describe("shorter windows", () => {
  it("carry the state: at learning rate 0 the losses of all windows are that of the whole, within 1e-6", async () => {
    const model = make(sgd({ learningRate: 0 }));
    const whole = (await bptt(model, { x, y }, { window: T })).loss;
    for (const options of [{ window: 4 }, { window: 5 }, { window: 1 }]) {
      const { loss, windows } = await bptt(model, { x, y }, options);
      expect(loss).toBeCloseTo(whole, 6);
      expect(windows.length).toBe(Math.ceil(T / options.window));
      expect(windows.at(-1)!.length).toBe(T % options.window || options.window);
    }
    const forgetful = await bptt(model, { x, y }, { window: 4, carryState: false });
    expect(Math.abs(forgetful.loss - whole)).toBeGreaterThan(1e-4);
  });

  it("are training steps that begin with the states of the step before, and cut the gradient there", async () => {
    const [byHand, windowed] = [make(undefined, { length: 4 }), make(undefined, { length: 4 })];
    for (let begin = 0; begin < T; begin += 4)
      byHand.trainOnBatch([part(x, begin, begin + 4)], [part(y, begin, begin + 4)]);
    await bptt(windowed, { x, y }, { window: 4 });
    expectSameWeights(windowed, byHand);
  });

  it("with a stride begin where the stride ends: at learning rate 0 each has the loss of its steps of the whole", async () => {
    const model = make(sgd({ learningRate: 0 }));
    const steps = (await bptt(model, { x, y }, { window: 1 })).windows.map(({ loss }) => loss);
    const { windows } = await bptt(model, { x, y }, { window: 5, stride: 2 });
    expect(windows.map(({ start, length }) => [start, length])).toEqual([[0, 5], [2, 5], [4, 5], [6, 5], [8, 4]]); // prettier-ignore
    for (const { start, length, loss } of windows) {
      const mean = steps.slice(start, start + length).reduce((sum, step) => sum + step, 0) / length;
      expect(loss).toBeCloseTo(mean, 5);
    }
  });

  it("without carried states are those of a model that keeps none", async () => {
    const [forgetful, stateless] = [make(), make(undefined, { stateful: false })];
    await bptt(forgetful, { x, y }, { window: 3, carryState: false });
    await bptt(stateless, { x, y }, { window: 3, carryState: false });
    for (const [name, values] of Object.entries(trained(stateless))) expect(trained(forgetful)[name]).toEqual(values);
  });

  it("continue in a second call where the first one ended", async () => {
    const [once, twice] = [make(), make()];
    await bptt(once, { x, y }, { window: 3 });
    await bptt(twice, { x: part(x, 0, 6), y: part(y, 0, 6) }, { window: 3 });
    await bptt(twice, { x: part(x, 6, T), y: part(y, 6, T) }, { window: 3, continues: true });
    expectSameWeights(twice, once);
  });

  it("take sequences of numbers with targets of numbers, and leave nothing in memory", async () => {
    const model = sequential([
      simpleRnn({ units: 3, returnSequences: true, stateful: true, batchSize: 2, inputShape: [4, 2] }),
      dense({ units: 1 }),
    ]);
    model.compile({ optimizer: adam(), loss: meanSquaredError() });
    const numbers = {
      x: tensor(new Float32Array(40).fill(0.1), [2, 10, 2]),
      y: tensor(new Float32Array(20), [2, 10, 1]),
    };
    await bptt(model, numbers, { window: 4 });
    const before = memoryUsage().bytesInUse;
    const { windows } = await bptt(model, numbers, { window: 4, stride: 3 });
    expect(windows.map(({ start }) => start)).toEqual([0, 3, 6]);
    expect(memoryUsage().bytesInUse).toBeLessThanOrEqual(before); // less where the garbage collector has freed what other tests left
  });
});

describe("sequences of numbers", () => {
  const [rows, steps, features] = [2, 10, 3];
  const wave = (size: number, from: number): Float32Array =>
    Float32Array.from({ length: size }, (_, i) => Math.sin(i * i + from));
  const [xs, ys] = [wave(rows * steps * features, 0), wave(rows * steps, 1)];
  const numbers = { x: tensor(xs, [rows, steps, features]), y: tensor(ys, [rows, steps, 1]) };
  const net = (inputShape?: readonly number[]): Model => {
    const model = sequential([simpleRnn({ units: 3, returnSequences: true, ...(inputShape && { inputShape: [...inputShape] }) }), dense({ units: 1 })]);
    model.compile({ optimizer: adam(), loss: meanSquaredError() });
    return model;
  }; // prettier-ignore
  /** Steps [begin, end) of every row. */
  const slice = (values: Float32Array, width: number, begin: number, end: number): ReturnType<typeof tensor> => {
    const row = steps * width;
    const parts = Array.from({ length: rows }, (_, n) => [...values.subarray(n * row + begin * width, n * row + end * width)]);
    return tensor(Float32Array.from(parts.flat()), [rows, end - begin, width]);
  }; // prettier-ignore

  it("are cut into windows whose training steps are those on their parts, each shown once it is done", async () => {
    const [walked, stepped] = [net([null as never, features]), net([null as never, features])];
    const shown: unknown[] = [];
    const onWindow = (window: unknown): void => void shown.push(window);
    const { windows } = await bptt(walked, numbers, { window: 4, carryState: false, onWindow });
    const bounds = [[0, 4], [4, 8], [8, 10]] as const; // prettier-ignore
    const losses = bounds.map(([begin, end]) =>
      stepped.trainOnBatch([slice(xs, features, begin, end)], [slice(ys, 1, begin, end)]).item(),
    );
    expect(windows.map(({ start, length, loss }) => [start, length, loss])).toEqual(bounds.map(([begin, end], i) => [begin, end - begin, losses[i]])); // prettier-ignore
    expect(shown).toEqual(windows);
    expectSameWeights(walked, stepped);
  });

  it("give a model that is not built the shape of a window", async () => {
    const model = net();
    await bptt(model, numbers, { window: 5, carryState: false });
    expect(model.inputShape).toEqual([5, features]);
  });

  it.each<[string, () => object]>([
    ["x does not fit the model; expected [N, T, 3], got Tensor(2, 10, 2).", () => ({ ...numbers, x: tensor(new Float32Array(40), [2, 10, 2]) })],
    ["x does not fit the model; expected [N, T, 3], got Tensor(2, 10).", () => ({ ...numbers, x: tensor(new Float32Array(20), [2, 10]) })],
    ["the sequences are shorter than a window; expected [N, T, …] with T ≥ window = 5, got [6, 1].", () => ({ ...numbers, x: tensor(new Float32Array(6)) })],
    ["x holds bytes; expected tokens or float32, got uint8 Tensor(2, 10, 3).", () => ({ ...numbers, x: tensor(new Uint8Array(60), [2, 10, 3]) })],
    ["x and y differ in the number of sequences; expected the same N, got x Tensor(2, 10, 3) and y Tensor(1, 10, 1).", () => ({ ...numbers, y: tensor(new Float32Array(10), [1, 10, 1]) })],
  ])("are refused where %s", async (text, sequence) => {
    const model = net([5, features]);
    const before = weightsOf(model);
    await expect(bptt(model, sequence() as never, { window: 5, carryState: false })).rejects.toThrow(`bptt: ${text}`);
    expect(weightsOf(model)).toEqual(before);
  }); // prettier-ignore
});

describe("the norm of the gradient", () => {
  it("is that before clipping, of all parameters together, within 1e-5 of float64", async () => {
    const [model, clipped] = [make(sgd({ learningRate: 1 })), make(sgd({ learningRate: 1, globalClipNorm: 0.01 }))];
    const before = trained(model);
    const { windows } = await bptt(model, { x, y }, { window: T });
    const after = trained(model);
    const norm = Math.hypot(
      ...Object.entries(before).flatMap(([name, values]) => Array.from(values, (w, i) => w - after[name][i])),
    );
    expect(windows[0].gradientNorm / norm).toBeCloseTo(1, 5);
    expect((await bptt(clipped, { x, y }, { window: T })).windows[0].gradientNorm).toBeCloseTo(norm, 5);
    const moved = Object.entries(before).flatMap(([name, values]) =>
      Array.from(values, (w, i) => w - trained(clipped)[name][i]),
    );
    expect(Math.hypot(...moved)).toBeCloseTo(0.01, 6);
  });

  it("is shown to callbacks of fit where the optimizer has globalClipNorm", async () => {
    const norms: (number | undefined)[] = [];
    const watch = {
      onBatchEnd: (_: number, __: object, training: { gradientNorm: number | undefined }) =>
        void norms.push(training.gradientNorm),
    };
    await make(sgd({ globalClipNorm: 1 })).fit(x, y, { batchSize: N, callbacks: [watch] });
    await make(sgd()).fit(x, y, { batchSize: N, callbacks: [watch] });
    expect([norms.length, norms[1]]).toEqual([2, undefined]);
    expect(norms[0]).toBeGreaterThan(0);
  });
});

describe("is refused, with the weights as they were:", () => {
  const model = make();
  const run = (options: object, sequence: object = { x, y }, which = model) =>
    bptt(which, sequence as never, options as BpttOptions);
  const small = tensor([[1, 2]], undefined, { dtype: "int32" });
  it.each<[string, () => Promise<unknown>]>([
    ["bptt: window is out of range; expected an integer in [1, ∞), got 0.", () => run({ window: 0 })],
    ["bptt: window is missing; expected an integer in [1, ∞).", () => run({})],
    ["bptt: stride is out of range; expected an integer in [1, 4], got 5.", () => run({ window: 4, stride: 5 })],
    ["bptt: carryState has the wrong type; expected true or false, got 1.", () => run({ window: 4, carryState: 1 })],
    ["bptt: unknown option", () => run({ window: 4, steps: 4 })],
    [
      "bptt: the sequences are shorter than a window; expected [N, T, …] with T ≥ window = 13, got [3, 12].",
      () => run({ window: 13 }),
    ],
    ["bptt: x is missing", () => run({ window: 2 }, { y })],
    [
      "bptt: the carried states belong to another batch size; expected N = 3 (batchSize of the layers), got int32 Tensor(1, 2).",
      () => run({ window: 2 }, { x: small, y: small }),
    ],
    ["bptt: x has a token outside the vocabulary in sample 0; expected integers 0 ≤ token < inputDim = 7, got 9.", () => run({ window: 2 }, { x: [[9, 1], [1, 1], [1, 1]], y: [[1, 1], [1, 1], [1, 1]] })], // prettier-ignore
    ["bptt: y does not fit the model's output", () => run({ window: 2 }, { x, y: part(y, 0, 5) })],
    [
      "bptt: there is no state to carry; expected stateful layers, got none. Give the recurrent layers stateful: true and batchSize, or pass carryState: false.",
      () => run({ window: 2 }, { x, y }, make(undefined, { stateful: false })),
    ],
    [
      "bptt: the model has no output for each step; expected one input, one output [N, T, O], got 1 inputs, outputs [N, 5]. Give the recurrent layers returnSequences: true.",
      () => {
        const last = sequential([embedding({ inputDim: V, outputDim: 4, inputShape: [T] }), lstm({ units: 5 })]);
        last.compile({ optimizer: sgd(), loss: meanSquaredError() });
        return run({ window: 2 }, { x, y }, last);
      },
    ],
  ])("%s", async (text, call) => {
    const before = trained(model);
    await expect(call()).rejects.toThrow(text);
    expect(trained(model)).toEqual(before);
  });

  it("a loss that is not finite, and a signal that aborts", async () => {
    const wild = make(sgd({ learningRate: 1e38 }));
    const error = await bptt(wild, { x, y }, { window: 2 }).catch((reason: unknown) => reason);
    expect(String(error)).toMatch(
      /^UsageError: bptt: the loss became .* in the window at step \d+; expected a finite loss\./,
    );
    const stop = new AbortController();
    const before = weightsOf(model);
    stop.abort(new Error("enough"));
    await expect(bptt(model, { x, y }, { window: 2, signal: stop.signal })).rejects.toThrow("enough");
    for (const [name, values] of Object.entries(trained(model))) expect(before[name]).toEqual(values);
    expectWeights(model, weightsOf(model));
  });
});

describe("streams of one long text", () => {
  it("are equal parts, each token beside the next", () => {
    const { x: from, y: to } = streams(Int32Array.from({ length: 12 }, (_, i) => i), { batchSize: 2 }); // prettier-ignore
    expect([from.toArray(), to.toArray()]).toEqual([
      [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]],
      [[1, 2, 3, 4, 5], [6, 7, 8, 9, 10]],
    ]); // prettier-ignore
  });

  it("are cut into windows that batches of fit take one after the other, which is training by bptt", async () => {
    const tokens = Int32Array.from({ length: 25 }, (_, i) => (i * i) % 7);
    const { x: from, y: to } = streams(Int32Array.from({ length: 12 }, (_, i) => i), { batchSize: 2, window: 2 }); // prettier-ignore
    expect([from.toArray(), to.toArray()]).toEqual([
      [[0, 1], [5, 6], [2, 3], [7, 8]],
      [[1, 2], [6, 7], [3, 4], [8, 9]],
    ]); // prettier-ignore
    const text = (): Model => {
      const model = sequential(
        [
          embedding({ inputDim: 7, outputDim: 4, inputLength: 3 }),
          lstm({ units: 5, returnSequences: true, stateful: true, batchSize: 2 }),
          dense({ units: 7 }),
        ],
        { seed: 1 },
      );
      model.compile({ optimizer: adam(), loss: categoricalCrossentropy({ fromLogits: true }) });
      return model;
    };
    const [fitted, walked] = [text(), text()];
    const rows = streams(tokens, { batchSize: 2, window: 3 });
    const { history } = await fitted.fit(rows.x, rows.y, { batchSize: 2, shuffle: false });
    const { loss } = await bptt(walked, streams(tokens, { batchSize: 2 }), { window: 3 });
    expect(history.loss[0]).toBeCloseTo(loss, 6);
    for (const [name, values] of Object.entries(trained(walked))) expect(trained(fitted)[name]).toEqual(values);
  });

  it("are refused where the text is too short", () => {
    expect(() => streams(new Int32Array(12), { batchSize: 3, window: 4 })).toThrow(
      "text.streams: the text is too short; expected more than 12 (batchSize · window), got 12.",
    );
    expect(() => streams(new Int32Array(12), { batchSize: 3, window: 0 })).toThrow(
      "text.streams: window is out of range",
    );
    expect(() => streams(Int32Array.of(1, 2, 3), { batchSize: 3 })).toThrow(
      "text.streams: the text is too short; expected more than 3 tokens (batchSize), got 3.",
    );
    expect(() => streams(Int32Array.of(1, 2), { batchSize: 0 })).toThrow("text.streams: batchSize is out of range");
  });
});

it("a rhyme is learnt in windows: below 0.1 nats a character after 150 passes", async () => {
  const text = "one fish two fish red fish blue fish ".repeat(5);
  const units = [...new Set(text)];
  const { x: from, y: to } = streams(Int32Array.from(text, (c) => units.indexOf(c)), { batchSize: 2 }); // prettier-ignore
  const model = sequential([
    embedding({ inputDim: units.length, outputDim: 8, inputShape: [10] }),
    lstm({ units: 24, returnSequences: true, stateful: true, batchSize: 2 }),
    dense({ units: units.length }),
  ]);
  const loss = categoricalCrossentropy({ fromLogits: true });
  model.compile({ optimizer: adam({ learningRate: 0.01, globalClipNorm: 1 }), loss });
  let last = Infinity;
  for (let pass = 0; pass < 150; pass++) last = (await bptt(model, { x: from, y: to }, { window: 10 })).loss;
  expect(last).toBeLessThan(0.1);
});

describe("one sequence and batch normalisation, which needs two values a channel", () => {
  const one = { x: [[[1], [2], [3], [4], [5]]], y: [[[1], [2], [3], [4], [5]]] };
  const normalized = (): Model => {
    const model = sequential([
      simpleRnn({ units: 2, returnSequences: true, stateful: true, batchSize: 1, inputShape: [2, 1] }),
      batchNormalization(),
      dense({ units: 1 }),
    ]);
    model.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: meanSquaredError() });
    return model;
  };

  it.each([
    ["a last window of one step", { window: 2 }],
    ["windows of one step", { window: 1 }],
    ["a last window of one step behind longer ones", { window: 4 }],
  ])("%s: an error before the first step, and nothing is held", async (_, options) => {
    const model = normalized();
    const [before, bytesInUse] = [weightsOf(model), await collectGarbage()];
    const windows: number[] = [];
    const walk = bptt(model, one, { ...options, onWindow: ({ start }) => windows.push(start) });
    await expect(walk).rejects.toThrow("batchNormalization: one value has no variance to train with");
    expect(windows).toEqual([]);
    expect(weightsOf(model)).toEqual(before);
    expect(memoryUsage().bytesInUse).toBeLessThanOrEqual(bytesInUse);
  });

  it("windows that overlap end whole: 4 steps of 5, one step on", async () => {
    const { windows } = await bptt(normalized(), one, { window: 4, stride: 1 });
    expect(windows.map(({ start, length }) => [start, length])).toEqual([[0, 4], [1, 4]]); // prettier-ignore
  });

  it("two steps in the last window, or a layer that is frozen, train", async () => {
    expect((await bptt(normalized(), one, { window: 3 })).windows.map(({ length }) => length)).toEqual([3, 2]);
    const frozen = normalized();
    frozen.layers.find(({ kind }) => kind === "batchNormalization")!.trainable = false;
    frozen.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: meanSquaredError() });
    expect((await bptt(frozen, one, { window: 2 })).windows.map(({ length }) => length)).toEqual([2, 2, 1]);
  });

  it("sequences without a state to carry are refused without holding them", async () => {
    const model = make(sgd(), { stateful: false });
    const bytesInUse = await collectGarbage();
    await expect(bptt(model, { x: x.toArray(), y }, { window: 4 })).rejects.toThrow("there is no state to carry");
    expect(memoryUsage().bytesInUse).toBeLessThanOrEqual(bytesInUse);
  });
});

describe("a model that has not one input, and one output for each of its steps, is refused:", () => {
  type SymbolicTensor = ReturnType<typeof input>;
  const steps = (): SymbolicTensor => input({ shape: [4, 1] });
  const states = (of: SymbolicTensor, returnSequences = true): SymbolicTensor =>
    lstm({ units: 4, returnSequences }).apply(of);
  it.each<[string, () => Parameters<typeof graphModel>[0]]>([
    ["two inputs", () => { const [a, b] = [steps(), steps()]; return { inputs: [a, b], outputs: add().apply([states(a), states(b)]) }; }],
    ["two outputs", () => { const a = steps(); return { inputs: a, outputs: [states(a), states(a)] }; }],
    ["as many units as steps", () => { const a = steps(); return { inputs: a, outputs: states(a, false) }; }],
    ["other steps", () => { const a = steps(); return { inputs: a, outputs: repeatVector({ n: 3 }).apply(states(a, false)) }; }],
  ])("%s", async (_, make) => {
    const model = graphModel(make());
    const losses = [make().outputs].flat().map(() => meanSquaredError());
    model.compile({ optimizer: sgd(), loss: losses });
    const numbers = { x: new Float32Array(8), y: new Float32Array(32) };
    const sequence = { x: tensor(numbers.x, [2, 4, 1]), y: tensor(numbers.y, [2, 4, 4]) };
    const walk = bptt(model, sequence, { window: 4, carryState: false });
    await expect(walk).rejects.toThrow("bptt: the model has no output for each step; expected one input, one output [N, T, O]");
  }); // prettier-ignore
});
