/**
 * Captions: a network that says what is in a picture. A convolutional encoder keeps a grid of features, one vector for
 * each part of the picture. The decoder writes word by word with two layers of LSTM; between them, additive attention
 * looks at the grid, and what it sees goes to the upper layer and to the logits. The lower layer begins with states made
 * of the mean of the features. Looking after a whole layer, and not within its steps, leaves both layers on the fused
 * kernels. Letters: P parts of the grid, U words.
 * Sources: Xu et al. 2015, "Show, attend and tell"; attention between two layers: Anderson et al. 2018, "Bottom-up and
 * top-down attention for image captioning"; after a layer: Luong, Pham & Manning 2015.
 */
import {
  type Model,
  Random,
  type Tensor,
  datasets,
  layers,
  losses,
  model,
  optimizers,
  schedules,
  tensor,
  text,
} from "lanegrad";
import { batch, byData, epochs, integer, learningRate, yesOrNo } from "../settings.js";
import type { DataSource, Stage, Values } from "../stage.js";
import { count } from "../support/format.js";
import { type NetworkLesson, type NetworkSettings, type Samples, network } from "../support/network.js";
import { begin, end } from "./captioning/captioner.js";
import { type CaptionData, type CaptionedPictures, captioning } from "./captioning/judging.js";

/** The most scenes that are drawn for the validation and for the test. */
const [mostHeld, mostTested] = [1000, 2000];
/** Of photographs: words that are rarer are unknown, longer sentences are not trained on. */
const [minCount, mostWords] = [5, 20];

/** Flickr8k. */
export const flickr8kSource: DataSource<datasets.Flickr8k> = {
  name: "flickr8k",
  title: "Flickr8k",
  files: datasets.flickr8kFiles.map((names) => ({ names })),
  url: "https://www.jair.org/index.php/jair/article/view/10833",
  read(files) {
    const [sentences, ...others] = datasets.flickr8kFiles.map(
      (names) => names.flatMap((name) => files.get(name) ?? [])[0],
    );
    const part = (at: number): datasets.Flickr8kPartFiles<Uint8Array<ArrayBuffer>> => {
      return { list: others[at], pictures: others[at + 1] };
    };
    return datasets.flickr8kFrom({ sentences, train: part(0), validation: part(2), test: part(4) });
  },
};

/** What the network is made of. */
interface Sizes {
  /** The channels of each convolution of 3 × 3, and whether it halves the picture. */
  readonly convolutions: readonly (readonly [channels: number, halves: boolean])[];
  readonly embedding: number;
  readonly units: number;
  readonly dropped: number;
  /** How it is trained, unless other settings are given. */
  readonly run: NonNullable<CaptionData["run"]>;
}

const sizes: Readonly<Record<string, Sizes>> = {
  scenes: { convolutions: [[24, true], [48, true], [64, false], [64, false]], embedding: 32, units: 128, dropped: 0, run: { epochs: 3, batch: 16, lr: 0.003 } },
  flickr8k: { convolutions: [[32, true], [64, true], [64, false], [128, true], [128, false]], embedding: 128, units: 256, dropped: 0.5, run: { epochs: 8, batch: 32, lr: 0.001 } },
}; // prettier-ignore

const settings = {
  epochs: byData(epochs(3), "3 for scenes, 8 for photographs"),
  batch: byData(batch(16), "16 for scenes, 32 for photographs"),
  lr: byData(learningRate(0.003), "0.003 for scenes, 0.001 for photographs"),
  pictures: integer({
    about: "how many scenes are drawn to train on",
    default: 20_000,
    least: 1,
    slider: [1000, 100_000],
    isLogarithmic: true,
  }),
  attention: yesOrNo("whether the decoder looks at the parts of the picture"),
} as const;
type Settings = NetworkSettings & typeof settings;

/** A convolutional encoder, and a decoder of LSTM. */
export const captions: NetworkLesson = network({
  name: "captions",
  title: "Captions with attention",
  about: "a network that says what is in a picture, with attention or without",
  chapter: "sequences",
  settings,
  quick: { pictures: 4000 },
  sources: [flickr8kSource],
  runsWithoutSources: true,
  loss: losses.categoricalCrossentropy({ fromLogits: true }),
  metrics: [],
  task: captioning,
  data: captionedPictures,
  model: captioner,
  optimizer: ({ lr, steps }) =>
    optimizers.adam({
      learningRate: schedules.oneCycle({ maxLearningRate: lr, totalSteps: steps, warmupFraction: 0.1 }),
      globalClipNorm: 1,
    }),
});

/** The network: [picture (H, W, 3), words (U)] → logits (U, V). */
function captioner(seed: number, data: object, _: number, { attention }: object & Partial<Values<Settings>>): Model {
  const { words, kind, train } = data as CaptionData;
  const { convolutions, embedding, units, dropped } = sizes[kind === "drawn" ? "scenes" : kind];
  const drop = (): ReturnType<typeof layers.dropout> => layers.dropout({ rate: dropped });
  const [picture, written] = [layers.input({ shape: train.x.shape.slice(1) }), layers.input({ shape: [null] })];
  let features = kind === "drawn" ? picture : layers.randomFlip().apply(picture); // left stays left in scenes
  for (const [filters, halves] of convolutions) {
    const strides = halves ? 2 : 1;
    features = layers.conv2d({ filters, kernelSize: 3, strides, padding: "same", useBias: false }).apply(features);
    features = layers.activation({ activation: "relu" }).apply(layers.batchNormalization().apply(features));
  }
  const [height, width, channels] = features.shape as readonly number[];
  const parts = layers.reshape({ targetShape: [height * width, channels] }).apply(features);
  const grid = layers.positionalEmbedding({ maxLength: height * width, name: "grid" }).apply(parts);
  const mean = layers.globalAveragePooling1d({ name: "mean" }).apply(grid);
  const [hidden, cell] = ["firstHidden", "firstCell"].map((name) =>
    layers.dense({ units, activation: "tanh", name }).apply(mean),
  );
  const read = layers.embedding({ inputDim: words.size, outputDim: embedding, maskZero: true, name: "words" });
  const lower = layers.lstm({ units, returnSequences: true, returnState: true, name: "lower" });
  const [asked] = lower.applyMany([drop().apply(read.apply(written)), hidden, cell]); // (U, units)
  const look = layers.additiveAttention({ units: 64, name: "attention" });
  const seen = attention === "yes" ? [look.apply([asked, grid])] : []; // (U, channels)
  const beside = (steps: typeof asked): typeof asked =>
    seen.length === 0 ? steps : layers.concatenate().apply([steps, ...seen]);
  const upper = layers.lstm({ units, returnSequences: true, returnState: true, name: "upper" });
  const [told] = upper.applyMany([drop().apply(beside(asked))]);
  const outputs = layers.dense({ units: words.size, name: "logits" }).apply(drop().apply(beside(told)));
  return model({ inputs: [picture, written], outputs, name: "captions", seed });
}

/**
 * Flickr8k if it is available, or else, unless it was requested, drawn scenes. A resumed run gets the data it began
 * with.
 */
async function captionedPictures(stage: Stage<NetworkSettings>): Promise<CaptionData> {
  const kind = stage.resumed?.notes.data;
  if (kind === "drawn") return drawnScenes(stage, "");
  const { data, place } = await stage.data(flickr8kSource, kind !== "flickr8k");
  return data === undefined ? drawnScenes(stage, ` (${place})`) : photographs(data, place);
}

async function drawnScenes({ settings, seed, signal, show }: Stage<NetworkSettings>, remark: string) {
  const { pictures } = settings as Values<Settings>;
  const random = new Random(seed);
  const draw = (part: string, some: number): Promise<datasets.Scenes> =>
    datasets.scenes({
      ...{ count: some, seed: random.fork(part).seed, signal },
      onProgress: (drawn, total) => show({ kind: "now", text: `drawing scenes: ${count(drawn)} of ${count(total)}` }),
    });
  const train = await draw("train", pictures);
  const [held, tested] = [Math.min(mostHeld, Math.ceil(pictures / 10)), Math.min(mostTested, Math.ceil(pictures / 5))];
  const [validation, test] = [await draw("validation", held), await draw("test", tested)];
  const words = text.fitTokenizer(train.sentences, { unit: "words", marks: [begin, end] });
  const samples = ({ x, sentences }: datasets.Scenes): Samples => samplesOf(x, sentences, words);
  const captioned = ({ x, sentences, nouns }: datasets.Scenes): CaptionedPictures => {
    return { pictures: x, references: sentences.map((one) => [one]), nouns };
  };
  return {
    kind: "drawn",
    description: `drawn scenes, ${count(pictures)} to train on and ${count(tested)} to test${remark}`,
    ...{ train: samples(train), validation: samples(validation), test: samples(test) },
    ...{
      classNames: [],
      hasImages: false,
      words,
      known: captioned(train),
      tested: captioned(test),
      run: sizes.scenes.run,
    },
  };
}

/** Flickr8k: each photograph is there once for each of its sentences. */
function photographs({ train, validation, test }: datasets.Flickr8k, place: string): CaptionData {
  const captioned = ({ x, sentences }: datasets.Flickr8kPictures): CaptionedPictures => {
    return { pictures: x, references: sentences.map((some) => some.map(plainWords)) };
  };
  const [known, held, tested] = [train, validation, test].map(captioned);
  const words = text.fitTokenizer(known.references.flat(), { unit: "words", marks: [begin, end], minCount });
  return {
    kind: "flickr8k",
    description: `Flickr8k from ${place}, ${count(train.names.length)} photographs to train on and ${count(test.names.length)} to test`,
    ...{ train: repeated(known, words), validation: repeated(held, words), test: repeated(tested, words) },
    fit: { groupByLength: { multiple: 4 } }, // few sizes: a recorded step is kept for each
    ...{ classNames: [], hasImages: false, words, known, tested, run: sizes.flickr8k.run },
  };
}

/** A picture for each of its sentences that are not too long. */
function repeated({ pictures, references }: CaptionedPictures, words: text.Tokenizer): Samples {
  const [, ...shape] = pictures.shape;
  const size = shape.reduce((product, one) => product * one, 1);
  const bytes = pictures.toTypedArray();
  const short = references.map((some) => some.filter((one) => one.split(" ").length <= mostWords));
  const sentences = short.flat();
  const rows = new Uint8Array(sentences.length * size);
  let at = 0;
  for (const [i, { length }] of short.entries())
    for (let k = 0; k < length; k++) rows.set(bytes.subarray(i * size, (i + 1) * size), size * at++);
  return samplesOf(tensor(rows, [sentences.length, ...shape]), sentences, words);
}

/** Lower-case words without signs, as captions are compared. */
function plainWords(sentence: string): string {
  return (sentence.toLowerCase().match(/[\p{L}\p{N}]+(?:'[\p{L}]+)?/gu) ?? []).join(" ");
}

/** What the decoder reads and what it is to predict, beside the pictures. */
function samplesOf(x: Tensor, sentences: readonly string[], words: text.Tokenizer): Samples {
  const tokens = sentences.map((sentence) => words.encode(sentence));
  const [first, last] = [words.tokenOf(begin)!, words.tokenOf(end)!];
  const padded = (rows: readonly Int32Array[]): Tensor => text.padSequences(rows, { padding: "post" });
  return {
    x,
    further: [padded(tokens.map((row) => Int32Array.of(first, ...row)))],
    y: padded(tokens.map((row) => Int32Array.of(...row, last))),
  };
}
