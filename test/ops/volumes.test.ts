/**
 * Convolution and pooling of volumes, which are composed of ops: values against plain float64 loops, gradients against
 * central differences of these loops, the bits of a replay, and the errors of bad input. Padding and sizes are written
 * down case by case, and not computed by what is tested.
 */
import { describe, expect, it } from "vitest";
import * as ops from "../../src/ops/index.js";
import { ones, tensor, zeros } from "../../src/tensor/create.js";
import { Random } from "../../src/tensor/random.js";
import { record } from "../../src/tensor/record.js";
import type { Shape } from "../../src/tensor/shape.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { expectClose, expectSameBits } from "../support/compare.js";
import "../support/engine.js";
import { type Operand, normal } from "../support/operands.js";

type Three = readonly [number, number, number];

/** Where the windows of a volume lie, for each of the axes D, H and W. */
interface Windows {
  readonly size: Three;
  readonly output: Three;
  readonly before: Three;
  readonly strides: Three;
  readonly dilations: Three;
}

/** Calls `visit` for each element of x that a window sees: indices of the window, of the element, and within the window. */
function eachElement(
  [N, D, H, W]: Shape,
  { size, output: [oD, oH, oW], before, strides, dilations }: Windows,
  visit: (window: number, element: number, inside: number) => void,
): void {
  for (let at = 0; at < N * oD * oH * oW; at++) {
    const [r, q, p, n] = [at % oW, Math.floor(at / oW) % oH, Math.floor(at / oW / oH) % oD, Math.floor(at / oW / oH / oD)]; // prettier-ignore
    for (let k = 0; k < size[0] * size[1] * size[2]; k++) {
      const inside = [Math.floor(k / size[2] / size[1]), Math.floor(k / size[2]) % size[1], k % size[2]];
      const [d, h, w] = [p, q, r].map((o, axis) => o * strides[axis] + inside[axis] * dilations[axis] - before[axis]);
      if (d < 0 || h < 0 || w < 0 || d >= D || h >= H || w >= W) continue;
      visit(at, ((n * D + d) * H + h) * W + w, k);
    }
  }
}

/** x (N, D, H, W, C) ∗ kernel (kD, kH, kW, C, O) + b. */
function convolved([x, kernel, bias]: readonly Operand[], windows: Windows): Float64Array {
  const [C, O] = kernel.shape.slice(3);
  const [oD, oH, oW] = windows.output;
  const y = Float64Array.from({ length: x.shape[0] * oD * oH * oW * O }, (_, i) => bias?.values[i % O] ?? 0);
  eachElement(x.shape, windows, (at, element, k) => {
    for (let c = 0; c < C; c++)
      for (let o = 0; o < O; o++) y[at * O + o] += x.values[element * C + c] * kernel.values[(k * C + c) * O + o];
  });
  return y;
}

/** The largest value of each window, or the mean of what is inside of x. */
function pooled([x]: readonly Operand[], windows: Windows, how: "max" | "mean"): Float64Array {
  const C = x.shape[4];
  const [oD, oH, oW] = windows.output;
  const seen: number[][] = Array.from({ length: x.shape[0] * oD * oH * oW * C }, () => []);
  eachElement(x.shape, windows, (at, element) => {
    for (let c = 0; c < C; c++) seen[at * C + c].push(x.values[element * C + c]);
  });
  return Float64Array.from(seen, (list) =>
    how === "max" ? Math.max(...list) : list.reduce((a, b) => a + b, 0) / list.length,
  );
}

interface Case {
  readonly title: string;
  readonly operands: readonly Shape[];
  readonly call: (...x: Tensor[]) => Tensor;
  readonly shape: Shape;
  readonly reference: (operands: readonly Operand[]) => Float64Array;
}

interface Placed extends Partial<Omit<Windows, "size" | "output">> {
  readonly x: Shape;
  readonly size: Three;
  /** Undefined for pooling. */
  readonly O?: number;
  readonly output: Three;
  readonly options: object;
  readonly bias?: boolean;
}

const windowsOf = ({ size, output, before = [0, 0, 0], strides = [1, 1, 1], dilations = [1, 1, 1] }: Placed): Windows => ({ size, output, before, strides, dilations }); // prettier-ignore

const title = (name: string, { x, size, output, options }: Placed): string =>
  `${name}: [${x.join(", ")}], ${size.join(" × ")} → ${output.join(" × ")}, ${JSON.stringify(options)}`;

const convolutions: readonly Placed[] = [
  { x: [2, 3, 4, 5, 2], size: [3, 3, 3], O: 3, output: [3, 4, 5], before: [1, 1, 1], options: { padding: "same" } },
  { x: [2, 4, 5, 6, 3], size: [3, 2, 4], O: 5, output: [2, 4, 3], options: {} },
  { x: [1, 1, 1, 1, 1], size: [1, 1, 1], O: 1, output: [1, 1, 1], options: {} },
  { x: [1, 1, 1, 1, 2], size: [3, 3, 3], O: 3, output: [1, 1, 1], before: [1, 1, 1], options: { padding: "same" } },
  { x: [3, 2, 3, 3, 2], size: [2, 1, 1], O: 2, output: [1, 3, 3], options: {}, bias: false },
  { x: [2, 3, 4, 4, 2], size: [1, 3, 3], O: 3, output: [3, 2, 2], options: {}, bias: false },
  {
    ...{ x: [2, 7, 6, 5, 2], size: [3, 3, 3], O: 3, output: [4, 3, 3] },
    ...{ before: [1, 0, 1], strides: [2, 2, 2], options: { strides: 2, padding: "same" } },
  },
  {
    ...{ x: [1, 8, 5, 4, 2], size: [2, 3, 2], O: 2, output: [3, 2, 3] },
    ...{ strides: [3, 2, 1], options: { strides: [3, 2, 1] }, bias: false },
  },
  {
    ...{ x: [1, 7, 5, 5, 2], size: [3, 2, 2], O: 2, output: [2, 4, 3] },
    ...{ before: [1, 0, 0], strides: [2, 1, 1], dilations: [3, 1, 2] },
    options: { padding: [[1, 1], 0, 0], strides: [2, 1, 1], dilationRate: [3, 1, 2] },
  },
  {
    ...{ x: [1, 3, 3, 4, 2], size: [2, 2, 2], O: 2, output: [6, 2, 5] },
    ...{ before: [3, 0, 1], options: { padding: [[3, 1], 0, 1] } },
  },
  // All frames that the only window sees are padding.
  {
    ...{ x: [1, 1, 2, 2, 1], size: [3, 1, 1], O: 2, output: [1, 2, 2] },
    ...{ before: [6, 0, 0], strides: [5, 1, 1], options: { padding: [[6, 0], 0, 0], strides: [5, 1, 1] } },
  },
];

const poolings: readonly Placed[] = [
  { x: [2, 4, 4, 6, 3], size: [2, 2, 2], output: [2, 2, 3], strides: [2, 2, 2], options: {} },
  { x: [1, 5, 4, 3, 2], size: [3, 2, 1], output: [3, 3, 3], options: { poolSize: [3, 2, 1], strides: 1 } },
  {
    ...{ x: [1, 5, 3, 4, 5], size: [2, 2, 2], output: [3, 2, 2], strides: [2, 2, 2] },
    options: { padding: "same" },
  },
  {
    ...{ x: [1, 3, 4, 5, 2], size: [3, 3, 3], output: [2, 2, 3], strides: [2, 2, 2] },
    ...{ before: [1, 0, 1], options: { poolSize: 3, strides: 2, padding: [1, [0, 1], 1] } },
  },
  { x: [1, 1, 1, 1, 1], size: [1, 1, 1], output: [1, 1, 1], options: { poolSize: 1 } },
];

const cases: readonly Case[] = [
  ...convolutions.map((one): Case => {
    const [C, O] = [one.x[4], one.O!];
    return {
      title: title("conv3d", one),
      operands: [one.x, [...one.size, C, O], ...(one.bias === false ? [] : [[O]])],
      call: (x, kernel, bias?) => ops.conv3d(x, kernel, bias, one.options),
      shape: [one.x[0], ...one.output, O],
      reference: (operands) => convolved(operands, windowsOf(one)),
    };
  }),
  {
    title: "conv3d with tanh",
    operands: [[1, 3, 4, 4, 2], [2, 2, 2, 2, 3], [3]],
    call: (x, kernel, bias) => ops.conv3d(x, kernel, bias, { activation: "tanh" }),
    shape: [1, 2, 3, 3, 3],
    reference: (operands) =>
      convolved(operands, windowsOf({ x: [], size: [2, 2, 2], output: [2, 3, 3], options: {} })).map(Math.tanh),
  },
  ...poolings.flatMap((one): Case[] =>
    (["max", "mean"] as const).map((how) => ({
      title: title(how === "max" ? "maxPool3d" : "averagePool3d", one),
      operands: [one.x],
      call: (x) => (how === "max" ? ops.maxPool3d : ops.averagePool3d)(x, one.options),
      shape: [one.x[0], ...one.output, one.x[4]],
      reference: (operands) => pooled(operands, windowsOf(one), how),
    })),
  ),
  ...(["max", "mean"] as const).map((how): Case => {
    const x: Shape = [2, 3, 4, 2, 3];
    return {
      title: how === "max" ? "globalMaxPool3d" : "globalAveragePool3d",
      operands: [x],
      call: (one) => (how === "max" ? ops.globalMaxPool3d : ops.globalAveragePool3d)(one),
      shape: [2, 3],
      reference: (operands) => pooled(operands, windowsOf({ x, size: [3, 4, 2], output: [1, 1, 1], options: {} }), how),
    };
  }),
];

/** Operands from a seed, of a spread at which all are about as large as the result. */
const drawn = (one: Case, seed: number): Operand[] => {
  const random = new Random(seed).fork(one.title);
  return one.operands.map((shape) => normal(random, shape));
};

const loss = (y: ArrayLike<number>): number =>
  Array.from(y).reduce((sum, value, i) => sum + Math.sin(i + 1) * value, 0);

describe.each(cases.map((one) => [one.title, one] as const))("%s", (name, one) => {
  const leaves = (operands: readonly Operand[]): Tensor[] =>
    operands.map(({ values, shape }) => tensor(Float32Array.from(values), shape, { requiresGrad: true }));
  const run = (x: readonly Tensor[]): Tensor => {
    const y = one.call(...x);
    const weights = tensor(Float32Array.from({ length: y.size }, (_, i) => Math.sin(i + 1)), y.shape); // prettier-ignore
    ops.sum(ops.mul(y, weights)).backward();
    return y;
  };

  it("values and gradients", () => {
    const operands = drawn(one, 1);
    const x = leaves(operands);
    const y = run(x);
    expect(y.shape).toEqual(one.shape);
    expectClose(name, y.toTypedArray(), one.reference(operands), y.shape, { relative: 1e-5, absolute: 1e-5 });
    for (const [i, { values, shape }] of operands.entries()) {
      const want = values.map((value, at) => {
        const [up, down] = [1e-5, -1e-5].map((by) =>
          loss(one.reference(operands.with(i, { ...operands[i], values: values.with(at, value + by) }))),
        );
        return (up - down) / 2e-5;
      });
      expectClose(`gradient ${i}`, x[i].grad!.toTypedArray(), want, shape, { relative: 1e-4, absolute: 1e-4 });
    }
  });

  it("replayed on other values: the bits of a call", () => {
    const x = leaves(drawn(one, 2));
    run(x);
    const recording = record(() => {
      for (const leaf of x) leaf.zeroGrad();
      return run(x);
    });
    const others = drawn(one, 3);
    for (const [i, leaf] of x.entries()) leaf.assign(Float32Array.from(others[i].values));
    recording.replay();
    const plain = leaves(others);
    expectSameBits(name, recording.result.toTypedArray(), run(plain).toTypedArray());
    const unsigned = (leaf: Tensor): Float32Array => (leaf.grad!.toTypedArray() as Float32Array).map((g) => g + 0);
    for (const [i, leaf] of x.entries()) expectSameBits(`gradient ${i}`, unsigned(leaf), unsigned(plain[i]));
    recording.dispose();
  });
});

it("maxPool3d gives the gradient of equal maxima to the first, frame by frame", () => {
  const x = ones([1, 2, 2, 2, 1], { requiresGrad: true });
  ops.sum(ops.maxPool3d(x)).backward();
  expect(x.grad!.toTypedArray()).toEqual(Float32Array.of(1, 0, 0, 0, 0, 0, 0, 0));
});

it("an empty batch gives an empty result, and zeros as the gradient of the kernel", () => {
  const kernel = ones([2, 2, 2, 1, 3], { requiresGrad: true });
  const y = ops.conv3d(zeros([0, 3, 3, 3, 1]), kernel, undefined);
  expect(y.shape).toEqual([0, 2, 2, 2, 3]);
  ops.sum(y).backward();
  expect(kernel.grad!.toTypedArray()).toEqual(new Float32Array(24));
  expect(ops.maxPool3d(zeros([0, 4, 4, 4, 2])).shape).toEqual([0, 2, 2, 2, 2]);
});

describe("bad input", () => {
  const x = ones([1, 3, 4, 4, 2]);
  const kernel = ones([2, 2, 2, 2, 3]);
  it.each<readonly [() => unknown, string]>([
    [
      () => ops.conv3d(ones([3, 4, 4, 2]), kernel, undefined),
      "conv3d: x has the wrong rank; expected x [N, D, H, W, C], got x [3, 4, 4, 2].",
    ],
    [
      () => ops.conv3d(x, ones([2, 2, 2, 3]), undefined),
      "conv3d: kernel has the wrong rank; expected kernel [kD, kH, kW, C, O], got kernel [2, 2, 2, 3].",
    ],
    [
      () => ops.conv3d(x, ones([2, 2, 2, 3, 3]), undefined),
      "conv3d: input channels differ; expected C = 3 (kernel [kD, kH, kW, C, O] = [2, 2, 2, 3, 3]), got C = 2 (x [N, D, H, W, C] = [1, 3, 4, 4, 2]).",
    ],
    [
      () => ops.conv3d(x, kernel, ones([2])),
      "conv3d: the bias does not fit; expected bias [O] with O = 3 (kernel [kD, kH, kW, C, O] = [2, 2, 2, 2, 3]), got bias [2].",
    ],
    [
      () => ops.conv3d(x, ones([4, 2, 2, 2, 3]), undefined),
      'conv3d: the window is larger than the padded input; expected a window of at most 3 along D (input 3, padding 0 + 0), got 4. Use a smaller window, more padding, or padding: "same".',
    ],
    [
      () => ops.conv3d(x, kernel, undefined, { strides: [1, 2] }),
      "conv3d: strides has the wrong length; expected one number or 3, got [1, 2].",
    ],
    [
      () => ops.conv3d(zeros([1, 3, 4, 4, 2], { dtype: "int32" }), kernel, undefined),
      "conv3d: x has the wrong dtype; expected float32, got x int32 Tensor(1, 3, 4, 4, 2).",
    ],
    [
      () => ops.maxPool3d(ones([1, 4, 4, 2])),
      "maxPool3d: x has the wrong rank; expected x [N, D, H, W, C], got x [N, 4, 4, 2].",
    ],
    [
      () => ops.averagePool3d(x, { poolSize: [4, 2, 2] }),
      'averagePool3d: the window is larger than the padded input; expected a window of at most 3 along D (input 3, padding 0 + 0), got 4. Use a smaller window, more padding, or padding: "same".',
    ],
    [
      () => ops.globalMaxPool3d(ones([1, 4, 4, 2])),
      "globalMaxPool3d: x has the wrong rank; expected x [N, D, H, W, C], got x [1, 4, 4, 2].",
    ],
  ])("%#", (call, text) => {
    expect(call).toThrow(text);
  });
});
