/** Networks that are trained on batches of recordings, with other noise and another speed in each round. */
import { type Loss, type Model, Random, type Tensor, optimizers, schedules } from "lanegrad";
import { decimal } from "../support/format.js";
import { weightCount } from "../support/networkLesson.js";
import { TrainingProgress, type Wording } from "../support/progress.js";
import { type Heard, type HeardBatch, groupsOf, heard, sideBySide, ways } from "./recordings.js";
import type { Recognizer } from "./recognizer.js";

/** Recordings of a step. */
const batch = 32;

/** What one network has of its own. */
export interface NetworkParts {
  readonly about: string;
  /** The network: features (T, F) → what the loss takes. */
  model(seed: number): Model;
  readonly loss: Loss;
  /** The highest learning rate. */
  readonly lr: number;
  /** The targets of a batch. */
  targets(labels: readonly number[]): Tensor;
  /** The digits that an output of the network means, best first or not: one for each recording. */
  digits(outputs: Tensor, batch: HeardBatch): number[];
}

const wording: Wording = {
  live: ({ loss }) => ({ score: `loss ${decimal(loss)}`, details: [] }),
  epoch: ({ loss }) => [`loss ${decimal(loss)}`],
};

/** The recognizer of a network. */
export function networkRecognizer(parts: NetworkParts): Recognizer {
  return {
    about: parts.about,
    async train(recordings, { stage, seed, sampleRate, epochs }) {
      const random = new Random(seed).fork("recordings");
      const known: Heard[][] = [];
      for (const [i, recording] of recordings.entries()) {
        if (i % 16 === 0) await stage.turn();
        known.push(Array.from({ length: Math.min(ways, epochs) }, (_, way) => heard(recording, sampleRate, way, seed)));
      }
      const model = parts.model(seed);
      const n = Math.min(batch, recordings.length);
      const stepsPerEpoch = groupsOf(known.map(([plain]) => plain), n, random).length; // prettier-ignore
      const totalSteps = epochs * stepsPerEpoch;
      const learningRate = schedules.oneCycle({ maxLearningRate: parts.lr, totalSteps, warmupFraction: 0.15 });
      model.compile({ optimizer: optimizers.adam({ learningRate, globalClipNorm: 1 }), loss: parts.loss });
      let epoch = 0;
      const batches = function* () {
        const drawn = random.fork("order").fork(epoch++);
        const some = known.map((each) => each[drawn.integer(each.length)]);
        for (const group of groupsOf(some, n, drawn)) {
          const { x, lengths, labels } = sideBySide(group, drawn);
          yield { x, y: parts.targets(labels), lengths };
        }
      };
      const callbacks = [new TrainingProgress(stage, wording)];
      const start = performance.now();
      await model.fit(batches, { epochs, stepsPerEpoch, signal: stage.signal, callbacks });
      const stepMs = (performance.now() - start) / totalSteps;
      return {
        recognize: (some) =>
          recognized(
            parts,
            model,
            some.map((recording) => heard(recording, sampleRate, 0, seed)),
          ),
        weights: weightCount(model),
        stepMs,
        dispose: () => model.dispose(),
      };
    },
  };
}

/** The digit that the network hears in each, computed in batches of similar length. */
async function recognized(parts: NetworkParts, model: Model, all: readonly Heard[]): Promise<number[]> {
  const order = [...all.keys()].sort((a, b) => all[a].frames - all[b].frames);
  const digits = new Array<number>(all.length);
  for (let from = 0; from < order.length; from += batch) {
    const some = order.slice(from, from + batch);
    const group = sideBySide(some.map((i) => all[i]));
    const outputs = await model.predict(group.x, { lengths: group.lengths, batchSize: batch });
    for (const [k, digit] of parts.digits(outputs, group).entries()) digits[some[k]] = digit;
    for (const each of [group.x, outputs]) each.dispose();
  }
  return digits;
}
