/**
 * A map of some words on which neighbours stay neighbours: t-distributed stochastic neighbour embedding. Distances
 * between far groups mean little on it; principal components (pcaMap.ts) keep those. Letters: n words, D dimensions.
 * Source: van der Maaten & Hinton 2008, "Visualizing data using t-SNE"; the learning rate: Belkina et al. 2019.
 */
import { UsageError, checkKeys, message } from "../../errors.js";
import { checkInteger, checkNumber } from "../../options.js";
import { drawNormal } from "../../tensor/drawNormal.js";
import { Random } from "../../tensor/random.js";
import { unitRows } from "../unitRows.js";
import type { WordVectors } from "../vectors.js";
import { type PlacedWords, placed, wordsOfMap } from "./mapWords.js";
import { principalComponents } from "./pcaMap.js";

/** Options of {@link tsneMap}. */
export interface TsneMapOptions {
  /** The words on the map, at least two that have vectors. */
  readonly words: readonly string[];
  /** About how many neighbours each word has: in [1, n − 1]. Default 30, or a third of the others where they are fewer than 90. */
  readonly perplexity?: number;
  /** Steps of gradient descent, 1 … 100,000; the first quarter of them draws groups apart. Default 1000. */
  readonly iterations?: number;
  /** Any integer: of the small random shifts with which the map begins. Default 0. */
  readonly seed?: number;
}

/** What {@link tsneMap} returns. */
export interface TsneMap extends PlacedWords {
  /** The Kullback–Leibler divergence Σ p ln(p / q) that is left: 0 where the map has all that the vectors say. */
  readonly divergence: number;
}

/** The most words: two matrices of n² numbers are in memory. */
const mostWords = 10_000;
/** By how much affinities are exaggerated in the first quarter, and the least that a step's gain shrinks to. */
const [exaggeration, leastGain] = [12, 0.01];

/**
 * Places words so that those near each other on the map are those with similar vectors (by cosine):
 *
 *   p(j | i) ∝ exp(−β_i ‖x_i − x_j‖²), β_i such that row i has the perplexity;   p_ij = (p(j | i) + p(i | j)) / 2n
 *   q_ij ∝ 1 / (1 + ‖y_i − y_j‖²);   y minimizes Σ p_ij ln(p_ij / q_ij)
 *
 * by gradient descent with momentum from the two principal components. The same options give the same map, bit for bit
 * in the same engine. Cost: about 20·n² flops an iteration in float64 (500 words: about 3 seconds), 16·n² bytes.
 *
 * @throws {UsageError} for a wrong option, or when fewer than two or more than 10,000 of the words have vectors
 */
export function tsneMap(vectors: WordVectors, options: TsneMapOptions): TsneMap {
  const op = "words.tsneMap";
  checkKeys(op, options, ["words", "perplexity", "iterations", "seed"]);
  const found = wordsOfMap(op, vectors, options.words);
  const [n, D] = [found.words.length, vectors.dimensions];
  if (n > mostWords) {
    const expected = `at most ${mostWords}, for which memory holds all distances`;
    throw new UsageError(message(op, "too many words", { expected, got: `${n}` }));
  }
  const { perplexity = Math.max(1, Math.min(30, (n - 1) / 3)), iterations = 1000, seed = 0 } = options;
  checkNumber(op, "perplexity", perplexity, `[1, ${n - 1}]`);
  checkInteger(op, "iterations", iterations, "[1, 100000]");
  checkInteger(op, "seed", seed, "(-∞, ∞)");
  const units = found.rows.map((row) => unitRows(row, D));
  const P = affinities(squaredDistances(units, D), n, perplexity);
  const Y = beginning(units, D, new Random(seed));
  descend(P, Y, n, iterations);
  return { ...placed(found, Y), divergence: divergence(P, Y, n) };
}

/** ‖x_i − x_j‖², (n, n). */
function squaredDistances(rows: readonly Float32Array[], D: number): Float64Array {
  const n = rows.length;
  const squares = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      let sum = 0;
      for (let d = 0; d < D; d++) sum += (rows[i][d] - rows[j][d]) ** 2;
      squares[i * n + j] = squares[j * n + i] = sum;
    }
  }
  return squares;
}

/** p_ij (n, n): symmetric, zeros on the diagonal, all together 1. */
export function affinities(squares: Float64Array, n: number, perplexity: number): Float64Array {
  const conditional = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const row = conditional.subarray(i * n, i * n + n);
    spread(squares.subarray(i * n, i * n + n), i, Math.log(perplexity), row);
  }
  const P = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) P[i * n + j] = (conditional[i * n + j] + conditional[j * n + i]) / (2 * n);
  }
  return P;
}

/** p(j | i) of one i into `row`, with the β of which the entropy −Σ p ln p is nearest to the one wanted, by bisection. */
function spread(squares: Float64Array, i: number, entropy: number, row: Float64Array): void {
  const nearest = squares.reduce((least, square, j) => (j === i ? least : Math.min(least, square)), Infinity);
  let [beta, low, high] = [1, 0, Infinity];
  for (let step = 0; step < 64; step++) {
    let [sum, weighted] = [0, 0];
    for (let j = 0; j < row.length; j++) {
      const further = squares[j] - nearest; // taken off, so that not all of them underflow
      row[j] = j === i ? 0 : Math.exp(-beta * further);
      sum += row[j];
      if (j !== i) weighted += row[j] * further;
    }
    for (let j = 0; j < row.length; j++) row[j] /= sum;
    const difference = Math.log(sum) + (beta * weighted) / sum - entropy;
    if (Math.abs(difference) < 1e-10) return;
    if (difference > 0) [low, beta] = [beta, high === Infinity ? beta * 2 : (beta + high) / 2];
    else [high, beta] = [beta, (beta + low) / 2];
  }
}

/** The principal components, made small, and still smaller random shifts, so that words on one line leave it. */
function beginning(rows: readonly Float32Array[], D: number, random: Random): Float64Array {
  const { coordinates } = principalComponents(rows, D);
  const largest = coordinates.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const scale = largest === 0 ? 0 : 1e-2 / largest;
  return coordinates.map((value) => value * scale + drawNormal(random, 0, 1e-4));
}

/** Moves Y (n, 2) downhill; its mean stays 0. */
function descend(P: Float64Array, Y: Float64Array, n: number, iterations: number): void {
  const [velocity, gains, gradient] = [
    new Float64Array(2 * n),
    new Float64Array(2 * n).fill(1),
    new Float64Array(2 * n),
  ];
  const learningRate = Math.max(n / exaggeration / 4, 50);
  const kernel = new Float64Array(n * n);
  for (let step = 0; step < iterations; step++) {
    const isEarly = step < iterations / 4;
    gradientOf(P, Y, n, isEarly ? exaggeration : 1, kernel, gradient);
    const momentum = isEarly ? 0.5 : 0.8;
    for (let i = 0; i < 2 * n; i++) {
      const turns = gradient[i] * velocity[i] < 0; // still downhill the same way: longer steps
      gains[i] = Math.max(leastGain, turns ? gains[i] + 0.2 : gains[i] * 0.8);
      velocity[i] = momentum * velocity[i] - learningRate * gains[i] * gradient[i];
      Y[i] += velocity[i];
    }
    centre(Y, n);
  }
}

/** ∂/∂y_i = 4 Σ_j (scale·p_ij − q_ij) (y_i − y_j) / (1 + ‖y_i − y_j‖²). @param kernel  1 / (1 + ‖·‖²), overwritten */
function gradientOf(
  P: Float64Array,
  Y: Float64Array,
  n: number,
  scale: number,
  kernel: Float64Array,
  gradient: Float64Array,
): void {
  const sum = kernelOf(Y, n, kernel);
  gradient.fill(0);
  for (let i = 0; i < n; i++) {
    let [byX, byY] = [0, 0];
    for (let j = 0; j < n; j++) {
      const near = kernel[i * n + j];
      const pull = (scale * P[i * n + j] - near / sum) * near;
      byX += pull * (Y[2 * i] - Y[2 * j]);
      byY += pull * (Y[2 * i + 1] - Y[2 * j + 1]);
    }
    gradient[2 * i] = 4 * byX;
    gradient[2 * i + 1] = 4 * byY;
  }
}

/** Fills the kernel (n, n), zeros on its diagonal, and returns the sum of all of it. */
function kernelOf(Y: Float64Array, n: number, kernel: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const [x, y] = [Y[2 * i] - Y[2 * j], Y[2 * i + 1] - Y[2 * j + 1]];
      const near = 1 / (1 + x * x + y * y);
      kernel[i * n + j] = kernel[j * n + i] = near;
      sum += 2 * near;
    }
  }
  return sum;
}

function centre(Y: Float64Array, n: number): void {
  for (const axis of [0, 1]) {
    let mean = 0;
    for (let i = axis; i < 2 * n; i += 2) mean += Y[i] / n;
    for (let i = axis; i < 2 * n; i += 2) Y[i] -= mean;
  }
}

function divergence(P: Float64Array, Y: Float64Array, n: number): number {
  const kernel = new Float64Array(n * n);
  const sum = kernelOf(Y, n, kernel);
  return P.reduce((all, p, at) => (p > 0 ? all + p * Math.log((p * sum) / kernel[at]) : all), 0);
}
