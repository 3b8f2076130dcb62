/** Lifetimes: what a scope frees and keeps, and what the garbage collector takes back. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { add, mul, square, sum, tanh } from "../../src/ops/index.js";
import { heap } from "../../src/runtime/runtime.js";
import { ones, tensor } from "../../src/tensor/create.js";
import { keep, scope } from "../../src/tensor/scope.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { isGradEnabled, noGrad } from "../../src/tensor/tape.js";
import "../support/engine.js";

const leaf = (n: number): Tensor => ones([n], { requiresGrad: true });

describe("scope", () => {
  it("frees what was made inside and keeps what it returns", () => {
    scope(() => {
      const inUse = heap().bytesInUse;
      const y = scope(() => add(mul(ones([16]), 2), 1));
      expect(y.toArray()).toEqual(Array(16).fill(3));
      expect(heap().bytesInUse).toBe(inUse + 64);
    });
  });

  it("keeps tensors in arrays, objects, maps and sets, at any depth", () => {
    const result = scope(() => ({
      list: [ones([1]), [ones([1])]],
      map: new Map([["a", ones([1])]]),
      set: new Set([ones([1])]),
      text: "x",
    }));
    const all: Tensor[] = [...result.list.flat(), ...result.map.values(), ...result.set];
    expect(all.map((x) => x.isDisposed)).toEqual([false, false, false, false]);
    for (const x of all) x.dispose();
  });

  it("hands what an inner scope returns to the outer one", () => {
    let inner: Tensor | undefined;
    scope(() => {
      inner = scope(() => ones([1]));
      expect(inner.isDisposed).toBe(false);
    });
    expect(inner?.isDisposed).toBe(true);
  });

  it("leaves alone what was made outside", () => {
    const x = ones([1]);
    scope(() => mul(x, 2));
    expect(x.toArray()).toEqual([1]);
  });

  it("keeps what the gradient of its result needs, and the leaf's gradient as long as the leaf", () => {
    const x = leaf(3);
    scope(() => {
      const inUse = heap().bytesInUse;
      const loss = scope(() => sum(mul(square(tanh(x)), 2)));
      loss.backward();
      expect(x.grad?.toArray()).toEqual(Array(3).fill(expect.closeTo(4 * Math.tanh(1) * (1 - Math.tanh(1) ** 2), 5)));
      expect(heap().bytesInUse).toBe(inUse + 2 * 64);
    });
    expect(x.grad?.isDisposed).toBe(false);
  });

  it("frees a leaf together with its gradient, and returns a leaf together with it", () => {
    scope(() => {
      const inUse = heap().bytesInUse;
      scope(() => sum(square(leaf(3))).backward());
      expect(heap().bytesInUse).toBe(inUse);
      const x = scope(() => {
        const made = leaf(3);
        sum(square(made)).backward();
        return made;
      });
      expect(x.grad?.toArray()).toEqual([2, 2, 2]);
    });
  });

  it("does not free what was kept", () => {
    const x = scope(() => {
      const made = keep(ones([1]));
      return () => made;
    })();
    expect(x.toArray()).toEqual([1]);
  });

  it("and noGrad, too: what comes after an await would not be covered", () => {
    expect(() => noGrad(async () => ones([1]))).toThrow(
      "noGrad: the function is asynchronous; expected a synchronous function, got a promise. Await before or after it.",
    );
    expect(isGradEnabled()).toBe(true);
  });

  it("refuses a function that returns a promise", () => {
    expect(() => scope(async () => ones([1]))).toThrow(
      "scope: the function is asynchronous; expected a synchronous function, got a promise. Open scopes between awaits, or let the garbage collector do it.",
    );
  });
});

describe("the garbage collector", () => {
  it("frees a tensor that nobody holds any more, with what its gradient needed", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const inUse = heap().bytesInUse;
    (() => {
      tensor(new Float32Array(1000));
      sum(square(leaf(1000)));
    })();
    expect(heap().bytesInUse).toBeGreaterThan(inUse + 8000);
    for (let i = 0; i < 20 && heap().bytesInUse > inUse; i++) {
      collect();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(heap().bytesInUse).toBeLessThanOrEqual(inUse);
  });
});
