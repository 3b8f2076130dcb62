/** Small problems and networks for the tests of models, and comparisons of whole models. */
import { expect } from "vitest";
import type { Callback } from "../../src/callbacks/callback.js";
import { dense, dropout } from "../../src/layers/index.js";
import { categoricalCrossentropy } from "../../src/losses/index.js";
import { accuracy } from "../../src/metrics/index.js";
import type { CompileOptions } from "../../src/models/compileOptions.js";
import type { Model } from "../../src/models/model.js";
import { sequential } from "../../src/models/sequential.js";
import { adam } from "../../src/optimizers/index.js";
import { tensor } from "../../src/tensor/create.js";
import { drawNormal } from "../../src/tensor/drawNormal.js";
import { Random } from "../../src/tensor/random.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { expectSameBits } from "../support/compare.js";

/** Samples and labels. */
export interface Problem {
  /** (N, I) float32 */
  readonly x: Tensor;
  /** (N) int32 */
  readonly y: Tensor;
}

/** N(0, 1) numbers of this shape. */
export function normals(seed: number, shape: readonly number[]): Tensor {
  const random = new Random(seed);
  const size = shape.reduce((product, n) => product * n, 1);
  return tensor(
    Float32Array.from({ length: size }, () => drawNormal(random)),
    shape,
  );
}

/** Random samples of 5 features in 3 classes. */
export function noise(seed: number, N: number): Problem {
  const random = new Random(seed + 1000);
  return { x: normals(seed, [N, 5]), y: tensor(Int32Array.from({ length: N }, () => random.integer(3))) };
}

/** `arms` spirals around the origin, one a class. */
export function spiral(seed: number, N: number, arms: number): Problem {
  const random = new Random(seed);
  const points = Array.from({ length: N }, (_, i) => {
    const radius = random.uniform(0.05, 1);
    const angle = 4 * radius + ((i % arms) * 2 * Math.PI) / arms + drawNormal(random, 0, 0.1);
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
  return { x: tensor(points), y: tensor(Int32Array.from({ length: N }, (_, i) => i % arms)) };
}

/** A network with dropout for {@link noise}, compiled with Adam, cross-entropy and accuracy. */
export function network(seed = 0, options: Partial<CompileOptions> = {}): Model {
  const model = sequential(
    [dense({ units: 8, activation: "relu", inputShape: [5] }), dropout({ rate: 0.3 }), dense({ units: 3 })],
    { seed },
  );
  model.compile({
    optimizer: adam({ learningRate: 0.01 }),
    loss: categoricalCrossentropy({ fromLogits: true }),
    metrics: [accuracy()],
    ...options,
  });
  return model;
}

/** Copies of all weights, by name. */
export function weightsOf(model: Model): Record<string, Float32Array> {
  return Object.fromEntries(model.weights.map(({ name, value }) => [name, value.toTypedArray() as Float32Array]));
}

/** Throws unless both models have the same weights, to the bit. */
export function expectSameWeights(got: Model, want: Model): void {
  expectWeights(got, weightsOf(want));
}

/** Throws unless the weights are those, to the bit. */
export function expectWeights(model: Model, want: Readonly<Record<string, Float32Array>>): void {
  const got = weightsOf(model);
  expect(Object.keys(got)).toEqual(Object.keys(want));
  for (const [name, values] of Object.entries(want)) expectSameBits(name, got[name], values);
}

/** True where the weights differ somewhere. */
export function haveOtherWeights(a: Model, b: Model): boolean {
  const other = weightsOf(b);
  return Object.entries(weightsOf(a)).some(([name, values]) => values.some((value, i) => value !== other[name][i]));
}

/** A callback that ends training after batch `batch` of an epoch. */
export function stopAfterBatch(batch: number, reason = "enough"): Callback {
  return {
    onBatchEnd(done, _logs, training) {
      if (done === batch) training.stop(reason);
    },
  };
}

/** A callback that ends training after epoch `epoch`. */
export function stopAfterEpoch(epoch: number, reason = "enough"): Callback {
  return {
    onEpochEnd(done, _logs, training) {
      if (done === epoch) training.stop(reason);
    },
  };
}
