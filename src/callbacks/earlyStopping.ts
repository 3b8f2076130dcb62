/** Stopping when a number has not improved for a while. */
import { type Table, flag, integer, resolve } from "../options.js";
import type { Callback, Training } from "./callback.js";
import { Monitor, type MonitorOptions, monitorTable } from "./monitor.js";

/** Options of {@link earlyStopping}; minDelta is 0 by default. */
export interface EarlyStoppingOptions extends MonitorOptions {
  /**
   * Epochs without improvement after which training ends, as in Keras: with 3, the third in a row ends it. Default 0,
   * which has the effect of 1.
   */
  readonly patience?: number;
  /**
   * Restores the weights of the best epoch at the end, however training ends, even by the signal or an error. A
   * `resume` with the same callback continues with the weights at the interruption. Default false.
   */
  readonly restoreBestWeights?: boolean;
}

/**
 * Ends training when `monitor` has not improved for `patience` epochs. After a resume only the value of an earlier best
 * epoch is known: its weights are in the checkpoint of that epoch, if one was kept.
 * @throws {UsageError} for a wrong option; in fit when the monitor is not measured
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): Callback {
  const op = "earlyStopping";
  const { patience, restoreBestWeights, ...watched } = resolve(op, options, {
    ...monitorTable,
    patience: integer("[0, ∞)", 0),
    restoreBestWeights: flag(false),
  } satisfies Table<EarlyStoppingOptions>);
  const monitor = new Monitor(op, watched);
  let waited = 0;
  let best: Float32Array[] | undefined;
  let now: Training;
  /** The weights at an interruption, and those that replaced them. */
  let interrupted: { readonly at: Float32Array[]; readonly best: Float32Array[] } | undefined;
  return {
    name: op,
    checkLogs: (names) => monitor.check(names),
    onTrainBegin(training) {
      monitor.reset();
      waited = 0;
      best = undefined;
      now = training;
    },
    onEpochEnd(_epoch, logs, training) {
      if (monitor.improves(logs)) {
        waited = 0;
        if (restoreBestWeights) best = training.copyWeights();
        return;
      }
      waited++;
      if (waited >= Math.max(1, patience))
        training.stop(`no improvement of ${monitor.describeBest()} in ${waited} ${waited === 1 ? "epoch" : "epochs"}`);
    },
    onTrainEnd(_logs, training) {
      if (best !== undefined) training.restoreWeights(best);
      best = interrupted = undefined;
    },
    onTrainAbort(training) {
      if (best === undefined) return;
      interrupted = { at: training.copyWeights(), best };
      training.restoreWeights(best);
    },
    save: () => ({ ...monitor.save(), waited }),
    restore(saved) {
      monitor.restore(saved);
      waited = saved.waited ?? 0;
      if (interrupted === undefined) return;
      best = interrupted.best;
      if (areEqual(now.copyWeights(), best)) now.restoreWeights(interrupted.at);
      interrupted = undefined;
    },
  };
}

/** True where the weights are unchanged. */
function areEqual(a: readonly Float32Array[], b: readonly Float32Array[]): boolean {
  return a.every((values, i) => values.every((value, k) => Object.is(value, b[i][k])));
}
