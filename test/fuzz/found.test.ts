/** What `npm run fuzz -- api` found, each as a call: an error of the library says what is wrong, and memory is counted as before. */
import { expect, it } from "vitest";
import * as layers from "../../src/layers/index.js";
import * as metrics from "../../src/metrics/index.js";
import * as text from "../../src/data/text/index.js";
import { LanegradError } from "../../src/errors.js";
import { norm } from "../../src/ops/reduce/statistics.js";
import { split } from "../../src/ops/shape/split.js";
import { activate } from "../../src/ops/pointwise/activate.js";
import { sequenceMask } from "../../src/ops/recurrent/sequenceMask.js";
import { report } from "../../src/report/report.js";
import { sizeClass } from "../../src/runtime/memory.js";
import { heap } from "../../src/runtime/runtime.js";
import { ones, zeros } from "../../src/tensor/create.js";
import "../support/engine.js";

it.each([
  ["a size that is no number", () => sizeClass(NaN), "memory: a size is open; does an outputShape say null?"],
  ["an object without a class as a name", () => activate(ones([2]), Object.create(null) as never), "activate: unknown activation"], // prettier-ignore
  [
    "one input of two",
    () => layers.dot().outputMask([ones([2, 3])], []),
    "dot: wrong number of inputs; expected 2, got 1.",
  ],
  ["more parts of nothing than memory holds", () => split(zeros([0]), 2 ** 31 - 1), "split: the parts do not fit"],
  ["an object without a class as a dtype", () => zeros([1], { dtype: Object.create(null) as never }), "unknown dtype"],
  [
    "an object without a class as a merge",
    () => layers.bidirectional({ layer: layers.gru({ units: 1 }), mergeMode: Object.create(null) as never }),
    "bidirectional: ",
  ],
  [
    "a class beyond all matrices",
    () => metrics.confusionMatrix({ labels: [2 ** 31 - 1], predictions: [0] }),
    "there are too many classes; expected at most 10000",
  ],
  ["a symbol in a list as an order", () => norm(ones([2]), 0, { order: [Symbol("s")] as never }), "norm: order is out of range; expected 1, 2 or Infinity, got [Symbol(s)]."], // prettier-ignore
  ["more steps than a mask can have", () => sequenceMask(ones([3]), 2 ** 31), "sequenceMask: steps is out of range; expected an integer in [0, 16777216], got 2147483648."], // prettier-ignore
  ["null as an output's padding", () => layers.conv2dTranspose({ filters: 2, kernelSize: 2, outputPadding: null as never }), "conv2dTranspose: outputPadding has the wrong type; expected an integer in [0, 1), got null."], // prettier-ignore
  ["objects as texts", () => text.fitTokenizer([{} as never], { unit: "words" }), "text.fitTokenizer: texts must be strings; expected a string, or several, got Object."], // prettier-ignore
])("%s", (_, call, message) => {
  expect(call).toThrow(LanegradError);
  expect(call).toThrow(message);
});

it("weights of a metric that fit no sample are refused, and memory is counted as before", () => {
  const metric = metrics.topKAccuracy({ k: 1 });
  const [state, target, prediction] = [zeros([4]), zeros([3], { dtype: "int32" }), ones([3, 2])];
  for (const size of [0, 2]) {
    const weights = ones([size]);
    const before = heap().bytesInUse;
    expect(() => metric.update(state, target, prediction, weights, false)).toThrow(
      `metric: the weights do not fit; expected one for each sample or place, of which there are 3, got ${size}.`,
    );
    expect(heap().bytesInUse).toBe(before);
  }
});

it("a list of histories with holes is no list of histories", async () => {
  await expect(report(new Array(3) as never)).rejects.toThrow("report: run 1 is no history");
});
