/**
 * Networks that read or write sequences: training steps of two small transformers, and a step of a decoder in a beam
 * search. The operations of the products are counted. Letters: N batch, T tokens, F features, V vocabulary, H units, W
 * the beam's width.
 */
import {
  type Model,
  decode,
  initializers,
  layers,
  losses,
  model as network,
  models,
  optimizers,
  record,
  reshape,
  strategies,
  tensor,
  weightedMean,
} from "lanegrad";
import type { Case, Prepared } from "../case.js";
import { WrongResultError, checkSamples } from "../check.js";
import { randomValues } from "../random.js";
import { type GptSizes, type Weights, lossOf } from "./transformerReference.js";

/** A transformer and its batch, in which all samples are the same. */
interface Transformer extends GptSizes {
  readonly N: number;
  readonly T: number;
}

/** Forward, loss, backward, AdamW; recorded. */
function trainingStep(name: string, sizes: Transformer): Prepared {
  const { N, T, ...options } = sizes;
  const V = sizes.vocabulary;
  const model: Model = models.gpt({ ...options, context: T, seed: 0 });
  model.build([T]);
  const noise = randomValues(T + 1);
  const text = Int32Array.from({ length: T + 1 }, (_, t) => Math.floor(((noise[t] + 1) / 2) * V));
  const repeated = (from: number) =>
    tensor(
      Int32Array.from({ length: N * T }, (_, i) => text[from + (i % T)]),
      [N, T],
    );
  const [x, y] = [repeated(0), repeated(1)];
  const loss = losses.categoricalCrossentropy({ fromLogits: true });
  const lossAt = (directions?: Weights, step = 0): number => {
    const moved = model.weights.map(({ value }, i) =>
      Float64Array.from(value.toTypedArray(), (weight, j) => weight + step * (directions?.[i][j] ?? 0)),
    );
    return lossOf(sizes, moved, text.subarray(0, T), text.subarray(1));
  };
  // The gradient is checked in a separate pass, before AdamW, which hides it.
  weightedMean(loss.call(y, model.call([x])[0])).backward();
  const gradients = model.weights.map(({ value }) => Float64Array.from(value.grad!.toTypedArray()));
  const directions = gradients.map((gradient, i) => {
    const scale = gradient.reduce((largest, g) => Math.max(largest, Math.abs(g)), 0) || 1;
    const other = randomValues(gradient.length + i);
    return Float64Array.from(gradient, (g, j) => g / scale + other[j] / 4);
  });
  const slope = directions.reduce((sum, list, i) => sum + list.reduce((s, d, j) => s + d * gradients[i][j], 0), 0);
  const step = 1e-5;
  const expected = (lossAt(directions, step) - lossAt(directions, -step)) / (2 * step);
  checkSamples(`${name}: slope`, [slope], { value: () => expected, tolerance: () => 2e-3 * Math.abs(expected) });
  model.compile({ optimizer: optimizers.adamw({ learningRate: 1e-5, weightDecay: 0.1, globalClipNorm: 1 }), loss });
  const recording = record(() => model.trainOnBatch([x], [y]));
  return {
    run: () => recording.replay(),
    check() {
      const value = lossAt();
      recording.replay();
      checkSamples(`${name}: loss`, [recording.result.item()], { value: () => value, tolerance: () => 1e-4 * value });
    },
    dispose() {
      recording.result.dispose();
      recording.dispose();
      model.dispose();
      x.dispose();
      y.dispose();
    },
  };
}

/** Operations of a training step: each weight of a product three times a token, and attention. */
function flopsOf({ N, T, features: F, blocks, vocabulary: V }: Transformer): number {
  const forward = blocks * (12 * F * F + ((T + 1) / 2) * 2 * F) + F * V;
  return 2 * 3 * N * T * forward;
}

const [W, H, V, tokens] = [5, 512, 10_000, 20];

/** `tokens` steps of a beam search: an embedding and an LSTM of 512, logits of 10,000 tokens. */
function beamSearch(name: string): Prepared {
  const [token, h, c] = [[1], [H], [H]].map((shape) => layers.input({ shape }));
  const embedded = layers.embedding({ inputDim: V, outputDim: H }).apply(token);
  const [y, ...after] = layers.lstm({ units: H, returnState: true }).applyMany([embedded, h, c]);
  const outputs = [layers.dense({ units: V, kernelInitializer: initializers.zeros() }).apply(y), ...after];
  const model = network({ inputs: [token, h, c], outputs, seed: 0 });
  const bias = model.weights.at(-1)!.value;
  bias.assign(Float32Array.from({ length: V }, (_, v) => (v === 7 ? 2 : v === 9 ? 1 : 0))); // whatever was read
  const initial = [0, 1].map(() => tensor(new Float32Array(H), [1, H]));
  const search = () =>
    decode(
      (last, states) => {
        const [logits, ...next] = model.call([reshape(last, [-1, 1]), ...states]);
        return { logits, states: next };
      },
      { start: 1, end: 0, maxLength: tokens, states: initial, strategy: strategies.beam({ width: W }) },
    );
  const mean = 2 - Math.log(Math.exp(2) + Math.E + V - 2); // of the likeliest token, 7 each time
  return {
    run: search,
    check() {
      const [[best]] = search();
      const isRight = best.tokens.length === tokens && [...best.tokens].every((one) => one === 7);
      if (isRight && Math.abs(best.score - mean) < 1e-4) return;
      const got = `${best.tokens.join(" ")} with ${best.score}`;
      throw new WrongResultError(`bench: ${name}: expected ${tokens} times token 7 with ${mean}, got ${got}.`);
    },
    dispose() {
      model.dispose();
      for (const one of initial) one.dispose();
    },
  };
}

const [small, narrow] = [
  { N: 12, T: 64, features: 128, heads: 4, blocks: 4, vocabulary: 65 },
  { N: 16, T: 64, features: 96, heads: 4, blocks: 4, vocabulary: 65 },
] as const;

const training = (name: string, sizes: Transformer): Case => ({
  group: "seq2seq",
  name,
  work: { flops: flopsOf(sizes) },
  prepare: () => trainingStep(name, sizes),
});

/** The cases of the group. */
export const seq2seqCases: readonly Case[] = [
  training("transformer-4x128-train", small),
  training("transformer-4x96-train", narrow),
  {
    group: "seq2seq",
    name: `beam-${W}-H${H}-V${V}`,
    work: { flops: tokens * W * 2 * (2 * H * 4 * H + H * V), parts: tokens },
    prepare: () => beamSearch("beam"),
  },
];
