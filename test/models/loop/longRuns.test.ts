/** Totals of metrics and counts of steps that are far along: past what a float32, or an int32, counts to; and through files. */
import { describe, expect, it } from "vitest";
import { decodeSafetensors, safetensorsChunks } from "../../../src/io/safetensors.js";
import { concatenate } from "../../../src/io/bytes.js";
import { dense } from "../../../src/layers/index.js";
import { binaryCrossentropy } from "../../../src/losses/index.js";
import { accuracy, meanSquaredError } from "../../../src/metrics/index.js";
import { loadModel } from "../../../src/models/file/loading.js";
import type { Model } from "../../../src/models/model.js";
import { RunningMetrics } from "../../../src/models/step/runningMetrics.js";
import { sequential } from "../../../src/models/sequential.js";
import { writeTotals } from "../../../src/ops/inPlace/metricTotals.js";
import { adam } from "../../../src/optimizers/index.js";
import { tensor } from "../../../src/tensor/create.js";
import "../../support/engine.js";

function compiled(): Model {
  const model = sequential([dense({ units: 1, activation: "sigmoid", inputShape: [2] })], { seed: 1 });
  model.compile({ optimizer: adam(), loss: binaryCrossentropy(), metrics: [accuracy(), meanSquaredError()] });
  return model;
}

type Edit = (bytes: Uint8Array<ArrayBuffer>, dtype: string) => { bytes: Uint8Array<ArrayBuffer>; dtype: string };

/** A checkpoint whose totals are others, and whose metadata say another step. */
async function edited(model: Model, change: Edit, step = 0): Promise<Uint8Array<ArrayBuffer>> {
  const file = decodeSafetensors(await model.toBytes({ checkpoint: true }));
  const entries = [...file.tensors].map(([name, { dtype, shape, bytes }]) => {
    const own = bytes.slice();
    return { name, shape, ...(name.startsWith("training/metrics/") ? change(own, dtype) : { dtype, bytes: own }) };
  });
  const metadata = Object.fromEntries(
    Object.entries(file.metadata).map(([key, text]) => [key, text.replace('"step":0', `"step":${step}`)]),
  );
  return concatenate(safetensorsChunks(entries as never, metadata));
}

const totalsIn = (bytes: Uint8Array): number[][] =>
  [...decodeSafetensors(bytes).tensors]
    .filter(([name]) => name.startsWith("training/metrics/"))
    .map(([, tensor]) => [...new Float64Array(tensor.bytes.slice().buffer)]);

describe("totals far along", () => {
  it("running metrics behind 2²⁴ samples of each kind count 4 more, and say 0.5", () => {
    const metrics = new RunningMetrics([{ metrics: [accuracy()], shape: [1], areLogits: false, prefix: "" }]);
    const start = [2 ** 24, 2 ** 24, 2 ** 24, 2 ** 24];
    writeTotals(metrics.totals[0], Float64Array.from(start));
    const [target, prediction] = [tensor([[0], [0], [1], [1]]), tensor([[0.1], [0.9], [0.2], [0.8]])];
    metrics.update([{ target, prediction, lossWeights: undefined, metricWeights: undefined }], []);
    expect([...metrics.copy()[0]]).toEqual(start.map((count) => count + 1));
    expect(metrics.results()).toEqual({ accuracy: 0.5 });
    metrics.dispose();
  });

  it("a checkpoint keeps totals of 2²⁴ + 1 and 2⁵³ − 1, which are no float32", async () => {
    const values = [2 ** 24 + 1, 2 ** 53 - 1];
    const change: Edit = (bytes, dtype) => {
      new Float64Array(bytes.buffer).set(values);
      return { bytes, dtype };
    };
    const model = await loadModel(await edited(compiled(), change));
    for (const totals of totalsIn(await model.toBytes({ checkpoint: true })))
      expect(totals.slice(0, 2)).toEqual(values);
  });

  it("a checkpoint whose totals are float32, as they once were, still loads", async () => {
    const change: Edit = (bytes) => {
      const values = Float32Array.from({ length: bytes.length / 8 }, (_, i) => i + 1);
      return { bytes: new Uint8Array(values.buffer), dtype: "F32" };
    };
    const model = await loadModel(await edited(compiled(), change));
    expect(totalsIn(await model.toBytes({ checkpoint: true }))).toEqual([
      [1, 2, 3, 4],
      [1, 2],
    ]);
  });

  it("training goes on at step 2³¹ + 5, and says so", async () => {
    const model = await loadModel(await edited(compiled(), (bytes, dtype) => ({ bytes, dtype }), 2 ** 31 + 5));
    const before = await model.predict([[1, 2]]).then((output) => output.item());
    await model.fit([[1, 2]], [[1]], { epochs: 1 });
    const after = await model.predict([[1, 2]]).then((output) => output.item());
    expect(after).toBeGreaterThan(before);
    const { metadata } = decodeSafetensors(await model.toBytes({ checkpoint: true }));
    expect(Object.values(metadata).join()).toContain(`"step":${2 ** 31 + 6}`);
  });
});
