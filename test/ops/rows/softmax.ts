/** Rows of softmax and log-softmax. */
import { ShapeError } from "../../../src/errors.js";
import * as ops from "../../../src/ops/index.js";
import { ones } from "../../../src/tensor/create.js";
import { type Shape, sizeOf } from "../../../src/tensor/shape.js";
import type { Tensor } from "../../../src/tensor/tensor.js";
import { type Operand, normal, sizesAround } from "../../support/operands.js";
import { refusesInt32 } from "./elementwise.js";
import type * as softmaxFile from "../../../src/ops/norm/softmax.js";
import type { Row, Rows } from "../row.js";

/** log Σ exp over each row of the last axis. */
export function logSumExp({ shape, values }: Operand): number[] {
  const columns = shape[shape.length - 1];
  const rows: number[] = [];
  for (let at = 0; at < values.length; at += columns) {
    const row = values.subarray(at, at + columns);
    const most = Math.max(...row);
    rows.push(most + Math.log(row.reduce((sum, x) => sum + Math.exp(x - most), 0)));
  }
  return rows;
}

const shapes: readonly Shape[] = [
  [0, 3],
  [2, 0],
  [7],
  ...sizesAround(8).map((n) => [3, n]),
  [19, 4],
  [2, 3, 5],
  [1, 4100],
];

function softmaxRow(name: string, call: (x: Tensor) => unknown, f: (x: number, lse: number) => number): Row<undefined> {
  return {
    samples: (random) =>
      shapes.map((shape) => ({
        title: `x [${shape.join(", ")}]`,
        inputs: [normal(random, shape, 5, 3)],
        attributes: undefined,
      })),
    reference([x]) {
      const lse = logSumExp(x);
      const columns = x.shape[x.shape.length - 1];
      return [{ ...x, values: x.values.map((value, i) => f(value, lse[Math.floor(i / columns)])) }];
    },
    bound: { relative: 1e-6, absolute: 1e-6 },
    refusals: [
      refusesInt32(name, call),
      {
        call: () => call(ones([])),
        error: ShapeError,
        text: `${name}: a scalar has no axis; expected rank ≥ 1, got x Tensor().`,
      },
    ],
    flops: ([x]) => 5 * sizeOf(x.shape),
  };
}

export const rows: Rows<typeof softmaxFile> = {
  softmaxOp: softmaxRow("softmax", ops.softmax, (x, lse) => Math.exp(x - lse)),
  logSoftmaxOp: softmaxRow("logSoftmax", ops.logSoftmax, (x, lse) => x - lse),
};
