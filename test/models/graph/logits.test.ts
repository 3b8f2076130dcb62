/** Logits and probabilities: what metrics make of them beside each loss, and which pairs of last activation and loss compile refuses. */
import { describe, expect, it } from "vitest";
import { UsageError } from "../../../src/errors.js";
import { constant } from "../../../src/initializers/index.js";
import * as layers from "../../../src/layers/index.js";
import type { Layer } from "../../../src/layers/layer.js";
import * as losses from "../../../src/losses/index.js";
import type { Loss } from "../../../src/losses/loss.js";
import * as metrics from "../../../src/metrics/index.js";
import { asLayer } from "../../../src/models/asLayer.js";
import { foldBatchNormalization } from "../../../src/models/graph/fold.js";
import { loadModel } from "../../../src/models/file/loading.js";
import type { Model } from "../../../src/models/model.js";
import { model, sequential } from "../../../src/models/sequential.js";
import { sgd } from "../../../src/optimizers/index.js";
import type { Activation } from "../../../src/ops/pointwise/activate.js";
import "../../support/engine.js";

const { binaryCrossentropy, categoricalCrossentropy, hinge, klDivergence, meanSquaredError } = losses;
const { activation, dense, dropout, flatten, input, lstm, reshape, simpleRnn, timeDistributed } = layers;
const optimizer = sgd({ learningRate: 0 });

/** y = x, behind an activation. */
function identity(name: Activation, loss: Loss, ...of: metrics.Metric[]): Model {
  const ones = layers.dense({ units: 1, inputShape: [1], activation: name, kernelInitializer: constant({ value: 1 }) });
  const network = sequential([ones]);
  network.compile({ optimizer, loss, metrics: of });
  return network;
}

describe("yes-or-no metrics", () => {
  // as answers at 0: yes, yes, yes, no, no, no; at ½ the two between 0 and ½ would be wrong
  const x = [3, 0.4, 0.3, -0.2, -3, -0.1].map((value) => [value]);
  const y = [1, 1, 1, 0, 0, 1].map((value) => [value]);
  const all = (): metrics.Metric[] => [
    metrics.accuracy(),
    metrics.precision(),
    metrics.recall(),
    metrics.f1(),
    metrics.auc(),
  ];
  const want = { accuracy: 5 / 6, precision: 1, recall: 3 / 4, f1: 6 / 7, auc: 1 };

  it("begin at 0 beside a loss from logits: the values are those of the same network with a sigmoid", async () => {
    const probable = await identity("sigmoid", binaryCrossentropy(), ...all()).evaluate(x, y);
    const { loss, ...logs } = await identity("linear", binaryCrossentropy({ fromLogits: true }), ...all()).evaluate(
      x,
      y,
    );
    expect(loss).toBeCloseTo(probable.loss, 6);
    expect(probable).toEqual({ loss: probable.loss, ...logs });
    for (const [name, value] of Object.entries(want)) expect(logs[name], name).toBeCloseTo(value, 6);
  });

  it("begin at 0 beside hinge, whose targets are −1 and 1", async () => {
    const signs = y.map(([value]) => [2 * value - 1]);
    const { loss: _, ...logs } = await identity("linear", hinge(), ...all()).evaluate(x, signs);
    for (const [name, value] of Object.entries(want)) expect(logs[name], name).toBeCloseTo(value, 6);
  });

  it("begin at ½ beside a loss of other numbers", async () => {
    const { accuracy, recall } = await identity("linear", meanSquaredError(), ...all()).evaluate(x, y);
    expect([accuracy, recall]).toEqual([3 / 6, 1 / 4]);
  });

  it("begin where the user says, beside logits as well", async () => {
    const threshold = 0.35;
    const own = [metrics.accuracy({ threshold }), metrics.recall({ threshold }), metrics.auc({ fromLogits: false })];
    const logs = await identity("linear", binaryCrossentropy({ fromLogits: true }), ...own).evaluate(x, y);
    expect([logs.accuracy, logs.recall]).toEqual([4 / 6, 2 / 4]);
    expect(logs.auc).toBeCloseTo(0.75 + 0.125, 6); // scores below 0 are all in the lowest bin: one that is yes, and both that are no
  });

  it("do so while training, and in a checkpoint that is loaded", async () => {
    const network = identity("linear", binaryCrossentropy({ fromLogits: true }), ...all());
    const { history } = await network.fit(x, y, { epochs: 1, batchSize: 2 });
    const loaded = await loadModel(await network.toBytes({ checkpoint: true }));
    const again = await loaded.evaluate(x, y);
    for (const [name, value] of Object.entries(want)) {
      expect(history[name][0], name).toBeCloseTo(value, 6);
      expect(again[name], name).toBeCloseTo(value, 6);
    }
  });
});

describe("compile", () => {
  const logits = categoricalCrossentropy({ fromLogits: true });
  const last = (activation?: Activation): Layer =>
    dense({ units: 3, inputShape: [4], ...(activation && { activation }) });
  const steps = (layer: Layer): Layer[] => [reshape({ targetShape: [2, 2], inputShape: [4] }), layer];
  const takesLogits = (layer: string, activation: string): string =>
    `compile: categoricalCrossentropy takes logits, but layer ${layer} gives probabilities; expected fromLogits: false or another activation, got ${activation}.`;
  const takesProbabilities = (loss: string, layer: string, activation: string): string =>
    `compile: ${loss} takes probabilities, but layer ${layer} gives none; expected fromLogits: true or another activation, got ${activation}.`;

  it.each<[string, Layer[], Loss, string]>([
    ["softmax before logits", [last("softmax")], logits, takesLogits('"dense_1"', '"softmax"')],
    ["sigmoid before logits", [last("sigmoid")], logits, takesLogits('"dense_1"', '"sigmoid"')],
    [
      "softmax as a layer",
      [last(), activation({ activation: "softmax" })],
      logits,
      takesLogits('"activation_1"', '"softmax"'),
    ],
    [
      "softmax behind flatten, dropout and an idle activation",
      [
        ...steps(dense({ units: 3, activation: "softmax", name: "out" })),
        activation({ activation: "linear" }),
        flatten(),
        dropout({ rate: 0.1 }),
      ],
      logits,
      takesLogits('"out"', '"softmax"'),
    ],
    [
      "softmax at each step",
      steps(timeDistributed({ layer: dense({ units: 3, activation: "softmax" }) })),
      logits,
      takesLogits('"timeDistributed_1"', '"softmax"'),
    ],
    [
      "a recurrent layer with sigmoid",
      steps(simpleRnn({ units: 3, activation: "sigmoid" })),
      logits,
      takesLogits('"simpleRnn_1"', '"sigmoid"'),
    ],
    [
      "two of them",
      steps(layers.bidirectional({ layer: simpleRnn({ units: 3, activation: "sigmoid" }) })),
      logits,
      takesLogits('"bidirectional_1"', '"sigmoid"'),
    ],
    [
      "a mean of softmax",
      [...steps(dense({ units: 3, activation: "softmax" })), layers.globalAveragePooling1d()],
      logits,
      takesLogits('"dense_1"', '"softmax"'),
    ],
    [
      "linear before probabilities",
      [last()],
      categoricalCrossentropy(),
      takesProbabilities("categoricalCrossentropy", '"dense_1"', '"linear"'),
    ],
    [
      "relu before probabilities",
      [last("relu")],
      categoricalCrossentropy(),
      takesProbabilities("categoricalCrossentropy", '"dense_1"', '"relu"'),
    ],
    [
      "linear before binary",
      [last()],
      binaryCrossentropy(),
      takesProbabilities("binaryCrossentropy", '"dense_1"', '"linear"'),
    ],
    [
      "an LSTM's tanh",
      steps(lstm({ units: 3 })),
      binaryCrossentropy(),
      takesProbabilities("binaryCrossentropy", '"lstm_1"', '"tanh"'),
    ],
    [
      "normalisation",
      [last("softmax"), layers.batchNormalization()],
      binaryCrossentropy(),
      takesProbabilities("binaryCrossentropy", '"batchNormalization_1"', '"linear"'),
    ],
    [
      "linear before KL",
      [last()],
      klDivergence(),
      'compile: klDivergence takes probabilities, but layer "dense_1" gives none; expected another activation, got "linear". If intended, pass checkLogits: false.',
    ],
    [
      "sigmoid before hinge",
      [last("sigmoid")],
      hinge(),
      'compile: hinge takes logits, but layer "dense_1" gives probabilities; expected another activation, got "sigmoid". If intended, pass checkLogits: false.',
    ],
  ])("refuses %s, names the layer and changes nothing; checkLogits: false lets it be", (_, stack, loss, expected) => {
    const network = sequential(stack);
    expect(() => network.compile({ optimizer, loss })).toThrow(expected);
    expect(() => network.compile({ optimizer, loss })).toThrow(UsageError);
    expect(() => network.summary(() => undefined)).not.toThrow();
    network.compile({ optimizer, loss, checkLogits: false });
  });

  it("refuses it before the shapes are known, naming the kind of layer", () => {
    const network = sequential([dense({ units: 3, activation: "softmax" })]);
    expect(() => network.compile({ optimizer, loss: logits })).toThrow(takesLogits('"dense"', '"softmax"'));
  });

  it("looks at each output of a graph", () => {
    const x = input({ shape: [4] });
    const [first, second] = [dense({ units: 3 }).apply(x), dense({ units: 3, activation: "softmax" }).apply(x)];
    const network = model({ inputs: x, outputs: [first, second] });
    network.compile({ optimizer, loss: [logits, categoricalCrossentropy()] });
    expect(() => network.compile({ optimizer, loss: [logits, logits] })).toThrow(takesLogits('"dense_2"', '"softmax"'));
    expect(() => network.compile({ optimizer, loss: [klDivergence(), klDivergence()] })).toThrow('layer "dense_1"');
  });

  it("looks into a model that is a layer, as far as it says what it gives", () => {
    const x = input({ shape: [4] });
    const ending = (layer: Layer): Model => sequential([asLayer(sequential([layer], { name: "head" }))]);
    const handed = model({ inputs: x, outputs: asLayer(ending(flatten({ inputShape: [4] }))).apply(x) });
    expect(() => ending(last("softmax")).compile({ optimizer, loss: logits })).toThrow(takesLogits('"head"', '"softmax"')); // prettier-ignore
    for (const net of [ending(last()), handed]) net.compile({ optimizer, loss: logits });
  });

  it.each<[string, Layer[], Loss]>([
    ["logits from a linear output", [last()], logits],
    ["logits from tanh", [last("tanh")], logits],
    ["probabilities from softmax", [last("softmax")], categoricalCrossentropy()],
    ["probabilities from hardSigmoid", [last("hardSigmoid")], binaryCrossentropy()],
    ["any numbers from any activation", [last("sigmoid")], meanSquaredError()],
    ["probabilities from what is handed in", [layers.flatten({ inputShape: [4] })], binaryCrossentropy()],
    [
      "probabilities of a highway layer, of which nobody knows",
      [layers.highway({ activation: "sigmoid", inputShape: [4] })],
      binaryCrossentropy(),
    ],
    [
      "what a highway layer gives, which nobody knows",
      [layers.highway({ activation: "sigmoid", inputShape: [4] })],
      logits,
    ],
  ])("takes %s", (_, stack, loss) => {
    expect(() => sequential(stack).compile({ optimizer, loss })).not.toThrow();
  });

  it("a checkpoint of a model compiled with checkLogits: false loads", async () => {
    const network = sequential([last("softmax")]);
    network.compile({ optimizer, loss: logits, checkLogits: false });
    const loaded = await loadModel(await network.toBytes({ checkpoint: true }));
    await expect(loaded.evaluate([[1, 2, 3, 4]], Int32Array.of(1))).resolves.toHaveProperty("loss");
  });

  it("a normalisation that was folded leaves its softmax behind an idle layer, and it is seen there", async () => {
    const network = sequential([last(), layers.batchNormalization({ activation: "softmax" })]);
    const folded = await foldBatchNormalization(network);
    expect(() => folded.compile({ optimizer, loss: logits })).toThrow(takesLogits('"dense_1"', '"softmax"'));
  });
});
