/**
 * Depth: plain, highway and residual networks of 10 to 200 layers. Who still learns; which gates are open at which
 * layer; and what is lost when one layer after another is taken out of a trained network. Letters: L layers.
 * Sources: Srivastava, Greff & Schmidhuber 2015; He, Zhang, Ren & Sun 2016; Veit, Wilber & Belongie 2016 (taking out).
 */
import { type Dataset, losses, metrics, optimizers, schedules, tensor } from "lanegrad";
import { pictureOf } from "lanegrad/report";
import { batch, epochs, integer, learningRate } from "../../settings.js";
import type { Lesson, Result, Stage } from "../../stage.js";
import { differenceOf, firstRows, fitOn } from "../../support/comparison.js";
import { anyDigits, mnistSource } from "../../support/digits.js";
import { count, decimal, duration, percent } from "../../support/format.js";
import { weightCount } from "../../support/networkLesson.js";
import { type Connection, type Looked, connections, deepNetwork, lookInto, units } from "./deepNetworks.js";

const settings = {
  ...{ epochs: epochs(4), batch: batch(64), lr: learningRate(0.003) },
  deepest: integer({ about: "layers of the deepest networks", default: 200, least: 20, slider: [20, 200] }),
  out: integer({ about: "layers of the networks that layers are taken out of", default: 50, least: 10, slider: [10, 200] }), // prettier-ignore
};
type Settings = typeof settings;

const depths = [10, 20, 50, 100, 200];
const mostTraining = 10_000;
/** Test digits that are read without a layer. */
const mostRead = 1000;
/** A network counts as failed that reads less than this. */
const failed = 0.8;
/** How much less than at 20 layers a network may read whose depth does no harm. */
const harmless = 0.01;

const section = "Depth";
const accuracyChart = "Test accuracy against depth";
const lossChart = (depth: number): string => `Training loss, ${depth} layers`;

/** Fifteen networks. */
export const depth: Lesson<Settings> = {
  name: "depth",
  title: "How deep is too deep",
  about: "plain, highway and residual networks of 10 to 200 layers, and layers taken out one by one",
  chapter: "feedforward",
  kind: "comparison",
  settings,
  quick: { epochs: 2, deepest: 50, out: 20 },
  sources: [mnistSource],
  runsWithoutSources: true,
  async run(stage) {
    const { deepest, out } = stage.settings;
    const { kind, description, train, test } = await anyDigits(stage);
    stage.show({ kind: "fact", name: "data", text: description });
    const own = [...new Set([...depths.filter((L) => L < deepest), deepest, out])].sort((a, b) => a - b);
    const axes = { xLabel: "layers", yLabel: "test accuracy", xLogarithmic: true, marks: "lines" } as const;
    stage.show({ kind: "chart", section, title: accuracyChart, ...axes, series: [] });
    const some = firstRows(train, mostTraining);
    const read = firstRows(test, mostRead);
    try {
      const networks: Network[] = [];
      const looks: Look[] = [];
      for (const L of own) {
        const chart = { xLabel: "epoch", yLabel: "loss", yLogarithmic: true, marks: "lines" } as const;
        stage.show({ kind: "chart", section: "Training", title: lossChart(L), isDetail: true, ...chart, series: [] });
        for (const connection of connections) {
          const { look, ...network } = await trained(stage, connection, L, { train: some, test, read });
          networks.push(network);
          if (look !== undefined) looks.push(look);
          stage.show({ kind: "point", chart: accuracyChart, series: connection, x: L, y: network.testAccuracy });
        }
      }
      showLooks(stage, looks, read.x.shape[0]);
      return findings(stage, networks, looks, kind, [some.x.shape[0], test.x.shape[0], read.x.shape[0]]);
    } finally {
      for (const { x, y } of [some, read]) for (const each of [x, y]) each.dispose();
    }
  },
};

/** The results of a trained network. */
interface Network {
  readonly connection: Connection;
  readonly depth: number;
  readonly parameters: number;
  /** Of the last epoch; infinite where training ended because it was. */
  readonly trainLoss: number;
  readonly testAccuracy: number;
  readonly seconds: number;
}

/** What taking out a layer does. */
interface Look {
  readonly connection: Connection;
  readonly accuracy: number;
  /** The accuracy without layer l. */
  readonly without: readonly number[];
  readonly gates: readonly number[];
  readonly gatesOfUnits: Float32Array;
}

async function trained(
  stage: Stage<Settings>,
  connection: Connection,
  L: number,
  { train, test, read }: Readonly<Record<"train" | "test" | "read", Dataset>>,
): Promise<Network & { readonly look: Look | undefined }> {
  const { epochs, batch: batchSize, lr, out } = stage.settings;
  const model = deepNetwork(connection, L, train.x.shape.slice(1), stage.seed);
  const totalSteps = epochs * Math.ceil(train.x.shape[0] / batchSize);
  const learningRate = schedules.oneCycle({ maxLearningRate: lr, totalSteps, warmupFraction: 0.1 });
  try {
    model.compile({
      optimizer: optimizers.adam({ learningRate, globalClipNorm: 1 }),
      loss: losses.categoricalCrossentropy({ fromLogits: true }),
      metrics: [metrics.accuracy()],
    });
    const { history, seconds } = await fitOn(stage, `${connection}, ${L} layers`, model, train, {
      ...{ epochs, batchSize },
      callbacks: [
        {
          onEpochEnd: (epoch, { loss }) =>
            stage.show({ kind: "point", chart: lossChart(L), series: connection, x: epoch + 1, y: loss }),
        },
      ],
    });
    const { accuracy } = await model.evaluate(test.x, test.y, { batchSize: 500, signal: stage.signal });
    const numbers = { trainLoss: history.loss.at(-1)!, testAccuracy: accuracy, seconds };
    const look = L === out ? await looked(stage, model, connection, read) : undefined;
    return { connection, depth: L, parameters: weightCount(model), ...numbers, look };
  } finally {
    model.dispose();
  }
}

async function looked(
  stage: Stage<Settings>,
  model: Parameters<typeof lookInto>[0],
  connection: Connection,
  { x, y }: Dataset,
): Promise<Look> {
  // prettier-ignore
  const N = x.shape[0];
  // Pixels are bytes; a model reads them as fractions of 255.
  const flat = tensor(
    Float32Array.from(x.toTypedArray(), (pixel) => pixel / 255),
    [N, x.size / N],
  );
  try {
    const { whole, without, gates, gatesOfUnits }: Looked = await lookInto(model, connection, flat, stage.turn);
    const labels = y.toTypedArray();
    const share = (logits: Float32Array): number => rightOf(logits, labels) / N;
    return { connection, accuracy: share(whole), without: without.map(share), gates, gatesOfUnits };
  } finally {
    flat.dispose();
  }
}

/** How many rows of logits are greatest at their label. */
function rightOf(logits: Float32Array, labels: ArrayLike<number | bigint>): number {
  let right = 0;
  for (let n = 0; n < labels.length; n++) {
    const row = logits.subarray(10 * n, 10 * (n + 1));
    if (row.indexOf(Math.max(...row)) === Number(labels[n])) right++;
  }
  return right;
}

function showLooks({ settings: { out }, show }: Stage<Settings>, looks: readonly Look[], N: number): void {
  const x = Array.from({ length: out }, (_, l) => l + 1);
  const axes = { xLabel: "layer", marks: "lines" } as const;
  const own = "Layers taken out";
  show({
    ...{ kind: "chart", title: `Test accuracy without one layer of ${out}`, section: own, ...axes },
    ...{ caption: `${count(N)} test digits, read without the layer.`, yLabel: "test accuracy" },
    series: looks.map(({ connection, without }) => ({ name: connection, x, y: without })),
  });
  const highway = looks.find(({ connection }) => connection === "highway")!;
  show({
    ...{
      kind: "chart",
      title: "Gates by layer",
      section: own,
      ...axes,
      caption: "1 transforms, 0 passes on.",
      yLabel: "mean of z",
    },
    series: [{ name: "highway", x, y: highway.gates }],
  });
  show({
    ...{ kind: "images", title: "Gates of all units", section: own, isDetail: true, scale: 4 },
    caption: "A row for each layer, a column for each unit: the mean of its gate over the digits; white is open.",
    pictures: [pictureOf(highway.gatesOfUnits, units, "mean of z")],
  });
}

function findings(
  { settings: { epochs, out }, show }: Stage<Settings>,
  networks: readonly Network[],
  looks: readonly Look[],
  data: string,
  [N, tests, read]: readonly number[],
): Result {
  show({
    ...{ kind: "table", title: `Networks of ${units} units a layer, trained on ${count(N)} digits`, section },
    header: ["network", "layers", "parameters", "training loss", "test accuracy", "time"],
    rows: networks.map(({ connection, depth, parameters, trainLoss, testAccuracy, seconds }) => [
      ...[connection, String(depth), count(parameters)],
      ...[decimal(trainLoss), percent(testAccuracy, 1), duration(seconds)],
    ]),
  });
  const of = (connection: Connection): Network[] => networks.filter((one) => one.connection === connection);
  const plainFails = of("plain").find(({ testAccuracy }) => testAccuracy < failed);
  const deepest = networks.at(-1)!.depth;
  show({
    kind: "conclusion",
    text:
      plainFails === undefined
        ? `The plain network still learns with ${deepest} layers (it would have failed with less than ${percent(failed, 0)}).`
        : `The plain network fails from ${plainFails.depth} layers on: it reads ${percent(plainFails.testAccuracy, 1)} of the test digits (failed is less than ${percent(failed, 0)}).`,
  });
  const kept = (["highway", "residual"] as const).map((connection) => {
    const at = (L: number): number => of(connection).find(({ depth }) => depth === L)!.testAccuracy;
    const loss = at(20) - at(deepest);
    const clear = differenceOf(at(20), at(deepest), tests).isClear;
    return { connection, at20: at(20), atDeepest: at(deepest), loss, isHarmless: loss <= harmless, isClear: clear };
  });
  for (const { connection, at20, atDeepest, loss, isHarmless, isClear } of kept)
    show({
      kind: "conclusion",
      text: `The ${connection} network reads ${percent(at20, 1)} with 20 layers and ${percent(atDeepest, 1)} with ${deepest}: ${isHarmless ? "within" : "not within"} ${percent(harmless, 0)} (${percent(Math.abs(loss), 1)} ${loss < 0 ? "more" : "less"}${isClear ? ", clear by the standard error" : ", not clear by the standard error"}).${isHarmless ? "" : ` Try epochs = ${2 * epochs}.`}`,
    });
  const idle = looks.map(({ connection, accuracy, without }) => {
    const layers = without.flatMap((share, l) => (differenceOf(accuracy, share, read).isClear ? [] : [l + 1]));
    return { connection, accuracy, idle: layers, without, worst: Math.min(...without) };
  });
  const learnt = idle.filter(({ accuracy }) => accuracy >= failed); // what reads nothing has nothing to lose
  const told = learnt.map(({ connection, idle, worst }) => `${idle.length} of the ${connection} network’s (at worst ${percent(worst, 1)} is left)`); // prettier-ignore
  if (told.length > 0) show({ kind: "conclusion", text: `Of ${out} layers these can be taken out, one at a time, without a clear loss (more than 4 standard errors): ${told.join(", ")}.` }); // prettier-ignore
  const gates = looks.find(({ connection }) => connection === "highway")!.gates;
  return { data, networks, plainFailsFrom: plainFails?.depth ?? null, kept, takenOut: idle, gates };
}
