/** Normalisation beyond the table: the digits of the statistics, the statistics that batchNorm hands out, moving averages. */
import { describe, expect, it } from "vitest";
import { ShapeError, UsageError } from "../../src/errors.js";
import * as ops from "../../src/ops/index.js";
import { updateAverage } from "../../src/ops/inPlace/movingAverages.js";
import { full, ones, tensor } from "../../src/tensor/create.js";
import { Random } from "../../src/tensor/random.js";
import { normal } from "../support/operands.js";
import "../support/engine.js";

describe("statistics", () => {
  it.each([
    [0, 1],
    [1000, 0.5],
    [-3e4, 20],
    [1e-3, 1e-3],
  ])(
    "of 5,000 rows N(%d, %d): variance within 3e-6 of itself, mean within 3e-7 of the larger of |mean| and deviation",
    (mean, deviation) => {
      const [rows, channels] = [5000, 21];
      const x = normal(new Random(3), [rows, channels], mean, deviation);
      const result = ops.batchNorm(tensor(Float32Array.from(x.values), x.shape));
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        let squares = 0;
        for (let r = 0; r < rows; r++) sum += x.values[r * channels + c];
        for (let r = 0; r < rows; r++) squares += (x.values[r * channels + c] - sum / rows) ** 2;
        const got = { mean: result.mean.toTypedArray()[c], variance: result.variance.toTypedArray()[c] };
        expect(Math.abs(got.mean - sum / rows)).toBeLessThan(3e-7 * Math.max(Math.abs(mean), deviation));
        expect(Math.abs(got.variance / (squares / rows) - 1)).toBeLessThan(3e-6);
      }
    },
  );

  it("of constant channels: mean the constant, variance 0, y = β", () => {
    const { y, mean, variance } = ops.batchNorm(full([300, 3], 0.7), { beta: tensor([1, 2, 3]) });
    expect([...mean.toTypedArray()]).toEqual(new Array(3).fill(Math.fround(0.7)));
    expect([...variance.toTypedArray()]).toEqual([0, 0, 0]);
    const [first] = y.toArray() as number[][];
    expect(first).toEqual([1, 2, 3]);
  });

  it("have no gradient, and given ones may not want one", () => {
    const x = tensor([[1, 2], [3, 5]], undefined, { requiresGrad: true }); // prettier-ignore
    const { mean, variance } = ops.batchNorm(x);
    expect([mean.requiresGrad, variance.requiresGrad]).toEqual([false, false]);
    const moving = tensor([0, 0], undefined, { requiresGrad: true });
    expect(() => ops.batchNormWith(x, moving, ones([2]))).toThrow(UsageError);
  });
});

describe("updateAverage", () => {
  it("moves towards the value by 1 − decay, and stays where the value is not finite", () => {
    const average = tensor([0, 1, 2, 3, 4]);
    updateAverage(average, tensor([8, NaN, 10, Infinity, -4]), 0.75);
    expect(average.toArray()).toEqual([2, 1, 4, 3, 2]);
  });

  it("moves by 1e-9 for a decay of 1 − 1e-9, which is 1 as a float32; and by 0.001 within 5e-7 of it for 0.999", () => {
    for (const rest of [1e-9, 1e-3]) {
      const average = tensor([0]);
      updateAverage(average, ones([1]), 1 - rest);
      expect(average.item() / rest).toBeCloseTo(1, 6);
    }
  });

  it("refuses another shape", () => {
    expect(() => updateAverage(ones([3]), ones([2]), 0.9)).toThrow(
      new ShapeError("updateAverage: shapes differ; expected [3], got [2]."),
    );
  });
});
