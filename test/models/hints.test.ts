/** Mistakes of people who come from Keras, PyTorch or TensorFlow.js: each message says what to write instead. */
import { describe, expect, it } from "vitest";
import * as ops from "../../src/ops/index.js";
import { type Tensor, layers, loadModel, losses, model, optimizers, sequential, tensor, zeros } from "../../src/index.js"; // prettier-ignore
import "../support/engine.js";

const compiled = (): ReturnType<typeof sequential> => {
  const made = sequential([layers.dense({ units: 1, inputShape: [2] })]);
  made.compile({ optimizer: optimizers.sgd(), loss: losses.meanSquaredError() });
  return made;
};
const x = zeros([2, 3]);
const symbol = layers.input({ shape: [2] });

describe("the message says what to write", () => {
  it.each<readonly [string, () => unknown, string]>([
    ["arrays given to call", () => compiled().call([[1, 2]] as never), "call: inputs must be a list of tensors; expected [tensor], got [[1, 2]]. fit and predict take arrays; here it is [tensor([[1, 2]])]."],
    ["arrays given to trainOnBatch", () => compiled().trainOnBatch([tensor([[1, 2]])], [[1]] as never), "trainOnBatch: targets must be a list of tensors; expected [tensor], got [[1]]. fit and predict take arrays"],
    ["null for a mask", () => compiled().call([tensor([[1, 2]])], { mask: null } as never), "call: mask 0 does not fit its input; expected int32 [N, T] = [1, 2], got null."],
    ["a second argument of model()", () => model({ inputs: symbol, outputs: layers.dense({ units: 1 }).apply(symbol) }, ...([{ name: "m" }] as never[])), "model: everything is given in one object; expected model({ inputs, outputs, name, seed }), got 2 arguments."],
    ["a repeated axis of a product", () => ops.prod(x, [0, 0]), "prod: an axis is repeated; expected each axis once, got [0, 0]."],
    ["an axis repeated from the back", () => ops.variance(x, [1, -1]), "variance: an axis is repeated; expected each axis once, got [1, -1]."],
    ["options in the place of an axis", () => ops.sum(x, { keepDims: true } as never), "sum: axis has the wrong type; expected a number, an array of numbers, or undefined for all axes, got Object. Options come after the axis."],
    ["options in the place of the axis of an op along one", () => ops.cumsum(x, { reverse: true } as never), "cumsum: axis Object is out of range for a tensor of rank 2; expected an integer in [-2, 2). Options come after the axis."],
    ["a misspelt option of a reduction", () => ops.mean(x, 0, { keepdims: true } as never), 'mean: unknown option; expected keepDims, got "keepdims". Write it keepDims.'],
    ["the largest magnitude over nothing", () => ops.norm(zeros([2, 0]), 1, { order: Infinity }), "norm: there is nothing to compare"],
    ["a key in snake_case", () => layers.conv2d({ filters: 1, kernel_size: 3 } as never), '"kernel_size". Write it kernelSize.'],
    ["a key of fit in snake_case", () => optimizers.adam({ learning_rate: 0.1 } as never), '"learning_rate". Write it learningRate.'],
  ])("%s", (_, call, text) => {
    expect(call).toThrow(text);
  }); // prettier-ignore

  it("a lambda that is loaded without its function is told of functions", async () => {
    const made = sequential([layers.lambda({ function: function twice(t: Tensor) { return ops.mul(t, 2); }, inputShape: [1] })]); // prettier-ignore
    await expect(loadModel(await made.toBytes())).rejects.toThrow(
      'function "twice" of a lambda layer is missing. Give it to loadModel(file, { functions: { twice } }).',
    );
  });
});
