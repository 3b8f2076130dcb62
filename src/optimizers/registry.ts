/**
 * Optimizers and schedules by name, for loading models. Only code that loads a model imports this file, so other
 * bundles drop it.
 */
import { type Config, type Makers, makeFrom } from "../config.js";
import { adadelta, adagrad, rmsprop } from "./adaptive.js";
import { adam, adamw, nadam } from "./adam.js";
import { adamax } from "./adamax.js";
import { lbfgs } from "./lbfgs.js";
import { lion } from "./lion.js";
import type { Optimizer } from "./optimizer.js";
import type { Schedule } from "./optimizer.js";
import * as schedules from "./schedules.js";
import { sgd } from "./sgd.js";

const optimizers: Makers<Optimizer> = { sgd, adagrad, rmsprop, adadelta, adam, adamax, adamw, lbfgs, lion, nadam };

/**
 * The optimizer that a config describes.
 * @throws {DataError} when its className is unknown
 * @throws {UsageError} when an option is unknown or out of range
 */
export function optimizerFrom(config: Config): Optimizer {
  const { learningRate } = config;
  const isSchedule = typeof learningRate === "object" && learningRate !== null && !("at" in learningRate);
  const rate = isSchedule ? { learningRate: scheduleFrom(learningRate as Config) } : {};
  return makeFrom("optimizer", optimizers, { ...config, ...rate }, "optimizers");
}

/**
 * The schedule that a config describes.
 * @throws {DataError} when its className is unknown
 * @throws {UsageError} when an option is unknown or out of range
 */
export function scheduleFrom(config: Config): Schedule {
  return makeFrom<Schedule>("schedule", schedules, config, "schedules");
}
