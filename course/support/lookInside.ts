/**
 * A look inside a network for images: its first weights, and one image on its way through the layers. Letters: N
 * images, H W C their shape, O outputs.
 */
import { type Model, RandomState, type Tensor, mul, scope, sum, tensor } from "lanegrad";
import { type Block, type Picture, colorPicture, pictureOf } from "lanegrad/report";
import { count } from "./format.js";
import type { TrainingData } from "./networkLesson.js";

const mostFilters = 32;
const mostChannels = 16;
const unitsALine = 50;

/** An image of the test set. */
export interface Sample {
  /** Its index. */
  readonly at: number;
  readonly picture: Picture;
  /** The class that the network predicts. */
  readonly label: number;
}

/** The sample on its way through the layers, and the weights of the first layer. */
export function lookInside(model: Model, data: TrainingData, { at, picture, label }: Sample): Block[] {
  const [, ...shape] = data.test.x.shape;
  const size = shape.reduce((product, n) => product * n, 1);
  const values = data.test.x.toTypedArray().subarray(at * size, (at + 1) * size);
  const scale = data.test.x.dtype === "uint8" ? 1 / 255 : 1;
  const pixels = Float32Array.from(values, (value) => scale * value);
  const section = "One image on its way through the network";
  const blocks: Block[] = [
    {
      ...{ kind: "images", title: "What matters", section, isDetail: true, scale: 6 },
      caption: "How much each pixel matters: the size of the gradient.",
      pictures: [picture, saliencyOf(model, pixels, shape, label)],
    },
  ];
  for (const { layer, pictures: all } of activationsOf(model, pixels, shape)) {
    const pixelScale = all.length === 1 ? 8 : 3;
    const { classNames: columns } = data;
    const isOutput = all.length === 1 && all[0].height === 1 && all[0].width === columns.length;
    const pictures = isOutput ? [{ ...all[0], columns }] : all;
    blocks.push({ kind: "images", title: layer, section, isDetail: true, scale: pixelScale, pictures });
  }
  const filters = filtersOf(model);
  if (filters.length > 0)
    blocks.push({
      ...{ kind: "images", title: "What the first layer looks for", isDetail: true, scale: 3, pictures: filters },
      caption: "The weights of its units: orange below zero, blue above.",
    });
  return blocks;
}

/** Image i of the test set: three channels are its colours; of other numbers of channels the mean. */
export function imageOf({ test: { x } }: Pick<TrainingData, "test">, i: number, caption: string): Picture {
  const [, H, W, C = 1] = x.shape;
  const values = x.toTypedArray().subarray(i * H * W * C, (i + 1) * H * W * C);
  if (C === 3) return colorPicture(x.dtype === "uint8" ? values : Array.from(values, (v) => 255 * v), W, caption);
  return pictureOf(averaged(values, H * W), W, caption);
}

/** Means over channels of (pixels, C). */
function averaged(values: ArrayLike<number>, pixels: number): number[] {
  const C = values.length / pixels;
  return Array.from({ length: pixels }, (_, p) => {
    let total = 0;
    for (let c = 0; c < C; c++) total += values[p * C + c];
    return total / C;
  });
}

/**
 * The features of the first layer with a kernel: windows of a convolution, or images where a dense layer sees all
 * pixels.
 */
function filtersOf(model: Model): Picture[] {
  const [first] = model.weights.filter(({ name }) => name.endsWith("/kernel"));
  if (first === undefined) return [];
  const { shape } = first.value;
  const O = shape.at(-1)!;
  const [H, W] = shape.length === 4 ? shape : model.inputShape;
  const inputs = first.value.size / O;
  if (H === null || W === null || inputs % (H * W) !== 0) return []; // of any size: no picture of weights
  const values = first.value.toTypedArray();
  return Array.from({ length: Math.min(O, mostFilters) }, (_, o) => {
    const column = Float32Array.from({ length: inputs }, (_, i) => values[i * O + o]);
    return pictureOf(averaged(column, H * W), W, String(o));
  });
}

/** |∂ logit / ∂ pixel|, averaged over channels. Source: Simonyan et al. 2014, "Deep inside convolutional networks". */
function saliencyOf(model: Model, pixels: Float32Array, shape: readonly number[], label: number): Picture {
  const gradient = scope(() => {
    const x = tensor(pixels, [1, ...shape], { requiresGrad: true });
    const [logits] = model.call([x]);
    const chosen = new Float32Array(logits.size);
    chosen[label] = 1;
    sum(mul(logits, tensor(chosen, logits.shape))).backward();
    return Float32Array.from(x.grad!.toTypedArray(), Math.abs);
  });
  return pictureOf(averaged(gradient, shape[0] * shape[1]), shape[1], "what matters");
}

/** The outputs of a layer, channel by channel. */
interface Activation {
  readonly layer: string;
  readonly pictures: readonly Picture[];
}

/**
 * The outputs of the layers of a chain; empty for a network with branches, which does not call one layer after the
 * other.
 */
function activationsOf(model: Model, pixels: Float32Array, shape: readonly number[]): Activation[] {
  const random = new RandomState(0);
  try {
    return scope(() => {
      const x = tensor(pixels, [1, ...shape]);
      const expected = model.call([x])[0].toTypedArray();
      let y: Tensor = x;
      const views: Activation[] = [];
      for (const layer of model.layers) {
        y = layer.call([y], { training: false, random, stream: 0, masks: [] });
        if (layer.parameters.length > 0)
          views.push({ layer: layer.name!, pictures: channelsAsPictures(y.toTypedArray(), y.shape) });
      }
      const isChain = y.size === expected.length && y.toTypedArray().every((value, i) => value === expected[i]);
      return isChain ? views : [];
    });
  } catch {
    return []; // a layer that joins several inputs: not a chain
  } finally {
    random.dispose();
  }
}

/** (1, H, W, C): one picture per channel; (1, units): one picture of all units. */
function channelsAsPictures(values: ArrayLike<number>, shape: readonly number[]): Picture[] {
  if (shape.length === 4) {
    const [, H, W, C] = shape;
    return Array.from({ length: Math.min(C, mostChannels) }, (_, c) => {
      const channel = Float32Array.from({ length: H * W }, (_, p) => values[p * C + c]);
      return pictureOf(channel, W, String(c));
    });
  }
  const width = Math.min(values.length, unitsALine);
  const padded = new Float32Array(width * Math.ceil(values.length / width));
  padded.set(Array.from(values));
  return [pictureOf(padded, width, `${count(values.length)} units`)];
}
