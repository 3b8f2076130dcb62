/** Rows of floor, round and sign. Their gradient is 0. */
import * as ops from "../../../../src/ops/index.js";
import type * as roundingFile from "../../../../src/ops/pointwise/rounding.js";
import type { Random } from "../../../../src/tensor/random.js";
import type { Shape } from "../../../../src/tensor/shape.js";
import { type Operand, normalAway } from "../../../support/operands.js";
import type { Rows } from "../../row.js";
import { ulps, unaryRow } from "../elementwise.js";

/** Away from the steps of both functions, which are at multiples of ½. */
const steps = Array.from({ length: 81 }, (_, i) => i / 2 - 20);
const draw = (random: Random, shape: Shape): Operand => normalAway(random, shape, steps);
const bounds = { bound: ulps(0), gradientBound: ulps(0) };

export const rows: Rows<typeof roundingFile> = {
  floorOp: unaryRow({ name: "floor", call: ops.floor, f: Math.floor, draw, ...bounds }),
  roundOp: unaryRow({ name: "round", call: ops.round, f: Math.round, draw, ...bounds }),
  signOp: unaryRow({ name: "sign", call: ops.sign, f: Math.sign, draw, ...bounds }),
};
