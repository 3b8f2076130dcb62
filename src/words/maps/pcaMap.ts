/**
 * A map of some words: the two directions in which their vectors differ most. Letters: n words, D dimensions. Source:
 * Pearson 1901, principal components.
 */
import { checkKeys } from "../../errors.js";
import { fixSigns, gram, symmetricEigen } from "../lsa/eigen.js";
import type { WordVectors } from "../vectors.js";
import { type PlacedWords, placed, wordsOfMap } from "./mapWords.js";

/** Options of {@link pcaMap}. */
export interface PcaMapOptions {
  /** The words on the map, at least two that have vectors. */
  readonly words: readonly string[];
}

/** What {@link pcaMap} returns. */
export interface WordMap extends PlacedWords {
  /** The share of the variance along each of the two axes, 0 … 1. */
  readonly explained: readonly [number, number];
}

/**
 * The two principal components of the vectors of some words; a word that stands twice is there once. Each axis is turned
 * so that the word farthest from its middle is on the positive side. Cost: about 30·min(n, D)³ + 2·n·D·min(n, D) flops.
 *
 * @throws {UsageError} for a wrong option, or when fewer than two of the words have vectors
 */
export function pcaMap(vectors: WordVectors, options: PcaMapOptions): WordMap {
  const op = "words.pcaMap";
  checkKeys(op, options, ["words"]);
  const found = wordsOfMap(op, vectors, options.words);
  const { coordinates, values } = principalComponents(found.rows, vectors.dimensions);
  const total = values.reduce((sum, value) => sum + Math.max(0, value), 0);
  const share = (axis: number): number => (total === 0 ? 0 : Math.max(0, values[axis] ?? 0) / total);
  return { ...placed(found, coordinates), explained: [share(0), share(1)] };
}

/** The two principal components of n rows of D numbers, each axis turned so that its farthest point is positive. */
export function principalComponents(rows: readonly Float32Array[], D: number): Components {
  const n = rows.length;
  const X = centred(rows, D);
  const components = n <= D ? fromRows(transposed(X, n, D), n) : fromColumns(X, D);
  fixSigns(components.coordinates, 2);
  return components;
}

/** The rows minus their mean, (n, D). */
function centred(rows: readonly Float32Array[], D: number): Float64Array {
  const mean = new Float64Array(D);
  for (const row of rows) for (let d = 0; d < D; d++) mean[d] += row[d] / rows.length;
  return Float64Array.from(rows.flatMap((row) => Array.from(row, (value, d) => value - mean[d])));
}

function transposed(X: Float64Array, n: number, D: number): Float64Array {
  return X.map((_, at) => X[(at % n) * D + Math.floor(at / n)]);
}

/** Coordinates along principal axes. */
export interface Components {
  /** (n, 2) */
  readonly coordinates: Float64Array;
  /** The variance along each axis, times n, descending. */
  readonly values: Float64Array;
}

/** X·Xᵀ = U·Λ·Uᵀ: the coordinates are U·√Λ. @param Xt  Xᵀ, (D, n) */
function fromRows(Xt: Float64Array, n: number): Components {
  const { values, vectors } = symmetricEigen(gram(Xt, n), n);
  const coordinates = new Float64Array(2 * n);
  for (let i = 0; i < n; i++) {
    for (let axis = 0; axis < 2; axis++) {
      coordinates[2 * i + axis] = vectors[i * n + axis] * Math.sqrt(Math.max(0, values[axis]));
    }
  }
  return { coordinates, values };
}

/** Xᵀ·X = V·Λ·Vᵀ: the coordinates are X·V; the second are 0 for D = 1. @param X  (n, D) */
function fromColumns(X: Float64Array, D: number): Components {
  const { values, vectors } = symmetricEigen(gram(X, D), D);
  const coordinates = new Float64Array((2 * X.length) / D);
  for (let at = 0; at < X.length; at++) {
    const [i, d] = [Math.floor(at / D), at % D];
    for (let axis = 0; axis < Math.min(2, D); axis++) coordinates[2 * i + axis] += X[at] * vectors[d * D + axis];
  }
  return { coordinates, values };
}
