/** Layers that change images: what training sees, what inference sees, and that a seed decides it. */
import { describe, expect, it } from "vitest";
import { layers, losses, optimizers, sequential, ShapeError, tensor } from "../../../src/index.js";
import type { Layer } from "../../../src/layers/layer.js";
import { Random } from "../../../src/tensor/random.js";
import "../../support/engine.js";
import { run } from "../calls.js";

const { cutout, deskew, randomDistortion } = layers;
const shape = [6, 9, 8, 2];

describe.each<[string, () => Layer]>([
  ["randomDistortion", () => randomDistortion({ rotation: 20, shift: 2, elastic: 10, sigma: 2, flipHorizontal: true })],
  ["cutout", () => cutout({ size: 5 })],
])("%s", (name, make) => {
  it("leaves images alone outside of training", () => {
    const { inputs, output } = run(make(), [shape]);
    expect(output.toArray()).toEqual(tensor([...inputs[0].values], shape).toArray());
  });

  it("changes every image in training, each in its own way", () => {
    const same = new Float32Array(6 * 9 * 8 * 2).map((_, i) => 1 + (i % 144));
    const model = sequential([make(), layers.flatten()]);
    const rows = model.call([tensor(same, shape)], { training: true })[0].toArray() as number[][];
    expect(new Set(rows.map(String)).size).toBe(6);
    expect(rows.map(String)).not.toContain(String([...same.subarray(0, 144)]));
  });

  it("trains to the same bits with the same seed, and to others with another", async () => {
    const random = new Random(3);
    const x = Float32Array.from({ length: 20 * 36 }, () => random.uniform(0, 1));
    const weights = async (seed: number): Promise<string> => {
      const model = sequential([make(), layers.flatten(), layers.dense({ units: 2 })], { seed });
      model.compile({ optimizer: optimizers.sgd(), loss: losses.meanSquaredError() });
      const y = tensor(new Float32Array(40), [20, 2]);
      await model.fit(tensor(x, [20, 6, 6, 1]), y, { epochs: 3, batchSize: 8, seed: 1 });
      return String(model.weights[0].value.toArray());
    };
    expect(await weights(1)).toBe(await weights(1));
    expect(await weights(1)).not.toBe(await weights(2));
  });

  it("refuses what is no image", () => {
    expect(() => run(make(), [[2, 5]])).toThrow(ShapeError);
    expect(() => run(make(), [[2, 5]])).toThrow(
      `${name}: the input must have shape [N, H, W, C]; got [N, 5]. layers.reshape({ targetShape: [H, W, 1] })`,
    );
  });
});

describe("deskew", () => {
  /** A line from (row 2) to (row 12) that leans by `slant` columns a row, in an image of 15 × 15. */
  const leaning = (slant: number): Float32Array => {
    const image = new Float32Array(225);
    for (let i = 2; i <= 12; i++) {
      const column = 7 + slant * (i - 7);
      image[15 * i + Math.floor(column)] = 1 - (column % 1);
      image[15 * i + Math.floor(column) + 1] += column % 1;
    }
    return image;
  };

  it("sets a leaning line upright, also in inference", () => {
    const model = sequential([deskew({ inputShape: [15, 15, 1] })]);
    const upright = model.call([tensor(leaning(0.5), [1, 15, 15, 1])])[0].toTypedArray();
    const column = (j: number): number => [...upright].reduce((sum, value, i) => sum + (i % 15 === j ? value : 0), 0);
    expect(column(7)).toBeGreaterThan(7.5);
    expect(column(4) + column(10)).toBeLessThan(0.1);
  });

  it("leaves an upright line in the middle where it is", () => {
    const { output } = run(deskew(), [[1, 3, 3, 1]]); // shapes fit
    expect(output.shape).toEqual([1, 3, 3, 1]);
    const model = sequential([deskew({ inputShape: [15, 15, 1] })]);
    const same = model.call([tensor(leaning(0), [1, 15, 15, 1])])[0].toTypedArray();
    same.forEach((value, i) => expect(value).toBeCloseTo(leaning(0)[i], 5));
  });
});
