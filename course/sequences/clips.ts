/**
 * Clips of a moving shape as samples for networks, and what such a network is asked for: a tag for each frame, and a
 * caption for the clip, written word by word. Letters: N clips, T frames, U words of the longest caption with its end,
 * V words that there are.
 */
import {
  type Model,
  type SymbolicTensor,
  type Tensor,
  datasets,
  decode,
  layers,
  model as network,
  noGrad,
  reshape,
  scope,
  tensor,
} from "lanegrad";
import type { Stage } from "../stage.js";

/** Clips that are captioned at once. */
const atOnce = 100;
const [padding, begin, end] = [0, 1, 2];
const marks = ["", "<begin>", "<end>"];
/** The decoder's sizes. */
const [wordSize, units] = [24, 96];

/** Clips, their tags and captions. */
export interface Clips {
  /** (N, T, H, W, 3) */
  readonly x: Tensor;
  /** (N, T) */
  readonly tags: Tensor;
  readonly tagNames: readonly string[];
  readonly captions: readonly string[];
}

/** Draws clips and shows how far it is. */
export async function drawn(stage: Stage, count: number, seed: number): Promise<Clips> {
  return datasets.movingScenes({
    ...{ count, seed, signal: stage.signal },
    onProgress: (done, total) => {
      stage.show({ kind: "now", text: done < total ? `drawing clips: ${done} of ${total}` : "" });
    },
  });
}

/** The words of captions as numbers: 0 is padding, 1 the beginning, 2 the end; a comma is a word. */
export class Vocabulary {
  readonly words: readonly string[];
  /** U */
  readonly length: number;
  readonly #numbers: ReadonlyMap<string, number>;

  constructor(captions: readonly string[]) {
    const split = captions.map(wordsOf);
    this.words = [...marks, ...[...new Set(split.flat())].sort()];
    this.length = 1 + Math.max(...split.map(({ length }) => length));
    this.#numbers = new Map(this.words.map((word, i) => [word, i]));
  }

  /** What the decoder reads and what it is to write, (N, U) each: the caption after the beginning, and before the end. */
  tokens(captions: readonly string[]): readonly [read: Tensor, written: Tensor] {
    const shape = [captions.length, this.length];
    const [read, written] = [0, 1].map(() => new Int32Array(shape[0] * shape[1]).fill(padding));
    for (const [n, caption] of captions.entries()) {
      const numbers = wordsOf(caption).map((word) => this.#numbers.get(word)!);
      read.set([begin, ...numbers], n * this.length);
      written.set([...numbers, end], n * this.length);
    }
    return [tensor(read, shape), tensor(written, shape)];
  }

  /** The caption of tokens. */
  caption(tokens: ArrayLike<number>): string {
    return Array.from(tokens, (token) => this.words[token])
      .join(" ")
      .replaceAll(" ,", ",");
  }
}

const wordsOf = (caption: string): string[] => caption.replaceAll(",", " ,").split(" ");

/** What a network sees in a clip: something of each frame (T, F), and something of the clip (G). */
export interface Seen {
  readonly frames: SymbolicTensor;
  readonly clip: SymbolicTensor;
}

/** A network for clips, and the parts of it that write. */
export interface ClipNetwork {
  /** From clip and caption to the tags' logits (N, T, K) and those of the words (N, U, V). */
  readonly whole: Model;
  /** From clips to tags and the decoder's first state. */
  readonly reader: Model;
  /** From a word and a state to the next word's logits and the state after it. */
  readonly writer: Model;
}

/** The network: what `see` makes of the clip, tags from each frame, and a decoder for the caption. */
export function clipNetwork(
  shape: readonly number[],
  see: (clip: SymbolicTensor) => Seen,
  tagCount: number,
  { words }: Vocabulary,
  seed: number,
): ClipNetwork {
  const [clip, read] = [layers.input({ shape }), layers.input({ shape: [null] })];
  const { frames, clip: gist } = see(clip);
  const tags = layers.dense({ units: tagCount }).apply(frames);
  // over the batch: what all clips have in common would hide what tells them apart, and the decoder never look at it
  const first = layers.dense({ units, activation: "tanh" }).apply(layers.batchNormalization().apply(gist));
  const table = layers.embedding({ inputDim: words.length, outputDim: wordSize, maskZero: true });
  const decoder = layers.gru({ units, returnSequences: true, returnState: true });
  const logits = layers.dense({ units: words.length });
  const written = (from: SymbolicTensor, state: SymbolicTensor): SymbolicTensor[] => {
    const [steps, after] = decoder.applyMany([table.apply(from), state]);
    return [logits.apply(steps), after];
  };
  const [token, state] = [layers.input({ shape: [1] }), layers.input({ shape: [units] })];
  return {
    whole: network({ inputs: [clip, read], outputs: [tags, written(read, first)[0]], seed }),
    reader: network({ inputs: clip, outputs: [tags, first] }),
    writer: network({ inputs: [token, state], outputs: written(token, state) }),
  };
}

/** What a network says of clips. */
export interface Said {
  /** N · T */
  readonly tags: Int32Array;
  readonly captions: readonly string[];
}

/** The likeliest tag of each frame, and the caption that the decoder writes, likeliest words first. */
export async function said({ reader, writer }: ClipNetwork, { x }: Clips, words: Vocabulary): Promise<Said> {
  const outputs = await reader.predictAll(x, { batchSize: atOnce });
  const [scores, states] = outputs.map((one) => one.toTypedArray() as Float32Array);
  const K = outputs[0].shape.at(-1)!;
  for (const one of outputs) one.dispose();
  const tags = Int32Array.from({ length: scores.length / K }, (_, i) => {
    const own = scores.subarray(i * K, (i + 1) * K);
    return own.indexOf(Math.max(...own));
  });
  const captions: string[] = [];
  for (let from = 0; from < states.length; from += atOnce * units) {
    const some = states.slice(from, from + atOnce * units);
    scope(() =>
      noGrad(() => {
        const found = decode(
          (tokens, [before]) => {
            const [logits, after] = writer.call([reshape(tokens, [-1, 1]), before]);
            return { logits, states: [after] };
          },
          { start: begin, end, maxLength: words.length, states: [tensor(some, [some.length / units, units])] },
        );
        for (const [{ tokens }] of found) captions.push(words.caption(tokens));
      }),
    );
  }
  return { tags, captions };
}
