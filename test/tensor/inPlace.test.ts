/** Changes in place: assign of a tensor, addAssign, subAssign. */
import { describe, expect, it } from "vitest";
import { type DType, ShapeError, UsageError, record, sum, square, tensor, zeros } from "../../src/index.js";
import "../support/engine.js";

describe("assign", () => {
  it.each(["float32", "int32", "uint8"] as DType[])("copies a tensor of %s, of any number of bytes", (dtype) => {
    const to = zeros([2, 7], { dtype });
    const from = tensor(Array.from({ length: 14 }, (_, i) => i + 1), [2, 7], { dtype }); // prettier-ignore
    to.assign(from);
    expect(to.toArray()).toEqual(from.toArray());
    from.assign(new Array<number>(14).fill(0));
    expect(to.toTypedArray()[13]).toBe(14);
  });

  it("of a tensor may be recorded", () => {
    const [to, from] = [zeros([3]), tensor([1, 2, 3])];
    using recording = record(() => to.assign(from));
    from.assign([4, 5, 6]);
    recording.replay();
    expect(to.toArray()).toEqual([4, 5, 6]);
  });
});

describe("addAssign and subAssign", () => {
  it("add and subtract a tensor, or a multiple of it, in place", () => {
    const w = tensor([1, 2, 3, 4, 5]);
    const at = w.ptr;
    w.addAssign(tensor([1, 0, -1, 0.5, 8]));
    expect(w.toArray()).toEqual([2, 2, 2, 4.5, 13]);
    w.subAssign(tensor([2, 4, 6, 8, 10]), 0.5);
    expect(w.toArray()).toEqual([1, 0, -1, 0.5, 8]);
    w.addAssign(w);
    expect(w.toArray()).toEqual([2, 0, -2, 1, 16]);
    expect(w.ptr).toBe(at);
  });

  it("keep ∞ and NaN as arithmetic has it", () => {
    const w = tensor([1, Infinity, NaN, 1]);
    w.subAssign(tensor([Infinity, Infinity, 1, NaN]));
    expect(w.toArray()).toEqual([-Infinity, NaN, NaN, NaN]);
  });

  it("a recorded step of gradient descent is one that a loop makes", () => {
    const run = (isRecorded: boolean): unknown => {
      const w = tensor([1, -2], undefined, { requiresGrad: true });
      const step = (): void => {
        w.zeroGrad();
        sum(square(w)).backward();
        w.subAssign(w.grad!, 0.25);
      };
      step();
      if (isRecorded) {
        using recording = record(step);
        recording.replay();
      } else for (let i = 0; i < 2; i++) step();
      return w.toArray();
    };
    expect(run(false)).toEqual([0.125, -0.25]);
    expect(run(true)).toEqual(run(false));
  });

  it("a backward pass that needs the values from before is an error", () => {
    const w = tensor([1, 2], undefined, { requiresGrad: true });
    const loss = sum(square(w));
    w.addAssign(tensor([1, 1]));
    expect(() => loss.backward()).toThrow("has changed since the forward pass");
  });
});

describe("refused, with nothing changed", () => {
  it.each(["assign", "addAssign", "subAssign"] as const)(
    "%s: another shape, another dtype, a tensor that was freed",
    (op) => {
      const w = tensor([[1, 2]]);
      const call = (x: unknown): void => w[op](x as never);
      const freed = tensor([[1, 2]]);
      freed.dispose();
      expect(() => call(tensor([1, 2]))).toThrow(new ShapeError(`${op}: the values do not fit; expected Tensor(1, 2), got Tensor(2).`)); // prettier-ignore
      expect(() => call(tensor(Int32Array.of(1, 2), [1, 2]))).toThrow(`${op}: the values do not fit; expected Tensor(1, 2), got int32 Tensor(1, 2).`); // prettier-ignore
      expect(() => call(freed)).toThrow(UsageError);
      expect(w.toArray()).toEqual([[1, 2]]);
    },
  );

  it("integers cannot be added to in place, numbers are no tensors", () => {
    const labels = tensor(Int32Array.of(1, 2));
    expect(() => labels.addAssign(labels)).toThrow(
      "addAssign: the values do not fit; expected int32 Tensor(2), got int32 Tensor(2).",
    );
    expect(() => tensor([1]).subAssign(1 as never)).toThrow("subAssign: not a tensor; expected Tensor(1), got 1.");
  });
});
