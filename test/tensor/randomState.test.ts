/** The state of the generator that kernels draw from. */
import { describe, expect, it } from "vitest";
import { fillUniform } from "../../src/ops/random.js";
import { heap } from "../../src/runtime/runtime.js";
import { zeros } from "../../src/tensor/create.js";
import { RandomState } from "../../src/tensor/randomState.js";
import { scope } from "../../src/tensor/scope.js";
import "../support/engine.js";
import { wordOf } from "../support/philox.js";

describe("a random state", () => {
  it("is seed and counter, and advancing counts beyond 32 bits", () => {
    const state = new RandomState(2 ** 32 - 1);
    expect(state.save()).toEqual([-1, 0, 0, 0]);
    state.restore([5, 0, -1, 0]);
    state.advance();
    expect(state.save()).toEqual([5, 0, 0, 1]);
    state.dispose();
  });

  it("goes on exactly where it was saved", () => {
    const [a, b] = [new RandomState(1), new RandomState(2)];
    const [x, y] = [zeros([50]), zeros([50])];
    a.advance();
    b.restore(a.save());
    fillUniform(x, a, 0, 1, 3);
    fillUniform(y, b, 0, 1, 3);
    expect(y.toArray()).toEqual(x.toArray());
    const words = a.save() as [number, number, number, number];
    expect([...x.toTypedArray()]).toEqual(Array.from({ length: 50 }, (_, i) => (wordOf(i, words, 3) >>> 8) / 2 ** 24));
  });

  it("outlives the scope it was made in, until it is disposed", () => {
    const inUse = heap().bytesInUse;
    const state = scope(() => new RandomState(1));
    expect(state.save()).toEqual([1, 0, 0, 0]);
    state.dispose();
    expect(heap().bytesInUse).toBe(inUse);
  });

  it.each([-1, 1.5, 2 ** 32, NaN])("refuses the seed %s", (seed) => {
    expect(() => new RandomState(seed)).toThrow(
      `random: seed is out of range; expected an integer from 0 to 2³² − 1, got ${seed}.`,
    );
  });
});
