/** `lanegrad train`: data, a network, training with its progress shown, a checkpoint on Ctrl-C, one look at the test set, a report. */
import { DataError } from "../errors.js";
import { type Callback, type History, info } from "../index.js";
import { CheckpointFile } from "./checkpointFile.js";
import type { Arguments } from "./commandLine.js";
import type { Command } from "./command.js";
import { dataOptions, loadRecipeData } from "./dataOptions.js";
import { engineText, initWith, threadsOption, wideOption } from "./engine.js";
import { count, duration, plural, rate } from "./format.js";
import { experiments } from "./experiments/index.js";
import { runExperiment } from "./experiments/runExperiment.js";
import { beside } from "./layout.js";
import { Interrupted, interruptible } from "./interrupt.js";
import { printJson } from "./json.js";
import { Outputs } from "./outputs.js";
import { ProgressDisplay } from "./progress.js";
import { recipes } from "./recipes/index.js";
import { type ExperimentSettings, type Recipe, type RecipeData, compileFor, settingNames } from "./recipes/recipe.js";
import { pageParts, pageSize } from "./pages/page.js";
import { type Run, repeatCommand, resumeCommand, runFrom, runOptions, takeNotes, withData } from "./run.js";
import type { Surroundings } from "./surroundings.js";
import { taskOf } from "./tasks/index.js";
import { Terminal } from "./terminal.js";
import { RateRecorder } from "./training/rates.js";
import { trainingPage } from "./training/report.js";

/** A line of the help: what it is, and the settings that can be changed. */
const described = ({
  name,
  about,
  settings,
}: Pick<Recipe, "name" | "about"> & { readonly settings: Partial<ExperimentSettings> }) => {
  const set = settingNames.filter((one) => settings[one] !== undefined).map((one) => `--${one} ${settings[one]}`);
  return [name, set.length === 0 ? about : `${about} (${set.join(" ")})`] as const;
};

/** `lanegrad train`: trains a network by a recipe, or several that are compared. */
export const train: Command = {
  name: "train",
  summary: "train a network by a recipe",
  operand: {
    name: "recipe",
    choices: [...[...recipes, ...experiments].map(({ name }) => name), "imdb"],
    isRequired: false,
  },
  options: {
    ...dataOptions,
    ...runOptions,
    report: { value: "FILE.html", about: "write a page with curves, errors and what the network looks at" },
    threads: threadsOption,
    wide: wideOption,
    json: { about: "print the result as one JSON object, and everything else on standard error" },
  },
  about: [
    "Trains a network and says how well it does on samples that it has never seen.",
    "Ctrl-C saves a checkpoint and says how to go on from it; a second Ctrl-C quits.",
    "",
    "Recipes, each with its settings; the first is the default:",
    ...beside(recipes.map(described), 80),
    "",
    "Comparisons of several networks, printed as tables and drawn with --report:",
    ...beside(experiments.map(described), 80),
  ],
  examples: [
    "lanegrad train",
    "lanegrad train mnist-mlp-300 --download --out mlp.safetensors",
    "lanegrad train imdb --model bigru --data DIR",
    "lanegrad train shakespeare --download --out writer.safetensors",
    "lanegrad train digits --resume digits.checkpoint.safetensors",
  ],
  run: (args, surroundings) =>
    interruptible(surroundings, (signal) => {
      const experiment = experiments.find(({ name }) => name === args.operand);
      if (experiment === undefined) return runTraining(args, surroundings, signal);
      return runExperiment(experiment, args, surroundings, signal);
    }),
};

async function runTraining(args: Arguments, surroundings: Surroundings, signal: AbortSignal): Promise<void> {
  const isJson = args.has("json");
  const terminal = new Terminal(isJson ? surroundings.stderr : surroundings.stdout, surroundings.env);
  const outputs = await Outputs.tried("train", args);
  const parts = outputs.has("report") ? await pageParts("train", surroundings.files.pages.training) : undefined;
  await initWith(args);
  const planned = await runFrom(args);
  const checkpoint = await CheckpointFile.of(planned, args);
  const { recipe, seed, dataKind: kind, settings } = planned;
  const { epochs, batch } = settings;
  const data = await loadRecipeData(recipe, { args, surroundings, terminal, signal, seed, batch, kind });
  const run = withData(planned, data);
  takeNotes(run, data, false);
  const { length: modelSize } = await run.model.toBytes();
  await outputs.try({ out: modelSize, report: parts && pageSize(parts), checkpoint: modelSize });
  introduce(run, data, terminal);
  const rates = new RateRecorder();
  const watching = parts === undefined ? [] : [rates];
  const { history, seconds, samples } = await fitted({ run, data, args, terminal, signal, watching, checkpoint });
  const saved = outputs.has("out") ? await outputs.write("out", await run.model.toBytes()) : undefined;
  if (checkpoint.isAsked && saved !== undefined && saved === args.text("out")) await checkpoint.remove();
  const task = taskOf(recipe);
  const verdict = await task.judge({ fit: recipe.fit, model: run.model, data, batch });
  const counted = task.counted(data);
  const speed = `${rate((samples * counted.perRow) / seconds)} ${counted.name}/s`;
  terminal.fact("trained", `${plural(epochs, "epoch")} in ${duration(seconds)}, ${speed}`);
  terminal.fact("test", verdict.summary, "bold");
  if (saved !== undefined) terminal.fact("saved", saved);
  terminal.print();
  verdict.print(terminal);
  if (parts !== undefined) {
    const ended = { run, data, verdict, history, seconds, rates, command: repeatCommand(run, args) };
    const report = await outputs.write("report", await trainingPage(ended, parts));
    if (report !== undefined) terminal.fact("report", report);
  }
  if (isJson) {
    printJson(surroundings, {
      recipe: recipe.name,
      data: data.kind,
      epochs,
      trainLoss: history.epochs.length === 0 ? null : history.history.loss.at(-1),
      ...verdict.numbers,
      seconds,
      samplesPerSecond: samples / seconds,
      threads: info().threads,
      build: info().build,
    });
  }
  outputs.finish();
}

function introduce(
  { recipe, settings, seed, model, checkpoint }: Run,
  { description }: RecipeData,
  terminal: Terminal,
): void {
  const weights = model.weights.reduce((sum, { value }) => sum + value.size, 0);
  const { epochs, batch } = settings;
  terminal.fact("recipe", `${recipe.name}, ${recipe.about}`);
  terminal.fact("data", description);
  const samples = plural(batch, "sample");
  terminal.fact("network", `${count(weights)} weights, ${plural(epochs, "epoch")}, ${samples} a step, seed ${seed}`);
  terminal.fact("engine", engineText(info()));
  if (checkpoint !== undefined) terminal.fact("resumed", `from ${checkpoint}`);
}

interface Fitted {
  readonly history: History;
  readonly seconds: number;
  /** Samples seen in this process. */
  readonly samples: number;
}

/** What training needs besides. */
interface Fitting {
  readonly run: Run;
  readonly data: RecipeData;
  readonly args: Arguments;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  readonly watching: readonly Callback[];
  readonly checkpoint: CheckpointFile;
}

async function fitted({ run, data, args, terminal, signal, watching, checkpoint }: Fitting): Promise<Fitted> {
  const { recipe, model, settings } = run;
  const isResumed = run.checkpoint !== undefined;
  const { x, y } = data.train;
  const { epochs, batch: batchSize, lr } = settings;
  const rows = x.shape[0] - Math.floor(x.shape[0] * (recipe.fit?.validationSplit ?? 0));
  if (!isResumed) compileFor(recipe, model, lr, epochs * Math.ceil(rows / batchSize), epochs);
  let samples = 0;
  const counter: Callback = {
    onBatchEnd: (batch) => {
      samples += Math.min(batchSize, rows - batch * batchSize);
    },
  };
  const bytes = async (): Promise<Uint8Array> => {
    takeNotes(run, data, true);
    const whole = await model.toBytes({ checkpoint: true });
    takeNotes(run, data, false);
    return whole;
  };
  const start = performance.now();
  try {
    const own = recipe.callbacks?.({ epochs, model }) ?? [];
    const saving = checkpoint.isAsked ? [savingTo(checkpoint, bytes, terminal)] : [];
    const callbacks = [counter, ...own, new ProgressDisplay(terminal, taskOf(recipe)), ...watching, ...saving];
    const history = await model.fit(x, y, {
      ...recipe.fit,
      ...(recipe.showsTest === true && { validationData: data.test }),
      ...{ epochs, batchSize, callbacks, signal, resume: isResumed },
    });
    if (history.padding !== undefined) terminal.fact("padding", `${history.padding.toFixed(1)} % of the steps`);
    return { history, seconds: (performance.now() - start) / 1000, samples };
  } catch (error) {
    terminal.clearLive();
    if (!(error instanceof Interrupted)) throw error;
    const { path, failure } = await checkpoint.saveSomewhere(await bytes());
    const reason = failure === undefined ? "" : `${failure.message}\n`;
    const goOn = resumeCommand(run, args, path);
    throw new Interrupted(error.signal, `${reason}Stopped; ${path} holds everything. Go on with:\n  ${goOn}`);
  }
}

/** Saves before the first step, which must work, and after each epoch, where a failure is told and training goes on. */
function savingTo(checkpoint: CheckpointFile, bytes: () => Promise<Uint8Array>, terminal: Terminal): Callback {
  return {
    onTrainBegin: () => checkpoint.begin(bytes),
    async afterEpoch() {
      try {
        await checkpoint.save(await bytes());
      } catch (error) {
        if (!(error instanceof DataError)) throw error;
        terminal.fact("warning", error.message, "yellow");
      }
    },
  };
}
