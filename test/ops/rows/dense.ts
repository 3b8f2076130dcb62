/** The row of the dense layer. */
import { ShapeError } from "../../../src/errors.js";
import { dense } from "../../../src/ops/product/dense.js";
import type { FusedActivation } from "../../../src/ops/pointwise/activate.js";
import { ones } from "../../../src/tensor/create.js";
import type { Random } from "../../../src/tensor/random.js";
import { type Shape, rowsOf } from "../../../src/tensor/shape.js";
import { type Operand, normal } from "../../support/operands.js";
import { refusesInt32 } from "./elementwise.js";
import type * as denseFile from "../../../src/ops/product/dense.js";
import type { Sample, Rows } from "../row.js";

const functions: Readonly<Record<FusedActivation, (x: number) => number>> = {
  linear: (x) => x,
  relu: (x) => Math.max(x, 0),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  tanh: Math.tanh,
  leakyRelu: (x) => (x > 0 ? x : 0.2 * x),
  elu: (x) => (x > 0 ? x : Math.expm1(x)),
  selu: (x) => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * Math.expm1(x)),
  softplus: (x) => Math.log1p(Math.exp(x)),
  hardSigmoid: (x) => Math.min(Math.max(x / 6 + 0.5, 0), 1),
};

/** x of `shape` times W (I, O), then b. */
function preActivation([x, kernel, bias]: readonly Operand[]): Float64Array {
  const [I, O] = kernel.shape;
  const rows = rowsOf(x.shape);
  const z = new Float64Array(rows * O);
  for (let r = 0; r < rows; r++) {
    for (let o = 0; o < O; o++) {
      let sum = 0;
      for (let i = 0; i < I; i++) sum += x.values[r * I + i] * kernel.values[i * O + o];
      z[r * O + o] = sum + (bias === undefined ? 0 : bias.values[o]);
    }
  }
  return z;
}

/** Operands whose pre-activations keep away from the kinks at 0 and ±3. */
function draw(random: Random, shape: Shape, O: number, withBias: boolean): Operand[] {
  const I = shape[shape.length - 1];
  const inputs = [normal(random, shape), normal(random, [I, O], 0, 1.5 / Math.sqrt(I))];
  if (withBias) inputs.push(normal(random, [O]));
  const isNear = preActivation(inputs).some((z) => [-3, 0, 3].some((kink) => Math.abs(z - kink) < 2e-4));
  return isNear ? draw(random, shape, O, withBias) : inputs;
}

function sample(
  random: Random,
  shape: Shape,
  O: number,
  activation: FusedActivation,
  withBias = true,
): Sample<FusedActivation> {
  const title = `x [${shape.join(", ")}], ${O} outputs, ${activation}${withBias ? "" : ", no bias"}`;
  return { title, inputs: draw(random, shape, O, withBias), attributes: activation };
}

export const rows: Rows<typeof denseFile> = {
  denseOp: {
    samples: (random) => [
      ...(Object.keys(functions) as FusedActivation[]).map((name) => sample(random, [5, 7], 6, name)),
      ...[1, 5, 6, 7, 15].map((n) => sample(random, [n, 9], 11, "relu")),
      ...[1, 7, 8, 9, 19].map((O) => sample(random, [7, 12], O, "tanh")),
      sample(random, [13, 20], 17, "linear", false),
      sample(random, [13, 20], 17, "sigmoid", false),
      sample(random, [0, 4], 3, "relu"),
      sample(random, [3], 4, "tanh"),
      sample(random, [2, 3, 5], 4, "relu"),
      sample(random, [133, 3], 21, "sigmoid"),
    ],
    reference(inputs, activation) {
      const [{ shape }, kernel] = inputs;
      const values = preActivation(inputs).map(functions[activation]);
      return [{ shape: [...shape.slice(0, -1), kernel.shape[1]], dtype: "float32", values }];
    },
    bound: { relative: 2e-6, absolute: 2e-6 },
    gradientBound: { relative: 1e-5, absolute: 2e-5 },
    refusals: [
      {
        call: () => dense(ones([2, 3]), ones([4, 5]), undefined),
        error: ShapeError,
        text: "dense: input features differ; expected x [..., I] with I = 4 (kernel [I, O] = [4, 5]), got x [2, 3].",
      },
      {
        call: () => dense(ones([2, 3]), ones([3]), undefined),
        error: ShapeError,
        text: "dense: kernel must have shape [I, O]; got kernel [3].",
      },
      {
        call: () => dense(ones([2, 3]), ones([3, 5]), ones([4])),
        error: ShapeError,
        text: "dense: the bias does not fit; expected bias [O] with O = 5 (kernel [I, O] = [3, 5]), got bias [4].",
      },
      refusesInt32("dense", (x) => dense(x, ones([2, 2]), undefined)),
    ],
    flops: ([x, kernel]) => 2 * rowsOf(x.shape) * kernel.shape[0] * kernel.shape[1],
  },
};
