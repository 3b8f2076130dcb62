/**
 * Sums of products by Einstein's notation. Composed of transpose, reshape and matmul, so that each pair of operands is
 * one product of matrices; where nothing is summed over it is a product with broadcasting.
 *
 * Letters: an axis has a label, which is a letter of the equation, or "…0", "…1", counted from the end, for the axes that
 * "..." stands for. A term is a tensor with a label for each axis.
 */
import { ShapeError, UsageError, message, show } from "../../errors.js";
import { tensor } from "../../tensor/create.js";
import { type Shape, sizeOf } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { checkDtype, checkTensors } from "../defineOp.js";
import { mul } from "../pointwise/arithmetic.js";
import { sum } from "../reduce/reduce.js";
import { gatherRows } from "../shape/gather.js";
import { reshape } from "../shape/reshape.js";
import { transpose } from "../shape/transpose.js";
import { matmul } from "./matmul.js";

/** A tensor and the labels of its axes. */
interface Term {
  readonly x: Tensor;
  readonly labels: readonly string[];
}

/**
 * Σ over the letters that the result lacks of the product of all operands: `einsum("ij,jk->ik", a, b)` is a·b,
 * `einsum("bthd,bshd->bhts", q, k)` the scores of attention, `einsum("ii->", a)` a trace.
 *
 * @param equation  a term of letters for each operand, joined by commas, and behind "->" the result's; without it the
 *                  result has the letters that occur once, in alphabetical order. A letter is an axis; twice in one
 *                  term it is the diagonal. "..." stands for any axes, which broadcast
 * @param operands  one or more, float32
 * Cost: operands are joined from the left, each pair by one product of matrices; axes are moved before it only where
 * they do not stand in the order that the product needs.
 * @throws {UsageError} when the equation cannot be read, or has another number of terms than there are operands
 * @throws {ShapeError} when a term has another number of letters than its operand has axes, sizes disagree, or an
 *   operand is not float32
 */
export function einsum(equation: string, ...operands: Tensor[]): Tensor {
  const { inputs, output } = parse(equation);
  checkTensors("einsum", operands, operands.map((_, i) => `operands[${i}]`).join(" "));
  if (inputs.length !== operands.length) {
    const [expected, got] = [`${inputs.length} operands ("${equation}")`, String(operands.length)];
    throw new UsageError(message("einsum", "the number of operands differs", { expected, got }));
  }
  const terms = operands.map((x, i) => {
    checkDtype("einsum", `operands[${i}]`, x, "float32");
    return { x, labels: labelsOf(equation, inputs[i], x, i) };
  });
  const sizes = sizesOf(equation, terms);
  const wanted = resultLabels(equation, output, sizes);
  const plain = terms.map((term) => withoutDiagonals(withoutOnes(term, sizes)));
  let result = plain[0];
  for (const [i, next] of plain.slice(1).entries()) {
    const later = new Set([...wanted, ...plain.slice(i + 2).flatMap(({ labels }) => labels)]);
    result = joined(summed(result, new Set([...later, ...next.labels])), next, later);
  }
  const { x, labels } = summed(result, new Set(wanted));
  const present = wanted.filter((label) => labels.includes(label));
  return reshape(
    reordered({ x, labels }, present),
    wanted.map((label) => sizes.get(label)!),
  );
}

/** The terms of an equation as lists of letters and "...". */
function parse(equation: unknown): { readonly inputs: string[][]; readonly output: string[] | undefined } {
  const [left, right, ...rest] = typeof equation === "string" ? equation.replaceAll(" ", "").split("->") : [];
  const inputs = left?.split(",").map((term) => term.match(/\.\.\.|./g) ?? []) ?? [];
  const output = right?.match(/\.\.\.|./g) ?? (right === undefined ? undefined : []);
  const isTerm = (term: readonly string[]): boolean =>
    term.every((part) => /^([a-zA-Z]|\.\.\.)$/.test(part)) && term.filter((part) => part === "...").length < 2;
  if (left === undefined || rest.length > 0 || ![...inputs, output ?? []].every(isTerm)) {
    const expected = 'letters, "," between operands and "->" before the result, as in "ij,jk->ik"';
    throw new UsageError(message("einsum", "the equation cannot be read", { expected, got: show(equation) }));
  }
  return { inputs, output };
}

/** The labels of an operand's axes. */
function labelsOf(equation: string, term: readonly string[], x: Tensor, i: number): string[] {
  const letters = term.filter((part) => part !== "...");
  const more = x.rank - letters.length;
  if (more < 0 || (more > 0 && letters.length === term.length)) {
    const expected = `${letters.length} axes ("${term.join("")}" in "${equation}")`;
    const wrong = `operands[${i}] has another number of axes than letters`;
    throw new ShapeError(message("einsum", wrong, { expected, got: x.label() }));
  }
  return term.flatMap((part) => (part === "..." ? Array.from({ length: more }, (_, k) => `…${more - 1 - k}`) : [part]));
}

/** The size of each label. @throws {ShapeError} when operands disagree */
function sizesOf(equation: string, terms: readonly Term[]): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const { x, labels } of terms) {
    for (const [axis, label] of labels.entries()) {
      const [known, size] = [sizes.get(label), x.shape[axis]];
      const broadcasts = label.startsWith("…") && (known === 1 || size === 1);
      if (known === undefined || (broadcasts && known === 1)) sizes.set(label, size);
      else if (known !== size && !broadcasts) {
        const name = label.startsWith("…") ? `an axis of "..."` : `"${label}"`;
        const got = `${known} and ${size} (${terms.map((term) => term.x.label()).join(", ")})`;
        throw new ShapeError(
          message("einsum", `sizes of ${name} disagree in "${equation}"`, {
            expected: "one size for each letter",
            got,
          }),
        );
      }
    }
  }
  return sizes;
}

/** The labels of the result. @throws {UsageError} when one is unknown or stands there twice */
function resultLabels(
  equation: string,
  output: readonly string[] | undefined,
  sizes: ReadonlyMap<string, number>,
): string[] {
  const rest = [...sizes.keys()].filter((label) => label.startsWith("…"));
  rest.sort((a, b) => Number(b.slice(1)) - Number(a.slice(1)));
  if (output === undefined) {
    const letters = [...equation.matchAll(/[a-zA-Z]/g)].map(([letter]) => letter);
    const once = letters.filter((letter) => letters.indexOf(letter) === letters.lastIndexOf(letter));
    return [...rest, ...once.toSorted()];
  }
  const labels = output.flatMap((part) => (part === "..." ? rest : [part]));
  const wrong = labels.find((label, i) => !sizes.has(label) || labels.indexOf(label) !== i);
  if (wrong !== undefined) {
    const expected = "each letter once, of those of the operands";
    throw new UsageError(message("einsum", `"${wrong}" cannot stand in the result`, { expected, got: show(equation) }));
  }
  return labels;
}

/** The term without axes of size 1 that are broadcast. */
function withoutOnes({ x, labels }: Term, sizes: ReadonlyMap<string, number>): Term {
  const kept = labels.filter((label, axis) => x.shape[axis] === sizes.get(label));
  if (kept.length === labels.length) return { x, labels };
  return { x: reshape(x, x.shape.filter((size, axis) => size === sizes.get(labels[axis]))), labels: kept }; // prettier-ignore
}

/** The term with one axis for each label: of those that a label has twice, the diagonal. */
function withoutDiagonals(term: Term): Term {
  const twice = term.labels.find((label, i) => term.labels.indexOf(label) !== i);
  if (twice === undefined) return term;
  const places = [term.labels.indexOf(twice), term.labels.lastIndexOf(twice)];
  const others = [...term.labels.keys()].filter((axis) => !places.includes(axis));
  const n = term.x.shape[places[0]];
  const moved = transpose(term.x, [...places, ...others]);
  const rows = reshape(moved, [n * n, ...others.map((axis) => term.x.shape[axis])]);
  const diagonal = gatherRows(rows, tensor(Int32Array.from({ length: n }, (_, i) => i * (n + 1))));
  return withoutDiagonals({ x: diagonal, labels: [twice, ...others.map((axis) => term.labels[axis])] });
}

/** The term summed over the labels that are not needed any more. */
function summed({ x, labels }: Term, needed: ReadonlySet<string>): Term {
  const axes = [...labels.keys()].filter((axis) => !needed.has(labels[axis]));
  return axes.length === 0 ? { x, labels } : { x: sum(x, axes), labels: labels.filter((label) => needed.has(label)) };
}

/** The product of two terms, summed over what only they have. @param later the labels that are needed afterwards */
function joined(left: Term, next: Term, later: ReadonlySet<string>): Term {
  const right = summed(next, new Set([...later, ...left.labels]));
  const shared = left.labels.filter((label) => right.labels.includes(label));
  const stacks = shared.filter((label) => later.has(label));
  const inner = shared.filter((label) => !later.has(label));
  const rows = left.labels.filter((label) => !shared.includes(label));
  const columns = right.labels.filter((label) => !shared.includes(label));
  const sizesIn = ({ x, labels }: Term, list: readonly string[]): Shape => list.map((l) => x.shape[labels.indexOf(l)]);
  const [S, M, N] = [sizesIn(left, stacks), sizesIn(left, rows), sizesIn(right, columns)];
  const labels = [...stacks, ...rows, ...columns];
  if (inner.length === 0) {
    const a = reshape(reordered(left, [...stacks, ...rows]), [...S, ...M, ...N.map(() => 1)]);
    const b = reshape(reordered(right, [...stacks, ...columns]), [...S, ...M.map(() => 1), ...N]);
    return { x: mul(a, b), labels };
  }
  const K = sizeOf(sizesIn(left, inner));
  const transposeA =
    isOrdered(left, [...stacks, ...inner, ...rows]) && !isOrdered(left, [...stacks, ...rows, ...inner]);
  const transposeB = isOrdered(right, [...stacks, ...columns, ...inner]);
  const a = reordered(left, [...stacks, ...(transposeA ? [...inner, ...rows] : [...rows, ...inner])]);
  const b = reordered(right, [...stacks, ...(transposeB ? [...columns, ...inner] : [...inner, ...columns])]);
  const matrix = (sizes: [number, number], isTransposed: boolean): Shape => [
    sizeOf(S),
    ...(isTransposed ? sizes.toReversed() : sizes),
  ];
  const product = matmul(
    reshape(a, matrix([sizeOf(M), K], transposeA)),
    reshape(b, matrix([K, sizeOf(N)], transposeB)),
    { transposeA, transposeB },
  );
  return { x: reshape(product, [...S, ...M, ...N]), labels };
}

function isOrdered({ labels }: Term, order: readonly string[]): boolean {
  return order.every((label, axis) => labels[axis] === label);
}

/** The term's tensor with its axes in the order of the labels; itself where they stand so. */
function reordered(term: Term, order: readonly string[]): Tensor {
  if (isOrdered(term, order)) return term.x;
  return transpose(
    term.x,
    order.map((label) => term.labels.indexOf(label)),
  );
}
