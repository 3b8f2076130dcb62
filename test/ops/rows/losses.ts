/** Rows of the losses, and of the mean over their samples. */
import { ShapeError, UsageError } from "../../../src/errors.js";
import { apply } from "../../../src/ops/defineOp.js";
import * as ops from "../../../src/ops/index.js";
import { totalLossOp } from "../../../src/ops/loss/totalLoss.js";
import { ones, tensor } from "../../../src/tensor/create.js";
import { type Operand, integers, normal, probabilities, sizesAround, uniform } from "../../support/operands.js";
import type * as softmaxCrossEntropyFile from "../../../src/ops/loss/softmaxCrossEntropy.js";
import type * as totalLossFile from "../../../src/ops/loss/totalLoss.js";
import type * as weightedMeanFile from "../../../src/ops/loss/weightedMean.js";
import type { Rows } from "../row.js";
import { logSumExp } from "./softmax.js";

/** Targets as rows of probabilities, from labels or from rows. */
function targetRows({ values, dtype }: Operand, rows: number, columns: number): Float64Array {
  if (dtype === "float32") return values;
  const dense = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) dense[row * columns + values[row]] = 1;
  return dense;
}

const shapes = [[0, 3], [1, 1], ...sizesAround(8).map((C) => [3, C]), [19, 10], [2, 3, 5], [5, 4100]];

export const rows: Rows<typeof softmaxCrossEntropyFile & typeof totalLossFile & typeof weightedMeanFile> = {
  softmaxCrossEntropyOp: {
    samples: (random) =>
      shapes.flatMap((shape) =>
        [0, 0.1].flatMap((smoothing) =>
          [integers(random, shape.slice(0, -1), shape.at(-1)!), probabilities(random, shape)].map((targets) => ({
            title: `logits [${shape.join(", ")}], ${targets.dtype} targets, smoothing ${smoothing}`,
            inputs: [normal(random, shape, 1, 2), targets],
            attributes: smoothing,
          })),
        ),
      ),
    reference([logits, targets], smoothing) {
      const C = logits.shape.at(-1)!;
      const t = targetRows(targets, logits.values.length / C, C);
      const values = Float64Array.from(logSumExp(logits), (lse, row) => {
        let loss = 0;
        for (let c = row * C; c < (row + 1) * C; c++) {
          loss -= ((1 - smoothing) * t[c] + smoothing / C) * (logits.values[c] - lse);
        }
        return loss;
      });
      return [{ shape: logits.shape.slice(0, -1), dtype: "float32", values }];
    },
    bound: { relative: 1e-6, absolute: 1e-6 },
    refusals: [
      {
        call: () => ops.softmaxCrossEntropy(ones([2, 3]), ones([3, 2])),
        error: ShapeError,
        text: "softmaxCrossEntropy: the targets do not fit the logits; expected targets […, C] = [2, 3], got [3, 2].",
      },
      {
        call: () => ops.softmaxCrossEntropy(ones([2, 0]), ones([2, 0])),
        error: ShapeError,
        text: "softmaxCrossEntropy: there are no classes; expected logits […, C], C ≥ 1, got Tensor(2, 0).",
      },
      {
        call: () => ops.softmaxCrossEntropy(ones([2, 3]), ones([2, 3]), { labelSmoothing: 2 }),
        error: UsageError,
        text: "softmaxCrossEntropy: labelSmoothing is out of range; expected a number in [0, 1], got 2.",
      },
      {
        call: () => ops.softmaxCrossEntropy(ones([2, 3]), ones([2, 3], { requiresGrad: true })),
        error: UsageError,
        text: "softmaxCrossEntropy: targets cannot have a gradient here; expected a constant, got Tensor(2, 3), which requires one. Compute it inside noGrad().",
      },
    ],
    flops: ([logits]) => 6 * logits.values.length,
  },
  totalLossOp: {
    samples: (random) =>
      [[1], [0.5], [1, 1], [2, 0, -0.25]].map((factors) => ({
        title: `factors ${factors.join(", ")}`,
        inputs: factors.map(() => normal(random, [])),
        attributes: factors,
      })),
    reference(inputs, factors) {
      const sum = inputs.reduce((total, { values: [x] }, i) => total + factors[i] * x, 0);
      return [{ shape: [], dtype: "float32", values: Float64Array.of(sum) }];
    },
    bound: { relative: 1e-6, absolute: 2e-7 },
    refusals: [
      {
        call: () => apply(totalLossOp, [ones([2])], [1]),
        error: ShapeError,
        text: "totalLoss: a term is no scalar; got Tensor(2).",
      },
    ],
    flops: (inputs) => 2 * inputs.length,
  },
  weightedMeanOp: {
    samples: (random) =>
      [0, ...sizesAround(16), 5000].flatMap((n) =>
        [[normal(random, [n])], [normal(random, [n]), uniform(random, [n], 0, 2)]].map((inputs) => ({
          title: `losses [${n}]${inputs.length > 1 ? ", weights" : ""}`,
          inputs,
          attributes: undefined,
        })),
      ),
    reference([losses, weights]) {
      const { length } = losses.values;
      const sum = losses.values.reduce(
        (total, loss, i) => total + loss * (weights === undefined ? 1 : weights.values[i]),
        0,
      );
      return [{ shape: [], dtype: "float32", values: Float64Array.of(length === 0 ? 0 : sum / length) }];
    },
    bound: { relative: 1e-6, absolute: 2e-7 },
    refusals: [
      {
        call: () => ops.weightedMean(ones([3]), ones([2])),
        error: ShapeError,
        text: "weightedMean: weights do not fit; expected weights [n] with n = 3 losses, got Tensor(2).",
      },
      {
        call: () => ops.weightedMean(tensor([[1]])),
        error: ShapeError,
        text: "weightedMean: losses do not fit; expected losses [n], got Tensor(1, 1).",
      },
    ],
    flops: ([losses]) => 2 * losses.values.length,
  },
};
