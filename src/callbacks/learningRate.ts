/**
 * Changes of the learning rate between epochs: when a number no longer improves, or as a function says. Schedules by
 * step belong to the optimizer.
 */
import { UsageError, message, show } from "../errors.js";
import { type Table, checkNumber, integer, number, resolve } from "../options.js";
import type { Callback } from "./callback.js";
import { Monitor, type MonitorOptions, monitorTable } from "./monitor.js";

/** Options of {@link reduceOnPlateau}; minDelta is 1e-4 by default. */
export interface ReduceOnPlateauOptions extends MonitorOptions {
  /** Factor of the learning rate, in (0, 1). Default 0.1. */
  readonly factor?: number;
  /** Epochs without improvement before a reduction. Default 10. */
  readonly patience?: number;
  /** Epochs after a reduction that are not counted. Default 0. */
  readonly cooldown?: number;
  /** The learning rate does not fall below this. Default 0. */
  readonly minLearningRate?: number;
}

/**
 * Multiplies the learning rate by `factor` when `monitor` has not improved for `patience` epochs. The result replaces
 * the learning rate of a schedule.
 * @throws {UsageError} for a wrong option; in fit when the monitor is not measured
 */
export function reduceOnPlateau(options: ReduceOnPlateauOptions = {}): Callback {
  const op = "reduceOnPlateau";
  const { factor, patience, cooldown, minLearningRate, ...watched } = resolve(op, options, {
    ...monitorTable,
    minDelta: number("[0, ∞)", 1e-4),
    factor: number("(0, 1)", 0.1),
    patience: integer("[0, ∞)", 10),
    cooldown: integer("[0, ∞)", 0),
    minLearningRate: number("[0, ∞)", 0),
  } satisfies Table<ReduceOnPlateauOptions>);
  const monitor = new Monitor(op, watched);
  let waited = 0;
  let cooling = 0;
  return {
    name: op,
    checkLogs: (names) => monitor.check(names),
    onTrainBegin() {
      monitor.reset();
      waited = cooling = 0;
    },
    onEpochEnd(_epoch, logs, training) {
      const improved = monitor.improves(logs);
      if (cooling > 0) cooling--;
      else if (!improved) waited++;
      if (improved || cooling > 0) waited = 0;
      if (waited < Math.max(1, patience)) return;
      const reduced = Math.max(training.learningRate * factor, minLearningRate);
      if (reduced < training.learningRate) training.learningRate = reduced;
      waited = 0;
      cooling = cooldown;
    },
    save: () => ({ ...monitor.save(), waited, cooling }),
    restore(saved) {
      monitor.restore(saved);
      waited = saved.waited ?? 0;
      cooling = saved.cooling ?? 0;
    },
  };
}

/**
 * Sets the learning rate at the beginning of each epoch.
 *
 * @param rateAt  (epoch, learningRate) → the new learning rate; epochs count from 0
 * @throws {UsageError} unless `rateAt` is a function; in fit when it does not return a learning rate
 */
export function schedule(rateAt: (epoch: number, learningRate: number) => number): Callback {
  const op = "schedule";
  if (typeof rateAt !== "function") {
    const expected = "(epoch, learningRate) → learningRate";
    throw new UsageError(message(op, "rateAt must be a function", { expected, got: show(rateAt) }));
  }
  return {
    name: op,
    onEpochBegin(epoch, training) {
      const rate = rateAt(epoch, training.learningRate);
      checkNumber(op, `the learning rate of epoch ${epoch}`, rate, "[0, ∞)");
      training.learningRate = rate;
    },
  };
}
