/** Rows of pooling and of enlarging: every window by plain loops. */
import { ShapeError, UsageError } from "../../../src/errors.js";
import * as ops from "../../../src/ops/index.js";
import type { Pooling } from "../../../src/ops/image/poolGeometry.js";
import type { Upsampling } from "../../../src/ops/image/upsample.js";
import { ones } from "../../../src/tensor/create.js";
import type { Random } from "../../../src/tensor/random.js";
import { type Shape, sizeOf } from "../../../src/tensor/shape.js";
import { type WindowPadding, windowPlaces } from "../../../src/tensor/window.js";
import { type Operand, distinct, normal } from "../../support/operands.js";
import { refusesInt32, ulps } from "./elementwise.js";
import type * as maxPoolFile from "../../../src/ops/image/maxPool.js";
import type * as averagePoolFile from "../../../src/ops/image/averagePool.js";
import type * as upsampleFile from "../../../src/ops/image/upsample.js";
import type { Refusal, Sample, Rows } from "../row.js";

type Case = readonly [
  shape: Shape,
  window: readonly [number, number],
  strides: readonly [number, number],
  WindowPadding,
];

/** Channels around the vector and the strip of 16; windows side by side, overlapping, with gaps; all kinds of padding. */
const cases: readonly Case[] = [
  [[2, 4, 6, 5], [2, 2], [2, 2], "valid"],
  [[1, 5, 7, 1], [2, 2], [2, 2], "same"],
  [[2, 5, 5, 3], [3, 3], [1, 1], "same"],
  [[2, 7, 6, 4], [3, 2], [2, 1], "valid"],
  [[1, 6, 7, 19], [3, 3], [2, 2], "same"],
  [[1, 4, 4, 35], [2, 2], [2, 2], "valid"],
  [[3, 3, 4, 16], [2, 3], [1, 2], [[1, 0], [0, 2]]],
  [[1, 9, 8, 7], [2, 1], [4, 3], 0],
  [[2, 5, 4, 8], [5, 4], [1, 1], "valid"],
  [[2, 5, 4, 2], [4, 4], [2, 3], [3, 2]],
  [[0, 4, 4, 3], [2, 2], [2, 2], "valid"],
  [[2, 0, 4, 3], [2, 2], [2, 2], "same"],
  [[2, 6, 1, 6], [3, 1], [2, 1], "same"],
]; // prettier-ignore

function samples(draw: (random: Random, shape: Shape) => Operand): (random: Random) => Sample<Pooling>[] {
  return (random) =>
    cases.map(([shape, poolSize, strides, padding]) => ({
      title: `x [${shape.join(", ")}], window ${poolSize.join(" × ")}, strides ${strides.join(", ")}, ${JSON.stringify(padding)}`,
      inputs: [draw(random, shape)],
      attributes: { op: "pool", poolSize, strides, padding },
    }));
}

/** Makes of each window's values, without padding, one of y's. */
function pooled(x: Operand, { poolSize, strides, padding }: Pooling, make: (values: number[]) => number): Operand {
  const [N, H, W, C] = x.shape;
  const axes = [0, 1].map((i) => ({ name: "", input: x.shape[i + 1], window: poolSize[i], stride: strides[i] }));
  const [v, h] = windowPlaces("pool", axes, padding);
  const shape = [N, v.output, h.output, C];
  const values = Float64Array.from({ length: sizeOf(shape) }, (_, flat) => {
    const c = flat % C;
    const ow = Math.floor(flat / C) % h.output;
    const oh = Math.floor(flat / C / h.output) % v.output;
    const n = Math.floor(flat / C / h.output / v.output);
    const inside: number[] = [];
    for (let i = oh * strides[0] - v.before; i < oh * strides[0] - v.before + poolSize[0]; i++) {
      for (let j = ow * strides[1] - h.before; j < ow * strides[1] - h.before + poolSize[1]; j++) {
        if (i >= 0 && i < H && j >= 0 && j < W) inside.push(x.values[((n * H + i) * W + j) * C + c]);
      }
    }
    return make(inside);
  });
  return { shape, dtype: "float32", values };
}

/** A case, and how much of y (0 … 1) at place o along one axis comes from x at place i. */
function enlarged(x: Operand, { size: [fH, fW], interpolation }: Upsampling): Operand {
  const [N, H, W, C] = x.shape;
  const share = (o: number, i: number, f: number, last: number): number => {
    if (interpolation === "nearest") return Math.floor(o / f) === i ? 1 : 0;
    const s = Math.min(Math.max((o + 0.5) / f - 0.5, 0), last);
    return Math.max(0, 1 - Math.abs(s - i));
  };
  const shape = [N, fH * H, fW * W, C];
  const values = Float64Array.from({ length: sizeOf(shape) }, (_, flat) => {
    const c = flat % C;
    const ow = Math.floor(flat / C) % (fW * W);
    const oh = Math.floor(flat / C / (fW * W)) % (fH * H);
    const n = Math.floor(flat / C / (fW * W) / (fH * H));
    let sum = 0;
    for (let i = 0; i < H; i++) {
      for (let j = 0; j < W; j++) {
        const weight = share(oh, i, fH, H - 1) * share(ow, j, fW, W - 1);
        if (weight !== 0) sum += weight * x.values[((n * H + i) * W + j) * C + c];
      }
    }
    return sum;
  });
  return { shape, dtype: "float32", values };
}

/** What every pooling refuses, by the function's name. */
function refusals(name: "maxPool" | "averagePool"): Refusal[] {
  const [of2d, of1d] = [ops[`${name}2d`], ops[`${name}1d`]];
  return [
    {
      call: () => of2d(ones([2, 4, 4])),
      error: ShapeError,
      text: `${name}2d: x has the wrong rank; expected x [N, H, W, C], got x [N, 4, 4].`,
    },
    {
      call: () => of1d(ones([2, 4])),
      error: ShapeError,
      text: `${name}1d: x has the wrong rank; expected x [N, T, C], got x [N, 4].`,
    },
    {
      call: () => of2d(ones([1, 4, 2, 1]), { poolSize: [2, 3] }),
      error: ShapeError,
      text:
        `${name}2d: the window is larger than the padded input; expected a window of at most 2 along W (input 2, padding 0 + 0), got 3. ` +
        'Use a smaller window, more padding, or padding: "same".',
    },
    {
      call: () => of1d(ones([1, 2, 1]), { poolSize: 4, padding: [[1, 0]] }),
      error: ShapeError,
      text:
        `${name}1d: the window is larger than the padded input; expected a window of at most 3 along T (input 2, padding 1 + 0), got 4. ` +
        'Use a smaller window, more padding, or padding: "same".',
    },
    {
      call: () => of2d(ones([1, 4, 4, 1]), { strides: 0 }),
      error: UsageError,
      text: `${name}2d: strides is out of range; expected an integer in [1, ∞), got 0.`,
    },
    {
      call: () => of2d(ones([1, 4, 4, 1]), { poolSize: 1.5 }),
      error: UsageError,
      text: `${name}2d: poolSize is out of range; expected an integer in [1, ∞), got 1.5.`,
    },
    {
      call: () => of2d(ones([1, 4, 4, 1]), { padding: 2 }),
      error: UsageError,
      text: `${name}2d: the padding is as large as the window; expected less than the window, poolSize [2, 2], got 2.`,
    },
    {
      call: () => of2d(ones([1, 4, 4, 1]), { poolSize: 300, padding: "same" }),
      error: UsageError,
      text:
        `${name}2d: the window is too large; expected at most 65536 elements, got [300, 300]. ` +
        "To pool whole images, use globalMaxPool2d or globalAveragePool2d.",
    },
    {
      call: () => of2d(ones([1, 4, 4, 1]), { size: 2 } as never),
      error: UsageError,
      text: `${name}2d: unknown option; expected poolSize, strides or padding, got "size". Did you mean poolSize?`,
    },
    refusesInt32(`${name}2d`, of2d),
    refusesInt32(`${name}1d`, of1d),
  ];
}

export const rows: Rows<typeof maxPoolFile & typeof averagePoolFile & typeof upsampleFile> = {
  maxPoolOp: {
    samples: samples(distinct),
    reference: ([x], attributes) => [pooled(x, attributes, (values) => Math.max(...values))],
    bound: ulps(0),
    gradientBound: ulps(8, 1e-5),
    refusals: refusals("maxPool"),
    flops: ([x], { poolSize }) => sizeOf(x.shape) * sizeOf(poolSize),
  },
  averagePoolOp: {
    samples: samples(normal),
    reference: ([x], attributes) => [
      pooled(x, attributes, (values) => values.reduce((sum, value) => sum + value, 0) / values.length),
    ],
    bound: ulps(4, 1e-6),
    gradientBound: ulps(8, 1e-5),
    refusals: refusals("averagePool"),
    flops: ([x], { poolSize }) => sizeOf(x.shape) * sizeOf(poolSize),
  },
  upsampleOp: {
    samples: (random) =>
      (["nearest", "bilinear"] as const).flatMap((interpolation) =>
        (
          [
            [[2, 3, 4, 5], [2, 2]],
            [[1, 1, 3, 1], [3, 2]],
            [[2, 2, 2, 4], [1, 5]],
            [[1, 3, 2, 19], [4, 3]],
            [[1, 5, 1, 35], [2, 1]],
            [[0, 3, 3, 2], [2, 2]],
            [[2, 0, 3, 2], [2, 2]],
          ] as const
        ).map(([shape, size]) => ({
          title: `x [${shape.join(", ")}] × ${size.join(" × ")}, ${interpolation}`,
          inputs: [normal(random, shape)],
          attributes: { size, interpolation },
        })),
      ), // prettier-ignore
    reference: ([x], attributes) => [enlarged(x, attributes)],
    bound: ulps(4, 1e-6),
    gradientBound: ulps(8, 1e-5),
    refusals: [
      {
        call: () => ops.upsample2d(ones([2, 4, 4])),
        error: ShapeError,
        text: "upsample2d: x has the wrong rank; expected x [N, H, W, C], got x [2, 4, 4].",
      },
      {
        call: () => ops.upsample2d(ones([1, 2, 2, 1]), { size: 0.5 }),
        error: UsageError,
        text: "upsample2d: size is out of range; expected an integer in [1, ∞), got 0.5.",
      },
      {
        call: () => ops.upsample2d(ones([1, 2, 2, 1]), { interpolation: "cubic" as never }),
        error: UsageError,
        text: 'upsample2d: unknown interpolation; expected "nearest" or "bilinear", got "cubic".',
      },
      refusesInt32("upsample2d", ops.upsample2d),
    ],
    flops: ([x], { size }) => 4 * sizeOf(x.shape) * sizeOf(size),
  },
};
