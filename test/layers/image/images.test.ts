/** Layers of images and sequences without parameters: each against its op, its shapes before there are values, its file form, and what it refuses. */
import { describe, expect, it } from "vitest";
import type { Config } from "../../../src/config.js";
import { ShapeError, UsageError } from "../../../src/errors.js";
import * as layers from "../../../src/layers/index.js";
import type { Layer } from "../../../src/layers/layer.js";
import { layerFrom } from "../../../src/layers/registry.js";
import * as ops from "../../../src/ops/index.js";
import { tensor } from "../../../src/tensor/create.js";
import type { Shape } from "../../../src/tensor/shape.js";
import type { Tensor } from "../../../src/tensor/tensor.js";
import "../../support/engine.js";
import { run } from "../calls.js";

const image: Shape = [2, 6, 5, 3];
const sequence: Shape = [2, 7, 3];

const cases: readonly (readonly [Layer, Shape, (x: Tensor) => Tensor])[] = [
  [layers.maxPooling2d(), image, (x) => ops.maxPool2d(x)],
  [
    layers.maxPooling2d({ poolSize: [3, 2], strides: 2, padding: "same" }),
    image,
    (x) => ops.maxPool2d(x, { poolSize: [3, 2], strides: 2, padding: "same" }),
  ],
  [layers.maxPooling1d({ poolSize: 3 }), sequence, (x) => ops.maxPool1d(x, { poolSize: 3 })],
  [
    layers.averagePooling2d({ poolSize: 3, strides: 1, padding: [1, [0, 2]] }),
    image,
    (x) => ops.averagePool2d(x, { poolSize: 3, strides: 1, padding: [1, [0, 2]] }),
  ],
  [layers.averagePooling1d({ padding: "same" }), sequence, (x) => ops.averagePool1d(x, { padding: "same" })],
  [layers.globalAveragePooling2d(), image, (x) => ops.globalAveragePool2d(x)],
  [
    layers.globalMaxPooling2d({ keepDims: true, name: "peak" }),
    image,
    (x) => ops.globalMaxPool2d(x, { keepDims: true }),
  ],
  [layers.globalAveragePooling1d({ keepDims: true }), sequence, (x) => ops.globalAveragePool1d(x, { keepDims: true })],
  [layers.globalMaxPooling1d(), sequence, (x) => ops.globalMaxPool1d(x)],
  [layers.upSampling2d({ size: [2, 3] }), image, (x) => ops.upsample2d(x, { size: [2, 3] })],
  [
    layers.upSampling2d({ interpolation: "bilinear", inputShape: [6, 5, 3] }),
    image,
    (x) => ops.upsample2d(x, { interpolation: "bilinear" }),
  ],
  [
    layers.zeroPadding2d(),
    image,
    (x) => ops.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]]), // prettier-ignore
  ],
  [
    layers.zeroPadding2d({ padding: [[1, 0], [2, 3]] }), // prettier-ignore
    image,
    (x) => ops.pad(x, [[0, 0], [1, 0], [2, 3], [0, 0]]), // prettier-ignore
  ],
  [layers.zeroPadding2d({ padding: [0, 2] }), image, (x) => ops.pad(x, [[0, 0], [0, 0], [2, 2], [0, 0]])], // prettier-ignore
  [layers.cropping2d({ cropping: 1 }), image, (x) => ops.slice(x, [0, 1, 1], [-1, 4, 3])],
  [layers.cropping2d({ cropping: [[0, 1], [2, 1]] }), image, (x) => ops.slice(x, [0, 0, 2], [-1, 5, 2])], // prettier-ignore
];

describe.each(cases)("layer %#, $kind", (layer, shape, op) => {
  it("computes what the op computes, in the shape it said", () => {
    const { inputs, output } = run(layer, [shape]);
    const want = op(tensor(Float32Array.from(inputs[0].values), shape));
    expect(output.shape).toEqual(want.shape);
    expect([shape[0], ...layer.outputShape([shape.slice(1)])]).toEqual(want.shape);
    expect([...output.toTypedArray()]).toEqual([...want.toTypedArray()]);
  });

  it("comes back from its configuration as JSON", () => {
    const config = JSON.parse(JSON.stringify(layer.config)) as Config;
    const again = layerFrom(config);
    expect(again.config).toEqual(config);
    expect(again.outputShape([shape.slice(1)])).toEqual(layer.outputShape([shape.slice(1)]));
  });
});

describe("bad input", () => {
  it.each<[() => unknown, abstract new () => Error, string]>([
    [
      () => layers.maxPooling2d({ poolSize: 0 }),
      UsageError,
      "maxPooling2d: poolSize is out of range; expected an integer in [1, ∞), got 0.",
    ],
    [
      () => layers.maxPooling1d({ strides: [1, 2] }),
      UsageError,
      "maxPooling1d: strides has the wrong length; expected one number or 1, got [1, 2].",
    ],
    [
      () => layers.averagePooling2d({ pool: 2 } as never),
      UsageError,
      'averagePooling2d: unknown option; expected poolSize, strides, padding, name or inputShape, got "pool". Did you mean poolSize?',
    ],
    [
      () => layers.maxPooling2d().outputShape([[28, 28]]),
      ShapeError,
      "maxPooling2d: x has the wrong rank; expected x [N, H, W, C], got x [N, 28, 28].",
    ],
    [
      () => layers.maxPooling2d({ poolSize: 5 }).outputShape([[4, 6, 1]]),
      ShapeError,
      "maxPooling2d: the window is larger than the padded input; expected a window of at most 4 along H (input 4, padding 0 + 0), got 5. " +
        'Use a smaller window, more padding, or padding: "same".',
    ],
    [
      () => layers.globalMaxPooling1d().outputShape([[4]]),
      ShapeError,
      "globalMaxPooling1d: x has the wrong rank; expected x [N, T, C], got x [N, 4].",
    ],
    [
      () => layers.globalAveragePooling2d({ keepDims: 1 as never }),
      UsageError,
      "globalAveragePooling2d: keepDims has the wrong type; expected true or false, got 1.",
    ],
    [
      () => layers.upSampling2d({ size: 1.5 }),
      UsageError,
      "upSampling2d: size is out of range; expected an integer in [1, ∞), got 1.5.",
    ],
    [
      () => layers.upSampling2d().outputShape([[4, 4]]),
      ShapeError,
      "upSampling2d: x has the wrong rank; expected x [N, H, W, C], got x [N, 4, 4].",
    ],
    [
      () => layers.zeroPadding2d({ padding: -1 }),
      UsageError,
      "zeroPadding2d: padding has the wrong form; expected an integer ≥ 0, [height, width] or [[top, bottom], [left, right]], got -1.",
    ],
    [
      () => layers.cropping2d({} as never),
      UsageError,
      "cropping2d: cropping has the wrong form; expected an integer ≥ 0, [height, width] or [[top, bottom], [left, right]], got undefined.",
    ],
    [
      () => layers.cropping2d({ cropping: [2, 1] }).outputShape([[4, 6, 1]]),
      ShapeError,
      "cropping2d: cropping leaves nothing of the image; expected borders smaller than the image, [N, 4, 6, 1], got [[2, 2], [1, 1]].",
    ],
  ])("case %#", (call, error, text) => {
    let thrown: unknown;
    try {
      call();
    } catch (caught) {
      thrown = caught;
    }
    expect(thrown).toBeInstanceOf(error);
    expect((thrown as Error).message).toBe(text);
  });
});
