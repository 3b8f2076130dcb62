/** What the report of a training run shows, collected when it has ended. Letters: N images, H W C their shape, K classes, O output channels. */
import { type Model, RandomState, metrics, mul, scope, sum, tensor } from "../../index.js";
import { count, percent } from "../format.js";
import type { RecipeData } from "../recipes/data.js";
import type { Judgement } from "../report.js";
import { type Picture, pictureOf } from "./pictures.js";

/** What a task shows of a network that is trained; what it does not have is empty. */
export interface Shown {
  readonly classNames: readonly string[];
  /** Row: the true class. */
  readonly confusion: readonly (readonly number[])[];
  /** Empty where the data are no images. */
  readonly misread: readonly Picture[];
  readonly filters: readonly Picture[];
  readonly sample: SampleView | undefined;
  /** What the network wrote. */
  readonly texts: readonly { readonly title: string; readonly text: string }[];
}

/** Everything on the page. */
export interface TrainingReport extends Shown {
  readonly recipe: string;
  readonly about: string;
  /** The command line that does it again, seed included. */
  readonly command: string;
  /** Names and values: data, engine, result. */
  readonly facts: readonly (readonly [name: string, text: string])[];
  readonly summary: string;
  /** The layers as SVG, where the package that draws them is installed. */
  readonly graph: string | undefined;
  readonly curves: Curves;
}

/** How training went. */
export interface Curves {
  /** At the end of each epoch, by name. */
  readonly epochs: Readonly<Record<string, readonly number[]>>;
  /** The learning rate over the steps, at most some hundreds of them. */
  readonly steps: readonly number[];
  readonly learningRates: readonly number[];
}

/** One image on its way through the network. */
export interface SampleView {
  readonly image: Picture;
  /** How much each pixel matters: |∂ logit of the read class / ∂ pixel|. */
  readonly saliency: Picture;
  /** Outputs of the layers, channel by channel. */
  readonly activations: readonly { readonly layer: string; readonly pictures: readonly Picture[] }[];
}

const mostMisread = 24;
const mostFilters = 32;
const mostChannels = 16;
const unitsALine = 50;

/** Pictures and the matrix of what was taken for what. */
export function lookInside(model: Model, data: RecipeData, judgement: Judgement): Shown {
  const { labels, predictions } = judgement;
  const { classNames } = data;
  const confusion = metrics.confusionMatrix({ labels, predictions, classes: classNames.length });
  const none = { classNames, confusion, misread: [], filters: [], sample: undefined, texts: [] };
  if (!data.hasImages) return none;
  const wrong = surestErrors(judgement);
  return {
    ...none,
    misread: wrong.map((i) => imageOf(data, i, caption(data, judgement, i))),
    filters: filtersOf(model),
    sample: viewOf(model, data, judgement, wrong[0] ?? 0),
  };
}

function surestErrors({ labels, predictions, classes, probabilities }: Judgement): number[] {
  const sureness = (i: number): number => probabilities[i * classes + predictions[i]];
  return Array.from(labels.keys())
    .filter((i) => labels[i] !== predictions[i])
    .sort((a, b) => sureness(b) - sureness(a))
    .slice(0, mostMisread);
}

function caption({ classNames }: RecipeData, judgement: Judgement, i: number): string {
  const { labels, predictions, classes, probabilities } = judgement;
  const sureness = percent(probabilities[i * classes + predictions[i]], 0);
  return `${classNames[labels[i]]} read as ${classNames[predictions[i]]}, ${sureness}`;
}

/** Image i of the test set; channels are averaged. */
function imageOf({ test: { x } }: RecipeData, i: number, text: string): Picture {
  const [, H, W] = x.shape;
  return pictureOf(
    averaged(x.toTypedArray().subarray(i * H * W * channelsOf(x), (i + 1) * H * W * channelsOf(x)), H * W),
    W,
    text,
  );
}

const channelsOf = ({ shape }: { readonly shape: readonly number[] }): number => shape[3] ?? 1;

/** Means over channels of (pixels, C). */
function averaged(values: ArrayLike<number>, pixels: number): number[] {
  const C = values.length / pixels;
  return Array.from({ length: pixels }, (_, p) => {
    let total = 0;
    for (let c = 0; c < C; c++) total += values[p * C + c];
    return total / C;
  });
}

/** What the first layer with a kernel looks for: windows of a convolution, or images where a dense layer sees all pixels. */
function filtersOf(model: Model): Picture[] {
  const [first] = model.weights.filter(({ name }) => name.endsWith("/kernel"));
  if (first === undefined) return [];
  const { shape } = first.value;
  const O = shape.at(-1)!;
  const [H, W] = shape.length === 4 ? shape : model.inputShape;
  const inputs = first.value.size / O;
  if (inputs % (H * W) !== 0) return [];
  const values = first.value.toTypedArray();
  return Array.from({ length: Math.min(O, mostFilters) }, (_, o) => {
    const column = Float32Array.from({ length: inputs }, (_, i) => values[i * O + o]);
    return pictureOf(averaged(column, H * W), W, String(o));
  });
}

function viewOf(model: Model, data: RecipeData, judgement: Judgement, i: number): SampleView {
  const [, ...shape] = data.test.x.shape;
  const size = shape.reduce((product, n) => product * n, 1);
  const values = data.test.x.toTypedArray().subarray(i * size, (i + 1) * size);
  const scale = data.test.x.dtype === "uint8" ? 1 / 255 : 1;
  const pixels = Float32Array.from(values, (value) => scale * value);
  return {
    image: imageOf(data, i, caption(data, judgement, i)),
    saliency: saliencyOf(model, pixels, shape, judgement.predictions[i]),
    activations: activationsOf(model, pixels, shape),
  };
}

/** |∂ logit / ∂ pixel|, the largest over channels. Source: Simonyan et al. 2014, "Deep inside convolutional networks". */
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

/**
 * The outputs of the layers of a chain; nothing for a network with branches, where what one layer after the other computes is not the network's output.
 */
function activationsOf(model: Model, pixels: Float32Array, shape: readonly number[]): SampleView["activations"] {
  const random = new RandomState(0);
  try {
    return scope(() => {
      const x = tensor(pixels, [1, ...shape]);
      const expected = model.call([x])[0].toTypedArray();
      let y = x;
      const views: SampleView["activations"][number][] = [];
      for (const layer of model.layers) {
        y = layer.call([y], { training: false, random, stream: 0, masks: [] });
        if (layer.parameters.length > 0)
          views.push({ layer: layer.name!, pictures: channelsAsPictures(y.toTypedArray(), y.shape) });
      }
      const isChain = y.size === expected.length && y.toTypedArray().every((value, i) => value === expected[i]);
      return isChain ? views : [];
    });
  } catch {
    return []; // a layer that joins several inputs: no chain
  } finally {
    random.dispose();
  }
}

/** (1, H, W, C): a picture a channel; (1, units): one picture of all. */
function channelsAsPictures(values: ArrayLike<number>, shape: readonly number[]): Picture[] {
  if (shape.length === 4) {
    const [, H, W, C] = shape;
    return Array.from({ length: Math.min(C, mostChannels) }, (_, c) =>
      pictureOf(
        Float32Array.from({ length: H * W }, (_, p) => values[p * C + c]),
        W,
        String(c),
      ),
    );
  }
  const width = Math.min(values.length, unitsALine);
  const padded = new Float32Array(width * Math.ceil(values.length / width));
  padded.set(Array.from(values));
  return [pictureOf(padded, width, `${count(values.length)} units`)];
}
