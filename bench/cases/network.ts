/**
 * Networks of fully connected layers as cases: a recorded training step by gradient descent, and a forward pass. Both
 * are compared with perceptron.ts. To keep the check short, a batch repeats {@link distinct} samples and gradients are
 * compared at sampled indices.
 * Letters: N batch, I inputs and O outputs of a layer.
 */
import { type Model, type Tensor, layers, losses, noGrad, optimizers, record, sequential, tensor } from "lanegrad";
import { type Prepared, replaying } from "../case.js";
import { type Expectation, WrongResultError, checkSamples } from "../check.js";
import { type Pass, type Perceptron, type Samples, pass } from "./perceptron.js";
import { randomValues } from "../random.js";

/** A perceptron and its batch. */
export interface Network extends Perceptron {
  readonly batch: number;
}

const distinct = 4;
const learningRate = 0.01;

/** A model with its batch in memory. */
class Bench {
  readonly model: Model;
  readonly x: Tensor;
  readonly y: Tensor;
  readonly #network: Network;
  readonly #samples: Samples;

  constructor(network: Network) {
    const { sizes, batch, hidden, output, loss } = network;
    const [inputs, ...units] = sizes;
    const outputs = units.at(-1)!;
    this.#network = network;
    this.model = sequential(
      units.map((size, layer) =>
        layers.dense({
          units: size,
          activation: layer < units.length - 1 ? hidden : output,
          ...(layer === 0 && { inputShape: [inputs] }),
        }),
      ),
    );
    for (const { name, value } of this.model.weights) {
      if (name.endsWith("/bias")) value.assign(randomValues(value.size).map((bias) => bias / 10));
    }
    const x = randomValues(distinct * inputs);
    const y =
      loss === "squared"
        ? randomValues(distinct * outputs)
        : Int32Array.from({ length: distinct }, (_, i) => (3 * i) % outputs);
    const row = (i: number): number => i % distinct;
    const shares = Array.from({ length: distinct }, (_, r) => Math.ceil((batch - r) / distinct) / batch);
    this.#samples = { x, y, shares };
    this.x = tensor(repeated(x, inputs, batch), [batch, inputs]);
    this.y =
      y instanceof Int32Array
        ? tensor(Int32Array.from({ length: batch }, (_, i) => y[row(i)]))
        : tensor(repeated(y, outputs, batch), [batch, outputs]);
  }

  /** Makes the model ready to train. */
  compile(): void {
    const loss =
      this.#network.loss === "squared"
        ? losses.meanSquaredError()
        : losses.categoricalCrossentropy({ fromLogits: true });
    this.model.compile({ optimizer: optimizers.sgd({ learningRate }), loss });
  }

  /** The weights now: kernels and biases in turn. */
  weights(): Float32Array[] {
    return this.model.weights.map(({ value }) => value.toTypedArray() as Float32Array);
  }

  /** Sets the weights. */
  assign(weights: readonly Float32Array[]): void {
    for (const [i, { value }] of this.model.weights.entries()) value.assign(weights[i]);
  }

  /** The reference's pass with these weights. */
  pass(weights: Float32Array[]): Pass {
    return pass(this.#network, weights, this.#samples);
  }

  dispose(): void {
    this.model.dispose();
    this.x.dispose();
    this.y.dispose();
  }
}

/**
 * Forward, loss, backward, update.
 * @param name for messages
 * @param isRecorded replays it, else every run goes through JavaScript
 */
export function trainingStep(name: string, network: Network, isRecorded = true): Prepared {
  const { sizes } = network;
  const bench = new Bench(network);
  bench.compile();
  const initial = bench.weights();
  const step = (): Tensor => bench.model.trainOnBatch([bench.x], [bench.y]);
  const recording = isRecorded ? record(step) : undefined;
  return {
    run: recording ? () => recording.replay() : () => step().dispose(),
    check() {
      bench.assign(initial); // after other steps a unit may be so close to its kink that rounding decides the side
      recording?.replay();
      const result = recording?.result ?? step();
      const { loss, kernelGradient, biasGradient } = bench.pass(initial);
      checkSamples(`${name}: loss`, [result.item()], { value: () => loss, tolerance: () => 1e-5 + 1e-4 * loss });
      if (!recording) result.dispose();
      for (const [i, after] of bench.weights().entries()) {
        const layer = i >> 1;
        const O = sizes[layer + 1];
        const gradient = (at: number): number =>
          i % 2 === 0 ? kernelGradient(layer, Math.floor(at / O), at % O) : biasGradient(layer, at % O);
        checkUpdate(`${name}: weights ${i}`, initial[i], after, gradient);
      }
    },
    dispose() {
      recording?.result.dispose();
      recording?.dispose();
      bench.dispose();
    },
  };
}

/** The forward pass, recorded. */
export function forwardPass(name: string, network: Network): Prepared {
  const outputs = network.sizes.at(-1)!;
  const bench = new Bench(network);
  const expected = bench.pass(bench.weights()).outputs;
  const largest = Math.max(...expected.map((row) => Math.max(...row.map(Math.abs))));
  const { run, check, dispose } = replaying({
    inputs: [],
    compute: () => noGrad(() => bench.model.call([bench.x])[0]),
    check: (y) =>
      checkSamples(name, y, {
        value: (at) => expected[Math.floor(at / outputs) % distinct][at % outputs],
        tolerance: () => 1e-5 * largest,
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
}

/**
 * Compares (before − after) / learning rate with a gradient. Differences too small for a float32 weight count as
 * correct.
 */
export function checkUpdate(
  what: string,
  before: Float32Array,
  after: Float32Array,
  gradient: (at: number) => number,
): void {
  const known = new Map<number, number>();
  const value = (at: number): number => {
    if (!known.has(at)) known.set(at, gradient(at));
    return known.get(at)!;
  };
  const difference = before.map((weight, at) => (weight - after[at]) / learningRate);
  const look: Expectation = { value, tolerance: () => Infinity };
  checkSamples(what, difference, look); // fills `known`, refuses NaN
  const scale = Math.max(...[...known.values()].map(Math.abs));
  if (!Number.isFinite(scale)) throw new WrongResultError(`bench: ${what}: the reference is not finite.`);
  const tolerance = (_: number, at: number): number =>
    2e-3 * scale + (1.2e-7 * (Math.abs(before[at]) + learningRate * scale)) / learningRate;
  checkSamples(what, difference, { value, tolerance });
}

/** Rows of `width` values over and over, up to `count` rows. */
function repeated(values: Float32Array, width: number, count: number): Float32Array {
  return Float32Array.from({ length: count * width }, (_, i) => values[i % (distinct * width)]);
}
