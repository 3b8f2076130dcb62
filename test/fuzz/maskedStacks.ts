/**
 * Padded against bare sequences through random stacks of all layers that keep, use or merge masks. Two kinds of cases: sequences of one length, padded at
 * different places, so that statistics of the batch can be compared too; and sequences of any length, 0 among them, each of which is also computed alone.
 * Outputs, losses and gradients agree to the bounds below; two training steps give the same bits whether they are recorded or not.
 * Letters: N samples, L steps of a bare sequence, T of a padded one, F features.
 */
import {
  type Model,
  type Tensor,
  full,
  layers,
  losses,
  model,
  optimizers,
  record,
  scope,
  tensor,
} from "../../src/index.js";
import type { Layer, SymbolicTensor } from "../../src/layers/layer.js";
import type { Draw, Fuzzer } from "./fuzzer.js";

/** Of the largest value of a tensor, and besides: sums over steps are cut differently, and normalisation divides by small deviations. */
const [relative, absolute] = [2e-5, 4e-6];
const rate = 0.25;
const [vocabulary, outputs] = [6, 2];

/** A stretch of a network: makes its layers anew each time. */
type Part = (x: SymbolicTensor) => SymbolicTensor;

/** A network, to be built for padded or bare sequences of any length. */
interface Plan {
  readonly isTokens: boolean;
  readonly features: number;
  readonly parts: readonly Part[];
  /** The output has the steps of the input. */
  readonly isPerStep: boolean;
  /** Padding stands behind alone: neighbouring steps are joined. */
  readonly padsBehind: boolean;
}

/** @param takesStatistics  batch normalisation with the statistics of the batch, else it is frozen */
function drawPlan(draw: Draw, takesStatistics: boolean): Plan {
  const isTokens = draw.chance();
  const features = draw.integer(1, 4);
  const padsBehind = draw.chance(0.25);
  let F = isTokens ? draw.integer(2, 4) : features;
  const parts: Part[] = [];
  if (isTokens) {
    const outputDim = F;
    parts.push((x) => layers.embedding({ inputDim: vocabulary, outputDim, maskZero: true, name: "source" }).apply(x));
  }
  let [isPerStep, joins] = [true, padsBehind];
  for (let left = draw.integer(1, 5); left > 0; left--) {
    const units = draw.integer(1, 4);
    const width = F;
    const follow = (next: number, make: () => Layer): void => {
      parts.push((x) => make().apply(x));
      F = next;
    };
    const beside = (next: number, make: () => Layer, join: () => Layer): void => {
      parts.push((x) => join().apply([x, make().apply(x)]));
      F = next;
    };
    const normalization = () => {
      const layer = layers.batchNormalization({ epsilon: 0.1, momentum: 0.5 });
      layer.trainable = takesStatistics;
      return layer;
    };
    const recurrent = draw.pick([
      (more: object) => layers.lstm({ units, returnSequences: true, ...more }),
      (more: object) => layers.lstm({ units, peephole: true, returnSequences: true, ...more }),
      (more: object) => layers.gru({ units, returnSequences: true, ...more }),
      (more: object) => layers.gru({ units, resetAfter: false, returnSequences: true, ...more }),
      (more: object) => layers.simpleRnn({ units, returnSequences: true, ...more }),
      (more: object) => layers.layerNormLstm({ units, epsilon: 0.1, returnSequences: true, ...more }),
    ]);
    const activation = draw.pick(["tanh", "softmax", "sigmoid", "linear", "silu"] as const);
    const mergeMode = draw.pick(["concat", "sum", "mul", "ave"] as const);
    const [depth, tied] = [draw.integer(1, 3), draw.chance()];
    const kinds: (() => void)[] = [
      () => follow(units, () => layers.dense({ units, activation })),
      () => follow(width, () => layers.activation({ activation })),
      () => follow(width, () => layers.dropout({ rate: 0 })),
      () => follow(width, () => layers.spatialDropout1d({ rate: 0 })),
      () => follow(width, () => layers.gaussianDropout({ rate: 0 })),
      () => follow(width, () => layers.gaussianNoise({ stddev: 0 })),
      () => follow(width, () => layers.highway({ activation: "tanh" })),
      () => follow(width, () => layers.layerNormalization({ epsilon: 0.1 })),
      () => follow(width, () => layers.layerNormalization({ epsilon: 0.1, axis: [1, 2], center: false, scale: false })),
      () => follow(width, () => layers.reshape({ targetShape: [-1, width] })),
      () => follow(units, () => layers.timeDistributed({ layer: layers.dense({ units, activation: "tanh" }) })),
      () => follow(units, () => recurrent({})),
      () => follow(units, () => recurrent({})),
      () =>
        follow(units * (mergeMode === "concat" ? 2 : 1), () =>
          layers.bidirectional({ layer: recurrent({}), mergeMode }),
        ),
      () => follow(units, () => layers.gridLstm({ units, depth, tied, returnSequences: true })),
      () => follow(width, normalization),
      () => follow(width, () => timeDistributedFrozenAs(normalization())),
      () => beside(width, () => layers.dense({ units: width, activation: "tanh" }), layers.add),
      () => beside(width, () => layers.dense({ units: width }), layers.multiply),
      () => beside(width + units, () => recurrent({}), layers.concatenate),
      () => {
        beside(width, () => layers.dense({ units: width }), () => layers.concatenate({ axis: 1 })); // prettier-ignore
        [isPerStep, joins] = [false, false];
      },
      () => {
        follow(units, () => recurrent({ goBackwards: true }));
        [isPerStep, joins] = [false, false];
      },
    ];
    if (width > 1) kinds.push(() => follow(width, () => layers.groupNormalization({ groups: 1, epsilon: 0.1 })));
    if (joins) {
      kinds.push(() => {
        follow(2 * width, () => layers.pyramid());
        isPerStep = false;
      });
    }
    draw.pick(kinds)();
  }
  if (!isPerStep || draw.chance()) {
    const units = draw.integer(1, 3);
    const ends = [
      () => layers.globalAveragePooling1d(),
      () => layers.globalMaxPooling1d(),
      () => layers.lstm({ units }),
      () => layers.gru({ units, goBackwards: true }),
      () => layers.simpleRnn({ units }),
      () => layers.layerNormLstm({ units, epsilon: 0.1 }),
      () => layers.gridLstm({ units }),
      () => layers.bidirectional({ layer: layers.gru({ units }) }),
    ];
    const end = draw.pick(ends);
    parts.push((x) => end().apply(x));
    isPerStep = false;
  }
  parts.push((x) => layers.dense({ units: outputs }).apply(x));
  return { isTokens, features, parts, isPerStep, padsBehind };
}

/** A wrapper is frozen where what it wraps is to be. */
function timeDistributedFrozenAs(layer: Layer): Layer {
  const wrapper = layers.timeDistributed({ layer });
  wrapper.trainable = layer.trainable;
  return wrapper;
}

/** The network for sequences of T steps, with masks or without. */
function build({ isTokens, features, parts }: Plan, T: number, isMasked: boolean): Model {
  const x = layers.input({ shape: isTokens ? [T] : [T, features] });
  const source = isTokens || !isMasked ? x : layers.masking({ maskValue: 9 }).apply(x);
  const whole = isTokens && !isMasked ? [unmaskedEmbedding(parts[0]), ...parts.slice(1)] : parts;
  const net = model({ inputs: x, outputs: whole.reduce((symbol, part) => part(symbol), source) });
  net.compile({ optimizer: optimizers.sgd({ learningRate: rate }), loss: losses.meanSquaredError() });
  return net;
}

/** The embedding that a plan begins with, without its mask. */
function unmaskedEmbedding(part: Part): Part {
  return (x) => {
    const { outputDim } = part(x).origin!.layer.options as { readonly outputDim: number };
    return layers.embedding({ inputDim: vocabulary, outputDim, name: "source" }).apply(x);
  };
}

/** The data of one batch: bare sequences, where their steps stand in the padded ones, and targets of both. */
interface Batch {
  readonly bare: readonly Float32Array[]; // (L, F) each
  readonly places: readonly (readonly number[])[];
  readonly x: Float32Array; // (N, T, F)
  readonly targets: readonly Float32Array[]; // (L, outputs) or (outputs) each
  readonly y: Float32Array; // (N, T, outputs) or (N, outputs)
}

function drawBatch(draw: Draw, plan: Plan, lengths: readonly number[], T: number): Batch {
  const F = plan.isTokens ? 1 : plan.features;
  const places = lengths.map((length) => drawPlaces(draw, length, T, plan.padsBehind));
  const bare = lengths.map((length) =>
    plan.isTokens ? Float32Array.from({ length }, () => draw.integer(1, vocabulary - 1)) : draw.numbers(length * F),
  );
  const targets = lengths.map((length) => draw.numbers((plan.isPerStep ? length : 1) * outputs));
  const x = new Float32Array(lengths.length * T * F).fill(plan.isTokens ? 0 : 9);
  const y = plan.isPerStep ? draw.numbers(lengths.length * T * outputs) : new Float32Array(lengths.length * outputs);
  for (const [n, list] of places.entries()) {
    for (const [s, t] of list.entries()) {
      x.set(bare[n].subarray(s * F, (s + 1) * F), (n * T + t) * F);
      if (plan.isPerStep) y.set(targets[n].subarray(s * outputs, (s + 1) * outputs), (n * T + t) * outputs);
    }
    if (!plan.isPerStep) y.set(targets[n], n * outputs);
  }
  return { bare, places, x, targets, y };
}

/** Increasing places for the steps of a bare sequence among T. */
function drawPlaces(draw: Draw, length: number, T: number, isBehind: boolean): number[] {
  const way = isBehind ? "behind" : draw.pick(["front", "behind", "middle"] as const);
  if (way === "behind") return Array.from({ length }, (_, s) => s);
  if (way === "front") return Array.from({ length }, (_, s) => T - length + s);
  const places = Array.from({ length: T }, (_, t) => t);
  while (places.length > length) places.splice(draw.integer(0, places.length - 1), 1);
  return places;
}

function inputOf(plan: Plan, values: Float32Array, N: number, T: number): Tensor {
  return plan.isTokens ? tensor(Int32Array.from(values), [N, T]) : tensor(values, [N, T, plan.features]);
}

function targetOf({ isPerStep }: Plan, values: Float32Array, N: number, T: number): Tensor {
  return tensor(values, isPerStep ? [N, T, outputs] : [N, outputs]);
}

const weightsOf = ({ weights }: Model): Float32Array[] =>
  weights.map(({ value }) => value.toTypedArray() as Float32Array);

function takeWeights(net: Model, values: readonly Float32Array[]): void {
  for (const [i, { value }] of net.weights.entries()) value.assign(values[i]);
}

/** What a bare batch gives: outputs of each sequence, the loss, and the weights after a step. */
interface Expected {
  readonly outputs: readonly Float32Array[];
  readonly loss: number;
  readonly after: readonly Float32Array[];
}

/** Sequences of one length, as one batch. */
function expectTogether(plan: Plan, net: Model, { bare, targets }: Batch): Expected {
  const [N, L] = [bare.length, bare[0].length / (plan.isTokens ? 1 : plan.features)];
  const join = (rows: readonly Float32Array[]): Float32Array => Float32Array.from(rows.flatMap((row) => [...row]));
  const x = inputOf(plan, join(bare), N, L);
  const all = net.call([x])[0].toTypedArray() as Float32Array;
  const size = all.length / N;
  const loss = net.trainOnBatch([x], [targetOf(plan, join(targets), N, L)]).item();
  return { outputs: bare.map((_, n) => all.slice(n * size, (n + 1) * size)), loss, after: weightsOf(net) };
}

/** Sequences of any length, each alone; of one without steps, the network with masks gives the output on one step of padding. */
function expectAlone(
  plan: Plan,
  nets: (L: number) => Model,
  { bare, targets }: Batch,
  before: readonly Float32Array[],
): Expected {
  const F = plan.isTokens ? 1 : plan.features;
  const steps = bare.reduce((sum, { length }) => sum + length / F, 0);
  const after = before.map((values) => Float64Array.from(values));
  const results: Float32Array[] = [];
  let loss = 0;
  for (const [n, values] of bare.entries()) {
    const L = values.length / F;
    const net = nets(L);
    const isEmpty = L === 0;
    const x = isEmpty
      ? inputOf(plan, new Float32Array(F).fill(plan.isTokens ? 0 : 9), 1, 1)
      : inputOf(plan, values, 1, L);
    results.push(isEmpty && plan.isPerStep ? new Float32Array(0) : (net.call([x])[0].toTypedArray() as Float32Array));
    if (isEmpty && plan.isPerStep) continue;
    const share = plan.isPerStep ? L / steps : 1 / bare.length;
    scope(() => {
      const [prediction] = net.call([x], { training: true });
      const target = targetOf(plan, targets[n], 1, L);
      const rows = losses.meanSquaredError().call(target, prediction); // (1), the mean over steps and outputs
      rows.backward(full([1], share));
      loss += share * rows.toTypedArray()[0];
    });
    for (const [i, { value }] of net.weights.entries()) {
      const { grad } = value;
      if (grad === undefined) continue;
      for (const [k, g] of grad.toTypedArray().entries()) after[i][k] -= rate * g;
      grad.assign(new Float32Array(grad.size));
    }
  }
  return { outputs: results, loss, after: after.map((values) => Float32Array.from(values)) };
}

function play(draw: Draw): void {
  const isTogether = draw.chance();
  const plan = drawPlan(draw, isTogether);
  const N = draw.integer(isTogether ? 2 : 1, 4);
  const L = draw.integer(1, 5);
  const lengths = Array.from({ length: N }, () => (isTogether ? L : draw.integer(0, 5)));
  const T = Math.max(1, ...lengths) + draw.integer(0, 3);
  const batches = [0, 1].map(() => drawBatch(draw, plan, lengths, T));
  const made: { dispose(): void }[] = [];
  const keep = <D extends { dispose(): void }>(thing: D): D => {
    made.push(thing);
    return thing;
  };
  const nets = new Map<number, Model>();
  const alone = (length: number): Model => {
    const known = nets.get(length) ?? keep(build(plan, Math.max(length, 1), length === 0));
    nets.set(length, known);
    return known;
  };
  try {
    const [eager, recorded] = [0, 1].map(() => keep(build(plan, T, true)));
    const initial = weightsOf(eager).map((values, i) =>
      /moving/.test(eager.weights[i].name) ? values : draw.numbers(values.length),
    );
    for (const net of [eager, recorded]) takeWeights(net, initial);
    const [x, y] = [keep(inputOf(plan, batches[0].x, N, T)), keep(targetOf(plan, batches[0].y, N, T))];
    const recording = keep(record(() => recorded.trainOnBatch([x], [y])));
    for (const [i, batch] of batches.entries()) {
      const before = weightsOf(eager);
      if (i > 0) {
        x.assign(plan.isTokens ? Int32Array.from(batch.x) : batch.x);
        y.assign(batch.y);
        recording.replay();
      }
      scope(() => {
        const want = isTogether
          ? (takeWeights(alone(L), before), expectTogether(plan, alone(L), batch))
          : (lengths.forEach((length) => takeWeights(alone(length), before)), expectAlone(plan, alone, batch, before));
        const got = eager.call([inputOf(plan, batch.x, N, T)])[0].toTypedArray() as Float32Array;
        compareOutputs(`batch ${i}`, plan, got, batch, want.outputs, T);
        const loss = eager.trainOnBatch([inputOf(plan, batch.x, N, T)], [targetOf(plan, batch.y, N, T)]).item();
        compare(`batch ${i}: loss`, [loss], [want.loss], 1);
        for (const [k, { name }] of eager.weights.entries()) {
          compare(`batch ${i}: ${name} after a step`, weightsOf(eager)[k], want.after[k], 1);
        }
        if (!Object.is(recording.result.item(), loss))
          throw new Error(`batch ${i}: recorded loss ${recording.result.item()}, eager ${loss}`);
      });
      for (const [k, values] of weightsOf(recorded).entries()) {
        const eagerly = weightsOf(eager)[k];
        const at = values.findIndex((value, j) => !Object.is(value, eagerly[j]));
        if (at >= 0)
          throw new Error(`batch ${i}: ${eager.weights[k].name}[${at}]: recorded ${values[at]}, eager ${eagerly[at]}`);
      }
    }
  } finally {
    for (const thing of made.reverse()) thing.dispose();
  }
}

/** The steps that count of padded outputs, or all outputs of a network that ends in vectors. */
function compareOutputs(
  where: string,
  { isPerStep }: Plan,
  got: Float32Array,
  { places }: Batch,
  want: readonly Float32Array[],
  T: number,
): void {
  for (const [n, list] of places.entries()) {
    const rows = isPerStep ? list.map((t) => n * T + t) : [n];
    const values = rows.flatMap((row) => [...got.subarray(row * outputs, (row + 1) * outputs)]);
    compare(`${where}: output of sequence ${n}`, values, want[n], 1);
  }
}

/** Throws unless all are equal to the bounds. @param least what the largest value counts as, at least */
function compare(what: string, got: ArrayLike<number>, want: ArrayLike<number>, least: number): void {
  if (got.length !== want.length) throw new Error(`${what}: ${got.length} values, not ${want.length}`);
  const largest = Array.from(want).reduce((most, value) => Math.max(most, Math.abs(value)), least);
  for (let i = 0; i < want.length; i++) {
    if (Math.abs(got[i] - want[i]) <= relative * largest + absolute) continue;
    throw new Error(`${what}, element ${i}: ${got[i]} where ${want[i]} is right`);
  }
}

export const maskedStacks: Fuzzer = {
  name: "masked-stacks",
  holds: "padded sequences give what bare ones give, recorded or not",
  cases: 6000,
  shortCases: 20,
  play,
};
