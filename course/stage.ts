/**
 * A lesson, and the stage, which is all that a lesson sees. Three players run lessons: the terminal (src/cli), the page
 * writer (src/report), and the live page in a browser, where the lesson runs in a worker. Whatever a lesson shows is
 * therefore plain data that can be posted, and nothing here knows Node or the DOM.
 */
import type { Model } from "lanegrad";
import type { Shown } from "lanegrad/report";
import type { Settings, Values } from "./settings.js";

export type { Settings, Values } from "./settings.js";

/** The chapters, in their order, with their titles. */
export const chapters = {
  calculus: "Derivatives",
  feedforward: "Feed-forward networks",
  convolution: "Convolutional networks",
  recurrent: "Recurrent networks",
  sequences: "From sequence to sequence",
  words: "Words as vectors",
  speech: "Speech",
  classic: "Networks before and beside back-propagation",
} as const;

/** The name of a chapter, which is also its folder. */
export type Chapter = keyof typeof chapters;

/**
 * The kind of a lesson: `network` trains one network to a known result and can be stopped, saved and resumed;
 * `comparison` trains or measures several; `table` is a table of the course, whose networks must reach stated bounds.
 */
export type LessonKind = "network" | "comparison" | "table";

/** A lesson of the course. */
export interface Lesson<Own extends Settings = Settings> {
  /** Its name on the command line, in links and in checkpoints: "mnist-mlp-300". */
  readonly name: string;
  /** Its heading. */
  readonly title: string;
  /** One line for the help, without a full stop. */
  readonly about: string;
  /**
   * For one of several networks on the same data: the name that stands for all of them, and the word that `model` takes
   * for this one; "lstm" is the default.
   */
  readonly family?: { readonly name: string; readonly model: string };
  readonly chapter: Chapter;
  readonly kind: LessonKind;
  /** The settings with their defaults. */
  readonly settings: Own;
  /**
   * Values with which a long lesson ends within three minutes and still shows its point; the live page begins with
   * them. Default: none, where the defaults are quick enough.
   */
  readonly quick?: Partial<Values<Own>> | undefined;
  /** The data sets that it may request. */
  readonly sources: readonly DataSource<unknown>[];
  /** What `--out` saves of a lesson that is no network: "the vectors". Default: nothing. */
  readonly saves?: string | SavedWith | undefined;
  /** True if it runs on other data when no source is provided. Default: true for a lesson without sources. */
  readonly runsWithoutSources?: boolean | undefined;
  /** Runs the lesson. @returns the result, as JSON */
  run(stage: Stage<Own>): Promise<Result>;
}

/** What `--out` saves where a setting has one of some values. */
export interface SavedWith {
  /** "the network of ctc" */
  readonly what: string;
  /** The name of the setting. */
  readonly setting: string;
  readonly values: readonly string[];
}

/** A result: values by name, for other programs. */
export type Result = Readonly<Record<string, unknown>>;

/** Everything that a lesson sees. */
export interface Stage<Own extends Settings = Settings> {
  /** The value of each setting. */
  readonly settings: Values<Own>;
  /** The seed of everything random. */
  readonly seed: number;
  /** Aborts when the lesson is to end; pass it to `fit`, `evaluate` and `predict`. */
  readonly signal: AbortSignal;
  /** The model of a network that resumes from a checkpoint; its notes are those of the checkpoint. */
  readonly resumed?: Model | undefined;
  /** Shows something at once. */
  readonly show: (shown: Shown) => void;
  /**
   * Resolves when the lesson may continue; a player can pause it here. Await it between two steps of long work; in
   * `fit` the callback of support/progress.ts does.
   *
   * @throws the signal's reason when it has aborted
   */
  readonly turn: () => Promise<void> | undefined;
  /**
   * Data from a source, read once.
   *
   * @param isOptional  true if the lesson also runs without them: if nobody asked for this source and it cannot be
   *                    found, {@link Provided.data} is undefined
   * @throws {DataError} that says how to get the data
   */
  readonly data: <Data>(source: DataSource<Data>, isOptional?: boolean) => Promise<Provided<Data>>;
  /**
   * Called when a network has been made or has changed, with a function that returns its bytes; the player saves what
   * it was asked to.
   */
  readonly keep: (moment: Moment, bytes: (isCheckpoint: boolean) => Promise<Uint8Array>) => Promise<void>;
}

/**
 * The moments at which a network is offered for saving: it was `made`; training has `begun`; an `epoch` has ended;
 * training was `stopped` by the signal; training is complete and the network `trained`.
 */
export type Moment = "made" | "begun" | "epoch" | "stopped" | "trained";

/** A data set that a lesson requests: its files, and how to read them. The player finds the files. */
export interface DataSource<Data> {
  /** "mnist": also the name of the folder in which it is searched. */
  readonly name: string;
  /** "MNIST" */
  readonly title: string;
  /** The files, each with its possible names; if the list is empty, a single file of any name. */
  readonly files: readonly SourceFile[];
  /** Other files that hold such data as well: each list does by itself. Default: none. */
  readonly otherFiles?: readonly (readonly SourceFile[])[];
  /** Where people can get the files. */
  readonly url: string;
  /**
   * Reads the bytes of the files, by the names under which they were given. @throws {DataError} when they are damaged
   */
  read(files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>): Promise<Data>;
}

/** A file of a data set. */
export interface SourceFile {
  /** Its possible names. */
  readonly names: readonly string[];
  /** Default false. */
  readonly isOptional?: boolean;
  /** The option by which the command takes this file, not by --data: `vectors` for --vectors. Default: none. */
  readonly option?: { readonly name: string; readonly about: string };
}

/** The data from a source. */
export interface Provided<Data> {
  readonly data: Data | undefined;
  /** Where the data come from, for people; without data, why there are none and how to get them. */
  readonly place: string;
}
