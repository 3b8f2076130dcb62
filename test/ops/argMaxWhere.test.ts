/** argMaxWhere against a loop over the elements that the mask allows; ties, infinities, NaN, and rows that allow nothing. */
import { describe, expect, it } from "vitest";
import { argMaxWhere, greater, record } from "../../src/index.js";
import { tensor } from "../../src/tensor/create.js";
import { Random } from "../../src/tensor/random.js";
import { drawNormal } from "../../src/tensor/drawNormal.js";
import "../support/engine.js";

const random = new Random(3);

describe("argMaxWhere", () => {
  it.each([0, 1, 2, -1])("of (4, 5, 6) along axis %i is the greatest of the allowed, to the place", (axis) => {
    const shape = [4, 5, 6];
    const x = Float32Array.from({ length: 120 }, () => Math.round(4 * drawNormal(random)) / 4); // with ties
    const mask = Int32Array.from({ length: 120 }, () => Number(random.uniform() < 0.3));
    const result = argMaxWhere(tensor(x, shape), tensor(mask, shape), axis);
    const at = axis < 0 ? 2 : axis;
    expect([result.dtype, result.shape]).toEqual(["int32", shape.toSpliced(at, 1)]);
    const stride = [30, 6, 1][at];
    const expected: number[] = [];
    for (let begin = 0; begin < 120; begin++) {
      if (Math.floor(begin / stride) % shape[at] !== 0) continue; // not the first of its line
      let best = -1;
      for (let k = 0; k < shape[at]; k++) {
        const i = begin + k * stride;
        if (mask[i] !== 0 && (best < 0 || x[i] > x[begin + best * stride])) best = k;
      }
      expected.push(best);
    }
    expect([...result.toTypedArray()]).toEqual(expected);
    expect(expected).toContain(-1);
  });

  it.each([
    ["a mask (R) for all rows", [[9, 1, 2], [9, 3, 2]], [0, 1, 1], [2, 1]],
    ["a comparison as the mask", [[0, 5, 9]], "greater", [2]],
    ["nothing allowed: −1", [[1, 2, 3]], [0, 0, 0], [-1]],
    ["−∞ alone allowed: the first of these, not one that is forbidden", [[5, -Infinity, -Infinity]], [0, 1, 1], [1]],
    ["NaN forbidden is not seen", [[NaN, 1, 2]], [0, 1, 0], [1]],
    ["NaN allowed is the greatest", [[9, 1, NaN]], [1, 1, 1], [2]],
    ["+∞", [[1, Infinity, 2]], [1, 1, 1], [1]],
  ])("%s", (_, rows, mask, expected) => {
    const x = tensor(rows);
    const allowed = mask === "greater" ? greater(x, 4) : tensor(mask as number[]);
    expect(argMaxWhere(x, allowed).toArray()).toEqual(expected);
  }); // prettier-ignore

  it("recorded, follows the mask", () => {
    const x = tensor([[3, 2, 1]]);
    const mask = tensor(Int32Array.of(1, 1, 1), [3]);
    const step = record(() => argMaxWhere(x, mask));
    mask.assign(Int32Array.of(0, 0, 1));
    step.replay();
    expect(step.result.toArray()).toEqual([2]);
  });

  it.each<[string, () => unknown]>([
    ["argMaxWhere: shapes do not broadcast", () => argMaxWhere(tensor([[1, 2]]), tensor([1, 1, 1]))],
    ["argMaxWhere: x has the wrong dtype; expected float32", () => argMaxWhere(tensor(Int32Array.of(1)), tensor([1]))],
    ["axis", () => argMaxWhere(tensor([1]), tensor([1]), 1)],
  ])("%s", (text, run) => {
    expect(run).toThrow(text);
  });
});
