/** Derivatives of functions in both directions: values, forms, errors. */
import { describe, expect, it } from "vitest";
import {
  add,
  attention,
  defineGradient,
  dense,
  div,
  elu,
  gelu,
  lstm,
  matmul,
  mul,
  noGrad,
  ones,
  prod,
  relu,
  scope,
  selu,
  sigmoid,
  silu,
  softmaxCrossEntropy,
  square,
  sub,
  sum,
  tanh,
  tensor,
  type Tensor,
} from "lanegrad";
import { grad, hvp, jacobian, jvp, valueAndGrad, vjp } from "lanegrad/calculus";
import { heap } from "../../src/runtime/runtime.js";
import { Random } from "../../src/tensor/random.js";
import { RandomState } from "../../src/tensor/randomState.js";
import { drawNormal } from "../../src/tensor/drawNormal.js";
import { expectClose } from "../support/compare.js";
import "../support/engine.js";

const numbers = (x: Tensor): number[] => [...x.toTypedArray()].map(Number);
const drawn = (seed: number, ...shape: number[]): Tensor => {
  const random = new Random(seed);
  return tensor(
    Float32Array.from({ length: shape.reduce((n, size) => n * size, 1) }, () => drawNormal(random)),
    shape,
  );
};

describe("jvp", () => {
  it("is the derivative along the tangents, of one result or several", () => {
    const { value, tangent } = jvp(
      (x, y) => [mul(x, y), add(x, y)],
      [tensor([3]), tensor([5])],
      [tensor([1]), tensor([2])],
    );
    expect(value.map(numbers)).toEqual([[15], [8]]);
    expect(tangent.map(numbers)).toEqual([[11], [3]]);
  });

  it("of a constant is zero, and of the input itself a tensor of its own", () => {
    const v = tensor([7]);
    expect(numbers(jvp(() => ones([2]), [tensor([1])], [v]).tangent)).toEqual([0, 0]);
    const { tangent } = jvp((x) => x, [tensor([1])], [v]);
    expect(numbers(tangent)).toEqual([7]);
    expect(tangent).not.toBe(v);
  });

  it("of an operand that is given twice moves each place by itself", () => {
    const x = tensor([3]);
    expect(numbers(jvp((a, b) => mul(a, b), [x, x], [tensor([1]), tensor([10])]).tangent)).toEqual([33]);
  });

  it("keeps the tangents of what an inner scope made", () => {
    expect(numbers(jvp((x) => square(scope(() => mul(x, 2))), [tensor([3])], [tensor([1])]).tangent)).toEqual([24]);
  });

  it("within jvp gives second derivatives of formulas, and refuses those of kernels", () => {
    const cube = (x: Tensor): Tensor => mul(x, mul(x, x));
    const slope = (x: Tensor): Tensor => jvp(cube, [x], [tensor([1])]).tangent;
    expect(numbers(jvp(slope, [tensor([2])], [tensor([1])]).tangent)).toEqual([12]);
    const second = (): unknown => jvp((x) => jvp(gelu, [x], [tensor([1])]).tangent, [tensor([2])], [tensor([1])]);
    expect(second).toThrow("gelu: its tangent has no second derivative");
  });

  it("frees everything but its results", () => {
    const call = (): void => {
      const [x, kernel] = [drawn(1, 4, 3), drawn(2, 3, 2)];
      jvp((x) => sum(tanh(scope(() => dense(x, kernel, undefined, "sigmoid")))), [x], [ones([4, 3])]);
    };
    scope(call);
    const before = heap().bytesInUse;
    scope(call);
    expect(heap().bytesInUse).toBe(before);
  });

  it("frees everything where an op has no rule, or no second derivative", () => {
    const own = defineGradient((x) => mul(x, 1), ({ dOutput }) => dOutput); // prettier-ignore
    const call = (): void => {
      const x = drawn(1, 4, 3);
      expect(() => jvp((x) => own(tanh(mul(x, 2))), [x], [ones([4, 3])])).toThrow("has no rule");
      hvp((x) => sum(tanh(prod(mul(x, 2), -1))), [x], [ones([4, 3])]);
      hvp((x) => sum(tanh(mul(x, 2))), [x], [ones([4, 3])], { method: "exact" });
    };
    scope(call);
    const before = heap().bytesInUse;
    scope(call);
    expect(heap().bytesInUse).toBe(before);
  });

  const v = (): Tensor => tensor([1]);
  it.each([
    ["no function", () => jvp(3 as never, [v()], [v()]), "jvp: not a function"],
    ["no inputs", () => jvp((x) => x, [], []), "jvp: the inputs do not fit; expected a list of float32 tensors, the arguments of the function, got none."],
    ["a tangent too few", () => jvp((x) => x, [v()], []), "jvp: the tangents do not fit the inputs"],
    ["another shape", () => jvp((x) => x, [v()], [ones([2])]), "jvp: tangent 0 does not fit its input; expected [1], got [2]."],
    ["an integer", () => jvp((x) => x, [tensor(Int32Array.of(1))], [v()]), "jvp: the inputs do not fit; expected a list of float32 tensors, the arguments of the function, got int32."],
    ["a function that waits", () => jvp(() => Promise.reject(new Error()) as never, [v()], [v()]), "jvp: the function returns no tensor; expected a float32 tensor, or a list of them, got Promise. The function must not wait for anything: model.call([x]) computes at once."],
    ["no result", () => jvp(() => 1 as never, [v()], [v()]), "jvp: the function returns no tensor"],
    ["own gradients", () => jvp(defineGradient((x) => mul(x, 1), ({ dOutput }) => dOutput), [v()], [v()]), "jvp: defineGradient has no rule for forward mode. Use reverse mode"],
    ["dropped weights", () => jvp((x) => attention(x, x, x, { dropout: { rate: 0.5, random: new RandomState(1) } }), [drawn(1, 1, 2, 2)], [drawn(2, 1, 2, 2)]), "attention: no rule for forward mode where weights are dropped"],
  ] as const)("refuses %s", (_, call, text) => expect(call).toThrow(text)); // prettier-ignore
});

describe("grad and vjp", () => {
  it("give a gradient an input, zeros where the result does not depend on it", () => {
    const [a, b] = grad((a, b) => sum(square(add(a, mul(b, 0)))), [tensor([1, 2]), tensor([3])]);
    expect(numbers(a)).toEqual([2, 4]);
    expect(numbers(b)).toEqual([0]);
    expect(numbers(grad((_, b) => sum(b), [tensor([1, 2]), tensor([3])])[0])).toEqual([0, 0]);
  });

  it("leave the inputs' own gradients alone", () => {
    const x = tensor([3], undefined, { requiresGrad: true });
    const { value, gradients } = valueAndGrad((x) => sum(square(x)), [x]);
    expect([numbers(value), numbers(gradients[0]), x.grad]).toEqual([[9], [6], undefined]);
  });

  it("leave other leaves and an earlier tape alone", () => {
    const weight = tensor([2], undefined, { requiresGrad: true });
    const before = square(weight);
    const [slope] = grad((x) => sum(mul(x, mul(before, weight))), [tensor([1])]);
    expect([numbers(slope), weight.grad]).toEqual([[8], undefined]);
    hvp((x) => sum(mul(square(x), weight)), [tensor([1])], [tensor([1])]);
    expect(weight.grad).toBe(undefined);
    sum(before).backward();
    expect(numbers(weight.grad!)).toEqual([4]);
  });

  const cube = (x: Tensor): Tensor => sum(mul(x, mul(x, x)));
  it.each([
    ["grad in grad", () => grad((x) => sum(grad(cube, [x])[0]), [tensor([2])]), "grad: a derivative inside the function of grad would count as a constant. For second derivatives use hvp()"],
    ["jvp in grad", () => grad((x) => jvp(cube, [x], [tensor([1])]).tangent, [tensor([2])]), "jvp: a derivative inside the function of grad"],
    ["grad in jacobian", () => jacobian((x) => grad(cube, [x])[0], [tensor([2])]), "grad: a derivative inside the function of jacobian"],
    ["hvp in hvp", () => hvp((x) => sum(hvp(cube, [x], [tensor([1])])[0]), [tensor([2])], [tensor([1])]), "hvp: a derivative inside the function of hvp"],
  ] as const)("refuse what would be zero without a word: %s", (_, call, text) => expect(call).toThrow(text)); // prettier-ignore

  it("take a vector for each result", () => {
    const { value, gradients } = vjp(
      (x) => [mul(x, 2), square(x)],
      [tensor([1, 2])],
      [tensor([1, 10]), tensor([100, 1000])],
    );
    expect(value.map(numbers)).toEqual([[2, 4], [1, 4]]); // prettier-ignore
    expect(numbers(gradients[0])).toEqual([2 + 200, 20 + 4000]);
  });

  it.each([
    ["a vector of another shape", () => vjp((x) => x, [ones([2])], [ones([3])]), "vjp: the vectors do not fit the results; expected [2], got Tensor(3)"],
    ["no list", () => vjp((x) => x, [ones([2])], 3 as never), "vjp: the vectors do not fit"],
    ["a result that is no scalar", () => grad((x) => x, [ones([2])]), "grad: the function returns no scalar; expected one number, got Tensor(2)"],
    ["noGrad", () => noGrad(() => grad((x) => sum(x), [ones([2])])), "grad: nothing is recorded inside noGrad()"],
  ] as const)("refuse %s", (_, call, text) => expect(call).toThrow(text)); // prettier-ignore
});

describe("jacobian", () => {
  it.each(["forward", "reverse", undefined] as const)("by mode %s", (mode) => {
    const x = drawn(3, 3);
    const [J] = jacobian((x) => mul(square(x), tensor([1, 2, 3])), [x], mode && { mode });
    const want = numbers(x).flatMap((value, i) => [0, 1, 2].map((k) => (k === i ? 2 * value * (i + 1) : 0)));
    expect(J.shape).toEqual([3, 3]);
    expectClose("J", J.toTypedArray(), want, [3, 3], { relative: 1e-6, absolute: 1e-7 });
  });

  it("has the result's axes first, for each input", () => {
    const [A, B] = jacobian((a, b) => matmul(a, b), [drawn(1, 2, 3), drawn(2, 3, 4)]);
    expect([A.shape, B.shape]).toEqual([[2, 4, 2, 3], [2, 4, 3, 4]]); // prettier-ignore
  });

  it("refuses several results", () => {
    expect(() => jacobian((x) => [x, x] as never, [ones([2])])).toThrow(
      "jacobian: the function returns several tensors",
    );
  });

  it("refuses another mode", () => {
    expect(() => jacobian((x) => x, [ones([2])], { mode: "both" as never })).toThrow(
      'unknown mode; expected "forward" or "reverse"',
    );
  });
});

describe("hvp", () => {
  it("of a quadratic form is its matrix times the vector", () => {
    const A = tensor([[2, 1], [1, 3]]); // prettier-ignore
    const form = (x: Tensor): Tensor => mul(sum(mul(x, matmul(A, x))), 0.5);
    expect(numbers(hvp(form, [tensor([[1], [2]])], [tensor([[1], [10]])], { method: "exact" })[0])).toEqual([12, 31]);
  });

  const network = (x: Tensor, W: Tensor, V: Tensor): Tensor =>
    sum(softmaxCrossEntropy(matmul(tanh(dense(x, W, undefined, "sigmoid")), V), tensor(Int32Array.of(0, 2, 1))));
  const recurrent = (x: Tensor, W: Tensor, U: Tensor): Tensor =>
    sum(square(lstm(x, { kernel: W, recurrentKernel: U }).output));
  const bent = (x: Tensor, W: Tensor): Tensor => {
    const z = matmul(x, W);
    return sum(add(add(silu(z), mul(elu(z, 0.7), gelu(z))), selu(square(sub(z, 1)))));
  };
  const quotient = (a: Tensor, b: Tensor): Tensor => sum(div(sub(relu(a), mul(a, sigmoid(b))), add(square(b), 1)));
  it.each([
    ["a network with a cross-entropy", network, [drawn(1, 3, 4), drawn(2, 4, 5), drawn(3, 5, 3)]],
    ["an LSTM", recurrent, [drawn(1, 2, 3, 2), drawn(2, 2, 12), drawn(3, 3, 12)]],
    ["silu, elu, selu and gelu", bent, [drawn(1, 3, 4), drawn(2, 4, 5)]],
    ["a quotient", quotient, [drawn(1, 4), drawn(2, 4)]],
  ] as const)("is the same exactly and by differences: %s", (_, f, inputs) => {
    const vectors = inputs.map((x, i) => drawn(10 + i, ...x.shape));
    const call = f;
    const exact = hvp(call, inputs, vectors, { method: "exact" });
    const near = hvp(call, inputs, vectors, { method: "differences" });
    for (const [i, one] of exact.entries()) {
      const scale = Math.max(...numbers(one).map(Math.abs));
      expectClose("H·v", near[i].toTypedArray(), numbers(one), one.shape, { relative: 0.01, absolute: 0.004 * scale }); // prettier-ignore
    }
  });

  it("falls back on differences where an op has no second derivative, unless the exact one is asked for", () => {
    const f = (x: Tensor): Tensor => sum(prod(square(x), -1));
    const [near] = hvp(f, [tensor([[1, 2]])], [tensor([[1, 0]])]);
    expectClose("H·v", near.toTypedArray(), [8, 8], [1, 2], { relative: 1e-3, absolute: 1e-3 });
    expect(() => hvp(f, [tensor([[1, 2]])], [tensor([[1, 0]])], { method: "exact" })).toThrow("prod: its tangent has no second derivative"); // prettier-ignore
  });

  it("of a linear function is zero", () => {
    expect(numbers(hvp((x) => sum(x), [ones([2])], [ones([2])])[0])).toEqual([0, 0]);
  });

  it("refuses a result that is no scalar, and another method", () => {
    expect(() => hvp((x) => square(x), [ones([2])], [ones([2])])).toThrow("hvp: the function returns no scalar");
    expect(() => hvp((x) => sum(x), [ones([2])], [ones([2])], { method: "fast" as never })).toThrow(
      "hvp: unknown method",
    );
  });
});
