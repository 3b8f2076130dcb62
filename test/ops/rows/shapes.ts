/** Rows of the ops that move elements: reshape, transpose, concat, slice, pad, broadcastTo; and of the casts. */
import { ShapeError, UsageError } from "../../../src/errors.js";
import * as ops from "../../../src/ops/index.js";
import { ones, tensor } from "../../../src/tensor/create.js";
import type { DType } from "../../../src/runtime/memory.js";
import type { Random } from "../../../src/tensor/random.js";
import { type Shape, sizeOf } from "../../../src/tensor/shape.js";
import { type Operand, generate, integers, normal, sizesAround } from "../../support/operands.js";
import { indices, refusesInt32, ulps } from "./elementwise.js";
import type * as sliceFile from "../../../src/ops/shape/slice.js";
import type * as broadcastToFile from "../../../src/ops/shape/broadcastTo.js";
import type * as castFile from "../../../src/ops/pointwise/cast.js";
import type * as reshapeFile from "../../../src/ops/shape/reshape.js";
import type * as transposeFile from "../../../src/ops/shape/transpose.js";
import type * as concatFile from "../../../src/ops/shape/concat.js";
import type { Refusal, Rows } from "../row.js";

/** Values are copied: nothing is lost. */
const exact = ulps(0);
const gradientBound = { relative: 1e-6, absolute: 1e-6 };

/** A tensor of `shape` whose element at `index` is `value(index)`. */
function build(shape: Shape, value: (index: readonly number[]) => number, dtype: DType): Operand {
  return { shape, dtype, values: Float64Array.from(indices(shape), value) };
}

/** Element `index` of x. */
function at({ shape, values }: Operand, index: readonly number[]): number {
  return values[shape.reduce((flat, size, axis) => flat * size + index[axis], 0)];
}

const bytes = (): ReturnType<typeof tensor> => tensor(Uint8Array.of(1, 2));

/** uint8 where elements of four bytes are needed. */
const refusesBytes = (op: string, call: () => unknown, operand = "x"): Refusal => ({
  call,
  error: ShapeError,
  text: `${op}: ${operand} has the wrong dtype; expected float32 or int32, got ${operand} uint8 Tensor(2).`,
});

function generateBytes(random: Random, n: number): Operand {
  return generate([n], () => random.integer(256), "uint8");
}

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

const boxes: readonly (readonly [Shape, readonly number[], Shape])[] = [
  [[5], [1], [3]],
  [
    [5, 7],
    [0, 0],
    [5, 7],
  ],
  [
    [5, 7],
    [2, 3],
    [3, 4],
  ],
  [
    [5, 7],
    [5, 0],
    [0, 7],
  ],
  [
    [0, 3],
    [0, 1],
    [0, 2],
  ],
  [
    [2, 35],
    [1, 16],
    [1, 17],
  ],
  [
    [3, 4, 5, 6, 2],
    [1, 1, 1, 1, 0],
    [2, 2, 3, 4, 1],
  ],
  [[], [], []],
];

const repeats: readonly (readonly [Shape, Shape])[] = [
  [[], [35]],
  [[3], [0, 3]],
  [[5], [5]],
  [[5], [1, 5]],
  [
    [1, 5],
    [4, 5],
  ],
  [
    [17, 1],
    [17, 19],
  ],
  [
    [2, 1, 3],
    [4, 2, 5, 3],
  ],
  [
    [2, 1, 2, 1, 2],
    [2, 3, 2, 3, 2],
  ],
];

export const rows: Rows<
  typeof sliceFile &
    typeof broadcastToFile &
    typeof castFile &
    typeof reshapeFile &
    typeof transposeFile &
    typeof concatFile
> = {
  sliceOp: {
    samples: (random) =>
      boxes.flatMap(([shape, begin, size]) =>
        [normal(random, shape), integers(random, shape, 99)].map((x) => ({
          title: `${x.dtype} [${shape.join(", ")}] from [${begin.join(", ")}], sizes [${size.join(", ")}]`,
          inputs: [x],
          attributes: { begin, size },
        })),
      ),
    reference: ([x], { begin, size }) => [
      build(
        size,
        (index) =>
          at(
            x,
            index.map((i, axis) => i + begin[axis]),
          ),
        x.dtype,
      ),
    ],
    bound: exact,
    gradientBound,
    refusals: [
      refusesBytes("slice", () => ops.slice(bytes(), [0])),
      {
        call: () => ops.slice(ones([2, 3]), [1, 1], [1, 3]),
        error: ShapeError,
        text: "slice: the slice is not inside x; expected begin and size within x [2, 3], got begin [1, 1], size [1, 3].",
      },
    ],
    flops: ([x]) => sizeOf(x.shape),
  },
  padOp: {
    samples: (random) =>
      (
        [
          [[5], [[1, 2]]],
          [
            [0, 2],
            [
              [1, 0],
              [0, 0],
            ],
          ],
          [
            [3, 17],
            [
              [0, 0],
              [2, 1],
            ],
          ],
          [
            [2, 3, 4],
            [
              [1, 1],
              [0, 2],
              [3, 0],
            ],
          ],
          [[], []],
        ] as const
      ).map(([shape, paddings], i) => ({
        title: `[${shape.join(", ")}] by ${JSON.stringify(paddings)}`,
        inputs: [normal(random, shape)],
        attributes: { paddings, value: i - 1 },
      })),
    reference: ([x], { paddings, value }) => [
      build(
        x.shape.map((n, axis) => n + paddings[axis][0] + paddings[axis][1]),
        (index) => {
          const inside = index.map((i, axis) => i - paddings[axis][0]);
          return inside.every((i, axis) => i >= 0 && i < x.shape[axis]) ? at(x, inside) : value;
        },
        "float32",
      ),
    ],
    bound: exact,
    gradientBound,
    refusals: [
      refusesInt32("pad", (x) => ops.pad(x, [[0, 1]])),
      {
        call: () => ops.pad(ones([2, 3]), [[0, 1]]),
        error: ShapeError,
        text: "pad: paddings do not fit x; expected [before, after] ≥ 0 for each axis of x [2, 3], got [[0, 1]].",
      },
      {
        call: () => ops.pad(ones([2]), [[-1, 1]]),
        error: ShapeError,
        text: "pad: paddings do not fit x; expected [before, after] ≥ 0 for each axis of x [2], got [[-1, 1]].",
      },
    ],
    flops: ([x]) => sizeOf(x.shape),
  },
  broadcastToOp: {
    samples: (random) =>
      repeats.flatMap(([from, to]) =>
        [normal(random, from), integers(random, from, 99)].map((x) => ({
          title: `${x.dtype} [${from.join(", ")}] to [${to.join(", ")}]`,
          inputs: [x],
          attributes: to,
        })),
      ),
    reference: ([x], shape) => {
      const shift = shape.length - x.shape.length;
      const place = (index: readonly number[]): number[] =>
        x.shape.map((n, axis) => (n === 1 ? 0 : index[axis + shift]));
      return [build(shape, (index) => at(x, place(index)), x.dtype)];
    },
    bound: exact,
    gradientBound: { relative: 1e-6, absolute: 1e-5 },
    refusals: [
      refusesBytes("broadcastTo", () => ops.broadcastTo(bytes(), [2])),
      {
        call: () => ops.broadcastTo(ones([2, 3]), [3]),
        error: ShapeError,
        text: "broadcastTo: x does not broadcast to the shape; expected a shape that x [2, 3] broadcasts to, got [3].",
      },
      {
        call: () => ops.broadcastTo(ones([3]), [1, 1]),
        error: ShapeError,
        text: "broadcastTo: x does not broadcast to the shape; expected a shape that x [3] broadcasts to, got [1, 1].",
      },
    ],
    flops: (_, shape) => sizeOf(shape),
  },
  castOp: {
    samples: (random) =>
      [0, ...sizesAround(16)].flatMap((n) => [
        { title: `float32 [${n}] to int32`, inputs: [normal(random, [n], 0, 100)], attributes: "int32" as const },
        { title: `int32 [${n}] to float32`, inputs: [integers(random, [n], 2 ** 31)], attributes: "float32" as const },
        { title: `uint8 [${n}] to float32`, inputs: [generateBytes(random, n)], attributes: "float32" as const },
        { title: `uint8 [${n}] to int32`, inputs: [generateBytes(random, n)], attributes: "int32" as const },
      ]),
    reference: ([x], dtype) => [{ ...x, dtype, values: x.values.map(dtype === "int32" ? Math.trunc : Math.fround) }],
    bound: exact,
    refusals: [
      {
        call: () => ops.cast(ones([2]), "uint8" as never),
        error: UsageError,
        text: 'cast: dtype is out of range; expected "float32" or "int32", got "uint8".',
      },
    ],
    flops: ([x]) => sizeOf(x.shape),
  },
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
        text: "squeeze: axis 0 does not have size 1; got x [2, 1].",
      },
      {
        call: () => ops.squeeze(ones([1]), 2),
        error: ShapeError,
        text: "squeeze: axis 2 is out of range for a tensor of rank 1; expected an integer in [-1, 1).",
      },
      {
        call: () => ops.expandDims(ones([2]), 2),
        error: ShapeError,
        text: "expandDims: axis 2 is out of range for a tensor of rank 2; expected an integer in [-2, 2).",
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
        text: "transpose: axes are not a permutation; expected each axis of x Tensor(2, 3) once, got [0, 0].",
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
      refusesBytes("concat", () => ops.concat([bytes()]), "tensors[0]"),
      {
        call: () => ops.concat([]),
        error: ShapeError,
        text: "concat: there is nothing to join; expected an array of at least one tensor.",
      },
      {
        call: () => ops.concat([ones([2, 3]), ones([2, 3, 1])], 1),
        error: ShapeError,
        text: "concat: the tensors do not fit together; expected float32 [2, 3] except along axis 1, got tensors[1] float32 [2, 3, 1].",
      },
      {
        call: () => ops.concat([ones([2]), 3 as never]),
        error: UsageError,
        text: "concat: tensors[1] is not a tensor; expected a Tensor, got 3. Make one with tensor(values).",
      },
      {
        call: () => ops.stack([ones([2]), ones([3])]),
        error: ShapeError,
        text: "stack: the tensors differ in shape; expected [2], got [3].",
      },
    ],
    flops: (inputs) => inputs.reduce((sum, x) => sum + sizeOf(x.shape), 0),
  },
};
