/** The memory of a training step, counted by hand for a small network. */
import { expect, it } from "vitest";
import { add, batchNormalization, dense, flatten, input } from "../../../src/layers/index.js";
import { model } from "../../../src/models/sequential.js";
import { stepMemory } from "../../../src/models/step/stepMemory.js";
import "../../support/engine.js";

it("is that of weights, gradients, slots and averages, and for each sample of outputs and the largest pair of gradients", () => {
  const frozen = dense({ units: 3 });
  frozen.trainable = false;
  const x = input({ shape: [4] });
  const hidden = flatten().apply(batchNormalization().apply(frozen.apply(x)));
  const graph = model({ inputs: x, outputs: dense({ units: 2 }).apply(hidden) }).insides.graph("test");
  const perSample = 4 * (4 + 3 + 3 + 2 + (3 + 3)); // flatten makes nothing; the largest pair is batch normalisation's
  // 15 frozen numbers, γ and β, two statistics of 3, and a kernel and bias of 8
  expect(stepMemory(graph, 2, true)).toEqual({ fixed: 4 * (15 * 3 + 6 * 5 + 6 * 2 + 8 * 5), perSample });
  expect(stepMemory(graph, 0, false)).toEqual({ fixed: 4 * (15 * 2 + 6 * 2 + 6 + 8 * 2), perSample });
});

it("of a layer with two inputs, the gradients of both are there at once", () => {
  const [a, b] = [input({ shape: [2] }), input({ shape: [5] })];
  const sum = add().apply([dense({ units: 6 }).apply(a), dense({ units: 6 }).apply(b)]);
  const graph = model({ inputs: [a, b], outputs: dense({ units: 1 }).apply(sum) }).insides.graph("test");
  expect(stepMemory(graph, 1, false).perSample).toBe(4 * (7 + 6 + 6 + 6 + 1 + 3 * 6));
});
