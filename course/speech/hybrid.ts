/**
 * The hybrid: a network says how likely each state of a hidden Markov model is, from a frame and its neighbours;
 * divided by how frequent the state is, that takes the place of the mixtures. It learns from the mixtures' alignment.
 * Letters: T frames, F features, W = F times the frames that the network sees, S states.
 */
import {
  Random,
  type Tensor,
  layers,
  logSoftmax,
  losses,
  metrics,
  optimizers,
  schedules,
  sequential,
  tensor,
} from "lanegrad";
import { contextFrames, scaledLikelihoods, statePriors } from "lanegrad/speech";
import { classes } from "../support/classes.js";
import { weightCount } from "../support/networkLesson.js";
import { TrainingProgress } from "../support/progress.js";
import type { TrainingRun } from "./recognizer.js";

/** Frames that the network sees on either side. */
const neighbours = 6;
const batch = 256;

/** A network that has learned. */
export interface Hybrid {
  /** ln p(frame | state), but for a constant of each frame: (T, S). */
  likelihoods(x: Tensor): Promise<Tensor>;
  readonly weights: number;
  dispose(): void;
}

/** What the network is and how long it learns. */
export interface HybridOptions {
  /** S */
  readonly states: number;
  /** Units of each of the two hidden layers. */
  readonly units: number;
  /** How many times it sees each frame. */
  readonly epochs: number;
}

/** Trains a network on frames (T, F) of which the states are known. */
export async function trainHybrid(
  utterances: readonly Tensor[],
  alignments: readonly Int32Array[],
  { stage, seed }: Pick<TrainingRun, "stage" | "seed">,
  { states, units, epochs }: HybridOptions,
): Promise<Hybrid> {
  const frames = new Frames(utterances, alignments);
  const hidden = (inputShape?: number[]) => [
    layers.dense({ units, activation: "relu", ...(inputShape && { inputShape }) }),
    layers.dropout({ rate: 0.2 }),
  ];
  const model = sequential([...hidden([frames.width]), ...hidden(), layers.dense({ units: states })], { seed });
  const n = Math.min(batch, frames.count);
  const stepsPerEpoch = Math.floor(frames.count / n);
  const learningRate = schedules.cosineDecay({ initialLearningRate: 0.001, decaySteps: epochs * stepsPerEpoch });
  model.compile({
    optimizer: optimizers.adam({ learningRate }),
    loss: losses.categoricalCrossentropy({ fromLogits: true }),
    metrics: [metrics.accuracy()],
  });
  const random = new Random(seed).fork("frames");
  let epoch = 0;
  const batches = function* () {
    const order = random.fork(epoch++).permutation(frames.count);
    for (let step = 0; step < stepsPerEpoch; step++) yield frames.select(order.subarray(step * n, (step + 1) * n));
  };
  const callbacks = [new TrainingProgress(stage, classes.wording)];
  await model.fit(batches, { epochs, stepsPerEpoch, signal: stage.signal, callbacks });
  const priors = statePriors(alignments, states);
  return {
    async likelihoods(x) {
      const seen = contextFrames(x, { before: neighbours, after: neighbours });
      const logits = await model.predict(seen);
      const posteriors = logSoftmax(logits);
      const result = scaledLikelihoods(posteriors, priors);
      for (const each of [seen, logits, posteriors]) each.dispose();
      return result;
    },
    weights: weightCount(model),
    dispose: () => model.dispose(),
  };
}

/**
 * All frames, from which batches of frames with their neighbours are put together: written out, they would be W / F
 * times as large.
 */
class Frames {
  readonly count: number;
  /** W */
  readonly width: number;
  readonly #rows: readonly Float32Array[];
  readonly #states: readonly Int32Array[];
  /** For each frame, its recording and its number there. */
  readonly #recordings: Int32Array;
  readonly #numbers: Int32Array;

  constructor(utterances: readonly Tensor[], alignments: readonly Int32Array[]) {
    this.#rows = utterances.map((x) => x.toTypedArray() as Float32Array);
    this.#states = alignments;
    this.count = alignments.reduce((sum, { length }) => sum + length, 0);
    this.width = (2 * neighbours + 1) * utterances[0].shape[1];
    [this.#recordings, this.#numbers] = [new Int32Array(this.count), new Int32Array(this.count)];
    let at = 0;
    for (const [u, { length }] of alignments.entries()) {
      for (let t = 0; t < length; t++, at++) [this.#recordings[at], this.#numbers[at]] = [u, t];
    }
  }

  /** Some of them, as rows of contextFrames with their states. */
  select(chosen: Int32Array): { x: Tensor; y: Tensor } {
    const W = this.width;
    const F = W / (2 * neighbours + 1);
    const [x, y] = [new Float32Array(chosen.length * W), new Int32Array(chosen.length)];
    for (const [row, frame] of chosen.entries()) {
      const [u, t] = [this.#recordings[frame], this.#numbers[frame]];
      const [values, last] = [this.#rows[u], this.#states[u].length - 1];
      for (let n = -neighbours; n <= neighbours; n++) {
        const from = F * Math.min(last, Math.max(0, t + n));
        x.set(values.subarray(from, from + F), row * W + (n + neighbours) * F);
      }
      y[row] = this.#states[u][t];
    }
    return { x: tensor(x, [chosen.length, W]), y: tensor(y) };
  }
}
