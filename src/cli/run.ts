/**
 * A training run as the command line describes it: a recipe with its settings, begun anew or taken up from a checkpoint, where all of that stands in the
 * model's notes. Does not train.
 */
import { DataError, message, show } from "../errors.js";
import { type Model, loadModel } from "../index.js";
import { type Arguments, type Signature, commandText, unknown, wrong } from "./commandLine.js";
import { identityOf } from "./outputs.js";
import { imdbModels } from "./recipes/imdb.js";
import { recipes } from "./recipes/index.js";
import type { ExperimentSettings, Recipe, RecipeData, Settings } from "./recipes/recipe.js";
import { seedOf, seedOption } from "./seed.js";
import { taskOf } from "./tasks/index.js";

/** A run, before its data are there. */
export interface PlannedRun {
  readonly recipe: Recipe;
  readonly settings: Settings;
  readonly seed: number;
  /** The checkpoint's model; undefined for a new run. */
  readonly saved: Model | undefined;
  /** Which data it began with; undefined for a new run. */
  readonly dataKind: string | undefined;
  /** The checkpoint that it goes on from. */
  readonly checkpoint: string | undefined;
  /** Of that file, as it was read. */
  readonly identity: string | undefined;
}

/** A run whose data are there. */
export interface Run extends PlannedRun {
  readonly model: Model;
}

/** The options that describe a run. */
export const runOptions: Signature["options"] = {
  epochs: { value: "N", about: "how often all samples are seen" },
  batch: { value: "N", about: "samples a step" },
  seed: seedOption,
  model: { value: "KIND", about: `the network of imdb: ${imdbModels.join(", ")}; default lstm` },
  lr: { value: "X", about: "the highest learning rate" },
  length: { value: "N", about: "steps of the sequences of adding" },
  out: { value: "FILE", about: "save the trained model there, as safetensors" },
  resume: {
    value: "FILE",
    about: "go on from a checkpoint that Ctrl-C or --checkpoint left, to the same weights as without the break",
  },
  checkpoint: {
    value: "FILE",
    about: "save a checkpoint there before the first step and after each epoch; removed when --out has the model",
  },
};

/** The settings that were asked for. Errors: CommandLineError. */
export function settingsOf(args: Arguments): Partial<ExperimentSettings> {
  const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 1;
  const epochs = args.number("epochs", "an integer ≥ 1", isCount);
  const batch = args.number("batch", "an integer ≥ 1", isCount);
  const lr = args.number("lr", "a number > 0", (value) => value > 0);
  const length = args.number("length", "an integer ≥ 2", (value) => Number.isSafeInteger(value) && value >= 2);
  return { ...(epochs && { epochs }), ...(batch && { batch }), ...(lr && { lr }), ...(length && { length }) };
}

/** A run as the arguments say. Errors: CommandLineError; DataError for a file that is no checkpoint. */
export async function runFrom(args: Arguments): Promise<PlannedRun> {
  const { length, ...wanted } = settingsOf(args);
  if (length !== undefined) throw wrong("train", "--length is for adding", "train adding --length N", args.operand);
  const seed = seedOf(args);
  const file = args.text("resume");
  if (file !== undefined) {
    const run = await resumedRun(file);
    checkUnchanged(args, run, { ...wanted, seed, recipe: recipeName(args) });
    checkData(run.recipe, args);
    return run;
  }
  const name = recipeName(args);
  const recipe = recipes.find((one) => one.name === name) ?? recipes[0];
  checkData(recipe, args);
  const settings = { ...recipe.settings, ...wanted };
  return {
    recipe,
    settings,
    seed: seed ?? 0,
    saved: undefined,
    dataKind: undefined,
    checkpoint: undefined,
    identity: undefined,
  };
}

function checkData({ name, takesData = true }: Recipe, args: Arguments): void {
  const spare = takesData ? undefined : ["data", "download"].find((option) => args.has(option));
  if (spare !== undefined) throw wrong("train", `--${spare} is not for ${name}, which makes its data itself`);
}

/** The run on its data: with the checkpoint's model, or a new one. */
export function withData(run: PlannedRun, data: RecipeData): Run {
  const { recipe, seed, saved, settings } = run;
  return { ...run, model: saved ?? recipe.model(seed, { data, batch: settings.batch }) };
}

/** The recipe that is meant: "imdb" stands for one of six by --model. Errors: CommandLineError. */
function recipeName(args: Arguments): string | undefined {
  const kind = args.text("model");
  if (args.operand !== "imdb") {
    if (kind === undefined) return args.operand;
    throw wrong("train", "--model is for the recipe imdb", "train imdb --model KIND", args.operand ?? "no recipe");
  }
  if (kind === undefined || imdbModels.includes(kind)) return `imdb-${kind ?? "lstm"}`;
  throw unknown("train", "model", kind, imdbModels);
}

/** What stands in the notes of a model that lanegrad train made; `run` only in a checkpoint. */
interface RunNotes {
  readonly recipe: string;
  readonly data: string;
  readonly run?: Settings;
}

/** Writes into the model's notes what predict needs, and for a checkpoint what a resumed run needs. */
export function takeNotes({ model, recipe, settings }: Run, data: RecipeData, isCheckpoint: boolean): void {
  const notes: RunNotes = { recipe: recipe.name, data: data.kind, ...(isCheckpoint && { run: settings }) };
  model.notes = { ...notes, ...taskOf(recipe).notes(data) };
}

async function resumedRun(file: string): Promise<PlannedRun> {
  const identity = await identityOf(file);
  const model = await loadModel(file);
  const { recipe: name, data, run } = model.notes as Partial<RunNotes>;
  const recipe = recipes.find((one) => one.name === name);
  if (recipe === undefined || typeof data !== "string" || !isSettings(run)) {
    const hint = "A checkpoint is what lanegrad train saves when Ctrl-C ends it, or as --checkpoint.";
    throw new DataError(message("train", `${show(file)} is no checkpoint of lanegrad train`, { hint }));
  }
  return { recipe, settings: run, seed: model.seed, saved: model, dataKind: data, checkpoint: file, identity };
}

function isSettings(run: Settings | undefined): run is Settings {
  return typeof run === "object" && [run.epochs, run.batch, run.lr].every((value) => typeof value === "number");
}

/** What a run began with stays; to say it again does no harm. */
function checkUnchanged(
  args: Arguments,
  { recipe, settings, seed }: PlannedRun,
  wanted: Readonly<Record<string, number | string | undefined>>,
): void {
  const begun: Readonly<Record<string, number | string>> = { ...settings, seed, recipe: recipe.name };
  for (const [name, value] of Object.entries(wanted)) {
    if (value === undefined || value === begun[name]) continue;
    const what = name === "recipe" ? "the recipe" : `--${name}`;
    const hint = "A resumed run goes on with what it began with.";
    throw wrong(
      "train",
      `${what} is not that of the checkpoint`,
      show(begun[name]),
      args.text(name) ?? String(value),
      hint,
    );
  }
}

/** The command that goes on from a checkpoint. */
export function resumeCommand({ recipe }: Run, args: Arguments, checkpoint: string): string {
  const words = ["npx", "lanegrad", "train", recipe.name, "--resume", checkpoint];
  const isAsked = args.text("checkpoint") === checkpoint;
  return commandText([
    ...words,
    ...args.again(["data", "threads", "out", ...(isAsked ? ["checkpoint"] : []), "wide", "json"]),
  ]);
}

/** The command that trains to the same weights. */
export function repeatCommand({ recipe, settings: { epochs, batch, lr }, seed }: Run, args: Arguments): string {
  const settings = Object.entries({ epochs, batch, lr, seed });
  const words = settings.flatMap(([name, value]) => [`--${name}`, String(value)]);
  return commandText([
    ...["npx", "lanegrad", "train", recipe.name],
    ...words,
    ...args.again(["data", "threads", "wide"]),
  ]);
}
