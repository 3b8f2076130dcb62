/**
 * k-means, from which mixtures begin: centres drawn far from each other, then Lloyd's steps. Letters: N points, F
 * features, K centres.
 * Source: Lloyd 1982; Arthur & Vassilvitskii 2007, "k-means++: the advantages of careful seeding".
 */
import type { Random } from "../../tensor/random.js";

/**
 * The centre that each point is nearest to, of K that lie near many.
 *
 * Cost: 3·N·K·F flops a step.
 * @param points  (N, F)
 * @param scale   (F): distances are measured in these units
 * @returns (N): in [0, K). A centre may have no points, where there are fewer different points than centres
 */
export function kMeans(points: Float32Array, scale: Float64Array, K: number, random: Random, steps = 10): Int32Array {
  const F = scale.length;
  const N = points.length / F;
  const scaled = Float64Array.from(points, (value, i) => value / scale[i % F]);
  const centres = farApart(scaled, F, K, random);
  const nearest = new Int32Array(N);
  for (let step = 0; step < steps; step++) {
    let moved = 0;
    for (let n = 0; n < N; n++) {
      let [best, least] = [0, Infinity];
      for (let k = 0; k < K; k++) {
        const squares = distance(scaled, n * F, centres, k * F, F);
        if (squares < least) [best, least] = [k, squares];
      }
      if (nearest[n] !== best) moved++;
      nearest[n] = best;
    }
    if (moved === 0 && step > 0) break;
    toMeans(scaled, nearest, centres, F, K);
  }
  return nearest;
}

/** Points drawn one after the other, each with a probability that grows with its distance² from those before. */
function farApart(points: Float64Array, F: number, K: number, random: Random): Float64Array {
  const N = points.length / F;
  const centres = new Float64Array(K * F);
  const squares = new Float64Array(N).fill(1);
  for (let k = 0; k < K; k++) {
    const total = squares.reduce((a, b) => a + b);
    let [left, n] = [random.uniform() * total, 0];
    while (n < N - 1 && (left -= squares[n]) >= 0) n++;
    centres.set(points.subarray(n * F, (n + 1) * F), k * F);
    for (let i = 0; i < N; i++) {
      const own = distance(points, i * F, centres, k * F, F);
      squares[i] = k === 0 ? own : Math.min(squares[i], own);
    }
  }
  return centres;
}

function distance(a: Float64Array, fromA: number, b: Float64Array, fromB: number, F: number): number {
  let sum = 0;
  for (let f = 0; f < F; f++) {
    const difference = a[fromA + f] - b[fromB + f];
    sum += difference * difference;
  }
  return sum;
}

/** Moves each centre to the mean of its points; one without points stays. */
function toMeans(points: Float64Array, nearest: Int32Array, centres: Float64Array, F: number, K: number): void {
  const counts = new Float64Array(K);
  for (const k of nearest) counts[k]++;
  for (let k = 0; k < K; k++) if (counts[k] > 0) centres.fill(0, k * F, (k + 1) * F);
  for (const [n, k] of nearest.entries())
    for (let f = 0; f < F; f++) centres[k * F + f] += points[n * F + f] / counts[k];
}
