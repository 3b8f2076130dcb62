/** Spearman's rank correlation: whether two lists of numbers have the same order. Source: Spearman 1904. */
import { ShapeError, message } from "../errors.js";
import { checkSequence } from "../options.js";

/**
 * Spearman's ρ of two lists of equal length, −1 … 1: the correlation of their ranks, where equal values share the mean
 * of their ranks. NaN for fewer than two numbers, or where all numbers of a list are equal.
 *
 * @throws {UsageError} unless both are lists of numbers
 * @throws {ShapeError} when their lengths differ, or a number is NaN
 */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const op = "words.spearman";
  checkSequence(op, "a", a);
  checkSequence(op, "b", b);
  if (a.length !== b.length) {
    const got = `${a.length} and ${b.length}`;
    throw new ShapeError(message(op, "the lists have different lengths", { expected: "a number for each other", got }));
  }
  const [ranksA, ranksB] = [a, b].map((list) => ranks(op, list));
  const middle = (a.length + 1) / 2; // the mean of the ranks, shared ones too
  let [products, squaresA, squaresB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [ranksA[i] - middle, ranksB[i] - middle];
    products += x * y;
    squaresA += x * x;
    squaresB += y * y;
  }
  return squaresA === 0 || squaresB === 0 ? NaN : products / Math.sqrt(squaresA * squaresB);
}

/** The ranks 1 … n of the values. */
function ranks(op: string, values: ArrayLike<number>): Float64Array {
  const wrong = Array.from(values).findIndex((value) => Number.isNaN(value));
  if (wrong >= 0) throw new ShapeError(message(op, `number ${wrong} has no rank`, { got: "NaN" }));
  const order = Array.from(values, (_, i) => i).sort((i, j) => (values[i] < values[j] ? -1 : values[i] > values[j] ? 1 : 0)); // prettier-ignore
  const found = new Float64Array(values.length);
  for (let from = 0, to = 0; from < order.length; from = to) {
    while (to < order.length && values[order[to]] === values[order[from]]) to++;
    for (let at = from; at < to; at++) found[order[at]] = (from + 1 + to) / 2;
  }
  return found;
}
