/** What a full-batch method is: how the next direction follows from gradients and steps. Letters: g gradient, p direction. */
import type { SearchRules, Trial } from "./trial.js";

/** A step that was made. */
export interface Step<V> {
  /** x′ − x */
  readonly s: V;
  /** g′ − g */
  readonly y: V;
  /** g′ */
  readonly gradient: V;
  /** α */
  readonly step: number;
  /** φ′(0) of the search that found it. */
  readonly slope: number;
}

/** A method at work on vectors V. */
export interface Method<V> {
  readonly rules: SearchRules;
  /** Writes the direction for a gradient into p, which still holds the direction of the last step. */
  direct(p: V, gradient: V): void;
  /**
   * The step that is tried first along p.
   * @param lastChange  by how much the last step changed the function, ≤ 0; undefined before the first
   */
  firstStep(p: V, slope: number, lastChange: number | undefined): number;
  /** Learns from a step. */
  learn(step: Step<V>): void;
  /** True if a step that fulfils the Wolfe conditions gives a next direction that descends enough. Default: always. */
  accepts?(trial: Trial, gradientAfter: V, gradientBefore: V): boolean;
  /** Forgets all steps, so that the next direction is −g. @returns false where there was nothing to forget */
  reset(): boolean;
}

/** The step that would repeat the last decrease if the function were linear, at most 1. */
export function stepLikeLast(slope: number, lastChange: number): number {
  const step = Math.min(1, (2.02 * lastChange) / slope);
  return step > 0 ? step : 1;
}
