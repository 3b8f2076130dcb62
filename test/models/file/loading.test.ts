/** Loading in its odd cases: other batches, files of older versions, what is only half there. */
import { describe, expect, it } from "vitest";
import { DataError } from "../../../src/errors.js";
import { type SafetensorsEntry, decodeSafetensors, encodeSafetensors } from "../../../src/io/safetensors.js";
import { bidirectional, dense, embedding, flatten, gru, input, lstm } from "../../../src/layers/index.js";
import { meanSquaredError } from "../../../src/losses/index.js";
import { meanAbsoluteError } from "../../../src/metrics/index.js";
import { loadModel } from "../../../src/models/file/loading.js";
import type { Model } from "../../../src/models/model.js";
import { model as graphModel, sequential } from "../../../src/models/sequential.js";
import { sgd } from "../../../src/optimizers/index.js";
import { tensor } from "../../../src/tensor/create.js";
import { expectSameBits } from "../../support/compare.js";
import "../../support/engine.js";
import { expectSameWeights, normals, stopAfterBatch, weightsOf } from "../networks.js";

const compile = (model: Model): Model => {
  model.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: meanSquaredError(), metrics: [meanAbsoluteError()] });
  return model;
};

/** A file with other metadata, or other tensors. */
function changed(
  bytes: Uint8Array,
  edit: (saved: Record<string, object>) => unknown,
  change = (one: SafetensorsEntry): SafetensorsEntry => one,
): Uint8Array {
  const { tensors, metadata } = decodeSafetensors(bytes);
  const entries = [...tensors].map(([name, entry]) => change({ name, ...entry }));
  const saved = edit(JSON.parse(metadata.lanegrad) as Record<string, object>);
  return encodeSafetensors(entries, { lanegrad: JSON.stringify(saved) });
}

describe("a stateful model", () => {
  const [steps, rows] = [4, 2];
  const network = (): Model =>
    sequential([
      bidirectional({ layer: lstm({ units: 2, returnSequences: true, stateful: true, batchSize: rows }), inputShape: [steps, 1] }),
      gru({ units: 3, returnSequences: true, stateful: true, batchSize: rows }),
      gru({ units: 2 }),
    ]); // prettier-ignore
  const x = normals(1, [rows, steps, 1]);
  const states = (model: Model): number[] =>
    Object.entries(weightsOf(model)).flatMap(([name, values]) => (/\/[hc]$/.test(name) ? [...values] : []));

  it("comes with its states, and for another batch size with zeros in their place, inside of other layers too", async () => {
    const saved = compile(network());
    await saved.fit(x, normals(2, [rows, 2]), { batchSize: rows });
    expect(states(saved).some((value) => value !== 0)).toBe(true);
    const bytes = await saved.toBytes({ checkpoint: true });
    const [same, single] = [await loadModel(bytes), await loadModel(bytes, { batchSize: 1 })];
    expect(states(same)).toEqual(states(saved));
    expect(states(single)).toHaveLength(states(saved).length / rows);
    expect(states(single).every((value) => value === 0)).toBe(true);
    same.resetStates();
    const wanted = same.call([x])[0].toTypedArray();
    const values = x.toTypedArray();
    for (let n = 0; n < rows; n++) {
      single.resetStates();
      const [got] = single.call([tensor(values.slice(n * steps, (n + 1) * steps), [1, steps, 1])]);
      expectSameBits(`row ${n}`, got.toTypedArray(), wanted.slice(2 * n, 2 * n + 2));
    }
    const again = { batchSize: rows, epochs: 2, resume: true } as const;
    await same.fit(x, normals(2, [rows, 2]), again);
    await expect(single.fit(x, normals(2, [rows, 2]), again)).rejects.toThrow("fit: the model is not compiled.");
  });

  it("has its states back beside averages of the weights", async () => {
    const saved = network();
    saved.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: meanSquaredError(), averageDecay: 0.9 });
    await saved.fit(x, normals(2, [rows, 2]), { batchSize: rows });
    expect(states(saved).some((value) => value !== 0)).toBe(true);
    expectSameWeights(await loadModel(await saved.toBytes({ checkpoint: true })), saved);
  });

  it.each([0, 1.5, "2"])("is refused for batches of %j", async (batchSize) => {
    await expect(loadModel(await network().toBytes(), { batchSize: batchSize as number })).rejects.toThrow(
      "loadModel: batchSize",
    );
  });
});

it("a model without states is loaded for any batch size as it is, lists and absent options in its layers included", async () => {
  const symbol = input({ shape: [2, 3] });
  const net = graphModel({ inputs: symbol, outputs: dense({ units: 2, name: "only" }).apply(symbol) });
  const loaded = await loadModel(await net.toBytes(), { batchSize: 7 });
  expect(loaded.layers.map(({ config }) => config)).toEqual(net.layers.map(({ config }) => config));
  expectSameWeights(loaded, net);
});

describe("a checkpoint", () => {
  const [x, y] = [normals(1, [12, 3]), normals(2, [12, 1])];
  const network = (): Model => compile(sequential([dense({ units: 2, inputShape: [3] }), dense({ units: 1 })]));
  const stopped = async (): Promise<Uint8Array> => {
    const model = network();
    await model.fit(x, y, { batchSize: 4, epochs: 2, callbacks: [stopAfterBatch(1)] });
    return model.toBytes({ checkpoint: true });
  };

  it("of version 0.4, with totals in float32, goes on as one of today", async () => {
    const bytes = await stopped();
    const isTotal = ({ dtype }: SafetensorsEntry): boolean => dtype === "F64";
    let found = 0;
    const old = changed(bytes, (saved) => saved, (one) => {
      if (!isTotal(one)) return one;
      found++;
      const values = Float32Array.from(new Float64Array(one.bytes.slice().buffer));
      return { ...one, dtype: "F32", bytes: new Uint8Array(values.buffer) };
    }); // prettier-ignore
    expect(found).toBe(1);
    const [a, b] = [await loadModel(bytes), await loadModel(old)];
    const options = { batchSize: 4, epochs: 2, resume: true };
    const [first, second] = [await a.fit(x, y, options), await b.fit(x, y, options)];
    expectSameWeights(b, a);
    expect(second.history.meanAbsoluteError[0]).toBeCloseTo(first.history.meanAbsoluteError[0], 6);
  });

  it.each<[string, (saved: Record<string, object>) => unknown]>([
    ["null as metadata", () => null],
    ["a number as metadata", () => 5],
    ["null as notes", (saved) => ({ ...saved, notes: null })],
    ["a list as notes", (saved) => ({ ...saved, notes: [1] })],
    ["text as notes", (saved) => ({ ...saved, notes: "notes" })],
    ["three words of randomness", (saved) => ({ ...saved, training: { ...saved.training, random: [1, 2, 3] } })],
    ["half a word of randomness", (saved) => ({ ...saved, training: { ...saved.training, random: [1, 2, 3, 0.5] } })],
    ["no words of randomness", (saved) => ({ ...saved, training: { ...saved.training, random: null } })],
  ])("with %s is damaged", async (_, edit) => {
    const bytes = changed(await stopped(), edit);
    await expect(loadModel(bytes)).rejects.toThrow(DataError);
    await expect(loadModel(bytes)).rejects.toThrow(/^loadModel: (the|unknown)/);
  }); // prettier-ignore

  it("holds each weight once where there is no average", async () => {
    const names = [...decodeSafetensors(await stopped()).tensors.keys()];
    expect(names.filter((name) => name.endsWith("/kernel"))).toHaveLength(2);
  });

  it("with null in the place of an option is damaged, for other batches too", async () => {
    const bytes = changed(await stopped(), (saved) => {
      const { layers } = saved.architecture as { layers: Record<string, unknown>[] };
      for (const layer of layers) if ("units" in layer) layer.units = null;
      return saved;
    });
    for (const options of [{}, { batchSize: 1 }])
      await expect(loadModel(bytes, options)).rejects.toThrow(/units.*null/);
  });

  it("without notes has empty ones", async () => {
    const bytes = changed(await stopped(), ({ notes: _, ...saved }) => saved);
    expect((await loadModel(bytes)).notes).toEqual({});
  });

  it("of two outputs keeps their weights in the loss, and no average where there was none", async () => {
    const symbol = input({ shape: [3] });
    const outputs = ["a", "b"].map((name) => dense({ units: 1, name }).apply(symbol));
    const net = graphModel({ inputs: symbol, outputs });
    net.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: [meanSquaredError(), meanSquaredError()], lossWeights: [1, 0.25] });
    const once = { batchSize: 4, epochs: 1 };
    await net.fit(x, [y, y], once);
    const bytes = await net.toBytes({ checkpoint: true });
    const { tensors, metadata } = decodeSafetensors(bytes);
    const others = [...tensors].flatMap(([name, entry]) => (entry.dtype === "F64" ? [] : [{ name, ...entry }]));
    expect(others).toHaveLength(tensors.size - 2);
    const old = encodeSafetensors(others, metadata); // of the time before each output's loss had totals
    const [loaded, before] = [await loadModel(bytes), await loadModel(old)];
    expect(loaded.insides.average).toBeUndefined();
    for (const one of [net, loaded, before]) await one.fit(x, [y, y], { ...once, epochs: 2, resume: true });
    for (const one of [loaded, before]) expectSameWeights(one, net);
  }); // prettier-ignore
});

it("an inputShape takes the place of an embedding's inputLength", async () => {
  const net = sequential([embedding({ inputDim: 5, outputDim: 2, inputLength: 4 }), lstm({ units: 3 })]);
  const loaded = await loadModel(await net.toBytes(), { inputShape: [null] });
  const tokens = tensor([[1, 2, 3, 4]], { dtype: "int32" });
  expect((await loaded.predict(tokens)).toArray()).toEqual((await net.predict(tokens)).toArray());
  expect((await loaded.predict(tensor([[1, 2]], { dtype: "int32" }))).shape).toEqual([1, 3]);
});

it("an inputShape that the model does not take is to blame, not the file; a damaged file is all the same", async () => {
  const net = sequential([dense({ units: 2, inputShape: [3, 2] }), flatten(), dense({ units: 1, name: "last" })]);
  const bytes = await net.toBytes();
  await expect(loadModel(bytes, { inputShape: [null, 2] })).rejects.toThrow(
    /^loadModel: inputShape \[null, 2\] does not fit the model\. /,
  );
  const text = new TextDecoder("latin1").decode(bytes).replace("useBias", "useBais");
  const damaged = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  await expect(loadModel(damaged, { inputShape: [3, 2] })).rejects.toThrow(
    "loadModel: the file does not describe a model",
  );
});

it("to resume from a file without training says which file is needed", async () => {
  const loaded = await loadModel(await sequential([dense({ units: 1, inputShape: [1] })]).toBytes());
  await expect(loaded.fit([[1]], [[1]], { resume: true })).rejects.toThrow(
    "fit: the model is not compiled. To resume, load a file of saveCheckpoint.",
  );
});

describe("loadWeights", () => {
  const [small, large] = [["a"], ["a", "b"]].map((names) =>
    sequential(names.map((name, i) => dense({ units: 3, name, ...(i === 0 && { inputShape: [3] }) }))),
  );

  it("refuses a file that lacks weights, and one that has others beside them; by name it says which", async () => {
    for (const model of [small, large]) model.build([3]);
    const wrong = "loadWeights: the file is of another architecture; expected the weights of this model, got a file without";
    await expect(large.loadWeights(await small.toBytes())).rejects.toThrow(`${wrong} ["b/kernel", "b/bias"] and with [].`);
    await expect(small.loadWeights(await large.toBytes())).rejects.toThrow(`${wrong} [] and with ["b/kernel", "b/bias"].`);
    const names = [["a/kernel", "a/bias"], ["b/kernel", "b/bias"]] as const; // prettier-ignore
    expect(await large.loadWeights(await small.toBytes(), { byName: true })).toEqual({ loaded: names[0], skipped: names[1], unused: [] });
    expect(await small.loadWeights(await large.toBytes(), { byName: true })).toEqual({ loaded: names[0], skipped: [], unused: names[1] });
  }); // prettier-ignore

  it("takes those of a checkpoint, and does not count what else is in it", async () => {
    compile(large);
    await large.fit(normals(1, [4, 3]), normals(2, [4, 3]));
    const target = sequential(["a", "b"].map((name, i) => dense({ units: 3, name, ...(i === 0 && { inputShape: [3] }) })));
    expect((await target.loadWeights(await large.toBytes({ checkpoint: true }))).unused).toEqual([]);
    expectSameWeights(target, large);
  }); // prettier-ignore
});
