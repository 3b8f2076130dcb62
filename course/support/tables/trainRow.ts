/** Trains the network of a row and measures it. Shows only the progress of training. Letters: N samples. */
import type { Callback, Dataset, Model } from "lanegrad";
import type { Stage } from "../../stage.js";
import { classes, read } from "../classes.js";
import { firstRows } from "../comparison.js";
import { defaultsOf } from "../../settings.js";
import { count } from "../format.js";
import { type NetworkParts, type TrainingData, compileFor, trainedRows, weightCount } from "../networkLesson.js";
import { TrainingProgress } from "../progress.js";
import type { Table, TableRow, TableSettings, Trained } from "./table.js";

/** The data of a quick run: the first samples. Frees the others. */
export function quickData(data: TrainingData, { quickSamples }: Pick<Table, "quickSamples">): TrainingData {
  if (quickSamples === undefined) return data;
  const [train, test] = [firstRows(data.train, quickSamples.train), firstRows(data.test, quickSamples.test)];
  const [n, m] = [train, test].map(({ x }) => count(x.shape[0]));
  const cut = { ...data, train, test, description: `${data.description}; of these the first ${n} and ${m}` };
  disposeData(data);
  return cut;
}

/** Frees the tensors of a data set. */
export function disposeData({ train, test }: TrainingData): void {
  for (const { x, y } of [train, test]) for (const each of [x, y]) each.dispose();
}

/** Trains a row's network, evaluates the test set once, and times predictions. */
export async function trainRow(
  row: TableRow,
  table: Pick<Table, "timedSamples">,
  data: TrainingData,
  stage: Pick<Stage<TableSettings>, "settings" | "seed" | "signal" | "show" | "turn">,
): Promise<Trained> {
  const { network, bound, quickBound, quickEpochs, quickTraining = Infinity } = row;
  const { seed, signal, show } = stage;
  const isQuick = stage.settings.quick;
  const [batch, lr] = [network.settings.batch.default, network.settings.lr.default];
  const epochs = isQuick ? quickEpochs : network.settings.epochs.default;
  const isCut = isQuick && data.train.x.shape[0] > quickTraining;
  const train = isCut ? firstRows(data.train, quickTraining) : data.train;
  const N = trainedRows(network, train);
  const model = network.model(seed, data, batch, defaultsOf(network.settings));
  try {
    compileFor(network, model, { epochs, batch, lr, steps: epochs * Math.ceil(N / batch) });
    const clock = new TrainingClock();
    const own = network.callbacks?.(model, epochs, data, seed) ?? [];
    const callbacks = [clock, ...own, new TrainingProgress(stage, classes.wording, network.name)];
    const start = performance.now();
    const { history } = await model.fit(train.x, train.y, {
      ...network.fit,
      epochs,
      batchSize: batch,
      callbacks,
      signal,
    });
    const seconds = (performance.now() - start) / 1000;
    show({ kind: "now", text: `${network.name}: reading the test set` });
    const { accuracy } = await read(network, model, data);
    await stage.turn();
    const inferenceSamplesPerSecond = await inferenceRate(model, network, data.test, table.timedSamples);
    show({ kind: "now", text: "" });
    return {
      row,
      boundPercent: isQuick ? quickBound : bound,
      testErrorPercent: 100 * (1 - accuracy),
      parameters: weightCount(model),
      epochs,
      seconds,
      secondsPerEpoch: seconds / epochs,
      trainingSamplesPerSecond: (epochs * N) / clock.seconds,
      inferenceSamplesPerSecond,
      history,
    };
  } finally {
    model.dispose();
    if (isCut) for (const each of [train.x, train.y]) each.dispose();
  }
}

/** Measures the time in training batches alone. */
class TrainingClock implements Callback {
  seconds = 0;
  #begin = 0;
  #end = 0;

  onEpochBegin(): void {
    this.#begin = performance.now();
  }

  onBatchEnd(): void {
    this.#end = performance.now();
  }

  onEpochEnd(): void {
    this.seconds += (this.#end - this.#begin) / 1000;
  }
}

/** Samples per second of predict, measured on the first test samples. */
async function inferenceRate(model: Model, { fit }: NetworkParts, test: Dataset, most: number): Promise<number> {
  const { x, y } = firstRows(test, most);
  y.dispose();
  const options = { batchSize: 64, groupByLength: fit?.groupByLength ?? false };
  const start = performance.now();
  (await model.predict(x, options)).dispose();
  const seconds = (performance.now() - start) / 1000;
  const [N] = x.shape;
  x.dispose();
  return N / seconds;
}
