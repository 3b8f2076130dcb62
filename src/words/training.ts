/** What trainings of word vectors on a corpus have in common: their options, and what they refuse. */
import { ShapeError, UsageError, message, show } from "../errors.js";
import { type Rows, checkFunction, resolve } from "../options.js";
import { type Corpus, Vocabulary } from "./vocabulary.js";

/** A text as tokens, and the vocabulary that they are of. */
export type Tokens = Pick<Corpus, "vocabulary" | "tokens">;

/** Options that end a training, and that are told how far it is. */
interface Watching {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: unknown;
}

/** Options of a training, checked, with their defaults. @throws {UsageError} for a wrong option */
export function resolveTraining<V extends Watching>(op: string, options: object, table: Rows<V>): V {
  const settings = resolve(op, options, table);
  const { signal, onProgress } = settings;
  if (signal !== undefined && typeof signal.throwIfAborted !== "function") {
    throw new UsageError(message(op, "signal must be an AbortSignal", { got: show(signal) }));
  }
  if (onProgress !== undefined) checkFunction(op, onProgress);
  return settings;
}

/** @throws {UsageError} for what is no corpus @throws {ShapeError} for tokens of another vocabulary, or fewer than two */
export function checkCorpus(op: string, corpus: Tokens): void {
  const { vocabulary, tokens } = (corpus ?? {}) as Partial<Corpus>;
  if (!(vocabulary instanceof Vocabulary) || !(tokens instanceof Int32Array)) {
    const expected = "{ vocabulary, tokens }, as corpusOf returns it";
    throw new UsageError(message(op, "not a corpus", { expected, got: show(corpus) }));
  }
  if (tokens.length < 2) {
    throw new ShapeError(message(op, "the text is too short", { expected: "at least 2 words", got: `${tokens.length}` })); // prettier-ignore
  }
  const wrong = tokens.findIndex((token) => token < 0 || token >= vocabulary.size);
  if (wrong < 0) return;
  const values = { expected: `tokens below ${vocabulary.size}`, got: String(tokens[wrong]) };
  throw new ShapeError(message(op, `token ${wrong} is not in the vocabulary`, values));
}

/** The same vectors. @throws {UsageError} when the training has diverged */
export function finite(op: string, vectors: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  if (vectors.every(Number.isFinite)) return vectors;
  throw new UsageError(message(op, "the training has diverged", { hint: "Lower learningRate." }));
}
