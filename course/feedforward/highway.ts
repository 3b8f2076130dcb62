/**
 * Highway: plain, residual and highway networks of 10, 20 and 50 layers. On its way back through a plain layer a
 * gradient is multiplied by weights and by the slope of the activation, fifty times over. What a residual or highway
 * layer passes on unchanged keeps its gradient.
 *
 *   plain     a' = h
 *   residual  a' = a + h
 *   highway   a' = z ⊙ h + (1 − z) ⊙ a
 *   with h = tanh(W a + b), z = σ(W_z a + b_z)
 *
 * Sources: Srivastava, Greff, Schmidhuber 2015; He, Zhang, Ren, Sun 2016.
 */
import { type Dataset, losses, metrics, models, optimizers } from "lanegrad";
import { batch, epochs, learningRate } from "../settings.js";
import type { Lesson, Result, Stage } from "../stage.js";
import { differenceOf, firstRows, fitOn } from "../support/comparison.js";
import { anyDigits, mnistSource } from "../support/digits.js";
import { count, decimal, duration, percent } from "../support/format.js";
import { LossRecorder } from "../support/lossRecorder.js";
import { weightCount } from "../support/networkLesson.js";

const mostTraining = 20_000;
const depths = [10, 20, 50];
const connections = ["plain", "residual", "highway"] as const;
/** Points of a loss curve. */
const curvePoints = 100;

const settings = { epochs: epochs(4), batch: batch(64), lr: learningRate(0.001) };
type Settings = typeof settings;

/** Nine networks that differ in depth and in what their layers pass on. */
export const highway: Lesson<Settings> = {
  name: "highway",
  title: "Very deep networks: plain, residual, highway",
  about: "plain, residual and highway networks of 10, 20 and 50 layers and their losses",
  chapter: "feedforward",
  kind: "comparison",
  settings,
  quick: { epochs: 2 },
  sources: [mnistSource],
  runsWithoutSources: true,
  async run(stage) {
    const { kind, description, train, test } = await anyDigits(stage);
    stage.show({ kind: "fact", name: "data", text: description });
    for (const depth of depths) {
      const axes = { xLabel: "step", yLabel: "loss", yLogarithmic: true, marks: "lines" } as const;
      stage.show({ kind: "chart", title: chartOf(depth), section: "Training loss", ...axes, series: [] });
    }
    const some = firstRows(train, mostTraining);
    const networks: Network[] = [];
    for (const depth of depths)
      for (const connection of connections) networks.push(await trained(depth, connection, some, test, stage));
    return findings(networks, kind, [some, test], stage);
  },
};

const chartOf = (depth: number): string => `${depth} layers`;

/** The results of a trained network. */
interface Network {
  readonly connection: (typeof connections)[number];
  readonly depth: number;
  readonly parameters: number;
  /** Mean of the last epoch. */
  readonly trainLoss: number;
  readonly testAccuracy: number;
  readonly seconds: number;
  readonly steps: readonly number[];
  readonly losses: readonly number[];
}

async function trained(
  depth: number,
  connection: Network["connection"],
  data: Dataset,
  test: Dataset,
  stage: Stage<Settings>,
): Promise<Network> {
  const { epochs, batch: batchSize, lr } = stage.settings;
  const model = models.highway({ depth, connection, activation: "tanh", seed: stage.seed });
  try {
    model.compile({
      optimizer: optimizers.adam({ learningRate: lr }),
      loss: losses.categoricalCrossentropy({ fromLogits: true }),
      metrics: [metrics.accuracy()],
    });
    const [rows] = data.x.shape;
    const steps = epochs * Math.ceil(rows / batchSize);
    const chart = chartOf(depth);
    const every = Math.max(1, Math.round(steps / curvePoints));
    const recorder = new LossRecorder(every, { rows, batchSize }, (x, y) =>
      stage.show({ kind: "point", chart, series: connection, x, y }),
    );
    const fit = { epochs, batchSize, callbacks: [recorder] };
    const { history, seconds } = await fitOn(stage, `${connection}, ${depth} layers`, model, data, fit);
    const { accuracy } = await model.evaluate(test.x, test.y, { batchSize: 500, signal: stage.signal });
    const results = { trainLoss: history.loss.at(-1)!, testAccuracy: accuracy, seconds };
    return {
      connection,
      depth,
      parameters: weightCount(model),
      ...results,
      steps: recorder.steps,
      losses: recorder.losses,
    };
  } finally {
    model.dispose();
  }
}

function findings(
  networks: readonly Network[],
  data: string,
  [train, test]: readonly [Dataset, Dataset],
  { settings: { epochs }, show }: Stage<Settings>,
): Result {
  show({
    ...{ kind: "table", title: `Networks of 50 units a layer, trained on ${count(train.x.shape[0])} digits` },
    header: ["network", "layers", "parameters", "training loss", "test accuracy", "time"],
    rows: networks.map(({ connection, depth, parameters, trainLoss, testAccuracy, seconds }) => [
      ...[connection, String(depth), count(parameters)],
      ...[decimal(trainLoss), percent(testAccuracy, 1), duration(seconds)],
    ]),
  });
  const deepest = depths.at(-1)!;
  const [plain, residual, gated] = connections.map(
    (connection) => networks.find((one) => one.depth === deepest && one.connection === connection)!.testAccuracy,
  );
  const { isClear, text } = differenceOf(Math.min(residual, gated), plain, test.x.shape[0]);
  const lesson = isClear
    ? "What a layer passes on unchanged keeps its gradient, so networks too deep for plain layers still train."
    : `That is no clear difference: try epochs = ${4 * epochs}, or more digits.`;
  for (const sentence of [
    `With ${deepest} layers the plain network reads ${percent(plain, 1)} of the test digits, the residual one ${percent(residual, 1)}, the highway network ${percent(gated, 1)}.`,
    `${text}. ${lesson}`,
  ])
    show({ kind: "conclusion", text: sentence });
  return { data, networks };
}
