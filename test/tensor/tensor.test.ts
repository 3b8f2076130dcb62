/** Tensors: making, reading, printing, ending. */
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { MemoryError, ShapeError, UsageError } from "../../src/errors.js";
import { negate } from "../../src/ops/pointwise/unary.js";
import { heap } from "../../src/runtime/runtime.js";
import { full, ones, tensor, zeros } from "../../src/tensor/create.js";
import { record } from "../../src/tensor/record.js";
import { scope } from "../../src/tensor/scope.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import "../support/engine.js";

describe("making", () => {
  it("options may stand in the place of a shape", () => {
    const made = tensor([[1, 2]], { dtype: "int32", name: "counts" });
    expect([made.dtype, made.shape, made.name]).toEqual(["int32", [1, 2], "counts"]);
    expect(tensor(new Float32Array(3), { requiresGrad: true }).requiresGrad).toBe(true);
    expect(() => tensor([1], { require: true } as never)).toThrow("tensor: unknown option");
  });

  it("is shown with its values by console.log in Node, and without them inside record()", () => {
    const x = tensor([1, 2.5]);
    expect(inspect({ x })).toBe("{ x: Tensor(2) [1, 2.5] }");
    let seen = "";
    record(() => {
      seen = inspect(x);
      return negate(x);
    });
    expect(seen).toBe("Tensor(2)");
    x.dispose();
    expect(inspect(x)).toBe("Tensor(2) (freed)");
  });

  it.each([
    [() => tensor(3), [], "float32", 3],
    [
      () =>
        tensor([
          [1, 2],
          [3, 4],
        ]),
      [2, 2],
      "float32",
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [
      () => tensor([1, 2, 3, 4], [2, 2]),
      [2, 2],
      "float32",
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [() => tensor([[], []]), [2, 0], "float32", [[], []]],
    [() => tensor(Int32Array.of(-1, 7)), [2], "int32", [-1, 7]],
    [() => tensor(Uint8Array.of(0, 255)), [2], "uint8", [0, 255]],
    [() => tensor([1, 2], undefined, { dtype: "int32" }), [2], "int32", [1, 2]],
    [() => zeros([2, 1]), [2, 1], "float32", [[0], [0]]],
    [() => ones([2]), [2], "float32", [1, 1]],
    [() => full([2], 7, { dtype: "uint8" }), [2], "uint8", [7, 7]],
    [() => full([], -0.5), [], "float32", -0.5],
  ])("%s", (make, shape, dtype, values) => {
    const x: Tensor = make();
    expect([x.shape, x.dtype, x.toArray()]).toEqual([shape, dtype, values]);
    expect(x.size).toBe(shape.reduce((n, size) => n * size, 1));
    expect(x.rank).toBe(shape.length);
  });

  it("copies the values", () => {
    const values = Float32Array.of(1, 2);
    const x = tensor(values);
    values[0] = 9;
    expect(x.toArray()).toEqual([1, 2]);
  });

  it.each([
    [
      () => tensor([[1, 2], [3]]),
      ShapeError,
      "tensor: values[1] has the wrong length; expected 2 values for shape [2, 2], got 1.",
    ],
    [() => tensor([[1, "2"]] as never), ShapeError, 'tensor: values[0][1] must be a number; got "2".'],
    [() => tensor([1, 2, 3], [2]), ShapeError, "tensor: number of values differs; expected 2 for shape [2], got 3."],
    [
      () => tensor([1], [-1]),
      ShapeError,
      "tensor: the shape is invalid; expected [integers ≥ 0, …] with a product below 2³¹, got [-1].",
    ],
    [
      () => zeros([2.5]),
      ShapeError,
      "full: the shape is invalid; expected [integers ≥ 0, …] with a product below 2³¹, got [2.5].",
    ],
    [
      () => zeros([65536, 65536]),
      ShapeError,
      "full: the shape is invalid; expected [integers ≥ 0, …] with a product below 2³¹, got [65536, 65536].",
    ],
    [
      () => tensor([1.5], undefined, { dtype: "int32" }),
      ShapeError,
      "tensor: value 0 does not fit int32; expected an integer from -2147483648 to 2147483647, got 1.5.",
    ],
    [
      () => tensor([0, 256], undefined, { dtype: "uint8" }),
      ShapeError,
      "tensor: value 1 does not fit uint8; expected an integer from 0 to 255, got 256.",
    ],
    [
      () => tensor(new Float64Array(2) as never),
      ShapeError,
      "tensor: unknown array type; expected Float32Array, Int32Array or Uint8Array, got Float64Array. Convert it, for example with Float32Array.from(values).",
    ],
    [
      () => tensor([1], undefined, { dtype: "float64" as never }),
      UsageError,
      'tensor: unknown dtype; expected "float32", "int32" or "uint8", got "float64".',
    ],
    [
      () => tensor([1], undefined, { requiresGradient: true } as never),
      UsageError,
      'tensor: unknown option; expected dtype, requiresGrad or name, got "requiresGradient".',
    ],
    [
      () => tensor([1], undefined, { dtype: "int32", requiresGrad: true }),
      UsageError,
      'tensor: only float32 tensors have gradients; got "int32".',
    ],
    [
      () => zeros([2 ** 30]),
      MemoryError,
      /^memory: the memory limit is reached; expected at most 4096\.0 MiB, got a request for 4096\.0 MiB with .* in use\. /,
    ],
  ])("refuses %s", (make, error, text) => {
    const inUse = heap().bytesInUse;
    expect(make).toThrow(error);
    expect(make).toThrow(text);
    expect(heap().bytesInUse).toBe(inUse);
  });
});

describe("reading and writing", () => {
  it("item gives the one value, and refuses more", () => {
    expect(tensor([[2.5]]).item()).toBe(2.5);
    expect(() => tensor([1, 2]).item()).toThrow("item: the tensor must have exactly one element; got Tensor(2).");
  });

  it("toTypedArray is a copy", () => {
    const x = tensor([1, 2]);
    x.toTypedArray()[0] = 9;
    expect(x.toArray()).toEqual([1, 2]);
  });

  it("assign overwrites, and refuses what does not fit", () => {
    const x = tensor([[1, 2]], undefined, { name: "x" });
    x.assign(Float32Array.of(3, 4));
    expect(x.toArray()).toEqual([[3, 4]]);
    expect(() => x.assign([1])).toThrow('assign: number of values differs; expected 2 for Tensor(1, 2) "x", got 1.');
    const labels = tensor(Int32Array.of(1));
    expect(() => labels.assign([0.5])).toThrow("assign: value 0 does not fit int32;");
  });

  it.each([
    [tensor(0.1), "Tensor() 0.1"],
    [
      tensor([
        [1, 2.5],
        [-3, 1 / 3],
      ]),
      "Tensor(2, 2) [[1, 2.5],\n [-3, 0.3333]]",
    ],
    [
      tensor([
        [[1], [2]],
        [[3], [4]],
      ]),
      "Tensor(2, 2, 1) [[[1],\n  [2]],\n [[3],\n  [4]]]",
    ],
    [tensor([1e-7, 123456.7, NaN, Infinity]), "Tensor(4) [1e-7, 123500, NaN, Infinity]"],
    [tensor(Int32Array.of(1, 2), undefined, { name: "labels" }), 'int32 Tensor(2) "labels" [1, 2]'],
    [zeros([0, 3]), "Tensor(0, 3) []"],
    [ones([2000]), "Tensor(2000) [1, 1, 1, …, 1, 1, 1]"],
  ])("prints %s", (x, text) => {
    expect(String(x)).toBe(text);
  });
});

describe("the end", () => {
  it("dispose frees at once, twice is once, and use after it is an error that names the tensor", () => {
    const inUse = heap().bytesInUse;
    const x = tensor([1, 2], undefined, { name: "weights" });
    expect(heap().bytesInUse).toBe(inUse + 64);
    x.dispose();
    x.dispose();
    expect(heap().bytesInUse).toBe(inUse);
    expect(x.isDisposed).toBe(true);
    const text =
      'tensor: Tensor(2) "weights" is used after it was freed. ' +
      "It was freed by dispose(), `using` or the end of its scope(); return it from the scope to keep it.";
    for (const use of [() => x.toArray(), () => x.toTypedArray(), () => x.assign([1, 2]), () => x.ptr]) {
      expect(use).toThrow(text);
    }
    expect(String(x)).toBe('Tensor(2) "weights" (freed)');
  });

  it("using frees at the end of the block", () => {
    const inUse = heap().bytesInUse;
    {
      using x = tensor([1, 2]);
      expect(x.toArray()).toEqual([1, 2]);
    }
    expect(heap().bytesInUse).toBe(inUse);
  });

  it("memory that is shared goes with its last tensor", () => {
    const inUse = heap().bytesInUse;
    const x = tensor([1, 2]);
    const y = x.share([2, 1]);
    x.dispose();
    expect(y.toArray()).toEqual([[1], [2]]);
    y.dispose();
    expect(heap().bytesInUse).toBe(inUse);
  });

  it("a scope inside an error frees everything", () => {
    const inUse = heap().bytesInUse;
    expect(() =>
      scope(() => {
        ones([100]);
        throw new Error("stop");
      }),
    ).toThrow("stop");
    expect(heap().bytesInUse).toBe(inUse);
  });
});
