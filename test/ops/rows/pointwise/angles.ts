/** Rows of the functions of angles. */
import * as ops from "../../../../src/ops/index.js";
import type * as anglesFile from "../../../../src/ops/pointwise/angles.js";
import { normal, uniform } from "../../../support/operands.js";
import type { Rows } from "../../row.js";
import { ulps, unaryRow } from "../elementwise.js";

export const rows: Rows<typeof anglesFile> = {
  sinOp: unaryRow({
    name: "sin",
    call: ops.sin,
    f: Math.sin,
    draw: (random, shape) => normal(random, shape, 0, 5),
    bound: ulps(0.51),
    gradientBound: ulps(4, 1e-6),
    flops: 20,
  }),
  cosOp: unaryRow({
    name: "cos",
    call: ops.cos,
    f: Math.cos,
    draw: (random, shape) => normal(random, shape, 0, 5),
    bound: ulps(0.51),
    gradientBound: ulps(4, 1e-6),
    flops: 20,
  }),
  tanOp: unaryRow({
    name: "tan",
    call: ops.tan,
    f: Math.tan,
    draw: (random, shape) => uniform(random, shape, -1.4, 1.4), // away from the pole, where differences are inexact
    bound: ulps(0.51),
    gradientBound: ulps(8, 1e-5),
    flops: 20,
  }),
  atanOp: unaryRow({
    name: "atan",
    call: ops.atan,
    f: Math.atan,
    draw: (random, shape) => normal(random, shape, 0, 3),
    bound: ulps(0.51),
    gradientBound: ulps(4, 1e-6),
    flops: 20,
  }),
};
