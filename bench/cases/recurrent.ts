/**
 * Recurrent networks: one recurrent layer of 128 units over sequences of 100 features, and a dense layer on its last
 * state; training steps (cross-entropy on the logit, Adam), a forward pass, and a decoder's step. m, n, k are those of
 * the product of one step; the operations of all products are counted.
 * Letters: N batch, T steps, I inputs, H units, G gates, V vocabulary.
 */
import {
  type Model,
  type Tensor,
  layers,
  losses,
  noGrad,
  optimizers,
  record,
  sequential,
  tensor,
  weightedMean,
} from "lanegrad";
import { type Case, type Prepared, replaying } from "../case.js";
import { type CellName, type Weights, crossEntropy, logitOf } from "./cells.js";
import { WrongResultError, checkSamples } from "../check.js";
import { randomValues } from "../random.js";

const [N, I, H, V] = [32, 100, 128, 10_000];
const gatesOf = { lstm: 4, gru: 3, simpleRnn: 1 } as const;
/** Distinct sequences, which a batch repeats to keep the check short. */
const distinct = 2;
const labels = Float64Array.from({ length: distinct }, (_, n) => (n + 1) % 2);

/** A many-to-one network with its batch. */
class Network {
  readonly model: Model;
  readonly x: Tensor;
  readonly y: Tensor;
  readonly #cell: CellName;
  readonly #values: Float32Array;
  readonly #T: number;
  readonly #hasEmbedding: boolean;

  constructor(cell: CellName, T: number, hasEmbedding = false) {
    const inputShape = hasEmbedding ? [T] : [T, I];
    const recurrent = layers[cell]({ units: H, ...(!hasEmbedding && { inputShape }) });
    const table = layers.embedding({ inputDim: V, outputDim: I, inputLength: T });
    this.model = sequential([...(hasEmbedding ? [table] : []), recurrent, layers.dense({ units: 1 })]);
    for (const { name, value } of this.model.weights) {
      if (name.endsWith("/bias")) value.assign(randomValues(value.size).map((bias) => bias / 10));
    }
    const width = hasEmbedding ? 1 : I;
    this.#values = randomValues(distinct * T * width);
    if (hasEmbedding) this.#values = this.#values.map((value) => Math.floor((V * (value + 1)) / 2));
    const batch = Float32Array.from({ length: N * T * width }, (_, i) => this.#values[i % this.#values.length]);
    this.x = hasEmbedding ? tensor(Int32Array.from(batch), [N, T]) : tensor(batch, [N, T, I]);
    this.y = tensor(Float32Array.from({ length: N }, (_, n) => labels[n % distinct]), [N, 1]); // prettier-ignore
    this.#cell = cell;
    this.#T = T;
    this.#hasEmbedding = hasEmbedding;
  }

  /** The logits of the distinct sequences, moved by `step` along a direction for each weight. */
  logits(directions: Weights | undefined, step = 0): number[] {
    const all = this.model.weights.map(({ value }, i) =>
      Float64Array.from(value.toTypedArray(), (weight, j) => weight + step * (directions?.[i][j] ?? 0)),
    );
    const weights = all.slice(this.#hasEmbedding ? 1 : 0);
    return Array.from({ length: distinct }, (_, n) => {
      const own = this.#values.subarray(
        (n * this.#values.length) / distinct,
        ((n + 1) * this.#values.length) / distinct,
      );
      const x = new Float64Array(this.#T * I);
      if (!this.#hasEmbedding) x.set(own);
      else for (const [t, token] of own.entries()) x.set(all[0].subarray(token * I, (token + 1) * I), t * I);
      return logitOf(this.#cell, weights, x, I);
    });
  }

  /** The loss of the batch, moved in the same way. */
  loss(directions?: Weights, step?: number): number {
    const each = this.logits(directions, step).map((logit, n) => crossEntropy(logit, labels[n]));
    return each.reduce((sum, one) => sum + one, 0) / distinct;
  }

  dispose(): void {
    this.model.dispose();
    this.x.dispose();
    this.y.dispose();
  }
}

/** Forward, loss, backward, Adam; recorded. */
function trainingStep(name: string, cell: CellName, T: number, hasEmbedding: boolean): Prepared {
  const network = new Network(cell, T, hasEmbedding);
  const { model, x, y } = network;
  const loss = losses.binaryCrossentropy({ fromLogits: true });
  // The gradient is checked in a separate pass, before Adam, which hides it.
  weightedMean(loss.call(y, model.call([x])[0])).backward();
  const gradients = model.weights.map(({ value }) => Float64Array.from(value.grad!.toTypedArray()));
  const directions = gradients.map((gradient, i) => {
    const scale = gradient.reduce((largest, g) => Math.max(largest, Math.abs(g)), 0) || 1;
    const noise = randomValues(gradient.length + i);
    return Float64Array.from(gradient, (g, j) => (g === 0 ? 0 : g / scale + noise[j] / 4));
  });
  const slope = directions.reduce((sum, list, i) => sum + list.reduce((s, d, j) => s + d * gradients[i][j], 0), 0);
  const step = 1e-4;
  const expected = (network.loss(directions, step) - network.loss(directions, -step)) / (2 * step);
  checkSamples(`${name}: slope`, [slope], { value: () => expected, tolerance: () => 1e-3 * Math.abs(expected) });
  model.compile({ optimizer: optimizers.adam({ learningRate: 1e-4 }), loss });
  const recording = record(() => model.trainOnBatch([x], [y]));
  return {
    run: () => recording.replay(),
    check() {
      const value = network.loss();
      recording.replay();
      checkSamples(`${name}: loss`, [recording.result.item()], { value: () => value, tolerance: () => 1e-4 * value });
    },
    dispose() {
      recording.result.dispose();
      recording.dispose();
      network.dispose();
    },
  };
}

/** The forward pass, recorded. */
function forwardPass(name: string, cell: CellName, T: number): Prepared {
  const network = new Network(cell, T);
  const expected = network.logits(undefined);
  const { run, check, dispose } = replaying({
    inputs: [],
    compute: () => noGrad(() => network.model.call([network.x])[0]),
    check: (y) => checkSamples(name, y, { value: (n) => expected[n % distinct], tolerance: () => 1e-4 }),
  });
  return {
    run,
    check,
    dispose() {
      dispose();
      network.dispose();
    },
  };
}

/** One step of a decoder: one row, with a state that is carried on; recorded. */
function decoderStep(name: string): Prepared {
  const model = sequential([layers.lstm({ units: H, stateful: true, batchSize: 1, inputShape: [1, I] })]);
  const x = tensor(randomValues(I), [1, 1, I]);
  const recording = record(() => noGrad(() => model.call([x])[0]));
  const { result } = recording;
  const identity = new Float64Array(H);
  return {
    run: () => recording.replay(),
    check() {
      const weights = model.weights.slice(0, 3).map(({ value }) => Float64Array.from(value.toTypedArray()));
      model.resetStates();
      for (let steps = 1; steps <= 3; steps++) recording.replay();
      const repeated = Float64Array.from({ length: 3 * I }, (_, i) => x.toTypedArray()[i % I]);
      const values = result.toTypedArray();
      for (const j of [0, 1, H - 1]) {
        identity.fill(0)[j] = 1;
        const want = logitOf("lstm", [...weights, identity, new Float64Array(1)], repeated, I);
        if (Math.abs(values[j] - want) <= 1e-5) continue;
        throw new WrongResultError(
          `bench: ${name}: unit ${j} is wrong; expected ${want}, got ${values[j]}. It is not timed.`,
        );
      }
    },
    dispose() {
      recording.dispose();
      result.dispose();
      model.dispose();
      x.dispose();
    },
  };
}

/**
 * Operations of the products of all steps: forward, and where it is trained twice that again, without ∂loss/∂x where x
 * is the network's input.
 */
function flopsOf(cell: CellName, T: number, isTrained: boolean, wantsInput: boolean): number {
  const one = 2 * N * T * gatesOf[cell] * H;
  return one * (isTrained ? 3 * H + (wantsInput ? 3 : 2) * I : H + I);
}

const product = (cell: CellName) => ({ m: N, n: gatesOf[cell] * H, k: H, transA: false, transB: false });

const training = (name: string, cell: CellName, T: number, hasEmbedding = false): Case => ({
  group: "recurrent",
  name,
  product: product(cell),
  work: { flops: flopsOf(cell, T, true, hasEmbedding) },
  prepare: () => trainingStep(name, cell, T, hasEmbedding),
});

/** The cases of the group. */
export const recurrentCases: readonly Case[] = [
  training("lstm-T500-train", "lstm", 500),
  training("lstm-T500-embedding-train", "lstm", 500, true),
  {
    group: "recurrent",
    name: "lstm-T500-forward",
    product: product("lstm"),
    work: { flops: flopsOf("lstm", 500, false, false) },
    prepare: () => forwardPass("lstm-T500-forward", "lstm", 500),
  },
  training("lstm-T100-train", "lstm", 100),
  training("gru-T500-train", "gru", 500),
  training("rnn-T500-train", "simpleRnn", 500),
  {
    group: "recurrent",
    name: "lstm-step-batch1",
    product: { ...product("lstm"), m: 1 },
    work: { flops: 2 * (I + H) * 4 * H },
    prepare: () => decoderStep("lstm-step-batch1"),
  },
];
