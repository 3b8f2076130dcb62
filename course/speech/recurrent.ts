/**
 * Recurrent networks that hear a recording frame by frame and are trained by CTC: nobody tells them where in a recording
 * the digit is. Letters: T frames, C = 11 classes, the blank and ten digits.
 */
import { type Model, type Tensor, ctcLoss, layers, losses, noGrad, sequential, tensor } from "lanegrad";
import { networkRecognizer } from "./network.js";
import { type HeardBatch, features } from "./recordings.js";

const [units, depth, digits] = [64, 4, 10];

const reader = () => layers.bidirectional({ layer: layers.gru({ units, returnSequences: true }), mergeMode: "sum" });

/** @param joins  whether pairs of steps become one between two layers */
function recurrent(seed: number, joins: boolean): Model {
  const levels = Array.from({ length: depth }, (_, level) => [
    ...(joins && level > 0 ? [layers.pyramid()] : []),
    reader(),
    layers.dropout({ rate: 0.1 }),
  ]);
  const first = layers.spatialDropout1d({ rate: 0.05, inputShape: [null, features] });
  return sequential([first, ...levels.flat(), layers.dense({ units: 1 + digits })], { seed });
}

const targets = (labels: readonly number[]): Tensor => {
  return tensor(
    Int32Array.from(labels, (label) => label + 1),
    [labels.length, 1],
  );
};

/** The digit of which the frames say most likely that it, and nothing else, was said: that of the least loss. */
function likeliest(logits: Tensor, { x, lengths }: HeardBatch): number[] {
  const [n, T] = logits.shape;
  const joined = x.shape[1] / T; // frames of a step
  const steps = lengths.map((length) => Math.ceil(length / joined));
  return noGrad(() => {
    const all = Array.from({ length: digits }, (_, digit) => {
      const loss = ctcLoss(logits, targets(new Array<number>(n).fill(digit)), { lengths: steps });
      return loss.toTypedArray();
    });
    return Array.from({ length: n }, (_, i) => {
      const each = all.map((loss) => loss[i]);
      return each.indexOf(Math.min(...each));
    });
  });
}

const common = { loss: losses.ctc(), lr: 0.006, targets, digits: likeliest };

/** Each layer hears all frames. */
export const frameByFrame = networkRecognizer({
  about: "bidirectional GRU, CTC",
  model: (seed) => recurrent(seed, false),
  ...common,
});

/** Each layer hears half as many steps as the one below. */
export const pyramidal = networkRecognizer({
  about: "the same as a pyramid, CTC",
  model: (seed) => recurrent(seed, true),
  ...common,
});
