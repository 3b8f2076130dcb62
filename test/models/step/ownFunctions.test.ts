/** Functions of target and prediction as losses and metrics; metrics of models with several outputs. */
import { describe, expect, it } from "vitest";
import {
  type CompileOptions,
  type Model,
  type Tensor,
  abs,
  cast,
  layers,
  losses,
  mean,
  metrics,
  model as graphModel,
  mul,
  noGrad,
  optimizers,
  sequential,
  square,
  sub,
  sum,
  tensor,
} from "../../../src/index.js";
import "../../support/engine.js";

const N = 12;
const x = Float32Array.from({ length: N * 3 }, (_, i) => Math.sin(i));
const y = Float32Array.from({ length: N * 2 }, (_, i) => Math.cos(i));
const inputs = (): Tensor => tensor(x, [N, 3]);
const targets = (): Tensor => tensor(y, [N, 2]);

function compiled(options: Partial<CompileOptions>): Model {
  const model = sequential([layers.dense({ units: 2, inputShape: [3] })]);
  model.compile({ optimizer: optimizers.sgd({ learningRate: 0.1 }), loss: losses.meanSquaredError(), ...options });
  return model;
}
const weightsOf = (model: Model): number[] => model.weights.flatMap(({ value }) => [...value.toTypedArray()]);
const squared = (target: Tensor, prediction: Tensor): Tensor => mean(square(sub(prediction, target)), 1);
const meanSquare = (target: Tensor, prediction: Tensor): Tensor => mean(square(sub(prediction, target)));
const worst = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((value, i) => Math.abs(value - b[i])));

describe("a function as a loss", () => {
  it.each([
    ["one number a sample", squared],
    ["one number a batch", meanSquare],
  ])("%s trains as the loss that it writes down", async (_, loss) => {
    const [own, known] = [compiled({ loss }), compiled({})];
    const options = { epochs: 4, batchSize: 5 };
    const { history } = await own.fit(inputs(), targets(), options);
    const { history: wanted } = await known.fit(inputs(), targets(), options);
    expect(worst(history.loss, wanted.loss)).toBeLessThan(1e-6);
    expect(worst(weightsOf(own), weightsOf(known))).toBeLessThan(1e-6);
    expect((await own.evaluate(inputs(), targets())).loss).toBeCloseTo(
      (await known.evaluate(inputs(), targets())).loss,
      6,
    );
  });

  it("with one number a sample takes weights, with one a batch refuses them", async () => {
    const sampleWeight = Array.from({ length: N }, (_, i) => i % 3);
    const [own, known] = [compiled({ loss: squared }), compiled({})];
    for (const model of [own, known]) await model.fit(inputs(), targets(), { sampleWeight });
    expect(worst(weightsOf(own), weightsOf(known))).toBeLessThan(1e-6);
    const batch = compiled({ loss: meanSquare });
    const before = weightsOf(batch);
    await expect(batch.fit(inputs(), targets(), { sampleWeight })).rejects.toThrow(
      'fit: "meanSquare" gives one number a batch, which weights and masks cannot weigh; expected [N], one number a sample. Reduce over all axes but the first.',
    );
    expect(weightsOf(batch)).toEqual(before);
  });

  it.each<[string, unknown, string]>([
    ["no tensor", () => 3, 'fit: loss "loss" gives no tensor; expected a float32 scalar, or [N] = [4] with one number a sample, got 3.'], // prettier-ignore
    ["nothing", () => undefined, 'fit: loss "loss" gives no tensor;'],
    ["a vector over classes", (t: Tensor, p: Tensor) => mean(square(sub(p, t)), 0), 'fit: loss "loss" gives a tensor that does not fit; expected a float32 scalar, or [N] = [4] with one number a sample, got Tensor(2). Reduce it, for example by mean(losses, 1).'], // prettier-ignore
    ["a column", (t: Tensor, p: Tensor) => mean(square(sub(p, t)), 1, { keepDims: true }), 'fit: loss "loss" gives a tensor that does not fit; expected a float32 scalar, or [N] = [4] with one number a sample, got Tensor(4, 1).'], // prettier-ignore
    ["integers", (_: Tensor, p: Tensor) => cast(mean(p, 1), "int32"), "got int32 Tensor(4)."],
    ["a matrix", (t: Tensor, p: Tensor) => sub(p, t), "got Tensor(4, 2)."],
    ["no gradient", (t: Tensor, p: Tensor) => noGrad(() => squared(t, p)), 'fit: loss "loss" has no gradient. Compute it from the prediction by ops.'], // prettier-ignore
    ["NaN", (t: Tensor, p: Tensor) => mul(squared(t, p), NaN), "fit: the loss became NaN in epoch 1, batch 1; expected a finite loss. It arose in the loss function."], // prettier-ignore
    [
      "a value that is read",
      (t: Tensor, p: Tensor) => mul(squared(t, p), sum(p).item()),
      "is read or written from JavaScript inside record()",
    ],
    ["an error", () => { throw new Error("mine"); }, "mine"], // prettier-ignore
  ])("that gives %s is a clear error, and nothing is lost", async (_, given, text) => {
    const loss = (t: Tensor, p: Tensor): Tensor => (given as (t: Tensor, p: Tensor) => Tensor)(t, p);
    const model = compiled({ loss });
    const before = weightsOf(model);
    await expect(model.fit(inputs(), targets(), { batchSize: 4 })).rejects.toThrow(text);
    expect(weightsOf(model)).toEqual(before);
    model.compile({ optimizer: optimizers.sgd(), loss: squared });
    await model.fit(inputs(), targets(), { batchSize: 4 });
  });

  it("a maker that was not called is told from it", () => {
    expect(() => compiled({ loss: losses.huber as never })).toThrow(
      "compile: not a valid loss; expected for example losses.meanSquaredError() or a function of target and prediction, got function huber. Call it: huber().",
    );
  });
});

describe("a function as a metric", () => {
  const largest = (t: Tensor, p: Tensor): Tensor => mean(abs(sub(p, t)), 1);
  const overall = (t: Tensor, p: Tensor): Tensor => mean(abs(sub(p, t)));

  it("is the mean over all samples, whatever the batch size, under its name", async () => {
    const model = compiled({ metrics: [metrics.meanAbsoluteError(), largest, overall] });
    const { history } = await model.fit(inputs(), targets(), { batchSize: 5, validationSplit: 0.25 });
    expect(Object.keys(history)).toEqual(["loss", "meanAbsoluteError", "largest", "overall", "valLoss", "valMeanAbsoluteError", "valLargest", "valOverall"]); // prettier-ignore
    for (const name of ["largest", "overall"]) expect(history[name][0]).toBeCloseTo(history.meanAbsoluteError[0], 5);
  });

  it("without a name is called metric, and so a loss is called loss", async () => {
    const nameless = [(t: Tensor, p: Tensor): Tensor => squared(t, p)];
    expect(nameless[0].name).toBe("");
    const model = compiled({ loss: nameless[0], metrics: nameless });
    const { history } = await model.fit(inputs(), targets());
    expect(Object.keys(history)).toEqual(["loss", "metric"]);
    const empty = compiled({ loss: [(t: Tensor, p: Tensor): Tensor => (t === p ? t : (undefined as never))][0] });
    await expect(empty.fit(inputs(), targets())).rejects.toThrow('fit: loss "loss" gives no tensor');
  });

  it("that gives no tensor is an error", async () => {
    const model = compiled({ metrics: [(t: Tensor, p: Tensor) => (p === t ? t : (7 as never))] });
    await expect(model.fit(inputs(), targets())).rejects.toThrow("gives no tensor; expected a float32 scalar");
  });
});

describe("a model with two outputs", () => {
  const twoOutputs = (options: Partial<CompileOptions>): Model => {
    const input = layers.input({ shape: [3] });
    const hidden = layers.dense({ units: 4, activation: "tanh" }).apply(input);
    const outputs = [layers.dense({ units: 2, name: "size" }), layers.dense({ units: 3, name: "kind" })].map((layer) => layer.apply(hidden)); // prettier-ignore
    const made = graphModel({ inputs: input, outputs });
    const loss = [losses.meanSquaredError(), losses.categoricalCrossentropy({ fromLogits: true })];
    made.compile({ optimizer: optimizers.sgd(), loss, ...options });
    return made;
  };
  const labels = Array.from({ length: N }, (_, i) => i % 3);

  it("has metrics for each, and the loss of each, in the logs", async () => {
    const model = twoOutputs({ metrics: [[metrics.meanSquaredError()], [metrics.accuracy(), metrics.accuracy()]], lossWeights: [1, 0.5] }); // prettier-ignore
    const { history } = await model.fit(inputs(), [targets(), labels], { batchSize: 5 });
    expect(Object.keys(history)).toEqual(["loss", "size_meanSquaredError", "kind_accuracy", "kind_accuracy_2", "size_loss", "kind_loss"]); // prettier-ignore
    expect(history.size_loss[0]).toBeCloseTo(history.size_meanSquaredError[0], 6);
    expect(history.loss[0]).toBeCloseTo(history.size_loss[0] + 0.5 * history.kind_loss[0], 5);
    const logs = await model.evaluate(inputs(), [targets(), labels], { batchSize: 7 });
    expect(logs.loss).toBeCloseTo(logs.size_loss + 0.5 * logs.kind_loss, 5);
    const [, scores] = await model.predictAll(inputs());
    const right = (scores.toArray() as number[][]).filter((row, i) => row.indexOf(Math.max(...row)) === labels[i]);
    expect(logs.kind_accuracy).toBeCloseTo(right.length / N, 6);
  });

  it("refuses a list that is not one for each output", () => {
    expect(() => twoOutputs({ metrics: [metrics.accuracy()] })).toThrow(
      "compile: metrics are for another number of outputs; expected 2, got 1. Pass a list for each: [[metrics.accuracy()], []].",
    );
  });
});
