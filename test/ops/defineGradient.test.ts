/** Functions whose gradient their author writes: values, gradients, recordings, models' memory, and what is refused. */
import { describe, expect, it } from "vitest";
import { ShapeError, UsageError } from "../../src/errors.js";
import * as ops from "../../src/ops/index.js";
import { heap } from "../../src/runtime/runtime.js";
import { ones, tensor, zeros } from "../../src/tensor/create.js";
import { record } from "../../src/tensor/record.js";
import { scope } from "../../src/tensor/scope.js";
import { noGrad } from "../../src/tensor/tape.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import "../support/engine.js";

const leaf = { requiresGrad: true };

/** Rounds, and lets the gradient pass. */
const straightThrough = ops.defineGradient(
  (x: Tensor) => ops.round(x),
  ({ dOutput }) => dOutput,
);

/** a·b with its own gradient, each times the factor. */
const product = (factor: number): ((a: Tensor, b: Tensor) => Tensor) =>
  ops.defineGradient(
    (a: Tensor, b: Tensor) => ops.mul(a, b),
    ({ dOutput, inputs: [a, b] }) => [ops.mul(ops.mul(dOutput, b), factor), ops.mul(ops.mul(dOutput, a), factor)],
  );

describe("defineGradient", () => {
  it("gives the gradient that backward returns, in place of the ops'", () => {
    const x = tensor([0.4, 1.6], undefined, leaf);
    const y = straightThrough(x);
    ops.sum(ops.mul(y, y)).backward();
    expect(y.toArray()).toEqual([0, 2]);
    expect(x.grad?.toArray()).toEqual([0, 4]);
  });

  it("two inputs, of which one is used elsewhere too: gradients are added", () => {
    const [a, b] = [tensor([1, 2], undefined, leaf), tensor([3, 5], undefined, leaf)];
    ops.sum(ops.add(product(10)(a, b), a)).backward();
    expect(a.grad?.toArray()).toEqual([31, 51]);
    expect(b.grad?.toArray()).toEqual([10, 20]);
  });

  it("sees the output, and need not compute what nobody wants", () => {
    const root = ops.defineGradient(
      (x: Tensor, scale: Tensor) => ops.mul(ops.sqrt(x), scale),
      ({ dOutput, inputs: [x], output }) => [ops.mul(dOutput, ops.div(output, ops.mul(x, 2))), undefined],
    );
    const [x, scale] = [tensor([4, 9], undefined, leaf), tensor([2, 2])];
    ops.sum(root(x, scale)).backward();
    expect(x.grad?.toArray().toString()).toBe("0.5,0.3333333432674408");
    expect(scale.grad).toBeUndefined();
  });

  it("the input itself as output, and an input as gradient: neither is changed", () => {
    const reversed = ops.defineGradient(
      (x: Tensor) => x,
      ({ inputs: [x] }) => x,
    );
    const x = tensor([3, 4], undefined, leaf);
    const h = ops.mul(x, 1);
    ops.sum(ops.add(reversed(h), reversed(h))).backward();
    expect(h.toArray()).toEqual([3, 4]);
    expect(x.grad?.toArray()).toEqual([6, 8]);
  });

  it("recorded: the bits of a call, on other values too", () => {
    const [a, b] = [tensor([1, 2], undefined, leaf), tensor([3, 5], undefined, leaf)];
    const f = product(2);
    ops.sum(f(a, b)).backward(); // so that there are gradients, which zeroGrad clears in each replay
    const recording = record(() => {
      a.zeroGrad();
      b.zeroGrad();
      ops.sum(f(a, b)).backward();
    });
    a.assign([7, 8]);
    recording.replay();
    expect(b.grad?.toArray()).toEqual([14, 16]);
    expect(a.grad?.toArray()).toEqual([6, 10]);
    recording.dispose();
  });

  it("leaves no memory behind but the gradient", () => {
    const x = ones([1000], leaf);
    scope(() => ops.sum(straightThrough(x)).backward());
    const before = heap().bytesInUse;
    for (let i = 0; i < 3; i++) scope(() => ops.sum(straightThrough(x)).backward());
    expect(heap().bytesInUse).toBe(before);
  });

  it("inside noGrad it is the forward function alone", () => {
    const x = ones([2], leaf);
    expect(noGrad(() => straightThrough(x)).requiresGrad).toBe(false);
  });
});

describe("what is refused", () => {
  const backwardOf = (gradients: (x: Tensor) => unknown) => () => {
    const f = ops.defineGradient((x: Tensor) => ops.mul(x, 2), ({ dOutput }) => gradients(dOutput) as Tensor); // prettier-ignore
    ops.sum(f(ones([2, 3], leaf))).backward();
  };
  it.each<readonly [() => unknown, typeof ShapeError | typeof UsageError, string]>([
    [
      backwardOf((d) => ops.transpose(d)),
      ShapeError,
      "defineGradient: gradient 0 does not fit its input; expected float32 [2, 3], as input 0, got Tensor(3, 2).",
    ],
    [
      backwardOf((d) => [d, d]),
      UsageError,
      "defineGradient: the number of gradients differs; expected one for each of 1 inputs, got 2. An input without a gradient gets undefined.",
    ],
    [backwardOf(() => 3), UsageError, "defineGradient: gradient 0 is not a tensor; expected a Tensor, got 3."],
    [
      () => ops.defineGradient((() => 1) as never, () => zeros([1]))(ones([2])),
      UsageError,
      "defineGradient: forward must return one float32 tensor; got 1.",
    ],
    [
      () => ops.defineGradient(3 as never, () => zeros([1])),
      UsageError,
      "defineGradient: forward must be a function; got 3.",
    ],
    [
      () => straightThrough([1] as never),
      UsageError,
      "defineGradient: argument 0 is not a tensor; expected a Tensor, got [1]. Make one with tensor(values).",
    ],
  ])("%#: the message says what", (call, error, text) => {
    expect(call).toThrow(error);
    expect(call).toThrow(text);
  });
});
