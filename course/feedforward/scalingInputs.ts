/**
 * Why inputs are scaled: a linear unit learns the same plane from raw, from centred and from standardised inputs, by
 * full-batch gradient descent with the largest learning rate that each can bear. Its loss is a bowl, as long and narrow
 * as the ratio of its curvatures, the condition number of the inputs' second moments; the number of steps goes with it.
 * Letters: N samples; inputs x (N, 2), weights w (2), bias b; L = ½·mean (x·w + b − t)².
 * Source: LeCun, Bottou, Orr & Müller 1998, "Efficient backprop", §4.3 and 5.
 */
import { Random, type Tensor, add, drawNormal, matmul, mean, mul, scope, square, sub, tensor } from "lanegrad";
import { valueAndGrad } from "lanegrad/calculus";
import { type Shown, pictureOf } from "lanegrad/report";
import type { NumberSetting } from "../settings.js";
import type { Lesson } from "../stage.js";
import { count } from "../support/format.js";

const N = 200;
/** The weights and the bias by which the targets are made, in the raw inputs. */
const [slopes, offset] = [[0.2, -1], 3]; // prettier-ignore
/** Training ends when the loss is this small against the beginning, or after so many steps. */
const enough = 1e-4;
const mostSteps = 20_000;
/** A number of steps is clearly less if it is so many times less. */
const clearly = 2;
/** Places of a drawn bowl along each side. */
const cells = 81;

const number = (about: string, byDefault: number, least: number, slider: readonly [number, number]): NumberSetting => ({
  ...{ kind: "number", about, default: byDefault, isInteger: false, least, slider },
});
const settings = {
  mean: number("the mean of the first input", 5, -1000, [0, 20]),
  spread: number("the standard deviation of the first input; that of the second is 1", 3, 0, [0.1, 10]),
};

/** The forms of the inputs. */
const forms = ["raw", "centred", "standardised"] as const;

/** Steps that gradient descent needs on raw, centred and standardised inputs. */
export const scalingInputs: Lesson<typeof settings> = {
  name: "scaling-inputs",
  title: "Scaling the inputs",
  about: "how many steps a unit needs on raw, centred and standardised inputs",
  chapter: "feedforward",
  kind: "comparison",
  settings,
  sources: [],
  async run({ settings: { mean, spread }, seed, show, turn, signal }) {
    const random = new Random(seed);
    const raw = Array.from({ length: N }, () => [mean + spread * drawNormal(random), 1 + drawNormal(random)]);
    const targets = raw.map(([x1, x2]) => [slopes[0] * x1 + slopes[1] * x2 + offset]);
    const axes = { xLabel: "steps", yLabel: "loss", xLogarithmic: true, yLogarithmic: true, marks: "lines" } as const;
    show({ kind: "chart", section: "Learning", title: "Loss against steps", ...axes, series: [] });
    const results: Learnt[] = [];
    for (const form of forms) {
      show({ kind: "now", text: `${form} inputs` });
      const x = scaled(raw, form);
      const { largest, least } = curvatures(x);
      const learnt = await descend(x, targets, 1 / largest, turn, signal, (step, loss) =>
        show({ kind: "point", chart: "Loss against steps", series: form, x: step, y: loss }),
      );
      results.push({ form, condition: largest / least, learningRate: 1 / largest, ...learnt });
    }
    show({
      ...{ kind: "table", section: "Learning", title: "Steps needed", wordColumns: 1 },
      caption: `Until the loss is ${enough} of what it was. The learning rate is 1 / the largest curvature, half of what would diverge.`,
      header: ["inputs", "condition number", "learning rate", "steps"],
      rows: results.map(({ form, condition, learningRate, steps, isDone }) => [
        ...[form, short(condition), short(learningRate), isDone ? count(steps) : `more than ${count(steps)}`],
      ]),
    });
    for (const learnt of results) show(bowl(learnt, scaled(raw, learnt.form)));
    const [first, , last] = results;
    const isClear = last.isDone && first.steps >= clearly * last.steps;
    const text = isClear
      ? `Standardised inputs need ${count(last.steps)} steps, raw ones ${first.isDone ? "" : "more than "}${count(first.steps)}: ${short(first.steps / last.steps)} times as many, and the condition number falls from ${short(first.condition)} to ${short(last.condition)}.`
      : `Scaling makes no clear difference to these inputs: ${count(first.steps)} steps before, ${count(last.steps)} after (less than a factor of ${clearly}).`;
    show({ kind: "conclusion", text });
    return { results: results.map(({ path: _, ...rest }) => rest) };
  },
};

/** What gradient descent came to. */
interface Learnt {
  readonly form: (typeof forms)[number];
  /** The largest curvature of the loss over the least. */
  readonly condition: number;
  readonly learningRate: number;
  readonly steps: number;
  /** False if it was ended after the most steps. */
  readonly isDone: boolean;
  /** The weights on the way. */
  readonly path: readonly (readonly number[])[];
}

/** The inputs less their means, and divided by their standard deviations. */
function scaled(raw: readonly number[][], form: (typeof forms)[number]): number[][] {
  if (form === "raw") return raw as number[][];
  const moments = [0, 1].map((i) => {
    const average = raw.reduce((sum, x) => sum + x[i], 0) / N;
    const variance = raw.reduce((sum, x) => sum + (x[i] - average) ** 2, 0) / N;
    return { average, deviation: form === "centred" ? 1 : Math.sqrt(variance) };
  });
  return raw.map((x) => x.map((value, i) => (value - moments[i].average) / moments[i].deviation));
}

/** The largest and the least eigenvalue of the Hessian: the second moments of the inputs and the bias's 1. */
function curvatures(x: readonly number[][]): { readonly largest: number; readonly least: number } {
  const rows = x.map((row) => [...row, 1]);
  const hessian = [0, 1, 2].map((i) => [0, 1, 2].map((j) => rows.reduce((sum, row) => sum + row[i] * row[j], 0) / N));
  const largest = largestEigenvalue(hessian);
  // The least is what is left of the largest when the matrix is taken from it.
  const turned = hessian.map((row, i) => row.map((value, j) => (i === j ? largest : 0) - value));
  return { largest, least: largest - largestEigenvalue(turned) };
}

/** By the power method, of a symmetric matrix without negative eigenvalues. */
function largestEigenvalue(matrix: readonly number[][]): number {
  let [v, value] = [matrix.map((_, i) => 1 + 0.1 * i), 0];
  for (let i = 0; i < 10_000; i++) {
    const next = matrix.map((row) => row.reduce((sum, entry, j) => sum + entry * v[j], 0));
    value = Math.hypot(...next);
    if (value === 0) return 0;
    v = next.map((entry) => entry / value);
  }
  return value;
}

/** Full-batch gradient descent from zero. */
async function descend(
  inputs: number[][],
  targets: number[][],
  rate: number,
  turn: () => Promise<void> | undefined,
  signal: AbortSignal,
  report: (step: number, loss: number) => void,
): Promise<Pick<Learnt, "steps" | "isDone" | "path">> {
  const [x, t] = [tensor(inputs), tensor(targets)];
  const loss = (w: Tensor, b: Tensor): Tensor => mul(mean(square(sub(add(matmul(x, w), b), t))), 0.5);
  let [w, b] = [tensor([[0], [0]]), tensor([0])];
  let [first, next] = [0, 1];
  const path: (readonly number[])[] = [[0, 0]];
  for (let step = 1; ; step++) {
    if (step % 50 === 0) {
      await turn();
      signal.throwIfAborted();
    }
    const before = [w, b];
    const [value, ...moved] = scope(() => {
      const { value, gradients } = valueAndGrad(loss, [w, b]);
      return [value, ...[w, b].map((one, i) => sub(one, mul(gradients[i], rate)))];
    });
    [w, b] = moved;
    const now = value.item();
    for (const one of [...before, value]) one.dispose();
    if (step === 1) first = now;
    const isDone = now <= enough * first;
    if (step >= next || isDone) {
      report(step, now);
      path.push([...w.toTypedArray()].map(Number));
      next = Math.ceil(1.1 * step);
    }
    if (!isDone && step < mostSteps) continue;
    for (const one of [x, t, w, b]) one.dispose();
    return { steps: step, isDone, path };
  }
}

/** The loss over the plane of the two weights at the best bias, and the way down: ⁴√ of ½·mean (x·(w − w*))². */
function bowl({ form, path }: Learnt, x: readonly number[][]): Shown {
  const [a, b, c] = [[0, 0], [0, 1], [1, 1]].map(([i, j]) => x.reduce((sum, row) => sum + row[i] * row[j], 0) / N); // prettier-ignore
  const best = path[path.length - 1];
  const reach = 1.2 * Math.max(...path.flatMap((w) => w.map((value, i) => Math.abs(value - best[i]))), 0.1);
  const around = (at: number): [number, number] => [Number((at - reach).toFixed(2)), Number((at + reach).toFixed(2))];
  const values = Array.from({ length: cells * cells }, (_, at) => {
    const across = reach * ((2 * (at % cells)) / (cells - 1) - 1);
    const up = reach * (1 - (2 * Math.floor(at / cells)) / (cells - 1));
    return Math.max(0, (a * across ** 2 + 2 * b * across * up + c * up ** 2) / 2) ** 0.25;
  });
  return {
    ...{ kind: "heatMap", section: "The bowls", title: `The loss of ${form} inputs, and the way down` },
    caption: "Over the plane of the weights of the first input (across) and of the second (up), at the best bias.",
    ...{ xLabel: "w₁", yLabel: "w₂" },
    xRange: around(best[0]),
    yRange: around(best[1]),
    picture: pictureOf(values, cells, "fourth root of the loss"),
    points: [{ name: "weights", marks: "lines", x: path.map(([first]) => first), y: path.map(([, second]) => second) }],
  };
}

const short = (value: number): string => String(Number(value.toPrecision(3)));
