/** What the row of attention does not reach: the weights, one tensor in several roles, deep heads in several blocks, recordings. */
import { describe, expect, it } from "vitest";
import { attention, attentionWeights } from "../../src/ops/attention/attention.js";
import { rotate } from "../../src/ops/attention/rotate.js";
import { randomNormal } from "../../src/ops/random.js";
import { softmax } from "../../src/ops/norm/softmax.js";
import { mul } from "../../src/ops/pointwise/arithmetic.js";
import { matmul } from "../../src/ops/product/matmul.js";
import { sum } from "../../src/ops/reduce/reduce.js";
import { tensor } from "../../src/tensor/create.js";
import { record } from "../../src/tensor/record.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import "../support/engine.js";
import { expectClose } from "../support/golden.js";

const three = randomNormal([1, 3, 4]);
const leaf = (x: Tensor): Tensor => tensor(x.toTypedArray(), x.shape, { requiresGrad: true });

/** One head, composed from products and softmax. */
function composed(q: Tensor, k: Tensor, v: Tensor): Tensor {
  const scores = mul(matmul(q, k, { transposeB: true }), 1 / Math.sqrt(q.shape[2]));
  return matmul(softmax(scores), v);
}

describe("attention", () => {
  it("gives what products and softmax give, over many keys, with heads deeper than a panel, in several blocks", () => {
    const [q, k, v] = [[2, 40, 270], [2, 530, 270], [2, 530, 259]].map((shape, i) => randomNormal(shape, { seed: i })); // prettier-ignore
    const weights = randomNormal([2, 40, 259], { seed: 9 });
    const [fused, plain] = [attention, composed].map((f) => {
      const leaves = [q, k, v].map(leaf);
      const o = f(leaves[0], leaves[1], leaves[2]);
      sum(mul(o, weights)).backward();
      return [o, ...leaves.map(({ grad }) => grad!)].map((x) => x.toTypedArray());
    });
    for (const [i, name] of ["o", "dq", "dk", "dv"].entries()) expectClose(name, fused[i], plain[i], 1e-3, 1e-5);
  });

  it("adds up the gradients of a tensor that is query, key and value at once", () => {
    const x = leaf(randomNormal([2, 5, 4], { seed: 1 }));
    sum(mul(attention(x, x, x, { heads: 2 }), 3)).backward();
    const parts = [x, x, x].map(leaf);
    sum(mul(attention(parts[0], parts[1], parts[2], { heads: 2 }), 3)).backward();
    const total = parts[0].grad!.toTypedArray().map((g, i) => g + parts[1].grad!.toTypedArray()[i] + parts[2].grad!.toTypedArray()[i]); // prettier-ignore
    expectClose("dx", x.grad!.toTypedArray(), total, 1e-5, 1e-6);
  });

  it("replayed on other values gives what an eager call gives, gradients added to included", () => {
    const shape = [2, 7, 6];
    const x = leaf(randomNormal(shape, { seed: 1 }));
    const run = (): Tensor => {
      const o = attention(x, x, mul(x, 2), { heads: 3, causal: true });
      sum(mul(o, o)).backward();
      return o;
    };
    const step = record(run);
    x.assign(randomNormal(shape, { seed: 2 }).toTypedArray());
    x.zeroGrad();
    step.replay();
    const replayed = [step.result.toTypedArray(), x.grad!.toTypedArray()];
    x.zeroGrad();
    const eager = [run().toTypedArray(), x.grad!.toTypedArray()];
    expect(replayed).toEqual(eager);
  });
});

describe("attentionWeights", () => {
  it("are the softmax in each head: rows sum to 1, later keys and padding have 0, a sample of padding alone has 0 everywhere", () => {
    const [q, k] = [randomNormal([3, 4, 6], { seed: 1 }), randomNormal([3, 4, 6], { seed: 2 })];
    const weights = attentionWeights(q, k, { heads: 2, causal: true, lengths: [4, 2, 0] });
    expect(weights.shape).toEqual([3, 2, 4, 4]);
    const at = weights.toTypedArray();
    for (let n = 0; n < 3; n++)
      for (let h = 0; h < 2; h++)
        for (let i = 0; i < 4; i++) {
          const row = Array.from(at.slice(((n * 2 + h) * 4 + i) * 4, ((n * 2 + h) * 4 + i) * 4 + 4));
          const seen = Math.min(i + 1, [4, 2, 0][n]);
          expect(row.slice(seen).every((x) => x === 0)).toBe(true);
          expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(seen === 0 ? 0 : 1, 5);
          expect(row.slice(0, seen).every((x) => x > 0)).toBe(true);
        }
  });
});

describe("rotate", () => {
  it("turns the pairs of halves of each head by position · base^(−2i/D)", () => {
    const [N, T, heads, D] = [2, 3, 2, 6];
    const x = randomNormal([N, T, heads * D], { seed: 4 });
    const from = x.toTypedArray();
    const got = rotate(x, { heads, base: 100, offset: 2 }).toTypedArray();
    const want = Float64Array.from(from, (_, at) => {
      const d = at % D;
      const i = d % (D / 2);
      const angle = ((Math.floor(at / (heads * D)) % T) + 2) * 100 ** ((-2 * i) / D);
      const other = d < D / 2 ? -from[at + D / 2] : from[at - D / 2];
      return from[at] * Math.cos(angle) + other * Math.sin(angle);
    });
    expectClose("turned", got, want, 1e-5, 1e-6);
  });

  it("makes products depend on the distance alone", () => {
    const [a, b] = [randomNormal([1, 1, 8], { seed: 1 }), randomNormal([1, 1, 8], { seed: 2 })];
    const product = (i: number, j: number): number =>
      sum(mul(rotate(a, { offset: i }), rotate(b, { offset: j }))).item();
    expect(product(7, 4)).toBeCloseTo(product(3, 0), 5);
    expect(product(7, 4)).not.toBeCloseTo(product(4, 7), 2);
  });

  it.each([
    [() => attention(three, three, three, { mask: [[1, 0, 1]] as never }), "attention: mask is not a tensor; expected a Tensor, got [[1, 0, 1]]. Make one with tensor(values)."], // prettier-ignore
    [() => attention(three, three, three, { bias: [[1]] as never }), "attention: bias is not a tensor; expected a Tensor, got [[1]]."], // prettier-ignore
    [() => attentionWeights(three, three, { mask: [[1]] as never }), "attentionWeights: mask is not a tensor"],
    [() => rotate(randomNormal([2, 3, 6]), { heads: 2 }), "rotate: x does not fit; expected [N, T, heads · D], heads = 2, D even, got x [2, 3, 6]."], // prettier-ignore
    [() => rotate(randomNormal([3, 4])), "rotate: x does not fit; expected [N, T, heads · D], heads = 1, D even, got x [3, 4]."], // prettier-ignore
    [() => rotate(randomNormal([2, 3, 4]), { base: 0 }), "rotate: base or offset is out of range; expected base > 0, finite, got base 0, offset 0."], // prettier-ignore
  ])("refuses what does not fit %#", (call, text) => {
    expect(call).toThrow(text);
  });
});
