/**
 * Translation: a recurrent encoder reads a sentence in both directions, a recurrent decoder writes its translation.
 * Without attention all of the sentence must pass through one vector; with it each step of the decoder looks at the
 * steps of the encoder. Both languages are split into byte pairs, so that no word is unknown. Letters: S source tokens,
 * U target tokens.
 * Sources: Sutskever, Vinyals & Le 2014; attention after the decoder: Luong, Pham & Manning 2015.
 */
import { DataError, Random, datasets, layers, losses, model, optimizers, schedules, text } from "lanegrad";
import { batch, defaultsOf, epochs, integer, learningRate, yesOrNo } from "../settings.js";
import type { DataSource, Lesson, Stage, Values } from "../stage.js";
import { count, duration } from "../support/format.js";
import { type NetworkLesson, type NetworkSettings, network } from "../support/network.js";
import { type TranslationData, apart, begin, end, translating } from "./translating.js";

const [embedding, units, dropped] = [256, 256, 0.4];
/** Longer sentences are not trained on. */
const mostTokens = 40;
const pairs = ["de-en", "en-de", "en-fr", "fr-en", "en-vi"];
const languages = ["de", "en", "fr"] as const;
const partNames = ["train", "validation", "test"] as const;

/** Sentences of Multi30k, English and Vietnamese ones of Tatoeba, or pairs of any other two languages. */
interface Sentences {
  readonly multi30k?: Partial<Record<datasets.Multi30kLanguage, datasets.Multi30kTexts>>;
  readonly vietnamese?: text.TextPairs;
  readonly pairs?: text.TextPairs;
}

const tatoeba = { names: ["vie.txt.gz", "vie.txt"] };
const pairsFile = {
  names: ["pairs.tsv"],
  option: { name: "file", about: "for translate, pairs to learn: a text, a tab and its translation a line" },
};

/** Multi30k, Tatoeba's English and Vietnamese, or a file with a pair a line. */
export const translationSource: DataSource<Sentences> = {
  name: "translation",
  title: "Multi30k, Tatoeba or a file of pairs",
  files: [
    ...languages.flatMap((language) => partNames.map((part) => ({ names: datasets.multi30kNames(part, language) }))),
    { ...tatoeba, isOptional: true },
    { ...pairsFile, isOptional: true },
  ],
  otherFiles: [[pairsFile], [tatoeba]],
  url: "https://github.com/multi30k/dataset",
  async read(files) {
    const bytesOf = (names: readonly string[]): Uint8Array | undefined =>
      names.flatMap((name) => files.get(name) ?? [])[0];
    const multi30k = languages.flatMap((language) => {
      const [train, validation, test] = partNames.map((part) => bytesOf(datasets.multi30kNames(part, language)));
      return train && validation && test ? [[language, { train, validation, test }] as const] : [];
    });
    const [vietnamese, own] = [bytesOf(tatoeba.names), bytesOf(pairsFile.names)];
    return {
      ...(multi30k.length > 0 && { multi30k: await datasets.multi30kFrom(Object.fromEntries(multi30k)) }),
      ...(vietnamese && { vietnamese: await text.readPairs(vietnamese) }),
      ...(own && { pairs: await text.readPairs(own) }),
    };
  },
};

const settings = {
  ...{ epochs: epochs(10), batch: batch(64), lr: learningRate(0.002) },
  pair: { kind: "choice", about: "from which language into which", default: pairs[0], choices: pairs },
  tokens: integer({
    about: "how many byte pairs each language has",
    default: 4000,
    least: 300,
    slider: [300, 16000],
    isLogarithmic: true,
  }),
  attention: yesOrNo("whether the decoder looks at the encoder's steps"),
} as const;
type Settings = NetworkSettings & typeof settings;

/** An encoder and a decoder of GRU. */
export const translate: NetworkLesson = network({
  name: "translate",
  title: "Translation with attention",
  about: "an encoder and a decoder of GRU that translate, with attention or without",
  chapter: "sequences",
  settings,
  sources: [translationSource],
  loss: losses.categoricalCrossentropy({ fromLogits: true, labelSmoothing: 0.1 }),
  metrics: [],
  task: translating,
  fit: { groupByLength: { multiple: 8 } }, // few sizes: a recorded step is kept for each
  data: translationData,
  model(seed, data, _, { attention }) {
    const { source, target } = data as TranslationData;
    const drop = layers.dropout({ rate: dropped });
    const [read, written] = [layers.input({ shape: [null] }), layers.input({ shape: [null] })];
    const table = { outputDim: embedding, maskZero: true };
    const sources = layers.embedding({ ...table, inputDim: source.size, name: "sourceEmbedding" });
    // One table for what the decoder reads and what it says: half of the weights, and fewer words known by heart.
    const targets = layers.reversibleEmbedding({ ...table, inputDim: target.size, name: "targetEmbedding" });
    const encoder = layers.bidirectional({
      layer: layers.gru({ units, returnSequences: true, returnState: true }),
      name: "encoder",
    });
    const [memory, forward, backward] = encoder.applyMany(drop.apply(sources.apply(read)));
    const last = layers.concatenate().apply([forward, backward]);
    const first = layers.dense({ units: 2 * units, activation: "tanh", name: "bridge" }).apply(last);
    const decoder = layers.gru({ units: 2 * units, returnSequences: true, returnState: true, name: "decoder" });
    const before = layers.dropout({ rate: dropped }).apply(targets.apply(written));
    const [steps] = decoder.applyMany([before, first]); // (U, 2 · units)
    // Luong's general score, divided by the root of its size: undivided, the weights soon are all or nothing.
    const query = layers.dense({ units: 2 * units, useBias: false, name: "query" });
    const look = layers.attention({ score: "scaled", name: "attention" });
    const seen = attention === "yes" && look.apply([query.apply(steps), memory]);
    const joined = seen ? layers.concatenate().apply([steps, seen]) : steps;
    const mix = layers.dense({ units: embedding, activation: "tanh", name: "mix" }).apply(joined);
    const outputs = targets.apply(layers.dropout({ rate: dropped }).apply(mix));
    return model({ inputs: [read, written], outputs, name: "translate", seed });
  },
  optimizer: ({ lr, steps }) =>
    optimizers.adam({
      learningRate: schedules.oneCycle({ maxLearningRate: lr, totalSteps: steps, warmupFraction: 0.1 }),
      globalClipNorm: 1,
    }),
});

/** Without attention and with it, one after the other, on the same sentences. */
export const translateTable: Lesson<Pick<Settings, "pair" | "epochs">> = {
  name: "translate-attention",
  title: "Translation without attention and with it",
  about: "BLEU of the same encoder and decoder without attention and with it",
  chapter: "sequences",
  kind: "table",
  settings: { pair: settings.pair, epochs: settings.epochs },
  sources: [translationSource],
  async run(stage) {
    const title = "translate";
    const header = ["attention", "BLEU, beam of 5", "likeliest words", "time"];
    stage.show({ kind: "table", title, section: "Attention", header, rows: [], widths: [9, 15, 15, 9] });
    const results: Record<string, unknown>[] = [];
    for (const attention of ["no", "yes"]) {
      const own = { ...defaultsOf(translate.settings), ...stage.settings, attention };
      const result = await translate.run({ ...stage, settings: own, resumed: undefined, keep: async () => undefined });
      const { bleu, bleuGreedy, beam, seconds } = result as Record<string, number>;
      results.push({ attention, bleu, bleuGreedy, beam, seconds });
      const cells = [attention, bleu.toFixed(1), bleuGreedy.toFixed(1), duration(seconds)];
      stage.show({ kind: "row", table: title, cells });
    }
    const [without, looking] = results as Record<string, number>[];
    const gain = looking.bleu - without.bleu;
    const text = `Attention ${gain < 0 ? "loses" : "adds"} ${Math.abs(gain).toFixed(1)} points of BLEU.`;
    stage.show({ kind: "conclusion", text });
    return { bleu: looking.bleu, bleuWithoutAttention: without.bleu, beam: looking.beam, results };
  },
};

/** The sentences as tokens, and those of the test as they are. */
async function translationData(stage: Stage<NetworkSettings>): Promise<TranslationData> {
  const { pair, tokens } = stage.settings as Values<Settings>;
  const { data, place } = await stage.data(translationSource);
  const { multi30k, vietnamese, pairs = pair === "en-vi" ? vietnamese : undefined } = data!;
  const parts = pairs === undefined ? languagesOf(multi30k ?? {}, pair) : splitPairs(pairs, stage.seed);
  const fit = (texts: readonly string[], marks: readonly string[]): text.BytePairs =>
    text.fitBytePairs(texts.map(apart), { maxTokens: tokens, lower: true, normalForm: "NFC", marks });
  const [source, target] = [fit(parts.train.sources, []), fit(parts.train.targets, [begin, end])];
  const samples = ({ sources, targets }: text.TextPairs) => {
    const options = { source, target, maxLength: mostTokens, targetMaxLength: mostTokens };
    const { x, y } = text.translationPairs(sources.map(apart), targets.map(apart), options);
    return { x: x[0], further: [x[1]], y };
  };
  const train = samples(parts.train);
  return {
    kind: "translation",
    description: `${place}, ${pair}, ${count(train.y.shape[0])} sentences to train on, ${count(parts.test.sources.length)} to test`,
    train,
    validation: samples(parts.validation),
    test: samples(parts.test),
    ...{ classNames: [], hasImages: false, source, target, tested: parts.test },
  };
}

type Parts = Readonly<Record<datasets.Multi30kPart, text.TextPairs>>;

/** @throws {DataError} where the pair's languages are not there */
function languagesOf(texts: NonNullable<Sentences["multi30k"]>, pair: string): Parts {
  const [from, to] = pair.split("-").map((language) => texts[language as datasets.Multi30kLanguage]);
  if (from === undefined || to === undefined) {
    const hint = "Pass the file of its pairs as data: a sentence, a tab, and its translation on each line.";
    throw new DataError(`train: the data do not have ${pair}. ${hint}`);
  }
  const both = (part: datasets.Multi30kPart): text.TextPairs => ({ sources: from[part], targets: to[part] });
  return { train: both("train"), validation: both("validation"), test: both("test") };
}

/** A file's pairs in three parts, by their sources: one with several translations is in one part only. */
function splitPairs({ sources, targets }: text.TextPairs, seed: number): Parts {
  const different = [...new Set(sources)];
  const order = new Random(seed).fork("split").permutation(different.length);
  const held = Math.min(1000, Math.floor(different.length / 10));
  if (held < 1)
    throw new DataError(`train: there are too few pairs; expected at least 10 sources, got ${different.length}.`);
  const partOf = new Map<string, datasets.Multi30kPart>();
  for (const [rank, i] of order.entries()) {
    partOf.set(different[i], rank < held ? "test" : rank < 2 * held ? "validation" : "train");
  }
  const those = (part: datasets.Multi30kPart): text.TextPairs => {
    const kept = Array.from(sources.keys()).filter((i) => partOf.get(sources[i]) === part);
    return { sources: kept.map((i) => sources[i]), targets: kept.map((i) => targets[i]) };
  };
  return { train: those("train"), validation: those("validation"), test: those("test") };
}
