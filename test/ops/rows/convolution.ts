/** The rows of convolutions: plain loops over every product, in float64. */
import { ShapeError, UsageError } from "../../../src/errors.js";
import { conv1d, conv2d, conv2dTranspose, depthwiseConv2d, separableConv2d } from "../../../src/ops/index.js";
import type { Convolution } from "../../../src/ops/image/conv2d.js";
import { type TransposedConvolution, transposedPlaces } from "../../../src/ops/image/conv2dTranspose.js";
import type { DepthwiseConvolution } from "../../../src/ops/image/depthwiseConv2d.js";
import { ones } from "../../../src/tensor/create.js";
import type { Random } from "../../../src/tensor/random.js";
import { type Shape, sizeOf } from "../../../src/tensor/shape.js";
import { type WindowPadding, windowPlaces } from "../../../src/tensor/window.js";
import { type Operand, normal } from "../../support/operands.js";
import { refusesInt32 } from "./elementwise.js";
import type * as conv2dFile from "../../../src/ops/image/conv2d.js";
import type * as conv2dTransposeFile from "../../../src/ops/image/conv2dTranspose.js";
import type * as depthwiseConv2dFile from "../../../src/ops/image/depthwiseConv2d.js";
import type { Sample, Rows } from "../row.js";

/** Where a convolution of x by a kernel of kH × kW lies. */
interface Places {
  readonly output: readonly number[];
  readonly before: readonly number[];
}

function placesOf(
  x: Shape,
  kernel: Shape,
  { strides, dilations, padding }: Omit<Convolution, "activation" | "groups">,
): Places {
  const axes = ["H", "W"].map((name, i) => ({
    name,
    input: x[i + 1],
    window: kernel[i],
    stride: strides[i],
    dilation: dilations[i],
  }));
  const places = windowPlaces("reference", axes, padding);
  return { output: places.map(({ output }) => output), before: places.map(({ before }) => before) };
}

/** Calls `visit` for every product of a convolution: places in x, kernel and y. */
function eachProduct(
  x: Shape,
  kernel: Shape,
  { strides, dilations, groups }: Convolution,
  { output, before }: Places,
  visit: (x: number, kernel: number, y: number) => void,
): void {
  const [N, H, W, C] = x;
  const [kH, kW, channels, O] = kernel;
  for (let n = 0; n < N; n++)
    for (let q = 0; q < output[0]; q++)
      for (let r = 0; r < output[1]; r++)
        for (let kh = 0; kh < kH; kh++)
          for (let kw = 0; kw < kW; kw++) {
            const h = q * strides[0] + kh * dilations[0] - before[0];
            const w = r * strides[1] + kw * dilations[1] - before[1];
            if (h < 0 || w < 0 || h >= H || w >= W) continue;
            for (let o = 0; o < O; o++)
              for (let i = 0; i < channels; i++) {
                const channel = Math.floor(o / (O / groups)) * channels + i;
                visit(
                  ((n * H + h) * W + w) * C + channel,
                  ((kh * kW + kw) * channels + i) * O + o,
                  ((n * output[0] + q) * output[1] + r) * O + o,
                );
              }
          }
}

/** x ∗ kernel + b. */
function convolved([x, kernel, bias]: readonly Operand[], attributes: Convolution): Operand {
  const places = placesOf(x.shape, kernel.shape, attributes);
  const O = kernel.shape[3];
  const shape = [x.shape[0], ...places.output, O];
  const values = Float64Array.from({ length: sizeOf(shape) }, (_, i) => bias?.values[i % O] ?? 0);
  eachProduct(x.shape, kernel.shape, attributes, places, (i, k, o) => {
    values[o] += x.values[i] * kernel.values[k];
  });
  return { shape, dtype: "float32", values };
}

interface Case {
  readonly x: Shape;
  readonly k: readonly [number, number];
  readonly O: number;
  readonly padding?: WindowPadding;
  readonly strides?: readonly number[];
  readonly dilations?: readonly number[];
  readonly groups?: number;
  readonly activation?: "linear" | "relu" | "tanh";
  readonly bias?: boolean;
}

const cases: readonly Case[] = [
  { x: [2, 5, 6, 3], k: [3, 3], O: 4, padding: "same", activation: "relu" },
  { x: [2, 5, 6, 3], k: [3, 2], O: 5, activation: "tanh" },
  { x: [1, 4, 15, 2], k: [3, 3], O: 17, padding: "same", bias: false },
  { x: [1, 3, 14, 25], k: [3, 3], O: 9, padding: "same", bias: false },
  { x: [2, 7, 6, 2], k: [3, 3], O: 3, padding: "same", strides: [2, 2] },
  { x: [1, 8, 7, 2], k: [2, 3], O: 3, strides: [3, 2], activation: "relu" },
  { x: [1, 7, 9, 2], k: [2, 2], O: 3, padding: [[1, 0], 2], strides: [3, 4], bias: false },
  { x: [1, 8, 7, 2], k: [3, 3], O: 2, padding: "same", dilations: [2, 3] },
  { x: [1, 9, 8, 2], k: [3, 2], O: 2, padding: 2, strides: [2, 3], dilations: [3, 2] },
  { x: [1, 9, 9, 1], k: [3, 3], O: 2, padding: 1, strides: [2, 2], dilations: [2, 2] },
  { x: [1, 5, 5, 6], k: [3, 3], O: 4, padding: "same", groups: 2 },
  { x: [1, 6, 5, 3], k: [3, 2], O: 6, groups: 3, strides: [2, 1], activation: "relu" },
  { x: [2, 4, 3, 7], k: [1, 1], O: 5, activation: "relu" },
  { x: [2, 4, 3, 7], k: [1, 1], O: 5, bias: false },
  { x: [2, 5, 4, 3], k: [1, 1], O: 4, strides: [2, 2] },
  { x: [1, 3, 3, 2], k: [1, 1], O: 2, padding: 1 },
  { x: [0, 4, 4, 2], k: [3, 3], O: 3, padding: "same" },
  // Winograd's algorithm: channels in fours, 24 tiles or more.
  { x: [6, 7, 8, 16], k: [3, 3], O: 20, padding: "same", activation: "tanh" },
  { x: [4, 6, 14, 20], k: [3, 3], O: 16, padding: [[2, 0], 1], bias: false },
];

function sample(random: Random, one: Case): Sample<Convolution> {
  const { x, k, O, padding = "valid", strides = [1, 1], dilations = [1, 1], groups = 1, activation = "linear" } = one;
  const channels = x[3] / groups;
  const attributes = { strides, dilations, padding, groups, activation };
  const draw = (): Operand[] => [
    normal(random, x),
    normal(random, [...k, channels, O], 0, 1 / Math.sqrt(k[0] * k[1] * channels)),
    ...(one.bias === false ? [] : [normal(random, [O])]),
  ];
  const title = `x [${x.join(", ")}], kernel ${k.join("×")} → ${O}, ${JSON.stringify(attributes)}`;
  return { title, inputs: drawn(activation, draw, (operands) => convolved(operands, attributes)), attributes };
}

/** x ∗ᵀ kernel + b: what every pixel of x spreads over y. */
function transposed([x, kernel, bias]: readonly Operand[], attributes: TransposedConvolution): Operand {
  const { output, before } = transposedPlaces("reference", x.shape, kernel.shape, undefined, attributes);
  const O = kernel.shape[2];
  const shape = [x.shape[0], ...output, O];
  const values = Float64Array.from({ length: sizeOf(shape) }, (_, i) => bias?.values[i % O] ?? 0);
  const back = { output: x.shape.slice(1, 3), before };
  eachProduct(shape, kernel.shape, { ...attributes, groups: 1 }, back, (y, k, i) => {
    values[y] += x.values[i] * kernel.values[k];
  });
  return { shape, dtype: "float32", values };
}

/** The kernel of a depthwise convolution as that of one of C groups. */
function asGroups([x, kernel, ...bias]: readonly Operand[]): Operand[] {
  const [kH, kW, C] = kernel.shape;
  return [x, { ...kernel, shape: [kH, kW, 1, C] }, ...bias];
}

/** Operands; for ReLU such that no pre-activation is near its kink. */
function drawn(
  activation: string,
  draw: () => Operand[],
  convolve: (inputs: readonly Operand[]) => Operand,
): Operand[] {
  const inputs = draw();
  const isNear = activation === "relu" && convolve(inputs).values.some((z) => Math.abs(z) < 1e-4);
  return isNear ? drawn(activation, draw, convolve) : inputs;
}

const transposedCases: readonly (Omit<Case, "groups"> & { readonly outputPadding?: readonly number[] })[] = [
  { x: [2, 3, 4, 3], k: [3, 3], O: 2, padding: "same", strides: [2, 2], activation: "relu" },
  { x: [2, 3, 4, 3], k: [3, 2], O: 5 },
  { x: [1, 3, 4, 2], k: [2, 3], O: 3, strides: [3, 2], bias: false },
  { x: [1, 3, 4, 2], k: [3, 3], O: 3, strides: [3, 2], outputPadding: [2, 0], activation: "tanh" },
  { x: [1, 4, 3, 2], k: [4, 3], O: 3, padding: 1, strides: [2, 2], outputPadding: [1, 1] },
  { x: [1, 4, 3, 2], k: [3, 3], O: 3, padding: "same", strides: [2, 2], outputPadding: [0, 1] },
  { x: [1, 4, 3, 2], k: [1, 2], O: 3, padding: "same", strides: [2, 3] },
  { x: [1, 4, 5, 2], k: [3, 2], O: 3, padding: [[1, 0], 1], dilations: [2, 3] },
  { x: [2, 3, 4, 5], k: [1, 1], O: 6, activation: "relu" },
  { x: [0, 3, 4, 2], k: [3, 3], O: 2, strides: [2, 2] },
  { x: [6, 7, 8, 20], k: [3, 3], O: 16, padding: "same", activation: "tanh" },
];

function transposedSample(random: Random, one: (typeof transposedCases)[number]): Sample<TransposedConvolution> {
  const {
    x,
    k,
    O,
    padding = "valid",
    strides = [1, 1],
    dilations = [1, 1],
    activation = "linear",
    outputPadding,
  } = one;
  const attributes = { strides, dilations, padding, activation, outputPadding };
  const draw = (): Operand[] => [
    normal(random, x),
    normal(random, [...k, O, x[3]], 0, 1 / Math.sqrt(k[0] * k[1] * x[3])),
    ...(one.bias === false ? [] : [normal(random, [O])]),
  ];
  const inputs = drawn(activation, draw, (operands) => transposed(operands, attributes));
  return {
    title: `x [${x.join(", ")}], kernel ${k.join("×")} → ${O}, ${JSON.stringify(attributes)}`,
    inputs,
    attributes,
  };
}

const depthwiseCases: readonly Omit<Case, "O" | "groups">[] = [
  { x: [2, 5, 6, 3], k: [3, 3], padding: "same", activation: "relu" },
  { x: [1, 4, 13, 17], k: [3, 3], padding: "same", activation: "tanh" },
  { x: [1, 5, 9, 4], k: [2, 3], bias: false },
  { x: [1, 7, 10, 36], k: [3, 3], padding: "same", strides: [2, 2] },
  { x: [2, 8, 7, 5], k: [2, 3], strides: [3, 2], bias: false },
  { x: [1, 9, 10, 6], k: [3, 3], padding: 2, dilations: [2, 3] },
  { x: [1, 9, 8, 2], k: [3, 2], padding: [[1, 2], 3], strides: [2, 3], dilations: [3, 2] },
  { x: [1, 2, 2, 1], k: [3, 3], padding: 3 },
  { x: [1, 3, 9, 20], k: [1, 1], strides: [1, 2] },
  { x: [0, 4, 4, 2], k: [3, 3] },
];

function depthwiseSample(random: Random, one: (typeof depthwiseCases)[number]): Sample<DepthwiseConvolution> {
  const { x, k, padding = "valid", strides = [1, 1], dilations = [1, 1], activation = "linear" } = one;
  const attributes = { strides, dilations, padding, activation };
  const draw = (): Operand[] => [
    normal(random, x),
    normal(random, [...k, x[3]], 0, 1 / Math.sqrt(k[0] * k[1])),
    ...(one.bias === false ? [] : [normal(random, [x[3]])]),
  ];
  const inputs = drawn(activation, draw, (operands) => convolved(asGroups(operands), { ...attributes, groups: x[3] }));
  return { title: `x [${x.join(", ")}], kernel ${k.join("×")}, ${JSON.stringify(attributes)}`, inputs, attributes };
}

const functions = { linear: (z: number) => z, relu: (z: number) => Math.max(z, 0), tanh: Math.tanh } as const;

const x = (): ReturnType<typeof ones> => ones([2, 5, 5, 4]);
const kernel = (): ReturnType<typeof ones> => ones([3, 3, 4, 8]);

export const rows: Rows<typeof conv2dFile & typeof conv2dTransposeFile & typeof depthwiseConv2dFile> = {
  conv2dOp: {
    samples: (random) => cases.map((one) => sample(random, one)),
    reference(inputs, attributes) {
      const z = convolved(inputs, attributes);
      return [{ ...z, values: z.values.map(functions[attributes.activation as keyof typeof functions]) }];
    },
    bound: { relative: 2e-6, absolute: 4e-6 },
    gradientBound: { relative: 1e-5, absolute: 3e-5 },
    refusals: [
      {
        call: () => conv2d(x(), ones([3, 3, 3, 8]), undefined),
        error: ShapeError,
        text: "conv2d: input channels differ; expected C = 3 (kernel [kH, kW, C / groups, O] = [3, 3, 3, 8]), got C = 4 (x [N, H, W, C] = [2, 5, 5, 4]).",
      },
      {
        call: () => conv2d(ones([5, 5, 4]), kernel(), undefined),
        error: ShapeError,
        text: "conv2d: x has the wrong rank; expected x [N, H, W, C], got x [5, 5, 4].",
      },
      {
        call: () => conv2d(x(), ones([3, 4, 8]), undefined),
        error: ShapeError,
        text: "conv2d: kernel has the wrong rank; expected kernel [kH, kW, C / groups, O], got kernel [3, 4, 8].",
      },
      {
        call: () => conv2d(x(), ones([3, 3, 2, 9]), undefined, { groups: 2 }),
        error: ShapeError,
        text: "conv2d: groups do not divide the channels; expected C and O multiples of groups, got 4 channels, 9 filters, 2 groups.",
      },
      {
        call: () => conv2d(x(), kernel(), undefined, { groups: 2 }),
        error: ShapeError,
        text: "conv2d: input channels differ; expected C = 8 (kernel [kH, kW, C / groups, O] = [3, 3, 4, 8], 2 groups), got C = 4 (x [N, H, W, C] = [2, 5, 5, 4]).",
      },
      {
        call: () => conv2d(x(), kernel(), ones([4])),
        error: ShapeError,
        text: "conv2d: the bias does not fit; expected bias [O] with O = 8 (kernel [kH, kW, C / groups, O] = [3, 3, 4, 8]), got bias [4].",
      },
      {
        call: () => conv2d(x(), ones([6, 3, 4, 8]), undefined),
        error: ShapeError,
        text: 'conv2d: the window is larger than the padded input; expected a window of at most 5 along H (input 5, padding 0 + 0), got 6. Use a smaller window, more padding, or padding: "same".',
      },
      {
        call: () => conv2d(x(), ones([0, 3, 4, 8]), undefined),
        error: ShapeError,
        text: "conv2d: the kernel is empty; expected sizes ≥ 1, got kernel [kH, kW, C / groups, O] = [0, 3, 4, 8].",
      },
      {
        call: () => conv2d(x(), kernel(), undefined, { strides: 0 }),
        error: UsageError,
        text: "conv2d: strides is out of range; expected an integer in [1, ∞), got 0.",
      },
      {
        call: () => conv2d(x(), kernel(), undefined, { strides: [1, 1.5] }),
        error: UsageError,
        text: "conv2d: strides is out of range; expected an integer in [1, ∞), got 1.5.",
      },
      {
        call: () => conv2d(x(), kernel(), undefined, { groups: 0 }),
        error: UsageError,
        text: "conv2d: groups is out of range; expected an integer in [1, ∞), got 0.",
      },
      {
        call: () => conv1d(ones([2, 5, 5, 4]), ones([3, 4, 8]), undefined),
        error: ShapeError,
        text: "conv1d: x has the wrong rank; expected x [N, T, C], got x [2, 5, 5, 4].",
      },
      {
        call: () => conv1d(ones([2, 5, 4]), ones([6, 4, 8]), undefined),
        error: ShapeError,
        text: 'conv1d: the window is larger than the padded input; expected a window of at most 5 along T (input 5, padding 0 + 0), got 6. Use a smaller window, more padding, or padding: "same".',
      },
      refusesInt32("conv2d", (wrong) => conv2d(wrong, kernel(), undefined)),
    ],
    flops: (inputs, { groups, ...attributes }) => {
      const [{ shape }, { shape: k }] = inputs;
      const { output } = placesOf(shape, k, attributes);
      return (2 * shape[0] * output[0] * output[1] * k[0] * k[1] * shape[3] * k[3]) / groups;
    },
  },

  conv2dTransposeOp: {
    samples: (random) => transposedCases.map((one) => transposedSample(random, one)),
    reference(inputs, attributes) {
      const z = transposed(inputs, attributes);
      return [{ ...z, values: z.values.map(functions[attributes.activation as keyof typeof functions]) }];
    },
    bound: { relative: 2e-6, absolute: 4e-6 },
    gradientBound: { relative: 1e-5, absolute: 3e-5 },
    refusals: [
      {
        call: () => conv2dTranspose(x(), ones([3, 3, 8, 3]), undefined),
        error: ShapeError,
        text: "conv2dTranspose: input channels differ; expected C = 3 (kernel [kH, kW, O, C] = [3, 3, 8, 3]), got C = 4 (x [N, H, W, C] = [2, 5, 5, 4]).",
      },
      {
        call: () => conv2dTranspose(x(), ones([3, 3, 8, 4]), ones([4])),
        error: ShapeError,
        text: "conv2dTranspose: the bias does not fit; expected bias [O] with O = 8 (kernel [kH, kW, O, C] = [3, 3, 8, 4]), got bias [4].",
      },
      {
        call: () => conv2dTranspose(x(), ones([3, 3, 8, 4]), undefined, { strides: 2, dilationRate: 2 }),
        error: UsageError,
        text: "conv2dTranspose: strides and dilationRate cannot both exceed 1; got strides [2, 2], dilationRate [2, 2].",
      },
      {
        call: () => conv2dTranspose(x(), ones([3, 3, 8, 4]), undefined, { strides: 2, outputPadding: 2 }),
        error: UsageError,
        text: "conv2dTranspose: outputPadding is out of range; expected an integer in [0, 2), got 2.",
      },
      {
        call: () => conv2dTranspose(ones([1, 2, 2, 4]), ones([3, 3, 8, 4]), undefined, { padding: 2 }),
        error: ShapeError,
        text: "conv2dTranspose: the output would be empty; expected at least 1, got 0 along H (x [N, H, W, C] = [1, 2, 2, 4], kernel [kH, kW, O, C] = [3, 3, 8, 4]). Use less padding.",
      },
      {
        call: () => conv2dTranspose(ones([2, 2, 4]), ones([3, 3, 8, 4]), undefined),
        error: ShapeError,
        text: "conv2dTranspose: x has the wrong rank; expected x [N, H, W, C], got x [2, 2, 4].",
      },
    ],
    flops: ([{ shape }, { shape: k }]) => 2 * sizeOf(shape) * k[0] * k[1] * k[2],
  },
  depthwiseConv2dOp: {
    samples: (random) => depthwiseCases.map((one) => depthwiseSample(random, one)),
    reference(inputs, attributes) {
      const z = convolved(asGroups(inputs), { ...attributes, groups: inputs[0].shape[3] });
      return [{ ...z, values: z.values.map(functions[attributes.activation as keyof typeof functions]) }];
    },
    bound: { relative: 2e-6, absolute: 4e-6 },
    gradientBound: { relative: 1e-5, absolute: 3e-5 },
    refusals: [
      {
        call: () => depthwiseConv2d(x(), ones([3, 3, 3, 1]), undefined),
        error: ShapeError,
        text: "depthwiseConv2d: input channels differ; expected C = 3 (kernel [kH, kW, C, M] = [3, 3, 3, 1]), got C = 4 (x [N, H, W, C] = [2, 5, 5, 4]).",
      },
      {
        call: () => depthwiseConv2d(x(), ones([3, 3, 4]), undefined),
        error: ShapeError,
        text: "depthwiseConv2d: kernel has the wrong rank; expected kernel [kH, kW, C, M], got kernel [3, 3, 4].",
      },
      {
        call: () => depthwiseConv2d(x(), ones([3, 6, 4, 2]), undefined),
        error: ShapeError,
        text: 'depthwiseConv2d: the window is larger than the padded input; expected a window of at most 5 along W (input 5, padding 0 + 0), got 6. Use a smaller window, more padding, or padding: "same".',
      },
      {
        call: () => depthwiseConv2d(x(), ones([3, 3, 4, 1]), undefined, { dilationRate: -1 }),
        error: UsageError,
        text: "depthwiseConv2d: dilationRate is out of range; expected an integer in [1, ∞), got -1.",
      },
      {
        call: () => separableConv2d(x(), ones([3, 3, 4, 1]), ones([3, 3, 4, 8]), undefined),
        error: ShapeError,
        text: "separableConv2d: pointwiseKernel is larger than one pixel; expected [1, 1, C M, O], got pointwiseKernel [3, 3, 4, 8].",
      },
    ],
    flops: (inputs, attributes) => {
      const [{ shape }, { shape: k }] = inputs;
      const { output } = placesOf(shape, k, attributes);
      return 2 * shape[0] * output[0] * output[1] * k[0] * k[1] * k[2];
    },
  },
};
