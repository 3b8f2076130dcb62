/**
 * Networks that answer a line of dialogue: what such a network needs beside its training. Its perplexity on the test
 * answers, with the turns before the line and with these hidden, and writing answers. Letters as in dialogues.ts.
 */
import {
  DataError,
  type Model,
  cast,
  decode,
  model as network,
  layers,
  noGrad,
  notEqual,
  reshape,
  scope,
  strategies,
  tensor,
  text,
} from "lanegrad";
import type { Block } from "lanegrad/report";
import type { Task, TrainingData } from "../../support/networkLesson.js";
import { marksOf, turnsOf, unigramLoss, withoutContext } from "./dialogues.js";

/** The longest answer. */
const mostTokens = 40;
const width = 5;
const examples = 8;
/** How answers are drawn, unless other values are given. */
export const drawing = { temperature: 0.7, topP: 0.9 } as const;

/** Lines with their answers, as tokens and as texts. */
export interface ChatData extends TrainingData {
  readonly vocabulary: text.BytePairs;
  /** Turns that are read: those before the line, and the line. */
  readonly turns: number;
  readonly tested: readonly (readonly string[])[];
}

const ofLoss = (loss: number): string => text.perplexity(loss).toFixed(2);

/** Perplexity a token, with the turns before and with these hidden. */
export const chatting: Task = {
  wording: {
    live: ({ loss }) => ({ score: `perplexity ${ofLoss(loss)}`, details: [] }),
    epoch: ({ loss, valLoss }) => [
      `perplexity ${ofLoss(loss)}`,
      ...(valLoss === undefined ? [] : [`validation ${ofLoss(valLoss)}`]),
    ],
  },
  counted: () => ({ name: "answers", perRow: 1 }),
  notes(data) {
    const { vocabulary, turns, train } = data as ChatData;
    return { input: "chat", vocabulary: vocabulary.toJSON(), turns, turnTokens: train.x.shape[2] };
  },
  async test({ fit }, model, data, batchSize) {
    const { vocabulary, tested, turns, train, test } = data as ChatData;
    const [read, written] = [test.x, test.further![0]];
    const options = { batchSize, groupByLength: fit!.groupByLength! };
    const { loss } = await model.evaluate([read, written], test.y, options);
    const unigram = text.perplexity(unigramLoss(train.y, test.y, vocabulary.size));
    const perplexity = text.perplexity(loss);
    const numbers = { perplexity, perplexityUnigram: unigram, context: turns - 1 };
    const summary = `perplexity ${perplexity.toFixed(2)} a token; by how often each token occurs, ${unigram.toFixed(1)}`;
    const blocks = [examplesOf(model, tested)];
    if (turns === 1) return { summary, numbers, blocks };
    const alone = await model.evaluate([withoutContext({ turns: read }), written], test.y, options);
    const hidden = text.perplexity(alone.loss);
    return {
      summary: `${summary}; with the turns before the line hidden, ${hidden.toFixed(2)}`,
      numbers: { ...numbers, perplexityContextHidden: hidden },
      blocks,
    };
  },
};

/** A trained network, ready to answer. */
export interface Answerer {
  /**
   * The answer to the last of these turns, which the two speakers took in turn.
   * @param strategy  of `decode`. Default: the likeliest answer, by a beam of 5.
   */
  readonly answer: (turns: readonly string[], strategy?: ReturnType<typeof strategies.beam>) => string;
}

/**
 * The encoder and the step of the decoder, made of the network's layers.
 * @throws {DataError} for a network that does not answer
 */
export function answererOf(model: Model): Answerer {
  const { notes } = model;
  if (notes.input !== "chat") throw new DataError("predict: the model does not answer. Train chat first.");
  const vocabulary = text.bytePairsFrom(notes.vocabulary);
  const { turns: C, turnTokens: T } = notes as { readonly turns: number; readonly turnTokens: number };
  if (![C, T].every((size) => Number.isInteger(size) && size > 0))
    throw new DataError(`predict: the model's notes are damaged; expected turns and turnTokens, got ${C} and ${T}.`);
  const named = new Map(model.layers.map((layer) => [layer.name, layer]));
  const at = (name: string) => named.get(name)!;

  const turns = layers.input({ shape: [C, T] });
  const words = at("encoder").apply(at("empty").apply(turns));
  const [, last] = at("context").applyMany(at("means").apply(words));
  const known = at("known").apply(words);
  const encoder = network({ inputs: turns, outputs: [at("bridge").apply(last), known] });
  const [token, state] = [layers.input({ shape: [null] }), layers.input({ shape: last.shape })];
  const memory = layers.input({ shape: known.shape });
  const [steps, next] = at("decoder").applyMany([at("words").apply(token), state]);
  const looked = at("attention").apply([at("query").apply(steps), memory]);
  const mix = at("mix").apply(layers.concatenate().apply([steps, looked]));
  const decoder = network({ inputs: [token, state, memory], outputs: [at("words").apply(mix), next] });
  const [start, stop] = marksOf(vocabulary);

  return {
    answer(lines, strategy = strategies.beam({ width })) {
      const encoded = lines.map((line) => vocabulary.encode(line));
      const tokens = turnsOf(encoded, C, T);
      return scope(() =>
        noGrad(() => {
          const read = tensor(tokens, [1, C, T]);
          const counts = cast(reshape(notEqual(read, 0), [1, C * T]), "int32");
          const [first, seen] = encoder.call([read]);
          const [[best]] = decode(
            (last, [before], [remembered, mask]) => {
              const masks = { mask: [undefined, undefined, mask] };
              const [scores, after] = decoder.call([reshape(last, [-1, 1]), before, remembered], masks);
              return { logits: scores, states: [after] };
            },
            { start, end: stop, maxLength: mostTokens, strategy, states: [first], memory: [seen, counts] },
          );
          return vocabulary.decode(best.tokens).trim();
        }),
      );
    },
  };
}

/** Some lines of the test dialogues with their turns before, the network's answers and the one that was given. */
function examplesOf(model: Model, dialogues: readonly (readonly string[])[]): Block {
  const { answer } = answererOf(model);
  const stride = Math.max(1, Math.floor(dialogues.length / examples));
  const shown = dialogues
    .filter((_, i) => i % stride === 0)
    .slice(0, examples)
    .map((turns, i) => {
      const at = Math.min(turns.length - 1, 1 + (i % 4));
      const before = turns.slice(Math.max(0, at - 4), at);
      const drawn = answer(before, strategies.sampling({ ...drawing, seed: i }));
      return [...before.map((turn) => `– ${turn}`), `  → ${answer(before)}`, `  drawn: ${drawn}`, `  (${turns[at]})`].join("\n"); // prettier-ignore
    });
  const title = "Lines, the likeliest answer, one that was drawn, and in brackets that of the dialogue";
  return { kind: "text", title, text: shown.join("\n\n") };
}
