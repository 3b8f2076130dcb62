/** clipByValue, clipByNorm, clipByGlobalNorm: limits on the gradients of tensors of one's own. */
import { describe, expect, it } from "vitest";
import {
  type Tensor,
  clipByGlobalNorm,
  clipByNorm,
  clipByValue,
  mul,
  record,
  sum,
  tensor,
  zeros,
} from "../../src/index.js";
import { memoryUsage } from "../../src/runtime/runtime.js";
import "../support/engine.js";
import { expectClose } from "../support/compare.js";

const values = [3, -4, 0.25, -0.125];
const others = Array.from({ length: 37 }, (_, i) => Math.sin(i));

/** Tensors with those gradients, and one without. */
function withGradients(...gradients: number[][]): Tensor[] {
  const tensors = gradients.map((gradient) => {
    const made = zeros([gradient.length], { requiresGrad: true });
    made.grad = tensor(gradient);
    return made;
  });
  return [...tensors, zeros([2], { requiresGrad: true })];
}

const gradientsOf = (tensors: Tensor[]): Float32Array[] =>
  tensors.flatMap(({ grad }) => (grad ? [grad.toTypedArray() as Float32Array] : []));
const norm = (...all: number[][]): number => Math.sqrt(all.flat().reduce((sum, g) => sum + g * g, 0));
const scaled = (gradient: number[], factor: number): Float64Array => Float64Array.from(gradient, (g) => g * factor);
const bound = { relative: 1e-6, absolute: 1e-7 };

describe("clipping", () => {
  it("by value: each element to [−limit, limit], NaN stays", () => {
    const tensors = withGradients(values, [NaN, 0.5]);
    clipByValue(tensors, 1);
    expect(gradientsOf(tensors).map((g) => [...g])).toEqual([
      [1, -1, 0.25, -0.125],
      [NaN, 0.5],
    ]);
  });

  it("by norm: each gradient by itself, one below the limit not at all", () => {
    const tensors = withGradients(values, others, [0.5]);
    clipByNorm(tensors, 1);
    const [a, b, c] = gradientsOf(tensors);
    expectClose("a", a, scaled(values, 1 / norm(values)), [values.length], bound);
    expectClose("b", b, scaled(others, 1 / norm(others)), [others.length], bound);
    expect([...c]).toEqual([0.5]);
  });

  it("by global norm: all together, and gives the norm that there was", () => {
    const tensors = withGradients(values, others);
    const before = clipByGlobalNorm(tensors, 2);
    const [a, b] = gradientsOf(tensors);
    const factor = 2 / norm(values, others);
    expectClose("a", a, scaled(values, factor), [values.length], bound);
    expectClose("b", b, scaled(others, factor), [others.length], bound);
    expect(before.item()).toBeCloseTo(norm(values, others), 5);
    expect(clipByGlobalNorm(tensors, 100).item()).toBeCloseTo(2, 5);
  });

  it("may be recorded, and keeps no memory", () => {
    const [w] = withGradients(values);
    const { bytesInUse } = memoryUsage();
    using recording = record(() => {
      clipByValue([w], 3.5);
      clipByNorm([w], 3);
      return clipByGlobalNorm([w], 1);
    });
    expect(recording.result.item()).toBeCloseTo(3, 5);
    w.grad!.assign([0, 0, 2, 0]);
    recording.replay();
    expect(recording.result.item()).toBe(2);
    expect(w.grad!.toArray()).toEqual([0, 0, 1, 0]);
    recording.dispose();
    recording.result.dispose();
    expect(memoryUsage().bytesInUse).toBe(bytesInUse);
  });

  it.each([clipByValue, clipByNorm, clipByGlobalNorm])(
    "$name changes gradients: a backward pass that needs the former values is refused",
    (clip) => {
      const tensors = withGradients(values);
      const x = tensor([1, 2, 3, 4], undefined, { requiresGrad: true });
      const used = mul(x, tensors[0].grad!);
      clip(tensors, 1);
      expect(() => sum(used).backward()).toThrow("changed");
    },
  );

  it("of no gradients, the norm is 0", () => {
    expect(clipByGlobalNorm([], 1).item()).toBe(0);
  });

  it.each([clipByValue, clipByNorm, clipByGlobalNorm])("$name refuses other limits and what is no list", (clip) => {
    const { name } = clip;
    const tensors = withGradients(values);
    expect(() => clip(tensors, 0)).toThrow(`${name}: limit is out of range; expected a number in (0, ∞), got 0.`);
    expect(() => clip(tensors[0] as never, 1)).toThrow(
      `${name}: no list of tensors; expected a list of tensors that have gradients, got Tensor.`,
    );
    expect(() => clip(Array<never>(3), 1)).toThrow(`${name}: no list of tensors`); // holes, which every() passes over
    expect([...gradientsOf(tensors)[0]]).toEqual(values);
  });
});
