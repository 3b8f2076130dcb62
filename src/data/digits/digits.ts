/**
 * Handwritten-looking digits, drawn from a seed: a data set of MNIST's form that needs neither files nor a network, in
 * Node and in browsers. A digit's image is one of its glyphs (glyphs.ts) drawn by an unsteady hand (pen.ts). It is not
 * a copy of MNIST and has less variety.
 */
import { checkKeys } from "../../errors.js";
import { checkInteger } from "../../options.js";
import { heap } from "../../runtime/runtime.js";
import { tensor } from "../../tensor/create.js";
import { Random } from "../../tensor/random.js";
import { digitNames, type Dataset, type Split } from "../dataset.js";
import { type DrawingOptions, drawEach } from "../drawing.js";
import { glyphs, type Glyph } from "./glyphs.js";
import { Pen } from "./pen.js";

/** Options of {@link digits}. */
export interface DigitsOptions {
  /** Number of training examples, 1 to 1,000,000. Default 20,000. */
  readonly train?: number;
  /** Number of test examples, 1 to 1,000,000. Default 4,000. */
  readonly test?: number;
  /** Any integer; the same seed draws the same digits in every engine. Default 0. */
  readonly seed?: number;
  /** Ends the drawing; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called now and then with the number of digits drawn and the total. */
  readonly onProgress?: (drawn: number, total: number) => void;
}

const op = "datasets.digits";
const pixels = 28 * 28;
const examples = "[1, 1000000]";
/** Digits between two checks of the clock. */
const stretch = 64;

/**
 * Drawn digits: train and test, x (N, 28, 28, 1) uint8 with 255 for ink, y (N) int32 labels 0 … 9, all equally likely.
 * The first n digits are the same however many are asked for; train and test are independent streams of the seed.
 * Cost: 20 to 50 µs a digit. It yields to the event loop, so that a page stays alive.
 * @throws {UsageError} before `init`, for an unknown option or one out of range
 * @throws the signal's reason when it aborts
 * @throws {MemoryError}
 */
export async function digits(options: DigitsOptions = {}): Promise<Split> {
  checkKeys(op, options, ["train", "test", "seed", "signal", "onProgress"]);
  const { train = 20_000, test = 4_000, seed = 0, signal, onProgress } = options;
  checkInteger(op, "train", train, examples);
  checkInteger(op, "test", test, examples);
  const random = new Random(seed);
  heap(); // throws before anything is drawn if init was not called
  const total = train + test;
  return {
    train: await drawSet(random.fork("train"), train, { signal, onProgress: (drawn) => onProgress?.(drawn, total) }),
    test: await drawSet(random.fork("test"), test, {
      signal,
      onProgress: (drawn) => onProgress?.(train + drawn, total),
    }),
  };
}

/** `count` digits from a stream of random numbers. */
async function drawSet(random: Random, count: number, options: DrawingOptions): Promise<Dataset> {
  const pen = new Pen();
  const images = new Uint8Array(count * pixels);
  const labels = new Int32Array(count);
  await drawEach(count, stretch, options, (i) => {
    labels[i] = random.integer(10);
    pen.draw(choose(ways[labels[i]], random), random, images, i * pixels);
  });
  return { x: tensor(images, [count, 28, 28, 1]), y: tensor(labels), classNames: digitNames };
}

/** The glyphs of each digit. */
const ways = Array.from({ length: 10 }, (_, digit) => glyphs.filter((glyph) => glyph.digit === digit));

/** One of the glyphs, chosen by weight. */
function choose(among: readonly Glyph[], random: Random): Glyph {
  let left = random.uniform() * among.reduce((sum, { weight }) => sum + weight, 0);
  return among.find(({ weight }) => (left -= weight) < 0) ?? among[0];
}
