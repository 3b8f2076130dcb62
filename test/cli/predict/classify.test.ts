/** Probabilities of classes from outputs, by what the network's last activation gives. */
import { it } from "vitest";
import { classify } from "../../../src/cli/predict/classify.js";
import * as layers from "../../../src/layers/index.js";
import type { Layer } from "../../../src/layers/layer.js";
import { model, sequential } from "../../../src/models/sequential.js";
import type { Activation } from "../../../src/ops/pointwise/activate.js";
import { expectClose } from "../../support/kernelRun.js";
import "../../support/engine.js";

const { activation, batchNormalization, dense, dropout, flatten, reshape } = layers;
const last = (name: Activation, units = 2): Layer => dense({ units, activation: name, inputShape: [3] });
const of = (stack: readonly Layer[], values: readonly number[], columns: number): Float32Array =>
  classify(sequential([...stack]), Float32Array.from(values), columns).probabilities;
const softmax = [1 / (1 + Math.E), Math.E / (1 + Math.E)];

it.each<[string, readonly Layer[], readonly number[], readonly number[]]>([
  ["softmax of a linear output", [last("linear")], [1, 2], softmax],
  ["softmax of tanh", [last("tanh")], [-0.5, 0.5], softmax],
  ["softmax of a normalisation", [last("softmax"), batchNormalization()], [1, 2], softmax],
  ["softmax stays", [last("softmax")], [0.25, 0.75], [0.25, 0.75]],
  ["softmax as a layer stays", [last("linear"), activation({ activation: "softmax" })], [0.25, 0.75], [0.25, 0.75]],
  [
    "softmax behind layers that only move it stays",
    [
      last("softmax"),
      activation({ activation: "linear" }),
      reshape({ targetShape: [1, 2] }),
      flatten(),
      dropout({ rate: 0.5 }),
    ],
    [0.25, 0.75],
    [0.25, 0.75],
  ],
  ["sigmoids side by side are divided by their sum", [last("sigmoid")], [0.9, 0.3], [0.75, 0.25]],
])("of several columns: %s", (_, stack, values, expected) => {
  expectClose(of(stack, values, 2), expected, 1e-6);
});

it.each<[string, Activation, number, number]>([
  ["the sigmoid of a logit", "linear", 1, softmax[1]],
  ["the sigmoid of what is below 0 for certain", "tanh", -1, softmax[0]],
  ["a probability as it is", "sigmoid", 0.25, 0.25],
  ["that of hardSigmoid too", "hardSigmoid", 0.25, 0.25],
])("of one column: %s", (_, name, value, second) => {
  expectClose(of([last(name, 1)], [value], 1), [1 - second, second], 1e-6);
});

it("of layers that do not say: probabilities where they look like such, else logits", () => {
  const x = layers.input({ shape: [3] });
  const joined = layers.multiply().apply([last("softmax").apply(x), last("softmax").apply(x)]);
  const network = model({ inputs: x, outputs: joined });
  const from = (values: readonly number[], columns: number): Float32Array =>
    classify(network, Float32Array.from(values), columns).probabilities;
  expectClose(from([0.25, 0.75, 1, 0], 2), [0.25, 0.75, 1, 0], 1e-6);
  expectClose(from([0, 1, 1, 2], 2), [...softmax, ...softmax], 1e-6);
  expectClose(from([0.25, 1], 1), [0.75, 0.25, 0, 1], 1e-6);
});
