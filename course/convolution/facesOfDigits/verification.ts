/**
 * Whether two digits are the same, by how like their embeddings are: the receiver operating characteristic over all
 * pairs of some digits. Letters: N digits, K numbers of an embedding.
 */

/** True positives against false ones as the threshold falls, and the area under them. */
export interface Roc {
  /** How often a pair of the same class is more alike than one of two classes. */
  readonly area: number;
  /** Shares of the pairs of two classes that are taken for the same. */
  readonly falsePositives: readonly number[];
  /** Shares of the pairs of the same class that are. */
  readonly truePositives: readonly number[];
}

/** Points of a drawn curve. */
const drawn = 60;

/** @param embeddings (N, K), each of length 1 */
export function rocOf(embeddings: Float32Array, labels: ArrayLike<number>): Roc {
  const N = labels.length;
  const K = embeddings.length / N;
  const [same, different] = [[] as number[], [] as number[]]; // prettier-ignore
  for (let i = 0; i < N; i++)
    for (let j = i + 1; j < N; j++) (labels[i] === labels[j] ? same : different).push(likeness(embeddings, K, i, j));
  const [likes, unlikes] = [same, different].map((all) => Float64Array.from(all).sort());
  let [below, wins] = [0, 0];
  let above = 0;
  for (const one of likes) {
    while (below < unlikes.length && unlikes[below] < one) below++;
    while (above < unlikes.length && unlikes[above] <= one) above++;
    wins += (below + above) / 2;
  }
  const shares = Array.from({ length: drawn + 1 }, (_, i) => (i / drawn) ** 2);
  const thresholds = shares.map((share) => unlikes[Math.round((1 - share) * (unlikes.length - 1))]);
  return {
    area: wins / (likes.length * unlikes.length),
    falsePositives: shares,
    truePositives: thresholds.map((threshold) => likes.filter((one) => one > threshold).length / likes.length),
  };
}

/** The digits most like digit i, itself left out. */
export function mostLike(embeddings: Float32Array, N: number, i: number, most: number): number[] {
  const K = embeddings.length / N;
  const others = Array.from({ length: N }, (_, j) => j).filter((j) => j !== i);
  const like = others.map((j) => likeness(embeddings, K, i, j));
  return Array.from(others.keys())
    .sort((a, b) => like[b] - like[a])
    .slice(0, most)
    .map((at) => others[at]);
}

function likeness(embeddings: Float32Array, K: number, i: number, j: number): number {
  let sum = 0;
  for (let k = 0; k < K; k++) sum += embeddings[i * K + k] * embeddings[j * K + k];
  return sum;
}
