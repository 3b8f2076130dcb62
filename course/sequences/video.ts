/**
 * Films: a tag for each frame, and a caption for the clip. A shape moves over a dark ground, one way and perhaps then
 * another; the tag of a frame says how it has moved since the frame before, the caption what it is and how it moves.
 * A small convolution sees each frame; over the frames are nothing, a GRU, a convolutional LSTM, or convolutions in three
 * dimensions. Letters: T frames, F features of a frame.
 */
import { layers, losses, optimizers, reshape, schedules, slice } from "lanegrad";
import { type SymbolicTensor, asLayer, sequential } from "lanegrad";
import { type Block, colorPicture } from "lanegrad/report";
import { batch, epochs, integer, learningRate } from "../settings.js";
import type { Lesson, Result, Stage } from "../stage.js";
import { differenceOf } from "../support/comparison.js";
import { count, decimal, duration, percent } from "../support/format.js";
import { weightCount } from "../support/networkLesson.js";
import { TrainingProgress, type Wording } from "../support/progress.js";
import { type ClipNetwork, type Clips, type Seen, Vocabulary, clipNetwork, drawn, said } from "./clips.js";

/** F, and the channels of the two convolutions of a frame. */
const [features, narrow, wide] = [64, 16, 32];
/** Clips to test with, and no more than are trained on. */
const mostTested = 1000;

const relu = "relu" as const;
const same = { kernelSize: 3, padding: "same", activation: relu } as const;

/** A small convolution of each frame: (T, H, W, 3) → (T, H / 4, W / 4, wide). */
function convolved(clip: SymbolicTensor): SymbolicTensor {
  const shape = clip.shape.slice(1);
  const frame = sequential([
    layers.conv2d({ filters: narrow, ...same, inputShape: shape }),
    layers.maxPooling2d(),
    layers.conv2d({ filters: wide, ...same }),
    layers.maxPooling2d(),
  ]);
  return layers.timeDistributed({ layer: asLayer(frame) }).apply(clip);
}

/**
 * F features of each frame, from its map (T, …) → (T, F): where things are, and whether something is there at all, the
 * largest value of each channel.
 */
function featuresOf(maps: SymbolicTensor): SymbolicTensor {
  const flat = layers.reshape({ targetShape: [maps.shape[0]!, -1] }).apply(maps);
  const where = layers.dense({ units: features, activation: relu }).apply(flat);
  const what = layers.timeDistributed({ layer: layers.globalMaxPooling2d() }).apply(maps);
  return layers.concatenate().apply([where, what]);
}

/** What is in the frames, on average, beside what another layer has made of them in their order. */
function withMean(order: SymbolicTensor, frames: SymbolicTensor): SymbolicTensor {
  return layers.concatenate().apply([order, layers.globalAveragePooling1d().apply(frames)]);
}

/** As many numbers as the GRU has units. */
const squeezed = (x: SymbolicTensor): SymbolicTensor =>
  layers.dense({ units: 2 * features, activation: relu }).apply(layers.flatten().apply(x));

/** What each network sees. */
const networks = {
  "one frame alone": (clip) => {
    const frames = featuresOf(convolved(clip));
    const middle = layers.lambda({
      outputShape: [frames.shape[1]],
      function: (x) => reshape(slice(x, [0, x.shape[1] >> 1], [x.shape[0], 1]), [x.shape[0], x.shape[2]]),
    });
    return { frames, clip: middle.apply(frames) };
  },
  "convolution, GRU": (clip) => {
    const gru = layers.gru({ units: 2 * features, returnSequences: true, returnState: true });
    const seen = featuresOf(convolved(clip));
    const [frames, last] = gru.applyMany(seen);
    return { frames, clip: withMean(last, seen) };
  },
  "convolutional LSTM": (clip) => {
    const options = { filters: 24, kernelSize: 3, padding: "same", returnSequences: true, returnState: true } as const;
    const maps = convolved(clip);
    const [states, last] = layers.convLstm2d(options).applyMany(maps);
    const frames = featuresOf(layers.concatenate().apply([maps, states]));
    return { frames, clip: withMean(squeezed(last), frames) };
  },
  "3D convolution": (clip) => {
    const maps = convolved(clip);
    const moves = [1, 2].reduce((x) => layers.conv3d({ filters: 24, ...same }).apply(x), maps);
    const frames = featuresOf(layers.concatenate().apply([maps, moves]));
    return { frames, clip: withMean(squeezed(frames), frames) };
  },
} as const satisfies Record<string, (clip: SymbolicTensor) => Seen>;

const settings = {
  ...{ epochs: epochs(8), batch: batch(16), lr: learningRate(0.003) },
  clips: integer({
    about: "how many clips are drawn to train on",
    default: 6000,
    least: 1,
    slider: [500, 20000],
    isLogarithmic: true,
  }),
};
type Settings = typeof settings;

/** Four networks on the same clips. */
export const video: Lesson<Settings> = {
  name: "video",
  title: "A tag for each frame, a caption for the clip",
  about: "films of a moving shape: one frame alone, a GRU, convolutional LSTM, conv3d",
  chapter: "sequences",
  kind: "comparison",
  settings,
  quick: { clips: 1500, epochs: 4 },
  sources: [],
  async run(stage) {
    const { clips } = stage.settings;
    const train = await drawn(stage, clips, 2 * stage.seed);
    const test = await drawn(stage, Math.min(clips, mostTested), 2 * stage.seed + 1);
    const words = new Vocabulary(train.captions);
    const [, T, H] = train.x.shape;
    const text = `${count(clips)} drawn clips of ${T} frames of ${H} × ${H} to train on, ${count(test.captions.length)} to test`;
    stage.show({ kind: "fact", name: "data", text });
    const header = ["network", "captions right", "frames right", "shape and colour right", "weights", "time"];
    stage.show({ kind: "table", title, section: "Networks", header, rows: [], widths: [18, 14, 12, 22, 9, 7] });
    const results: Trained[] = [];
    for (const [name, see] of Object.entries(networks)) {
      const trained = await trainOne(stage, name, see, { train, test, words });
      results.push(trained);
      const { captions, frames, things, weights, seconds } = trained;
      const cells = [name, percent(captions, 1), percent(frames, 1), percent(things, 1), count(weights), duration(seconds)]; // prettier-ignore
      stage.show({ kind: "row", table: title, cells });
    }
    const result = findings(stage, test, results);
    for (const { x, tags } of [train, test]) for (const each of [x, tags]) each.dispose();
    return result;
  },
};

const title = "video";

const wording: Wording = {
  live: ({ loss }) => ({ score: `loss ${decimal(loss)}`, details: [] }),
  epoch: ({ loss }) => [`loss ${decimal(loss)}`],
};

/** A trained network, and shares of the test clips. */
interface Trained {
  readonly name: string;
  /** Captions right to the word. */
  readonly captions: number;
  /** Frames with the right tag, of those that have a frame before them. */
  readonly frames: number;
  /** Captions that name the right shape in the right colour. */
  readonly things: number;
  readonly weights: number;
  readonly seconds: number;
  readonly written: readonly string[];
  /** The tag of every frame. */
  readonly tags: Int32Array;
}

interface Data {
  readonly train: Clips;
  readonly test: Clips;
  readonly words: Vocabulary;
}

async function trainOne(
  stage: Stage<Settings>,
  name: string,
  see: (clip: SymbolicTensor) => Seen,
  { train, test, words }: Data,
): Promise<Trained> {
  const { epochs, batch, lr } = stage.settings;
  const network = clipNetwork(train.x.shape.slice(1), see, train.tagNames.length, words, stage.seed);
  const { whole } = network;
  const [read, written] = words.tokens(train.captions);
  try {
    const totalSteps = epochs * Math.ceil(train.x.shape[0] / batch);
    const learningRate = schedules.oneCycle({ maxLearningRate: lr, totalSteps, warmupFraction: 0.1 });
    const loss = losses.sparseCategoricalCrossentropy({ fromLogits: true });
    whole.compile({ optimizer: optimizers.adam({ learningRate, globalClipNorm: 1 }), loss: [loss, loss] });
    stage.show({ kind: "now", name: "network", text: name });
    const start = performance.now();
    await whole.fit([train.x, read], [train.tags, written], {
      ...{ epochs, batchSize: batch, signal: stage.signal, callbacks: [new TrainingProgress(stage, wording)] },
    });
    const seconds = (performance.now() - start) / 1000;
    return { name, seconds, weights: weightCount(whole), ...(await measured(network, test, words)) };
  } finally {
    for (const each of [read, written]) each.dispose();
    whole.dispose();
  }
}

/** The shares of the test clips of which a network says what is true. */
async function measured(network: ClipNetwork, test: Clips, words: Vocabulary) {
  const { tags, captions: written } = await said(network, test, words);
  const share = (isRight: (i: number) => boolean, places: readonly number[]): number =>
    places.filter(isRight).length / places.length;
  const [clips, T] = [[...test.captions.keys()], test.x.shape[1]];
  const truth = test.tags.toTypedArray();
  const later = Array.from(truth.keys()).filter((i) => i % T > 0);
  const thing = (caption: string): string => caption.split(" ").slice(0, 3).join(" ");
  return {
    ...{ written, tags },
    captions: share((i) => written[i] === test.captions[i], clips),
    things: share((i) => thing(written[i]) === thing(test.captions[i]), clips),
    frames: share((i) => tags[i] === truth[i], later),
  };
}

function findings(stage: Stage<Settings>, test: Clips, results: readonly Trained[]): Result {
  const [alone, ...others] = results;
  const best = others.reduce((a, b) => (b.captions > a.captions ? b : a));
  const examples = test.captions.slice(0, 6).map((caption, i) => {
    return [`(${caption})`, ...[alone, best].map(({ name, written }) => `  ${name}: ${written[i]}`)].join("\n");
  });
  const heading = "Captions of test clips, in brackets what is true";
  stage.show({ kind: "text", title: heading, text: examples.join("\n\n") });
  for (let i = 0; i < Math.min(3, test.captions.length); i++) stage.show(filmStrip(test, best, i));
  const { isClear, text } = differenceOf(best.captions, alone.captions, test.captions.length);
  const names = `${percent(alone.things, 1)} of shapes and colours`;
  const [fewer, more] = [alone, best].map(({ captions, frames }) => `${percent(captions, 1)} of captions and ${percent(frames, 1)} of frames`); // prettier-ignore
  const told = isClear
    ? `One frame alone gives ${names}, but not the movement: ${fewer} are right, against ${more} with ${best.name}.`
    : `One frame alone does about as well as ${best.name}, so this run does not show that the order of frames matters.`;
  stage.show({ kind: "conclusion", text: `${told} ${text}.` });
  const ranked = others.toSorted((a, b) => b.captions - a.captions);
  const list = ranked.map(({ name, captions, frames }) => `${name} ${percent(captions, 1)} and ${percent(frames, 1)}`);
  stage.show({ kind: "conclusion", text: `Captions and frames that are right: ${list.join(", ")}.` });
  return {
    exactPercent: 100 * best.captions,
    framePercent: 100 * best.frames,
    best: best.name,
    results: results.map(({ name, captions, frames, things, weights, seconds }) => ({
      network: name,
      ...{ exactPercent: 100 * captions, framePercent: 100 * frames, thingPercent: 100 * things, weights, seconds },
    })),
  };
}

/** The frames of a clip, and what a network says of them. */
function filmStrip({ x, tagNames }: Clips, { name, written, tags }: Trained, i: number): Block {
  const [, T, H, W] = x.shape;
  const frames = x.toTypedArray();
  return {
    ...{ kind: "images", title: written[i], section: "Test clips", isDetail: true, scale: 3 },
    caption: `What ${name} writes of the clip, and its tag for each frame.`,
    pictures: Array.from({ length: T }, (_, t) => {
      const bytes = frames.subarray((i * T + t) * 3 * H * W, (i * T + t + 1) * 3 * H * W);
      return colorPicture(bytes, W, tagNames[tags[i * T + t]]);
    }),
  };
}
