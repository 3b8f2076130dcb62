/** Rows of the reductions, and of the positions of extremes. */
import { ShapeError, UsageError } from "../../../src/errors.js";
import * as ops from "../../../src/ops/index.js";
import type { AxisRun } from "../../../src/ops/reduce/reduce.js";
import { ones, tensor, zeros } from "../../../src/tensor/create.js";
import type { Random } from "../../../src/tensor/random.js";
import { type Shape, sizeOf } from "../../../src/tensor/shape.js";
import type { Tensor } from "../../../src/tensor/tensor.js";
import type { Bound } from "../../support/compare.js";
import { type Operand, distinct, generate, normal, operand, sizesAround } from "../../support/operands.js";
import { refusesInt32, ulps } from "./elementwise.js";
import type * as reduceFile from "../../../src/ops/reduce/reduce.js";
import type * as argExtremesFile from "../../../src/ops/reduce/argExtremes.js";
import type { Row, Sample, Rows } from "../row.js";

/** The groups of values that are reduced to one each, in the order of the result. */
function groups({ shape, values }: Operand, begin: number, end: number): number[][] {
  const [outer, r, inner] = [shape.slice(0, begin), shape.slice(begin, end), shape.slice(end)].map(sizeOf);
  return Array.from({ length: outer * inner }, (_, g) => {
    const first = Math.floor(g / inner) * r * inner + (g % inner);
    return Array.from({ length: r }, (__, k) => values[first + k * inner]);
  });
}

/** Shapes and the run of axes that is reduced: rows, columns, the middle, everything, nothing. */
const runs: readonly (readonly [Shape, number, number])[] = [
  [[0, 3], 0, 1],
  [[0, 3], 1, 2],
  [[], 0, 0],
  [[4, 5], 2, 2],
  ...sizesAround(32).map((n) => [[n], 0, 1] as const),
  ...sizesAround(16).map((n) => [[3, n], 0, 1] as const),
  [[19, 7], 1, 2],
  [[2, 3, 4], 1, 2],
  [[2, 3, 4, 5], 1, 3],
  [[3, 4, 5], 0, 3],
  [[300, 17], 0, 1],
  [[9000], 0, 1],
];

const shown = (shape: Shape): string => `[${shape.join(", ")}]`;

function samples(
  random: Random,
  draw: (random: Random, shape: Shape) => Operand,
  fits: (r: number) => boolean,
): readonly Sample<AxisRun>[] {
  return runs
    .filter(([shape, begin, end]) => fits(sizeOf(shape.slice(begin, end))))
    .map(([shape, begin, end], i) => ({
      title: `x ${shown(shape)}, axes ${begin} … ${end - 1}`,
      inputs: [draw(random, shape)],
      attributes: { begin, end, keepDims: i % 2 === 1 },
    }));
}

interface ReduceRow {
  readonly name: string;
  readonly call: (x: Tensor, axis?: number) => unknown;
  readonly f: (group: readonly number[]) => number;
  readonly draw: (random: Random, shape: Shape) => Operand;
  readonly needsOne: boolean;
  readonly bound: Bound;
}

function reduceRow({ name, call, f, draw, needsOne, bound }: ReduceRow): Row<AxisRun> {
  return {
    samples: (random) => samples(random, draw, (r) => r > 0 || !needsOne),
    reference([x], { begin, end, keepDims }) {
      const kept = keepDims ? new Array<number>(end - begin).fill(1) : [];
      const values = Float64Array.from(groups(x, begin, end), f);
      return [{ shape: [...x.shape.slice(0, begin), ...kept, ...x.shape.slice(end)], dtype: "float32", values }];
    },
    bound,
    gradientBound: { relative: 1e-6, absolute: 1e-6 },
    refusals: [
      refusesInt32(name, call),
      {
        call: () => call(ones([2, 3]), 2),
        error: ShapeError,
        text: `${name}: axis 2 is out of range for a tensor of rank 2; expected an integer in [-2, 2).`,
      },
      {
        call: () => call(ones([2, 3]), { axis: 1 } as never),
        error: UsageError,
        text: `${name}: axis has the wrong type; expected a number, an array of numbers, or undefined for all axes, got Object. Options come after the axis.`,
      },
      ...(needsOne
        ? [
            {
              call: () => call(zeros([2, 0]), 1),
              error: ShapeError,
              text: `${name}: there is nothing to compare; expected at least one element along the axes, got x [2, 0].`,
            },
          ]
        : []),
    ],
    flops: ([x]) => sizeOf(x.shape),
  };
}

const total = (group: readonly number[]): number => group.reduce((sum, x) => sum + x, 0);

/** Small whole numbers with ties and one NaN, for positions. */
function withTies(random: Random, shape: Shape): Operand {
  const x = Float64Array.from({ length: sizeOf(shape) }, () => random.integer(5));
  if (x.length > 20) x[17] = NaN;
  return operand(shape, x);
}

/** Position of the first NaN, else of the first extreme. */
function position(group: readonly number[], beats: (a: number, b: number) => boolean): number {
  let best = 0;
  for (const [k, value] of group.entries()) {
    if (Number.isNaN(value)) return k;
    if (beats(value, group[best])) best = k;
  }
  return best;
}

function positionRow(
  name: string,
  call: (x: Tensor, axis?: number) => unknown,
  beats: (a: number, b: number) => boolean,
): Row<number> {
  return {
    samples: (random) =>
      runs
        .filter(([shape, begin, end]) => end - begin === 1 && shape[begin] > 0)
        .map(([shape, axis]) => ({
          title: `x ${shown(shape)}, axis ${axis}`,
          inputs: [withTies(random, shape)],
          attributes: axis,
        })),
    reference([x], axis) {
      const values = Float64Array.from(groups(x, axis, axis + 1), (group) => position(group, beats));
      return [{ shape: x.shape.toSpliced(axis, 1), dtype: "int32", values }];
    },
    bound: ulps(0),
    refusals: [
      refusesInt32(name, call),
      {
        call: () => call(tensor(1)),
        error: ShapeError,
        text: `${name}: axis -1 is out of range for a tensor of rank 0; expected an integer in [0, 0).`,
      },
      {
        call: () => call(zeros([0, 2]), 0),
        error: ShapeError,
        text: `${name}: there is nothing to compare; expected at least one element along the axis, got x [0, 2].`,
      },
    ],
    flops: ([x]) => sizeOf(x.shape),
  };
}

export const rows: Rows<typeof reduceFile & typeof argExtremesFile> = {
  sumOp: reduceRow({
    name: "sum",
    call: ops.sum,
    f: total,
    draw: (random, shape) => normal(random, shape),
    needsOne: false,
    bound: { relative: 3e-7, absolute: 1e-5 },
  }),
  meanOp: reduceRow({
    name: "mean",
    call: ops.mean,
    f: (group) => total(group) / group.length,
    draw: (random, shape) => normal(random, shape),
    needsOne: false,
    bound: { relative: 4e-7, absolute: 3e-7 },
  }),
  prodOp: reduceRow({
    name: "prod",
    call: ops.prod,
    f: (group) => group.reduce((product, x) => product * x, 1),
    draw: (random, shape) => generate(shape, (i) => random.uniform(0.99, 1.01) * (i % 3 === 0 ? -1 : 1)),
    needsOne: false,
    bound: { relative: 1e-7, absolute: 0 },
  }),
  maxOp: reduceRow({
    name: "max",
    call: ops.max,
    f: (group) => Math.max(...group),
    draw: distinct,
    needsOne: true,
    bound: ulps(0),
  }),
  minOp: reduceRow({
    name: "min",
    call: ops.min,
    f: (group) => Math.min(...group),
    draw: distinct,
    needsOne: true,
    bound: ulps(0),
  }),
  argMaxOp: positionRow("argMax", ops.argMax, (a, b) => a > b),
  argMinOp: positionRow("argMin", ops.argMin, (a, b) => a < b),
};
