/** What a learning-rate schedule is: a function of the step. */
import type { Config } from "../config.js";

/** A learning rate that changes with the step. */
export interface Schedule {
  /** The learning rate of step `step`, counted from 0 over the whole training. */
  at(step: number): number;
  readonly config: Config;
}
