/**
 * Answers to a line of dialogue, with the turns before it or without: a recurrent encoder reads the words of each turn, a
 * recurrent layer reads the turns, and a decoder, which begins with its last state and looks at the words of all turns,
 * writes the answer. Letters: C turns that are read, T tokens of a turn, U tokens of an answer.
 * Source: the hierarchical recurrent encoder-decoder of Serban, Sordoni, Bengio, Courville & Pineau 2015.
 */
import {
  asLayer,
  datasets,
  initializers,
  layers,
  losses,
  model,
  optimizers,
  schedules,
  sequential,
  text,
} from "lanegrad";
import { batch, epochs, integer, learningRate } from "../settings.js";
import type { DataSource, Stage, Values } from "../stage.js";
import { count } from "../support/format.js";
import { type NetworkLesson, type NetworkSettings, network } from "../support/network.js";
import { type ChatData, chatting } from "./dialogue/chatting.js";
import { type Answers, answersOf, begin, end, playDialogues } from "./dialogue/dialogues.js";

const [embedding, turnUnits, units, dropped] = [128, 128, 192, 0.1];

const plays = ["input.txt", "input.txt.gz"];

/** Dialogues of two people, or the turns of plays. */
export const dialogueSource: DataSource<datasets.DailyDialog> = {
  name: "dialogues",
  title: "DailyDialog or Shakespeare's plays",
  files: datasets.dailyDialogFiles.map((names) => ({ names })),
  otherFiles: [[{ names: plays }]],
  url: "http://yanran.li/dailydialog",
  async read(files) {
    const bytesOf = (names: readonly string[]): Uint8Array | undefined =>
      names.flatMap((name) => files.get(name) ?? [])[0];
    const ofPlays = bytesOf(plays);
    if (ofPlays !== undefined) return playDialogues(await text.readText(ofPlays));
    const [train, validation, test] = datasets.dailyDialogFiles.map(bytesOf);
    return datasets.dailyDialog({ train: train!, validation: validation!, test: test! });
  },
};

const context = integer({
  about: "how many turns before the line it reads",
  default: 3,
  least: 0,
  slider: [0, 8],
});
const tokens = integer({
  about: "how many byte pairs there are",
  default: 2000,
  least: 300,
  slider: [300, 16000],
  isLogarithmic: true,
});
const settings = { epochs: epochs(2), batch: batch(64), lr: learningRate(0.004), context, tokens } as const;
type Settings = NetworkSettings & typeof settings;

/** Encoders of words and of turns, and a decoder, all of GRU. */
export const chat: NetworkLesson = network({
  name: "chat",
  title: "Answers in a dialogue",
  about: "a hierarchical encoder and a decoder of GRU that answer a line of dialogue",
  chapter: "sequences",
  settings,
  sources: [dialogueSource],
  loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }),
  metrics: [],
  task: chatting,
  fit: { groupByLength: { multiple: 8 } }, // few sizes: a recorded step is kept for each
  data: chatData,
  model(seed, data) {
    const { vocabulary, train } = data as ChatData;
    const [, C, T] = train.x.shape;
    const [turns, written] = [layers.input({ shape: [C, T] }), layers.input({ shape: [null] })];
    // Wide beginnings: docs/results/sequences.md has what narrower ones cost.
    const embeddingsInitializer = initializers.randomUniform({ minval: -0.5, maxval: 0.5 });
    const table = { inputDim: vocabulary.size, outputDim: embedding, maskZero: true, embeddingsInitializer };
    const drop = (x: ReturnType<typeof layers.input>) => layers.dropout({ rate: dropped }).apply(x);
    const reader = sequential(
      [
        layers.embedding({ ...table, inputShape: [T] }),
        layers.gru({ units: turnUnits, returnSequences: true }), // 0 where there is no word
      ],
      { name: "reader" },
    );
    const words = layers
      .timeDistributed({ layer: asLayer(reader), name: "encoder" })
      .apply(layers.masking({ name: "empty" }).apply(turns)); // (C, T, 128); a turn that there was not is passed over
    const mean = sequential([layers.masking({ inputShape: [T, turnUnits] }), layers.globalAveragePooling1d()]);
    const read = layers.timeDistributed({ layer: asLayer(mean), name: "means" }).apply(words); // (C, 128)
    const context = layers.gru({ units, returnState: true, name: "context" });
    const [, last] = context.applyMany(drop(read));
    const first = layers.dense({ units, activation: "tanh", name: "bridge" }).apply(last);
    const known = layers.reshape({ targetShape: [C * T, turnUnits], name: "known" }).apply(words);
    const memory = layers.masking({ name: "memory" }).apply(known); // (C · T, 128)
    // One table for what the decoder reads and what it says: begun narrow, the network guesses by frequency.
    const said = layers.reversibleEmbedding({ ...table, name: "words" });
    const decoder = layers.gru({ units, returnSequences: true, returnState: true, name: "decoder" });
    const [steps] = decoder.applyMany([drop(said.apply(written)), first]); // (U, 192)
    const query = layers.dense({ units: turnUnits, useBias: false, name: "query" }).apply(steps);
    const look = layers.attention({ score: "scaled", name: "attention" }).apply([query, memory]);
    const mix = layers
      .dense({ units: embedding, activation: "tanh", name: "mix" })
      .apply(drop(layers.concatenate().apply([steps, look])));
    const outputs = said.apply(drop(mix));
    return model({ inputs: [turns, written], outputs, name: "chat", seed });
  },
  optimizer: ({ lr, steps }) =>
    optimizers.adam({
      learningRate: schedules.oneCycle({ maxLearningRate: lr, totalSteps: steps, warmupFraction: 0.1 }),
      globalClipNorm: 1,
    }),
});

/** The dialogues as tokens, and those of the test as they are. */
async function chatData(stage: Stage<NetworkSettings>): Promise<ChatData> {
  const { context, tokens } = stage.settings as Values<Settings>;
  const { data, place } = await stage.data(dialogueSource);
  const vocabulary = text.fitBytePairs(data!.train.flat(), {
    maxTokens: tokens,
    lower: true,
    normalForm: "NFC",
    marks: [begin, end],
  });
  const [train, validation, test] = [data!.train, data!.validation, data!.test].map((dialogues) => {
    const { turns, written, predicted }: Answers = answersOf(dialogues, vocabulary, context);
    return { x: turns, further: [written], y: predicted };
  });
  const [n, m] = [train, test].map(({ y }) => count(y.shape[0]));
  return {
    kind: "dialogues",
    description: `${place}, ${n} answers to train on and ${m} to test, ${vocabulary.size} byte pairs`,
    ...{ train, validation, test, classNames: [], hasImages: false },
    ...{ vocabulary, turns: context + 1, tested: data!.test },
  };
}
