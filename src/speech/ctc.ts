/**
 * From what a network trained by connectionist temporal classification (CTC) says of each frame to tokens: the likeliest
 * path, or the likeliest sequences over all their paths, on request weighed by a language model. A path has a token or
 * the blank in each frame; repeats are merged and then blanks are dropped: a a – a b b → a a b. Letters: N recordings, T
 * frames, C classes, the blank among them. Does not train: the loss is no part of this file.
 * Source: Graves, Fernández, Gomez & Schmidhuber 2006, "Connectionist temporal classification"; the beam: Hannun, Maas,
 * Jurafsky & Ng 2014, "First-pass large vocabulary continuous speech recognition using bi-directional recurrent DNNs".
 */
import { DataError, ShapeError, UsageError, checkKeys, message, show } from "../errors.js";
import { checkFunction, checkInteger, checkNumber, checkSequence } from "../options.js";
import { showShape } from "../tensor/shape.js";
import { Tensor } from "../tensor/tensor.js";

/** Options of {@link ctcGreedy}. */
export interface CtcOptions {
  /** The class that stands for no token: an integer in [0, C). Default 0. */
  readonly blank?: number;
  /** The number of frames of each recording, at most T: the others are padding. Default: T for all. */
  readonly lengths?: ArrayLike<number>;
}

/**
 * The tokens of the likeliest path of each recording: the likeliest class of each frame, the first of equals; repeats
 * merged and blanks dropped.
 *
 * Cost: N·T·C comparisons.
 * @param logits  (N, T, C) float32: scores of classes before or after a log-softmax
 * @returns the tokens of each of the N recordings, perhaps none
 * @throws {ShapeError} unless logits are (N, T, C)
 * @throws {UsageError} for a blank or length out of range
 * @throws {DataError} when a logit is NaN or +∞, or all of a frame are −∞
 */
export function ctcGreedy(logits: Tensor, options: CtcOptions = {}): number[][] {
  const op = "speech.ctcGreedy";
  checkKeys(op, options, ["blank", "lengths"]);
  return eachRecording(op, logits, options, (frames, blank) => {
    const tokens: number[] = [];
    let before = blank;
    for (const frame of frames) {
      const best = frame.indexOf(frame.reduce((most, value) => Math.max(most, value)));
      if (best !== before && best !== blank) tokens.push(best);
      before = best;
    }
    return tokens;
  });
}

/** Options of {@link ctcBeam}. */
export interface CtcBeamOptions extends CtcOptions {
  /** The number of prefixes that are kept from frame to frame: an integer in [1, 10000]. Default 16. */
  readonly width?: number;
  /** The most sequences of each recording that are returned: an integer in [1, width]. Default 1. */
  readonly best?: number;
  /**
   * The natural logarithm of a token's probability after a prefix; −∞ forbids it. It is called once for each prefix in
   * the beam and token. Default: none.
   */
  readonly languageModel?: (prefix: readonly number[], token: number) => number;
  /** The weight of the language model, ≥ 0. Default 1. */
  readonly languageWeight?: number;
  /** What is added to the score for each token: makes up for the language model's preference for few. Default 0. */
  readonly tokenBonus?: number;
}

/** A sequence that a beam search found. */
export interface CtcHypothesis {
  readonly tokens: readonly number[];
  /** ln P(tokens | recording), over the paths in the beam, plus what language model and bonus add. */
  readonly score: number;
}

/**
 * The likeliest sequences of each recording by a beam search over prefixes: the probability of a prefix is the sum over all of
 * its paths, those that end in a blank and those that do not being counted apart. With a beam that holds all prefixes the result
 * is exact.
 *
 *   score = ln P(tokens | recording) + weight · Σ ln P_language(token | prefix) + bonus · number of tokens
 *
 * Cost: T · width · C sums of logarithms, and sorting as many candidates, for each recording.
 * @param logits  (N, T, C) float32: scores of classes before or after a log-softmax
 * @returns for each of the N recordings its sequences, the best first; fewer than asked for where there are no more
 * @throws {ShapeError} unless logits are (N, T, C)
 * @throws {UsageError} for an option out of range, or a language model that returns no number
 * @throws {DataError} when a logit is NaN or +∞, or all of a frame are −∞
 */
export function ctcBeam(logits: Tensor, options: CtcBeamOptions = {}): CtcHypothesis[][] {
  const op = "speech.ctcBeam";
  checkKeys(op, options, ["blank", "lengths", "width", "best", "languageModel", "languageWeight", "tokenBonus"]);
  const { width = 16, best = 1, languageModel, languageWeight = 1, tokenBonus = 0 } = options;
  checkInteger(op, "width", width, "[1, 10000]");
  checkInteger(op, "best", best, `[1, ${width}]`);
  checkNumber(op, "languageWeight", languageWeight, "[0, ∞)");
  checkNumber(op, "tokenBonus", tokenBonus, "(-∞, ∞)");
  if (languageModel !== undefined) checkFunction(op, languageModel);
  const extra = (prefix: Prefix, token: number): number => {
    if (languageModel === undefined || languageWeight === 0) return tokenBonus;
    let known = prefix.extras.get(token);
    if (known !== undefined) return known;
    const value = languageModel(tokensOf(prefix), token);
    if (typeof value !== "number" || !(value < Infinity)) {
      const expected = "a logarithm of a probability";
      throw new UsageError(message(op, "the language model is wrong", { expected, got: show(value) }));
    }
    known = languageWeight * value + tokenBonus;
    prefix.extras.set(token, known);
    return known;
  };
  return eachRecording(op, logits, options, (frames, blank) => search(frames, blank, width, extra).slice(0, best));
}

/** A prefix in the beam, as a node of a tree. */
interface Prefix {
  readonly parent: Prefix | undefined;
  /** The last token; −1 of the empty prefix. */
  readonly token: number;
  /** What language model and bonus add to its score. */
  readonly extra: number;
  /** What they add for a further token, where that was asked for. */
  readonly extras: Map<number, number>;
  /** Longer prefixes that were once in the beam, by their last token: one that comes back is the same node. */
  readonly children: Map<number, Prefix>;
  /** The logarithms of its probability over paths that end in a blank, and in its last token. */
  inBlank: number;
  inToken: number;
}

/** A prefix for the next frame: one of the beam, or one of these and a further token. */
interface Candidate {
  readonly prefix: Prefix;
  /** The further token; −1 for none. */
  readonly token: number;
  readonly extra: number;
  inBlank: number;
  inToken: number;
}

const totalOf = ({ inBlank, inToken }: Candidate | Prefix): number => logSum(inBlank, inToken);

function search(
  frames: readonly Float64Array[],
  blank: number,
  width: number,
  extraOf: (prefix: Prefix, token: number) => number,
): CtcHypothesis[] {
  let beam = [newPrefix(undefined, -1, 0)];
  beam[0].inBlank = 0;
  for (const frame of frames) {
    const stays = new Map<Prefix, Candidate>();
    for (const prefix of beam) {
      const { token, extra } = prefix;
      const inToken = token < 0 ? -Infinity : prefix.inToken + frame[token];
      stays.set(prefix, { prefix, token: -1, extra, inBlank: totalOf(prefix) + frame[blank], inToken });
    }
    const candidates = [...stays.values()];
    for (const prefix of beam) {
      const total = totalOf(prefix);
      for (let token = 0; token < frame.length; token++) {
        if (token === blank) continue;
        // After the same token only a blank makes it a second one.
        const inToken = (token === prefix.token ? prefix.inBlank : total) + frame[token];
        if (inToken === -Infinity) continue;
        const known = prefix.children.get(token);
        const child = known && stays.get(known);
        if (child !== undefined) child.inToken = logSum(child.inToken, inToken);
        else
          candidates.push({ prefix, token, extra: prefix.extra + extraOf(prefix, token), inBlank: -Infinity, inToken });
      }
    }
    beam = bestOf(candidates, width).map(({ prefix, token, extra, inBlank, inToken }) => {
      const kept = token < 0 ? prefix : (prefix.children.get(token) ?? newPrefix(prefix, token, extra));
      return Object.assign(kept, { inBlank, inToken });
    });
  }
  return beam.map((prefix) => ({ tokens: tokensOf(prefix), score: totalOf(prefix) + prefix.extra }));
}

function newPrefix(parent: Prefix | undefined, token: number, extra: number): Prefix {
  const made = { parent, token, extra, extras: new Map(), children: new Map(), inBlank: -Infinity, inToken: -Infinity };
  parent?.children.set(token, made);
  return made;
}

/** The `width` candidates of the highest score, the first of equals first; impossible ones are left out. */
function bestOf(candidates: readonly Candidate[], width: number): Candidate[] {
  const scored = candidates.map((candidate) => ({ candidate, score: totalOf(candidate) + candidate.extra }));
  const possible = scored.filter(({ score }) => score > -Infinity);
  possible.sort((a, b) => b.score - a.score);
  return possible.slice(0, width).map(({ candidate }) => candidate);
}

function tokensOf(prefix: Prefix): number[] {
  const tokens: number[] = [];
  for (let at: Prefix | undefined = prefix; at?.parent !== undefined; at = at.parent) tokens.push(at.token);
  return tokens.reverse();
}

/** ln(eᵃ + eᵇ). */
export function logSum(a: number, b: number): number {
  const [more, less] = a > b ? [a, b] : [b, a];
  return less === -Infinity ? more : more + Math.log1p(Math.exp(less - more));
}

/** What `decode` makes of each recording's frames, which are logarithms of probabilities. */
function eachRecording<T>(
  op: string,
  logits: Tensor,
  { blank = 0, lengths }: CtcOptions,
  decode: (frames: Float64Array[], blank: number) => T,
): T[] {
  if (!(logits instanceof Tensor) || logits.rank !== 3 || logits.dtype !== "float32" || logits.shape[2] === 0) {
    const got = logits instanceof Tensor ? `${logits.dtype} ${showShape(logits.shape)}` : show(logits);
    throw new ShapeError(message(op, "these are no logits", { expected: "a float32 tensor [N, T, C], C ≥ 1", got }));
  }
  const [count, steps, classes] = logits.shape;
  checkInteger(op, "blank", blank, `[0, ${classes})`);
  if (lengths !== undefined) {
    checkSequence(op, "lengths", lengths);
    if (lengths.length !== count) {
      const expected = `one for each of N = ${count}`;
      throw new UsageError(message(op, "lengths do not fit", { expected, got: `${lengths.length}` }));
    }
  }
  const values = logits.toTypedArray();
  const used = Array.from({ length: count }, (_, n) => {
    const length = lengths?.[n] ?? steps;
    checkInteger(op, "a length", length, `[0, ${steps}]`);
    const from = n * steps;
    return Array.from({ length }, (_, t) => logSoftmax(op, values, (from + t) * classes, classes));
  });
  return used.map((frames) => decode(frames, blank));
}

/** @throws {DataError} when a logit is NaN or +∞, or all are −∞ */
function logSoftmax(op: string, values: ArrayLike<number>, from: number, classes: number): Float64Array {
  const row = Float64Array.from({ length: classes }, (_, c) => values[from + c]);
  const most = row.reduce((a, b) => Math.max(a, b));
  if (!Number.isFinite(most)) {
    const expected = "numbers, or −∞ for some classes of a frame";
    throw new DataError(message(op, "logits are not finite", { expected, got: show([...row]) }));
  }
  const sum = row.reduce((all, value) => all + Math.exp(value - most), 0);
  const log = most + Math.log(sum);
  return row.map((value) => value - log);
}
