/**
 * Strings of digits by "listen, attend and spell": a pyramid of bidirectional layers listens, a decoder writes digit after
 * digit and looks, for each, at what the pyramid has heard. Nobody tells it where the digits are. The pyramid has to say by
 * CTC what it hears, too, and of what the decoder would write, that is taken which both find likely. Letters: n strings, T frames, S steps of the
 * pyramid, U digits that are written, the end among them.
 * Sources: Chan, Jaitly, Le & Vinyals 2016; CTC beside attention: Watanabe, Hori, Kim, Hershey & Hayashi 2017.
 */
import {
  type Layer,
  type Model,
  type SymbolicTensor,
  type Tensor,
  attentionWeights,
  ctcLoss,
  decode,
  layers,
  losses,
  model,
  noGrad,
  optimizers,
  reshape,
  schedules,
  scope,
  strategies,
  tensor,
} from "lanegrad";
import { weightCount } from "../support/networkLesson.js";
import { TrainingProgress } from "../support/progress.js";
import { targetsOf } from "./ctcNumbers.js";
import { NumberBatches, epochShare, heardOf, hopSeconds, joined, lossWording, pyramidLayers } from "./numberNetwork.js";
import type { NumberRecognizer } from "./numberRecognizer.js";
import { features, sideBySide } from "./recordings.js";

/** Tokens: 0 is none, digit d is d + 1. */
const [begin, end] = [11, 12];
const vocabulary = 13;
const [units, heardUnits] = [128, 128];
/** The most digits that are written, and the end. */
const mostTokens = 12;
/** What CTC weighs against 1 for the decoder, in training and in the choice of what is written. */
const ctcWeight = 0.5;
/** Beginnings that are kept while it writes; all of them are weighed at the end. */
const width = 8;
/** Each string is heard this many times as often as by CTC alone. */
const patience = 2;

/** The network in training, its pyramid by itself, and a step of its decoder. */
interface Speller {
  readonly trainer: Model;
  /** Gives what is looked at, and what is heard by CTC. */
  readonly listener: Model;
  readonly step: Model;
}

function speller(seed: number): Speller {
  const [frames, tokens] = [layers.input({ shape: [null, features] }), layers.input({ shape: [null] })];
  const memory = pyramidLayers().reduce<SymbolicTensor>((x, layer) => layer.apply(x), frames);
  const table = layers.embedding({ inputDim: vocabulary, outputDim: 32, maskZero: true });
  const recurrent = () => layers.gru({ units, returnSequences: true, returnState: true });
  const [lower, upper] = [recurrent(), recurrent()];
  const look = [0, 1].map(() => ({
    query: layers.dense({ units: heardUnits, useBias: false }),
    attention: layers.attention({ score: "scaled" }),
    join: layers.concatenate(),
  }));
  const looking = (at: number, steps: SymbolicTensor, seen: SymbolicTensor): SymbolicTensor => {
    const { query, attention, join } = look[at];
    return join.apply([steps, attention.apply([query.apply(steps), seen])]);
  };
  const drop = layers.dropout({ rate: 0.2 });
  const dropped = layers.dropout({ rate: 0.4 }); // digits are drawn: those before say nothing of the next
  const mix = layers.dense({ units, activation: "tanh" });
  const say = layers.dense({ units: vocabulary });
  /** The lower layer looks, the upper one knows what was seen, and looks again; with what it looks for, as the last output. */
  const spell = (written: SymbolicTensor, seen: SymbolicTensor, states: readonly SymbolicTensor[]) => {
    const [below, first] = lower.applyMany([dropped.apply(table.apply(written)), ...states.slice(0, 1)]);
    const [above, second] = upper.applyMany([looking(0, below, seen), ...states.slice(1)]);
    const logits = say.apply(drop.apply(mix.apply(looking(1, above, seen))));
    return [logits, first, second, look[1].query.apply(above)];
  };
  const hears: Layer = layers.dense({ units: 11 });
  const heard = hears.apply(memory);
  const outputs = [spell(tokens, memory, [])[0], heard];
  const trainer = model({ inputs: [frames, tokens], outputs, seed });
  const states = [0, 1].map(() => layers.input({ shape: [units] }));
  const seen = layers.input({ shape: [null, heardUnits] });
  const step = model({ inputs: [tokens, seen, ...states], outputs: spell(tokens, seen, states) });
  return { trainer, listener: model({ inputs: frames, outputs: [memory, heard] }), step };
}

/** What the decoder reads, begin first, and what it is to write, the end last: (n, U) each, 0 behind. */
function tokensOf(strings: readonly (readonly number[])[]): [Tensor, Tensor] {
  const U = 1 + Math.max(...strings.map(({ length }) => length));
  const [read, write] = [new Int32Array(strings.length * U), new Int32Array(strings.length * U)];
  for (const [i, digits] of strings.entries()) {
    const tokens = digits.map((digit) => digit + 1);
    read.set([begin, ...tokens], i * U);
    write.set([...tokens, end], i * U);
  }
  return [read, write].map((list) => tensor(list, [strings.length, U])) as [Tensor, Tensor];
}

/** 1 for the steps of the pyramid that are heard: (n, S). */
function maskOf(lengths: readonly number[], S: number): Tensor {
  const mask = lengths.flatMap((length) => Array.from({ length: S }, (_, s) => Number(s < Math.ceil(length / joined))));
  return tensor(Int32Array.from(mask), [lengths.length, S]);
}

/** A pyramid and a decoder. */
export const lasNumbers: NumberRecognizer = {
  about: "pyramid, decoder with attention, and CTC",
  async train(numbers, { stage, seed, sampleRate, epochs }) {
    const strings = new NumberBatches(numbers, sampleRate, seed);
    const stepsPerEpoch = strings.count;
    const times = patience * epochShare * epochs;
    const totalSteps = times * stepsPerEpoch;
    const { trainer, listener, step } = speller(seed);
    const learningRate = schedules.oneCycle({ maxLearningRate: 0.004, totalSteps, warmupFraction: 0.15 });
    trainer.compile({
      optimizer: optimizers.adam({ learningRate, globalClipNorm: 1 }),
      loss: [losses.sparseCategoricalCrossentropy({ fromLogits: true }), losses.ctc()],
      lossWeights: [1, ctcWeight],
    });
    const batches = function* () {
      for (const { x, lengths, digits } of strings.epoch()) {
        const [read, write] = tokensOf(digits);
        yield { x: [x, read], y: [write, targetsOf(digits)], lengths: [lengths, undefined] };
      }
    };
    const callbacks = [new TrainingProgress(stage, lossWording)];
    await trainer.fit(batches, { epochs: times, stepsPerEpoch, signal: stage.signal, callbacks });
    return {
      async recognize(some) {
        const heard: (readonly number[])[] = [];
        for (const number of some) {
          await stage.turn();
          heard.push(spelt(sideBySide([heardOf(number, 0, sampleRate)]), listener, step));
        }
        return heard;
      },
      async spots(number) {
        const weights = looks(number.digits, sideBySide([heardOf(number, 0, sampleRate)]), listener, step);
        return number.digits.map((digit, u) => ({ digit, ...stretchOf(weights[u]) }));
      },
      weights: weightCount(trainer),
      dispose: () => trainer.dispose(),
    };
  },
};

/** The digits that the decoder finds likely, and CTC as well. */
function spelt({ x, lengths }: ReturnType<typeof sideBySide>, listener: Model, step: Model): number[] {
  return scope(() =>
    noGrad(() => {
      const [memory, heard] = listener.call([x], { lengths });
      const mask = maskOf(lengths, memory.shape[1]);
      const states = [0, 1].map(() => tensor(new Float32Array(units), [1, units]));
      const strategy = strategies.beam({ width, best: width, lengthPenalty: 0 });
      const [found] = decode(
        (tokens, [first, second], [seen, shown]) => {
          const inputs = [reshape(tokens, [-1, 1]), seen, first, second];
          const [logits, after, next] = step.call(inputs, { mask: [undefined, shown, undefined, undefined] });
          return { logits, states: [after, next] };
        },
        { start: begin, end, maxLength: mostTokens, strategy, states, memory: [memory, mask] },
      );
      x.dispose();
      const frames = Math.ceil(lengths[0] / joined);
      const written = found
        .map(({ tokens, logProbability }) => ({ logProbability, digits: Array.from(tokens, (token) => token - 1) }))
        .filter(({ digits }) => digits.length > 0 && digits.every((digit) => digit >= 0 && digit < 10));
      const scores = written.map(({ digits, logProbability }) => {
        const loss = ctcLoss(heard, targetsOf([digits]), { lengths: [frames] });
        return logProbability - ctcWeight * loss.item();
      });
      return written.length === 0 ? [] : written[scores.indexOf(Math.max(...scores))].digits;
    }),
  );
}

/** How much the decoder looks at each step of the pyramid, digit by digit, when it writes the given digits. */
function looks(
  digits: readonly number[],
  { x, lengths }: ReturnType<typeof sideBySide>,
  listener: Model,
  step: Model,
): Float32Array[] {
  return scope(() =>
    noGrad(() => {
      const [memory] = listener.call([x], { lengths });
      const mask = maskOf(lengths, memory.shape[1]);
      const [read] = tokensOf([digits]);
      const states = [0, 1].map(() => tensor(new Float32Array(units), [1, units]));
      const outputs = step.call([read, memory, ...states], { mask: [undefined, mask, undefined, undefined] });
      const weights = attentionWeights(outputs[3], memory).toTypedArray() as Float32Array; // (U, S)
      const S = Math.ceil(lengths[0] / joined);
      x.dispose();
      return digits.map((_, u) => weights.slice(u * memory.shape[1], u * memory.shape[1] + S));
    }),
  );
}

/** The seconds around the step that is looked at most, as far as steps are looked at half as much. */
function stretchOf(weights: Float32Array): { readonly from: number; readonly to: number } {
  const most = weights.reduce((a, b) => Math.max(a, b));
  let [from, to] = [weights.indexOf(most), weights.indexOf(most) + 1];
  while (from > 0 && weights[from - 1] > most / 2) from--;
  while (to < weights.length && weights[to] > most / 2) to++;
  return { from: from * joined * hopSeconds, to: to * joined * hopSeconds };
}
