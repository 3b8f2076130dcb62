/**
 * One pass of Adam over a slab of a million parameters: eight numbers of memory for each. Letters: g gradient, m v
 * running means, t step, θ parameter, λ weight decay, which keeps m and v away from slow subnormal numbers once the
 * gradients are read and cleared.
 */
import type { Case } from "../case.js";
import { checkSamples } from "../check.js";
import { randomValues } from "../random.js";
import { adam } from "../../src/optimizers/adam.js";
import { OptimizerState } from "../../src/optimizers/state.js";
import { record } from "../../src/tensor/record.js";
import { Slab } from "../../src/tensor/slab.js";

const n = 2 ** 20;
const [learningRate, beta1, beta2, epsilon, weightDecay] = [0.001, 0.9, 0.999, 1e-7, 0.01];

/** Reads θ, g, m, v and writes them: 32 bytes per parameter. */
export const adamCase: Case = {
  group: "elementwise",
  name: "adam, 1 M parameters",
  work: { parts: n, bytes: 32 * n },
  prepare() {
    const [values, gradients] = [new Slab([[n]]), new Slab([[n]])];
    const state = new OptimizerState(
      adam({ learningRate, beta1, beta2, epsilon, weightDecay }),
      values.sections,
      gradients,
      [{ trainable: true, decays: true }],
    );
    const [theta, g] = [randomValues(n), randomValues(n).map((value) => value / 8)];
    values.whole.assign(theta);
    const recording = record(() => state.run());
    return {
      run: () => recording.replay(),
      check() {
        const before = values.whole.toTypedArray();
        const { mean, square } = state.save().slots;
        gradients.whole.assign(g);
        state.prepare();
        recording.replay();
        const after = values.whole.toTypedArray();
        const { step: t, slots } = state.save();
        const gradient = (at: number): number => g[at] + weightDecay * before[at];
        const m = (at: number): number => beta1 * mean[at] + (1 - beta1) * gradient(at);
        const v = (at: number): number => beta2 * square[at] + (1 - beta2) * gradient(at) ** 2;
        checkSamples("adam", after, {
          value: (at) =>
            before[at] - (learningRate * (m(at) / (1 - beta1 ** t))) / (Math.sqrt(v(at) / (1 - beta2 ** t)) + epsilon),
          tolerance: (value) => 1e-5 * learningRate + 1.2e-7 * Math.abs(value),
        });
        checkSamples("adam: mean", slots.mean, { value: m, tolerance: (value) => 1e-7 + 1e-6 * Math.abs(value) });
        checkSamples("adam: square", slots.square, { value: v, tolerance: (value) => 1e-12 + 1e-6 * value });
      },
      dispose() {
        recording.dispose();
        state.dispose();
        values.dispose();
        gradients.dispose();
      },
    };
  },
};
