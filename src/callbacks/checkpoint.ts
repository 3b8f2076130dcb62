/** Checkpoints during training: every n epochs, steps or minutes, or whenever a number is the best so far. */
import { UsageError, message, show } from "../errors.js";
import { type Table, flag, integer, number, optional, resolve } from "../options.js";
import { tryToWrite } from "../io/trial.js";
import type { Callback, Logs, Training } from "./callback.js";
import { filePath } from "./filePath.js";
import { Monitor, type MonitorOptions, monitorTable } from "./monitor.js";
import { Pacer } from "./pacer.js";

/** Options of {@link checkpoint}; minDelta is 0 by default. */
export interface CheckpointOptions extends MonitorOptions {
  /**
   * The file: `{epoch}` in its path stands for the epoch's number, from 1, and `{step}` for the steps of training so
   * far. Without them each checkpoint replaces the one before.
   */
  readonly path: string;
  /**
   * Save only when `monitor` is better than in every epoch before; with `validateEvery` of fit, also after validations
   * inside epochs. Default false.
   */
  readonly saveBestOnly?: boolean;
  /** Save after epochs n, 2n, …; not together with saveBestOnly. Default 1. */
  readonly everyEpochs?: number;
  /** Save inside epochs, after every so many steps; not together with saveBestOnly. Default: at the end of epochs. */
  readonly everySteps?: number | undefined;
  /** Save inside epochs, after every so many minutes; not together with saveBestOnly. Default: at the end of epochs. */
  readonly everyMinutes?: number | undefined;
}

/**
 * Saves a checkpoint at the end of epochs, or inside of them after so many steps or minutes. From each, training resumes
 * with the bits of a training that was not interrupted. The file at `path` is always complete: it is replaced at once when the next
 * one is.
 * @throws {UsageError} for a wrong option; in fit when the monitor is not measured
 * @throws before the first step of fit, when the file cannot be written, the disk is full, or the model has notes that
 *   cannot be saved
 */
export function checkpoint(options: CheckpointOptions): Callback {
  const op = "checkpoint";
  const { path, saveBestOnly, everyEpochs, everySteps, everyMinutes, ...watched } = resolve(op, options, {
    path: filePath,
    ...monitorTable,
    saveBestOnly: flag(false),
    everyEpochs: integer("[1, ∞)", 1),
    everySteps: optional(integer("[1, ∞)")),
    everyMinutes: optional(number("(0, ∞)")),
  } satisfies Table<CheckpointOptions>);
  checkPlaceholders(op, path);
  const isByEpochs = options.everyEpochs !== undefined;
  const pace = isByEpochs ? { everyEpochs } : everySteps !== undefined ? { everySteps } : { everyMinutes };
  const [[name, value]] = Object.entries(pace);
  if (saveBestOnly && value !== undefined) {
    const got = `saveBestOnly true and ${name} ${value}`;
    throw new UsageError(message(op, `saveBestOnly and ${name} exclude each other`, { expected: "one of them", got }));
  }
  if (!saveBestOnly && (options.monitor ?? options.mode ?? options.minDelta) !== undefined) {
    const expected = "saveBestOnly true";
    throw new UsageError(
      message(op, "monitor, mode and minDelta are for saveBestOnly", { expected, got: `saveBestOnly ${saveBestOnly}` }),
    );
  }
  const monitor = new Monitor(op, watched);
  const isInside = everySteps !== undefined || everyMinutes !== undefined;
  const pacer = isInside ? new Pacer(op, { steps: everySteps, minutes: everyMinutes }) : undefined;
  let step = 0;
  const save = async (training: Training, epoch: number): Promise<void> =>
    training.saveCheckpoint(path.replaceAll("{epoch}", String(epoch + 1)).replaceAll("{step}", String(step)));
  return {
    name: op,
    checkLogs(names) {
      if (saveBestOnly) monitor.check(names);
    },
    async onTrainBegin(training) {
      monitor.reset();
      pacer?.begin();
      step = 0;
      const bytes = await training.checkpointSize();
      const inNumberedFolder = /\{(epoch|step)\}.*[\\/]/.test(path); // the caller makes such a folder when it is needed
      if (!inNumberedFolder) await tryToWrite(op, [{ path: path.replace(placeholders, "1"), bytes }]);
    },
    ...((pacer || path.includes("{step}")) && {
      onBatchEnd: (_batch: number, logs: Logs) => void (step += Number(Number.isFinite(logs.loss))),
    }),
    ...(pacer && {
      async afterBatch(_batch: number, logs: Logs, training: Training) {
        const changedNothing = !Number.isFinite(logs.loss);
        if (!changedNothing && pacer.counts()) await save(training, training.epoch);
      },
    }),
    async onValidate(logs, training) {
      if (saveBestOnly && monitor.improves(logs)) await save(training, training.epoch);
    },
    async afterEpoch(epoch, logs, training) {
      const isDue = saveBestOnly ? monitor.improves(logs) : (epoch + 1) % everyEpochs === 0;
      if (isDue && (isByEpochs || !isInside)) await save(training, epoch);
    },
    save: () => ({ ...monitor.save(), ...pacer?.save(), step }),
    restore(saved) {
      monitor.restore(saved);
      pacer?.restore(saved);
      step = saved.step ?? 0;
    },
  };
}

const placeholders = /\{(epoch|step)\}/g;

function checkPlaceholders(op: string, path: string): void {
  const closed = path.slice(0, path.lastIndexOf("}") + 1); // each { then has its }, and matching takes linear time
  const unknown = closed.match(/\{(?!(epoch|step)\})[^}]*\}/);
  if (unknown !== null) {
    throw new UsageError(
      message(op, "unknown placeholder in the path", { expected: "{epoch} or {step}", got: show(unknown[0]) }),
    );
  }
}
