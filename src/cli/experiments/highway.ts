/**
 * Highway: plain, residual and highway networks of 10, 20 and 50 layers. Back through a plain layer a gradient is multiplied by its weights and by the slope of its
 * activation, fifty times over; what a residual or highway layer passes on unchanged keeps its gradient.
 *
 *   plain  a' = h      residual  a' = a + h      highway  a' = z ⊙ h + (1 − z) ⊙ a      with h = tanh(W a + b), z = σ(W_z a + b_z)
 *
 * Sources: Srivastava, Greff, Schmidhuber 2015; He, Zhang, Ren, Sun 2016.
 */
import { type Dataset, losses, metrics, models, optimizers, tensor } from "../../index.js";
import { count, decimal, duration, percent } from "../format.js";
import { ProgressDisplay } from "../progress.js";
import { anyDigits } from "../recipes/digitSets.js";
import type { Settings } from "../recipes/recipe.js";
import type { Experiment, ExperimentContext, Findings } from "./experiment.js";
import { LossRecorder } from "./lossRecorder.js";

const mostTraining = 20_000;
const depths = [10, 20, 50];
const connections = ["plain", "residual", "highway"] as const;
/** Points of a loss curve. */
const curvePoints = 100;

/** Nine networks that differ in depth and in what their layers pass on. */
export const highway: Experiment<Settings> = {
  name: "highway",
  about: "plain, residual and highway networks of 10, 20 and 50 layers and their losses",
  settings: { epochs: 4, batch: 64, lr: 0.001 },
  takesData: true,
  async run(context) {
    const { train, test } = await context.load(anyDigits);
    const some = firstOf(train, mostTraining);
    const results: Result[] = [];
    for (const depth of depths)
      for (const connection of connections) results.push(await trained(depth, connection, some, test, context));
    return findings(results, some.x.shape[0]);
  },
};

/** A network that has been trained. */
interface Result {
  readonly depth: number;
  readonly connection: (typeof connections)[number];
  readonly parameters: number;
  readonly steps: readonly number[];
  readonly losses: readonly number[];
  /** Mean of the last epoch. */
  readonly loss: number;
  readonly accuracy: number;
  readonly seconds: number;
}

/** The first images of a set. */
function firstOf({ x, y }: Dataset, most: number): Dataset {
  const N = Math.min(most, x.shape[0]);
  const [, ...shape] = x.shape;
  const pixels = x.toTypedArray().slice(0, (N * x.size) / x.shape[0]);
  return { x: tensor(pixels, [N, ...shape]), y: tensor(y.toTypedArray().slice(0, N)) };
}

async function trained(
  depth: number,
  connection: Result["connection"],
  { x, y }: Dataset,
  test: Dataset,
  { settings, seed, signal, terminal }: ExperimentContext<Settings>,
): Promise<Result> {
  const { epochs, batch: batchSize, lr: learningRate } = settings;
  const model = models.highway({ depth, connection, activation: "tanh", seed });
  try {
    model.compile({
      optimizer: optimizers.adam({ learningRate }),
      loss: losses.categoricalCrossentropy({ fromLogits: true }),
      metrics: [metrics.accuracy()],
    });
    terminal.fact("network", `${connection}, ${depth} layers`);
    const steps = epochs * Math.ceil(x.shape[0] / batchSize);
    const recorder = new LossRecorder(Math.max(1, Math.round(steps / curvePoints)));
    const start = performance.now();
    const { history } = await model.fit(x, y, {
      epochs,
      batchSize,
      callbacks: [recorder, new ProgressDisplay(terminal)],
      signal,
    });
    const seconds = (performance.now() - start) / 1000;
    const { accuracy } = await model.evaluate(test.x, test.y, { batchSize: 500, signal });
    const parameters = model.weights.reduce((sum, { value }) => sum + value.size, 0);
    const curve = { steps: recorder.steps, losses: recorder.losses, loss: history.loss.at(-1)! };
    return { depth, connection, parameters, ...curve, accuracy, seconds };
  } finally {
    model.dispose();
  }
}

function findings(results: readonly Result[], training: number): Findings {
  const deepest = depths.at(-1)!;
  const [plain, residual, gated] = connections.map(
    (connection) => results.find((one) => one.depth === deepest && one.connection === connection)!.accuracy,
  );
  const isShown = Math.min(residual, gated) - plain > 0.3;
  return {
    tables: [
      {
        title: `Networks of 50 units a layer, trained on ${count(training)} digits`,
        header: ["network", "layers", "parameters", "training loss", "test accuracy", "time"],
        rows: results.map(({ depth, connection, parameters, loss, accuracy, seconds }) => [
          ...[connection, String(depth), count(parameters)],
          ...[decimal(loss), percent(accuracy, 1), duration(seconds)],
        ]),
      },
    ],
    charts: depths.map((depth) => ({
      title: `${depth} layers`,
      ...{ xLabel: "step", yLabel: "loss", yLogarithmic: true, kind: "lines" },
      series: results
        .filter((one) => one.depth === depth)
        .map(({ connection, steps, losses: curve }) => ({ name: connection, x: steps, y: curve })),
    })),
    conclusions: [
      `With ${deepest} layers the plain network reads ${percent(plain, 1)} of the test digits, the residual one ${percent(residual, 1)}, the highway network ${percent(gated, 1)}.`,
      isShown
        ? "What a layer passes on unchanged keeps its gradient: so networks train that are too deep for plain layers."
        : "That is no clear difference: train on more digits, or longer.",
    ],
    result: {
      networks: results.map(({ depth, connection, parameters, steps, losses: curve, loss, accuracy, seconds }) => ({
        ...{ connection, depth, parameters, trainLoss: loss, testAccuracy: accuracy, seconds, steps, losses: curve },
      })),
    },
  };
}
