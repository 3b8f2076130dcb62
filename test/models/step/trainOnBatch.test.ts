/** Training steps outside of `fit`: the same bits as inside, eager or recorded. */
import { describe, expect, it } from "vitest";
import { type Model, ShapeError, UsageError, layers, losses, memoryUsage, optimizers } from "../../../src/index.js";
import { model as functional, record, sequenceMask, sequential, tensor } from "../../../src/index.js";
import "../../support/engine.js";

const N = 5;
const values = Float32Array.from({ length: N * 4 }, (_, i) => Math.sin(i));
const labels = Int32Array.from({ length: N }, (_, i) => i % 3);

function compiled(): Model {
  const model = sequential([
    layers.dense({ units: 7, activation: "tanh", inputShape: [4] }),
    layers.dropout({ rate: 0.3 }),
    layers.dense({ units: 3 }),
  ]);
  model.compile({
    optimizer: optimizers.adam({ learningRate: 0.1 }),
    loss: losses.categoricalCrossentropy({ fromLogits: true }),
  });
  return model;
}

const weightsOf = (model: Model): number[] => model.weights.flatMap(({ value }) => [...value.toTypedArray()]);

describe("trainOnBatch", () => {
  it("three steps, eager or recorded, give the bits of three epochs of fit on that batch", async () => {
    using x = tensor(values, [N, 4]);
    using y = tensor(labels);
    const fitted = compiled();
    const { history } = await fitted.fit(x, y, { batchSize: N, epochs: 3, shuffle: false });
    const eager = compiled();
    const eagerLosses = [1, 2, 3].map(() => eager.trainOnBatch([x], [y]).item());
    const recorded = compiled();
    const step = record(() => recorded.trainOnBatch([x], [y]));
    const recordedLosses = [step.result.item()];
    for (const _ of [2, 3]) {
      step.replay();
      recordedLosses.push(step.result.item());
    }
    expect(eagerLosses).toEqual(history.loss);
    expect(recordedLosses).toEqual(history.loss);
    expect(weightsOf(eager)).toEqual(weightsOf(fitted));
    expect(weightsOf(recorded)).toEqual(weightsOf(fitted));
    step.dispose();
    for (const model of [fitted, eager, recorded]) model.dispose();
  });

  it("frees all but the loss: 100 steps leave the heap where 1 step left it", () => {
    using x = tensor(values, [N, 4]);
    using y = tensor(labels);
    const model = compiled();
    model.trainOnBatch([x], [y]).dispose();
    const { bytesInUse } = memoryUsage();
    for (let i = 0; i < 100; i++) model.trainOnBatch([x], [y]).dispose();
    expect(memoryUsage().bytesInUse).toBe(bytesInUse);
    model.dispose();
  });

  it("refuses a model that is not compiled, and inputs or targets that do not fit", () => {
    using x = tensor(values, [N, 4]);
    using y = tensor(labels);
    const model = compiled();
    const before = weightsOf(model);
    const plain = sequential([layers.dense({ units: 3, inputShape: [4] })]);
    expect(() => plain.trainOnBatch([x], [y])).toThrow(
      new UsageError("trainOnBatch: the model is not compiled. Call model.compile({ optimizer, loss }) first."),
    );
    expect(() => model.trainOnBatch([y], [y])).toThrow(
      new ShapeError("trainOnBatch: input 0 does not fit the model; expected [N, 4], got int32 Tensor(5)."),
    );
    expect(() => model.trainOnBatch([x], [])).toThrow(
      new ShapeError("trainOnBatch: the targets do not fit the batch; expected target 0 of 5 rows, got nothing."),
    );
    using few = tensor(labels.slice(1));
    expect(() => model.trainOnBatch([x], [few])).toThrow(/expected target 0 of 5 rows, got int32 Tensor\(4\)\.$/);
    using wrong = tensor(labels.map((label) => label + 1));
    expect(() => model.trainOnBatch([x], [wrong])).toThrow(
      /a target is out of range; expected a label in 0 … 2, got 3/,
    );
    expect(weightsOf(model)).toEqual(before);
  });
});

describe("trainOnBatch with lengths", () => {
  const [T, F] = [3, 2];
  const steps = Float32Array.from({ length: N * T * F }, (_, i) => Math.sin(i * i));
  const counts = [3, 1, 0, 2, 3];
  const recurrent = (): Model => {
    const model = sequential([layers.lstm({ units: 4, inputShape: [T, F] }), layers.dense({ units: 3 })]);
    const loss = losses.categoricalCrossentropy({ fromLogits: true });
    model.compile({ optimizer: optimizers.adam({ learningRate: 0.1 }), loss });
    return model;
  };

  it.each([
    ["numbers", () => counts],
    ["a typed array", () => Uint8Array.from(counts)],
    ["an int32 tensor", () => tensor(Int32Array.from(counts))],
    ["a float32 tensor", () => tensor(counts)],
  ])("as %s: the bits of fit with lengths, of a mask, and of a recorded step", async (_, given) => {
    using x = tensor(steps, [N, T, F]);
    using y = tensor(labels);
    const [fitted, byLengths, byMask, recorded, without] = Array.from({ length: 5 }, recurrent);
    const { history } = await fitted.fit(x, y, { batchSize: N, epochs: 3, shuffle: false, lengths: counts });
    const lengths = given();
    expect([1, 2, 3].map(() => byLengths.trainOnBatch([x], [y], { lengths }).item())).toEqual(history.loss);
    const mask = sequenceMask(counts, T);
    for (const _ of [1, 2, 3]) byMask.trainOnBatch([x], [y], { mask });
    const step = record(() => recorded.trainOnBatch([x], [y], { lengths }));
    step.replay();
    step.replay();
    for (const _ of [1, 2, 3]) without.trainOnBatch([x], [y]);
    for (const model of [byLengths, byMask, recorded]) expect(weightsOf(model)).toEqual(weightsOf(fitted));
    expect(weightsOf(without)).not.toEqual(weightsOf(fitted));
    expect(byLengths.call([x], { lengths })[0].toArray()).toEqual(byMask.call([x], { mask })[0].toArray());
    step.dispose();
  });

  it("a recorded step goes by the lengths that the tensor holds at each replay", () => {
    using x = tensor(steps, [N, T, F]);
    using y = tensor(labels);
    const [eager, recorded] = [recurrent(), recurrent()];
    const lengths = tensor(counts);
    const step = record(() => recorded.trainOnBatch([x], [y], { lengths }));
    const others = [1, 3, 2, 2, 0];
    lengths.assign(others);
    step.replay();
    for (const lengths of [counts, others]) eager.trainOnBatch([x], [y], { lengths });
    expect(weightsOf(recorded)).toEqual(weightsOf(eager));
    step.dispose();
  });

  it("frees the masks: 50 steps leave the heap where 1 step left it", () => {
    using x = tensor(steps, [N, T, F]);
    using y = tensor(labels);
    const model = recurrent();
    model.trainOnBatch([x], [y], { lengths: counts }).dispose();
    const { bytesInUse } = memoryUsage();
    for (let i = 0; i < 50; i++) model.trainOnBatch([x], [y], { lengths: counts }).dispose();
    expect(memoryUsage().bytesInUse).toBe(bytesInUse);
  });

  it("call builds a network whose shapes are not known yet, with or without lengths", () => {
    using x = tensor(steps, [N, T, F]);
    const net = (): Model => sequential([layers.gru({ units: 2 })]);
    expect(net().call([x])[0].shape).toEqual([N, 2]);
    const masked = net()
      .call([x], { mask: sequenceMask(counts, T) })[0]
      .toArray();
    expect(net().call([x], { lengths: counts })[0].toArray()).toEqual(masked);
  });

  it("one list for each input where there are several", () => {
    const [a, b] = [layers.input({ shape: [T, F] }), layers.input({ shape: [F] })];
    const joined = layers.concatenate().apply([layers.gru({ units: 2 }).apply(a), b]);
    const model = functional({ inputs: [a, b], outputs: layers.dense({ units: 1 }).apply(joined) });
    using x = tensor(steps, [N, T, F]);
    using z = tensor(steps.slice(0, N * F), [N, F]);
    const mask = sequenceMask(counts, T);
    expect(model.call([x, z], { lengths: [counts, undefined] })[0].toArray()).toEqual(
      model.call([x, z], { mask: [mask, undefined] })[0].toArray(),
    );
    const refuse = (lengths: unknown, text: string): void =>
      expect(() => model.call([x, z], { lengths: lengths as never })).toThrow(text);
    refuse(counts, "call: lengths do not fit the inputs; expected a list of 2, undefined for an input without lengths");
    refuse([counts], "expected a list of 2");
    refuse(3, "expected a list of 2, undefined for an input without lengths, got 3.");
  });

  it("refuses lengths that are none, beside a mask, of what is no sequence, or without a layer that knows of any", () => {
    using x = tensor(steps, [N, T, F]);
    using y = tensor(labels);
    const model = recurrent();
    const before = weightsOf(model);
    const refuse = (options: object, text: string): void =>
      expect(() => model.trainOnBatch([x], [y], options)).toThrow(text);
    refuse(
      { lengths: [1, 2, 3, 4, 0] },
      "sequenceMask: lengths[3] is out of range; expected integers from 0 to T = 3, got 4.",
    );
    refuse(
      { lengths: [1, 2] },
      "trainOnBatch: mask 0 does not fit its input; expected int32 [N, T] = [5, 3], got int32 Tensor(2, 3).",
    );
    refuse({ lengths: counts, mask: sequenceMask(counts, T) }, "trainOnBatch: both mask and lengths are given");
    refuse({ length: counts }, 'trainOnBatch: unknown option; expected mask or lengths, got "length".');
    expect(weightsOf(model)).toEqual(before);
    const dense = compiled();
    using flat = tensor(values, [N, 4]);
    expect(() => dense.trainOnBatch([flat], [y], { lengths: counts })).toThrow(
      "trainOnBatch: lengths without a layer of sequences. Give mask: sequenceMask(lengths, T).",
    );
    const flags = layers.input({ shape: [] });
    const row = layers.embedding({ inputDim: 4, outputDim: 2 }).apply(flags);
    const tokens = functional({ inputs: [flags], outputs: row });
    using vector = tensor(labels);
    expect(() => tokens.call([vector], { lengths: counts })).toThrow(
      "call: lengths are for sequences; expected an input [N, T, …], got int32 Tensor(5).",
    );
  });
});
