/**
 * Vectors of words: which words are near each other, and which is to c as b is to a. Plain loops, which need no engine;
 * many questions at once are in evaluateAnalogies.ts, files in saveVectors.ts and loadVectors.ts. Letters: V words, D
 * dimensions. Source: Mikolov et al. 2013 (3CosAdd), Levy & Goldberg 2014 (3CosMul).
 */
import { ShapeError, UsageError, checkKeys, message, show } from "../errors.js";
import type { ByteSink } from "../io/bytes.js";
import { checkInteger, oneOf } from "../options.js";
import { type VectorFormat, saveVectors, vectorBytes } from "./saveVectors.js";
import { best, unitRows } from "./unitRows.js";

/** A word and its score. */
export interface Neighbour {
  readonly word: string;
  /** The cosine; of an analogy by "mul", the ratio of products. */
  readonly score: number;
}

/** How an analogy is scored: by sums of cosines (3CosAdd) or by their products (3CosMul). */
export type AnalogyMethod = "add" | "mul";

/** Options of {@link WordVectors.nearest}. */
export interface NearestOptions {
  /** How many words are returned, the nearest first. Default 10. */
  readonly count?: number;
}

/** Options of {@link WordVectors.analogy}. */
export interface AnalogyOptions extends NearestOptions {
  /** Default "add". */
  readonly method?: AnalogyMethod;
}

/** Options of {@link WordVectors.save} and {@link WordVectors.toBytes}. */
export interface SaveVectorsOptions {
  /** Default "text". */
  readonly format?: VectorFormat;
}

/** V words and a vector of D numbers for each. Immutable. */
export class WordVectors {
  readonly words: readonly string[];
  /** (V, D), row i is the vector of words[i]. Not copied: do not write to it. */
  readonly matrix: Float32Array;
  /** D */
  readonly dimensions: number;
  readonly #rows: ReadonlyMap<string, number>;
  #units: Float32Array | undefined;

  /**
   * @param words   V different words; the most frequent first, if you want to leave out rare ones by `maxWords`
   * @param matrix  V · D finite numbers, row by row; it is not copied
   * @throws {ShapeError} when the matrix has no whole rows for the words, or a number is not finite
   * @throws {UsageError} when there are no words, a word is empty or stands twice
   */
  constructor(words: readonly string[], matrix: Float32Array) {
    const op = "words.WordVectors";
    if (!Array.isArray(words) || words.length === 0) {
      throw new UsageError(message(op, "words are missing", { expected: "a list of words", got: show(words) }));
    }
    if (!(matrix instanceof Float32Array)) {
      throw new UsageError(message(op, "the matrix is missing", { expected: "a Float32Array", got: show(matrix) }));
    }
    this.dimensions = matrix.length / words.length;
    if (!Number.isInteger(this.dimensions) || this.dimensions === 0) {
      const expected = `(V, D) numbers for V = ${words.length} words`;
      throw new ShapeError(message(op, "the matrix does not fit the words", { expected, got: `${matrix.length}` }));
    }
    const wrong = matrix.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0) {
      const got = `${matrix[wrong]} in row ${Math.floor(wrong / this.dimensions)}`;
      throw new ShapeError(message(op, "the matrix has a number that is not finite", { got }));
    }
    const rows = new Map<string, number>();
    for (const [row, word] of Array.from(words as readonly unknown[]).entries()) {
      if (typeof word !== "string" || word === "") {
        throw new UsageError(message(op, `word ${row} is not a word`, { expected: "a text", got: show(word) }));
      }
      if (rows.has(word)) {
        const got = `${show(word)} in rows ${rows.get(word)} and ${row}`;
        throw new UsageError(message(op, "a word stands twice", { expected: "different words", got }));
      }
      rows.set(word, row);
    }
    this.words = words as readonly string[];
    this.matrix = matrix;
    this.#rows = rows;
  }

  /** V */
  get size(): number {
    return this.words.length;
  }

  /** The row of a word in exactly this spelling; undefined if it has no vector. */
  rowOf(word: string): number | undefined {
    return this.#rows.get(word);
  }

  /** The vector of a word, a new array of D numbers. @throws {UsageError} when the word has none */
  vectorOf(word: string): Float32Array<ArrayBuffer> {
    const row = this.#row("vectorOf", word);
    return new Float32Array(this.matrix.subarray(row * this.dimensions, (row + 1) * this.dimensions));
  }

  /**
   * The rows divided by their lengths, (V, D); a row of zeros stays one, so that it is near to nothing. Made when it is
   * first asked for, and kept. @internal
   */
  get units(): Float32Array {
    return (this.#units ??= unitRows(this.matrix, this.dimensions));
  }

  /** The cosine of the vectors of two words, −1 … 1; 0 if one is a vector of zeros. @throws {UsageError} when a word has none */
  similarity(a: string, b: string): number {
    const [rowA, rowB] = [a, b].map((word) => this.#row("similarity", word) * this.dimensions);
    let sum = 0;
    for (let d = 0; d < this.dimensions; d++) sum += this.units[rowA + d] * this.units[rowB + d];
    return Math.max(-1, Math.min(1, sum));
  }

  /**
   * The words nearest to a word, itself left out, or to a vector, by the cosine. Cost: 2·V·D flops.
   *
   * @param to  a word, or D numbers
   * @throws {UsageError} when the word has no vector, or for a wrong option
   * @throws {ShapeError} unless a vector has D finite numbers
   */
  nearest(to: string | Float32Array, options: NearestOptions = {}): Neighbour[] {
    const op = "words.WordVectors.nearest";
    checkKeys(op, options, ["count"]);
    const { count = 10 } = options;
    checkInteger(op, "count", count, "[1, ∞)");
    if (typeof to === "string") {
      const row = this.#row("nearest", to);
      return this.#best(this.#cosines(this.matrix, row * this.dimensions), [row], count);
    }
    if (!(to instanceof Float32Array) || to.length !== this.dimensions || !to.every(Number.isFinite)) {
      const expected = `a word, or a Float32Array of D = ${this.dimensions} finite numbers`;
      const got = to instanceof Float32Array ? `${to.length} numbers` : show(to);
      throw new ShapeError(message(op, "not a word or a vector", { expected, got }));
    }
    return this.#best(this.#cosines(to, 0), [], count);
  }

  /**
   * The words that are to `c` as `b` is to `a`, as "queen" is to "woman" as "king" is to "man"; `a`, `b` and `c` are
   * left out. With cosines of d and each of them:
   *
   *   add   the cosine of d and b − a + c, each of length 1
   *   mul   (1 + cos(d, b)) / 2 · (1 + cos(d, c)) / 2 / ((1 + cos(d, a)) / 2 + 0.001)
   *
   * @throws {UsageError} when a word has no vector, or for a wrong option
   */
  analogy(a: string, b: string, c: string, options: AnalogyOptions = {}): Neighbour[] {
    const op = "words.WordVectors.analogy";
    checkKeys(op, options, ["count", "method"]);
    const { count = 10 } = options;
    checkInteger(op, "count", count, "[1, ∞)");
    const method = oneOf(["add", "mul"], "add")(op, "method", options.method);
    const D = this.dimensions;
    const rows = [a, b, c].map((word) => this.#row("analogy", word));
    const [A, B, C] = rows.map((row) => this.units.subarray(row * D, (row + 1) * D));
    if (method === "add") {
      return this.#best(this.#cosines(B.map((value, d) => value - A[d] + C[d]), 0), rows, count); // prettier-ignore
    }
    const [toA, toB, toC] = [A, B, C].map((unit) => this.#cosines(unit, 0));
    return this.#best(toA.map((cosine, row) => product(cosine, toB[row], toC[row])), rows, count); // prettier-ignore
  }

  /**
   * Writes the vectors as the word2vec program and gensim do, under a temporary name that is then changed, so that the
   * file is there completely or not at all:
   *
   *   text     "V D\n", and for each word a line: the word and D numbers, parted by blanks; they are as short as possible and still the same
   *   binary   "V D\n", and for each word: the word, a blank, D float32, little-endian
   *
   * @param sink  a path or file: URL (Node), or a WritableStream
   * @throws {UsageError} for a wrong option, a word with a blank or line break, or a path in a browser
   * @throws {DataError} when the file cannot be written
   */
  async save(sink: ByteSink, options: SaveVectorsOptions = {}): Promise<void> {
    const op = "words.WordVectors.save";
    checkKeys(op, options, ["format"]);
    await saveVectors(op, sink, this, oneOf(["text", "binary"], "text")(op, "format", options.format));
  }

  /** What {@link save} writes, as bytes. @throws {UsageError} for a wrong option, or a word with a blank or line break */
  toBytes(options: SaveVectorsOptions = {}): Uint8Array<ArrayBuffer> {
    const op = "words.WordVectors.toBytes";
    checkKeys(op, options, ["format"]);
    return vectorBytes(op, this, oneOf(["text", "binary"], "text")(op, "format", options.format));
  }

  /** @throws {UsageError} when the word has no vector */
  #row(method: string, word: unknown): number {
    const row = this.#rows.get(word as string);
    if (row !== undefined) return row;
    const expected = `one of ${this.size} words`;
    throw new UsageError(
      message(`words.WordVectors.${method}`, "the word has no vector", { expected, got: show(word) }),
    );
  }

  /** The cosine of each row and the vector of D numbers at `from`, (V). */
  #cosines(vector: Float32Array, from: number): Float64Array {
    const { dimensions: D, units } = this;
    const unit = unitRows(vector.subarray(from, from + D), D);
    const cosines = new Float64Array(this.size);
    for (let row = 0, at = 0; row < cosines.length; row++) {
      let sum = 0;
      for (let d = 0; d < D; d++) sum += units[at++] * unit[d];
      cosines[row] = Math.max(-1, Math.min(1, sum));
    }
    return cosines;
  }

  /** The words of the highest scores, without those of the rows `leftOut`. */
  #best(scores: Float64Array, leftOut: readonly number[], count: number): Neighbour[] {
    for (const row of leftOut) scores[row] = -Infinity;
    return best(scores, Math.min(count, this.size - new Set(leftOut).size)).map((row) => ({
      word: this.words[row],
      score: scores[row],
    }));
  }
}

/** The score of 3CosMul: cosines are moved to 0 … 1, so that products make sense. */
export function product(toA: number, toB: number, toC: number): number {
  return ((1 + toB) * (1 + toC)) / (2 * (1 + toA) + 0.004);
}
