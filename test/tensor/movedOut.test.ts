/** Blocks that are moved out: what moves, what stays, and that no computation gives other bits for it. */
import { describe, expect, it } from "vitest";
import { add, matmul, mean, mul, reshape, slice, square, sum, tanh } from "../../src/ops/index.js";
import { heap } from "../../src/runtime/runtime.js";
import { ones, tensor } from "../../src/tensor/create.js";
import { record } from "../../src/tensor/record.js";
import { keep, scope } from "../../src/tensor/scope.js";
import { Slab } from "../../src/tensor/slab.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { network, noise, weightsOf } from "../models/networks.js";
import { expectSameBits } from "../support/compare.js";
import "../support/engine.js";
import { pressHeap } from "../support/pressure.js";

/** Moves out all that may be. */
function moveOut(): void {
  ones([1]).dispose(); // a new call begins
  heap().moveOut!(0, 0);
}

/** Bytes that the heap has more after `work`. */
function growth(work: () => void): number {
  const before = heap().bytesInUse;
  work();
  return heap().bytesInUse - before;
}

describe("a block that is moved out", () => {
  it("takes no linear memory, and is back with its values when it is read, written, or an operand", () => {
    moveOut();
    const [x, y] = [tensor([1, 2, 3]), tensor([4, 5, 6])];
    expect(growth(moveOut)).toBe(-128);
    expect(x.toArray()).toEqual([1, 2, 3]);
    y.assign([7, 8, 9]);
    moveOut();
    expect(add(x, y).toArray()).toEqual([8, 10, 12]);
    expect(String(x)).toBe("Tensor(3) [1, 2, 3]");
    for (const made of [x, y]) made.dispose();
  });

  it("is one for a tensor, its views and what an op saved", () => {
    const x = tensor([1, 2, 3, 4], [2, 2], { requiresGrad: true });
    const view = reshape(x, [4]);
    const loss = sum(square(view));
    moveOut();
    x.assign([5, 6, 7, 8].map((value) => value - 4)); // the same values, written in the one place
    expect(view.toArray()).toEqual([1, 2, 3, 4]);
    expect(slice(view, [1], [2]).toArray()).toEqual([2, 3]);
    expect(loss.item()).toBe(30);
  });

  it("holds what backward needs, and the gradient that it gave", () => {
    const x = tensor([1, 2, 3], undefined, { requiresGrad: true });
    const loss = sum(square(tanh(x)));
    moveOut();
    loss.backward();
    moveOut();
    const expected = [1, 2, 3].map((v) => expect.closeTo(2 * Math.tanh(v) * (1 - Math.tanh(v) ** 2), 5) as number);
    expect(x.grad!.toArray()).toEqual(expected);
  });

  it("is freed by dispose, and its use afterwards is the same error", () => {
    const x = tensor([1, 2, 3]);
    moveOut();
    x.dispose();
    expect(() => x.item()).toThrow("item");
    expect(() => x.toArray()).toThrow("is used after it was freed");
  });

  it("may be a slab: sections keep their places and their zeros in between", () => {
    const slab = new Slab([[3], [2, 2]]);
    slab.sections[1].assign([1, 2, 3, 4]);
    moveOut();
    expect(slab.sections[0].toArray()).toEqual([0, 0, 0]);
    expect(slab.sections[1].toArray()).toEqual([[1, 2], [3, 4]]); // prettier-ignore
    expect(slab.offsetOf(1)).toBe(16);
    slab.dispose();
  });
});

describe("stays where it is", () => {
  it("a block that a recording uses or has made, until the recording is disposed", () => {
    const [x, w] = [tensor([1, 2]), tensor([3, 4])];
    moveOut();
    const recording = record(() => mul(x, w));
    const before = [x.ptr, w.ptr, recording.result.ptr];
    moveOut();
    expect([x.ptr, w.ptr, recording.result.ptr]).toEqual(before);
    x.assign([5, 6]);
    recording.replay();
    expect(recording.result.toArray()).toEqual([15, 24]);
    recording.dispose();
    expect(growth(moveOut)).toBe(-3 * 64);
    expect(recording.result.toArray()).toEqual([15, 24]);
  });

  it("a block whose address was asked for in the present call, and one that a scope frees", () => {
    scope(() => {
      const kept = keep(tensor([1, 2]));
      const scoped = tensor([3]);
      moveOut();
      const { ptr } = kept;
      heap().moveOut!(0, 0);
      expect(kept.ptr).toBe(ptr);
      expect(growth(moveOut)).toBe(-64); // kept alone
      expect(scoped.item()).toBe(3);
      kept.dispose();
    });
  });
});

describe("with everything moved out before each allocation, the same bits", () => {
  it("a loop by hand, 20 steps", () => {
    const run = (): Float32Array => {
      const x = tensor(Float32Array.from({ length: 40 }, (_, i) => Math.sin(i)), [8, 5]); // prettier-ignore
      let w: Tensor = tensor(Float32Array.from({ length: 15 }, (_, i) => Math.cos(i)), [5, 3], { requiresGrad: true }); // prettier-ignore
      for (let i = 0; i < 20; i++) {
        const hidden = tanh(matmul(x, w));
        add(mean(square(hidden)), mean(hidden)).backward();
        w = tensor(add(w, mul(w.grad!, -0.1)).toTypedArray(), [5, 3], { requiresGrad: true });
      }
      return w.toTypedArray() as Float32Array;
    };
    const expected = run();
    const relax = pressHeap();
    const got = run();
    expect(relax()).toBeGreaterThan(100);
    expectSameBits("w", got, expected);
  });

  it("fit with dropout, Adam and metrics, evaluate, predict, saved weights", async () => {
    const { x, y } = noise(1, 50);
    const run = async () => {
      const model = network(3);
      const { history } = await model.fit(x, y, { epochs: 2, batchSize: 16, validationSplit: 0.2 });
      const result = await model.evaluate(x, y, { batchSize: 20 });
      const output = (await model.predict(x)).toTypedArray();
      return { history, result, output, weights: weightsOf(model) };
    };
    const expected = await run();
    const relax = pressHeap();
    const got = await run();
    expect(relax()).toBeGreaterThan(50);
    expect(got).toEqual(expected);
  });
});
