/** What lessons that compare several networks share. Letters: N rows. */
import { type Callback, type Dataset, type FitOptions, type History, type Model, type Tensor, tensor } from "lanegrad";
import type { Stage } from "../stage.js";
import { classes } from "./classes.js";
import { percent } from "./format.js";
import { TrainingProgress } from "./progress.js";

/** The history of a `fit` and its duration. */
export interface Timed {
  readonly history: History["history"];
  readonly seconds: number;
}

/** Trains a compiled model on a stage and shows its progress. @param name the name of the network, for people */
export async function fitOn(
  stage: Stage,
  name: string,
  model: Model,
  { x, y }: { readonly x: Tensor; readonly y: Tensor | readonly Tensor[] },
  { callbacks = [], ...options }: FitOptions & { readonly callbacks?: readonly Callback[] },
): Promise<Timed> {
  stage.show({ kind: "now", name: "network", text: name });
  const start = performance.now();
  const { history } = await model.fit(x, y, {
    ...{ ...options, signal: stage.signal },
    callbacks: [...callbacks, new TrainingProgress(stage, classes.wording)],
  });
  return { history, seconds: (performance.now() - start) / 1000 };
}

/** Copies of the first `most` rows, or of all if there are fewer. */
export function firstRows({ x, y, ...rest }: Dataset, most: number): Dataset {
  const cut = (all: typeof x): typeof x => {
    const [N, ...shape] = all.shape;
    const n = Math.min(N, most);
    return tensor(all.toTypedArray().slice(0, (n * all.size) / N), [n, ...shape]);
  };
  return { ...rest, x: cut(x), y: cut(y) };
}

/** Whether one share of a test set is clearly greater than another, with a sentence. */
export interface Difference {
  /** True if it is more than {@link clearly} standard errors above 0. */
  readonly isClear: boolean;
  readonly text: string;
}

/** A difference of more than this many standard errors is called clear. */
const clearly = 4;

/** The difference of two shares as people compute it from the shares that they read, which are rounded to 0.1 %. */
function percentBetween(greater: number, smaller: number): string {
  const tenths = (share: number): number => Math.round(1000 * share);
  return percent((tenths(greater) - tenths(smaller)) / 1000, 1);
}

/**
 * The difference of two shares, each measured on N samples, against its standard error √((p(1 − p) + q(1 − q)) / N).
 */
export function differenceOf(greater: number, smaller: number, N: number): Difference {
  const p = (share: number): number => share * (1 - share);
  const error = Math.sqrt((p(greater) + p(smaller)) / N) || 1 / N;
  const times = (greater - smaller) / error;
  const size = `The difference is ${percentBetween(greater, smaller)} of the test set, ${times.toFixed(1)} times its standard error`;
  return { isClear: times > clearly, text: `${size} (clear is more than ${clearly} times)` };
}

/**
 * The same for two networks that answered the same N samples: of those that only one of them has right, b and c, the
 * difference has the standard error √(b + c) / N. Source: McNemar 1947.
 *
 * @param sample  what the samples are, for people: "test pictures"
 */
export function pairedDifference(greater: readonly boolean[], smaller: readonly boolean[], sample: string): Difference {
  const only = (these: readonly boolean[], those: readonly boolean[]): number =>
    these.filter((isRight, i) => isRight && !those[i]).length;
  const shareOf = (answers: readonly boolean[]): number => answers.filter(Boolean).length / answers.length;
  const [b, c] = [only(greater, smaller), only(smaller, greater)];
  const times = (b - c) / Math.sqrt(b + c || 1);
  const size = `The difference is ${percentBetween(shareOf(greater), shareOf(smaller))} of the ${sample}, ${times.toFixed(1)} times its standard error`;
  return { isClear: times > clearly, text: `${size} (clear is more than ${clearly} times)` };
}
