/** A callback for `fit` that shows the progress of training on a stage and lets the stage pause it. */
import type { Callback, Logs, Training } from "lanegrad";
import type { Stage } from "../stage.js";

/** Milliseconds between two reports within an epoch. */
const frame = 80;

/** The wording of the values during training. */
export interface Wording {
  /** The most important value, and the others. */
  live(logs: Logs): { readonly score: string; readonly details: readonly string[] };
  /** All values, at the end of an epoch. */
  epoch(logs: Logs): readonly string[];
}

/** Batches since a point in time. */
interface Lap {
  readonly start: number;
  batches: number;
}

/** Shows a run of `fit` on a stage. */
export class TrainingProgress implements Callback {
  readonly #stage: Pick<Stage, "show" | "turn">;
  readonly #wording: Wording;
  readonly #name: string | undefined;
  #epoch = 0;
  /** Batches done in the epoch, including those before a checkpoint. */
  #done = 0;
  #run = lap();
  #lap = lap();
  #shownAt = -Infinity;

  /** @param name the network, if there are several */
  constructor(stage: Pick<Stage, "show" | "turn">, wording: Wording, name?: string) {
    this.#stage = stage;
    this.#wording = wording;
    this.#name = name;
  }

  onTrainBegin(): void {
    this.#run = lap();
    this.#lap = lap();
  }

  onEpochBegin(epoch: number): void {
    this.#epoch = epoch;
    this.#lap = lap();
  }

  onBatchEnd(batch: number, logs: Logs, training: Training): Promise<void> | undefined {
    this.#run.batches++;
    this.#lap.batches++;
    this.#done = batch + 1;
    const now = performance.now();
    if (now - this.#shownAt >= frame) {
      this.#shownAt = now;
      this.#show(this.#run, logs, training);
    }
    return this.#stage.turn();
  }

  onEpochEnd(epoch: number, logs: Logs, training: Training): void {
    this.#epoch = epoch;
    const ended = { seconds: secondsOf(this.#lap), texts: this.#wording.epoch(logs) };
    this.#show(this.#lap, logs, training, ended);
  }

  onTrainEnd(): void {
    this.#stage.show({ kind: "now", text: "" });
  }

  #show(
    measured: Lap,
    logs: Logs,
    { epochs, batches }: Training,
    ended?: { readonly seconds: number; readonly texts: readonly string[] },
  ): void {
    const all = epochs * batches;
    const done = this.#epoch * batches + this.#done;
    const batchesPerSecond = measured.batches / Math.max(secondsOf(measured), 1e-6);
    this.#stage.show({
      ...{ kind: "progress", name: this.#name, epoch: this.#epoch + 1, epochs, done: done / all },
      ...{ batchesPerSecond, secondsLeft: (all - done) / batchesPerSecond },
      ...this.#wording.live(logs),
      ...(ended && { ended }),
    });
  }
}

function lap(): Lap {
  return { start: performance.now(), batches: 0 };
}

function secondsOf({ start }: Lap): number {
  return (performance.now() - start) / 1000;
}
