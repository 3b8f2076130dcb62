/**
 * Functions that are composed of ops: values against plain float64 loops, gradients against central differences of these
 * loops, the same bits when recorded and replayed on other values, and the errors of bad input. An op of its own has a row in
 * table.test.ts instead.
 */
import { describe, expect, it } from "vitest";
import { LanegradError } from "../../src/errors.js";
import * as ops from "../../src/ops/index.js";
import { tensor, zeros } from "../../src/tensor/create.js";
import { Random } from "../../src/tensor/random.js";
import { record } from "../../src/tensor/record.js";
import { type Shape, sizeOf } from "../../src/tensor/shape.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { expectClose, expectSameBits } from "../support/compare.js";
import "../support/engine.js";

/** Operands as flat float64 lists. */
type Lists = readonly (readonly number[])[];

interface Row {
  readonly title: string;
  readonly shapes: readonly Shape[];
  readonly call: (...x: Tensor[]) => Tensor;
  /** The result in plain loops. */
  readonly reference: (...x: Lists) => number[];
  readonly shape: Shape;
}

const sumOf = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0);
const meanOf = (x: readonly number[]): number => sumOf(x) / x.length;
const varianceOf = (x: readonly number[], correction = 0): number =>
  sumOf(x.map((v) => (v - meanOf(x)) ** 2)) / (x.length - correction);
/** The rows of a matrix of so many columns. */
const rowsOf = (x: readonly number[], columns: number): number[][] =>
  Array.from({ length: x.length / columns }, (_, r) => x.slice(r * columns, (r + 1) * columns));
const columnsOf = (x: readonly number[], columns: number): number[][] =>
  Array.from({ length: columns }, (_, c) => rowsOf(x, columns).map((row) => row[c]));
/** Numbers from 0 to n − 1. */
const upTo = (n: number): number[] => [...Array(n).keys()];

const rows: readonly Row[] = [
  {
    title: "variance of all",
    shapes: [[3, 5]],
    call: (x) => ops.variance(x),
    reference: (x) => [varianceOf(x)],
    shape: [],
  },
  {
    title: "variance of rows, from a sample, with keepDims",
    shapes: [[3, 5]],
    call: (x) => ops.variance(x, -1, { correction: 1, keepDims: true }),
    reference: (x) => rowsOf(x, 5).map((row) => varianceOf(row, 1)),
    shape: [3, 1],
  },
  {
    title: "std of columns",
    shapes: [[4, 3]],
    call: (x) => ops.std(x, 0),
    reference: (x) => columnsOf(x, 3).map((column) => Math.sqrt(varianceOf(column))),
    shape: [3],
  },
  {
    title: "norm of all",
    shapes: [[2, 7]],
    call: (x) => ops.norm(x),
    reference: (x) => [Math.hypot(...x)],
    shape: [],
  },
  {
    title: "norm of rows",
    shapes: [[3, 4]],
    call: (x) => ops.norm(x, 1, { keepDims: true }),
    reference: (x) => rowsOf(x, 4).map((row) => Math.hypot(...row)),
    shape: [3, 1],
  },
  {
    title: "norm of order 1",
    shapes: [[3, 4]],
    call: (x) => ops.norm(x, 0, { order: 1 }),
    reference: (x) => columnsOf(x, 4).map((column) => sumOf(column.map(Math.abs))),
    shape: [4],
  },
  {
    title: "norm of order Infinity",
    shapes: [[3, 4]],
    call: (x) => ops.norm(x, 1, { order: Infinity }),
    reference: (x) => rowsOf(x, 4).map((row) => Math.max(...row.map(Math.abs))),
    shape: [3],
  },
  {
    title: "logSumExp of rows",
    shapes: [[3, 4]],
    call: (x) => ops.logSumExp(x, -1),
    reference: (x) => rowsOf(x, 4).map((row) => Math.log(sumOf(row.map(Math.exp)))),
    shape: [3],
  },
  {
    title: "logSumExp of all, with keepDims",
    shapes: [[3, 4]],
    call: (x) => ops.logSumExp(x, undefined, { keepDims: true }),
    reference: (x) => [Math.log(sumOf(x.map(Math.exp)))],
    shape: [1, 1],
  },
  {
    title: "outer",
    shapes: [[3], [5]],
    call: ops.outer,
    reference: (a, b) => a.flatMap((p) => b.map((q) => p * q)),
    shape: [3, 5],
  },
  {
    title: "split by sizes",
    shapes: [[2, 5]],
    call: (x) => ops.concat(ops.split(x, [2, 0, 3], 1).toReversed(), 1),
    reference: (x) => rowsOf(x, 5).flatMap((row) => [...row.slice(2), ...row.slice(0, 2)]),
    shape: [2, 5],
  },
  {
    title: "split in equal parts",
    shapes: [[4, 3]],
    call: (x) => ops.mul(...(ops.split(x, 2) as [Tensor, Tensor])),
    reference: (x) => upTo(6).map((i) => x[i] * x[i + 6]),
    shape: [2, 3],
  },
  {
    title: "tile",
    shapes: [[2, 3]],
    call: (x) => ops.tile(x, [2, 3]),
    reference: (x) => [...x, ...x].flatMap((_, i, all) => (i % 3 ? [] : [0, 1, 2].flatMap(() => all.slice(i, i + 3)))),
    shape: [4, 9],
  },
  {
    title: "repeat of rows",
    shapes: [[2, 3]],
    call: (x) => ops.repeat(x, 2, 0),
    reference: (x) => rowsOf(x, 3).flatMap((row) => [...row, ...row]),
    shape: [4, 3],
  },
  {
    title: "repeat of all",
    shapes: [[2, 2]],
    call: (x) => ops.repeat(x, 3),
    reference: (x) => x.flatMap((v) => [v, v, v]),
    shape: [12],
  },
  {
    title: "roll of all in row-major order",
    shapes: [[2, 3]],
    call: (x) => ops.roll(x, -2),
    reference: (x) => [...x.slice(2), ...x.slice(0, 2)],
    shape: [2, 3],
  },
  {
    title: "roll along two axes",
    shapes: [[2, 3]],
    call: (x) => ops.roll(x, [1, 4], [0, -1]),
    reference: (x) => [x[5], x[3], x[4], x[2], x[0], x[1]],
    shape: [2, 3],
  },
  {
    title: "topK of rows",
    shapes: [[2, 6]],
    call: (x) => ops.topK(x, 2).values,
    reference: (x) => rowsOf(x, 6).flatMap((row) => row.toSorted((a, b) => b - a).slice(0, 2)),
    shape: [2, 2],
  },
  {
    title: "einsum: product of matrices",
    shapes: [
      [2, 3],
      [3, 4],
    ],
    call: (a, b) => ops.einsum("ij,jk->ik", a, b),
    reference: (a, b) => upTo(8).map((i) => sumOf(upTo(3).map((j) => a[(i >> 2) * 3 + j] * b[j * 4 + (i & 3)]))),
    shape: [2, 4],
  },
  {
    title: "einsum: both stored transposed, the result too",
    shapes: [
      [3, 2],
      [4, 3],
    ],
    call: (a, b) => ops.einsum("ji, kj -> ki", a, b),
    reference: (a, b) => upTo(8).map((i) => sumOf(upTo(3).map((j) => a[j * 2 + (i & 1)] * b[(i >> 1) * 3 + j]))),
    shape: [4, 2],
  },
  {
    title: "einsum: scores of attention",
    shapes: [
      [2, 3, 2, 4],
      [2, 5, 2, 4],
    ],
    call: (q, k) => ops.einsum("bthd,bshd->bhts", q, k),
    reference: (q, k) =>
      upTo(60).map((i) => {
        const [b, h, t, s] = [Math.floor(i / 30), Math.floor(i / 15) % 2, Math.floor(i / 5) % 3, i % 5];
        return sumOf(upTo(4).map((d) => q[((b * 3 + t) * 2 + h) * 4 + d] * k[((b * 5 + s) * 2 + h) * 4 + d]));
      }),
    shape: [2, 2, 3, 5],
  },
  {
    title: "einsum: outer product, without an arrow",
    shapes: [[3], [2]],
    call: (a, b) => ops.einsum("b,a", a, b),
    reference: (a, b) => b.flatMap((q) => a.map((p) => p * q)),
    shape: [2, 3],
  },
  {
    title: "einsum: a trace",
    shapes: [[4, 4]],
    call: (x) => ops.einsum("ii->", x),
    reference: (x) => [x[0] + x[5] + x[10] + x[15]],
    shape: [],
  },
  {
    title: "einsum: sums, a diagonal and three operands",
    shapes: [[3, 2, 3], [2, 5], [5]],
    call: (a, b, c) => ops.einsum("iji,jk,k->i", a, b, c),
    reference: (a, b, c) =>
      upTo(3).map((i) => sumOf(upTo(10).map((n) => a[i * 9 + 0 + (n & 1) * 3 + i - i * 3] * b[(n & 1) * 5 + (n >> 1)] * c[n >> 1]))), // prettier-ignore
    shape: [3],
  },
  {
    title: "einsum: an axis of one operand alone is summed before",
    shapes: [
      [2, 3],
      [3, 4],
    ],
    call: (a, b) => ops.einsum("ij,jk->i", a, b),
    reference: (a, b) => upTo(2).map((i) => sumOf(upTo(12).map((n) => a[i * 3 + (n >> 2)] * b[n]))),
    shape: [2],
  },
  {
    title: "einsum: an ellipsis that broadcasts",
    shapes: [
      [2, 1, 3, 4],
      [5, 4],
    ],
    call: (a, b) => ops.einsum("...ij,...j->...i", a, b),
    reference: (a, b) =>
      upTo(30).map((n) => {
        const [s, t, i] = [Math.floor(n / 15), Math.floor(n / 3) % 5, n % 3];
        return sumOf(upTo(4).map((j) => a[(s * 3 + i) * 4 + j] * b[t * 4 + j]));
      }),
    shape: [2, 5, 3],
  },
  {
    title: "detach: the gradient of x · detach(x) is x",
    shapes: [[4]],
    call: (x) => ops.add(ops.mul(x, ops.detach(x)), ops.detach(ops.mul(x, 2))),
    reference: (x) => x.map((v) => v * v + 2 * v),
    shape: [4],
  },
];

/** Values of the operands, and of others that a replay runs on. */
const valuesFor = (row: Row, seed: number): number[][] =>
  row.shapes.map((shape, i) => {
    const random = new Random(seed).fork(row.title).fork(i);
    return Array.from({ length: sizeOf(shape) }, () => Math.fround(random.uniform(-2, 2)));
  });

/** ∂/∂x of Σ (i + 1)·yᵢ, by central differences. */
function differences(row: Row, values: number[][], operand: number): number[] {
  const loss = (lists: Lists): number => sumOf(row.reference(...lists).map((y, i) => (i + 1) * y));
  return values[operand].map((v, at) => {
    const moved = (by: number): number[][] => values.with(operand, values[operand].with(at, v + by));
    return (loss(moved(1e-5)) - loss(moved(-1e-5))) / 2e-5;
  });
}

/** Its values, −0 as 0: what is added to a cleared gradient loses the sign. */
const unsigned = (x: Tensor): Float32Array => (x.toTypedArray() as Float32Array).map((value) => value + 0);

const bound = { relative: 2e-6, absolute: 2e-6 };

describe.each(rows.map((row) => [row.title, row] as const))("%s", (title, row) => {
  const run = (operands: readonly Tensor[]): Tensor => {
    const y = row.call(...operands);
    const weights = tensor(Float32Array.from({ length: y.size }, (_, i) => i + 1), y.shape); // prettier-ignore
    ops.sum(ops.mul(y, weights)).backward();
    return y;
  };
  const leaves = (values: number[][]): Tensor[] =>
    values.map((list, i) => tensor(Float32Array.from(list), row.shapes[i], { requiresGrad: true }));

  it("values and gradients", () => {
    const values = valuesFor(row, 1);
    const operands = leaves(values);
    const y = run(operands);
    expect(y.shape).toEqual(row.shape);
    expectClose(title, y.toTypedArray(), row.reference(...values), y.shape, bound);
    if (title.startsWith("detach")) {
      expectClose("gradient", operands[0].grad!.toTypedArray(), values[0].map((v, i) => (i + 1) * v), [4], bound); // prettier-ignore
      return;
    }
    for (const [i, x] of operands.entries()) {
      const want = differences(row, values, i);
      expectClose(`gradient of operand ${i}`, x.grad!.toTypedArray(), want, x.shape, {
        relative: 1e-5,
        absolute: 1e-5,
      });
    }
  });

  it("replayed on other values: the bits of a call", () => {
    const [first, second] = [valuesFor(row, 2), valuesFor(row, 3)];
    const operands = leaves(first);
    run(operands); // so that there are gradients, which zeroGrad clears in each replay
    const recording = record(() => {
      for (const x of operands) x.zeroGrad();
      return run(operands);
    });
    for (const [i, x] of operands.entries()) x.assign(second[i]);
    recording.replay();
    const y = recording.result;
    const plain = leaves(second);
    const want = run(plain);
    expectSameBits(title, y.toTypedArray(), want.toTypedArray());
    for (const [i, x] of operands.entries()) {
      expectSameBits(`gradient of operand ${i}`, unsigned(x.grad!), unsigned(plain[i].grad!));
    }
    recording.dispose();
  });
});

describe("bad input", () => {
  const [a, b] = [zeros([2, 3]), zeros([3, 4])];
  it.each<readonly [() => unknown, string]>([
    [
      () => ops.variance(a, 2),
      "variance: axis 2 is out of range for a tensor of rank 2; expected an integer in [-2, 2).",
    ],
    [
      () => ops.variance(a, 1, { correction: 3 }),
      "variance: correction leaves nothing to divide by; expected less than 3 elements, got 3.",
    ],
    [
      () => ops.std(a, 0, { corection: 1 } as never),
      'std: unknown option; expected keepDims or correction, got "corection".',
    ],
    [() => ops.norm(a, 0, { order: 3 }), "norm: order is out of range; expected 1, 2 or Infinity, got 3."],
    [() => ops.norm(a, 5), "norm: axis 5 is out of range for a tensor of rank 2; expected an integer in [-2, 2)."],
    [
      () => ops.logSumExp(zeros([2, 0]), 1),
      "logSumExp: there is nothing to compare; expected at least one element along the axes, got x [2, 0].",
    ],
    [
      () => ops.outer(a, zeros([2])),
      "outer: the operands must be vectors; expected a [M] and b [N], got a Tensor(2, 3) and b Tensor(2).",
    ],
    [
      () => ops.split(a, 2, 1),
      "split: the parts do not fit; expected a number that divides 3, or sizes ≥ 0 that add up to it (axis 1 of x Tensor(2, 3)), got 2.",
    ],
    [
      () => ops.split(a, [1, 1], 1),
      "split: the parts do not fit; expected a number that divides 3, or sizes ≥ 0 that add up to it (axis 1 of x Tensor(2, 3)), got [1, 1].",
    ],
    [
      () => ops.tile(a, [2]),
      "tile: times do not fit x; expected an integer ≥ 0 for each axis of x Tensor(2, 3), got [2].",
    ],
    [() => ops.repeat(a, -1), "repeat: times is out of range; expected an integer in [0, ∞), got -1."],
    [
      () => ops.oneHot(tensor(Int32Array.of(1, 3)), 3),
      "oneHot: index 1 is out of range; expected 0 ≤ index < classes = 3, got 3.",
    ],
    [() => ops.oneHot(a, 3), "oneHot: indices has the wrong dtype; expected int32, got indices Tensor(2, 3)."],
    [
      () => ops.einsum("ij,jk->ik", a),
      'einsum: the number of operands differs; expected 2 operands ("ij,jk->ik"), got 1.',
    ],
    [
      () => ops.einsum("ij,kj->ik", a, b),
      'einsum: sizes of "j" disagree in "ij,kj->ik"; expected one size for each letter, got 3 and 4 (Tensor(2, 3), Tensor(3, 4)).',
    ],
    [
      () => ops.einsum("ij->ik", a),
      'einsum: "k" cannot stand in the result; expected each letter once, of those of the operands, got "ij->ik".',
    ],
    [
      () => ops.einsum("ij->ii", a),
      'einsum: "i" cannot stand in the result; expected each letter once, of those of the operands, got "ij->ii".',
    ],
    [
      () => ops.einsum("i,jk->ik", a, b),
      'einsum: operands[0] has another number of axes than letters; expected 1 axes ("i" in "i,jk->ik"), got Tensor(2, 3).',
    ],
    [
      () => ops.einsum("i1->i", a),
      'einsum: the equation cannot be read; expected letters, "," between operands and "->" before the result, as in "ij,jk->ik", got "i1->i".',
    ],
    [
      () => ops.einsum("...i,...i->...", zeros([2, 3]), zeros([4, 3])),
      'einsum: sizes of an axis of "..." disagree in "...i,...i->..."; expected one size for each letter, got 2 and 4 (Tensor(2, 3), Tensor(4, 3)).',
    ],
  ])("%s", (call, text) => {
    expect(call).toThrow(LanegradError);
    expect(call).toThrow(text);
  });
});

describe("edges", () => {
  const leaf = { requiresGrad: true };
  const gradientOf = (f: (x: Tensor) => Tensor, values: number[]): unknown => {
    const x = tensor(values, undefined, leaf);
    ops.sum(f(x)).backward();
    return x.grad?.toArray();
  };

  it.each([
    ["round: halves go to the even number", () => ops.round(tensor([-2.5, -0.5, 0.5, 1.5, 2.5])), [-2, -0, 0, 2, 2]],
    ["sign of zeros and NaN", () => ops.sign(tensor([-3, -0, 0, NaN, Infinity])), [-1, -0, 0, NaN, 1]],
    ["floor of negatives", () => ops.floor(tensor([-0.5, -1, 1.9])), [-1, -1, 1]],
    ["logSumExp without overflow", () => ops.logSumExp(tensor([[1000, 1000], [-Infinity, 0], [Infinity, 0]]), 1), [Math.fround(1000 + Math.LN2), 0, Infinity]], // prettier-ignore
    ["logSumExp of −∞ alone", () => ops.logSumExp(tensor([-Infinity, -Infinity])), [-Infinity]],
    ["prod over nothing", () => ops.prod(zeros([0])), [1]],
    ["prod whose factors undo each other", () => ops.prod(tensor([1e30, 1e30, 1e-30, 1e-30])), [1]],
    ["oneHot", () => ops.oneHot(tensor(Int32Array.of(2, 0)), 3), [0, 0, 1, 1, 0, 0]],
    ["flip of all axes", () => ops.flip(tensor([[1, 2], [3, 4]])), [4, 3, 2, 1]], // prettier-ignore
    ["cumsum, exclusive from the back", () => ops.cumsum(tensor([1, 2, 3]), 0, { exclusive: true, reverse: true }), [5, 3, 0]], // prettier-ignore
    ["the smallest two, ties by position", () => ops.topK(tensor([2, 1, 1, 1]), 2, 0, { largest: false }).indices, [1, 2]], // prettier-ignore
    ["0 and -0 are equal: ties by position, few", () => ops.topK(tensor([0, -0, 0, -0]), 4, 0, { largest: false }).indices, [0, 1, 2, 3]], // prettier-ignore
    ["0 and -0 are equal: ties by position, many", () => ops.topK(tensor(Float32Array.from({ length: 40 }, (_, i) => (i % 3 === 0 ? -0 : 0))), 40).indices, Array.from({ length: 40 }, (_, i) => i)], // prettier-ignore
    ["NaN is last upwards", () => ops.argSort(tensor([NaN, 1, -Infinity])), [2, 1, 0]],
    ["NaN is last downwards", () => ops.argSort(tensor([NaN, 1, Infinity]), 0, { descending: true }), [2, 1, 0]],
  ])("%s", (_, call, want) => {
    expect(Array.from(call().toTypedArray())).toEqual(want);
  });

  it("the gradient of a product is that of the others, with one zero and with two", () => {
    expect(gradientOf((x) => ops.prod(x), [2, 3, 4])).toEqual([12, 8, 6]);
    expect(gradientOf((x) => ops.prod(x), [2, 0, 4])).toEqual([0, 8, 0]);
    expect(gradientOf((x) => ops.prod(x), [0, 0, 4])).toEqual([0, 0, 0]);
    expect(gradientOf((x) => ops.cumprod(x), [2, 0, 4, 0])).toEqual([1, 10, 0, 0]);
  });

  it("norm and std have gradient 0 where they are 0, and logSumExp of −∞", () => {
    expect(gradientOf((x) => ops.norm(x), [0, 0])).toEqual([0, 0]);
    expect(gradientOf((x) => ops.std(x), [3, 3])).toEqual([0, 0]);
    expect(gradientOf((x) => ops.logSumExp(x), [-Infinity, -Infinity])).toEqual([0, 0]);
  });

  it("a replay of oneHot gives zeros for an index that is out of range", () => {
    const indices = tensor(Int32Array.of(1, 0));
    const recording = record(() => ops.oneHot(indices, 2));
    indices.assign(Int32Array.of(5, 1));
    recording.replay();
    expect(recording.result.toArray()).toEqual([[0, 0], [0, 1]]); // prettier-ignore
    recording.dispose();
  });
});
