/** Rows of the ops that read images at other places: bilinear sampling, deskewing, distortion, cutout. Letters: images (N, H, W, C). */
import { ShapeError, UsageError } from "../../../src/errors.js";
import * as ops from "../../../src/ops/index.js";
import type { Distortion } from "../../../src/ops/image/distortion.js";
import { ones, zeros } from "../../../src/tensor/create.js";
import type { Random } from "../../../src/tensor/random.js";
import { RandomState } from "../../../src/tensor/randomState.js";
import { type Shape, sizeOf } from "../../../src/tensor/shape.js";
import { type Operand, normal, uniform } from "../../support/operands.js";
import { refusesInt32 } from "./elementwise.js";
import type * as sampleBilinearFile from "../../../src/ops/image/sampleBilinear.js";
import type * as deskewFile from "../../../src/ops/image/deskew.js";
import type * as distortionFile from "../../../src/ops/image/distortion.js";
import type * as cutoutFile from "../../../src/ops/image/cutout.js";
import type { Row, Sample, Rows } from "../row.js";

/** No image, one pixel, odd and even sizes, several channels. */
const imageShapes: readonly Shape[] = [
  [0, 4, 4, 1],
  [1, 1, 1, 1],
  [3, 5, 7, 1],
  [2, 8, 4, 3],
  [2, 9, 13, 5],
];

/** Places on, between and outside of pixels, away from whole numbers, where the derivative by x does not exist. */
function places(random: Random, [N, H, W]: Shape): Operand {
  return uniform(random, [N, 2, H, W], -2.5, Math.max(H, W) + 1.5);
}

/** x[n] at a place, 0 outside or `fill`. */
function read(
  { shape: [, H, W, C], values }: Operand,
  n: number,
  row: number,
  column: number,
  c: number,
  fill: number,
) {
  const pixel = (i: number, j: number): number =>
    i < 0 || i >= H || j < 0 || j >= W ? fill : values[((n * H + i) * W + j) * C + c];
  const [i, j] = [Math.floor(row), Math.floor(column)];
  const [down, right] = [row - i, column - j];
  const above = (1 - right) * pixel(i, j) + right * pixel(i, j + 1);
  return (1 - down) * above + down * ((1 - right) * pixel(i + 1, j) + right * pixel(i + 1, j + 1));
}

function sampled(x: Operand, field: Operand, fill: number): Operand {
  const [, H, W, C] = x.shape;
  const values = x.values.map((_, i) => {
    const pixel = Math.floor(i / C) % (H * W);
    const n = Math.floor(i / (H * W * C));
    const [row, column] = [0, 1].map((axis) => field.values[(2 * n + axis) * H * W + pixel]);
    return read(x, n, row, column, i % C, fill);
  });
  return { ...x, values };
}

/** Where upright images are read. */
function uprightPlaces({ shape: [N, H, W, C], values }: Operand): Operand {
  const field = new Float64Array(N * 2 * H * W);
  for (let n = 0; n < N; n++) {
    const ink: [number, number, number][] = [];
    for (let i = 0; i < H; i++)
      for (let j = 0; j < W; j++) for (let c = 0; c < C; c++) ink.push([i, j, values[((n * H + i) * W + j) * C + c]]);
    const mass = ink.reduce((sum, [, , v]) => sum + v, 0);
    const mean = (f: (i: number, j: number) => number): number =>
      ink.reduce((sum, [i, j, v]) => sum + f(i, j) * v, 0) / mass;
    const [row, column] = mass > 0 ? [mean((i) => i), mean((_, j) => j)] : [(H - 1) / 2, (W - 1) / 2];
    const variance = mass > 0 ? mean((i) => (i - row) ** 2) : 0;
    const slant = variance > 1e-6 ? mean((i, j) => (i - row) * (j - column)) / variance : 0;
    for (let i = 0; i < H; i++) {
      for (let j = 0; j < W; j++) {
        const above = i - (H - 1) / 2;
        field[(2 * n * H + i) * W + j] = row + above;
        field[((2 * n + 1) * H + i) * W + j] = column + slant * above + j - (W - 1) / 2;
      }
    }
  }
  return { shape: [N, 2, H, W], dtype: "float32", values: field };
}

/** The sum over the Gaussian's window, with its weights made to add up to 1 before the edge cuts it. */
function smoothed(noise: Float64Array, H: number, W: number, sigma: number): Float64Array {
  const r = Math.ceil(3 * sigma);
  const raw = Array.from({ length: 2 * r + 1 }, (_, t) => Math.exp(-((t - r) ** 2) / (2 * sigma ** 2)));
  const total = raw.reduce((sum, w) => sum + w, 0);
  const out = new Float64Array(H * W);
  for (let i = 0; i < H; i++)
    for (let j = 0; j < W; j++)
      for (let s = -r; s <= r; s++)
        for (let t = -r; t <= r; t++) {
          const inside = i + s >= 0 && i + s < H && j + t >= 0 && j + t < W;
          if (inside) out[i * W + j] += (raw[s + r] / total) * (raw[t + r] / total) * noise[(i + s) * W + j + t];
        }
  return out;
}

/** Note [Distortion draws] in assembly/image/distortion.ts. */
function distortedPlaces({ shape: [N, D], values }: Operand, distortion: Distortion): Operand {
  const { H, W, rotation, scale, shear, shift, elastic, sigma, flipHorizontal, flipVertical } = distortion;
  const field = new Float64Array(N * 2 * H * W);
  for (let n = 0; n < N; n++) {
    const u = values.subarray(n * D, (n + 1) * D);
    const angle = (u[0] * rotation * Math.PI) / 180;
    const size = 1 + u[1] * scale;
    const flips = [flipVertical && u[7] < 0 ? -1 : 1, flipHorizontal && u[6] < 0 ? -1 : 1];
    const waves = [0, 1].map((axis) =>
      elastic > 0
        ? smoothed(u.subarray(8 + axis * H * W, 8 + (axis + 1) * H * W), H, W, sigma)
        : new Float64Array(H * W),
    );
    for (let i = 0; i < H; i++) {
      for (let j = 0; j < W; j++) {
        const v = i - (H - 1) / 2;
        const h = j - (W - 1) / 2 + u[2] * shear * v;
        const turned = [
          (Math.cos(angle) * v + Math.sin(angle) * h) / size,
          (Math.cos(angle) * h - Math.sin(angle) * v) / size,
        ];
        for (const [axis, extent] of [H, W].entries()) {
          const wave = elastic * Math.abs(u[5]) * waves[axis][i * W + j];
          const place = (extent - 1) / 2 + u[3 + axis] * shift + flips[axis] * turned[axis] + wave;
          field[((2 * n + axis) * H + i) * W + j] = place;
        }
      }
    }
  }
  return { shape: [N, 2, H, W], dtype: "float32", values: field };
}

const still = {
  rotation: 0,
  scale: 0,
  shear: 0,
  shift: 0,
  elastic: 0,
  sigma: 4,
  flipHorizontal: false,
  flipVertical: false,
};
const distortions: Readonly<Record<string, Partial<Distortion>>> = {
  nothing: {},
  "half turns": { rotation: 180 },
  "scale and shear": { scale: 0.5, shear: 0.4 },
  "shift and flips": { shift: 3, flipHorizontal: true, flipVertical: true },
  elastic: { elastic: 30, sigma: 4 },
  all: { rotation: 12, scale: 0.12, shear: 0.15, shift: 2, elastic: 10, sigma: 1.3, flipHorizontal: true },
};

const shapeTitle = (shape: Shape): string => `x [${shape.join(", ")}]`;

const sampleBilinear: Row<{ readonly fill: number }> = {
  samples: (random) =>
    imageShapes.map((shape, i) => ({
      title: `${shapeTitle(shape)}, fill ${i / 2}`,
      inputs: [normal(random, shape), places(random, shape)],
      attributes: { fill: i / 2 },
    })),
  reference: ([x, field], { fill }) => [sampled(x, field, fill)],
  bound: { relative: 1e-6, absolute: 1e-5 },
  refusals: [
    refusesInt32("sampleBilinear", (x) => ops.sampleBilinear(x, zeros([1, 2, 1, 1]))),
    {
      call: () => ops.sampleBilinear(ones([2, 4, 4]), ones([2, 2, 4, 4])),
      error: ShapeError,
      text: "sampleBilinear: x must have shape [N, H, W, C]; got x [2, 4, 4].",
    },
    {
      call: () => ops.sampleBilinear(ones([2, 4, 5, 3]), ones([2, 2, 4, 4])),
      error: ShapeError,
      text: "sampleBilinear: field does not fit; expected field [N, 2, H, W] = [2, 2, 4, 5] (x [N, H, W, C] = [2, 4, 5, 3]), got field [2, 2, 4, 4].",
    },
  ],
  flops: ([x]) => 9 * sizeOf(x.shape),
};

const deskewField: Row<undefined> = {
  samples: (random): Sample<undefined>[] => [
    ...imageShapes.map((shape) => ({
      title: shapeTitle(shape),
      inputs: [uniform(random, shape, 0, 1)],
      attributes: undefined,
    })),
    { title: "no ink", inputs: [uniform(random, [1, 3, 4, 1], 0, 0)], attributes: undefined },
  ],
  reference: ([x]) => [uprightPlaces(x)],
  bound: { relative: 1e-6, absolute: 1e-5 },
  refusals: [refusesInt32("deskew", (x) => ops.deskew(x))],
  flops: ([x]) => 5 * sizeOf(x.shape),
};

const distortionField: Row<Distortion> = {
  samples: (random) =>
    Object.entries(distortions).flatMap(([name, bounds]) =>
      imageShapes.map(([N, H, W]) => ({
        title: `${name}, [${N}, ${H}, ${W}]`,
        inputs: [uniform(random, [N, 8 + ((bounds.elastic ?? 0) > 0 ? 2 * H * W : 0)], -1, 1)],
        attributes: { ...still, ...bounds, H, W },
      })),
    ),
  reference: ([draws], distortion) => [distortedPlaces(draws, distortion)],
  bound: { relative: 1e-6, absolute: 2e-5 },
  refusals: [
    refusesInt32("distort", (x) => ops.distort(x, {}, new RandomState(1))),
    {
      call: () => ops.distort(ones([1, 4, 4, 1]), { scale: 1 }, new RandomState(1)),
      error: UsageError,
      text: "distort: scale is out of range; expected a number in [0, 1), got 1.",
    },
  ],
  flops: ([draws]) => draws.values.length,
};

const cutout: Row<{ readonly size: number }> = {
  samples: (random) =>
    imageShapes.map((shape, i) => ({
      title: `${shapeTitle(shape)}, size ${i + 1}`,
      inputs: [normal(random, shape), uniform(random, [shape[0], 2], 0, 0.999)],
      attributes: { size: i + 1 },
    })),
  reference([x, draws], { size }) {
    const [, H, W, C] = x.shape;
    const values = x.values.map((value, index) => {
      const n = Math.floor(index / (H * W * C));
      const [i, j] = [Math.floor(index / (W * C)) % H, Math.floor(index / C) % W];
      const top = Math.floor(draws.values[2 * n] * H) - Math.floor(size / 2);
      const left = Math.floor(draws.values[2 * n + 1] * W) - Math.floor(size / 2);
      return i >= top && i < top + size && j >= left && j < left + size ? 0 : value;
    });
    return [{ ...x, values }];
  },
  bound: { relative: 0, absolute: 0 },
  gradientBound: { relative: 1e-6, absolute: 1e-6 },
  refusals: [
    refusesInt32("cutout", (x) => ops.cutout(x, 2, new RandomState(1))),
    {
      call: () => ops.cutout(ones([1, 4, 4, 1]), 1.5, new RandomState(1)),
      error: UsageError,
      text: "cutout: size is out of range; expected an integer in [1, ∞), got 1.5.",
    },
  ],
  flops: ([x]) => sizeOf(x.shape),
};

export const rows: Rows<typeof sampleBilinearFile & typeof deskewFile & typeof distortionFile & typeof cutoutFile> = {
  sampleBilinearOp: sampleBilinear,
  deskewFieldOp: deskewField,
  distortionFieldOp: distortionField,
  cutoutOp: cutout,
};
