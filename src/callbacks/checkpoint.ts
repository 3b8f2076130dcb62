/** Checkpoints while training goes on: every n epochs, or whenever a number is better than ever. */
import { UsageError, checkKeys, message, show } from "../errors.js";
import { checkBoolean, checkInteger } from "../options.js";
import { tryToWrite } from "../io/trial.js";
import type { Callback } from "./callback.js";
import { Monitor, type MonitorOptions } from "./monitor.js";

/** Options of {@link checkpoint}; minDelta is 0 by default. */
export interface CheckpointOptions extends MonitorOptions {
  /** Where to: `{epoch}` in it stands for the epoch's number, from 1. Without it each checkpoint replaces the one before. */
  readonly path: string;
  /** Save only when `monitor` is better than in every epoch before. Default false. */
  readonly saveBestOnly?: boolean;
  /** Save after epochs n, 2n, …; not together with saveBestOnly. Default 1. */
  readonly everyEpochs?: number;
}

/**
 * Saves a checkpoint at the end of epochs. What stands at `path` is always whole: it is replaced at once, when the next is complete.
 * Errors: UsageError for an option; in fit for a monitor that is not measured, and those of writing, before the first step
 * where the place cannot be written to or has no room, or the model has notes that cannot be saved.
 */
export function checkpoint(options: CheckpointOptions): Callback {
  const op = "checkpoint";
  checkKeys(op, options, ["path", "monitor", "mode", "minDelta", "saveBestOnly", "everyEpochs"]);
  const { path, saveBestOnly = false, everyEpochs = 1 } = options;
  checkPath(op, path);
  checkBoolean(op, "saveBestOnly", saveBestOnly);
  checkInteger(op, "everyEpochs", everyEpochs, "[1, ∞)");
  if (saveBestOnly && options.everyEpochs !== undefined) {
    const got = `saveBestOnly true and everyEpochs ${everyEpochs}`;
    throw new UsageError(message(op, "two rules", { expected: "saveBestOnly or everyEpochs", got }));
  }
  if (!saveBestOnly && (options.monitor ?? options.mode ?? options.minDelta) !== undefined) {
    const expected = "saveBestOnly true with monitor, mode or minDelta";
    throw new UsageError(message(op, "a monitor without use", { expected, got: `saveBestOnly ${saveBestOnly}` }));
  }
  const monitor = new Monitor(op, options);
  return {
    name: op,
    checkLogs(names) {
      if (saveBestOnly) monitor.check(names);
    },
    async onTrainBegin(training) {
      monitor.reset();
      const bytes = await training.checkpointSize();
      const inNumberedFolder = /\{epoch\}.*[\\/]/.test(path); // made by the caller when its time comes
      if (!inNumberedFolder) await tryToWrite(op, [{ path: path.replaceAll("{epoch}", "1"), bytes }]);
    },
    async afterEpoch(epoch, logs, training) {
      const isDue = saveBestOnly ? monitor.improves(logs) : (epoch + 1) % everyEpochs === 0;
      if (isDue) await training.saveCheckpoint(path.replaceAll("{epoch}", String(epoch + 1)));
    },
    save: () => monitor.save(),
    restore: (saved) => monitor.restore(saved),
  };
}

function checkPath(op: string, path: unknown): void {
  if (typeof path !== "string" || path === "") {
    throw new UsageError(message(op, "no path", { expected: "a file name", got: show(path) }));
  }
  const closed = path.slice(0, path.lastIndexOf("}") + 1); // so that each { finds its }, and matching takes linear time
  const unknown = closed.match(/\{(?!epoch\})[^}]*\}/);
  if (unknown !== null) {
    throw new UsageError(
      message(op, "unknown placeholder in the path", { expected: "{epoch}", got: show(unknown[0]) }),
    );
  }
}
