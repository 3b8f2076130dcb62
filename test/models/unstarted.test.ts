/** Before `init`: models can be described, and everything that needs memory says what is missing. */
import { expect, it } from "vitest";
import { layers, loadModel, losses, optimizers, sequential, tensor } from "../../src/index.js";

const hint = "lanegrad: not started. Call `await init()` once before anything else.";
const compile = { optimizer: optimizers.adam(), loss: losses.meanSquaredError() };

it("fit, predict, compile, weights and tensors say that init is missing", async () => {
  const model = sequential([layers.dense({ units: 1, inputShape: [1] })]);
  expect(() => model.compile(compile)).toThrow(hint);
  expect(() => model.weights).toThrow(hint);
  await expect(model.predict([1])).rejects.toThrow(hint);
  await expect(model.toBytes()).rejects.toThrow(hint);
  expect(() => tensor([1])).toThrow(hint);
  const unbuilt = sequential([layers.dense({ units: 1 })]);
  unbuilt.compile(compile);
  await expect(unbuilt.fit([1], [1])).rejects.toThrow(hint);
  await expect(loadModel(new Uint8Array(3))).rejects.toThrow("safetensors: the file is too short");
});

it("a model that was made before init is as good as any other afterwards", async () => {
  const model = sequential([layers.dense({ units: 1, inputShape: [1] })]);
  let table = "";
  model.summary((text) => void (table = text));
  expect(table).toContain("2 parameters");
  expect(() => model.weights).toThrow(hint);
  await import("../support/engine.js");
  model.compile({ ...compile, optimizer: optimizers.sgd({ learningRate: 0.1 }) });
  const { history } = await model.fit([1, 2, 3], [2, 4, 6], { epochs: 100 });
  expect(history.loss.at(-1)).toBeLessThan(0.01);
});
