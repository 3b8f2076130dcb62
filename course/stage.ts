/**
 * A lesson, and the stage on which it is performed: all that it sees. Three players put lessons on: the terminal
 * (src/cli), the page writer (src/report), and the live page in a browser, where the lesson runs in a worker. So
 * whatever a lesson shows is plain data, which can be posted, and nothing here knows Node or the DOM.
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
} as const;

/** The name of a chapter, which is that of its folder. */
export type Chapter = keyof typeof chapters;

/**
 * What a lesson is: `network` trains one network to a known result and can be stopped, saved and resumed; `comparison`
 * trains or measures several; `table` is a table of the course, whose networks must reach stated bounds.
 */
export type LessonKind = "network" | "comparison" | "table";

/** A lesson of the course. */
export interface Lesson<Own extends Settings = Settings> {
  /** As on the command line, in links and in checkpoints: "mnist-mlp-300". */
  readonly name: string;
  /** Its heading. */
  readonly title: string;
  /** One line for the help, without a full stop. */
  readonly about: string;
  readonly chapter: Chapter;
  readonly kind: LessonKind;
  /** What can be set, with defaults. */
  readonly settings: Own;
  /** The data sets that it may ask for. */
  readonly sources: readonly DataSource<unknown>[];
  /** It runs, on other data, where nobody provides a source. Default: a lesson without sources does. */
  readonly runsWithoutSources?: boolean | undefined;
  /** Performs it. @returns the result, as JSON */
  run(stage: Stage<Own>): Promise<Result>;
}

/** A result: values by name, for other programs. */
export type Result = Readonly<Record<string, unknown>>;

/** What a lesson sees of the world. */
export interface Stage<Own extends Settings = Settings> {
  /** The value of each setting. */
  readonly settings: Values<Own>;
  /** Everything random follows from it. */
  readonly seed: number;
  /** Ends the lesson where it aborts; pass it to `fit`, `evaluate` and `predict`. */
  readonly signal: AbortSignal;
  /** For a network that goes on from a checkpoint: its model, whose notes are those of the checkpoint. */
  readonly resumed?: Model | undefined;
  /** Shows something, now. */
  readonly show: (shown: Shown) => void;
  /**
   * Resolves when the lesson may go on: a player pauses it here. To be awaited between two steps of long work; `fit`
   * heeds it by the callback of support/progress.ts.
   *
   * @throws the signal's reason where it has aborted
   */
  readonly turn: () => Promise<void> | undefined;
  /**
   * Data from a source, read once.
   *
   * @param isOptional  the lesson runs without them: where nobody asked for this source and it is not at hand,
   *                    {@link Provided.data} is undefined
   * @throws {DataError} that says how to get the data
   */
  readonly data: <Data>(source: DataSource<Data>, isOptional?: boolean) => Promise<Provided<Data>>;
  /**
   * A network tells that it has come to be, or has changed, and offers its bytes; the player keeps what it was asked to
   * keep.
   */
  readonly keep: (moment: Moment, bytes: (isCheckpoint: boolean) => Promise<Uint8Array>) => Promise<void>;
}

/**
 * When a network offers its bytes: it has been `made`; training has `begun`; an `epoch` has ended; training was
 * `stopped` by the signal; training has ended and it is `trained`.
 */
export type Moment = "made" | "begun" | "epoch" | "stopped" | "trained";

/**
 * A data set that a lesson asks for: which files it is, and how to read them. Where the files come from is the player's
 * business.
 */
export interface DataSource<Data> {
  /** "mnist": also the folder in which it is looked for. */
  readonly name: string;
  /** "MNIST" */
  readonly title: string;
  /** The files, each under any of its names; where there is none, a single file of any name will do. */
  readonly files: readonly SourceFile[];
  /** Where people can get the files. */
  readonly url: string;
  /** Reads the bytes of the files, by the names under which they were given. @throws {DataError} */
  read(files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>): Promise<Data>;
}

/** A file of a data set. */
export interface SourceFile {
  /** It may be called any of these. */
  readonly names: readonly string[];
  /** Default false. */
  readonly isOptional?: boolean;
}

/** What a source gave. */
export interface Provided<Data> {
  readonly data: Data | undefined;
  /** Where the data are from, for people; without data, why there are none and what would bring them. */
  readonly place: string;
}
