import { describe, expect, it } from "vitest";
import { fromArrays, toCategorical } from "../../src/data/arrays.js";
import { normalize, scale, split, standardize } from "../../src/data/prepare.js";
import { DataError, LanegradError, ShapeError, UsageError } from "../../src/errors.js";
import { init } from "../../src/runtime/init.js";
import { heap } from "../../src/runtime/runtime.js";
import { ones, tensor, zeros } from "../../src/tensor/create.js";

await init();

const near = (value: number) => expect.closeTo(value, 6) as number;

/** N rows [i, 10 i] with label i. */
const counted = (n: number) => ({
  x: tensor(
    Float32Array.from({ length: 2 * n }, (_, i) => (i % 2 === 0 ? i / 2 : 5 * (i - 1))),
    [n, 2],
  ),
  y: tensor(Int32Array.from({ length: n }, (_, i) => i)),
});

describe("split", () => {
  it("every row is in one part, beside its own label", () => {
    const { train, test } = split(counted(50), { test: 0.3, seed: 4 });
    expect([train.x.shape, train.y.shape, test.x.shape, test.y.shape]).toEqual([[35, 2], [35], [15, 2], [15]]);
    for (const { x, y } of [train, test]) {
      const labels = [...y.toTypedArray()];
      expect(x.toArray()).toEqual(labels.map((label) => [label, 10 * label]));
    }
    const labels = [...train.y.toTypedArray(), ...test.y.toTypedArray()];
    expect(labels).not.toEqual(labels.toSorted((a, b) => a - b));
    expect(labels.toSorted((a, b) => a - b)).toEqual([...Array(50).keys()]);
  });

  it("follows from the seed; types, row shapes and class names stay", () => {
    const data = {
      x: tensor(new Uint8Array(40).fill(9), [10, 2, 2, 1]),
      y: tensor(Int32Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)),
      classNames: ["a"],
    };
    const [first, second, other] = [split(data), split(data), split(data, { seed: 1 })];
    expect(first.test.y.toArray()).toEqual(second.test.y.toArray());
    expect(first.train.y.toArray()).not.toEqual(other.train.y.toArray());
    expect([first.test.x.shape, first.test.x.dtype, first.test.y.dtype, first.test.classNames]).toEqual([
      [2, 2, 2, 1],
      "uint8",
      "int32",
      ["a"],
    ]);
    expect([...first.test.x.toTypedArray()]).toEqual(Array(8).fill(9));
  });

  it.each([
    [{ test: 0 }, UsageError, "datasets.split: test is out of range; expected a number in (0, 1), got 0."],
    [{ test: 1 }, UsageError, "got 1."],
    [
      { test: 0.01 },
      UsageError,
      "datasets.split: a part is left empty; expected at least one row in each, got 0.01 of 4.",
    ],
    [{ seed: "a" }, UsageError, 'got "a"'],
    [{ share: 0.5 }, UsageError, 'datasets.split: unknown option; expected test or seed, got "share".'],
  ])("the options %o are refused", (options, type, text) => {
    expect(() => split(counted(4), options as any)).toThrow(type);
    expect(() => split(counted(4), options as any)).toThrow(text);
  });

  it("x and y must have as many rows", () => {
    expect(() => split({ x: zeros([3, 2]), y: zeros([4]) })).toThrow(
      "datasets.split: y does not have N rows; expected N = 3, got [4].",
    );
  });
});

describe("standardize and normalize", () => {
  const train = {
    x: tensor([
      [1, 5, -2],
      [3, 5, 2],
      [5, 5, 0],
      [7, 5, 8],
    ]),
    y: zeros([4]),
  };
  const test = { x: tensor([[9, 6, -4]]), y: zeros([1]) };

  it("standardize: mean 0 and deviation 1 in training, by the training part alone", () => {
    const {
      train: { x },
      test: { x: xTest },
      scaling,
    } = standardize({ train, test });
    const deviation = [Math.sqrt(5), 1, Math.sqrt(14)];
    const mean = [4, 5, 2];
    expect([...scaling.offset]).toEqual(mean);
    for (let f = 0; f < 3; f++) {
      const values = [0, 1, 2, 3].map((i) => x.toTypedArray()[3 * i + f]);
      expect(values.reduce((a, b) => a + b)).toBeCloseTo(0, 5);
      expect(values.reduce((a, b) => a + b * b, 0) / 4).toBeCloseTo(f === 1 ? 0 : 1, 5);
      expect(xTest.toTypedArray()[f]).toBeCloseTo((test.x.toTypedArray()[f] - mean[f]) / deviation[f], 5);
    }
  });

  it("normalize: 0 to 1 in training, by the training part alone", () => {
    const {
      train: { x },
      test: { x: xTest },
    } = normalize({ train, test });
    const third = Math.fround(1 / 3);
    expect(x.toArray()).toEqual(
      [
        [0, 0, 0],
        [third, 0, Math.fround(0.4)],
        [Math.fround(2 / 3), 0, Math.fround(0.2)],
        [1, 0, 1],
      ].map((row) => row.map(near)),
    );
    expect(xTest.toArray()).toEqual([[expect.closeTo(4 / 3, 6), 1, expect.closeTo(-0.2, 6)]]);
  });

  it("standardize of {1e7, 1e7 + 1}, and of {16777214, 16777215}, gives -1 and 1, normalize 0 and 1", () => {
    for (const low of [1e7, 2 ** 24 - 2, -1e7]) {
      const part = { x: tensor([[low], [low + 1]]), y: zeros([2]) };
      const data = { train: part, test: part };
      expect(standardize(data).train.x.toArray()).toEqual([[-1], [1]]);
      expect(standardize(data).scaling).toEqual({ offset: Float64Array.of(low + 0.5), factor: Float64Array.of(2) });
      expect(normalize(data).train.x.toArray()).toEqual([[0], [1]]);
    }
  });

  it("normalize: the largest value is 1 and no more, in 1000 ranges from 1e-44 to 1e38", () => {
    for (let i = 0; i < 1000; i++) {
      const width = Math.fround(10 ** (-44 + (82 * i) / 1000));
      const part = { x: tensor([[0], [width]]), y: zeros([2]) };
      expect(normalize({ train: part, test: part }).train.x.toArray()).toEqual([[0], [1]]);
    }
  });

  it("a feature that is constant in training is exactly 0 there, however large, and keeps its unit elsewhere", () => {
    const data = {
      train: { x: tensor([[1e7 + 1], [1e7 + 1], [1e7 + 1]]), y: zeros([3]) },
      test: { x: tensor([[1e7 + 3]]), y: zeros([1]) },
    };
    for (const prepared of [standardize(data), normalize(data)]) {
      expect(prepared.train.x.toArray()).toEqual([[0], [0], [0]]);
      expect(prepared.test.x.toArray()).toEqual([[2]]);
    }
  });

  it("images keep their shape; bytes are fractions of 255; the given tensors, targets and names stay", () => {
    const images = { x: tensor(Uint8Array.of(0, 255, 51, 0), [2, 1, 2, 1]), y: zeros([2]), classNames: ["a", "b"] };
    const { train: made, scaling } = normalize({ train: images, test: images });
    expect([made.x.shape, made.x.dtype, made.y, made.classNames]).toEqual([
      [2, 1, 2, 1],
      "float32",
      images.y,
      ["a", "b"],
    ]);
    expect([...made.x.toTypedArray()]).toEqual([0, 1, 1, 0].map(near));
    expect(scaling.factor[0]).toBeCloseTo(5, 5);
    expect([...images.x.toTypedArray()]).toEqual([0, 255, 51, 0]);
  });

  it("scale: treats what is to be predicted as the training part; the scaling may come from JSON", () => {
    const {
      scaling,
      test: { x },
    } = standardize({ train, test });
    const saved = JSON.parse(JSON.stringify({ offset: [...scaling.offset], factor: [...scaling.factor] })) as Record<
      "offset" | "factor",
      number[]
    >;
    expect(scale(test.x, saved).toArray()).toEqual(x.toArray());
    const read = { offset: Float64Array.from(saved.offset), factor: Float64Array.from(saved.factor) };
    expect(scale(test.x, read).toArray()).toEqual(x.toArray());
    expect(() => scale(ones([2, 4]), scaling)).toThrow(
      "datasets.scale: x has the wrong number of features; expected 3 numbers a row, got [2, 4].",
    );
  });

  it.each([NaN, Infinity])("%d in the training part is an error that says where", (value) => {
    const wrong = {
      x: tensor([
        [1, 2],
        [3, value],
      ]),
      y: zeros([2]),
    };
    for (const prepare of [standardize, normalize]) {
      expect(() => prepare({ train: wrong, test: wrong })).toThrow(DataError);
      expect(() => prepare({ train: wrong, test: wrong })).toThrow(
        `datasets.${prepare.name}: x holds a value that cannot be scaled; expected finite numbers, got ${value} in row 1.`,
      );
    }
    const first = { x: tensor([[value, 2]]), y: zeros([1]) };
    expect(() => normalize({ train: first, test: first })).toThrow(`got ${value} in row 0.`);
  });
});

describe("fromArrays", () => {
  it("nested arrays and labels", () => {
    const { x, y, classNames } = fromArrays({
      x: [
        [1, 2],
        [3, 4],
      ],
      labels: [1, 0],
      classNames: ["a", "b"],
    });
    expect([x.toArray(), y.toArray(), y.dtype, classNames]).toEqual([
      [
        [1, 2],
        [3, 4],
      ],
      [1, 0],
      "int32",
      ["a", "b"],
    ]);
  });

  it("typed arrays with rows of any shape keep their type", () => {
    const { x, y } = fromArrays({ x: new Uint8Array(12), sampleShape: [2, 3], labels: Uint8Array.of(3, 0) });
    expect([x.shape, x.dtype, y.shape, y.dtype]).toEqual([[2, 2, 3], "uint8", [2], "int32"]);
    expect(fromArrays({ x: Float32Array.of(1, 2, 3), labels: [0, 1, 2] }).x.shape).toEqual([3]);
  });

  it("targets become (N, K) float32", () => {
    expect(fromArrays({ x: [[1], [2]], target: [5, 6] }).y.toArray()).toEqual([[5], [6]]);
    expect(fromArrays({ x: [[1], [2]], target: Float32Array.of(5, 6) }).y.toArray()).toEqual([[5], [6]]);
    expect(fromArrays({ x: [[1], [2]], target: Float32Array.of(5, 6, 7, 8) }).y.toArray()).toEqual([
      [5, 6],
      [7, 8],
    ]);
    expect(fromArrays({ x: zeros([2, 3]), target: ones([2, 4, 4]) }).y.shape).toEqual([2, 4, 4]);
  });

  it("integers as targets become float32, too, whatever their form", () => {
    for (const target of [Int32Array.of(5, 6), tensor(Int32Array.of(5, 6)), tensor(Int32Array.of(5, 6), [2, 1])]) {
      const { y } = fromArrays({ x: [[1], [2]], target });
      expect([y.dtype, y.toArray()]).toEqual(["float32", [[5], [6]]]);
    }
  });

  it("without classNames there are none, not undefined ones", () => {
    expect(fromArrays({ x: [[1]], labels: [0] })).not.toHaveProperty("classNames");
  });

  it.each<[any, typeof LanegradError | typeof ShapeError, string]>([
    [{ x: [[1]] }, UsageError, "datasets.fromArrays: neither labels nor target is given; expected one of them."],
    [
      { x: [[1]], labels: [0], target: [1] },
      UsageError,
      "datasets.fromArrays: both labels and target are given; expected one of them.",
    ],
    [
      { x: [[1]], y: [0] },
      UsageError,
      'datasets.fromArrays: unknown option; expected x, sampleShape, labels, target or classNames, got "y".',
    ],
    [{ x: [], labels: [] }, ShapeError, "datasets.fromArrays: x is empty; expected N ≥ 1 rows, got [0]."],
    [
      { x: [[1], [2]], labels: [0] },
      ShapeError,
      "datasets.fromArrays: x and labels differ in the number of rows; expected the same number, got x [2, 1] and 1 labels.",
    ],
    [
      { x: [[1], [2]], target: [0] },
      ShapeError,
      "datasets.fromArrays: x and targets differ in the number of rows; expected the same number, got x [2, 1] and 1 targets.",
    ],
    [
      { x: new Float32Array(5), sampleShape: [2], labels: [0, 1] },
      ShapeError,
      "datasets.fromArrays: x does not divide into rows; expected a multiple of 2 for rows of [2], got 5 values.",
    ],
    [
      { x: [[1]], labels: [-1] },
      ShapeError,
      "datasets.fromArrays: label 0 is out of range; expected an integer from 0 to 2147483647, got -1.",
    ],
    [
      { x: [[1], [2]], labels: [0, 2], classNames: ["a", "b"] },
      ShapeError,
      "datasets.fromArrays: label 1 is out of range; expected an integer from 0 to 1, got 2.",
    ],
    [
      { x: [[1], [2]], target: new Float32Array(5) },
      ShapeError,
      "datasets.fromArrays: x and targets differ in the number of rows; expected the same number, got x [2, 1] and 5 targets.",
    ],
    [{ x: [[1]], target: [] }, ShapeError, "datasets.fromArrays: target is empty; expected N ≥ 1 rows, got [0]."],
    [{ x: zeros([]), labels: [0] }, ShapeError, "datasets.fromArrays: x is empty; expected N ≥ 1 rows, got []."],
    [{ x: [[1]], labels: [0.5] }, ShapeError, "got 0.5."],
    [{ x: [[1, 2], [3]], labels: [0, 1] }, ShapeError, "tensor:"],
  ])("%j is refused", (options, type, text) => {
    expect(() => fromArrays(options)).toThrow(type);
    expect(() => fromArrays(options)).toThrow(text);
  });
});

describe("toCategorical", () => {
  it("a one in each row", () => {
    expect(toCategorical([2, 0, 1]).toArray()).toEqual([
      [0, 0, 1],
      [1, 0, 0],
      [0, 1, 0],
    ]);
    expect(toCategorical(tensor(Int32Array.of(1, 0)), 4).toArray()).toEqual([
      [0, 1, 0, 0],
      [1, 0, 0, 0],
    ]);
    expect(toCategorical(Uint8Array.of(0)).shape).toEqual([1, 1]);
  });

  it("a label out of range is refused, and one that needs too much memory leaves the heap as it was", () => {
    expect(() => toCategorical([0, 3], 3)).toThrow(
      "datasets.toCategorical: label 1 is out of range; expected an integer from 0 to 2, got 3.",
    );
    expect(() => toCategorical([-1])).toThrow(ShapeError);
    expect(() => toCategorical([0, NaN])).toThrow(ShapeError);
    const before = heap().bytesInUse;
    expect(() => toCategorical([0, 2 ** 31 - 2])).toThrow(LanegradError);
    expect(heap().bytesInUse).toBe(before);
  });
});
