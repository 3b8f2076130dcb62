/** Rows of the elementwise functions of one operand. */
import { UsageError } from "../../../../src/errors.js";
import * as ops from "../../../../src/ops/index.js";
import { tensor } from "../../../../src/tensor/create.js";
import { normalAway, uniform } from "../../../support/operands.js";
import { ulps, unaryRow } from "../elementwise.js";
import type * as unaryFile from "../../../../src/ops/pointwise/unary.js";
import type { Rows } from "../../row.js";

export const rows: Rows<typeof unaryFile> = {
  negateOp: unaryRow({
    name: "negate",
    call: ops.negate,
    f: (x) => -x,
    draw: (random, shape) => normalAway(random, shape, []),
    bound: ulps(0),
    gradientBound: ulps(4, 1e-6),
  }),
  expOp: unaryRow({
    name: "exp",
    call: ops.exp,
    f: Math.exp,
    draw: (random, shape) => uniform(random, shape, -20, 5),
    bound: ulps(0.97),
    gradientBound: ulps(8, 1e-6),
  }),
  logOp: unaryRow({
    name: "log",
    call: ops.log,
    f: Math.log,
    draw: (random, shape) => uniform(random, shape, 0.01, 20),
    bound: ulps(1.5),
    gradientBound: ulps(8, 1e-6),
  }),
  sqrtOp: unaryRow({
    name: "sqrt",
    call: ops.sqrt,
    f: Math.sqrt,
    draw: (random, shape) => uniform(random, shape, 0.01, 20),
    bound: ulps(0.5),
    gradientBound: ulps(8, 1e-6),
  }),
  squareOp: unaryRow({
    name: "square",
    call: ops.square,
    f: (x) => x * x,
    draw: (random, shape) => normalAway(random, shape, []),
    bound: ulps(0.5),
    gradientBound: ulps(8, 1e-6),
  }),
  absOp: unaryRow({
    name: "abs",
    call: ops.abs,
    f: Math.abs,
    draw: (random, shape) => normalAway(random, shape, [0]),
    bound: ulps(0),
    gradientBound: ulps(4, 1e-6),
  }),
  powOp: unaryRow({
    name: "pow",
    call: (x) => ops.pow(x, 3),
    f: (x, { exponent }) => x ** exponent,
    draw: (random, shape) => uniform(random, shape, 0.4, 4),
    attributes: [2, 0.5, -1, 0, 1, 3, -2.5].map((exponent) => ({ exponent })),
    bound: ulps(0.6),
    gradientBound: ulps(8, 1e-6),
    refusals: [
      {
        call: () => ops.pow(tensor([1]), NaN),
        error: UsageError,
        text: "pow: exponent must be a finite number; got NaN.",
      },
    ],
  }),
  clipOp: unaryRow({
    name: "clip",
    call: (x) => ops.clip(x, 0, 1),
    f: (x, { low, high }) => Math.min(Math.max(x, low), high),
    draw: (random, shape) => normalAway(random, shape, [-0.5, 1]),
    attributes: [
      { low: -0.5, high: 1 },
      { low: -Infinity, high: 1 },
    ],
    bound: ulps(0),
    gradientBound: ulps(4, 1e-6),
    refusals: [
      {
        call: () => ops.clip(tensor([1]), 1, 0),
        error: UsageError,
        text: "clip: the range is empty; expected low ≤ high, got [1, 0].",
      },
    ],
  }),
};
