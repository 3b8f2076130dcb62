/**
 * A lesson with its settings and its seed, from the command line or, for a run that resumes, from its checkpoint. Does
 * not run it.
 */
import { defaultsOf } from "../../../course/settings.js";
import type { Lesson } from "../../../course/stage.js";
import { DataError, message, show } from "../../errors.js";
import { type Model, loadModel } from "../../index.js";
import { type Arguments, commandText, unknown, wrong } from "../commandLine.js";
import { seedOf } from "../seed.js";
import { identityOf } from "./outputs.js";
import { type AnyValues, checkOptions, checkSaved, flagsOf, givenSettings, wordsOf } from "./settings.js";
import { fileOptions } from "./sources.js";

/** What is to be run. */
export interface Plan {
  readonly command: string;
  readonly lesson: Lesson;
  readonly settings: AnyValues;
  readonly seed: number;
  /** The checkpoint that it resumes from. */
  readonly resumed: Resumed | undefined;
}

/** A checkpoint. */
export interface Resumed {
  readonly file: string;
  /** The identity of that file when it was read. */
  readonly identity: string | undefined;
  readonly model: Model;
}

/**
 * The plan.
 * @throws {CommandLineError} for wrong arguments
 * @throws {DataError} for a file that is not a checkpoint
 */
export async function planFrom(command: string, lessons: readonly Lesson[], args: Arguments): Promise<Plan> {
  const file = args.text("resume");
  const name = lessonName(lessons, args);
  const meant = lessons.find((one) => one.name === name) ?? lessons[0];
  if (file === undefined || meant.kind !== "network") {
    checkOptions(command, meant, lessons, args);
    const settings = { ...defaultsOf(meant.settings), ...givenSettings(command, meant, args) };
    checkSaved(command, meant, settings, args);
    return { command, lesson: meant, settings, seed: seedOf(args) ?? 0, resumed: undefined };
  }
  const seed = seedOf(args);
  const plan = await resumedPlan(command, lessons, file);
  const wanted = givenSettings(command, plan.lesson, args);
  checkUnchanged(args, plan, {
    ...wanted,
    ...(seed !== undefined && { seed }),
    ...(name !== undefined && { recipe: name }),
  });
  checkOptions(command, plan.lesson, lessons, args);
  if (plan.resumed!.model.notes.data === "drawn" && (args.has("data") || args.has("download"))) {
    const hint = "Leave --data and --download out.";
    throw new DataError(message("train", "the run to be resumed was on drawn digits", { hint }));
  }
  return plan;
}

/**
 * The name of the lesson: `imdb` and `shakespeare` stand for several networks, one of which --model chooses.
 * @throws {CommandLineError} for an unknown one
 */
function lessonName(lessons: readonly Lesson[], args: Arguments): string | undefined {
  const family = lessons.filter((lesson) => lesson.family?.name === args.operand);
  if (args.operand === undefined || family.length === 0) return args.operand;
  const kind = args.text("model") ?? "lstm";
  const chosen = family.find((lesson) => lesson.family!.model === kind);
  if (chosen !== undefined) return chosen.name;
  const kinds = family.map((lesson) => lesson.family!.model);
  throw unknown("train", "model", kind, kinds);
}

async function resumedPlan(command: string, lessons: readonly Lesson[], file: string): Promise<Plan> {
  const identity = await identityOf(file);
  const model = await loadModel(file);
  const { recipe, data, run } = model.notes as { recipe?: unknown; data?: unknown; run?: AnyValues };
  const lesson = lessons.find(({ name, kind }) => kind === "network" && name === recipe);
  if (lesson === undefined || typeof data !== "string" || !isRun(lesson, run)) {
    const hint = "A checkpoint is what lanegrad train saves when Ctrl-C ends it, or as --checkpoint.";
    throw new DataError(message("train", `${show(file)} is not a checkpoint of lanegrad train`, { hint }));
  }
  return { command, lesson, settings: run, seed: model.seed, resumed: { file, identity, model } };
}

function isRun({ settings }: Lesson, run: AnyValues | undefined): run is AnyValues {
  const isValue = (name: string): boolean =>
    typeof run![name] === (settings[name].kind === "number" ? "number" : "string");
  return typeof run === "object" && run !== null && Object.keys(settings).every(isValue);
}

/** A resumed run keeps its settings; the same values may be given again. */
function checkUnchanged(args: Arguments, { lesson, settings, seed }: Plan, wanted: AnyValues): void {
  const begun: AnyValues = { ...settings, seed, recipe: lesson.name };
  for (const [name, value] of Object.entries(wanted)) {
    if (value === begun[name]) continue;
    const what = name === "recipe" ? "the recipe" : `--${name}`;
    const hint = "A resumed run keeps the options it began with.";
    const got = args.text(name) ?? String(value);
    throw wrong("train", `${what} differs from the checkpoint`, show(begun[name]), got, hint);
  }
}

/** The options by which the lesson takes files of its data. */
const filesOf = (lesson: Lesson): string[] => Object.keys(fileOptions([lesson]));

/** The command line that resumes from a checkpoint. */
export function resumeCommand({ lesson }: Plan, args: Arguments, checkpoint: string): string {
  const isAsked = args.text("checkpoint") === checkpoint;
  const again = args.again([
    "data",
    ...filesOf(lesson),
    "threads",
    "out",
    ...(isAsked ? ["checkpoint"] : []),
    "wide",
    "json",
  ]);
  return commandText(["npx", "lanegrad", "train", lesson.name, "--resume", checkpoint, ...again]);
}

/** The command line that repeats the result. */
export function repeatCommand({ command, lesson, settings, seed }: Plan, args: Arguments): string {
  const words = wordsOf(lesson.settings, settings);
  const again = args.again(["data", ...filesOf(lesson), ...flagsOf(lesson), "threads", "wide"]);
  return commandText(["npx", "lanegrad", command, lesson.name, ...words, "--seed", String(seed), ...again]);
}
