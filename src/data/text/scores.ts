/**
 * How near texts that a model wrote are to those that people wrote: BLEU, chrF, error rates of words and characters,
 * exact match. All are over a whole corpus, pair by pair; pairs of long texts weigh more than those of short ones,
 * except in {@link exactMatch}. Does not split a text into words: BLEU and the word error rate take lists of tokens, or
 * texts that blanks separate. Sources: Papineni et al. 2002 (BLEU, as NLTK's `corpus_bleu` computes it); Lin & Och 2004
 * (smoothing); Popović 2015 (chrF).
 */
import { UsageError, checkKeys, message, show } from "../../errors.js";
import { checkInteger, checkNumber } from "../../options.js";
import { isListOf } from "../../lists.js";

/** A text: its tokens, or a string, whose words blanks separate. */
export type Scored = string | readonly string[];

/** What would be right in place of one hypothesis: a text, or a list of texts. */
export type References = string | readonly Scored[];

/** Options of {@link bleu}. */
export interface BleuOptions {
  /** The longest runs of words that are compared, ≥ 1. Default 4. */
  readonly maxOrder?: number;
  /**
   * True adds 1 to the matches and to the runs of two words and more, so that one order without a match does not make the
   * result 0. For short corpora. Default false.
   */
  readonly smooth?: boolean;
}

/**
 * BLEU of a corpus, 0 … 1 (papers print it times 100), as NLTK counts it: a text shorter than a run is as one run without
 * a match, so that a corpus with such texts does not reach 1. It is the geometric mean of the fractions of runs of 1 … maxOrder words
 * that the references have too, times a penalty where the hypotheses are shorter.
 *
 * @param hypotheses  what was written
 * @param references  for each hypothesis a text that would be right, or a list of such texts
 * @throws {UsageError} when there are no hypotheses, or as many references are not given, or an option is out of range
 */
export function bleu(
  hypotheses: readonly Scored[],
  references: readonly References[],
  options: BleuOptions = {},
): number {
  checkPairs("text.bleu", hypotheses, references);
  checkKeys("text.bleu", options, ["maxOrder", "smooth"]);
  const { maxOrder = 4, smooth = false } = options;
  checkInteger("text.bleu", "maxOrder", maxOrder, "[1, ∞)");
  const matches = new Float64Array(maxOrder);
  const totals = new Float64Array(maxOrder);
  let written = 0;
  let right = 0;
  for (const [i, hypothesis] of hypotheses.entries()) {
    const words = wordsOf(hypothesis);
    const all = severalOf(references[i]).map(wordsOf);
    written += words.length;
    right += nearest(
      words.length,
      all.map(({ length }) => length),
    );
    for (let order = 1; order <= maxOrder; order++) {
      const most = new Map<string, number>();
      for (const reference of all)
        for (const [run, count] of runsOf(reference, order)) most.set(run, Math.max(count, most.get(run) ?? 0));
      for (const [run, count] of runsOf(words, order)) matches[order - 1] += Math.min(count, most.get(run) ?? 0);
      totals[order - 1] += Math.max(1, words.length - order + 1); // as NLTK has it
    }
  }
  if (matches[0] === 0) return 0;
  let logs = 0;
  for (let order = 0; order < maxOrder; order++) {
    const added = smooth && order > 0 ? 1 : 0;
    logs += Math.log((matches[order] + added) / (totals[order] + added)) / maxOrder;
  }
  const penalty = written > right ? 1 : Math.exp(1 - right / written);
  return penalty * Math.exp(logs);
}

/** The reference length next to that of the hypothesis, the shorter of two equally near ones. */
function nearest(length: number, lengths: readonly number[]): number {
  return lengths.reduce((best, other) => {
    const [far, further] = [Math.abs(other - length), Math.abs(best - length)];
    return far < further || (far === further && other < best) ? other : best;
  });
}

/** Options of {@link chrF}. */
export interface ChrFOptions {
  /** The longest runs of characters that are compared, ≥ 1. Default 6. */
  readonly maxOrder?: number;
  /** How many times more recall counts than precision, > 0. Default 2. */
  readonly beta?: number;
}

/**
 * chrF of a corpus, 0 … 1: F-score of the runs of 1 … maxOrder characters that hypothesis and reference share, blanks left
 * out. Where there are several references, the best of them counts.
 *
 * @throws {UsageError} when there are no hypotheses, or as many references are not given, or an option is out of range
 */
export function chrF(
  hypotheses: readonly Scored[],
  references: readonly References[],
  options: ChrFOptions = {},
): number {
  checkPairs("text.chrF", hypotheses, references);
  checkKeys("text.chrF", options, ["maxOrder", "beta"]);
  const { maxOrder = 6, beta = 2 } = options;
  checkInteger("text.chrF", "maxOrder", maxOrder, "[1, ∞)");
  checkNumber("text.chrF", "beta", beta, "(0, ∞)");
  const total = new Float64Array(3 * maxOrder);
  for (const [i, hypothesis] of hypotheses.entries()) {
    const counted = severalOf(references[i]).map((reference) => sharedRuns(hypothesis, reference, maxOrder));
    const best = counted.reduce((a, b) => (fScore(b, beta) > fScore(a, beta) ? b : a));
    for (const [at, count] of best.entries()) total[at] += count;
  }
  return fScore(total, beta);
}

/** For each order: runs in common, in the hypothesis, in the reference. */
function sharedRuns(hypothesis: Scored, reference: Scored, maxOrder: number): Float64Array {
  const [left, right] = [hypothesis, reference].map((text) => charactersOf(text).filter((c) => c.trim() !== ""));
  const counts = new Float64Array(3 * maxOrder);
  for (let order = 1; order <= maxOrder; order++) {
    const runs = runsOf(right, order);
    let shared = 0;
    for (const [run, count] of runsOf(left, order)) shared += Math.min(count, runs.get(run) ?? 0);
    counts.set([shared, Math.max(0, left.length - order + 1), Math.max(0, right.length - order + 1)], 3 * (order - 1));
  }
  return counts;
}

/** The F-score of mean precision and mean recall over the orders for which both texts are long enough. */
function fScore(counts: Float64Array, beta: number): number {
  let [precision, recall, orders] = [0, 0, 0];
  for (let at = 0; at < counts.length; at += 3) {
    const [shared, left, right] = counts.subarray(at, at + 3);
    if (left === 0 || right === 0) continue;
    precision += shared / left;
    recall += shared / right;
    orders++;
  }
  if (precision + recall === 0) return 0;
  return ((1 + beta ** 2) * precision * recall) / (beta ** 2 * precision + recall) / orders;
}

/**
 * The word error rate: how many words must be replaced, put in or left out to make the references of the hypotheses, for
 * each word of the references; 0 is perfect, and it may exceed 1.
 * @throws {UsageError} when there are no hypotheses, as many references are not given, or these are empty
 */
export function wordErrorRate(hypotheses: readonly Scored[], references: readonly Scored[]): number {
  return errorRate("text.wordErrorRate", hypotheses, references, wordsOf);
}

/**
 * The character error rate: as {@link wordErrorRate}, of characters (code points), blanks included.
 * @throws {UsageError} when there are no hypotheses, as many references are not given, or these are empty
 */
export function characterErrorRate(hypotheses: readonly Scored[], references: readonly Scored[]): number {
  return errorRate("text.characterErrorRate", hypotheses, references, charactersOf);
}

/**
 * The fraction of hypotheses that are their reference, word for word: blanks between words do not count.
 * @throws {UsageError} when there are no hypotheses, or as many references are not given
 */
export function exactMatch(hypotheses: readonly Scored[], references: readonly References[]): number {
  checkPairs("text.exactMatch", hypotheses, references);
  const joined = (text: Scored): string => wordsOf(text).join(" ");
  const right = hypotheses.filter((hypothesis, i) =>
    severalOf(references[i]).some((reference) => joined(reference) === joined(hypothesis)),
  );
  return right.length / hypotheses.length;
}

/**
 * The perplexity of a mean cross-entropy in nats, such as the loss of a language model: eˡ, the number of equally likely
 * tokens that would be as hard to guess.
 * @throws {UsageError} when the loss is not a number ≥ 0
 */
export function perplexity(loss: number): number {
  checkNumber("text.perplexity", "loss", loss, "[0, ∞)");
  return Math.exp(loss);
}

function errorRate(
  op: string,
  hypotheses: readonly Scored[],
  references: readonly Scored[],
  unitsOf: (text: Scored) => readonly string[],
): number {
  checkPairs(op, hypotheses, references);
  let [errors, units] = [0, 0];
  for (const [i, hypothesis] of hypotheses.entries()) {
    const reference = unitsOf(references[i]);
    errors += distance(unitsOf(hypothesis), reference);
    units += reference.length;
  }
  if (units > 0) return errors / units;
  throw new UsageError(message(op, "the references are empty", { expected: "something to be written" }));
}

/** Levenshtein's distance: replacements, insertions and deletions that make b of a. */
function distance(a: readonly string[], b: readonly string[]): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (const [i, unit] of a.entries()) {
    const next = [i + 1];
    for (const [j, other] of b.entries())
      next.push(Math.min(row[j] + Number(unit !== other), row[j + 1] + 1, next[j] + 1));
    row = next;
  }
  return row[b.length];
}

const wordsOf = (text: Scored): readonly string[] =>
  typeof text === "string" ? text.split(/\s+/u).filter((word) => word !== "") : text;

const charactersOf = (text: Scored): readonly string[] => Array.from(typeof text === "string" ? text : text.join(" "));

/** How often each run of `order` units occurs. */
function runsOf(units: readonly string[], order: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i + order <= units.length; i++) {
    const run = units.slice(i, i + order).join("\u0000");
    counts.set(run, (counts.get(run) ?? 0) + 1);
  }
  return counts;
}

const severalOf = (references: References): readonly Scored[] =>
  typeof references === "string" ? [references] : references;

function checkPairs(op: string, hypotheses: unknown, references: unknown): void {
  const isText = (text: unknown): boolean =>
    typeof text === "string" || isListOf(text, (token) => typeof token === "string");
  if (!isListOf(hypotheses, isText) || hypotheses.length === 0)
    throw new UsageError(
      message(op, "hypotheses must be a list of texts", {
        expected: "strings or lists of tokens",
        got: show(hypotheses),
      }),
    );
  if (!Array.isArray(references) || references.length !== hypotheses.length) {
    const got = Array.isArray(references) ? String(references.length) : show(references);
    const expected = `${hypotheses.length}, one for each hypothesis`;
    throw new UsageError(message(op, "the references do not fit", { expected, got }));
  }
  const isGiven = (one: unknown): boolean => isText(one) || isListOf(one, isText);
  const wrong = references.findIndex((one) => !isGiven(one) || (Array.isArray(one) && one.length === 0));
  if (wrong < 0) return;
  const [expected, got] = ["a text, or a list of texts", show(references[wrong])];
  throw new UsageError(message(op, `references[${wrong}] is not a text`, { expected, got }));
}
