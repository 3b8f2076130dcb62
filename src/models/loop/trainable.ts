/** A model as the training loop sees it: what it needs of one, made anew for every call of fit. */
import type { Layer } from "../../layers/layer.js";
import type { TrainingStep } from "../step/training.js";
import type { Interrupts } from "./interrupts.js";
import type { Progress } from "./progress.js";

/** The parts of a model that the loop needs. */
export interface Trainable {
  readonly layers: readonly Layer[];
  readonly step: TrainingStep;
  readonly progress: Progress;
  readonly seed: number;
  readonly checkInterrupts: Interrupts;
  copyWeights(): Float32Array[];
  restoreWeights(weights: readonly Float32Array[]): void;
  saveCheckpoint(path: string): Promise<void>;
  checkpointSize(): Promise<number>;
}
