/** Rows of the ops that move elements along axes, flip and roll, and of detach. */
import { ShapeError, UsageError } from "../../../src/errors.js";
import * as ops from "../../../src/ops/index.js";
import type * as detachFile from "../../../src/ops/shape/detach.js";
import type * as flipFile from "../../../src/ops/shape/flip.js";
import { ones, tensor } from "../../../src/tensor/create.js";
import { type Shape, sizeOf } from "../../../src/tensor/shape.js";
import { type Operand, normal } from "../../support/operands.js";
import type { Refusal, Row, Rows } from "../row.js";
import { indices, ulps } from "./elementwise.js";

/** x with element `from(index)` at each index. */
function moved({ shape, dtype, values }: Operand, from: (index: number[]) => number[]): Operand {
  const at = (index: number[]): number => shape.reduce((flat, size, axis) => flat * size + index[axis], 0);
  return { shape, dtype, values: Float64Array.from(indices(shape), (index) => values[at(from(index))]) };
}

const bounds = { bound: ulps(0), gradientBound: { relative: 1e-6, absolute: 1e-6 } };

const refusesBytes = (op: string, call: (x: ReturnType<typeof tensor>) => unknown): Refusal => ({
  call: () => call(tensor(Uint8Array.of(1, 2))),
  error: ShapeError,
  text: `${op}: x has the wrong dtype; expected float32 or int32, got x uint8 Tensor(2).`,
});

const flips: readonly (readonly [Shape, readonly number[]])[] = [
  [[0, 3], [1]],
  [[], []],
  [[5], [0]],
  [[19], [0]],
  [[4, 5], []],
  [[4, 17], [0]],
  [[4, 17], [1]],
  [
    [3, 4, 5],
    [0, 2],
  ],
  [
    [3, 1, 5],
    [0, 1, 2],
  ],
  [
    [2, 3, 2, 3, 2, 3],
    [1, 3, 5],
  ],
];

const rolls: readonly (readonly [Shape, number, number])[] = [
  [[0, 3], 1, 2],
  [[3, 0], 1, 0],
  [[5], 0, 0],
  [[5], 0, 2],
  [[35], 0, 34],
  [[4, 17], 0, 1],
  [[4, 17], 1, 5],
  [[2, 3, 4, 5], 2, 3],
];

const detachRow: Row<undefined> = {
  samples: (random) =>
    [[], [0, 2], [3, 5]].map((shape) => ({
      title: `x [${shape.join(", ")}]`,
      inputs: [normal(random, shape)],
      attributes: undefined,
    })),
  reference: ([x]) => [x],
  bound: ulps(0),
  refusals: [
    {
      call: () => ops.detach([1] as never),
      error: UsageError,
      text: "detach: x is not a tensor; expected a Tensor, got [1]. Make one with tensor(values).",
    },
  ],
  flops: () => 0,
};

export const rows: Rows<typeof flipFile & typeof detachFile> = {
  flipOp: {
    samples: (random) =>
      flips.map(([shape, axes]) => ({
        title: `x [${shape.join(", ")}], axes [${axes.join(", ")}]`,
        inputs: [normal(random, shape)],
        attributes: axes,
      })),
    reference: ([x], axes) => [
      moved(x, (index) => index.map((i, axis) => (axes.includes(axis) ? x.shape[axis] - 1 - i : i))),
    ],
    ...bounds,
    refusals: [
      refusesBytes("flip", (x) => ops.flip(x)),
      {
        call: () => ops.flip(ones([2]), 1),
        error: ShapeError,
        text: "flip: axis 1 is out of range for a tensor of rank 1; expected an integer in [-1, 1).",
      },
    ],
    flops: ([x]) => sizeOf(x.shape),
  },
  rollOp: {
    samples: (random) =>
      rolls.map(([shape, axis, shift]) => ({
        title: `x [${shape.join(", ")}], axis ${axis}, shift ${shift}`,
        inputs: [normal(random, shape)],
        attributes: { axis, shift },
      })),
    reference: ([x], { axis, shift }) => [
      moved(x, (index) => index.with(axis, (index[axis] - shift + x.shape[axis]) % x.shape[axis])),
    ],
    ...bounds,
    refusals: [
      refusesBytes("roll", (x) => ops.roll(x, 1)),
      {
        call: () => ops.roll(ones([2]), 0.5),
        error: UsageError,
        text: "roll: shift does not fit; expected one integer, got 0.5.",
      },
      {
        call: () => ops.roll(ones([2]), [1, 1], 0),
        error: UsageError,
        text: "roll: shift does not fit; expected as many integers as axes, 1, got [1, 1].",
      },
    ],
    flops: ([x]) => sizeOf(x.shape),
  },
  detachOp: detachRow,
};
