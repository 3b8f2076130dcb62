/** Rows of batch, group and layer normalisation: statistics and formula by plain loops. */
import { ShapeError, UsageError } from "../../../src/errors.js";
import * as ops from "../../../src/ops/index.js";
import type { Affine } from "../../../src/ops/norm/normOptions.js";
import { ones } from "../../../src/tensor/create.js";
import type { Random } from "../../../src/tensor/random.js";
import { type Shape, rowsOf, sizeOf } from "../../../src/tensor/shape.js";
import { type Operand, normal, uniform } from "../../support/operands.js";
import { refusesInt32 } from "./elementwise.js";
import type * as batchNormFile from "../../../src/ops/norm/batchNorm.js";
import type * as layerNormFile from "../../../src/ops/norm/layerNorm.js";
import type { Rows } from "../row.js";

/** Which of γ and β are there. */
const kinds = [
  { hasScale: true, hasOffset: true },
  { hasScale: false, hasOffset: true },
  { hasScale: true, hasOffset: false },
  { hasScale: false, hasOffset: false },
] as const;

/** γ about 1 and β about 0, as far as they are there. */
function affine(random: Random, shape: Shape, { hasScale, hasOffset }: Omit<Affine, "epsilon">): Operand[] {
  return [...(hasScale ? [normal(random, shape, 1, 0.5)] : []), ...(hasOffset ? [normal(random, shape)] : [])];
}

/** y of x, where the elements of one set share their statistics and elements of one place share γ and β. */
function normalized(
  x: Operand,
  rest: readonly Operand[],
  { hasScale, hasOffset, epsilon }: Affine,
  setOf: (i: number) => number,
  placeOf: (i: number) => number,
  given?: { readonly mean: Float64Array; readonly variance: Float64Array },
): Operand {
  const sets = new Map<number, { n: number; sum: number; squares: number }>();
  const total = (i: number): { n: number; sum: number; squares: number } => {
    const set = setOf(i);
    if (!sets.has(set)) sets.set(set, { n: 0, sum: 0, squares: 0 });
    return sets.get(set)!;
  };
  x.values.forEach((value, i) => {
    total(i).n++;
    total(i).sum += value;
  });
  x.values.forEach((value, i) => (total(i).squares += (value - total(i).sum / total(i).n) ** 2));
  const gamma = hasScale ? rest[0].values : undefined;
  const beta = hasOffset ? rest[hasScale ? 1 : 0].values : undefined;
  const values = x.values.map((value, i) => {
    const { n, sum, squares } = total(i);
    const [mean, variance] =
      given === undefined ? [sum / n, squares / n] : [given.mean[setOf(i)], given.variance[setOf(i)]];
    const hat = (value - mean) / Math.sqrt(variance + epsilon);
    return hat * (gamma?.[placeOf(i)] ?? 1) + (beta?.[placeOf(i)] ?? 0);
  });
  return { ...x, values };
}

function rectified(y: Operand, { rectifies }: { readonly rectifies: boolean }): Operand {
  return rectifies ? { ...y, values: y.values.map((value) => Math.max(0, value)) } : y;
}

/** Channels around the vector and the strips of 8 and 16, rows around the block of 256, one group or many. */
const columnCases: readonly (readonly [shape: Shape, groups: number | undefined])[] = [
  [[7, 5], undefined],
  [[2, 3], undefined],
  [[3, 2, 4, 8], undefined],
  [[2, 3, 3, 19], undefined],
  [[5, 2, 35], undefined],
  [[257, 1], undefined],
  [[130, 4, 6], undefined],
  [[2, 0], undefined],
  [[2, 3, 3, 6], 1],
  [[3, 5, 6], 2],
  [[2, 4, 24], 8],
  [[2, 7, 5], 5],
  [[3, 8], 2],
  [[2, 259, 4], 2],
  [[0, 3, 4], 2],
]; // prettier-ignore

const wrongScale = (
  op: string,
  call: () => unknown,
): { call: () => unknown; error: typeof ShapeError; text: string } => ({
  call,
  error: ShapeError,
  text: `${op}: gamma does not fit; expected float32 [3], a number for each channel of x, got gamma float32 [2].`,
});

export const rows: Rows<typeof batchNormFile & typeof layerNormFile> = {
  columnNormOp: {
    samples: (random) =>
      columnCases.flatMap(([shape, groups], i) =>
        (i < 3 || i === 9 ? kinds : kinds.slice(0, 1)).map((kind) => ({
          title: `x [${shape.join(", ")}], groups ${groups}, ${JSON.stringify(kind)}`,
          inputs: [normal(random, shape, 0.5, 2), ...affine(random, shape.slice(-1), kind)],
          attributes: {
            op: groups === undefined ? "batchNorm" : "groupNorm",
            groups,
            ...kind,
            epsilon: 1e-3,
            rectifies: i % 2 === 1,
          },
        })),
      ),
    reference([x, ...rest], norm) {
      const c = x.shape.at(-1)!;
      const sample = sizeOf(x.shape.slice(1));
      const { groups } = norm;
      const width = groups === undefined ? 1 : c / groups;
      const setOf = (i: number): number =>
        groups === undefined ? i % c : Math.floor(i / sample) * groups + Math.floor((i % c) / width);
      return [
        rectified(
          normalized(x, rest, norm, setOf, (i) => i % c),
          norm,
        ),
      ];
    },
    bound: { relative: 2e-6, absolute: 2e-6 },
    gradientBound: { relative: 2e-5, absolute: 2e-5 },
    refusals: [
      {
        call: () => ops.batchNorm(ones([1, 3])),
        error: ShapeError,
        text:
          "batchNorm: one value has no variance; expected 2 or more values in each channel, got 1 (x [1, 3]). " +
          "Train with at least two samples in every batch, the last of an epoch included; for prediction use moving averages.",
      },
      {
        call: () => ops.groupNorm(ones([5, 3]), 3),
        error: ShapeError,
        text: "groupNorm: one value has no variance; expected 2 or more values in each group, got 1 (x [5, 3]). Use fewer groups.",
      },
      {
        call: () => ops.groupNorm(ones([5, 2, 6]), 4),
        error: UsageError,
        text: "groupNorm: groups do not divide the channels; expected a divisor of C = 6, got 4.",
      },
      {
        call: () => ops.batchNorm(ones([3])),
        error: ShapeError,
        text: "batchNorm: x has no channel axis; expected x [N, …, C], got x [3].",
      },
      {
        call: () => ops.batchNorm(ones([2, 3]), { epsilon: 0 }),
        error: UsageError,
        text: "batchNorm: epsilon is out of range; expected a number in (0, ∞), got 0.",
      },
      wrongScale("batchNorm", () => ops.batchNorm(ones([4, 3]), { gamma: ones([2]) })),
      wrongScale("groupNorm", () => ops.groupNorm(ones([4, 2, 3]), 1, { gamma: ones([2]) })),
      refusesInt32("batchNorm", (x) => ops.batchNorm(x)),
      refusesInt32("groupNorm", (x) => ops.groupNorm(x, 1)),
    ],
    flops: ([x]) => 8 * sizeOf(x.shape),
  },
  givenNormOp: {
    samples: (random) =>
      ([[7, 5], [1, 3], [2, 3, 3, 19], [70, 4, 8], [0, 4]] as const).flatMap((shape, i) =>
        (i < 2 ? kinds : kinds.slice(0, 1)).map((kind) => ({
          title: `x [${shape.join(", ")}], ${JSON.stringify(kind)}`,
          inputs: [
            normal(random, shape),
            normal(random, shape.slice(-1)),
            uniform(random, shape.slice(-1), 0.1, 2),
            ...affine(random, shape.slice(-1), kind),
          ],
          attributes: { ...kind, epsilon: 1e-3, rectifies: i % 2 === 1 },
        })),
      ), // prettier-ignore
    reference([x, mean, variance, ...rest], kind) {
      const c = x.shape.at(-1)!;
      const given = { mean: mean.values, variance: variance.values };
      return [rectified(normalized(x, rest, kind, (i) => i % c, (i) => i % c, given), kind)]; // prettier-ignore
    },
    bound: { relative: 2e-6, absolute: 2e-6 },
    gradientBound: { relative: 2e-5, absolute: 2e-5 },
    refusals: [
      {
        call: () => ops.batchNormWith(ones([2, 3]), ones([4]), ones([3])),
        error: ShapeError,
        text: "batchNorm: mean does not fit; expected float32 [3], a number for each channel of x, got mean float32 [4].",
      },
      {
        call: () => ops.batchNormWith(ones([2, 3]), ones([3]), ones([3, 1])),
        error: ShapeError,
        text: "batchNorm: variance does not fit; expected float32 [3], a number for each channel of x, got variance float32 [3, 1].",
      },
      wrongScale("batchNorm", () => ops.batchNormWith(ones([4, 3]), ones([3]), ones([3]), { gamma: ones([2]) })),
      refusesInt32("batchNorm", (x) => ops.batchNormWith(x, ones([2]), ones([2]))),
    ],
    flops: ([x]) => 4 * sizeOf(x.shape),
  },
  layerNormOp: {
    samples: (random) =>
      (
        [
          [[7, 5], 1],
          [[2, 3, 8], 1],
          [[3, 2, 3, 2], 3],
          [[2, 1], 1],
          [[9], 1],
          [[4, 19], 1],
          [[2, 513], 1],
          [[261, 4], 1],
          [[2, 11, 103], 2],
          [[0, 4], 1],
          [[3, 0], 1],
        ] as const
      ).flatMap(([shape, axes], i) =>
        (i < 2 ? kinds : kinds.slice(0, 1)).map((kind) => ({
          title: `x [${shape.join(", ")}], ${axes} axes, ${JSON.stringify(kind)}`,
          inputs: [normal(random, shape, 0.5, 2), ...affine(random, shape.slice(-axes), kind)],
          attributes: { axes, ...kind, epsilon: 1e-3 },
        })),
      ), // prettier-ignore
    reference([x, ...rest], norm) {
      const f = sizeOf(x.shape.slice(-norm.axes));
      return [normalized(x, rest, norm, (i) => Math.floor(i / f), (i) => i % f)]; // prettier-ignore
    },
    bound: { relative: 2e-6, absolute: 2e-6 },
    gradientBound: { relative: 2e-5, absolute: 2e-5 },
    refusals: [
      {
        call: () => ops.layerNorm(ones([2, 3]), { axes: 3 }),
        error: ShapeError,
        text: "layerNorm: axes is out of range; expected a number of axes in [1, 2] (x [2, 3]), got 3.",
      },
      {
        call: () => ops.layerNorm(ones([4, 2, 3]), { axes: 2, beta: ones([3]) }),
        error: ShapeError,
        text: "layerNorm: beta does not fit; expected float32 [2, 3], the axes of x that are normalised, got beta float32 [3].",
      },
      refusesInt32("layerNorm", (x) => ops.layerNorm(x)),
    ],
    flops: ([x]) => 8 * rowsOf(x.shape) * (x.shape.at(-1) ?? 1),
  },
};
