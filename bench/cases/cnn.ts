/**
 * A convolutional network: a training step by Adam and a forward pass, both recorded, batch 64. The network and its
 * reference are in cnnReference.ts. Only the operations of products are counted. To keep the check short, the batch
 * repeats {@link distinct} images. Adam runs with an ε so large that a step is one of gradient descent, which a check
 * can follow without the running means; it costs the same.
 */
import { type Model, type Tensor, layers, losses, noGrad, optimizers, record, sequential, tensor } from "lanegrad";
import { type Case, replaying } from "../case.js";
import { checkSamples } from "../check.js";
import { type ImagePass, imagePass } from "./cnnReference.js";
import { checkUpdate } from "./network.js";
import { randomValues } from "../random.js";

const [batch, distinct, pixels, classes] = [64, 2, 28 * 28, 10];
const [learningRate, epsilon] = [10, 1000];

/**
 * Multiply-adds per image: the two convolutions and the two dense layers; the first layer needs no gradient of its
 * input.
 */
const multiplyAdds = [pixels * 9 * 32, pixels * 9 * 32 * 64, 14 * 14 * 64 * 128, 128 * classes] as const;
const flops = (times: (layer: number) => number): number =>
  multiplyAdds.reduce((sum, n, layer) => sum + 2 * batch * n * times(layer), 0);

/** The network and its batch in memory. */
class Bench {
  readonly model: Model = sequential([
    layers.conv2d({ filters: 32, kernelSize: 3, padding: "same", activation: "relu", inputShape: [28, 28, 1] }),
    layers.conv2d({ filters: 64, kernelSize: 3, padding: "same", activation: "relu" }),
    layers.maxPooling2d(),
    layers.flatten(),
    layers.dense({ units: 128, activation: "relu" }),
    layers.dense({ units: classes }),
  ]);
  readonly #images = randomValues(distinct * pixels);
  readonly x: Tensor = tensor(
    Float32Array.from({ length: batch * pixels }, (_, i) => this.#images[i % (distinct * pixels)]),
    [batch, 28, 28, 1],
  );
  readonly y: Tensor = tensor(Int32Array.from({ length: batch }, (_, i) => label(i)));

  constructor() {
    for (const { name, value } of this.model.weights) {
      if (name.endsWith("/bias")) value.assign(randomValues(value.size).map((bias) => bias / 10));
    }
  }

  weights(): Float32Array[] {
    return this.model.weights.map(({ value }) => value.toTypedArray() as Float32Array);
  }

  /** The reference's passes with these weights, one an image. */
  passes(weights: readonly Float32Array[]): ImagePass[] {
    return Array.from({ length: distinct }, (_, i) =>
      imagePass(weights, this.#images.subarray(i * pixels, (i + 1) * pixels), label(i)),
    );
  }

  dispose(): void {
    this.model.dispose();
    this.x.dispose();
    this.y.dispose();
  }
}

function label(i: number): number {
  return (3 * (i % distinct) + 1) % classes;
}

const train: Case = {
  group: "cnn",
  name: "cnn-train",
  work: { flops: flops((layer) => (layer === 0 ? 2 : 3)) },
  prepare() {
    const bench = new Bench();
    const loss = losses.categoricalCrossentropy({ fromLogits: true });
    bench.model.compile({ optimizer: optimizers.adam({ learningRate, beta1: 0, epsilon }), loss });
    const recording = record(() => bench.model.trainOnBatch([bench.x], [bench.y]));
    return {
      run: () => recording.replay(),
      check() {
        const before = bench.weights();
        recording.replay();
        const passes = bench.passes(before);
        const mean = (of: (pass: ImagePass) => number): number =>
          passes.reduce((sum, pass) => sum + of(pass), 0) / distinct;
        const want = mean((pass) => pass.loss);
        const expectation = { value: () => want, tolerance: () => 1e-5 + 1e-4 * want };
        checkSamples("cnn-train: loss", [recording.result.item()], expectation);
        for (const [i, after] of bench.weights().entries()) {
          checkUpdate(`cnn-train: weights ${i}`, before[i], after, (at) => mean(({ gradients }) => gradients[i][at]));
        }
      },
      dispose() {
        recording.result.dispose();
        recording.dispose();
        bench.dispose();
      },
    };
  },
};

const forward: Case = {
  group: "cnn",
  name: "cnn-forward",
  work: { flops: flops(() => 1) },
  prepare() {
    const bench = new Bench();
    const passes = bench.passes(bench.weights());
    const { run, check, dispose } = replaying({
      inputs: [],
      compute: () => noGrad(() => bench.model.call([bench.x])[0]),
      check: (y) =>
        checkSamples("cnn-forward", y, {
          value: (at) => passes[Math.floor(at / classes) % distinct].outputs[at % classes],
          tolerance: () => 1e-4,
        }),
    });
    return {
      run,
      check,
      dispose() {
        dispose();
        bench.dispose();
      },
    };
  },
};

/** The training step and the forward pass. */
export const cnnCases: readonly Case[] = [train, forward];
