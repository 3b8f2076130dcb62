/** The layers of convolutions: values against float64 loops, shapes, parameters, files, and what they refuse. */
import { describe, expect, it } from "vitest";
import type { Config } from "../../../src/config.js";
import { ShapeError, UsageError } from "../../../src/errors.js";
import { heNormal, ones } from "../../../src/initializers/index.js";
import * as layers from "../../../src/layers/index.js";
import { layerFrom } from "../../../src/layers/registry.js";
import { l2 } from "../../../src/regularizers/index.js";
import { expectClose } from "../../support/compare.js";
import "../../support/engine.js";
import type { Operand } from "../../support/operands.js";
import { run } from "../calls.js";

const bound = { relative: 1e-5, absolute: 1e-5 };

/** x (N, H, W, C) ∗ kernel (kH, kW, C / groups, O), windows beginning `before` rows and columns outside of x, for an output of (oH, oW). */
function convolved(
  x: Operand,
  kernel: Operand,
  [oH, oW]: readonly number[],
  { before = [0, 0], strides = [1, 1], dilations = [1, 1], groups = 1 } = {},
): Float64Array {
  const [N, H, W, C] = x.shape;
  const [kH, kW, channels, O] = kernel.shape;
  return Float64Array.from({ length: N * oH * oW * O }, (_, at) => {
    const o = at % O;
    const [r, q, n] = [Math.floor(at / O) % oW, Math.floor(at / O / oW) % oH, Math.floor(at / O / oW / oH)];
    const first = Math.floor(o / (O / groups)) * channels;
    let sum = 0;
    for (let i = 0; i < kH; i++)
      for (let j = 0; j < kW; j++) {
        const h = q * strides[0] + i * dilations[0] - before[0];
        const w = r * strides[1] + j * dilations[1] - before[1];
        if (h < 0 || w < 0 || h >= H || w >= W) continue;
        for (let c = 0; c < channels; c++)
          sum += x.values[((n * H + h) * W + w) * C + first + c] * kernel.values[((i * kW + j) * channels + c) * O + o];
      }
    return sum;
  });
}

const withBias = (values: Float64Array, bias: Operand): Float64Array =>
  values.map((value, i) => value + bias.values[i % bias.values.length]);

describe("values against float64", () => {
  it("conv2d: same padding, ReLU", () => {
    const layer = layers.conv2d({ filters: 5, kernelSize: 3, padding: "same", activation: "relu" });
    const { inputs, parameters, output } = run(layer, [[2, 4, 6, 3]]);
    expect(parameters.map(({ shape }) => shape)).toEqual([[3, 3, 3, 5], [5]]);
    expect(output.shape).toEqual([2, 4, 6, 5]);
    const z = withBias(convolved(inputs[0], parameters[0], [4, 6], { before: [1, 1] }), parameters[1]);
    expectClose("conv2d", output.toTypedArray(), z.map((value) => Math.max(0, value)), output.shape, bound); // prettier-ignore
  });

  it("conv2d: strides, dilation, groups, one number or two, no bias", () => {
    const options = {
      filters: 6,
      groups: 2,
      strides: 2,
      dilationRate: [1, 2],
      padding: [1, [0, 1]],
      useBias: false,
    } as const;
    const { inputs, parameters, output } = run(layers.conv2d({ kernelSize: [3, 2], ...options }), [[2, 7, 8, 4]]);
    expect(parameters.map(({ shape }) => shape)).toEqual([[3, 2, 2, 6]]);
    expect(output.shape).toEqual([2, 4, 4, 6]);
    const want = convolved(inputs[0], parameters[0], [4, 4], { before: [1, 0], strides: [2, 2], dilations: [1, 2], groups: 2 }); // prettier-ignore
    expectClose("conv2d", output.toTypedArray(), want, output.shape, bound);
  });

  it("conv2d: softmax over the filters, which is an op of its own", () => {
    const { inputs, parameters, output } = run(layers.conv2d({ filters: 3, kernelSize: 1, activation: "softmax" }), [
      [1, 2, 2, 4],
    ]);
    const powers = withBias(convolved(inputs[0], parameters[0], [2, 2]), parameters[1]).map(Math.exp);
    const want = powers.map((power, at) => power / powers.subarray(at - (at % 3), at - (at % 3) + 3).reduce((sum, value) => sum + value)); // prettier-ignore
    expectClose("softmax", output.toTypedArray(), want, output.shape, bound);
  });

  it.each([
    ["valid", 8, 0],
    ["same", 10, 1],
    ["causal", 10, 2],
    [[[1, 3]], 12, 1],
  ] as const)("conv1d: padding %j", (padding, steps, before) => {
    const { inputs, parameters, output } = run(layers.conv1d({ filters: 4, kernelSize: 3, padding }), [[2, 10, 5]]);
    expect(parameters.map(({ shape }) => shape)).toEqual([[3, 5, 4], [4]]);
    expect(output.shape).toEqual([2, steps, 4]);
    const [x, kernel] = [
      { ...inputs[0], shape: [2, 1, 10, 5] },
      { ...parameters[0], shape: [1, 3, 5, 4] },
    ];
    const want = withBias(convolved(x, kernel, [1, steps], { before: [0, before] }), parameters[1]);
    expectClose("conv1d", output.toTypedArray(), want, output.shape, bound);
  });

  it("conv1d: strides, causal dilation, groups", () => {
    const options = { filters: 4, kernelSize: 2, strides: 3, padding: "causal", dilationRate: 4, groups: 2 } as const;
    const { inputs, parameters, output } = run(layers.conv1d(options), [[1, 11, 6]]);
    expect(output.shape).toEqual([1, 4, 4]);
    const [x, kernel] = [
      { ...inputs[0], shape: [1, 1, 11, 6] },
      { ...parameters[0], shape: [1, 2, 3, 4] },
    ];
    const lie = { before: [0, 4], strides: [1, 3], dilations: [1, 4], groups: 2 };
    expectClose("conv1d", output.toTypedArray(), withBias(convolved(x, kernel, [1, 4], lie), parameters[1]), output.shape, bound); // prettier-ignore
  });

  it("conv3d: frames of a film, the kernel in Keras's order, without windows beyond the last frame", () => {
    const options = { filters: 4, kernelSize: [2, 3, 3], padding: [0, 1, 1], activation: "relu" } as const;
    const { inputs, parameters, output } = run(layers.conv3d(options), [[1, 3, 4, 5, 2]]);
    expect(parameters.map(({ shape }) => shape)).toEqual([[2, 3, 3, 2, 4], [4]]);
    expect(output.shape).toEqual([1, 2, 4, 5, 4]);
    /** Frame t of x, and what the kernel has for a frame and the one after it. */
    const frame = (t: number): Operand => ({ ...inputs[0], shape: [1, 4, 5, 2], values: inputs[0].values.subarray(40 * t, 40 * t + 40) }); // prettier-ignore
    const part = (l: number): Operand => ({ ...parameters[0], shape: [3, 3, 2, 4], values: parameters[0].values.subarray(72 * l, 72 * l + 72) }); // prettier-ignore
    const want = [0, 1].flatMap((t) => {
      const [now, next] = [0, 1].map((l) => convolved(frame(t + l), part(l), [4, 5], { before: [1, 1] }));
      return [...withBias(now.map((value, i) => value + next[i]), parameters[1])].map((value) => Math.max(0, value)); // prettier-ignore
    });
    expectClose("conv3d", output.toTypedArray(), want, output.shape, bound);
  });

  it.each([1, 3])("depthwiseConv2d: %i outputs for each channel, as groups of one channel", (depthMultiplier) => {
    const options = { kernelSize: [3, 2], strides: 2, padding: "same", depthMultiplier } as const;
    const { inputs, parameters, output } = run(layers.depthwiseConv2d(options), [[2, 7, 6, 5]]);
    const O = 5 * depthMultiplier;
    expect(parameters.map(({ shape }) => shape)).toEqual([[3, 2, 5, depthMultiplier], [O]]);
    expect(output.shape).toEqual([2, 4, 3, O]);
    const kernel = { ...parameters[0], shape: [3, 2, 1, O] };
    const want = withBias(convolved(inputs[0], kernel, [4, 3], { before: [1, 0], strides: [2, 2], groups: 5 }), parameters[1]); // prettier-ignore
    expectClose("depthwiseConv2d", output.toTypedArray(), want, output.shape, bound);
  });

  it("separableConv2d: a depthwise convolution, then one of 1 × 1", () => {
    const options = { filters: 4, kernelSize: 3, depthMultiplier: 2, activation: "relu" } as const;
    const { inputs, parameters, output } = run(layers.separableConv2d(options), [[2, 5, 6, 3]]);
    expect(parameters.map(({ shape }) => shape)).toEqual([[3, 3, 3, 2], [1, 1, 6, 4], [4]]);
    expect(output.shape).toEqual([2, 3, 4, 4]);
    const depthwise = { ...parameters[0], shape: [3, 3, 1, 6] };
    const between = {
      ...inputs[0],
      shape: [2, 3, 4, 6],
      values: convolved(inputs[0], depthwise, [3, 4], { groups: 3 }),
    };
    const z = withBias(convolved(between, parameters[1], [3, 4]), parameters[2]);
    expectClose("separableConv2d", output.toTypedArray(), z.map((value) => Math.max(0, value)), output.shape, bound); // prettier-ignore
  });

  // Sizes as Keras gives them.
  it.each([
    [{ kernelSize: 3, strides: 2, padding: "same" }, [8, 10], [0, 0]],
    [{ kernelSize: 3, strides: 2 }, [9, 11], [0, 0]],
    [{ kernelSize: 2, strides: 3 }, [12, 15], [0, 0]],
    [{ kernelSize: 3, strides: 2, padding: "same", outputPadding: 1 }, [8, 10], [0, 0]],
    [{ kernelSize: 3, strides: 2, padding: "same", outputPadding: 0 }, [7, 9], [1, 1]],
    [{ kernelSize: 3, dilationRate: 2, padding: "same" }, [4, 5], [2, 2]],
    [{ kernelSize: 4, strides: 2, padding: 1 }, [8, 10], [1, 1]],
  ] as const)("conv2dTranspose: %j enlarges 4 × 5 to %j", (options, size, before) => {
    const { inputs, parameters, output } = run(layers.conv2dTranspose({ filters: 2, ...options }), [[2, 4, 5, 3]]);
    expect(output.shape).toEqual([2, ...size, 2]);
    const [x, kernel] = [inputs[0], parameters[0]];
    const [kH, kW] = kernel.shape;
    const { strides = 1, dilationRate = 1 } = options as { strides?: number; dilationRate?: number };
    const want = Float64Array.from({ length: output.size }, (_, i) => parameters[1].values[i % 2]);
    for (const [at, value] of x.values.entries()) {
      const c = at % 3;
      const [r, q, n] = [Math.floor(at / 3) % 5, Math.floor(at / 15) % 4, Math.floor(at / 60)];
      for (let i = 0; i < kH; i++)
        for (let j = 0; j < kW; j++) {
          const [h, w] = [q * strides + i * dilationRate - before[0], r * strides + j * dilationRate - before[1]];
          if (h < 0 || w < 0 || h >= size[0] || w >= size[1]) continue;
          for (let o = 0; o < 2; o++)
            want[((n * size[0] + h) * size[1] + w) * 2 + o] += value * kernel.values[((i * kW + j) * 2 + o) * 3 + c];
        }
    }
    expectClose("conv2dTranspose", output.toTypedArray(), want, output.shape, bound);
  });
});

describe("a layer comes back from its configuration as JSON", () => {
  it.each([
    layers.conv2d({ filters: 3, kernelSize: 3 }),
    layers.conv2d({
      filters: 4,
      kernelSize: [3, 5],
      strides: [2, 1],
      padding: [1, [0, 2]],
      dilationRate: 2,
      groups: 2,
      activation: "gelu",
      useBias: false,
      kernelInitializer: heNormal(),
      biasInitializer: ones(),
      kernelRegularizer: l2(0.1),
      biasRegularizer: l2(0.2),
      name: "whole",
      inputShape: [9, 9, 4],
    }),
    layers.conv1d({ filters: 3, kernelSize: 3, padding: "causal" }),
    layers.conv2dTranspose({ filters: 3, kernelSize: 3, strides: 2, outputPadding: [1, 0] }),
    layers.conv3d({ filters: 3, kernelSize: [1, 2, 3], strides: [2, 1, 1], padding: "same", dilationRate: 2 }),
    layers.maxPooling3d({ poolSize: [1, 2, 2], strides: 2, padding: "same" }),
    layers.averagePooling3d(),
    layers.globalAveragePooling3d({ keepDims: true }),
    layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, depthwiseRegularizer: l2(0.1) }),
    layers.separableConv2d({
      filters: 3,
      kernelSize: 3,
      pointwiseInitializer: heNormal(),
      pointwiseRegularizer: l2(0.1),
    }),
  ])("$kind", (layer) => {
    const config = JSON.parse(JSON.stringify(layer.config)) as Config;
    const again = layerFrom(config);
    expect(again.kind).toBe(layer.kind);
    expect(again.name).toBe(layer.name);
    expect(again.config).toEqual(config);
  });
});

describe("what is refused before any kernel runs", () => {
  const apply = (layer: ReturnType<typeof layers.conv2d>, shape: readonly number[]) => () =>
    layer.apply(layers.input({ shape }));

  it.each([
    [() => layers.conv2d({ filters: 0, kernelSize: 3 }), "conv2d: filters is out of range; expected an integer in [1, ∞), got 0."],
    [() => layers.conv2d({ filters: 4, kernelSize: 0 }), "conv2d: kernelSize is out of range; expected an integer in [1, ∞), got 0."],
    [() => layers.conv2d({ filters: 4, kernelSize: [3] }), "conv2d: kernelSize has the wrong length; expected one number or 2, got [3]."],
    [() => layers.conv2d({ filters: 4, kernelSize: 3, strides: 0.5 }), "conv2d: strides is out of range; expected an integer in [1, ∞), got 0.5."],
    [() => layers.conv2d({ filters: 4, kernelSize: 3, dilationRate: 0 }), "conv2d: dilationRate is out of range; expected an integer in [1, ∞), got 0."],
    [() => layers.conv2d({ filters: 4, kernelSize: 3, groups: -1 }), "conv2d: groups is out of range; expected an integer in [1, ∞), got -1."],
    [() => layers.conv2d({ filters: 4, kernelSize: 3, padding: "causal" as never }), 'conv2d: padding has the wrong form; expected "same", "valid", an integer ≥ 0 or [p or [before, after], p or [before, after]], got "causal".'],
    [() => layers.conv2d({ filters: 4, kernelSize: 3, units: 4 } as never), "conv2d: unknown option"],
    [() => layers.conv1d({ filters: 4, kernelSize: [3, 3] }), "conv1d: kernelSize has the wrong length; expected one number or 1, got [3, 3]."],
    [() => layers.conv3d({ filters: 4, kernelSize: [3, 3] }), "conv3d: kernelSize has the wrong length; expected one number or 3, got [3, 3]."],
    [() => layers.conv3d({ filters: 4, kernelSize: 3, groups: 2 } as never), "conv3d: unknown option"],
    [() => layers.conv2dTranspose({ filters: 4, kernelSize: 3, strides: 2, dilationRate: 2 }), "conv2dTranspose: strides and dilationRate cannot both exceed 1; got strides [2, 2], dilationRate [2, 2]."],
    [() => layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 0 }), "depthwiseConv2d: depthMultiplier is out of range; expected an integer in [1, ∞), got 0."],
    [() => layers.separableConv2d({ filters: 2.5, kernelSize: 3 }), "separableConv2d: filters is out of range; expected an integer in [1, ∞), got 2.5."],
  ])("an option: %#", (call, text) => {
    expect(call).toThrow(UsageError);
    expect(call).toThrow(text);
  }); // prettier-ignore

  it.each([
    [apply(layers.conv2d({ filters: 4, kernelSize: 3 }), [28, 28]), "conv2d: x has the wrong rank; expected x [N, H, W, C], got x [1, 28, 28]."],
    [apply(layers.conv2d({ filters: 4, kernelSize: 5 }), [4, 9, 1]), "conv2d: the window is larger than the padded input; expected a window of at most 4 along H"],
    [apply(layers.conv2d({ filters: 4, kernelSize: 3, groups: 2 }), [9, 9, 3]), "conv2d: groups do not divide the channels; expected C and O multiples of groups, got 3 channels, 4 filters, 2 groups."],
    [apply(layers.conv1d({ filters: 4, kernelSize: 3 }), [9, 9, 3]), "conv1d: x has the wrong rank; expected x [N, T, C], got x [1, 9, 9, 3]."],
    [apply(layers.conv3d({ filters: 4, kernelSize: 3 }), [9, 9, 3]), "conv3d: x has the wrong rank; expected x [N, D, H, W, C], got x [1, 9, 9, 3]."],
    [apply(layers.depthwiseConv2d({ kernelSize: 5 }), [4, 9, 1]), "depthwiseConv2d: the window is larger than the padded input; expected a window of at most 4 along H"],
    [apply(layers.separableConv2d({ filters: 4, kernelSize: 5 }), [4]), "separableConv2d: x has the wrong rank; expected x [N, H, W, C], got x [1, 4]."],
    [apply(layers.conv2dTranspose({ filters: 4, kernelSize: 3, padding: 3 }), [4, 9, 1]), "conv2dTranspose: the output would be empty; expected at least 1, got 0 along H"],
  ])("an input: %#", (call, text) => {
    expect(call).toThrow(ShapeError);
    expect(call).toThrow(text);
  }); // prettier-ignore
});
