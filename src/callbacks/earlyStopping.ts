/** Stopping when a number has not improved for a while. */
import { checkKeys } from "../errors.js";
import { checkBoolean, checkInteger } from "../options.js";
import type { Callback } from "./callback.js";
import { Monitor, type MonitorOptions } from "./monitor.js";

/** Options of {@link earlyStopping}; minDelta is 0 by default. */
export interface EarlyStoppingOptions extends MonitorOptions {
  /** Epochs without improvement that are borne; the next one ends training. Default 0, as in Keras: the first one does. */
  readonly patience?: number;
  /** Put the weights of the best epoch back at the end, however training ends. Default false. */
  readonly restoreBestWeights?: boolean;
}

/**
 * Ends training when `monitor` has not improved for `patience` epochs. After a resume the best epoch from before it is known by its number only: its
 * weights are those of the checkpoint of that epoch, if one was kept.
 * Errors: UsageError for an option; in fit for a monitor that is not measured.
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): Callback {
  const op = "earlyStopping";
  checkKeys(op, options, ["monitor", "mode", "minDelta", "patience", "restoreBestWeights"]);
  const { patience = 0, restoreBestWeights = false } = options;
  checkInteger(op, "patience", patience, "[0, ∞)");
  checkBoolean(op, "restoreBestWeights", restoreBestWeights);
  const monitor = new Monitor(op, options);
  let waited = 0;
  let best: Float32Array[] | undefined;
  return {
    name: op,
    onTrainBegin() {
      monitor.reset();
      waited = 0;
      best = undefined;
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
      best = undefined;
    },
    save: () => ({ ...monitor.save(), waited }),
    restore(saved) {
      monitor.restore(saved);
      waited = saved.waited ?? 0;
    },
  };
}
