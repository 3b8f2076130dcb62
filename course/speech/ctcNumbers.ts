/**
 * Strings of digits by a recurrent network that is trained by CTC: a pyramid of bidirectional layers says for every
 * fourth frame which digit, if any, is heard, and nobody tells it where they are. Letters: T frames, n strings of a
 * batch, L digits of the longest of them.
 */
import { type Tensor, layers, logSoftmax, losses, optimizers, schedules, sequential, tensor } from "lanegrad";
import { ctcBeam } from "lanegrad/speech";
import { weightCount } from "../support/networkLesson.js";
import { TrainingProgress } from "../support/progress.js";
import type { NumberRecognizer } from "./numberRecognizer.js";
import { NumberBatches, epochShare, heardOf, hopSeconds, joined, lossWording, pyramidLayers } from "./numberNetwork.js";
import { sideBySide } from "./recordings.js";

/** Seconds of a step of its output. */
const stepSeconds = joined * hopSeconds;

/** Digits as labels 1 … 10, and the blank 0 behind: (n, L). */
export function targetsOf(strings: readonly (readonly number[])[]): Tensor {
  const L = Math.max(...strings.map(({ length }) => length));
  const labels = new Int32Array(strings.length * L);
  for (const [i, digits] of strings.entries()) labels.set(digits.map((digit) => digit + 1), i * L); // prettier-ignore
  return tensor(labels, [strings.length, L]);
}

/**
 * The likeliest path of CTC through the given digits: for each step the number of the digit that it says, −1 for the blank.
 * A chain of blank, digit, blank, …, blank; a blank may be left out between different digits.
 * @param logs  logarithms of probabilities, (steps, C), the blank first
 */
export function labelPath(logs: Float32Array, steps: number, digits: readonly number[]): number[] {
  const [states, C] = [2 * digits.length + 1, 11];
  const label = (s: number): number => (s % 2 === 0 ? 0 : digits[(s - 1) / 2] + 1);
  const cameFrom = Array.from({ length: steps }, () => new Int32Array(states));
  let before = Float64Array.from({ length: states }, (_, s) => (s < 2 ? logs[label(s)] : -Infinity));
  for (let t = 1; t < steps; t++) {
    const now = new Float64Array(states);
    for (let s = 0; s < states; s++) {
      const skips = s >= 3 && s % 2 === 1 && label(s) !== label(s - 2);
      const options = [s, s - 1, ...(skips ? [s - 2] : [])].filter((one) => one >= 0);
      const best = options.reduce((a, b) => (before[b] > before[a] ? b : a));
      cameFrom[t][s] = best;
      now[s] = before[best] + logs[t * C + label(s)];
    }
    before = now;
  }
  let state = before[states - 1] > before[states - 2] ? states - 1 : states - 2;
  const path = new Array<number>(steps);
  for (let t = steps - 1; t >= 0; t--) {
    path[t] = state % 2 === 0 ? -1 : (state - 1) / 2;
    state = cameFrom[t][state];
  }
  return path;
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
    return {
      async recognize(some) {
        const heard: (readonly number[])[] = [];
        for (const number of some) {
          const { x, lengths } = sideBySide([heardOf(number, 0, sampleRate)]);
          const logits = await model.predict(x, { lengths });
          const logs = logSoftmax(logits);
          const [[best]] = ctcBeam(logs, { width: 8, lengths: [Math.ceil(lengths[0] / joined)] });
          heard.push(Array.from(best.tokens, (label) => label - 1));
          for (const each of [x, logits, logs]) each.dispose();
        }
        return heard;
      },
      async spots(number) {
        const { x, lengths } = sideBySide([heardOf(number, 0, sampleRate)]);
        const logits = await model.predict(x, { lengths });
        const logs = logSoftmax(logits);
        const steps = Math.ceil(lengths[0] / joined);
        const path = labelPath(logs.toTypedArray() as Float32Array, steps, number.digits);
        for (const each of [x, logits, logs]) each.dispose();
        return number.digits.map((digit, i) => ({
          ...{ digit, from: path.indexOf(i) * stepSeconds, to: (path.lastIndexOf(i) + 1) * stepSeconds },
        }));
      },
      weights: weightCount(model),
      dispose: () => model.dispose(),
    };
  },
};
