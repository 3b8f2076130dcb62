/**
 * Learning-rate schedules: functions of the step, counted from 0 over the whole training, or of the time, where the
 * lengths in their options are times such as { minutes: 40 }. Formulas and names as in Keras where Keras has the
 * schedule; oneCycle as in PyTorch. Letters: r, the initial learning rate; s, the step, or the seconds of training.
 * Time counts from the first step on, and not between two calls of `fit`; a checkpoint keeps it. Weights trained by
 * time differ in their last bits from run to run, because the clock does.
 * Schedules do not see losses; the callback reduceOnPlateau does.
 * Source: Loshchilov & Hutter 2017 (cosine, restarts); Smith & Topin 2018 (one cycle).
 */
import type { Config } from "../config.js";
import { UsageError, message, show } from "../errors.js";
import { type Option, type Table, checkNumber, flag, number, optional, resolve, unchecked } from "../options.js";
import { explained } from "../explained.js";
import type { Schedule } from "./optimizer.js";
import { type Duration, type Span, clockFor, isDuration, span } from "./spans.js";

export type { Duration, Span };

const rate = (initial?: number): Option<number> => number("[0, ∞)", initial);
const steps = span("[1, ∞)");
const part = number("[0, 1]", 0);

/** Options of {@link exponentialDecay} and {@link inverseTimeDecay}. */
export interface DecayOptions {
  /** r ≥ 0. */
  readonly initialLearningRate: number;
  /** The steps, or the time, in which the decay applies once. */
  readonly decaySteps: Span;
  /** The factor or slope of the decay. */
  readonly decayRate: number;
  /** Falls at every multiple of decaySteps instead of a little at each step. Default false. */
  readonly staircase?: boolean;
}

/**
 * r · decayRate^(s / decaySteps); with `staircase` the exponent is rounded down.
 * @throws {UsageError} when an option is unknown or out of range
 */
export function exponentialDecay(options: DecayOptions): Schedule {
  const { initialLearningRate, decayRate, age } = checkDecay("exponentialDecay", options);
  return schedule("exponentialDecay", options, ["decaySteps"], (s) => initialLearningRate * decayRate ** age(s));
}

/**
 * r / (1 + decayRate · s / decaySteps); with `staircase` the quotient is rounded down.
 * @throws {UsageError} when an option is unknown or out of range
 */
export function inverseTimeDecay(options: DecayOptions): Schedule {
  const { initialLearningRate, decayRate, age } = checkDecay("inverseTimeDecay", options);
  return schedule("inverseTimeDecay", options, ["decaySteps"], (s) => initialLearningRate / (1 + decayRate * age(s)));
}

function checkDecay(
  op: string,
  options: DecayOptions,
): Pick<DecayOptions, "initialLearningRate" | "decayRate"> & { readonly age: (s: number) => number } {
  const { initialLearningRate, decaySteps, decayRate, staircase } = resolve(op, options, {
    initialLearningRate: rate(),
    decaySteps: steps,
    decayRate: rate(),
    staircase: flag(false),
  } satisfies Table<DecayOptions>);
  const age = (s: number) => (staircase ? Math.floor(s / decaySteps) : s / decaySteps);
  return { initialLearningRate, decayRate, age };
}

/** Options of {@link piecewiseConstantDecay}. */
export interface PiecewiseConstantDecayOptions {
  /** Increasing steps, or times: values[i] holds up to and including step boundaries[i]. */
  readonly boundaries: readonly Span[];
  /** Learning rates, one more than boundaries; the last one holds for ever. */
  readonly values: readonly number[];
}

/**
 * values[i] for the first i with s ≤ boundaries[i], else the last value.
 * @throws {UsageError} when an option is unknown or out of range
 */
export function piecewiseConstantDecay(options: PiecewiseConstantDecayOptions): Schedule {
  const op = "piecewiseConstantDecay";
  const table = {
    boundaries: unchecked<readonly Span[]>(),
    values: unchecked<readonly number[]>(),
  } satisfies Table<PiecewiseConstantDecayOptions>;
  const { boundaries, values } = resolve(op, options, table);
  const areLists = [boundaries, values].every(Array.isArray);
  if (!areLists || values.length !== boundaries.length + 1) {
    const got = `boundaries ${show(boundaries)} and values ${show(values)}`;
    throw new UsageError(
      message(op, "boundaries and values do not match", { expected: "one value more than boundaries", got }),
    );
  }
  values.forEach((value, i) => checkNumber(op, `values[${i}]`, value, "[0, ∞)"));
  const ends: number[] = [];
  for (const [i, boundary] of boundaries.entries()) {
    const name = `boundaries[${i}]`;
    const after = i === 0 ? "[0, ∞)" : `(${ends[i - 1]}, ∞)`;
    ends.push(span(after)(op, name, boundary));
    if (isDuration(boundary)) checkNumber(op, `${name} in seconds`, ends[i], after);
  }
  const spans = boundaries.map((boundary, i) => [`boundaries[${i}]`, boundary] as const);
  return schedule(op, options, Object.fromEntries(spans), (s) => {
    const i = ends.findIndex((end) => s <= end);
    return values[i < 0 ? ends.length : i];
  });
}

/** Options of {@link polynomialDecay}. */
export interface PolynomialDecayOptions {
  /** r ≥ 0. */
  readonly initialLearningRate: number;
  /** The steps, or the time, until endLearningRate is reached. */
  readonly decaySteps: Span;
  /** e, the learning rate from then on. Default 1e-4. */
  readonly endLearningRate?: number;
  /** The exponent; 1 is a straight line. Default 1. */
  readonly power?: number;
  /** Starts again, over twice, three times, … decaySteps, instead of staying at the end. Default false. */
  readonly cycle?: boolean;
}

/**
 * (r − e) · (1 − s / decaySteps)^power + e, and e afterwards.
 * @throws {UsageError} when an option is unknown or out of range
 */
export function polynomialDecay(options: PolynomialDecayOptions): Schedule {
  const op = "polynomialDecay";
  const { initialLearningRate, decaySteps, endLearningRate, power, cycle } = resolve(op, options, {
    initialLearningRate: rate(),
    decaySteps: steps,
    endLearningRate: rate(1e-4),
    power: number("(0, ∞)", 1),
    cycle: flag(false),
  } satisfies Table<PolynomialDecayOptions>);
  return schedule(op, options, ["decaySteps"], (s) => {
    const length = cycle ? decaySteps * Math.max(1, Math.ceil(s / decaySteps)) : decaySteps;
    const left = 1 - Math.min(s, length) / length;
    return (initialLearningRate - endLearningRate) * left ** power + endLearningRate;
  });
}

/** Options of {@link cosineDecay}. */
export interface CosineDecayOptions {
  /** r ≥ 0. */
  readonly initialLearningRate: number;
  /** The steps, or the time, of the decay, after the warm-up. */
  readonly decaySteps: Span;
  /** The fraction of the highest learning rate that remains at the end. Default 0. */
  readonly alpha?: number;
  /** The learning rate that the warm-up reaches, linearly from r. Required with warmupSteps. */
  readonly warmupTarget?: number;
  /** The steps, or the time, of the warm-up. Default 0: no warm-up. */
  readonly warmupSteps?: Span;
}

/**
 * top · ((1 − alpha) · ½(1 + cos(π · s / decaySteps)) + alpha), where top is r and s starts at 0. After a warm-up, top
 * is warmupTarget and s is counted from its end.
 * @throws {UsageError} when an option is unknown or out of range
 */
export function cosineDecay(options: CosineDecayOptions): Schedule {
  const op = "cosineDecay";
  const { initialLearningRate, decaySteps, alpha, warmupTarget, warmupSteps } = resolve(op, options, {
    initialLearningRate: rate(),
    decaySteps: steps,
    alpha: part,
    warmupTarget: optional(rate()),
    warmupSteps: span("[0, ∞)", 0),
  } satisfies Table<CosineDecayOptions>);
  if (warmupSteps > 0) checkNumber(op, "warmupTarget", warmupTarget, "[0, ∞)");
  const top = warmupSteps > 0 ? (warmupTarget as number) : initialLearningRate;
  return schedule(op, options, ["decaySteps", "warmupSteps"], (s) => {
    if (s < warmupSteps) return initialLearningRate + (top - initialLearningRate) * (s / warmupSteps);
    const share = Math.min(s - warmupSteps, decaySteps) / decaySteps;
    return top * ((1 - alpha) * fall(share) + alpha);
  });
}

/** Options of {@link cosineDecayRestarts}. */
export interface CosineDecayRestartsOptions {
  /** r ≥ 0. */
  readonly initialLearningRate: number;
  /** The steps, or the time, of the first period. */
  readonly firstDecaySteps: Span;
  /** Each period is this many times as long as the one before. Default 2. */
  readonly tMul?: number;
  /** Each period starts at this fraction of the one before. Default 1. */
  readonly mMul?: number;
  /** The fraction of r that remains at the end of a period. Default 0. */
  readonly alpha?: number;
}

/**
 * Cosine decay that starts again after firstDecaySteps, then after tMul times as many, and so on.
 * @throws {UsageError} when an option is unknown or out of range
 */
export function cosineDecayRestarts(options: CosineDecayRestartsOptions): Schedule {
  const op = "cosineDecayRestarts";
  const { initialLearningRate, firstDecaySteps, tMul, mMul, alpha } = resolve(op, options, {
    initialLearningRate: rate(),
    firstDecaySteps: steps,
    tMul: number("[1, ∞)", 2),
    mMul: rate(1),
    alpha: part,
  } satisfies Table<CosineDecayRestartsOptions>);
  return schedule(op, options, ["firstDecaySteps"], (s) => {
    let begin = 0;
    let length = firstDecaySteps;
    let height = 1;
    while (s >= begin + length) {
      begin += length;
      length *= tMul;
      height *= mMul;
    }
    return initialLearningRate * ((1 - alpha) * height * fall((s - begin) / length) + alpha);
  });
}

/** Options of {@link oneCycle}. */
export interface OneCycleOptions {
  /** The peak learning rate. */
  readonly maxLearningRate: number;
  /** The steps, or the time, of the whole training. */
  readonly totalSteps: Span;
  /** The fraction of them in which the rate rises. Default 0.3. */
  readonly warmupFraction?: number;
  /** The first rate is maxLearningRate / divFactor. Default 25. */
  readonly divFactor?: number;
  /** The last rate is the first / finalDivFactor. Default 1e4. */
  readonly finalDivFactor?: number;
}

/**
 * Half a cosine up to maxLearningRate, then half a cosine down to almost nothing, where it stays.
 * @throws {UsageError} when an option is unknown or out of range
 */
export function oneCycle(options: OneCycleOptions): Schedule {
  const op = "oneCycle";
  const { maxLearningRate, totalSteps, warmupFraction, divFactor, finalDivFactor } = resolve(op, options, {
    maxLearningRate: rate(),
    totalSteps: steps,
    warmupFraction: number("[0, 1)", 0.3),
    divFactor: number("(0, ∞)", 25),
    finalDivFactor: number("(0, ∞)", 1e4),
  } satisfies Table<OneCycleOptions>);
  const first = maxLearningRate / divFactor;
  const last = first / finalDivFactor;
  const own = isDuration(options.totalSteps) ? 0 : 1; // PyTorch counts the peak and the end as steps
  const peak = warmupFraction * totalSteps - own;
  const end = totalSteps - own;
  return schedule(op, options, ["totalSteps"], (s) => {
    if (s < peak) return maxLearningRate + (first - maxLearningRate) * fall(s / peak);
    const share = Math.min(1, (s - peak) / (end - peak));
    return last + (maxLearningRate - last) * fall(share);
  });
}

/** Half a cosine: 1 at share 0, 0 at share 1. */
function fall(share: number): number {
  return 0.5 * (1 + Math.cos(Math.PI * share));
}

/** @param spans the names of the options that are spans, or the spans by name  @param at of the step, or of the seconds */
function schedule(
  className: string,
  options: object,
  spans: readonly string[] | Readonly<Record<string, Span>>,
  at: (s: number) => number,
): Schedule {
  const config: Config = { className, ...options };
  const named = Array.isArray(spans)
    ? Object.fromEntries((spans as readonly string[]).map((name) => [name, config[name]]))
    : (spans as Readonly<Record<string, Span>>);
  const newClock = clockFor(className, named);
  const checks = { at: (step: unknown) => checkNumber(className, "step", step, "[0, ∞)") };
  const timed = { at: (_: number, seconds = 0) => at(seconds), newClock, config };
  return explained<Schedule>(newClock ? (timed as Schedule) : { at: (step) => at(step), config }, checks);
}
