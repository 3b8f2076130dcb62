/** Training on real threads: the same bits with 1, 2 and 3 of them. Each number is a library of its own: `init` runs once for each set of modules. */
import { expect, it, vi } from "vitest";

/** Ten steps of a network that is large enough for its kernels to be shared, with dropout, Adam, penalties and metrics. */
async function trained(threads: number) {
  vi.resetModules();
  const { callbacks, init, layers, losses, metrics, optimizers, regularizers, sequential } =
    await import("../../../src/index.js");
  const { launcher } = await import("../../../src/runtime/runtime.js");
  await init({ threads });
  const { pool } = launcher();
  for (let i = 0; i < 2000 && pool?.isReady === false; i++) await new Promise((resolve) => setTimeout(resolve, 5));
  const launch = pool && vi.spyOn(pool, "launch");

  let state = 1;
  const next = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const [N, I] = [160, 300];
  const x = Float32Array.from({ length: N * I }, next);
  const y = Int32Array.from({ length: N }, () => Math.floor(10 * next()));
  const model = sequential([
    layers.dense({ units: 200, activation: "relu", inputShape: [I], kernelRegularizer: regularizers.l2(5e-4) }),
    layers.dropout({ rate: 0.4 }),
    layers.dense({ units: 100, activation: "gelu" }),
    layers.dense({ units: 10 }),
  ]);
  model.compile({
    optimizer: optimizers.adam({ learningRate: 0.01, globalClipNorm: 1 }),
    loss: losses.categoricalCrossentropy({ fromLogits: true }),
    metrics: [metrics.accuracy()],
  });
  const early = callbacks.earlyStopping({ monitor: "loss", patience: 9 });
  const { history } = await model.fit(x, y, { epochs: 2, batchSize: 32, callbacks: [early] });
  const outputs = (await model.predict(x)).toTypedArray();
  const weights = model.weights.map(({ name, value }) => ({ name, values: value.toTypedArray() }));
  return { history, outputs, weights, launches: launch?.mock.calls.length ?? 0 };
}

it("a ten-step training gives the same bits with 1, 2 and 3 threads: weights, history, predictions", async () => {
  const [one, two, three] = [await trained(1), await trained(2), await trained(3)];
  expect(one.launches).toBe(0);
  for (const { launches, ...results } of [two, three]) {
    expect(launches).toBeGreaterThan(20); // two lists a step
    expect({ ...results, launches: 0 }).toEqual(one);
  }
}, 60_000);

/** Ten steps of a table of embeddings that is large enough for its kernels to be shared. */
async function trainedTable(threads: number) {
  vi.resetModules();
  const { init, layers, losses, optimizers, sequential: chain } = await import("../../../src/index.js");
  const { launcher } = await import("../../../src/runtime/runtime.js");
  await init({ threads });
  const { pool } = launcher();
  for (let i = 0; i < 2000 && pool?.isReady === false; i++) await new Promise((resolve) => setTimeout(resolve, 5));
  const [N, length] = [100, 12];
  const tokens = Int32Array.from({ length: N * length }, (_, i) => (i * i * 31 + 17 * i) % 2000);
  const model = chain([
    layers.embedding({ inputDim: 2000, outputDim: 50, inputLength: length }),
    layers.flatten(),
    layers.dense({ units: 4 }),
  ]);
  const optimizer = optimizers.adam({ learningRate: 0.01, globalClipNorm: 0.1 });
  model.compile({ optimizer, loss: losses.categoricalCrossentropy({ fromLogits: true }) });
  const labels = Int32Array.from({ length: N }, (_, i) => i % 4);
  const { history } = await model.fit(tokens, labels, { epochs: 2, batchSize: 20 });
  return { history, weights: model.weights.map(({ value }) => value.toTypedArray()) };
}

it("ten steps of a table of embeddings give the same bits with 1, 2 and 3 threads", async () => {
  const one = await trainedTable(1);
  expect(await trainedTable(2)).toEqual(one);
  expect(await trainedTable(3)).toEqual(one);
});
