/**
 * Pairs of texts as samples: aligned unit by unit, such as a text with and without its diacritics, or of unequal
 * lengths, such as a sentence and its translation. Rows are padded behind, and their lengths come with them. Letters: N
 * pairs, S and U units of the longest source and target, T of the longest of both.
 */
import { ShapeError, UsageError, checkKeys, message, show } from "../../errors.js";
import { checkInteger } from "../../options.js";
import type { Tensor } from "../../tensor/tensor.js";
import { padSequences } from "./padSequences.js";
import { BytePairs } from "./bytePairs.js";
import { Tokenizer } from "./tokenizer.js";
import { isListOf } from "../../lists.js";

/** Options of {@link alignedPairs}. */
export interface AlignedPairsOptions {
  /** Splits sources into units. */
  readonly source: Tokenizer | BytePairs;
  /** Splits targets. Default: the source's. */
  readonly target?: Tokenizer | BytePairs;
  /** T: pairs that are longer are left out. Default: the longest pair. */
  readonly maxLength?: number;
}

/** Samples for a model with an output for each step. */
export interface AlignedPairs {
  /** (N, T) int32 */
  readonly x: Tensor;
  /** (N, T) int32: the unit in place of each of x. */
  readonly y: Tensor;
  /** (N): the steps of each row that count, for `fit(pairs, { lengths: pairs.lengths })`. */
  readonly lengths: Int32Array;
  /** The numbers of the pairs that are here. */
  readonly kept: Int32Array;
}

/** Options of {@link translationPairs}. */
export interface TranslationPairsOptions {
  /** Splits sources into units. */
  readonly source: Tokenizer | BytePairs;
  /** Splits targets. It has the units `begin` and `end`: fitTokenizer(targets, { marks: ["<begin>", "<end>"], … }). */
  readonly target: Tokenizer | BytePairs;
  /** The unit that a target begins with as the decoder's input. Default "<begin>". */
  readonly begin?: string;
  /** The unit that ends a target as it is to be predicted. Default "<end>". */
  readonly end?: string;
  /** S: pairs with a longer source are left out. Default: the longest source. */
  readonly maxLength?: number;
  /** U, with the mark: pairs with a longer target are left out. Default: the longest target. */
  readonly targetMaxLength?: number;
}

/** Samples for a model with an encoder and a decoder. */
export interface TranslationPairs {
  /** The source (N, S), and the target behind `begin`, which the decoder reads, (N, U); int32. */
  readonly x: readonly [source: Tensor, target: Tensor];
  /** The target in front of `end`, which the decoder is to predict, (N, U) int32. */
  readonly y: Tensor;
  /** (N) for each of the two inputs, for `fit(pairs, { lengths: pairs.lengths })`. */
  readonly lengths: readonly [source: Int32Array, target: Int32Array];
  /** The numbers of the pairs that are here. */
  readonly kept: Int32Array;
}

/**
 * Pairs in which each unit of the target stands for the unit of the source at its place.
 *
 * @throws {UsageError} for a wrong option
 * @throws {ShapeError} where there are not as many targets as sources, none that is short enough, or a pair has two
 *   lengths, naming it
 */
export function alignedPairs(
  sources: readonly string[],
  targets: readonly string[],
  options: AlignedPairsOptions,
): AlignedPairs {
  const op = "text.alignedPairs";
  checkKeys(op, options, ["source", "target", "maxLength"]);
  const { source, target = source, maxLength = Infinity } = options;
  const pairs = encoded(op, sources, targets, source, target);
  checkMost(op, "maxLength", maxLength);
  for (const [i, { x, y }] of pairs.entries()) {
    if (x.length === y.length) continue;
    const [expected, got] = [
      `${x.length} ${source.unit} as in ${show(sources[i])}`,
      `${y.length} in ${show(targets[i])}`,
    ];
    const hint = "translationPairs takes targets of other lengths.";
    throw new ShapeError(message(op, `the texts of pair ${i} have two lengths`, { expected, got, hint }));
  }
  const kept = indicesOf(op, pairs, ({ x }) => x.length <= maxLength);
  return {
    x: padded(kept, (i) => pairs[i].x),
    y: padded(kept, (i) => pairs[i].y),
    lengths: kept.map((i) => pairs[i].x.length),
    kept,
  };
}

/**
 * Pairs for an encoder that reads the source and a decoder that predicts the next unit of the target from those before
 * it.
 *
 * @throws {UsageError} for a wrong option, or a target tokenizer without the two marks
 * @throws {ShapeError} where there are not as many targets as sources, or none that is short enough
 */
export function translationPairs(
  sources: readonly string[],
  targets: readonly string[],
  options: TranslationPairsOptions,
): TranslationPairs {
  const op = "text.translationPairs";
  checkKeys(op, options, ["source", "target", "begin", "end", "maxLength", "targetMaxLength"]);
  const {
    source,
    target,
    begin = "<begin>",
    end = "<end>",
    maxLength = Infinity,
    targetMaxLength = Infinity,
  } = options;
  const pairs = encoded(op, sources, targets, source, target);
  checkMost(op, "maxLength", maxLength);
  checkMost(op, "targetMaxLength", targetMaxLength);
  const [first, last] = [begin, end].map((mark) => markOf(op, target, mark));
  const kept = indicesOf(op, pairs, ({ x, y }) => x.length <= maxLength && y.length < targetMaxLength);
  return {
    x: [padded(kept, (i) => pairs[i].x), padded(kept, (i) => Int32Array.of(first, ...pairs[i].y))],
    y: padded(kept, (i) => Int32Array.of(...pairs[i].y, last)),
    lengths: [kept.map((i) => pairs[i].x.length), kept.map((i) => pairs[i].y.length + 1)],
    kept,
  };
}

interface Pair {
  readonly x: Int32Array;
  readonly y: Int32Array;
}

function encoded(op: string, sources: unknown, targets: unknown, source: unknown, target: unknown): Pair[] {
  for (const [name, tokenizer] of Object.entries({ source, target })) {
    if (tokenizer instanceof Tokenizer || tokenizer instanceof BytePairs) continue;
    const expected = 'text.fitTokenizer(texts, { unit: "characters" })';
    throw new UsageError(message(op, `${name} is no tokenizer`, { expected, got: show(tokenizer) }));
  }
  for (const [name, texts] of Object.entries({ sources, targets })) {
    if (isListOf(texts, (text) => typeof text === "string")) continue;
    throw new UsageError(message(op, `${name} must be a list of texts`, { got: show(texts) }));
  }
  const [from, to] = [sources as readonly string[], targets as readonly string[]];
  if (from.length !== to.length) {
    const [expected, got] = [`${from.length}, as many as sources`, String(to.length)];
    throw new ShapeError(message(op, "the number of targets differs", { expected, got }));
  }
  return from.map((text, i) => ({
    x: (source as Tokenizer | BytePairs).encode(text),
    y: (target as Tokenizer | BytePairs).encode(to[i]),
  }));
}

function checkMost(op: string, name: string, most: number): void {
  if (most !== Infinity) checkInteger(op, name, most, "[1, ∞)");
}

function markOf(op: string, target: Tokenizer | BytePairs, mark: string): number {
  const token = target.tokenOf(mark);
  if (token !== undefined) return token;
  const hint = `text.fitTokenizer(targets, { marks: [${show(mark)}], … }) makes it one.`;
  throw new UsageError(message(op, `${show(mark)} is no unit of the target tokenizer`, { hint }));
}

function indicesOf(op: string, pairs: readonly Pair[], fits: (pair: Pair) => boolean): Int32Array {
  const kept = Int32Array.from([...pairs.keys()].filter((i) => fits(pairs[i])));
  if (kept.length > 0) return kept;
  const got = `${pairs.length} pairs`;
  throw new ShapeError(message(op, "no pair is left", { expected: "at least one that is not too long", got }));
}

function padded(kept: Int32Array, tokensOf: (pair: number) => Int32Array): Tensor {
  return padSequences(Array.from(kept, tokensOf), { padding: "post" });
}
