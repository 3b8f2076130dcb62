/**
 * The three ways in the plane of two weights: a linear unit learns from noisy samples, each way with the same learning
 * rate. The loss of all samples is a bowl; a step by one sample goes down that sample's own bowl. Letters: N samples,
 * inputs (N, 2), weights w (2); L = mean (x·w − t)².
 */
import { type Callback, Random, drawNormal, layers, losses, optimizers, sequential, tensor } from "lanegrad";
import { type Series, type Shown, pictureOf } from "lanegrad/report";
import type { Stage } from "../../stage.js";

const N = 256;
/** The weights that made the targets, and the standard deviation of the noise on these. */
const [best, noise] = [[1, -0.5], 1]; // prettier-ignore
const learningRate = 0.1;
const batchSize = 16;
/** Steps that are drawn, and places of the bowl along each side. */
const [mostSteps, cells] = [120, 81]; // prettier-ignore
const [xRange, yRange] = [[-1.6, 1.9], [-1.4, 2.1]] as const; // prettier-ignore
const start = [-1.2, 1.6];

/** Draws the bowl and the paths. @returns how far the last steps lie about their middle, by way */
export async function showPaths(stage: Pick<Stage, "seed" | "signal" | "show">): Promise<Record<string, number>> {
  const random = new Random(stage.seed);
  const inputs = Array.from({ length: N }, () => {
    const [a, b] = [drawNormal(random), drawNormal(random)];
    return [a, 0.7 * a + 0.7 * b];
  });
  const targets = inputs.map(([a, b]) => [best[0] * a + best[1] * b + noise * drawNormal(random)]);
  const paths: Series[] = [];
  for (const [name, size] of [
    ["all samples", N],
    [`${batchSize} samples`, batchSize],
    ["one sample", 1],
  ] as const)
    // prettier-ignore
    paths.push({ name, ...(await pathOf(stage, inputs, targets, size)) });
  stage.show(bowl(inputs, targets, paths));
  return Object.fromEntries(paths.map(({ name, x, y }) => [name, spread(x, y)]));
}

/** The weights after each step of gradient descent. */
async function pathOf(
  { seed, signal }: Pick<Stage, "seed" | "signal">,
  inputs: number[][],
  targets: number[][],
  size: number,
): Promise<{ readonly x: number[]; readonly y: number[] }> {
  const [x, t] = [tensor(inputs), tensor(targets)];
  const model = sequential([layers.dense({ units: 1, useBias: false, inputShape: [2] })], { name: "unit", seed });
  const path = { x: [start[0]], y: [start[1]] };
  const watch: Callback = {
    onTrainBegin: (training) => training.restoreWeights([Float32Array.from(start)]),
    onBatchEnd(_batch, _logs, training) {
      const [[across, up]] = training.copyWeights();
      path.x.push(across);
      path.y.push(up);
      if (path.x.length > mostSteps) training.stop("drawn");
    },
  };
  try {
    model.compile({ optimizer: optimizers.sgd({ learningRate }), loss: losses.meanSquaredError() });
    await model.fit(x, t, { batchSize: size, epochs: mostSteps, seed, signal, callbacks: [watch] });
    return path;
  } finally {
    for (const one of [model, x, t]) one.dispose();
  }
}

/** Root mean square distance of the last quarter of a path from its middle. */
function spread(...axes: readonly (readonly number[])[]): number {
  const variances = axes.map((all) => {
    const last = all.slice(0.75 * all.length);
    const middle = last.reduce((sum, one) => sum + one, 0) / last.length;
    return last.reduce((sum, one) => sum + (one - middle) ** 2, 0) / last.length;
  });
  return Math.sqrt(variances.reduce((sum, one) => sum + one, 0));
}

function bowl(inputs: readonly number[][], targets: readonly number[][], paths: readonly Series[]): Shown {
  const values = Array.from({ length: cells * cells }, (_, at) => {
    const w0 = xRange[0] + ((at % cells) / (cells - 1)) * (xRange[1] - xRange[0]);
    const w1 = yRange[1] - (Math.floor(at / cells) / (cells - 1)) * (yRange[1] - yRange[0]);
    return inputs.reduce((sum, [a, b], i) => sum + (w0 * a + w1 * b - targets[i][0]) ** 2, 0) / N;
  });
  const least = Math.min(...values);
  const heights = values.map((value) => (value - least) ** 0.5);
  return {
    ...{ kind: "heatMap", title: "Steps in the plane of two weights", xLabel: "w₁", yLabel: "w₂", xRange, yRange },
    caption: `A linear unit on ${N} noisy samples, ${mostSteps} steps each with the learning rate ${learningRate}. Dark is a low loss of all samples.`,
    picture: pictureOf(heights, cells, "root of the loss above the least"),
    points: paths.map((path) => ({ ...path, marks: "lines" })),
  };
}
