/** Checkpoints during training: every n epochs, or whenever a number is the best so far. */
import { UsageError, message, show } from "../errors.js";
import { type Table, flag, integer, resolve } from "../options.js";
import { tryToWrite } from "../io/trial.js";
import type { Callback } from "./callback.js";
import { filePath } from "./filePath.js";
import { Monitor, type MonitorOptions, monitorTable } from "./monitor.js";

/** Options of {@link checkpoint}; minDelta is 0 by default. */
export interface CheckpointOptions extends MonitorOptions {
  /**
   * The file: `{epoch}` in its path stands for the epoch's number, from 1. Without it each checkpoint replaces the one
   * before.
   */
  readonly path: string;
  /** Save only when `monitor` is better than in every epoch before. Default false. */
  readonly saveBestOnly?: boolean;
  /** Save after epochs n, 2n, …; not together with saveBestOnly. Default 1. */
  readonly everyEpochs?: number;
}

/**
 * Saves a checkpoint at the end of epochs. The file at `path` is always complete: it is replaced at once when the next
 * one is.
 * @throws {UsageError} for a wrong option; in fit when the monitor is not measured
 * @throws before the first step of fit, when the file cannot be written, the disk is full, or the model has notes that
 *   cannot be saved
 */
export function checkpoint(options: CheckpointOptions): Callback {
  const op = "checkpoint";
  const { path, saveBestOnly, everyEpochs, ...watched } = resolve(op, options, {
    path: filePath,
    ...monitorTable,
    saveBestOnly: flag(false),
    everyEpochs: integer("[1, ∞)", 1),
  } satisfies Table<CheckpointOptions>);
  checkPlaceholders(op, path);
  if (saveBestOnly && options.everyEpochs !== undefined) {
    const got = `saveBestOnly true and everyEpochs ${everyEpochs}`;
    throw new UsageError(
      message(op, "saveBestOnly and everyEpochs exclude each other", { expected: "one of them", got }),
    );
  }
  if (!saveBestOnly && (options.monitor ?? options.mode ?? options.minDelta) !== undefined) {
    const expected = "saveBestOnly true";
    throw new UsageError(
      message(op, "monitor, mode and minDelta are for saveBestOnly", { expected, got: `saveBestOnly ${saveBestOnly}` }),
    );
  }
  const monitor = new Monitor(op, watched);
  return {
    name: op,
    checkLogs(names) {
      if (saveBestOnly) monitor.check(names);
    },
    async onTrainBegin(training) {
      monitor.reset();
      const bytes = await training.checkpointSize();
      const inNumberedFolder = /\{epoch\}.*[\\/]/.test(path); // the caller makes such a folder when it is needed
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

function checkPlaceholders(op: string, path: string): void {
  const closed = path.slice(0, path.lastIndexOf("}") + 1); // each { then has its }, and matching takes linear time
  const unknown = closed.match(/\{(?!epoch\})[^}]*\}/);
  if (unknown !== null) {
    throw new UsageError(
      message(op, "unknown placeholder in the path", { expected: "{epoch}", got: show(unknown[0]) }),
    );
  }
}
