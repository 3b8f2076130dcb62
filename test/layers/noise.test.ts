/** Layers that disturb in training: statistics of what they do, the same bits for a seed, nothing in prediction, files, bad input. */
import { describe, expect, it } from "vitest";
import type { Config } from "../../src/config.js";
import { ShapeError, UsageError } from "../../src/errors.js";
import * as layers from "../../src/layers/index.js";
import type { Layer } from "../../src/layers/layer.js";
import { layerFrom } from "../../src/layers/registry.js";
import { sequential } from "../../src/models/sequential.js";
import { full } from "../../src/tensor/create.js";
import { RandomState } from "../../src/tensor/randomState.js";
import type { Shape } from "../../src/tensor/shape.js";
import "../support/engine.js";

/** The layer's output in training on threes. */
function trained(layer: Layer, shape: Shape, seed = 1): Float32Array {
  const random = new RandomState(seed);
  const x = full(shape, 3);
  return layer.call([x], { training: true, random, stream: 0, masks: [] }).toTypedArray() as Float32Array;
}

const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, v) => sum + v, 0) / values.length;

describe("in training", () => {
  it.each<[Layer, Shape]>([
    [layers.spatialDropout2d({ rate: 0.25 }), [40, 3, 5, 50]],
    [layers.spatialDropout1d({ rate: 0.25 }), [40, 15, 50]],
  ])("$kind drops whole channels of a sample, a quarter of them, and scales the others", (layer, shape) => {
    const y = trained(layer, shape);
    let dropped = 0;
    for (let n = 0; n < 40; n++) {
      for (let c = 0; c < 50; c++) {
        const channel = Array.from({ length: 15 }, (_, i) => y[(n * 15 + i) * 50 + c]);
        expect(new Set(channel).size).toBe(1);
        if (channel[0] === 0) dropped++;
        else expect(channel[0]).toBe(4);
      }
    }
    expect(Math.abs(dropped / 2000 - 0.25)).toBeLessThan(0.03);
  });

  it.each<[Layer, number]>([
    [layers.gaussianDropout({ rate: 0.2 }), 3 * 0.5],
    [layers.gaussianNoise({ stddev: 0.7 }), 0.7],
  ])("$kind keeps the mean and has the deviation %d", (layer, deviation) => {
    const y = trained(layer, [100_000]);
    expect(Math.abs(mean(y) - 3)).toBeLessThan(0.02);
    expect(Math.abs(Math.sqrt(mean(y.map((value) => (value - 3) ** 2))) - deviation)).toBeLessThan(0.01);
  });
});

const all = (): Layer[] => [
  layers.spatialDropout2d({ rate: 0.5, inputShape: [2, 2, 9] }),
  layers.spatialDropout1d({ rate: 0.5, inputShape: [4, 9] }),
  layers.gaussianDropout({ rate: 0.5, inputShape: [9] }),
  layers.gaussianNoise({ stddev: 0.5, inputShape: [9] }),
];

describe.each(all().map((layer) => [layer.kind, layer] as const))("%s", (_, layer) => {
  it("gives the same bits for a seed, others for another, and in prediction its input", () => {
    const shape = [3, ...(layer.inputShape as readonly number[])];
    expect(trained(layer, shape)).toEqual(trained(layer, shape));
    expect(trained(layer, shape)).not.toEqual(trained(layer, shape, 2));
    const x = full(shape, 3);
    const [y] = sequential([layerFrom(layer.config)]).call([x]);
    expect(y.toArray()).toEqual(x.toArray());
  });

  it("comes back from its configuration as JSON", () => {
    const config = JSON.parse(JSON.stringify(layer.config)) as Config;
    expect(layerFrom(config).config).toEqual(config);
  });
});

describe("bad input", () => {
  it.each<[() => unknown, abstract new () => Error, string]>([
    [
      () => layers.spatialDropout2d({ rate: 1 }),
      UsageError,
      "spatialDropout2d: rate is out of range; expected a number in [0, 1), got 1.",
    ],
    [
      () => layers.spatialDropout1d({ rate: 0.5 }).apply(layers.input({ shape: [3] })),
      ShapeError,
      "spatialDropout1d: x has the wrong rank; expected x [N, T, C], got x [N, 3].",
    ],
    [
      () => layers.gaussianDropout({ rate: -1 }),
      UsageError,
      "gaussianDropout: rate is out of range; expected a number in [0, 1), got -1.",
    ],
    [
      () => layers.gaussianNoise({} as never),
      UsageError,
      "gaussianNoise: stddev is missing; expected a number in [0, ∞).",
    ],
    [
      () => layers.gaussianNoise({ stddev: 1, rate: 1 } as never),
      UsageError,
      'gaussianNoise: unknown option; expected stddev, name or inputShape, got "rate".',
    ],
  ])("case %#", (call, error, text) => {
    expect(call).toThrow(error);
    expect(call).toThrow(text);
  });
});
