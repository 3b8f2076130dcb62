/** How often outputs above a threshold are the right set of labels. Letters: N pictures, ten labels each. */

/** Shares of what is right. */
export interface Right {
  /** Of all labels, there or not. */
  readonly labels: number;
  /** Of the pictures, those with all ten labels right. */
  readonly pictures: number;
  /** Whether all ten labels are right, picture by picture. */
  readonly wholly: readonly boolean[];
}

/** Counts the labels that are there by the outputs, and are, or not by both. @param outputs (N, 10) */
export function rightAnswers(outputs: ArrayLike<number>, present: Float32Array, threshold: number): Right {
  let labels = 0;
  const wholly: boolean[] = [];
  for (let start = 0; start < present.length; start += 10) {
    let right = 0;
    for (let i = start; i < start + 10; i++) right += Number(outputs[i] >= threshold === (present[i] === 1));
    labels += right;
    wholly.push(right === 10);
  }
  return { labels: labels / present.length, pictures: wholly.filter(Boolean).length / wholly.length, wholly };
}

/** Thresholds from 0.02 to 0.98. */
export const thresholds: readonly number[] = Array.from({ length: 49 }, (_, i) => (i + 1) / 50);

/** The threshold with the most pictures wholly right. */
export function bestThreshold(outputs: ArrayLike<number>, present: Float32Array): number {
  const rights = thresholds.map((threshold) => rightAnswers(outputs, present, threshold).pictures);
  return thresholds[rights.indexOf(Math.max(...rights))];
}
