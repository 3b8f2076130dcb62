/** Ten training steps of whole networks against PyTorch: every loss and every parameter, for each optimizer, and for constraints (test/golden/traces.py). */
import { expect, it } from "vitest";
import { constraintFrom } from "../../../src/constraints/registry.js";
import { dense } from "../../../src/layers/index.js";
import * as losses from "../../../src/losses/index.js";
import type { Loss } from "../../../src/losses/loss.js";
import { sequential } from "../../../src/models/sequential.js";
import { optimizerFrom } from "../../../src/optimizers/registry.js";
import { tensor } from "../../../src/tensor/create.js";
import "../../support/engine.js";
import { type GoldenTrace, expectClose, goldenTrace, goldenTraceNames } from "../../support/golden.js";

const lossesByName: Record<GoldenTrace["loss"], Loss> = {
  sparseCategoricalCrossentropyFromLogits: losses.categoricalCrossentropy({ fromLogits: true }),
  meanSquaredError: losses.meanSquaredError(),
  binaryCrossentropyFromLogits: losses.binaryCrossentropy({ fromLogits: true }),
};

it.each(goldenTraceNames)(
  "%s: losses and parameters are within 1e-4 of PyTorch's after each of ten steps",
  async (name) => {
    const trace = goldenTrace(name);
    const { name: className, initialAccumulator, ...options } = trace.optimizer;
    const accumulator = initialAccumulator === undefined ? {} : { initialAccumulatorValue: initialAccumulator };
    const model = sequential(
      trace.layers.map(({ units, activation, kernelConstraint, biasConstraint }, i) =>
        dense({
          ...{ units, activation },
          ...(i === 0 && { inputShape: [trace.inputs] }),
          ...(kernelConstraint && { kernelConstraint: constraintFrom(kernelConstraint) }),
          ...(biasConstraint && { biasConstraint: constraintFrom(biasConstraint) }),
        }),
      ),
    );
    model.compile({
      optimizer: optimizerFrom({ className, ...options, ...accumulator }),
      loss: lossesByName[trace.loss],
    });
    for (const weight of model.weights) weight.value.assign([...trace.initial[weight.name]]);
    for (const [i, { loss, x, y, parameters }] of trace.steps.entries()) {
      const target = y.length === trace.batch ? Int32Array.from(y) : Float32Array.from(y);
      const { history } = await model.fit(
        tensor(Float32Array.from(x), [trace.batch, trace.inputs]),
        tensor(target, [trace.batch, y.length / trace.batch].slice(0, y.length === trace.batch ? 1 : 2)),
        { batchSize: trace.batch, shuffle: false },
      );
      expectClose(`loss of step ${i + 1}`, history.loss, [loss], 1e-4);
      for (const weight of model.weights) {
        expectClose(`${weight.name} after step ${i + 1}`, weight.value.toTypedArray(), parameters[weight.name], 1e-4);
      }
    }
    expect(model.weights.map((weight) => weight.name)).toEqual(Object.keys(trace.initial));
  },
);
