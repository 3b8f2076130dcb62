/** Ten training steps of attention with heads against PyTorch: every loss, weight of attention and parameter (test/golden/attention.py). */
import { expect, it } from "vitest";
import { input, multiHeadAttention } from "../../../src/layers/index.js";
import { meanSquaredError } from "../../../src/losses/index.js";
import { model } from "../../../src/models/sequential.js";
import { adam } from "../../../src/optimizers/index.js";
import { tensor } from "../../../src/tensor/create.js";
import "../../support/engine.js";
import { expectClose, goldenAttentionTraces } from "../../support/golden.js";

it.each(["causal", "cross"] as const)(
  "%s: losses, weights and parameters are within 1e-4 of PyTorch's after each of ten steps",
  (kind) => {
    const { features, heads, queries, keys, memory: width, batch, traces } = goldenAttentionTraces();
    const { initial, steps } = traces[kind];
    const isCross = kind === "cross";
    const layer = multiHeadAttention({ heads, keyDim: features / heads, causal: !isCross, returnWeights: true });
    const inputs = [input({ shape: [queries, features] }), ...(isCross ? [input({ shape: [keys, width] })] : [])];
    const [y, weights] = layer.applyMany(inputs);
    const looking = model({ inputs, outputs: weights });
    const trained = model({ inputs, outputs: y });
    trained.compile({
      optimizer: adam({ learningRate: 0.02, beta1: 0.9, beta2: 0.999, epsilon: 1e-2 }),
      loss: meanSquaredError(),
    });
    const part = (name: string): string => name.slice(name.indexOf("/") + 1);
    expect(trained.weights.map(({ name }) => part(name))).toEqual(Object.keys(initial));
    for (const { name, value } of trained.weights) value.assign([...initial[part(name)]]);
    expect(steps).toHaveLength(10);
    for (const [i, step] of steps.entries()) {
      const x = [tensor(Float32Array.from(step.x), [batch, queries, features])];
      if (step.memory !== undefined) x.push(tensor(Float32Array.from(step.memory), [batch, keys, width]));
      const lengths = step.lengths === undefined ? {} : { lengths: [undefined, step.lengths] };
      const [looked] = looking.call(x, lengths);
      expectClose(`weights of step ${i + 1}`, looked.toTypedArray(), step.weights, 1e-4, 1e-6);
      const loss = trained.trainOnBatch(x, [tensor(Float32Array.from(step.y), [batch, queries, features])], lengths);
      expectClose(`loss of step ${i + 1}`, [loss.item()], [step.loss], 1e-4);
      for (const { name, value } of trained.weights)
        expectClose(`${name} after step ${i + 1}`, value.toTypedArray(), step.parameters[part(name)], 1e-4, 1e-5);
    }
  },
);
