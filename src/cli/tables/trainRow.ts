/** Trains the network of a row and measures it. Prints nothing but the progress of training. Letters: N samples. */
import { type Callback, type Dataset, type Model, tensor } from "../../index.js";
import { count } from "../format.js";
import { ProgressDisplay } from "../progress.js";
import { type Recipe, type RecipeData, compileFor } from "../recipes/recipe.js";
import { judge } from "../report.js";
import type { Terminal } from "../terminal.js";
import type { Table, TableRow, Trained } from "./table.js";

/** How a row is trained. */
export interface TrainingOfRow {
  readonly isQuick: boolean;
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly terminal: Terminal;
}

/** The data of a quick run: the first samples. Frees what is cut off. */
export function quickData(data: RecipeData, { quickSamples }: Table): RecipeData {
  if (quickSamples === undefined) return data;
  const [train, test] = [firstOf(data.train, quickSamples.train), firstOf(data.test, quickSamples.test)];
  const [n, m] = [train, test].map(({ x }) => count(x.shape[0]));
  const cut = { ...data, train, test, description: `${data.description}; of these the first ${n} and ${m}` };
  disposeData(data);
  return cut;
}

/** Frees the tensors of a data set. */
export function disposeData({ train, test }: RecipeData): void {
  for (const { x, y } of [train, test]) for (const each of [x, y]) each.dispose();
}

/** Trains a row's network by its recipe, looks at the test set once, and times predictions. */
export async function trainRow(row: TableRow, table: Table, data: RecipeData, how: TrainingOfRow): Promise<Trained> {
  const { recipe, bound, quickBound, quickEpochs, quickTraining = Infinity } = row;
  const { isQuick, seed, signal, terminal } = how;
  const { batch: batchSize, lr } = recipe.settings;
  const epochs = isQuick ? quickEpochs : recipe.settings.epochs;
  const isCut = isQuick && data.train.x.shape[0] > quickTraining;
  const { x, y } = isCut ? firstOf(data.train, quickTraining) : data.train;
  const N = x.shape[0] - Math.floor(x.shape[0] * (recipe.fit?.validationSplit ?? 0));
  const model = recipe.model(seed, { data, batch: batchSize });
  try {
    compileFor(recipe, model, lr, epochs * Math.ceil(N / batchSize), epochs);
    const clock = new TrainingClock();
    const callbacks = [
      clock,
      ...(recipe.callbacks?.({ epochs, model }) ?? []),
      new ProgressDisplay(terminal, undefined, recipe.name),
    ];
    const start = performance.now();
    const { history } = await model.fit(x, y, { ...recipe.fit, epochs, batchSize, callbacks, signal });
    const seconds = (performance.now() - start) / 1000;
    terminal.note(`${recipe.name}: reading the test set`);
    const { accuracy } = await judge(model, data, recipe);
    signal.throwIfAborted();
    const inferenceSamplesPerSecond = await inferenceRate(model, recipe, data.test, table.timedSamples);
    terminal.clearLive();
    return {
      row,
      boundPercent: isQuick ? quickBound : bound,
      testErrorPercent: 100 * (1 - accuracy),
      parameters: model.weights.reduce((sum, { value }) => sum + value.size, 0),
      epochs,
      seconds,
      secondsPerEpoch: seconds / epochs,
      trainingSamplesPerSecond: (epochs * N) / clock.seconds,
      inferenceSamplesPerSecond,
      history,
    };
  } finally {
    model.dispose();
    if (isCut) for (const each of [x, y]) each.dispose();
  }
}

/** Time in the batches of training alone. */
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

/** Samples a second of predict, measured on the first of the test samples. */
async function inferenceRate(model: Model, { fit }: Recipe, test: Dataset, most: number): Promise<number> {
  const { x, y } = firstOf(test, most);
  y.dispose();
  const options = { batchSize: 64, groupByLength: fit?.groupByLength ?? false };
  const start = performance.now();
  (await model.predict(x, options)).dispose();
  const seconds = (performance.now() - start) / 1000;
  const [N] = x.shape;
  x.dispose();
  return N / seconds;
}

/** Copies of the first rows, `most` of them or all. */
function firstOf({ x, y, ...rest }: Dataset, most: number): Dataset {
  const cut = (all: typeof x): typeof x => {
    const [N, ...shape] = all.shape;
    const n = Math.min(N, most);
    return tensor(all.toTypedArray().slice(0, (n * all.size) / N), [n, ...shape]);
  };
  return { ...rest, x: cut(x), y: cut(y) };
}
