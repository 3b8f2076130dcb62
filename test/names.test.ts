/** Names in the place of values, as in Keras, once lanegrad/names is imported. */
import { describe, expect, it } from "vitest";
import { constraints, initializers, layers, loadModel, losses, metrics, optimizers, sequential, tensor } from "../src/index.js"; // prettier-ignore
import "../src/names.js";
import "./support/engine.js";

const compile = (options: object): ReturnType<typeof sequential> => {
  const model = sequential([layers.dense({ units: 3, activation: "softmax", inputShape: [2] })]);
  model.compile({ optimizer: "adam", loss: "mse", checkLogits: false, ...options });
  return model;
};
const compiled = (options: object) => compile(options).insides.compiled("test");

describe("compile({ optimizer, loss, metrics }) by names", () => {
  it("what Keras's users write first trains, and is saved as what it stands for", async () => {
    const model = compile({ optimizer: "adam", loss: "sparse_categorical_crossentropy", metrics: ["accuracy"] });
    const { history } = await model.fit(
      tensor([
        [1, 2],
        [3, 4],
      ]),
      Int32Array.of(0, 2),
      { epochs: 2 },
    );
    expect(Object.keys(history)).toEqual(["loss", "accuracy"]);
    const loaded = await loadModel(await model.toBytes({ checkpoint: true }));
    const { optimizer, losses: ls, metrics: ms } = loaded.insides.compiled("test");
    expect([optimizer, ...ls, ...ms[0]].map(({ name }) => name)).toEqual(["adam", "sparseCategoricalCrossentropy", "accuracy"]); // prettier-ignore
  });

  it("every optimizer, loss and metric is known by its name, in Keras's spelling too, with its defaults", () => {
    const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    for (const [name, make] of Object.entries(optimizers))
      for (const spelling of [name, snake(name), name.toUpperCase()])
        expect(compiled({ optimizer: spelling }).optimizer.config).toEqual(make().config);
    for (const [name, make] of Object.entries(losses).filter(([name]) => name !== "triplet"))
      expect(compiled({ loss: snake(name) }).losses[0].config).toEqual(make().config);
    for (const name of ["accuracy", "topKAccuracy", "meanAbsolutePercentageError", "r2"] as const)
      expect(compiled({ metrics: [snake(name)] }).metrics[0][0].config).toEqual(metrics[name]().config);
  });

  it.each([
    ["loss", "mse", "meanSquaredError"],
    ["loss", "MAE", "meanAbsoluteError"],
    ["loss", "kullback_leibler_divergence", "klDivergence"],
    ["metrics", "acc", "accuracy"],
    ["metrics", "sparse_categorical_accuracy", "accuracy"],
    ["metrics", "mape", "meanAbsolutePercentageError"],
    ["metrics", "rmse", "rootMeanSquaredError"],
    ["loss", "mape", "meanAbsolutePercentageError"],
    ["loss", "MSLE", "meanSquaredLogarithmicError"],
    ["loss", "squared_hinge", "squaredHinge"],
    ["loss", "categorical_hinge", "categoricalHinge"],
  ])("%s %s is %s", (option, name, className) => {
    const { losses: ls, metrics: ms } = compiled({ [option]: option === "loss" ? name : [name] });
    expect((option === "loss" ? ls[0] : ms[0][0]).config.className).toBe(className);
  });
});

describe("options of layers by names", () => {
  it("initializers, regularizers, constraints and activations", () => {
    const layer = layers.dense({
      units: 2,
      kernelInitializer: "he_normal",
      biasInitializer: "Zeros",
      kernelRegularizer: "l2",
      kernelConstraint: "max_norm",
      biasConstraint: "non_neg",
      activation: "leaky_relu",
    });
    expect(layer.options).toEqual({
      units: 2,
      activation: "leakyRelu",
      useBias: true,
      kernelInitializer: initializers.heNormal().config,
      biasInitializer: initializers.zeros().config,
      kernelRegularizer: { className: "l1l2", l1: 0, l2: 0.01 },
      kernelConstraint: constraints.maxNorm().config,
      biasConstraint: constraints.nonNegative().config,
    });
  });

  it.each(Object.entries(initializers).filter(([name]) => name !== "constant"))("initializer %s", (name, make) => {
    const layer = layers.dense({ units: 2, kernelInitializer: name });
    expect(layer.options.kernelInitializer).toEqual((make as () => initializers.Initializer)().config);
  });
});

describe("activations that Keras knows by name", () => {
  const values = [-4, -1, -0.5, 0, 0.5, 2, 7];
  const sigmoid6 = (x: number): number => Math.min(1, Math.max(0, x / 6 + 0.5));
  it.each([
    ["relu6", (x: number) => Math.min(Math.max(x, 0), 6)],
    ["exponential", Math.exp],
    ["softsign", (x: number) => x / (1 + Math.abs(x))],
    ["mish", (x: number) => x * Math.tanh(Math.log1p(Math.exp(x)))],
    ["hard_silu", (x: number) => x * sigmoid6(x)],
    ["hard_swish", (x: number) => x * sigmoid6(x)],
    ["hard_tanh", (x: number) => Math.min(Math.max(x, -1), 1)],
    ["log_softmax", (x: number) => x - Math.log(values.reduce((sum, v) => sum + Math.exp(v), 0))],
  ] as const)("%s is computed, and saved under the name of this library", async (activation, reference) => {
    const model = sequential([layers.activation({ activation, inputShape: [7] })]);
    const loaded = await loadModel(await model.toBytes());
    const wanted = values.map(reference);
    for (const each of [model, loaded]) {
      const got = (await each.predict([values])).toTypedArray();
      for (const [i, value] of wanted.entries())
        expect(Math.abs(got[i] - value)).toBeLessThan(2e-6 * (1 + Math.abs(value)));
    }
  });

  it("recurrent layers take names as well", () => {
    const layer = layers.lstm({ units: 1, recurrentActivation: "hard_sigmoid" as "hardSigmoid" });
    expect(layer.options.recurrentActivation).toBe("hardSigmoid");
  });
});

describe("unknown names are refused, listing all", () => {
  it.each([
    ["compile: unknown optimizer; expected one of adadelta, adagrad, adam, adamax, adamw, lbfgs, lion, nadam, rmsprop, sgd, got \"newton\".", () => compile({ optimizer: "newton" })],
    ['compile: unknown loss; expected one of bce, binarycrossentropy,', () => compile({ loss: "constructor" })],
    ["compile: unknown metric; expected one of acc, accuracy, auc,", () => compile({ metrics: ["speed"] })],
    ['dense: unknown kernelInitializer; expected one of glorotnormal,', () => layers.dense({ units: 1, kernelInitializer: "he" })],
    ["lstm: unknown recurrentRegularizer; expected one of l1, l1l2, l2, got", () => layers.lstm({ units: 1, recurrentRegularizer: "l3" })],
    ["dense: unknown activation; expected one of elu, exp, exponential, gelu,", () => layers.dense({ units: 1, activation: "rely" as "relu" })],
  ])("%s", (expected, make) => {
    expect(make).toThrow(expected);
  }); // prettier-ignore
});
