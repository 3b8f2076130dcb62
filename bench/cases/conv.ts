/**
 * Convolutions of named shapes, recorded: forward, and each gradient by itself.
 * Letters: x (N, H, W, C), kernel (k, k, C, O), padding "same", stride s; y (N, oH, oW, O).
 */
import { type Tensor, conv2d, conv2dTranspose, depthwiseConv2d, tensor } from "lanegrad";
import { type Case, type Prepared, replaying } from "../case.js";
import { checkSamples } from "../check.js";
import { randomValues } from "../random.js";

/** One convolution. */
export interface ConvShape {
  /** What is said of it besides the direction; empty for the one that the targets name. */
  readonly title: string;
  readonly N: number;
  readonly size: number;
  readonly C: number;
  readonly O: number;
  readonly k: number;
  readonly s: number;
}

const shape = (title: string, N: number, size: number, C: number, O: number, k = 3, s = 1): ConvShape => ({
  ...{ title, N, size, C, O, k, s },
});

/** The shapes that are measured, the first of which the targets name. */
export const convShapes: readonly ConvShape[] = [
  shape("", 64, 28, 32, 64),
  shape("28×28×1 → 32", 64, 28, 1, 32),
  shape("14×14×64 → 64", 64, 14, 64, 64),
  shape("7×7×128 → 128", 64, 7, 128, 128),
  shape("28×28×32 → 64 by 2", 64, 28, 32, 64, 3, 2),
  shape("56×56×3 → 16, 5×5", 8, 56, 3, 16, 5),
];

/** Each pair of an output pixel (q, r) and a tap (i, j) that reads a pixel (h, w) of x, for one image. */
function eachPair({ size, k, s }: ConvShape, visit: (output: number, tap: number, input: number) => void): void {
  const places = Math.ceil(size / s);
  const before = Math.floor(Math.max(0, (places - 1) * s + k - size) / 2);
  for (let q = 0; q < places; q++)
    for (let r = 0; r < places; r++)
      for (let i = 0; i < k; i++)
        for (let j = 0; j < k; j++) {
          const [h, w] = [q * s + i - before, r * s + j - before];
          if (h >= 0 && w >= 0 && h < size && w < size) visit(q * places + r, i * k + j, h * size + w);
        }
}

const places = ({ size, s }: ConvShape): number => Math.ceil(size / s) ** 2;

/** The pairs of one image by one of their three places, so that an element looks at its own alone. */
function pairsBy(one: ConvShape, by: 0 | 1 | 2): (readonly (readonly [number, number, number])[])[] {
  const lists: [number, number, number][][] = [];
  eachPair(one, (...pair) => (lists[pair[by]] ??= []).push(pair));
  return lists;
}

/** What computes a convolution or a gradient, and what an element of it must be. */
export interface Direction {
  readonly name: string;
  /** Shapes of the two operands. */
  readonly operands: (one: ConvShape) => readonly [readonly number[], readonly number[]];
  readonly compute: (one: ConvShape, a: Tensor, b: Tensor) => Tensor;
  /** The element at `at` in float64. */
  readonly reference: (one: ConvShape, a: Float32Array, b: Float32Array) => (at: number) => number;
  /** Terms of a sum, for the tolerance. */
  readonly terms: (one: ConvShape) => number;
}

const inputOf = ({ N, size, C }: ConvShape): number[] => [N, size, size, C];
const kernelOf = ({ k, C, O }: ConvShape): number[] => [k, k, C, O];
const outputOf = ({ N, size, s, O }: ConvShape): number[] => [N, Math.ceil(size / s), Math.ceil(size / s), O];

const forward: Direction = {
  name: "conv-forward",
  operands: (one) => [inputOf(one), kernelOf(one)],
  compute: ({ s }, x, kernel) => conv2d(x, kernel, undefined, { strides: s, padding: "same" }),
  reference(one, x, kernel) {
    const { size, C, O } = one;
    const pairs = pairsBy(one, 0);
    return (at) => {
      const [pixel, o] = [Math.floor(at / O), at % O];
      const image = Math.floor(pixel / places(one)) * size ** 2;
      let sum = 0;
      for (const [, tap, input] of pairs[pixel % places(one)])
        for (let c = 0; c < C; c++) sum += x[(image + input) * C + c] * kernel[(tap * C + c) * O + o];
      return sum;
    };
  },
  terms: ({ k, C }) => k * k * C,
};

/** As the transposed convolution, which calls the same kernels with the same sizes. */
const backwardInput: Direction = {
  name: "conv-backward-input",
  operands: (one) => [outputOf(one), kernelOf(one)],
  compute: ({ s }, dY, kernel) => conv2dTranspose(dY, kernel, undefined, { strides: s, padding: "same" }),
  reference(one, dY, kernel) {
    const { size, C, O } = one;
    const pairs = pairsBy(one, 2);
    return (at) => {
      const [pixel, c] = [Math.floor(at / C), at % C];
      const image = Math.floor(pixel / size ** 2) * places(one);
      let sum = 0;
      for (const [output, tap] of pairs[pixel % size ** 2])
        for (let o = 0; o < O; o++) sum += dY[(image + output) * O + o] * kernel[(tap * C + c) * O + o];
      return sum;
    };
  },
  terms: ({ k, O }) => k * k * O,
};

/**
 * The check of a kernel's gradient from x and dY; what computes it is no public function
 * (bench/cases/convGradient.ts).
 */
export const backwardKernel: Omit<Direction, "compute"> = {
  name: "conv-backward-kernel",
  operands: (one) => [inputOf(one), outputOf(one)],
  reference(one, x, dY) {
    const { N, size, C, O } = one;
    const pairs = pairsBy(one, 1);
    return (at) => {
      const [tap, c, o] = [Math.floor(at / O / C), Math.floor(at / O) % C, at % O];
      let sum = 0;
      for (let n = 0; n < N; n++)
        for (const [output, , input] of pairs[tap])
          sum += x[(n * size ** 2 + input) * C + c] * dY[(n * places(one) + output) * O + o];
      return sum;
    };
  },
  terms: ({ N, size }) => N * size * size,
};

/** A case for one direction of one shape. */
export function convCase(one: ConvShape, { name: direction, operands, compute, reference, terms }: Direction): Case {
  const name = one.title === "" ? direction : `${direction}, ${one.title}`;
  const [aShape, bShape] = operands(one);
  const size = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);
  const elements = size(inputOf(one)) + size(kernelOf(one)) + size(outputOf(one));
  return {
    group: "conv",
    name,
    work: { flops: 2 * size(outputOf(one)) * one.k ** 2 * one.C, bytes: 4 * elements },
    prepare() {
      const [a, b] = [randomValues(size(aShape)), randomValues(size(bShape))];
      const tensors = [tensor(a, aShape), tensor(b, bShape)] as const;
      const value = reference(one, a, b);
      const bound = 1e-6 * (terms(one) + 8);
      return replaying({
        inputs: tensors,
        compute: () => compute(one, ...tensors),
        check: (result) => checkSamples(name, result, { value, tolerance: () => bound }),
      });
    },
  };
}

/** A depthwise convolution, 3 × 3, whose limit is the memory. */
const depthwiseCase: Case = {
  group: "conv",
  name: "depthwise-forward, 56×56×64",
  work: { flops: 2 * 8 * 56 ** 2 * 64 * 9, bytes: 8 * 8 * 56 ** 2 * 64 },
  prepare(): Prepared {
    const [N, size, C] = [8, 56, 64];
    const [x, kernel] = [randomValues(N * size * size * C), randomValues(9 * C)];
    const tensors = [tensor(x, [N, size, size, C]), tensor(kernel, [3, 3, C, 1])] as const;
    const pairs = pairsBy(shape("", N, size, C, C), 0);
    return replaying({
      inputs: tensors,
      compute: () => depthwiseConv2d(...tensors, undefined, { padding: "same" }),
      check: (y) =>
        checkSamples("depthwise-forward", y, {
          value(at) {
            const [pixel, c] = [Math.floor(at / C), at % C];
            const image = Math.floor(pixel / size ** 2) * size ** 2;
            return pairs[pixel % size ** 2].reduce(
              (sum, [, tap, input]) => sum + x[(image + input) * C + c] * kernel[tap * C + c],
              0,
            );
          },
          tolerance: () => 1e-5,
        }),
    });
  },
};

/** Each shape forward, the gradients of those whose input is no picture, and a depthwise convolution. */
export const convCases: readonly Case[] = [
  ...convShapes.map((one) => convCase(one, forward)),
  ...convShapes.filter(({ C }) => C > 3).map((one) => convCase(one, backwardInput)),
  depthwiseCase,
];
