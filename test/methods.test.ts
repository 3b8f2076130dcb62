/** Methods of tensors: each op whose first argument is a tensor has one, and it does what the function does. */
import { describe, expect, it } from "vitest";
import "../src/methods/index.js";
import * as ops from "../src/ops/index.js";
import { tensor } from "../src/tensor/create.js";
import { scope } from "../src/tensor/scope.js";
import { Tensor } from "../src/tensor/tensor.js";
import { rows } from "./ops/argumentRows.js";
import "./support/engine.js";

type Call = (...args: unknown[]) => unknown;

/** Values of whatever an op returns. */
function values(result: unknown): unknown {
  if (result instanceof Tensor) return [result.dtype, result.shape, [...result.toTypedArray()]];
  if (Array.isArray(result)) return result.map(values);
  return Object.entries(result as object).map(([name, value]) => [name, values(value)]);
}

const named = Object.entries(rows as Record<string, () => unknown[]>);
const takesTensor = scope(() => named.filter(([, row]) => row()[0] instanceof Tensor).map(([name]) => name));
/** Their first argument may be a list as well, or they are no functions of one tensor. */
const functionsAlone = ["sequenceMask"];

it("every op whose first argument is a tensor has a method, and no other has", () => {
  const has = Object.keys(ops).filter((name) => name in Tensor.prototype);
  expect(has.toSorted()).toEqual(takesTensor.filter((name) => !functionsAlone.includes(name)).toSorted());
  expect(has.length).toBeGreaterThan(80);
});

describe.each(takesTensor)("%s", (name) => {
  it("gives the bits of the function", () => {
    scope(() => {
      const f = (ops as unknown as Record<string, Call>)[name];
      const [a, b] = [rows[name as keyof typeof rows](), rows[name as keyof typeof rows]()];
      const [x, ...rest] = a as [Record<string, Call>, ...unknown[]];
      expect(values(x[name](...rest))).toEqual(values(f(...b)));
    });
  });
});

it("chains, with gradients and types", () => {
  const leaf = { requiresGrad: true };
  const [w, b] = [tensor([[1, -1], [2, 0.5]], undefined, leaf), tensor([0.5, 0], undefined, leaf)]; // prettier-ignore
  const y: Tensor = tensor([[1, 2]])
    .matmul(w, { transposeB: false })
    .add(b)
    .relu();
  y.sum().backward();
  expect(y.toArray()).toEqual([[5.5, 0]]);
  expect(w.grad?.toArray()).toEqual([[1, 0], [2, 0]]); // prettier-ignore
  expect(tensor([3, 1, 2]).sort(0, { descending: true }).values.toArray()).toEqual([3, 2, 1]);
  expect(() => tensor([1]).reshape([2])).toThrow("reshape: number of elements differs");
});
