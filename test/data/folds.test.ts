/** trainTestSplit and kFold on all that fit takes. What split gives of data sets is prepare.test.ts's business. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { kFold, trainTestSplit, type FoldOptions, type TrainTestOptions } from "../../src/data/folds.js";
import { ShapeError, UsageError } from "../../src/errors.js";
import { tensor, zeros } from "../../src/index.js";
import "../support/engine.js";

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** Row i is [i, −i] with y = i mod classes. */
const rows = (n: number, classes = n): { x: number[][]; y: number[] } => ({
  x: range(n).map((i) => [i, -i]),
  y: range(n).map((i) => i % classes),
});

const counts = (labels: readonly number[]): number[] => {
  const found: number[] = [];
  for (const label of labels) found[label] = (found[label] ?? 0) + 1;
  return found;
};

describe("trainTestSplit", () => {
  it("every row is in one part, x beside y", () => {
    const { train, test } = trainTestSplit(rows(10), { test: 0.3 });
    expect([train.x.length, test.x.length]).toEqual([7, 3]);
    expect([...train.y, ...test.y].sort((a, b) => a - b)).toEqual(range(10));
    for (const part of [train, test]) expect(part.x).toEqual(part.y.map((i) => [i, -i]));
  });

  it("the same seed gives the same rows, another seed others", () => {
    const [a, b, c] = [1, 1, 2].map((seed) => trainTestSplit(rows(50), { seed }).test.y);
    expect(a).toEqual(b);
    expect(a).not.toEqual(c);
  });

  it("all forms of data give the same rows, in the form that they had", () => {
    const { x, y } = rows(10);
    const { test } = trainTestSplit({ x, y });
    const flat = Float32Array.from(x.flat());
    const forms = trainTestSplit({ x: flat, y: Int32Array.from(y) }).test;
    expect([forms.x, forms.y]).toEqual([Float32Array.from(test.x.flat()), Int32Array.from(test.y)]);
    const tensors = trainTestSplit({ x: tensor(x), y: tensor(Int32Array.from(y)), classNames: ["a"] }).test;
    expect([tensors.x.toArray(), tensors.y.toArray(), tensors.y.dtype, tensors.classNames]).toEqual([test.x, test.y, "int32", ["a"]]);
    const bytes = trainTestSplit({ x: tensor(Uint8Array.from(range(40)), [10, 2, 2]), y }).test;
    expect([bytes.x.dtype, bytes.x.shape]).toEqual(["uint8", [2, 2, 2]]);
    const several = trainTestSplit({ x: [tensor(x), tensor(y)], y }).test;
    expect(several.x.map((one) => one.toArray())).toEqual([test.x, test.y]);
    const wide = trainTestSplit({ x: flat, y: flat }, { rows: 10 }).test;
    expect(wide.y).toEqual(forms.x);
  }); // prettier-ignore

  it("weights, masks and lengths go with their rows", () => {
    const { x, y } = rows(10);
    const { test } = trainTestSplit({ x, y, sampleWeight: Float32Array.from(y), lengths: y, mask: tensor(x) });
    expect([[...test.sampleWeight], test.lengths, test.mask.toArray()]).toEqual([test.y, test.y, test.x]);
    const several = trainTestSplit({ x: [tensor(x), tensor(x)], y, lengths: [undefined, y] }).test;
    expect(several.lengths).toEqual([undefined, test.y]);
    expect(trainTestSplit({ x, y, sampleWeight: undefined }).test.y).toEqual(test.y);
  });

  it("two inputs with as many rows, or with rows that are lists", () => {
    const two = trainTestSplit({ x: [tensor([[1], [2]]), tensor([[3], [4]])], y: [0, 1] }, { test: 0.5 });
    expect([two.train.y[0] + two.test.y[0], two.train.x[0].shape]).toEqual([1, [1, 1]]);
    const { x, y } = rows(10);
    const { test } = trainTestSplit({ x: [tensor(x), tensor(y)], y: x });
    expect(test.x[0].toArray()).toEqual(test.y);
  });

  it("stratified: every class has its share, up to one row", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 12, maxLength: 60 }), fc.double({ min: 0.1, max: 0.9, noNaN: true }), fc.nat(), (y, test, seed) => {
        const parts = trainTestSplit({ x: y.map((v) => [v]), y }, { test, seed, stratify: true });
        const plain = trainTestSplit({ x: y, y }, { test, seed });
        expect(parts.test.y).toHaveLength(plain.test.y.length);
        const [all, found] = [counts(y), counts(parts.test.y)];
        const share = parts.test.y.length / y.length;
        for (const c of all.keys()) expect(Math.abs((found[c] ?? 0) - (all[c] ?? 0) * share)).toBeLessThan(1);
        expect([...parts.train.y, ...parts.test.y].sort()).toEqual([...y].sort());
      }),
    ); // prettier-ignore
  });

  it.each([0, 1, 2, 3, 4, 5])("stratified by numbers end to end, one or two a row, with seed %d", (seed) => {
    const x = range(20);
    const one = Float32Array.from(x, (i) => (i < 15 ? 0.5 : 2));
    const pairs = Int32Array.from(x.flatMap((i) => [7, i < 15 ? 1 : 3]));
    const both = { stratify: true, seed };
    expect([...trainTestSplit({ x, y: one }, both).test.y].sort()).toEqual([0.5, 0.5, 0.5, 2]);
    expect([...trainTestSplit({ x, y: pairs }, { ...both, rows: 20 }).test.y].sort()).toEqual([1, 1, 1, 3, 7, 7, 7, 7]);
    expect(trainTestSplit({ x, y: tensor(pairs, [20, 2]) }, both).test.x.filter((i) => i < 15)).toHaveLength(3);
  });

  it("stratified with two rows of each class, no more classes than that", () => {
    expect(trainTestSplit(rows(10, 5), { test: 0.5, stratify: true }).test.y.sort()).toEqual([0, 1, 2, 3, 4]);
  });

  it("stratified by one-hot rows and by strings, too", () => {
    const y = range(20).map((i) => (i < 15 ? [1, 0] : [0, 1]));
    const found = trainTestSplit({ x: tensor(y), y: tensor(y) }, { stratify: true }).test.y.toArray() as number[][];
    expect(found.map(([one]) => one).sort()).toEqual([0, 1, 1, 1]);
    const words = range(20).map((i) => (i < 15 ? "a" : "b"));
    expect(trainTestSplit({ x: y, y: words }, { stratify: true }).test.y.sort()).toEqual(["a", "a", "a", "b"]);
  });

  it.each<[unknown, TrainTestOptions, typeof UsageError | typeof ShapeError, string]>([
    [rows(3), { test: 0.01 }, UsageError, "datasets.trainTestSplit: a part is left empty; expected at least one row in each, got 0.01 of 3."],
    [rows(3), { test: 0.99 }, UsageError, "datasets.trainTestSplit: a part is left empty; expected at least one row in each, got 0.99 of 3."],
    [rows(3), { test: 1 }, UsageError, "test"],
    [rows(3), { rows: 1.5 }, UsageError, "datasets.trainTestSplit: rows"],
    [{ x: [1, 2], y: new Float32Array(0) }, {}, ShapeError, "y does not have N rows; expected N = 2, got 0."],
    [{ x: [zeros([10, 1]), [1, 2]], y: rows(10).y }, {}, ShapeError, "y does not have N rows; expected N = 2, got 10."],
    [rows(3), { stratify: 1 as never }, UsageError, "stratify"],
    [rows(3), { share: 0.2 } as never, UsageError, "unknown option; expected test, seed, stratify or rows"],
    [rows(10), { stratify: true }, UsageError, "datasets.trainTestSplit: y holds too many classes to stratify by; expected at most N / 2, got 10 in 10 rows."],
    [{ x: [1, 2, 3], y: [1, 2] }, {}, ShapeError, "datasets.trainTestSplit: y does not have N rows; expected N = 3, got 2."],
    [{ x: new Float32Array(7), y: [1, 2] }, {}, ShapeError, "x does not have N rows; expected N = 2, got 7."],
    [{ x: [1, 2], y: [1, 2], sampleWeight: [1] }, {}, ShapeError, "sampleWeight does not have N rows"],
    [{ x: [[1]], y: "a" }, {}, ShapeError, 'y does not have N rows; expected N = 1, got "a".'],
    [{ x: [], y: [] }, {}, ShapeError, "x does not have N rows; expected N = 0, got 0."],
    [[[1, 2]], {}, UsageError, "datasets.trainTestSplit: these are no data; expected { x, y }"],
    [undefined, {}, UsageError, "these are no data"],
    [null, {}, UsageError, "these are no data"],
    [{ x: [1, 2] }, {}, UsageError, "these are no data"],
    [{ y: [1, 2] }, {}, UsageError, "these are no data"],
  ])("%o with %o is refused", (data, options, type, text) => {
    expect(() => trainTestSplit(data as never, options)).toThrow(type);
    expect(() => trainTestSplit(data as never, options)).toThrow(text);
  }); // prettier-ignore
});

describe("kFold", () => {
  it("each row is in the test part once and in the training part otherwise", () => {
    const data = rows(11);
    const folds = [...kFold(data, { folds: 4 })];
    expect(folds.map(({ test }) => test.y.length)).toEqual([3, 3, 3, 2]);
    expect(folds.flatMap(({ test }) => test.y).sort((a, b) => a - b)).toEqual(range(11));
    for (const { train, test } of folds) {
      expect([...train.y, ...test.y].sort((a, b) => a - b)).toEqual(range(11));
      expect(train.x).toEqual(train.y.map((i) => [i, -i]));
    }
    expect([...kFold(data, { folds: 4 })]).toEqual(folds);
    expect([...kFold(data, { folds: 4, seed: 1 })]).not.toEqual(folds);
  });

  it("stratified: folds differ by at most one row, of each class too", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 12, maxLength: 60 }), fc.integer({ min: 2, max: 6 }), (y, folds) => {
        const tests = [...kFold({ x: tensor(y), y }, { folds, stratify: true })].map(({ test }) => test.y);
        for (const of of [(t: number[]) => t.length, ...range(4).map((c) => (t: number[]) => counts(t)[c] ?? 0)]) {
          const sizes = tests.map(of);
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        }
      }),
    ); // prettier-ignore
  });

  it("as many folds as rows; of numbers end to end, with the number of rows", () => {
    const flat = Float32Array.of(1, 2, 3, 4);
    const folds = [...kFold({ x: flat, y: flat }, { folds: 2, rows: 2 })];
    expect(folds.flatMap(({ test }) => [...test.y]).sort()).toEqual([1, 2, 3, 4]);
    expect(folds[0].train.y).toEqual(folds[1].test.y);
  });

  it("stratified, the rows to train are in random order, not class by class", () => {
    const [{ train }] = kFold(rows(40, 2), { stratify: true });
    expect(train.y).not.toEqual(train.y.toSorted());
    expect(train.x.map(([i]) => i)).not.toEqual(train.x.map(([i]) => i).toSorted((a, b) => a - b));
  });

  it.each<[unknown, FoldOptions, string]>([
    [rows(3), { folds: 4 }, "folds"],
    [rows(1), {}, "folds"],
    [rows(1), { folds: 2 }, "datasets.kFold: there are fewer rows than folds; expected 2, got 1."],
    [rows(5), { folds: 1 }, "folds"],
    [{ x: [1], y: [1, 2] }, { folds: 2 }, "datasets.kFold: y does not have N rows"],
  ])("%o with %o is refused at once", (data, options, text) => {
    expect(() => kFold(data as never, options)).toThrow(text);
  });
});
