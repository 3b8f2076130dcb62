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
    ["num_heads of PyTorch and Keras", () => layers.multiHeadAttention({ num_heads: 2, keyDim: 4 } as never), '"num_heads". Did you mean heads?'],
    ["numHeads", () => layers.multiHeadAttention({ heads: 2, numHeads: 2, keyDim: 4 } as never), '"numHeads". Did you mean heads?'],
    ["key_dim of Keras", () => layers.multiHeadAttention({ heads: 2, key_dim: 4 } as never), '"key_dim". Write it keyDim.'],
    ["lr of PyTorch", () => optimizers.adam({ lr: 0.1 } as never), '"lr". Write it learningRate.'],
    ["eps of PyTorch", () => optimizers.adam({ eps: 1e-7 } as never), '"eps". Did you mean epsilon?'],
    ["betas of PyTorch", () => optimizers.adam({ betas: [0.9, 0.99] } as never), '"betas". Write beta1 and beta2.'],
    ["hidden_size of PyTorch", () => layers.lstm({ hidden_size: 4 } as never), '"hidden_size". Write it units.'],
    ["out_features of PyTorch", () => layers.dense({ out_features: 4 } as never), '"out_features". Write it units.'],
    ["out_channels of PyTorch", () => layers.conv2d({ out_channels: 4, kernelSize: 3 } as never), '"out_channels". Write it filters.'],
    ["stride of PyTorch", () => layers.conv2d({ filters: 4, kernelSize: 3, stride: 2 } as never), '"stride". Did you mean strides?'],
    ["embedding_dim of PyTorch", () => layers.embedding({ inputDim: 4, embedding_dim: 2 } as never), '"embedding_dim". Write it outputDim.'],
    ["embed_dim", () => layers.embedding({ inputDim: 4, embed_dim: 2 } as never), '"embed_dim". Write it outputDim.'],
    ["num_embeddings of PyTorch", () => layers.embedding({ num_embeddings: 4 } as never), '"num_embeddings". Write it inputDim.'],
    ["padding_idx of PyTorch", () => layers.embedding({ inputDim: 4, outputDim: 2, padding_idx: 0 } as never), '"padding_idx". Write it maskZero.'],
    ["batch_first of PyTorch", () => layers.lstm({ units: 4, batch_first: true } as never), '"batch_first". Leave it out: the batch is the first axis.'],
    ["num_layers of PyTorch", () => layers.lstm({ units: 4, num_layers: 2 } as never), '"num_layers". Leave it out: put as many layers one after the other.'],
    ["return_sequences of Keras", () => layers.lstm({ units: 4, return_sequences: true } as never), '"return_sequences". Write it returnSequences.'],
    ["input_dim of Keras", () => layers.dense({ units: 4, input_dim: 3 } as never), '"input_dim". Write it inputShape.'],
    ["p of PyTorch", () => layers.dropout({ p: 0.5 } as never), '"p". Write it rate.'],
    ["half of a name", () => layers.dense({ units: 4, regularizer: 0 } as never), '"regularizer". Did you mean kernelRegularizer?'],
    ["a key like none", () => layers.dense({ units: 4, max: 3 } as never), 'biasConstraint, name or inputShape, got "max".'],
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
