/** Pooling as users call it: values to be checked by eye, ties, NaN, sequences, whole images, and what keeps its bits. */
import { describe, expect, it } from "vitest";
import { ShapeError } from "../../src/errors.js";
import * as ops from "../../src/ops/index.js";
import { ones, tensor } from "../../src/tensor/create.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import "../support/engine.js";

const values = (x: Tensor): number[] => Array.from(x.toTypedArray());
const image = (list: number[], height: number): Tensor =>
  tensor(list, [1, height, list.length / height, 1], { requiresGrad: true });

describe("maxPool2d", () => {
  it("gives the largest of each window, and the gradient to where it stood", () => {
    const x = image([1, 5, 2, 0, 3, 4, 8, 7], 2);
    const y = ops.maxPool2d(x);
    expect(y.shape).toEqual([1, 1, 2, 1]);
    expect(values(y)).toEqual([5, 8]);
    ops.sum(ops.mul(y, tensor([10, 20], [1, 1, 2, 1]))).backward();
    expect(values(x.grad!)).toEqual([0, 10, 0, 0, 0, 0, 20, 0]);
  });

  it("gives the gradient of equal maxima to the first, also where all are −∞ behind padding", () => {
    const x = image([2, 2, 2, 2], 2);
    ops.sum(ops.maxPool2d(x)).backward();
    expect(values(x.grad!)).toEqual([1, 0, 0, 0]);
    const low = image(new Array<number>(4).fill(-Infinity), 2);
    const y = ops.maxPool2d(low, { padding: [[1, 0], [1, 0]], strides: 1 }); // prettier-ignore
    expect(values(y)).toEqual(new Array(4).fill(-Infinity));
    ops.sum(y).backward();
    expect(values(low.grad!)).toEqual([4, 0, 0, 0]);
  });

  it("lets NaN win wherever it stands in the window, in the strip of 16 channels and beside it", () => {
    for (let place = 0; place < 4; place++) {
      const list = new Float32Array(4 * 17).fill(1);
      list[17 * place + 3] = list[17 * place + 16] = NaN;
      const y = values(ops.maxPool2d(tensor(list, [1, 2, 2, 17])));
      expect(y.map((value, c) => (Number.isNaN(value) ? c : -1)).filter((c) => c >= 0)).toEqual([3, 16]);
    }
  });

  it("finds the largest at the last of 256 × 256 positions", () => {
    const list = new Float32Array(65536 * 5);
    for (let c = 0; c < 5; c++) list[65535 * 5 + c] = c + 1;
    const x = tensor(list, [1, 256, 256, 5], { requiresGrad: true });
    const y = ops.maxPool2d(x, { poolSize: 256 });
    expect(values(y)).toEqual([1, 2, 3, 4, 5]);
    ops.sum(y).backward();
    const gradient = values(x.grad!);
    expect(gradient.slice(-5)).toEqual([1, 1, 1, 1, 1]);
    expect(gradient.slice(0, -5).every((value) => value === 0)).toBe(true);
  });
});

describe("averagePool2d", () => {
  it("does not count padding", () => {
    const y = ops.averagePool2d(image([1, 2, 3, 4, 5, 6, 7, 8, 9], 3), { padding: "same" });
    expect(values(y)).toEqual([3, 4.5, 7.5, 9]);
  });
});

describe("sequences", () => {
  it("are pooled along time", () => {
    const x = tensor([1, 10, 4, 20, 3, 40, 2, 30, 5, 0], [1, 5, 2]);
    expect(values(ops.maxPool1d(x))).toEqual([4, 20, 3, 40]);
    expect(ops.maxPool1d(x).shape).toEqual([1, 2, 2]);
    expect(values(ops.averagePool1d(x, { poolSize: 3, strides: 2, padding: "same" }))).toEqual([
      2.5, 15, 3, 30, 3.5, 15,
    ]);
    expect(values(ops.averagePool1d(x, { poolSize: 2, strides: 3, padding: [[1, 0]] }))).toEqual([1, 10, 2.5, 35]);
    expect(values(ops.maxPool1d(x, { poolSize: 2, strides: 3, padding: 1 }))).toEqual([1, 10, 3, 40]);
  });
});

describe("whole images and sequences", () => {
  const x = tensor([1, 10, 2, 20, 3, 30, 6, 60, 5, 0, 0, 0, 0, 0, 0, 0], [2, 2, 2, 2]);

  it("give one value a channel", () => {
    expect(ops.globalAveragePool2d(x).toArray()).toEqual([[3, 30], [1.25, 0]]); // prettier-ignore
    expect(ops.globalMaxPool2d(x).toArray()).toEqual([[6, 60], [5, 0]]); // prettier-ignore
    expect(ops.globalAveragePool2d(x, { keepDims: true }).shape).toEqual([2, 1, 1, 2]);
    const sequence = ops.reshape(x, [2, 4, 2]);
    expect(ops.globalAveragePool1d(sequence).toArray()).toEqual([[3, 30], [1.25, 0]]); // prettier-ignore
    expect(ops.globalMaxPool1d(sequence, { keepDims: true }).toArray()).toEqual([[[6, 60]], [[5, 0]]]);
  });

  it("refuse another rank", () => {
    for (const [name, pool] of Object.entries({
      "globalAveragePool2d: x has the wrong rank; expected x [N, H, W, C]": ops.globalAveragePool2d,
      "globalMaxPool2d: x has the wrong rank; expected x [N, H, W, C]": ops.globalMaxPool2d,
      "globalAveragePool1d: x has the wrong rank; expected x [N, T, C]": ops.globalAveragePool1d,
      "globalMaxPool1d: x has the wrong rank; expected x [N, T, C]": ops.globalMaxPool1d,
    })) {
      expect(() => pool(ones([2, 3]))).toThrow(new ShapeError(`${name}, got x [2, 3].`));
    }
  });
});

describe("upsample2d", () => {
  it("repeats pixels, exactly, or interpolates between their centres", () => {
    const x = image([1, 4, 1 / 3, 0.7], 2);
    const [a, b] = [Math.fround(1 / 3), Math.fround(0.7)];
    expect(values(ops.upsample2d(x, { size: [1, 3] }))).toEqual([1, 1, 1, 4, 4, 4, a, a, a, b, b, b]);
    const row = image([0, 4, 8], 1);
    expect(values(ops.upsample2d(row, { size: [1, 2], interpolation: "bilinear" }))).toEqual([0, 1, 3, 5, 7, 8]);
  });
});
