/** Rows of the arithmetic of two operands. */
import { ShapeError } from "../../../../src/errors.js";
import * as ops from "../../../../src/ops/index.js";
import { ones } from "../../../../src/tensor/create.js";
import type { Random } from "../../../../src/tensor/random.js";
import { sizeOf, type Shape } from "../../../../src/tensor/shape.js";
import type { Tensor } from "../../../../src/tensor/tensor.js";
import type { Bound } from "../../../support/compare.js";
import { type Operand, distinct, normal, uniform } from "../../../support/operands.js";
import { broadcastPairs, broadcastReference, broadcastShape, refusesInt32, ulps } from "../elementwise.js";
import type * as arithmeticFile from "../../../../src/ops/pointwise/arithmetic.js";
import type { Row, Rows } from "../../row.js";

interface BinaryRow {
  readonly name: string;
  readonly call: (a: Tensor, b: Tensor) => unknown;
  readonly f: (a: number, b: number) => number;
  readonly draw?: (random: Random, a: Shape, b: Shape) => readonly [Operand, Operand];
  readonly bound: Bound;
  readonly gradientBound: Bound;
}

function binaryRow({ name, call, f, draw, bound, gradientBound }: BinaryRow): Row<undefined> {
  const both = draw ?? ((random, a, b) => [normal(random, a), normal(random, b)]);
  return {
    samples: (random) =>
      broadcastPairs.map(([a, b]) => ({
        title: `a [${a.join(", ")}], b [${b.join(", ")}]`,
        inputs: both(random, a, b),
        attributes: undefined,
      })),
    reference: ([a, b]) => [broadcastReference(f, a, b)],
    bound,
    gradientBound,
    refusals: [
      refusesInt32(name, (x) => call(x, ones([2])), "a"),
      refusesInt32(name, (x) => call(ones([2]), x), "b"),
      {
        call: () => call(ones([2, 3]), ones([2, 4])),
        error: ShapeError,
        text: `${name}: shapes do not broadcast; expected equal sizes or 1, aligned at the last axis, got a [2, 3] and b [2, 4].`,
      },
    ],
    flops: ([a, b]) => sizeOf(broadcastShape(a.shape, b.shape)),
  };
}

/** Operands no two elements of which are closer than 0.01: maxima without ties. */
function apart(random: Random, a: Shape, b: Shape): readonly [Operand, Operand] {
  const all = distinct(random, [sizeOf(a) + sizeOf(b)]).values;
  return [
    { shape: a, dtype: "float32", values: all.slice(0, sizeOf(a)) },
    { shape: b, dtype: "float32", values: all.slice(sizeOf(a)) },
  ];
}

export const rows: Rows<typeof arithmeticFile> = {
  addOp: binaryRow({
    name: "add",
    call: ops.add,
    f: (a, b) => a + b,
    bound: ulps(0.5),
    gradientBound: ulps(4, 1e-6),
  }),
  subOp: binaryRow({
    name: "sub",
    call: ops.sub,
    f: (a, b) => a - b,
    bound: ulps(0.5),
    gradientBound: ulps(4, 1e-6),
  }),
  mulOp: binaryRow({
    name: "mul",
    call: ops.mul,
    f: (a, b) => a * b,
    bound: ulps(0.5),
    gradientBound: ulps(4, 1e-6),
  }),
  divOp: binaryRow({
    name: "div",
    call: ops.div,
    f: (a, b) => a / b,
    draw: (random, a, b) => [normal(random, a), uniform(random, b, 0.5, 2)],
    bound: ulps(0.5),
    gradientBound: ulps(8, 2e-6),
  }),
  maximumOp: binaryRow({
    name: "maximum",
    call: ops.maximum,
    f: Math.max,
    draw: apart,
    bound: ulps(0),
    gradientBound: ulps(4, 1e-6),
  }),
  minimumOp: binaryRow({
    name: "minimum",
    call: ops.minimum,
    f: Math.min,
    draw: apart,
    bound: ulps(0),
    gradientBound: ulps(4, 1e-6),
  }),
};
