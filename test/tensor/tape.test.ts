/** Reverse-mode differentiation on graphs small enough to be done by hand. */
import { describe, expect, it } from "vitest";
import { ShapeError, UsageError } from "../../src/errors.js";
import { add, matmul, mean, mul, relu, reshape, square, sub, sum, tanh } from "../../src/ops/index.js";
import { heap } from "../../src/runtime/runtime.js";
import { ones, tensor, zeros } from "../../src/tensor/create.js";
import { scope } from "../../src/tensor/scope.js";
import { noGrad } from "../../src/tensor/tape.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import "../support/engine.js";
import { withGuards } from "../support/guardedHeap.js";

const leaf = (values: Parameters<typeof tensor>[0], name?: string): Tensor =>
  tensor(values, undefined, { requiresGrad: true, ...(name !== undefined && { name }) });

/** Takes the gradient away, as an optimizer that does not clear it would. */
function forget(x: Tensor): void {
  x.grad?.dispose();
  x.grad = undefined;
}

describe("backward", () => {
  it("e = (a + b)·(b + 1) at a = 2, b = 1: ∂e/∂a = 2, ∂e/∂b = 5", () => {
    const [a, b] = [leaf(2), leaf(1)];
    const e = mul(add(a, b), add(b, 1));
    expect(e.item()).toBe(6);
    e.backward();
    expect([a.grad?.item(), b.grad?.item()]).toEqual([2, 5]);
  });

  it("adds up over the branches of a diamond: y = x²·(x + 1) + x² at 3 has slope 39", () => {
    const x = leaf(3);
    const s = square(x);
    add(mul(s, add(x, 1)), s).backward(); // 3x² + 4x
    expect(x.grad?.item()).toBe(39);
  });

  it("adds up over a tensor that is both operands: y = x·x, y = x + x, y = x − x", () => {
    const x = leaf([2, 3]);
    sum(mul(x, x)).backward();
    expect(x.grad?.toArray()).toEqual([4, 6]);
    const z = leaf([2, 3]);
    sum(add(z, z)).backward();
    expect(z.grad?.toArray()).toEqual([2, 2]);
    const w = leaf([2, 3]);
    sum(sub(w, w)).backward();
    expect(w.grad?.toArray()).toEqual([0, 0]);
  });

  it("adds to the gradient that is there: two calls give twice the gradient, until it is taken away", () => {
    const x = leaf([1, 2]);
    for (let i = 0; i < 2; i++) sum(square(x)).backward();
    expect(x.grad?.toArray()).toEqual([4, 8]);
    forget(x);
    sum(square(x)).backward();
    expect(x.grad?.toArray()).toEqual([2, 4]);
  });

  it("adds into a gradient that was put there, such as a section of a slab", () => {
    const x = leaf([1, 2]);
    const grad = tensor([10, 20]);
    x.grad = grad;
    sum(square(x)).backward();
    expect(grad.toArray()).toEqual([12, 24]);
  });

  it("starts from a given gradient of any shape and leaves it as it is", () => {
    const x = leaf([1, 2]);
    const seed = tensor([10, 100]);
    const y = square(add(reshape(x, [2]), 0));
    y.backward(seed);
    expect(x.grad?.toArray()).toEqual([20, 400]);
    expect(seed.toArray()).toEqual([10, 100]);
  });

  it("reaches leaves through views, products and means: ∂ mean(A·x)/∂A = xᵀ / M", () => {
    const [A, x] = [
      leaf([
        [1, 2],
        [3, 4],
      ]),
      tensor([5, 6]),
    ];
    mean(matmul(A, reshape(x, [2, 1]))).backward();
    expect(A.grad?.toArray()).toEqual([
      [2.5, 3],
      [2.5, 3],
    ]);
  });

  it("walks a chain of 20,000 ops without recursion", () => {
    scope(() => {
      const x = leaf(1);
      let y = x;
      for (let i = 0; i < 20_000; i++) y = add(y, 0);
      y.backward();
      expect(x.grad?.item()).toBe(1);
    });
  });

  it("leaves alone what requires no gradient", () => {
    const [x, c] = [leaf([1]), tensor([2])];
    sum(mul(x, c)).backward();
    expect(c.grad).toBeUndefined();
  });

  it("frees what the ops saved as it goes: only the leaf's gradient is left", () => {
    scope(() => {
      const x = leaf(new Float32Array(1000));
      const inUse = heap().bytesInUse;
      const loss = scope(() => sum(tanh(mul(tanh(x), 2))));
      expect(heap().bytesInUse).toBeGreaterThan(inUse + 8000);
      loss.backward();
      expect(heap().bytesInUse).toBe(inUse + 64 + 4096);
    });
  });

  it.each([
    [
      () => sum(ones([2])).backward(),
      UsageError,
      "backward: nothing behind Tensor() requires a gradient. Make a leaf with requiresGrad: true, and do not compute inside noGrad().",
    ],
    [() => leaf(1).backward(), UsageError, "backward: Tensor() is a leaf; expected the result of an op."],
    [
      () => square(leaf([1, 2])).backward(),
      ShapeError,
      "backward: only a scalar has a starting gradient by default; got Tensor(2). Reduce it with sum() or mean(), or pass the gradient to start from.",
    ],
    [
      () => square(leaf([1, 2])).backward(ones([3])),
      ShapeError,
      "backward: the starting gradient does not fit; expected Tensor(2), got Tensor(3).",
    ],
  ])("refuses: %#", (call, error, text) => {
    expect(call).toThrow(error);
    expect(call).toThrow(text);
  });

  it("a second time through the same graph is an error that says what to do", () => {
    const x = leaf([1, 2]);
    const y = square(x);
    sum(y).backward();
    expect(() => sum(y).backward()).toThrow(
      "backward: the gradient of square was already computed. Run the forward pass again; what an op saved is freed as soon as it is used.",
    );
    expect(x.grad?.toArray()).toEqual([2, 4]);
  });

  it("an error on the way frees all gradients and what the ops saved", () => {
    withGuards(() =>
      scope(() => {
        const x = leaf([1, 2], "x");
        const loss = sum(mul(square(x), tanh(x)));
        const allocate = heap().allocate.bind(heap());
        let calls = 0;
        heap().allocate = (bytes) => {
          if (++calls === 4) throw new Error("no more");
          return allocate(bytes);
        };
        try {
          expect(() => loss.backward()).toThrow("no more");
        } finally {
          heap().allocate = allocate;
        }
      }),
    );
  });
});

describe("noGrad", () => {
  it("records nothing, and nests", () => {
    const x = leaf([1]);
    const [inner, outer] = noGrad(() => [noGrad(() => square(x)), square(x)]);
    expect([inner.requiresGrad, outer.requiresGrad, square(x).requiresGrad]).toEqual([false, false, true]);
  });

  it("ends with an error too", () => {
    expect(() =>
      noGrad(() => {
        throw new Error("stop");
      }),
    ).toThrow("stop");
    expect(relu(leaf([1])).requiresGrad).toBe(true);
  });

  it("saves nothing: the forward pass leaves its result alone", () => {
    scope(() => {
      const x = leaf(new Float32Array(1000));
      const inUse = heap().bytesInUse;
      const y = noGrad(() => scope(() => tanh(tanh(tanh(x)))));
      expect(heap().bytesInUse).toBe(inUse + 4096);
      expect(y.size).toBe(1000);
    });
  });
});

describe("a step of training, a thousand times", () => {
  it("leaves the heap where 10 steps left it", () => {
    const [x, t] = [
      tensor([
        [0, 1],
        [1, 0],
      ]),
      tensor([[1], [0]]),
    ];
    const [W, b] = [zeros([2, 1], { requiresGrad: true }), zeros([1], { requiresGrad: true })];
    const step = (): void =>
      scope(() => {
        const loss = mean(square(sub(add(matmul(x, W), b), t)));
        loss.backward();
        for (const p of [W, b]) p.assign(sub(p, mul(p.grad!, 0.1)).toTypedArray());
        for (const p of [W, b]) p.grad?.assign(new Float32Array(p.size));
      });
    for (let i = 0; i < 10; i++) step();
    const [inUse, bytes] = [heap().bytesInUse, heap().memory.buffer.byteLength];
    for (let i = 0; i < 990; i++) step();
    expect([heap().bytesInUse, heap().memory.buffer.byteLength]).toEqual([inUse, bytes]);
    expect(W.toArray()).toEqual([[expect.closeTo(-1 / 3, 5)], [expect.closeTo(2 / 3, 5)]]);
  });
});
