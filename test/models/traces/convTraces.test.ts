/** Ten training steps of convolutional networks against PyTorch: every loss, and every parameter at the end (test/golden/convolution.py). */
import { expect, it } from "vitest";
import { layerFrom } from "../../../src/layers/registry.js";
import { categoricalCrossentropy } from "../../../src/losses/index.js";
import { sequential } from "../../../src/models/sequential.js";
import { optimizerFrom } from "../../../src/optimizers/registry.js";
import { tensor } from "../../../src/tensor/create.js";
import "../../support/engine.js";
import { expectClose, goldenConvTrace, goldenConvTraceNames } from "../../support/golden.js";

it.each(goldenConvTraceNames)(
  "%s: losses are within a relative 1e-4 of PyTorch's, parameters after ten steps as well, or 1e-4 of their tensor's largest",
  async (name) => {
    const { shape, batch, layers, optimizer, initial, steps, final } = goldenConvTrace(name);
    const model = sequential(
      layers.map((config, i) => layerFrom({ ...config, ...(i === 0 && { inputShape: shape }) })),
    );
    const { name: className, ...options } = optimizer;
    model.compile({
      optimizer: optimizerFrom({ className, ...options }),
      loss: categoricalCrossentropy({ fromLogits: true }),
    });
    expect(model.weights.map((weight) => weight.name)).toEqual(Object.keys(initial));
    for (const weight of model.weights) weight.value.assign([...initial[weight.name]]);
    for (const [i, { loss, x, y }] of steps.entries()) {
      const images = tensor(Float32Array.from(x), [batch, ...shape]);
      const { history } = await model.fit(images, tensor(Int32Array.from(y)), { batchSize: batch, shuffle: false });
      expectClose(`loss of step ${i + 1}`, history.loss, [loss], 1e-4);
    }
    for (const { name: parameter, value } of model.weights) {
      const largest = Math.max(...final[parameter].map(Math.abs));
      expectClose(`${parameter} after ten steps`, value.toTypedArray(), final[parameter], 1e-4, 1e-4 * largest);
    }
  },
);
