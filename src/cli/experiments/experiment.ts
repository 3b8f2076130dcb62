/**
 * An experiment: not one network that is trained to a result, but several that are compared, or something that is measured about them.
 * `lanegrad train NAME` runs it, prints what it found and draws it (--report).
 *
 * To add one: a file in this folder that exports an `Experiment`, and a line in index.ts. Its `settings` say which of --epochs, --batch, --lr and --length it takes, with
 * their defaults, and `takesData` whether it takes --data and --download; --seed, --threads, --wide, --json and --report belong to all. What `run` finds is plain
 * data: tables of texts, charts of numbers, sentences that are worded from the numbers (an experiment that fails to show its lesson must say so), and an object
 * for --json. It computes in steps that heed `signal`; a `ProgressDisplay` (../progress.ts) on `terminal` shows a run of `fit`, `terminal.note` other work.
 */
import type { ComparisonTable } from "../comparison/report.js";
import type { Chart } from "../pages/chart.js";
import type { ExperimentSettings, Recipe, RecipeData } from "../recipes/recipe.js";
import type { Terminal } from "../terminal.js";

/** What an experiment has to work with. */
export interface ExperimentContext<Own extends Partial<ExperimentSettings>> {
  /** As the command line says, else the experiment's own. */
  readonly settings: { readonly [Name in keyof Own]: number };
  /** Everything random follows from it. */
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly terminal: Terminal;
  /** Gets data and tells where they are from; only for experiments that take data. @param load as that of a recipe */
  load(load: Recipe["load"]): Promise<RecipeData>;
}

/** What came out. */
export interface Findings {
  /** Printed in the terminal and on the page. */
  readonly tables: readonly ComparisonTable[];
  /** On the page. */
  readonly charts: readonly Chart[];
  /** What it shows, in sentences worded from the numbers. */
  readonly conclusions: readonly string[];
  /** For --json. */
  readonly result: Readonly<Record<string, unknown>>;
}

/** An experiment of `lanegrad train`. */
export interface Experiment<Own extends Partial<ExperimentSettings> = Partial<ExperimentSettings>> {
  readonly name: string;
  /** For the help, without a full stop. */
  readonly about: string;
  /** What can be set on the command line, with defaults. */
  readonly settings: Own;
  readonly takesData: boolean;
  run(context: ExperimentContext<Own>): Promise<Findings>;
}
