/** Initializers that draw every element from the same distribution, whatever the shape. */
import { UsageError, message } from "../errors.js";
import { fillNormal, fillTruncatedNormal, fillUniform } from "../ops/random.js";
import { type Table, number, resolve } from "../options.js";
import type { Initializer } from "./initializer.js";

/** Options of {@link randomUniform}. */
export interface RandomUniformOptions {
  /** Default −0.05. */
  readonly minval?: number;
  /** Above minval. Default 0.05. */
  readonly maxval?: number;
}

/** Uniform on [minval, maxval). @throws {UsageError} when an option is unknown or out of range */
export function randomUniform(options: RandomUniformOptions = {}): Initializer {
  const op = "randomUniform";
  const { minval, maxval } = resolve(op, options, {
    minval: number("(-∞, ∞)", -0.05),
    maxval: number("(-∞, ∞)", 0.05),
  } satisfies Table<RandomUniformOptions>);
  if (minval >= maxval) {
    throw new UsageError(
      message(op, "the interval is empty", { expected: "minval < maxval", got: `[${minval}, ${maxval})` }),
    );
  }
  return {
    config: { className: op, minval, maxval },
    fill(out, random) {
      fillUniform(out, random, minval, maxval);
      random.advance();
    },
  };
}

/** Options of {@link randomNormal} and {@link truncatedNormal}. */
export interface RandomNormalOptions {
  /** Default 0. */
  readonly mean?: number;
  /** ≥ 0. Default 0.05. */
  readonly stddev?: number;
}

/** Normal, N(mean, stddev). @throws {UsageError} when an option is unknown or out of range */
export function randomNormal(options: RandomNormalOptions = {}): Initializer {
  return normal("randomNormal", options, fillNormal);
}

/**
 * Normal, but values beyond two standard deviations are drawn again, which leaves a standard deviation of 0.8796
 * stddev.
 * @throws {UsageError} when an option is unknown or out of range
 */
export function truncatedNormal(options: RandomNormalOptions = {}): Initializer {
  return normal("truncatedNormal", options, fillTruncatedNormal);
}

function normal(op: string, options: RandomNormalOptions, fill: typeof fillNormal): Initializer {
  const { mean, stddev } = resolve(op, options, {
    mean: number("(-∞, ∞)", 0),
    stddev: number("[0, ∞)", 0.05),
  } satisfies Table<RandomNormalOptions>);
  return {
    config: { className: op, mean, stddev },
    fill(out, random) {
      fill(out, random, mean, stddev);
      random.advance();
    },
  };
}
