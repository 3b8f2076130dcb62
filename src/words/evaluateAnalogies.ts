/**
 * Thousands of analogies at once, as of Google's questions-words.txt. The cosines of all words of the questions with a
 * block of the vocabulary are one matrix product; each question then combines three of its rows. So a word that occurs
 * in a hundred questions costs one row, and memory is bounded. Letters: V words, D dimensions, W words of the
 * questions. Source: Mikolov et al. 2013 (questions, 3CosAdd), Levy & Goldberg 2014 (3CosMul).
 */
import { checkKeys } from "../errors.js";
import { matmul } from "../ops/product/matmul.js";
import { checkBoolean, checkInteger, oneOf } from "../options.js";
import { tensor } from "../tensor/create.js";
import { scope } from "../tensor/scope.js";
import { checkVectors } from "./evaluateSimilarity.js";
import { type TextSource, readAnalogies } from "./evaluationFiles.js";
import { type AnalogyMethod, type WordVectors, product } from "./vectors.js";

/** Options of {@link evaluateAnalogies}. */
export interface AnalogyEvaluationOptions {
  /** Default "add". */
  readonly method?: AnalogyMethod;
  /** Only the first words count, as answers and in questions: the most frequent, if that is their order. Default: all. */
  readonly maxWords?: number;
  /** Whether the words of the file are lower-cased. Default true. */
  readonly lower?: boolean;
}

/** How many analogies were answered rightly. */
export interface AnalogyCounts {
  readonly correct: number;
  /** Questions of which all four words have vectors. */
  readonly answered: number;
  /** Questions with a word that has none, which do not count. */
  readonly skipped: number;
  /** correct / answered, 0 … 1; NaN if no question could be answered. */
  readonly accuracy: number;
}

/** What {@link evaluateAnalogies} returns: all questions together, and section by section. */
export interface AnalogyScores extends AnalogyCounts {
  readonly sections: readonly (AnalogyCounts & { readonly name: string })[];
}

/** Cosines that are in memory at a time. */
const blockCosines = 2 ** 21;

/** Rows of a, b, c and d in the vectors. */
type Rows = readonly number[];

/**
 * The share of analogies "a is to b as c is to d" for which d is the nearest word, a, b and c left out (see
 * {@link WordVectors.analogy}). Needs `init`. Cost: 2·W·V·D flops, and for each question 3·V numbers that are read.
 *
 * @param vectors  the vectors to be evaluated
 * @param source   a path or file: URL (Node), bytes, a Blob, a Response, a stream, or { text }; gzipped or not. A line
 *   has four words; a line ": name" begins a section
 * @throws {UsageError} for a wrong option, or before `init`
 * @throws {DataError} when the file cannot be read, has no analogies, or has a line that is none, naming it
 * @throws {MemoryError} when the memory limit is reached
 */
export async function evaluateAnalogies(
  vectors: WordVectors,
  source: TextSource,
  options: AnalogyEvaluationOptions = {},
): Promise<AnalogyScores> {
  const op = "words.evaluateAnalogies";
  checkVectors(op, vectors);
  checkKeys(op, options, ["method", "maxWords", "lower"]);
  const { maxWords = vectors.size, lower = true } = options;
  const method = oneOf(["add", "mul"], "add")(op, "method", options.method);
  checkInteger(op, "maxWords", maxWords, "[1, ∞)");
  checkBoolean(op, "lower", lower);
  const V = Math.min(maxWords, vectors.size);
  const known = (word: string): number => {
    const row = vectors.rowOf(lower ? word.toLowerCase() : word) ?? -1;
    return row < V ? row : -1;
  };
  const sections = (await readAnalogies(op, source)).map(({ name, questions }) => {
    const answerable = questions.map((words) => words.map(known)).filter((rows) => !rows.includes(-1));
    return { name, answerable, skipped: questions.length - answerable.length };
  });
  const answers = answersOf(vectors, V, sections.flatMap(({ answerable }) => answerable), method); // prettier-ignore
  let at = 0;
  const counts = sections.map(({ name, answerable, skipped }) => {
    const correct = answerable.filter((rows) => answers[at++] === rows[3]).length;
    return { name, ...countsOf(correct, answerable.length, skipped) };
  });
  const sum = (key: "correct" | "answered" | "skipped"): number => counts.reduce((total, one) => total + one[key], 0);
  return { ...countsOf(sum("correct"), sum("answered"), sum("skipped")), sections: counts };
}

function countsOf(correct: number, answered: number, skipped: number): AnalogyCounts {
  return { correct, answered, skipped, accuracy: answered === 0 ? NaN : correct / answered };
}

/** For each question the row, below V, with the highest score; of equal ones the first; −1 if no word is left. */
function answersOf(vectors: WordVectors, V: number, questions: readonly Rows[], method: AnalogyMethod): Int32Array {
  const answers = new Int32Array(questions.length).fill(-1);
  if (questions.length === 0) return answers;
  const { dimensions: D, units } = vectors;
  const asked = [...new Set(questions.flatMap((rows) => rows.slice(0, 3)))];
  const placeOf = new Map(asked.map((row, place) => [row, place]));
  const places = Int32Array.from(questions.flatMap(([a, b, c]) => [a, b, c].map((row) => placeOf.get(row)!)));
  const wanted = new Float32Array(asked.length * D); // (W, D)
  for (const [place, row] of asked.entries()) wanted.set(units.subarray(row * D, (row + 1) * D), place * D);
  const isSum = method === "add";
  const bests = new Float64Array(questions.length).fill(-Infinity);
  const length = Math.max(1, Math.min(V, Math.floor(blockCosines / asked.length)));
  scope(() => {
    const askedUnits = tensor(wanted, [asked.length, D]);
    for (let from = 0; from < V; from += length) {
      const count = Math.min(length, V - from);
      const cosines = scope(() => {
        const block = tensor(units.subarray(from * D, (from + count) * D), [count, D]);
        return matmul(askedUnits, block, { transposeB: true }).toTypedArray(); // (W, count)
      });
      for (const [i, [a, b, c]] of questions.entries()) {
        const [atA, atB, atC] = [3 * i, 3 * i + 1, 3 * i + 2].map((at) => places[at] * count);
        for (let k = 0, row = from; k < count; k++, row++) {
          const toA = cosines[atA + k];
          const toB = cosines[atB + k];
          const toC = cosines[atC + k];
          const score = isSum ? toB - toA + toC : product(toA, toB, toC);
          if (score > bests[i] && row !== a && row !== b && row !== c) {
            bests[i] = score;
            answers[i] = row;
          }
        }
      }
    }
  });
  return answers;
}
