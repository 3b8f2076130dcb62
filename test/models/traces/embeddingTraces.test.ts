/** Ten training steps of a network that reads tokens against PyTorch with sparse gradients: every loss and every parameter (test/golden/embedding.py). */
import { expect, it } from "vitest";
import { dense, embedding, flatten } from "../../../src/layers/index.js";
import { categoricalCrossentropy } from "../../../src/losses/index.js";
import { sequential } from "../../../src/models/sequential.js";
import { optimizerFrom } from "../../../src/optimizers/registry.js";
import { tensor } from "../../../src/tensor/create.js";
import "../../support/engine.js";
import { expectClose, goldenEmbeddingTraces } from "../../support/golden.js";

it.each(["sgd", "adam"] as const)(
  "%s: losses and parameters are within 1e-4 of PyTorch's after each of ten steps, rows that do not occur included",
  async (optimizerName) => {
    const { V, D, T, units, classes, batch, traces } = goldenEmbeddingTraces();
    const { optimizer, initial, steps } = traces[optimizerName];
    const model = sequential([
      embedding({ inputDim: V, outputDim: D, inputLength: T }),
      flatten(),
      dense({ units, activation: "tanh" }),
      dense({ units: classes }),
    ]);
    const { name: className, ...options } = optimizer;
    model.compile({
      optimizer: optimizerFrom({ className, ...options }),
      loss: categoricalCrossentropy({ fromLogits: true }),
    });
    expect(model.weights.map(({ name }) => name)).toEqual(Object.keys(initial));
    for (const { name, value } of model.weights) value.assign([...initial[name]]);
    expect(steps).toHaveLength(10);
    for (const [i, { loss, x, y, parameters }] of steps.entries()) {
      const tokens = tensor(Int32Array.from(x), [batch, T]);
      const { history } = await model.fit(tokens, tensor(Int32Array.from(y)), { batchSize: batch, shuffle: false });
      expectClose(`loss of step ${i + 1}`, history.loss, [loss], 1e-4);
      for (const { name, value } of model.weights)
        expectClose(`${name} after step ${i + 1}`, value.toTypedArray(), parameters[name], 1e-4);
    }
    const table = model.weights[0].value.toTypedArray();
    expect([...table.slice(8 * D)]).toEqual(initial["embedding_1/embeddings"].slice(8 * D).map(Math.fround)); // token 8 never occurs
  },
);
