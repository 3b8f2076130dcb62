/**
 * Strings of digits by a recurrent network that is trained by CTC: a pyramid of bidirectional layers says for every
 * fourth frame which digit, if any, is heard, and nobody tells it where they are. Letters: T frames, n strings of a
 * batch, L digits of the longest of them.
 */
import { type Tensor, layers, losses, optimizers, schedules, sequential, tensor } from "lanegrad";
import { weightCount } from "../support/networkLesson.js";
import { TrainingProgress } from "../support/progress.js";
import { listen, listenerNotes } from "./digitListener.js";
import type { NumberRecognizer } from "./numberRecognizer.js";
import { NumberBatches, epochShare, lossWording, pyramidLayers } from "./numberNetwork.js";

/** Digits as labels 1 … 10, and the blank 0 behind: (n, L). */
export function targetsOf(strings: readonly (readonly number[])[]): Tensor {
  const L = Math.max(...strings.map(({ length }) => length));
  const labels = new Int32Array(strings.length * L);
  for (const [i, digits] of strings.entries()) labels.set(digits.map((digit) => digit + 1), i * L); // prettier-ignore
  return tensor(labels, [strings.length, L]);
}

/** A pyramid with CTC. */
export const ctcNumbers: NumberRecognizer = {
  about: "bidirectional GRU as a pyramid, CTC",
  async train(numbers, { stage, seed, sampleRate, epochs }) {
    const strings = new NumberBatches(numbers, sampleRate, seed);
    const stepsPerEpoch = strings.count;
    const totalSteps = epochShare * epochs * stepsPerEpoch;
    const model = sequential([...pyramidLayers(), layers.dense({ units: 11 })], { seed });
    const learningRate = schedules.oneCycle({ maxLearningRate: 0.005, totalSteps, warmupFraction: 0.15 });
    model.compile({ optimizer: optimizers.adam({ learningRate, globalClipNorm: 1 }), loss: losses.ctc() });
    const batches = function* () {
      for (const { x, lengths, digits } of strings.epoch()) yield { x, y: targetsOf(digits), lengths };
    };
    const callbacks = [new TrainingProgress(stage, lossWording)];
    await model.fit(batches, { epochs: epochShare * epochs, stepsPerEpoch, signal: stage.signal, callbacks });
    model.notes = listenerNotes(sampleRate);
    return {
      async recognize(some) {
        const heard: (readonly number[])[] = [];
        for (const { samples } of some) heard.push((await listen(model, samples, sampleRate)).digits);
        return heard;
      },
      spots: async ({ samples, digits }) => (await listen(model, samples, sampleRate, digits)).spots,
      weights: weightCount(model),
      toBytes: () => model.toBytes(),
      dispose: () => model.dispose(),
    };
  },
};
