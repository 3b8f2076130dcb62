/** What the options of all optimizers have in common: their checks, and the parts of an Optimizer that follow from them. */
import type { Config } from "../config.js";
import { UsageError, checkKeys, message, show } from "../errors.js";
import { checkBoolean, checkNumber } from "../options.js";
import type { Clipping, Optimizer } from "./optimizer.js";
import type { Schedule } from "./schedule.js";

/** Options that every optimizer takes. */
export interface OptimizerOptions extends Clipping {
  /** ≥ 0, or a schedule. */
  readonly learningRate?: number | Schedule;
  /** λ ≥ 0 of weight decay, which biases and the like do not get. */
  readonly weightDecay?: number;
}

const clippings = ["clipValue", "clipNorm", "globalClipNorm"] as const;

const intervals: Readonly<Record<string, string>> = {
  weightDecay: "[0, ∞)",
  momentum: "[0, 1)",
  beta1: "[0, 1)",
  beta2: "[0, 1)",
  rho: "[0, 1)",
  epsilon: "[1e-30, ∞)", // a float32 above 0: 0/(0 + ε) must be 0
  initialAccumulatorValue: "[0, ∞)",
};

/** An optimizer's options besides the clippings, each with a value. */
type Values<O extends OptimizerOptions> = Omit<Required<O>, keyof Clipping>;

/** The common parts of an optimizer, and its options with the defaults filled in. */
export interface Resolved<O extends OptimizerOptions> {
  readonly values: Values<O>;
  readonly common: Pick<Optimizer, "name" | "learningRate" | "weightDecay" | "clipping" | "config">;
}

/**
 * Checks options and fills in the defaults.
 *
 * @param name      the optimizer's function
 * @param options   what the user passed
 * @param defaults  one for every option besides the clippings
 * Errors: UsageError for an unknown option, a value out of range, two clippings.
 */
export function resolveOptions<O extends OptimizerOptions>(name: string, options: O, defaults: Values<O>): Resolved<O> {
  checkKeys(name, options, [...Object.keys(defaults), ...clippings]);
  const values: Values<O> = { ...defaults, ...given(options, Object.keys(defaults)) };
  for (const [key, value] of Object.entries<unknown>(values)) {
    if (key === "learningRate") checkLearningRate(name, value);
    else if (key in intervals) checkNumber(name, key, value, intervals[key]);
    else checkBoolean(name, key, value);
  }
  const clipping = given(options, clippings) as Clipping;
  checkClipping(name, clipping);
  const { learningRate, weightDecay } = values as Values<OptimizerOptions>;
  const rate = typeof learningRate === "number" ? learningRate : learningRate.config;
  const config: Config = { className: name, ...values, learningRate: rate, ...clipping };
  return { values, common: { name, learningRate, weightDecay, clipping, config } };
}

/** Throws UsageError unless `value` can be a learning rate: a number ≥ 0 or a schedule. */
function checkLearningRate(op: string, value: unknown): void {
  const isSchedule = typeof value === "object" && value !== null && "at" in value && typeof value.at === "function";
  if (isSchedule || (typeof value === "number" && value >= 0 && value < Infinity)) return;
  const expected = "a number in [0, ∞) or a schedule";
  throw new UsageError(message(op, "learningRate is out of range", { expected, got: show(value) }));
}

function checkClipping(op: string, clipping: Clipping): void {
  for (const [key, value] of Object.entries(clipping)) checkNumber(op, key, value, "(0, ∞)");
  const names = Object.keys(clipping);
  if (names.length > 1) {
    throw new UsageError(message(op, "more than one clipping", { expected: "one", got: names.join(" and ") }));
  }
}

/** Those of `keys` that are in `options` with a value. */
function given<T extends object>(options: T, keys: readonly string[]): Partial<T> {
  const entries = Object.entries(options).filter(([key, value]) => keys.includes(key) && value !== undefined);
  return Object.fromEntries(entries) as Partial<T>;
}
