/** Losses, metrics, optimizers, schedules and initializers of the user's in checkpoints: given to loadModel by name. */
import { describe, expect, it } from "vitest";
import {
  type CompileOptions,
  type Config,
  type Initializer,
  type Loss,
  type Model,
  type Tensor,
  layers,
  loadModel,
  losses,
  mean,
  metrics,
  model as graphModel,
  mul,
  optimizers,
  sequential,
  square,
  sub,
  tensor,
} from "../../../src/index.js";
import "../../support/engine.js";

const N = 8;
const x = tensor(
  Float32Array.from({ length: N * 3 }, (_, i) => Math.sin(i)),
  [N, 3],
);
const y = tensor(
  Float32Array.from({ length: N * 2 }, (_, i) => Math.cos(i)),
  [N, 2],
);
const squared = (target: Tensor, prediction: Tensor): Tensor => mean(square(sub(prediction, target)), 1);
const distance = (target: Tensor, prediction: Tensor): Tensor => mean(square(sub(target, prediction)));

/** All 0.5, with an option. */
const filled = ({ value }: { readonly value: number }): Initializer => ({
  fill: (out) => out.assign(new Float32Array(out.size).fill(value)),
  config: { className: "filled", value },
});

/** An object of one's own, with an option. */
const scaled = ({ factor }: { readonly factor: number }): Loss => ({
  ...losses.meanSquaredError(),
  name: "scaled",
  config: { className: "scaled", factor },
});

const cooling = ({ from }: { readonly from: number }) => ({
  at: (step: number): number => from / (1 + step),
  config: { className: "cooling", from } as Config,
});

async function trained(options: Partial<CompileOptions>): Promise<Model> {
  const model = sequential([layers.dense({ units: 2, inputShape: [3], kernelInitializer: filled({ value: 0.5 }) })]);
  model.compile({ optimizer: optimizers.adam({ learningRate: cooling({ from: 0.1 }) }), loss: squared, metrics: [distance], ...options }); // prettier-ignore
  await model.fit(x, y, { batchSize: 4 });
  return model;
}
const own = { losses: { squared }, metrics: { distance }, initializers: { filled }, schedules: { cooling } };
const weightsOf = (model: Model): unknown => model.weights.map(({ value }) => value.toArray());

describe("a checkpoint with the user's own values", () => {
  it("two functions of one name, which it could not tell apart, are refused; one function for two outputs is not", async () => {
    const inputs = layers.input({ shape: [3] });
    const outputs = [layers.dense({ units: 2 }).apply(inputs), layers.dense({ units: 2 }).apply(inputs)];
    const net = graphModel({ inputs, outputs, seed: 1 });
    const other = { squared: (target: Tensor, prediction: Tensor) => mean(square(sub(target, prediction)), 1) }.squared;
    const compile = (options: Partial<CompileOptions>): Promise<unknown> => {
      net.compile({ optimizer: optimizers.sgd(), loss: [squared, squared], ...options });
      return net.toBytes({ checkpoint: true });
    };
    const text = 'two functions of one name cannot be saved; expected a name for each function, got "squared".';
    await expect(compile({ loss: [squared, other] })).rejects.toThrow(`loss: ${text}`);
    await expect(compile({ metrics: [[squared], [other]] })).rejects.toThrow(`metric: ${text}`);
    await expect(compile({ metrics: [[distance], [distance]] })).resolves.toBeInstanceOf(Uint8Array);
    await expect(net.toBytes()).resolves.toBeInstanceOf(Uint8Array); // weights alone need no names
  });

  it("goes on to the bit", async () => {
    const model = await trained({});
    const loaded = await loadModel(await model.toBytes({ checkpoint: true }), own);
    const options = { batchSize: 4, epochs: 3, resume: true };
    const [a, b] = [await model.fit(x, y, options), await loaded.fit(x, y, options)];
    expect(b.history).toEqual(a.history);
    expect(Object.keys(b.history)).toEqual(["loss", "distance"]);
    expect(weightsOf(loaded)).toEqual(weightsOf(model));
    expect(loaded.layers[0].config.kernelInitializer).toEqual({ className: "filled", value: 0.5 });
  });

  it("makers get the options of their configs", async () => {
    const model = await trained({ loss: scaled({ factor: 3 }), metrics: [] });
    const got: unknown[] = [];
    const maker = (options: { readonly factor: number }): Loss => {
      got.push(options);
      return scaled(options);
    };
    await loadModel(await model.toBytes({ checkpoint: true }), { ...own, losses: { scaled: maker } });
    expect(got).toEqual([{ factor: 3 }]);
  });

  it("a function that is called as one of lanegrad's is the user's all the same", async () => {
    const huber = (target: Tensor, prediction: Tensor): Tensor => squared(target, prediction);
    const model = await trained({ loss: huber });
    const bytes = await model.toBytes({ checkpoint: true });
    await expect(loadModel(bytes, { ...own, losses: {} })).rejects.toThrow(
      "Give your own to loadModel(file, { losses: { huber } }).",
    );
    await loadModel(bytes, { ...own, losses: { huber } });
  });

  it.each(["losses", "metrics", "schedules", "initializers"] as const)(
    "without %s, the error names what is missing",
    async (room) => {
      const model = await trained({});
      const bytes = await model.toBytes({ checkpoint: true });
      const [name] = Object.keys(own[room]);
      const rejected = expect(loadModel(bytes, { ...own, [room]: { other: () => 0 } })).rejects;
      await rejected.toThrow(name);
      await expect(loadModel(bytes, { ...own, [room]: {} })).rejects.toThrow(/Give your own to loadModel\(file, \{ /);
      await expect(loadModel(bytes, { ...own, [room]: { [name]: 7 } })).rejects.toThrow(
        `"${name}" in ${room} is no function`,
      );
    },
  );

  it("a maker that makes something else is told", async () => {
    const model = await trained({ loss: scaled({ factor: 3 }) });
    const bytes = await model.toBytes({ checkpoint: true });
    await expect(loadModel(bytes, { ...own, losses: { scaled: () => 3 as never } })).rejects.toThrow(
      "not a valid loss",
    );
    await expect(loadModel(bytes, { ...own, initializers: { filled: () => 3 as never }, losses: { scaled } })).rejects.toThrow("not a valid kernelInitializer"); // prettier-ignore
  });

  it("the metrics of two outputs come back, with their totals", async () => {
    const input = layers.input({ shape: [3] });
    const outputs = ["a", "b"].map((name) => layers.dense({ units: 2, name }).apply(input));
    const model = graphModel({ inputs: input, outputs });
    model.compile({
      optimizer: optimizers.sgd(),
      loss: [squared, losses.huber()],
      metrics: [[distance], [metrics.r2(), distance]],
    });
    const controller = new AbortController();
    const stop = {
      name: "stop",
      onBatchEnd(batch: number) {
        if (batch === 1) controller.abort();
      },
    };
    await expect(
      model.fit(x, [y, y], { batchSize: 2, callbacks: [stop], signal: controller.signal }),
    ).rejects.toThrow();
    const loaded = await loadModel(await model.toBytes({ checkpoint: true }), own);
    const options = { batchSize: 2, epochs: 2, resume: true };
    const [a, b] = [await model.fit(x, [y, y], options), await loaded.fit(x, [y, y], options)];
    expect(b.history).toEqual(a.history);
    expect(Object.keys(a.history)).toEqual(["loss", "a_distance", "b_r2", "b_distance", "a_loss", "b_loss"]);
  });

  it("an initializer of one's own stands within a layer that wraps another", async () => {
    const inner = layers.dense({ units: 2, kernelInitializer: filled({ value: 0.5 }) });
    const model = sequential([layers.timeDistributed({ layer: inner, inputShape: [4, 3] })]);
    await loadModel(await model.toBytes(), { initializers: { filled } });
    await expect(loadModel(await model.toBytes())).rejects.toThrow(
      "Give your own to loadModel(file, { functions, initializers, constraints, customLayers }), by name.",
    );
  });

  it("an option of it that is called trainable is its own", async () => {
    const given: unknown[] = [];
    const warm = (options: { readonly trainable: string }): Initializer => {
      given.push(options.trainable);
      return { fill: () => undefined, config: { className: "warm", ...options } };
    };
    const kernelInitializer = warm({ trainable: "by hand" });
    const inner = layers.dense({ units: 2, kernelInitializer });
    for (const layer of [
      layers.timeDistributed({ layer: inner, inputShape: [4, 3] }),
      layers.dense({ units: 1, kernelInitializer, inputShape: [3] }),
    ]) {
      // prettier-ignore
      const model = sequential([layer]);
      await loadModel(await model.toBytes(), { initializers: { warm } });
    }
    expect(given).toEqual(["by hand", "by hand", "by hand"]);
  });
});

it("the function of a lambda layer is found by its name among the functions, and as it is", async () => {
  const doubled = (t: Tensor): Tensor => mul(t, 2);
  const bytes = await sequential([layers.lambda({ function: doubled, inputShape: [3] })]).toBytes();
  const again = await loadModel(bytes, { functions: { doubled } });
  expect((await again.predict([[1, 2, 3]])).toArray()).toEqual([[2, 4, 6]]);
  await expect(loadModel(bytes, { initializers: { doubled } as never })).rejects.toThrow('function "doubled" of a lambda layer is missing'); // prettier-ignore
});
