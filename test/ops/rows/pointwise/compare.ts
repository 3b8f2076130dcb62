/** Rows of the comparisons and of the choice by a condition. */
import { ShapeError } from "../../../../src/errors.js";
import * as ops from "../../../../src/ops/index.js";
import { ones, zeros } from "../../../../src/tensor/create.js";
import { sizeOf } from "../../../../src/tensor/shape.js";
import type { Tensor } from "../../../../src/tensor/tensor.js";
import { integers, normal } from "../../../support/operands.js";
import {
  broadcastPairs,
  broadcastReference,
  broadcastShape,
  elementwiseShapes,
  refusesInt32,
  ulps,
} from "../elementwise.js";
import type * as compareFile from "../../../../src/ops/pointwise/compare.js";
import type * as whereFile from "../../../../src/ops/pointwise/where.js";
import type { Row, Rows } from "../../row.js";

function comparisonRow(
  name: string,
  call: (a: Tensor, b: Tensor) => unknown,
  holds: (a: number, b: number) => boolean,
): Row<undefined> {
  return {
    samples: (random) =>
      broadcastPairs.flatMap(([a, b]) => {
        // few values, so that many are equal
        const [x, y] = [integers(random, a, 4), integers(random, b, 4)];
        return (["int32", "float32"] as const).map((dtype) => ({
          title: `${dtype} a [${a.join(", ")}], b [${b.join(", ")}]`,
          inputs: [
            { ...x, dtype },
            { ...y, dtype },
          ],
          attributes: undefined,
        }));
      }),
    reference: ([a, b]) => [broadcastReference((x, y) => (holds(x, y) ? 1 : 0), a, b)],
    bound: ulps(0),
    refusals: [
      {
        call: () => call(ones([2]), zeros([2], { dtype: "int32" })),
        error: ShapeError,
        text: `${name}: dtypes differ; expected b float32, as a, got b int32 Tensor(2). Use cast().`,
      },
      {
        call: () => call(ones([2]), ones([3])),
        error: ShapeError,
        text: `${name}: shapes do not broadcast; expected equal sizes or 1, aligned at the last axis, got a [2] and b [3].`,
      },
    ],
    flops: ([a, b]) => sizeOf(broadcastShape(a.shape, b.shape)),
  };
}

export const rows: Rows<typeof compareFile & typeof whereFile> = {
  equalOp: comparisonRow("equal", ops.equal, (a, b) => a === b),
  notEqualOp: comparisonRow("notEqual", ops.notEqual, (a, b) => a !== b),
  lessOp: comparisonRow("less", ops.less, (a, b) => a < b),
  lessEqualOp: comparisonRow("lessEqual", ops.lessEqual, (a, b) => a <= b),
  greaterOp: comparisonRow("greater", ops.greater, (a, b) => a > b),
  greaterEqualOp: comparisonRow("greaterEqual", ops.greaterEqual, (a, b) => a >= b),
  whereOp: {
    samples: (random) =>
      elementwiseShapes.map((shape) => ({
        title: `[${shape.join(", ")}]`,
        inputs: [{ ...integers(random, shape, 2), dtype: "float32" }, normal(random, shape), normal(random, shape)],
        attributes: undefined,
      })),
    reference: ([condition, a, b]) => [
      { ...a, values: condition.values.map((value, i) => (value !== 0 ? a.values[i] : b.values[i])) },
    ],
    bound: ulps(0),
    gradientBound: { relative: 1e-6, absolute: 1e-6 },
    refusals: [
      refusesInt32("where", (x) => ops.where(x, ones([2]), ones([2])), "condition"),
      refusesInt32("where", (x) => ops.where(ones([2]), x, ones([2])), "a"),
      {
        call: () => ops.where(ones([2, 3]), ones([4]), 0),
        error: ShapeError,
        text: "where: shapes do not broadcast; expected equal sizes or 1, aligned at the last axis, got a [2, 3] and b [4].",
      },
    ],
    flops: ([condition]) => sizeOf(condition.shape),
  },
};
