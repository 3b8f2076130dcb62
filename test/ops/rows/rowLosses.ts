/** Rows of the losses that compare prediction and target element by element, and of cross-entropy from probabilities. */
import { ShapeError, UsageError } from "../../../src/errors.js";
import { ones, tensor, zeros } from "../../../src/tensor/create.js";
import { drawNormal } from "../../../src/tensor/drawNormal.js";
import type { Random } from "../../../src/tensor/random.js";
import type { Shape } from "../../../src/tensor/shape.js";
import type { Bound } from "../../support/compare.js";
import {
  type Operand,
  generate,
  integers,
  normal,
  probabilities,
  sizesAround,
  uniform,
} from "../../support/operands.js";
import * as rowLosses from "../../../src/ops/loss/rowLosses.js";
import * as losses from "../../../src/ops/loss/crossEntropy.js";
import type { Row, Sample, Rows } from "../row.js";

/** One row of numbers. */
type Numbers = readonly number[];

/** What a loss is for the tests. */
interface RowLoss {
  /** From the prediction and the target of one row. */
  readonly loss: (p: Numbers, t: Numbers, parameter: number) => number;
  readonly prediction: (random: Random, shape: Shape) => Operand;
  readonly target: (random: Random, shape: Shape, prediction: Operand) => Operand;
  readonly row: "sample" | "last axis";
  /** Default [0]. */
  readonly parameters?: readonly number[];
  readonly bound?: Bound;
  readonly gradientBound?: Bound;
}

const sum = (terms: Numbers): number => terms.reduce((total, term) => total + term, 0);
const mean = (p: Numbers, term: (p: number, i: number) => number): number => sum(p.map(term)) / p.length;
const clip = (p: number, high: number): number => Math.min(Math.max(p, 1e-7), high);
const smoothed = (t: number, smoothing: number): number => (1 - smoothing) * t + smoothing / 2;

const unit = (random: Random, shape: Shape): Operand => uniform(random, shape, 0, 1);
/** Probabilities away from where they are clipped. */
const inner = (random: Random, shape: Shape): Operand => uniform(random, shape, 0.02, 0.98);
const signs = (random: Random, shape: Shape): Operand => generate(shape, () => 2 * random.integer(2) - 1);

/** Targets whose difference from the prediction keeps 0.01 away from each kink, to both sides. */
const away =
  (...kinks: Numbers) =>
  (random: Random, shape: Shape, { values }: Operand): Operand => {
    const draw = (): number => {
      const difference = drawNormal(random);
      return kinks.some((kink) => Math.abs(Math.abs(difference) - kink) < 0.01) ? draw() : difference;
    };
    return generate(shape, (i) => values[i] + draw());
  };

const shapes: readonly Shape[] = [
  [0, 3],
  [5],
  [1, 1],
  [19, 1],
  ...sizesAround(4).map((C) => [3, C]),
  [2, 3, 5],
  [4, 2, 2, 3],
  [2, 1100],
];

/** The numbers of rows and columns of a prediction. */
function sidesOf(shape: Shape, row: RowLoss["row"]): [R: number, C: number] {
  const size = shape.reduce((n, side) => n * side, 1);
  const C = shape.length === 1 ? 1 : row === "sample" ? size / Math.max(1, shape[0]) : shape[shape.length - 1];
  return [size === 0 ? 0 : size / C, C];
}

function rowOf(
  name: RowLossOp,
  { loss, prediction, target, row, parameters = [0], bound, gradientBound }: RowLoss,
): Row<number> {
  const op = rowLosses[name];
  const pair = (random: Random, shape: Shape): Operand[] => {
    const p = prediction(random, shape);
    return [p, target(random, shape, p)];
  };
  return {
    samples: (random) =>
      shapes.flatMap((shape) =>
        parameters.map((parameter): Sample<number> => ({
          title: `[${shape.join(", ")}]${parameters.length > 1 ? `, parameter ${parameter}` : ""}`,
          inputs: pair(random, shape),
          attributes: parameter,
        })),
      ),
    reference([p, t], parameter) {
      const [R, C] = sidesOf(p.shape, row);
      const part = ({ values }: Operand, r: number): Numbers => [...values.subarray(r * C, (r + 1) * C)];
      const values = Float64Array.from({ length: R }, (_, r) => loss(part(p, r), part(t, r), parameter));
      return [
        {
          shape: row === "sample" || p.shape.length === 1 ? [p.shape[0]] : p.shape.slice(0, -1),
          dtype: "float32",
          values,
        },
      ];
    },
    bound: bound ?? { relative: 1e-6, absolute: 1e-6 },
    ...(gradientBound && { gradientBound }),
    refusals: [
      {
        call: () => rowLosses.rowLoss(op, ones([2, 3]), ones([2, 2])),
        error: ShapeError,
        text: `${op.name}: target and prediction differ in shape; expected target [2, 3], as the prediction, got [2, 2].`,
      },
      {
        call: () => rowLosses.rowLoss(op, tensor(1), tensor(1)),
        error: ShapeError,
        text: `${op.name}: the prediction has no batch axis; expected [N, …], got [].`,
      },
      {
        call: () => rowLosses.rowLoss(op, ones([2]), zeros([2], { dtype: "int32" })),
        error: ShapeError,
        text: `${op.name}: target has the wrong dtype; expected float32, got target int32 Tensor(2).`,
      },
      {
        call: () => rowLosses.rowLoss(op, ones([2]), ones([2], { requiresGrad: true })),
        error: UsageError,
        text: `${op.name}: target cannot have a gradient here; expected a constant, got Tensor(2), which requires one. Compute it inside noGrad().`,
      },
    ],
    flops: ([p]) => 4 * p.values.length,
  };
}

type RowLossOp =
  | "absoluteErrorOp"
  | "squaredErrorOp"
  | "halfSquaredErrorOp"
  | "huberOp"
  | "hingeOp"
  | "kullbackLeiblerOp"
  | "cosineSimilarityOp"
  | "binaryCrossEntropyOp"
  | "sigmoidCrossEntropyOp";

const binary = (p: number, t: number): number =>
  -t * Math.log(clip(p, 1 - 1e-7)) - (1 - t) * Math.log(1 - clip(p, 1 - 1e-7));

export const rows: Rows<typeof rowLosses & typeof losses> = {
  squaredErrorOp: rowOf("squaredErrorOp", {
    loss: (p, t) => mean(p, (x, i) => (x - t[i]) ** 2),
    prediction: normal,
    target: (random, shape) => normal(random, shape),
    row: "sample",
  }),
  halfSquaredErrorOp: rowOf("halfSquaredErrorOp", {
    loss: (p, t) => sum(p.map((x, i) => (x - t[i]) ** 2)) / 2,
    prediction: normal,
    target: (random, shape) => normal(random, shape),
    row: "sample",
  }),
  absoluteErrorOp: rowOf("absoluteErrorOp", {
    loss: (p, t) => mean(p, (x, i) => Math.abs(x - t[i])),
    prediction: normal,
    target: away(0),
    row: "sample",
  }),
  huberOp: rowOf("huberOp", {
    loss: (p, t, delta) =>
      mean(p, (x, i) => {
        const e = Math.abs(x - t[i]);
        return e <= delta ? (e * e) / 2 : delta * e - (delta * delta) / 2;
      }),
    prediction: normal,
    target: away(0.5, 1),
    row: "sample",
    parameters: [1, 0.5],
  }),
  hingeOp: rowOf("hingeOp", {
    loss: (p, t) => mean(p, (x, i) => Math.max(0, 1 - t[i] * x)),
    // at least 0.01 from the kink at p·t = 1
    prediction: (random, shape) =>
      generate(shape, () => (random.integer(2) * 2 - 1) * random.uniform(0, 1) ** 2 * 1.9 + 0.03),
    target: signs,
    row: "sample",
    gradientBound: { relative: 1e-5, absolute: 1e-5 },
  }),
  kullbackLeiblerOp: rowOf("kullbackLeiblerOp", {
    loss: (p, t) => sum(p.map((x, i) => clip(t[i], 1) * Math.log(clip(t[i], 1) / clip(x, 1)))),
    prediction: inner,
    target: (random, shape) => probabilities(random, shape),
    row: "last axis",
    bound: { relative: 1e-6, absolute: 3e-6 },
  }),
  cosineSimilarityOp: rowOf("cosineSimilarityOp", {
    loss: (p, t) => {
      const dot = (x: Numbers, y: Numbers): number => sum(x.map((v, i) => v * y[i]));
      return -dot(p, t) / Math.sqrt(dot(p, p) * dot(t, t));
    },
    prediction: (random, shape) => normal(random, shape, 0.5),
    target: (random, shape) => normal(random, shape, -0.5),
    row: "last axis",
  }),
  binaryCrossEntropyOp: rowOf("binaryCrossEntropyOp", {
    loss: (p, t, smoothing) => mean(p, (x, i) => binary(x, smoothed(t[i], smoothing))),
    prediction: inner,
    target: unit,
    row: "sample",
    parameters: [0, 0.1],
  }),
  sigmoidCrossEntropyOp: rowOf("sigmoidCrossEntropyOp", {
    loss: (z, t, smoothing) =>
      mean(z, (x, i) => Math.log1p(Math.exp(-Math.abs(x))) + Math.max(x, 0) - x * smoothed(t[i], smoothing)),
    prediction: (random, shape) => normal(random, shape, 0, 4),
    target: unit,
    row: "sample",
    parameters: [0, 0.1],
  }),
  crossEntropyOp: {
    samples: (random) =>
      [[0, 3], [1, 1], ...sizesAround(4).map((C) => [3, C]), [2, 3, 5], [2, 1100]].flatMap((shape) =>
        [0, 0.1].flatMap((smoothing) =>
          [probabilities(random, shape), integers(random, shape.slice(0, -1), shape.at(-1)!)].map((targets) => ({
            title: `[${shape.join(", ")}], ${targets.dtype} targets, smoothing ${smoothing}`,
            inputs: [inner(random, shape), targets],
            attributes: smoothing,
          })),
        ),
      ),
    reference([p, t], smoothing) {
      const C = p.shape.at(-1)!;
      const target = (row: number, c: number): number =>
        t.dtype === "int32" ? Number(t.values[row] === c) : t.values[row * C + c];
      const values = Float64Array.from({ length: p.values.length / C }, (_, row) => {
        let loss = 0;
        for (let c = 0; c < C; c++) {
          const weight = (1 - smoothing) * target(row, c) + smoothing / C;
          loss -= weight * Math.log(clip(p.values[row * C + c], 1 - 1e-7));
        }
        return loss;
      });
      return [{ shape: p.shape.slice(0, -1), dtype: "float32", values }];
    },
    bound: { relative: 1e-6, absolute: 1e-6 },
    refusals: [
      {
        call: () => losses.crossEntropy(ones([2, 3]), ones([3, 2])),
        error: ShapeError,
        text: "crossEntropy: the targets do not fit the probabilities; expected targets […, C] = [2, 3], got [3, 2].",
      },
      {
        call: () => losses.crossEntropy(ones([2, 3]), zeros([3], { dtype: "int32" })),
        error: ShapeError,
        text: "crossEntropy: the targets do not fit the probabilities; expected labels […] = [2], got [3].",
      },
      {
        call: () => losses.crossEntropy(ones([2, 0]), ones([2, 0])),
        error: ShapeError,
        text: "crossEntropy: there are no classes; expected […, C], C ≥ 1, got [2, 0].",
      },
      {
        call: () => losses.crossEntropy(ones([2, 3]), ones([2, 3]), { labelSmoothing: -0.1 }),
        error: UsageError,
        text: "crossEntropy: labelSmoothing is out of range; expected a number in [0, 1], got -0.1.",
      },
    ],
    flops: ([p]) => 4 * p.values.length,
  },
};
