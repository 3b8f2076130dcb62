/** The memory of a training step: counted by hand for a small network, and measured for every layer with parameters. */
import { describe, expect, it } from "vitest";
import { add, batchNormalization, dense, flatten, input } from "../../../src/layers/index.js";
import { model } from "../../../src/models/sequential.js";
import { stepMemory } from "../../../src/models/step/stepMemory.js";
import { meanSquaredError } from "../../../src/losses/index.js";
import { sgd } from "../../../src/optimizers/index.js";
import { heap } from "../../../src/runtime/runtime.js";
import { zeros } from "../../../src/tensor/create.js";
import { maskTable } from "../../layers/masks.js";
import "../../support/engine.js";

it("is that of weights, gradients, slots and averages, and for each sample of outputs and the largest pair of gradients", () => {
  const frozen = dense({ units: 3 });
  frozen.trainable = false;
  const x = input({ shape: [4] });
  const hidden = flatten().apply(batchNormalization().apply(frozen.apply(x)));
  const graph = model({ inputs: x, outputs: dense({ units: 2 }).apply(hidden) }).insides.graph("test");
  const perSample = 4 * (4 + 3 + 3 + 2 + (3 + 3)); // flatten makes nothing; the largest pair is batch normalisation's
  // 15 frozen numbers, γ and β, two statistics of 3, and a kernel and bias of 8
  expect(stepMemory(graph, 2, true)).toEqual({
    fixed: 4 * (15 * 3 + 6 * 5 + 6 * 2 + 8 * 5),
    perSample,
    isLeast: false,
  });
  expect(stepMemory(graph, 0, false)).toEqual({ fixed: 4 * (15 * 2 + 6 * 2 + 6 + 8 * 2), perSample, isLeast: false });
});

it("of a layer with two inputs, the gradients of both are there at once", () => {
  const [a, b] = [input({ shape: [2] }), input({ shape: [5] })];
  const sum = add().apply([dense({ units: 6 }).apply(a), dense({ units: 6 }).apply(b)]);
  const graph = model({ inputs: [a, b], outputs: dense({ units: 1 }).apply(sum) }).insides.graph("test");
  expect(stepMemory(graph, 1, false).perSample).toBe(4 * (7 + 6 + 6 + 6 + 1 + 3 * 6));
});

describe("a step needs no more than is said and a half of it, unless it is said to be the least", () => {
  // what scheduledSampling gives are tokens, which have no gradient
  const { scheduledSampling: _, ...trainable } = maskTable;
  const rows = Object.entries(trainable).flatMap(([kind, list]) => list.map((row) => [kind, row] as const));

  it.each(rows)("dense, then %s", (kind, { does, make, shape = [3, 4, 4], others }) => {
    const isMerge = does === "merges" || kind === "dot";
    const shapes = [shape, ...(others ?? (isMerge ? [shape] : []))].map((one) => one.slice(1));
    const isTokens = make().sequences?.tokens !== undefined;
    const [few, many] = [256, 1024].map((N) => {
      const symbols = shapes.map((one) => input({ shape: one }));
      const [first, ...rest] = symbols;
      const trained = isTokens ? first : dense({ units: shape.at(-1)! }).apply(first);
      const made = make().apply([trained, ...rest]);
      const net = model({ inputs: symbols, outputs: isTokens ? dense({ units: 2 }).apply(made) : made });
      net.compile({ optimizer: sgd(), loss: meanSquaredError() });
      const x = shapes.map((one, i) => zeros([N, ...one], { dtype: isTokens && i === 0 ? "int32" : "float32" }));
      const y = net.insides.graph("test").outputs.map(({ sizes }) => zeros([N, ...sizes]));
      net.trainOnBatch(x, y); // makes what stays
      const before = heap().bytesInUse;
      heap().resetPeak();
      net.trainOnBatch(x, y);
      const peak = heap().peakBytes - before;
      const { perSample, isLeast } = net.insides.stepMemory!;
      net.dispose();
      return { peak, perSample, isLeast };
    });
    const measured = (many.peak - few.peak) / (1024 - 256);
    if (!few.isLeast) expect(measured).toBeLessThan(1.5 * few.perSample);
    else if (kind !== "timeDistributed") expect(measured).toBeGreaterThan(few.perSample); // what it does depends on the layer in it
  });
});
