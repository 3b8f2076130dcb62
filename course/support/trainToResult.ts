/** Trains a lesson's network on a stage, from its data to its result. */
import { type Callback, type Model, modelToDot } from "lanegrad";
import type { Result, Stage } from "../stage.js";
import { classes } from "./classes.js";
import { Curves } from "./curves.js";
import { count, duration, plural, rate } from "./format.js";
import {
  type NetworkLesson,
  type NetworkSettings,
  compileFor,
  inputsOf,
  trainedRows,
  weightCount,
} from "./networkLesson.js";
import { TrainingProgress } from "./progress.js";

/**
 * Trains, or resumes from the stage's checkpoint; offers the model for saving; evaluates the test set once and shows
 * the result.
 */
export async function trainToResult(lesson: NetworkLesson, stage: Stage<NetworkSettings>): Promise<Result> {
  const { seed, signal, resumed, settings } = stage;
  const { task = classes } = lesson;
  const data = await lesson.data(stage);
  const [epochs, batch, lr] = (["epochs", "batch", "lr"] as const).map((name) => settings[name] || data.run![name]);
  const model = resumed ?? lesson.model(seed, data, batch, settings);
  const takeNotes = (isCheckpoint: boolean): void => {
    const run = isCheckpoint && { run: settings };
    model.notes = { recipe: lesson.name, data: data.kind, ...run, ...task.notes(data) };
  };
  const bytes = async (isCheckpoint: boolean): Promise<Uint8Array> => {
    if (!isCheckpoint) return model.toBytes();
    takeNotes(true);
    const whole = await model.toBytes({ checkpoint: true });
    takeNotes(false);
    return whole;
  };
  takeNotes(false);
  await stage.keep("made", bytes);
  const size = `${count(weightCount(model))} weights, ${plural(epochs, "epoch")}, ${plural(batch, "sample")} a step`;
  stage.show({ kind: "fact", name: "data", text: data.description });
  stage.show({ kind: "fact", name: "network", text: `${size}, seed ${seed}` });

  const rows = trainedRows(lesson, data.train);
  if (resumed === undefined) compileFor(lesson, model, { epochs, batch, lr, steps: epochs * Math.ceil(rows / batch) });
  let samples = 0;
  const counter: Callback = {
    onBatchEnd: (index) => {
      samples += Math.min(batch, rows - index * batch);
    },
  };
  const keeping: Callback = {
    onTrainBegin: () => stage.keep("begun", bytes),
    afterEpoch: () => stage.keep("epoch", bytes),
  };
  const views: Callback = {
    onEpochEnd() {
      for (const block of lesson.views?.(model) ?? []) stage.show(block);
    },
  };
  const own = lesson.callbacks?.(model, epochs, data, seed) ?? [];
  const callbacks = [counter, ...own, views, new TrainingProgress(stage, task.wording), new Curves(stage), keeping];
  const start = performance.now();
  const history = await model
    .fit(inputsOf(data.train), data.train.y, {
      ...lesson.fit,
      ...data.fit,
      ...(lesson.showsTest === true && { validationData: { x: inputsOf(data.test), y: data.test.y } }),
      ...(data.validation && { validationData: { x: inputsOf(data.validation), y: data.validation.y } }),
      ...{ epochs, batchSize: batch, callbacks, signal, resume: resumed !== undefined },
    })
    .catch(async (error: unknown) => {
      if (signal.aborted && error === signal.reason) await stage.keep("stopped", bytes);
      throw error;
    });
  const seconds = (performance.now() - start) / 1000;
  if (history.padding !== undefined)
    stage.show({ kind: "fact", name: "padding", text: `${history.padding.toFixed(1)} % of the steps` });
  const counted = task.counted(data);
  const speed = `${rate((samples * counted.perRow) / seconds)} ${counted.name}/s`;
  const trained = `${plural(epochs, "epoch")} in ${duration(seconds)}, ${speed}`;
  stage.show({ kind: "fact", name: "trained", text: trained });
  await stage.keep("trained", bytes);

  const { summary, numbers, blocks } = await task.test(lesson, model, data, batch);
  stage.show({ kind: "fact", name: "test", text: summary, isResult: true });
  for (const block of [...blocks, layersOf(model)]) stage.show(block);
  const trainLoss = history.epochs.length === 0 ? null : history.history.loss.at(-1);
  return { data: data.kind, seed, epochs, trainLoss, ...numbers, seconds, samplesPerSecond: samples / seconds };
}

function layersOf(model: Model) {
  let text = "";
  model.summary((written) => (text = written));
  return { kind: "graph", title: "Layers", dot: modelToDot(model), text, isDetail: true } as const;
}
