/**
 * Constraints: what parameters are made to obey after every step of the optimizer. Formulas and names as in Keras.
 * Letters: w a parameter; ‖w‖ Euclidean norms over some axes, by default over axis 0: of a kernel (I, O) one for each
 * output.
 */
import { UsageError, message, show } from "../errors.js";
import { relu } from "../ops/pointwise/activationFunctions.js";
import { add, div, mul } from "../ops/pointwise/arithmetic.js";
import { clip, sqrt, square } from "../ops/pointwise/unary.js";
import { type Axes, sum } from "../ops/reduce/reduce.js";
import { type Option, type Table, number, resolve } from "../options.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Constraint } from "./constraint.js";
import { isListOf } from "../lists.js";

export type { Constraint } from "./constraint.js";

/** What Keras adds to norms before it divides by them. */
const tiny = 1e-7;

/** Options of {@link unitNorm}, and those that it shares with the other norms. */
export interface UnitNormOptions {
  /**
   * The axes that a norm is taken over. Default 0. For the kernels of convolutions (kH, kW, C, O), [0, 1, 2] gives a
   * norm to each output.
   */
  readonly axis?: number | readonly number[];
}

/** Options of {@link maxNorm}. */
export interface MaxNormOptions extends UnitNormOptions {
  /** m > 0. Default 2. */
  readonly maxValue?: number;
}

/** Options of {@link minMaxNorm}. */
export interface MinMaxNormOptions extends UnitNormOptions {
  /** Default 0. */
  readonly minValue?: number;
  /** Default 1. */
  readonly maxValue?: number;
  /** ρ in [0, 1]: how far a step moves towards the range; 1 is all the way. Default 1. */
  readonly rate?: number;
}

const axis: Option<number | readonly number[]> = (op, name, value = 0) => {
  const list: unknown = Array.isArray(value) ? value : [value];
  if (isListOf(list, Number.isInteger) && list.length > 0) return value as number | readonly number[];
  throw new UsageError(message(op, `${name} has the wrong type`, { expected: "an axis or a list", got: show(value) }));
};
const bound = (initial: number): Option<number> => number("[0, ∞)", initial);

/** w · clip(‖w‖, 0, m) / (‖w‖ + 1e-7): no norm is above m. @throws {UsageError} when an option is out of range */
export function maxNorm(options: MaxNormOptions = {}): Constraint {
  const table = { maxValue: number("(0, ∞)", 2), axis } satisfies Table<MaxNormOptions>;
  const given = resolve("maxNorm", options, table);
  return constraint("maxNorm", given, (w) => {
    const norms = normsOf(w, given.axis);
    return mul(w, div(clip(norms, 0, given.maxValue), add(norms, tiny)));
  });
}

/** w / (‖w‖ + 1e-7): every norm is 1. @throws {UsageError} when an option is out of range */
export function unitNorm(options: UnitNormOptions = {}): Constraint {
  const given = resolve("unitNorm", options, { axis } satisfies Table<UnitNormOptions>);
  return constraint("unitNorm", given, (w) => div(w, add(normsOf(w, given.axis), tiny)));
}

/**
 * w · (ρ clip(‖w‖, min, max) + (1 − ρ) ‖w‖) / (‖w‖ + 1e-7): norms move into [min, max].
 * @throws {UsageError} when an option is out of range, or minValue is above maxValue
 */
export function minMaxNorm(options: MinMaxNormOptions = {}): Constraint {
  const op = "minMaxNorm";
  const table = { minValue: bound(0), maxValue: bound(1), rate: number("[0, 1]", 1), axis };
  const given = resolve(op, options, table satisfies Table<MinMaxNormOptions>);
  const { minValue, maxValue, rate } = given;
  if (minValue > maxValue) {
    const got = `${minValue} and ${maxValue}`;
    throw new UsageError(message(op, "minValue is above maxValue", { expected: "minValue ≤ maxValue", got }));
  }
  return constraint(op, given, (w) => {
    const norms = normsOf(w, given.axis);
    const wanted = add(mul(clip(norms, minValue, maxValue), rate), mul(norms, 1 - rate));
    return mul(w, div(wanted, add(norms, tiny)));
  });
}

/** Negative values become 0. */
export function nonNegative(): Constraint {
  return constraint("nonNegative", {}, relu);
}

function normsOf(w: Tensor, over: Axes): Tensor {
  return sqrt(sum(square(w), over, { keepDims: true }));
}

function constraint(className: string, given: object, constrain: Constraint["constrain"]): Constraint {
  return { constrain, config: { className, ...given } };
}
