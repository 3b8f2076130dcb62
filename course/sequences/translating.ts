/**
 * Networks that translate sentence by sentence: an encoder reads the source, a decoder writes the target, and attention
 * tells where each step of the decoder looks. Here is what such a network needs beside its training: writing by beam
 * search, BLEU on the test sentences, and the alignment as a picture. Letters: N sentences, S source tokens, U target
 * tokens, V target vocabulary.
 */
import {
  DataError,
  type Model,
  type Tensor,
  attentionWeights,
  decode,
  layers,
  matmul,
  model as network,
  noGrad,
  notEqual,
  reshape,
  scope,
  cast,
  strategies,
  tensor,
  text,
} from "lanegrad";
import type { Block } from "lanegrad/report";
import { decimal } from "../support/format.js";
import type { Task, TrainingData } from "../support/networkLesson.js";
import { attentionTable } from "./attentionTable.js";

/** Sentences that are translated at once. */
const atOnce = 50;
/** The longest translation. */
const mostTokens = 60;
export const [begin, end] = ["<begin>", "<end>"] as const;
/** The width of the beam. */
const width = 5;
const [examples, drawn] = [8, 3];

/** Sentences as tokens, with the vocabularies of both languages. */
export interface TranslationData extends TrainingData {
  readonly source: text.BytePairs;
  readonly target: text.BytePairs;
  readonly tested: text.TextPairs;
}

/** BLEU of the test sentences, with a beam and without. */
export const translating: Task = {
  wording: {
    live: ({ loss }) => ({ score: `loss ${decimal(loss)}`, details: [] }),
    epoch: ({ loss, valLoss }) => [
      `loss ${decimal(loss)}`,
      ...(valLoss === undefined ? [] : [`validation ${decimal(valLoss)}`]),
    ],
  },
  counted: () => ({ name: "sentences", perRow: 1 }),
  notes(data) {
    const { source, target } = data as TranslationData;
    return { input: "translate", source: source.toJSON(), target: target.toJSON() };
  },
  async test(_, model, data) {
    const { tested } = data as TranslationData;
    const using = translatorOf(model);
    const bleuOf = (beam: number): { readonly score: number; readonly written: readonly string[] } => {
      const written = using.translate(tested.sources, beam);
      return { score: 100 * text.bleu(written.map(words), tested.targets.map(words)), written };
    };
    const [greedy, beam] = [bleuOf(1), bleuOf(width)];
    const shown = tested.sources.slice(0, examples).map((source, i) => {
      return `${source}\n  ${beam.written[i]}\n  (${tested.targets[i]})`;
    });
    const blocks: Block[] = [
      { kind: "text", title: "Translations, and in brackets those of people", text: shown.join("\n\n") },
      ...using.alignments(tested.sources.slice(0, drawn), beam.written),
    ];
    const summary = `BLEU ${beam.score.toFixed(1)} with a beam of ${width}, ${greedy.score.toFixed(1)} with the likeliest words`;
    return { summary, numbers: { bleu: beam.score, bleuGreedy: greedy.score, beam: width }, blocks };
  },
};

/** Lower-case words and signs, as BLEU compares them; of Chinese each character is a word. */
export function words(sentence: string): string {
  return apart(sentence)
    .normalize("NFC")
    .toLowerCase()
    .replace(/([^\s\p{L}\p{M}\p{N}])/gu, " $1 ")
    .trim();
}

/** Chinese characters apart, as the networks read and write them; other texts stay as they are. */
export function apart(sentence: string): string {
  return sentence.replace(/(?<=\p{Script=Han})(?=[^\s])|(?<=[^\s])(?=\p{Script=Han})/gu, " ");
}

/** Chinese characters without spaces between them. */
function together(sentence: string): string {
  return sentence.replace(/(?<=\p{Script=Han}) +| +(?=\p{Script=Han})/gu, "");
}

/** A trained network, ready to translate. */
export interface Translator {
  /** @param beam  1 takes the likeliest token in each step */
  translate(sentences: readonly string[], beam: number): string[];
  /** Where the decoder looked, a picture a sentence; none for a network without attention. */
  alignments(sentences: readonly string[], written: readonly string[]): Block[];
}

/**
 * The encoder and the step of the decoder, made of the network's layers.
 * @throws {DataError} for a network that does not translate
 */
export function translatorOf(model: Model): Translator {
  const { source, target } = vocabularies(model);
  const named = new Map(model.layers.map((layer) => [layer.name, layer]));
  const at = (name: string) => named.get(name)!;
  const attention = named.get("attention");
  const [start, stop] = [target.tokenOf(begin)!, target.tokenOf(end)!];

  const read = layers.input({ shape: [null] });
  const [memory, forward, backward] = at("encoder").applyMany(at("sourceEmbedding").apply(read));
  const bridge = at("bridge").apply(layers.concatenate().apply([forward, backward]));
  const encoder = network({ inputs: read, outputs: [memory, bridge] });

  const [token, state] = [layers.input({ shape: [null] }), layers.input({ shape: bridge.shape })];
  const seen = layers.input({ shape: [null, memory.shape[1]] });
  const [steps, next] = at("decoder").applyMany([at("targetEmbedding").apply(token), state]);
  const joined = attention
    ? layers.concatenate().apply([steps, attention.apply([at("query").apply(steps), seen])])
    : steps;
  const logits = at("targetEmbedding").apply(at("mix").apply(joined));
  const inputs = attention ? [token, state, seen] : [token, state];
  const decoder = network({ inputs, outputs: [logits, next, steps] });

  /** Tokens (N, S), what the encoder makes of them, and their mask. */
  const encoded = (sentences: readonly string[]) => {
    const tokens = text.padSequences(
      sentences.map((sentence) => source.encode(apart(sentence))),
      { padding: "post" },
    );
    const mask = cast(notEqual(tokens, 0), "int32");
    const [remembered, first] = encoder.call([tokens]);
    return { mask, remembered, first };
  };
  const stepOf = (tokens: Tensor, before: Tensor, memory: readonly Tensor[]): Tensor[] => {
    if (!attention) return decoder.call([tokens, before]);
    return decoder.call([tokens, before, memory[0]], { mask: [undefined, undefined, memory[1]] });
  };

  return {
    translate(sentences, beam) {
      const written: string[] = [];
      for (let from = 0; from < sentences.length; from += atOnce) {
        const some = sentences.slice(from, from + atOnce);
        scope(() =>
          noGrad(() => {
            const { mask, remembered, first } = encoded(some);
            const strategy = beam === 1 ? strategies.greedy() : strategies.beam({ width: beam });
            const found = decode(
              (tokens, [before], memory) => {
                const [scores, after] = stepOf(reshape(tokens, [-1, 1]), before, memory);
                return { logits: scores, states: [after] };
              },
              {
                ...{ start, end: stop, maxLength: mostTokens, strategy, states: [first] },
                ...(attention && { memory: [remembered, mask] }),
              },
            );
            for (const [{ tokens }] of found) written.push(together(target.decode(tokens).trim()));
          }),
        );
      }
      return written;
    },
    alignments(sentences, written) {
      if (!attention) return [];
      const kernel = model.weights.find(({ name }) => name === "query/kernel")!.value;
      return sentences.map((sentence, i) => {
        const [from, to] = [source.encode(apart(sentence)), target.encode(apart(written[i]))];
        const values = scope(() =>
          noGrad(() => {
            const { mask, remembered, first } = encoded([sentence]);
            const [, , states] = stepOf(tensor(Int32Array.of(start, ...to), [1, to.length + 1]), first, [
              remembered,
              mask,
            ]);
            return attentionWeights(matmul(states, kernel), remembered).toTypedArray() as Float32Array;
          }),
        );
        const read = Array.from(from, (one) => source.unitOf(one).trim());
        return attentionTable({
          title: `Where the decoder looked, in percent: ${sentence}`,
          read,
          written: [...Array.from(to, (one) => target.unitOf(one).trim()), end],
          weights: values,
        });
      });
    },
  };
}

/** The vocabularies from a network's notes. @throws {DataError} where they are not there or damaged */
function vocabularies({ notes }: Model): { readonly source: text.BytePairs; readonly target: text.BytePairs } {
  if (notes.input !== "translate") throw new DataError("predict: the model does not translate. Train translate first.");
  return { source: text.bytePairsFrom(notes.source), target: text.bytePairsFrom(notes.target) };
}
