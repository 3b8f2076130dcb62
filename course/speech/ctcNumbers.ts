/**
 * Strings of digits by a recurrent network that is trained by CTC: a pyramid of bidirectional layers says for every
 * fourth frame which digit, if any, is heard, and nobody tells it where they are. Letters: T frames, n strings of a
 * batch, L digits of the longest of them.
 */
import {
  type Model,
  Random,
  type Tensor,
  layers,
  logSoftmax,
  losses,
  optimizers,
  schedules,
  sequential,
  tensor,
} from "lanegrad";
import { ctcBeam } from "lanegrad/speech";
import { decimal } from "../support/format.js";
import { weightCount } from "../support/networkLesson.js";
import { TrainingProgress } from "../support/progress.js";
import type { SpokenNumber } from "./numbers.js";
import type { NumberRecognizer } from "./numberRecognizer.js";
import { type Heard, energiesOf, features, groupsOf, sideBySide } from "./recordings.js";

const [units, batch] = [64, 16];
/** The network hears each string this many times for every time that the hybrid's sees a frame. */
const epochShare = 4;
/** Frames of a step of its output. */
const joined = 4;

function pyramid(seed: number): Model {
  const reader = () => layers.bidirectional({ layer: layers.gru({ units, returnSequences: true }) });
  const rest = () => layers.dropout({ rate: 0.2 });
  return sequential(
    [
      layers.spatialDropout1d({ rate: 0.05, inputShape: [null, features] }),
      ...[reader(), rest(), layers.pyramid(), reader(), rest(), layers.pyramid(), reader(), rest()],
      layers.dense({ units: 11 }),
    ],
    { seed },
  );
}

/** Digits as labels 1 … 10, and the blank 0 behind: (n, L). */
function targetsOf(strings: readonly (readonly number[])[]): Tensor {
  const L = Math.max(...strings.map(({ length }) => length));
  const labels = new Int32Array(strings.length * L);
  for (const [i, digits] of strings.entries()) labels.set(digits.map((digit) => digit + 1), i * L); // prettier-ignore
  return tensor(labels, [strings.length, L]);
}

/** Log-mel energies of a string; its label is its number among the strings. */
function heardOf({ samples }: SpokenNumber, label: number, sampleRate: number): Heard {
  const energies = energiesOf(samples, sampleRate);
  const heard = { values: energies.toTypedArray() as Float32Array, frames: energies.shape[0], label };
  energies.dispose();
  return heard;
}

/** A pyramid with CTC. */
export const ctcNumbers: NumberRecognizer = {
  about: "bidirectional GRU as a pyramid, CTC",
  async train(numbers, { stage, seed, sampleRate, epochs }) {
    const random = new Random(seed).fork("strings");
    const all = numbers.map((number, i) => heardOf(number, i, sampleRate));
    const n = Math.min(batch, all.length);
    const stepsPerEpoch = groupsOf(all, n, random).length;
    const totalSteps = epochShare * epochs * stepsPerEpoch;
    const model = pyramid(seed);
    const learningRate = schedules.oneCycle({ maxLearningRate: 0.005, totalSteps, warmupFraction: 0.15 });
    model.compile({ optimizer: optimizers.adam({ learningRate, globalClipNorm: 1 }), loss: losses.ctc() });
    let epoch = 0;
    const batches = function* () {
      const drawn = random.fork("order").fork(epoch++);
      for (const group of groupsOf(all, n, drawn)) {
        const { x, lengths, labels } = sideBySide(group, drawn);
        yield { x, y: targetsOf(labels.map((i) => numbers[i].digits)), lengths };
      }
    };
    const wording = {
      live: ({ loss }: { loss: number }) => ({ score: `loss ${decimal(loss)}`, details: [] }),
      epoch: ({ loss }: { loss: number }) => [`loss ${decimal(loss)}`],
    };
    const callbacks = [new TrainingProgress(stage, wording)];
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
      weights: weightCount(model),
      dispose: () => model.dispose(),
    };
  },
};
