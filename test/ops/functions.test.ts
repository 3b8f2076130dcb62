/** The functions as users call them: small values that can be checked by eye, options, numbers as operands, edges of the number range. */
import { describe, expect, it } from "vitest";
import * as lanegrad from "../../src/index.js";
import { activations } from "../../src/ops/pointwise/activate.js";
import * as ops from "../../src/ops/index.js";
import { full, ones, tensor, zeros } from "../../src/tensor/create.js";
import { RandomState } from "../../src/tensor/randomState.js";
import { noGrad } from "../../src/tensor/tape.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import "../support/engine.js";
import { calledKernels } from "../support/kernelTable.js";

const int32 = { dtype: "int32" } as const;
const leaf = { requiresGrad: true } as const;
const grid = (): Tensor =>
  tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);

/** Values rounded to five digits. */
const rounded = (x: Tensor): number[] => Array.from(x.toTypedArray(), (value) => Number(value.toPrecision(5)));

describe("numbers as operands", () => {
  it.each([
    ["add(x, 1)", () => ops.add(grid(), 1), [2, 3, 4, 5, 6, 7]],
    ["sub(1, x)", () => ops.sub(1, grid()), [0, -1, -2, -3, -4, -5]],
    ["mul(x, 2)", () => ops.mul(grid(), 2), [2, 4, 6, 8, 10, 12]],
    ["div(6, x)", () => ops.div(6, grid()), [6, 3, 2, 1.5, 1.2, 1]],
    ["maximum(x, 3)", () => ops.maximum(grid(), 3), [3, 3, 3, 4, 5, 6]],
    ["minimum(3, x)", () => ops.minimum(3, grid()), [1, 2, 3, 3, 3, 3]],
    ["add(2, 3)", () => ops.add(2, 3), [5]],
    ["less(x, 3)", () => ops.less(grid(), 3), [1, 1, 0, 0, 0, 0]],
    ["equal(labels, 2)", () => ops.equal(tensor([1, 2, 2], undefined, int32), 2), [0, 1, 1]],
    ["greaterEqual(2, labels)", () => ops.greaterEqual(2, tensor([1, 2, 3], undefined, int32)), [1, 1, 0]],
    ["where(less(x, 3), x, 0)", () => ops.where(ops.less(grid(), 3), grid(), 0), [1, 2, 0, 0, 0, 0]],
  ])("%s", (_, call, want) => {
    expect(rounded(call())).toEqual(want);
  });

  it("gives the tensor its gradient: d(1 / x)/dx = −1 / x²", () => {
    const x = tensor([1, 2, 4], undefined, leaf);
    ops.sum(ops.div(1, x)).backward();
    expect(x.grad?.toArray()).toEqual([-1, -0.25, -0.0625]);
  });
});

describe("axes and shapes", () => {
  const cube = (): Tensor => ops.reshape(tensor(Float32Array.from({ length: 24 }, (_, i) => i)), [2, 3, -1]);

  it.each([
    ["sum(x)", () => ops.sum(cube()), [], [276]],
    ["sum(x, -1)", () => ops.sum(cube(), -1), [2, 3], [6, 22, 38, 54, 70, 86]],
    ["sum(x, [0, 2])", () => ops.sum(cube(), [0, 2]), [3], [60, 92, 124]],
    ["sum(x, [2, 0], { keepDims })", () => ops.sum(cube(), [2, 0], { keepDims: true }), [1, 3, 1], [60, 92, 124]],
    ["sum(x, [])", () => ops.sum(grid(), []), [2, 3], [1, 2, 3, 4, 5, 6]],
    ["mean(x, [0, 2])", () => ops.mean(cube(), [0, 2]), [3], [7.5, 11.5, 15.5]],
    ["max(x, [0, 2])", () => ops.max(cube(), [0, 2]), [3], [15, 19, 23]],
    ["min(x)", () => ops.min(cube()), [], [0]],
    ["argMax(x)", () => ops.argMax(grid()), [2], [2, 2]],
    ["argMin(x, 0)", () => ops.argMin(grid(), 0), [3], [0, 0, 0]],
    ["transpose(x)", () => ops.transpose(grid()), [3, 2], [1, 4, 2, 5, 3, 6]],
    ["transpose(x, [-1, 0])", () => ops.transpose(grid(), [-1, 0]), [3, 2], [1, 4, 2, 5, 3, 6]],
    ["squeeze", () => ops.squeeze(zeros([1, 2, 1])), [2], [0, 0]],
    ["squeeze(x, -1)", () => ops.squeeze(zeros([1, 2, 1]), -1), [1, 2], [0, 0]],
    ["expandDims(x, -1)", () => ops.expandDims(zeros([2]), -1), [2, 1], [0, 0]],
    ["stack", () => ops.stack([tensor([1, 2]), tensor([3, 4])]), [2, 2], [1, 2, 3, 4]],
    ["stack(…, -1)", () => ops.stack([tensor([1, 2]), tensor([3, 4])], -1), [2, 2], [1, 3, 2, 4]],
    ["concat(…, -1)", () => ops.concat([grid(), ones([2, 1])], -1), [2, 4], [1, 2, 3, 1, 4, 5, 6, 1]],
    ["slice(x, [1])", () => ops.slice(grid(), [1]), [1, 3], [4, 5, 6]],
    ["slice(x, [0, 1], [-1, 1])", () => ops.slice(grid(), [0, 1], [-1, 1]), [2, 1], [2, 5]],
    ["pad", () => ops.pad(tensor([1]), [[1, 2]], 9), [4], [9, 1, 9, 9]],
    ["broadcastTo", () => ops.broadcastTo(tensor([1, 2]), [2, 2]), [2, 2], [1, 2, 1, 2]],
    ["where, broadcast", () => ops.where(tensor([[1], [0]]), tensor([1, 2]), 0), [2, 2], [1, 2, 0, 0]],
    ["softmax(x, 0)", () => ops.softmax(zeros([2, 2]), 0), [2, 2], [0.5, 0.5, 0.5, 0.5]],
    ["matmul(x, x, { transposeB })", () => ops.matmul(grid(), grid(), { transposeB: true }), [2, 2], [14, 32, 32, 77]],
    [
      "gatherRows",
      () => ops.gatherRows(tensor(Uint8Array.of(0, 51, 255)), tensor([2, 1], undefined, int32)),
      [2],
      [1, 0.2],
    ],
  ])("%s", (_, call, shape, want) => {
    const y = call();
    expect(y.shape).toEqual(shape);
    expect(rounded(y)).toEqual(want);
  });

  it("log-softmax along the first axis has the gradient of the last after transposing", () => {
    const [a, b] = [
      tensor(
        [
          [1, 2],
          [3, 5],
        ],
        undefined,
        leaf,
      ),
      tensor(
        [
          [1, 3],
          [2, 5],
        ],
        undefined,
        leaf,
      ),
    ];
    ops
      .sum(
        ops.mul(
          ops.logSoftmax(a, 0),
          tensor([
            [1, 2],
            [3, 4],
          ]),
        ),
      )
      .backward();
    ops
      .sum(
        ops.mul(
          ops.logSoftmax(b),
          tensor([
            [1, 3],
            [2, 4],
          ]),
        ),
      )
      .backward();
    expect(ops.transpose(a.grad!).toArray()).toEqual(b.grad?.toArray());
  });

  it("reshape, squeeze and expandDims share memory", () => {
    const x = grid();
    const y = ops.reshape(x, [6]);
    x.assign([
      [6, 5, 4],
      [3, 2, 1],
    ]);
    expect(y.toArray()).toEqual([6, 5, 4, 3, 2, 1]);
  });
});

describe("edges of the number range", () => {
  it.each([
    ["exp", () => ops.exp(tensor([1000, -1000, NaN])), [Infinity, 0, NaN]],
    ["log", () => ops.log(tensor([0, -1, Infinity])), [-Infinity, NaN, Infinity]],
    ["sqrt", () => ops.sqrt(tensor([0, -1])), [0, NaN]],
    ["div", () => ops.div(tensor([1, -1, 0]), 0), [Infinity, -Infinity, NaN]],
    ["pow with a whole exponent", () => ops.pow(tensor([-2, 0]), 3), [-8, 0]],
    ["pow with a fraction", () => ops.pow(tensor([-2, 4]), 1.5), [NaN, 8]],
    [
      "pow with an exponent of 64 bits: (2¹²⁰)^(1/3) is 2⁴⁰, 7 ulp more where ⅓ is rounded to 32 bits",
      () => ops.pow(tensor([2 ** 120, 2 ** -120]), 1 / 3),
      [2 ** 40, 2 ** -40],
    ],
    ["pow with an exponent just above 2 that is not whole", () => ops.pow(tensor([-3, 1]), 2 + 2e-9), [NaN, 1]],
    ["relu", () => ops.relu(tensor([NaN, -0, 2])), [NaN, 0, 2]],
    ["sigmoid", () => ops.sigmoid(tensor([-1000, 0, 1000])), [0, 0.5, 1]],
    ["tanh", () => ops.tanh(tensor([-1000, 0, 1000])), [-1, 0, 1]],
    ["softplus", () => ops.softplus(tensor([-1000, 1000])), [0, 1000]],
    ["maximum", () => ops.maximum(tensor([NaN, 1]), tensor([1, NaN])), [NaN, NaN]],
    ["clip", () => ops.clip(tensor([NaN, 9, -9]), -1, 1), [NaN, 1, -1]],
    ["max", () => ops.max(tensor([1, NaN, 3])), [NaN]],
    ["sum of nothing", () => ops.sum(zeros([0])), [0]],
    ["mean of nothing", () => ops.mean(zeros([0])), [NaN]],
    ["softmax of large logits", () => ops.softmax(tensor([1000, 1000])), [0.5, 0.5]],
    ["logSoftmax of far logits", () => ops.logSoftmax(tensor([0, 500])), [-500, 0]],
    [
      "cast of what does not fit",
      () => ops.cast(tensor([1e20, -1e20, NaN, -2.7]), "int32"),
      [2147483647, -2147483648, 0, -2],
    ],
  ])("%s", (_, call, want) => {
    expect(Array.from(call().toTypedArray(), (value) => value + 0)).toEqual(want);
  });

  it("equal maxima share the gradient", () => {
    const [a, b] = [tensor([1, 2], undefined, leaf), tensor([1, 1], undefined, leaf)];
    ops.sum(ops.maximum(a, b)).backward();
    expect([a.grad?.toArray(), b.grad?.toArray()]).toEqual([
      [0.5, 1],
      [0.5, 0],
    ]);
    const x = tensor([3, 1, 3], undefined, leaf);
    ops.max(x).backward();
    expect(x.grad?.toArray()).toEqual([0.5, 0, 0.5]);
  });
});

describe("the public API", () => {
  it("has every function of the ops, and no definition", () => {
    const functions = Object.entries(ops).flatMap(([name, value]) => (typeof value === "function" ? [name] : []));
    expect(functions.filter((name) => !(name in lanegrad))).toEqual([]);
    expect(Object.keys(lanegrad).filter((name) => name.endsWith("Op"))).toEqual([]);
  });
});

describe("operands that are not accepted", () => {
  it.each([
    "relu",
    "sum",
    "argMax",
    "reshape",
    "squeeze",
    "expandDims",
    "transpose",
    "softmax",
    "slice",
    "pad",
    "cast",
    "gatherRows",
  ] as const)("something that is no tensor: %s", (name) => {
    const call = ops[name] as (x: unknown) => unknown;
    expect(() => call([1, 2])).toThrow(
      `${name}: x is not a tensor; expected a Tensor, got [1, 2]. Make one with tensor(values).`,
    );
  });

  it("nothing at all", () => {
    expect(() => ops.sum(undefined as never)).toThrow("sum: x is not a tensor; expected a Tensor, got undefined.");
  });

  it("a tensor whose memory was freed", () => {
    const x = grid();
    x.dispose();
    expect(() => ops.relu(x)).toThrow("tensor: Tensor(2, 3) is used after it was freed.");
  });

  it("a condition that requires a gradient", () => {
    expect(() => noGrad(() => ops.where(ones([2], leaf), 1, 0))).not.toThrow();
    expect(() => ops.where(ones([2], leaf), 1, 0)).toThrow(
      "where: condition cannot have a gradient here; expected a constant, got Tensor(2), which requires one. Compute it inside noGrad().",
    );
  });
});

describe("activate", () => {
  it.each(activations.filter((name) => name !== "linear"))("%s is the function of that name", (name) => {
    const x = tensor([[-2, -0.5, 0.5, 2]]);
    expect(ops.activate(x, name).toArray()).toEqual(ops[name](x).toArray());
  });

  it("a slope of one's own: leakyRelu(0.05), elu(0.5), with the bias too", () => {
    const [x, w] = [tensor([[-2, -0.5, 0.5, 2]]), tensor([[1, 0], [0, 1], [1, 1], [0, -1]])]; // prettier-ignore
    expect(ops.activate(x, "leakyRelu(0.05)").toArray()).toEqual(ops.leakyRelu(x, 0.05).toArray());
    expect(ops.activate(x, "elu(0.5)").toArray()).toEqual(ops.elu(x, 0.5).toArray());
    const plain = ops.dense(x, w, zeros([2]));
    expect(ops.dense(x, w, zeros([2]), "elu(0.5)").toArray()).toEqual(ops.elu(plain, 0.5).toArray());
    const bias = zeros([2]);
    expect(calledKernels(() => ops.dense(x, w, bias, "elu(0.5)"))).toEqual(["gemm", "biasActivationForward"]);
    for (const wrong of ["elu(-1)", "elu()", "relu(2)", "elu(1.2.3)", "elu(x)"]) {
      expect(() => ops.activate(x, wrong as never)).toThrow("activate: unknown activation");
    }
  });

  it("linear gives the tensor itself", () => {
    const x = grid();
    expect(ops.activate(x, "linear")).toBe(x);
  });

  it("refuses an unknown name with the list of names", () => {
    expect(() => ops.activate(grid(), "swish")).toThrow(
      'activate: unknown activation; expected linear, relu, leakyRelu, sigmoid, hardSigmoid, tanh, elu, selu, gelu, silu, softplus, softmax, got "swish".',
    );
  });
});

describe("dense", () => {
  const [x, W, b] = [ones([4, 3]), full([3, 2], 0.5, leaf), zeros([2], leaf)];

  it("is one product and one pass forward", () => {
    expect(calledKernels(() => ops.dense(x, W, b, "relu"))).toEqual(["gemm", "biasActivationForward"]);
    expect(calledKernels(() => ops.dense(x, W, undefined))).toEqual(["gemm"]);
  });

  it("does not compute the gradient of an operand that wants none", () => {
    const seed = ones([4, 2]);
    const y = ops.dense(x, W, b, "relu");
    expect(calledKernels(() => y.backward(seed))).toEqual(["copyBytes", "biasActivationBackward", "gemm"]);
    const input = ones([4, 3], leaf);
    const z = noGrad(() => ops.dense(input, W, b, "relu"));
    expect(z.requiresGrad).toBe(false);
    const again = ops.dense(input, full([3, 2], 0.5), zeros([2]), "relu");
    expect(calledKernels(() => again.backward(seed))).toEqual(["copyBytes", "biasActivationBackward", "gemm"]);
  });

  it.each(["gelu", "silu", "softmax"] as const)("%s follows as an op of its own", (name) => {
    expect(ops.dense(x, W, b, name).toArray()).toEqual(ops.activate(ops.dense(x, W, b), name).toArray());
  });

  it("refuses an unknown activation", () => {
    expect(() => ops.dense(x, W, b, "Relu" as never)).toThrow("dense: unknown activation; expected linear, relu");
  });
});

describe("dropout", () => {
  it("gives x itself at rate 0", () => {
    const x = grid();
    expect(ops.dropout(x, 0, new RandomState(1))).toBe(x);
  });

  it("drops by seed, counter and stream", () => {
    const random = new RandomState(3);
    const x = ones([200]);
    const draw = (stream: number): Tensor => ops.dropout(x, 0.4, random, stream);
    const first = draw(0).toArray();
    expect(draw(0).toArray()).toEqual(first);
    expect(draw(1).toArray()).not.toEqual(first);
    random.advance();
    expect(draw(0).toArray()).not.toEqual(first);
  });

  it("keeps the mean: of 10,000 ones 6,000 ± 200 are left, each 1 / 0.6", () => {
    const y = ops.dropout(ones([10_000]), 0.4, new RandomState(9)).toTypedArray();
    const kept = y.filter((value) => value !== 0);
    expect(Math.abs(kept.length - 6000)).toBeLessThan(200);
    expect(new Set(kept)).toEqual(new Set([Math.fround(1 / Math.fround(0.6))]));
  });
});

describe("random tensors", () => {
  const draws = {
    randomUniform: (seed?: number) =>
      ops.randomUniform([5000], { low: -1, high: 3, ...(seed !== undefined && { seed }) }),
    randomNormal: (seed?: number) =>
      ops.randomNormal([5000], { mean: 1, stddev: 2, ...(seed !== undefined && { seed }) }),
    randomTruncatedNormal: (seed?: number) =>
      ops.randomTruncatedNormal([5000], { mean: 1, stddev: 2, ...(seed !== undefined && { seed }) }),
    randomInt: (seed?: number) => ops.randomInt([5000], { low: -2, high: 5, ...(seed !== undefined && { seed }) }),
  };

  it.each(Object.entries(draws))("%s: mean 1 ± 0.1, and the same numbers from the same seed", (_, draw) => {
    const values = Array.from(draw(7).toTypedArray());
    expect(Math.abs(values.reduce((total, value) => total + value, 0) / values.length - 1)).toBeLessThan(0.1);
    expect(draw(7).toArray()).toEqual(values);
    expect(draw(8).toArray()).not.toEqual(values);
  });

  it("stays in its range", () => {
    const within = (x: Tensor, low: number, high: number): boolean =>
      x.toTypedArray().every((value) => value >= low && value <= high);
    expect(within(draws.randomUniform(1), -1, 3)).toBe(true);
    expect(within(draws.randomTruncatedNormal(1), -3, 5)).toBe(true);
    expect(new Set(draws.randomInt(1).toTypedArray())).toEqual(new Set([-2, -1, 0, 1, 2, 3, 4]));
  });

  it("without a seed goes on from the last draw, and setSeed begins again", () => {
    ops.setSeed(5);
    const [first, second] = [draws.randomNormal(), draws.randomNormal()];
    expect(second.toArray()).not.toEqual(first.toArray());
    ops.setSeed(5);
    expect(draws.randomNormal().toArray()).toEqual(first.toArray());
    expect(draws.randomNormal().toArray()).toEqual(second.toArray());
  });

  it.each([
    [
      () => ops.randomUniform([2], { low: 1, high: 0 }),
      "randomUniform: low or high is out of range; expected finite low ≤ high, got low 1, high 0.",
    ],
    [
      () => ops.randomNormal([2], { stddev: -1 }),
      "randomNormal: mean or stddev is out of range; expected a finite mean and stddev ≥ 0, got mean 0, stddev -1.",
    ],
    [
      () => ops.randomInt([2], { high: 0 }),
      "randomInt: low or high is out of range; expected integers low < high below 2³¹, got low 0, high 0.",
    ],
    [
      () => ops.randomNormal([2], { sd: 1 } as never),
      'randomNormal: unknown option; expected mean, stddev or seed, got "sd".',
    ],
    [
      () => ops.randomNormal([2], { seed: -1 }),
      "random: seed is out of range; expected an integer from 0 to 2³² − 1, got -1.",
    ],
    [
      () => ops.randomNormal([-2]),
      "randomNormal: the shape is invalid; expected [integers ≥ 0, …] with a product below 2³¹, got [-2].",
    ],
    [() => ops.setSeed(1.5), "random: seed is out of range; expected an integer from 0 to 2³² − 1, got 1.5."],
  ])("refuses: %#", (call, text) => {
    expect(call).toThrow(text);
  });
});
