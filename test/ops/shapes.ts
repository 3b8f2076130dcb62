/** Rows of the ops that move elements: reshape, transpose, concat. */
import { ShapeError, UsageError } from "../../src/errors.js";
import * as ops from "../../src/ops/index.js";
import { ones, tensor } from "../../src/tensor/create.js";
import type { DType } from "../../src/runtime/memory.js";
import { type Shape, sizeOf } from "../../src/tensor/shape.js";
import { type Operand, integers, normal } from "../support/operands.js";
import { indices, ulps } from "./elementwise.js";
import type { Refusal, Table } from "./row.js";

/** Values are copied: nothing is lost. */
const exact = ulps(0);
const gradientBound = { relative: 1e-6, absolute: 1e-6 };

/** A tensor of `shape` whose element at `index` is `value(index)`. */
function build(shape: Shape, value: (index: readonly number[]) => number, dtype: DType): Operand {
  return { shape, dtype, values: Float64Array.from(indices(shape), value) };
}

/** Element `index` of x. */
export function at({ shape, values }: Operand, index: readonly number[]): number {
  return values[shape.reduce((flat, size, axis) => flat * size + index[axis], 0)];
}

const bytes = (): ReturnType<typeof tensor> => tensor(Uint8Array.of(1, 2));

/** uint8 where elements of four bytes are needed. */
const refusesBytes = (op: string, call: () => unknown, operand = "x"): Refusal => ({
  call,
  error: ShapeError,
  text: `${op}: ${operand} has the wrong dtype; expected float32 or int32, got ${operand} uint8 Tensor(2).`,
});

const permutations: readonly (readonly [Shape, readonly number[]])[] = [
  [
    [0, 3],
    [1, 0],
  ],
  [[], []],
  [[5], [0]],
  [
    [4, 4],
    [1, 0],
  ],
  [
    [3, 17],
    [1, 0],
  ],
  [
    [19, 35],
    [1, 0],
  ],
  [
    [2, 3, 5],
    [0, 2, 1],
  ],
  [
    [2, 3, 5],
    [2, 0, 1],
  ],
  [
    [3, 4, 5, 6],
    [0, 3, 1, 2],
  ],
  [
    [2, 3, 2, 3, 2, 3],
    [5, 3, 1, 4, 2, 0],
  ],
];

const joins: readonly (readonly [readonly Shape[], number])[] = [
  [
    [
      [2, 3],
      [2, 3],
    ],
    0,
  ],
  [
    [
      [2, 3],
      [2, 16],
      [2, 1],
    ],
    1,
  ],
  [
    [
      [0, 3],
      [2, 3],
    ],
    0,
  ],
  [
    [
      [4, 1, 5],
      [4, 3, 5],
    ],
    1,
  ],
  [[[5]], 0],
  [
    [
      [3, 0],
      [3, 4],
    ],
    1,
  ],
];

export const rows = {
  reshapeOp: {
    samples: (random) =>
      (
        [
          [
            [0, 3],
            [3, 0],
          ],
          [[], [1, 1]],
          [
            [4, 6],
            [2, 12],
          ],
          [[35], [5, 7]],
        ] as const
      ).map(([shape, to]) => ({
        title: `[${shape.join(", ")}] to [${to.join(", ")}]`,
        inputs: [normal(random, shape)],
        attributes: to,
      })),
    reference: ([x], shape) => [{ ...x, shape }],
    bound: exact,
    gradientBound,
    refusals: [
      {
        call: () => ops.reshape(ones([2, 3]), [4, -1]),
        error: ShapeError,
        text: "reshape: number of elements differs; expected 6 elements, as x [2, 3], got [4, -1].",
      },
      {
        call: () => ops.squeeze(ones([2, 1]), 0),
        error: ShapeError,
        text: "squeeze: axis 0 is no axis of one; expected size 1, got x [2, 1].",
      },
      {
        call: () => ops.expandDims(ones([2]), 2),
        error: ShapeError,
        text: "expandDims: axis out of range; expected an integer in [-2, 2), got 2.",
      },
    ],
    flops: () => 0,
  },
  transposeOp: {
    samples: (random) =>
      permutations.flatMap(([shape, axes]) =>
        [normal(random, shape), integers(random, shape, 1000)].map((x) => ({
          title: `${x.dtype} [${shape.join(", ")}] by [${axes.join(", ")}]`,
          inputs: [x],
          attributes: axes,
        })),
      ),
    reference: ([x], axes) => [
      build(
        axes.map((axis) => x.shape[axis]),
        (index) =>
          at(
            x,
            x.shape.map((_, axis) => index[axes.indexOf(axis)]),
          ),
        x.dtype,
      ),
    ],
    bound: exact,
    gradientBound,
    refusals: [
      refusesBytes("transpose", () => ops.transpose(bytes())),
      {
        call: () => ops.transpose(ones([2, 3]), [0, 0]),
        error: ShapeError,
        text: "transpose: axes are no permutation; expected each axis of x Tensor(2, 3) once, got [0, 0].",
      },
    ],
    flops: ([x]) => sizeOf(x.shape),
  },
  concatOp: {
    samples: (random) =>
      joins.flatMap(([shapes, axis]) =>
        [shapes.map((shape) => normal(random, shape)), shapes.map((shape) => integers(random, shape, 9))].map(
          (inputs) => ({
            title: `${inputs[0].dtype} ${shapes.map((shape) => `[${shape.join(", ")}]`).join(", ")} along ${axis}`,
            inputs,
            attributes: axis,
          }),
        ),
      ),
    reference(inputs, axis) {
      const ends = inputs.map((_, i) => inputs.slice(0, i + 1).reduce((sum, x) => sum + x.shape[axis], 0));
      const value = (index: readonly number[]): number => {
        const i = ends.findIndex((end) => index[axis] < end);
        return at(inputs[i], index.with(axis, index[axis] - (ends[i - 1] ?? 0)));
      };
      return [build(inputs[0].shape.with(axis, ends.at(-1)!), value, inputs[0].dtype)];
    },
    bound: exact,
    gradientBound,
    refusals: [
      refusesBytes("concat", () => ops.concat([bytes()]), "operand 0"),
      {
        call: () => ops.concat([]),
        error: ShapeError,
        text: "concat: nothing to join; expected an array of one tensor or more.",
      },
      {
        call: () => ops.concat([ones([2, 3]), ones([2, 3, 1])], 1),
        error: ShapeError,
        text: "concat: operands do not fit; expected float32 [2, 3] but for axis 1, got operand 1 float32 [2, 3, 1].",
      },
      {
        call: () => ops.concat([ones([2]), 3 as never]),
        error: UsageError,
        text: "concat: operand 1 is not a tensor; expected a Tensor, got 3. Make one by tensor(values).",
      },
      {
        call: () => ops.stack([ones([2]), ones([3])]),
        error: ShapeError,
        text: "stack: shapes differ; expected [2], got [3].",
      },
    ],
    flops: (inputs) => inputs.reduce((sum, x) => sum + sizeOf(x.shape), 0),
  },
} satisfies Partial<Table>;
