/**
 * word2vec in plain float64 loops, fed with the draws of Note [Random state]: the reference of the kernels. Letters: V
 * words, D dimensions, K negatives.
 */
import { type Words, wordOf } from "./philox.js";

/** A training. */
export interface Word2vecSizes {
  readonly V: number;
  readonly D: number;
  readonly window: number;
  readonly negatives: number;
  readonly isMean: boolean;
  /** Windows whose errors are computed before they are learnt from. */
  readonly batch: number;
  readonly learningRate: number;
}

/** Tables and the state of the draws. */
export interface Word2vecDraws {
  /** (V) */
  readonly limits: Uint32Array;
  /** (V, 2): Note [Alias table] in assembly/words/draw.ts. */
  readonly aliases: Uint32Array;
  readonly state: Words;
}

/** The words of a text that are kept. @param from the place of the first in the whole text */
export function keptWords(tokens: Int32Array, { limits, state }: Word2vecDraws, from = 0): number[] {
  return [...tokens].filter((word, i) => wordOf(from + i, state, 0) <= limits[word]);
}

const scaled = (random: number, n: number): { whole: number; rest: number } => {
  const product = BigInt(random) * BigInt(n);
  return { whole: Number(product >> 32n), rest: Number(product & 0xffffffffn) };
};

interface Window {
  readonly ins: readonly number[];
  /** Rows and labels; a row of −1 counts nothing. */
  readonly outs: readonly number[];
}

function windowOf(kept: readonly number[], i: number, sizes: Word2vecSizes, draws: Word2vecDraws): Window {
  const { V, window, negatives } = sizes;
  const at = i * (1 + negatives);
  const reach = 1 + scaled(wordOf(at, draws.state, 1), window).whole;
  const ins = kept.slice(Math.max(0, i - reach), i + reach + 1);
  ins.splice(Math.min(i, reach), 1);
  const drawn = Array.from({ length: negatives }, (_, k) => {
    const { whole, rest } = scaled(wordOf(at + 1 + k, draws.state, 1), V);
    const word = rest < draws.aliases[2 * whole] ? whole : draws.aliases[2 * whole + 1];
    return word === kept[i] ? -1 : word;
  });
  return { ins, outs: [kept[i], ...drawn] };
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** Trains on one block of kept words, in place. @param inputs, outputs (V, D) */
export function trainBlock(
  inputs: Float64Array,
  outputs: Float64Array,
  kept: readonly number[],
  sizes: Word2vecSizes,
  draws: Word2vecDraws,
): void {
  const { D, isMean, batch, learningRate: rate } = sizes;
  const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
    let sum = 0;
    for (let d = 0; d < D; d++) sum += a[d] * b[d];
    return sum;
  };
  const row = (matrix: Float64Array, i: number): Float64Array => matrix.subarray(i * D, (i + 1) * D);
  for (let first = 0; first < kept.length; first += batch) {
    const until = Math.min(kept.length, first + batch);
    const windows = Array.from({ length: until - first }, (_, i) => windowOf(kept, first + i, sizes, draws));
    const learnt = windows.map(({ ins, outs }) => {
      const means = Float64Array.from({ length: D }, (_, d) => ins.reduce((sum, b) => sum + inputs[b * D + d], 0) / ins.length); // prettier-ignore
      const error = (x: ArrayLike<number>) =>
        outs.map((o, k) => (o < 0 ? 0 : rate * (Number(k === 0) - sigmoid(dot(x, row(outputs, o))))));
      return { ins, outs, h: means, errors: isMean ? [error(means)] : ins.map((b) => error(row(inputs, b))) };
    });
    for (const { ins, outs, h, errors } of learnt) {
      if (ins.length === 0) continue;
      for (let from = 0; from < outs.length; from += 6) {
        const tile = outs.slice(from, from + 6);
        const errorsOf = (b: number): number[] => errors[b].slice(from, from + 6);
        if (isMean) updateMean(inputs, outputs, D, { ins, outs: tile, h, errors: errorsOf(0) });
        else updateEach(inputs, outputs, D, { ins, outs: tile, errors: ins.map((_, b) => errorsOf(b)) });
      }
    }
  }
}

/** One tile of a window of skip-gram; all output rows as they were before it. */
function updateEach(
  inputs: Float64Array,
  outputs: Float64Array,
  D: number,
  { ins, outs, errors }: Window & { readonly errors: readonly (readonly number[])[] },
): void {
  const before = outs.map((o) => (o < 0 ? new Float64Array(D) : outputs.slice(o * D, (o + 1) * D)));
  for (const [b, i] of ins.entries()) {
    const x = inputs.slice(i * D, (i + 1) * D);
    for (const [k, o] of outs.entries()) {
      for (let d = 0; d < D; d++) {
        inputs[i * D + d] += errors[b][k] * before[k][d];
        if (o >= 0) outputs[o * D + d] += errors[b][k] * x[d];
      }
    }
  }
}

/** One tile of a window of CBOW; an output row that is drawn twice is as the first time has left it. */
function updateMean(
  inputs: Float64Array,
  outputs: Float64Array,
  D: number,
  { ins, outs, h, errors }: Window & { readonly h: Float64Array; readonly errors: readonly number[] },
): void {
  const sum = new Float64Array(D);
  for (const [k, o] of outs.entries()) {
    for (let d = 0; d < D && o >= 0; d++) {
      sum[d] += errors[k] * outputs[o * D + d];
      outputs[o * D + d] += errors[k] * h[d];
    }
  }
  for (const i of ins) for (let d = 0; d < D; d++) inputs[i * D + d] += sum[d];
}
