/**
 * Which state of which word each frame belongs to: forced alignment, where the words are known, and recognition by
 * Viterbi's algorithm over a loop of all words, where they are not. Both take likelihoods, whatever they come from.
 * Letters: T frames, S states of all words, N words.
 * Source: Rabiner 1989, section VI; Young, Russell & Thornton 1989, "Token passing: a simple conceptual model for
 * connected speech recognition systems" (the loop).
 */
import { UsageError, checkKeys, message } from "../../errors.js";
import { checkInteger, checkNumber } from "../../options.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type Graph, loopGraph, rowGraph } from "./graph.js";
import { likelihoodsOf } from "./markov.js";
import { type WordChains, checkWords, wordsOf } from "./model.js";
import { bestPath } from "./paths.js";

/** A word, or silence, and where it was heard. */
export interface WordSegment {
  /** The number of the word. */
  readonly word: number;
  /** Its first frame, and the one after its last. */
  readonly from: number;
  readonly to: number;
}

/** Frames with their states and words. */
export interface WordPath {
  /** (N): the words in their order, without silence. */
  readonly words: readonly number[];
  /** All that was heard, silence too, frame after frame. */
  readonly segments: readonly WordSegment[];
  /** (T) int32: the state of each frame, of all words' states. */
  readonly states: Int32Array<ArrayBuffer>;
  /** ln P(states and observations), less the penalties. */
  readonly score: number;
}

/**
 * Forced alignment: the likeliest states of known words. Where the chains have a silence, it may be heard before,
 * between and after the words.
 *
 * Cost: T sums for each transition of the row.
 * @param logLikelihoods  (T, S) float32: ln p(observation t | state s) up to a constant of each frame
 * @param model           chains with S states in all; a model may be passed as it is
 * @param sequence        the words that are spoken
 * @throws {ShapeError} unless the likelihoods are (T, S)
 * @throws {UsageError} for chains that do not fit, or an unknown word
 * @throws {DataError} when a likelihood is NaN or +∞, or there are fewer frames than the words have states
 */
export function alignWords(logLikelihoods: Tensor, model: WordChains, sequence: ArrayLike<number>): WordPath {
  const op = "speech.alignWords";
  const words = wordsOf(op, model);
  checkWords(op, sequence, words);
  return heard(op, logLikelihoods, rowGraph(op, words, sequence), words.states, words.silence);
}

/** Options of {@link decodeWords}. */
export interface DecodeWordsOptions {
  /**
   * What each word costs, as a logarithm. A higher penalty leads to fewer words: too few are missed words, too many are
   * invented ones. Choose it on recordings that are not the test. Default 0.
   */
  readonly penalty?: number;
}

/**
 * Recognition of connected words: the likeliest states of any words in any order, by Viterbi's algorithm over a loop.
 * Where the chains have a silence, it may be heard before, between and after the words, and alone: then there are no
 * words.
 *
 * Cost: T sums for each transition, of which W words that follow each other have W².
 * @param logLikelihoods  as for {@link alignWords}
 * @throws as {@link alignWords}; {UsageError} for an option out of range, or no word beside silence
 */
export function decodeWords(logLikelihoods: Tensor, model: WordChains, options: DecodeWordsOptions = {}): WordPath {
  const op = "speech.decodeWords";
  checkKeys(op, options, ["penalty"]);
  const { penalty = 0 } = options;
  checkNumber(op, "penalty", penalty, "(-∞, ∞)");
  const words = wordsOf(op, model);
  if (words.chains.length === Number(words.silence !== undefined))
    throw new UsageError(message(op, "there is no word beside silence"));
  return heard(op, logLikelihoods, loopGraph(op, words, penalty), words.states, words.silence);
}

function heard(op: string, x: Tensor, graph: Graph, states: number, silence: number | undefined): WordPath {
  const likelihoods = likelihoodsOf(op, x, states);
  const path = bestPath(op, graph, likelihoods, graph.columns);
  const segments: WordSegment[] = [];
  for (let t = 0; t < likelihoods.T;) {
    const from = t++;
    while (t < likelihoods.T && path.begins[t] === 0) t++;
    segments.push({ word: graph.words[path.states[from]], from, to: t });
  }
  return {
    words: segments.map(({ word }) => word).filter((word) => word !== silence),
    segments,
    states: path.states.map((s) => graph.columns[s]),
    score: path.score,
  };
}

/**
 * An alignment to begin with, where nothing is known: each state takes the same share of the frames, in order.
 *
 * @param frames  T, at least 1
 * @param first   the first of the states
 * @param states  how many there are, at most T
 * @returns (T)
 * @throws {UsageError} when there are fewer frames than states
 */
export function evenStates(frames: number, first: number, states: number): Int32Array<ArrayBuffer> {
  const op = "speech.evenStates";
  checkInteger(op, "frames", frames, "[1, 1000000000]");
  checkInteger(op, "first", first, "[0, 1000000]");
  checkInteger(op, "states", states, `[1, ${frames}]`);
  return Int32Array.from({ length: frames }, (_, t) => first + Math.floor((t * states) / frames));
}
