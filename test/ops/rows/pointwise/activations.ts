/** Rows of the activation functions. */
import { UsageError } from "../../../../src/errors.js";
import * as ops from "../../../../src/ops/index.js";
import { tensor } from "../../../../src/tensor/create.js";
import { normalAway } from "../../../support/operands.js";
import { ulps, unaryRow } from "../elementwise.js";
import type * as activationFunctionsFile from "../../../../src/ops/pointwise/activationFunctions.js";
import type { Rows } from "../../row.js";

const seluAlpha = 1.6732632423543772;
const seluScale = 1.0507009873554805;

/** Φ, the distribution function of the standard normal, in float64: by its series near 0 and by a continued fraction in the tails. */
function normalCdf(x: number): number {
  const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  if (Math.abs(x) < 4) {
    let term = x;
    let sum = x;
    for (let n = 3; Math.abs(term) > 1e-18; n += 2) sum += term *= (x * x) / n;
    return 0.5 + density * sum;
  }
  let fraction = 0;
  for (let k = 60; k >= 1; k--) fraction = k / (Math.abs(x) + fraction);
  const tail = density / (Math.abs(x) + fraction);
  return x < 0 ? tail : 1 - tail;
}

/** A slope or alpha below 0 is refused. */
const refusesNegative = (op: "leakyRelu" | "elu", parameter: string) => ({
  call: () => ops[op](tensor([1]), -1),
  error: UsageError,
  text: `${op}: ${parameter} is out of range; expected ${parameter} ≥ 0, got -1.`,
});

export const rows: Rows<typeof activationFunctionsFile> = {
  sigmoidOp: unaryRow({
    name: "sigmoid",
    call: ops.sigmoid,
    f: (x) => 1 / (1 + Math.exp(-x)),
    draw: (random, shape) => normalAway(random, shape, []),
    bound: ulps(2.25),
    gradientBound: ulps(8, 1e-6),
  }),
  tanhOp: unaryRow({
    name: "tanh",
    call: ops.tanh,
    f: Math.tanh,
    draw: (random, shape) => normalAway(random, shape, []),
    bound: ulps(5.3),
    gradientBound: ulps(32, 1e-6),
  }),
  reluOp: unaryRow({
    name: "relu",
    call: ops.relu,
    f: (x) => Math.max(x, 0),
    draw: (random, shape) => normalAway(random, shape, [0]),
    bound: ulps(0),
    gradientBound: ulps(4, 1e-6),
  }),
  leakyReluOp: unaryRow({
    name: "leakyRelu",
    call: ops.leakyRelu,
    f: (x, { slope }) => (x > 0 ? x : Math.fround(slope) * x),
    draw: (random, shape) => normalAway(random, shape, [0]),
    attributes: [{ slope: 0.2 }, { slope: 0 }],
    bound: ulps(0.5),
    gradientBound: ulps(4, 1e-6),
    refusals: [refusesNegative("leakyRelu", "slope")],
  }),
  eluOp: unaryRow({
    name: "elu",
    call: ops.elu,
    f: (x, { alpha }) => (x > 0 ? x : Math.fround(alpha) * Math.expm1(x)),
    draw: (random, shape) => normalAway(random, shape, [0]),
    attributes: [{ alpha: 1 }, { alpha: 0.3 }],
    bound: ulps(3),
    gradientBound: ulps(8, 1e-6),
    refusals: [refusesNegative("elu", "alpha")],
  }),
  seluOp: unaryRow({
    name: "selu",
    call: ops.selu,
    f: (x) => seluScale * (x > 0 ? x : seluAlpha * Math.expm1(x)),
    draw: (random, shape) => normalAway(random, shape, [0]),
    bound: ulps(4),
    gradientBound: ulps(8, 1e-6),
  }),
  geluOp: unaryRow({
    name: "gelu",
    call: ops.gelu,
    f: (x) => x * normalCdf(x),
    draw: (random, shape) => normalAway(random, shape, []),
    bound: ulps(6),
    gradientBound: ulps(16, 1e-6),
  }),
  siluOp: unaryRow({
    name: "silu",
    call: ops.silu,
    f: (x) => x / (1 + Math.exp(-x)),
    draw: (random, shape) => normalAway(random, shape, []),
    bound: ulps(3),
    gradientBound: ulps(16, 1e-6),
  }),
  softplusOp: unaryRow({
    name: "softplus",
    call: ops.softplus,
    f: (x) => Math.log1p(Math.exp(x)),
    draw: (random, shape) => normalAway(random, shape, []),
    bound: ulps(3),
    gradientBound: ulps(16, 1e-6),
  }),
  hardSigmoidOp: unaryRow({
    name: "hardSigmoid",
    call: ops.hardSigmoid,
    f: (x) => Math.min(Math.max(x / 6 + 0.5, 0), 1),
    draw: (random, shape) => normalAway(random, shape, [-3, 3]),
    bound: ulps(2, 1e-7),
    gradientBound: ulps(4, 1e-6),
  }),
};
