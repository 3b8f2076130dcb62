/**
 * Random networks under random training: fit gives the bits of the same steps done one by one, and of a fit that is interrupted at a random step, saved,
 * loaded and resumed. What is compared: weights, moving statistics, carried states, averages, the optimizer's slots, random state and progress (all that a
 * checkpoint holds), and the history. The steps one by one are data, order and averages of the loss in plain JavaScript around trainOnBatch.
 */
import {
  type Layer,
  type Model,
  type Tensor,
  callbacks,
  layers,
  loadModel,
  losses,
  metrics,
  optimizers,
  regularizers,
  schedules,
  sequential,
  tensor,
} from "../../src/index.js";
import type { CompileOptions } from "../../src/models/compileOptions.js";
import type { FitOptions } from "../../src/models/loop/fitOptions.js";
import { Random } from "../../src/tensor/random.js";
import type { Draw, Fuzzer } from "./fuzzer.js";

/** A case: how to make the network, its data, and how it is trained. */
interface Case {
  readonly make: () => Model;
  readonly x: Tensor;
  readonly y: Tensor;
  readonly validation: { readonly x: Tensor; readonly y: Tensor } | undefined;
  readonly batchSize: number;
  /** Made anew for each fit: callbacks remember. */
  readonly options: () => FitOptions;
  /** True where trainOnBatch does the same: it takes neither weights of samples nor groups by length. */
  readonly hasPlainSteps: boolean;
}

/** A stack of layers from x to one vector a sample. */
interface Stack {
  readonly layers: () => Layer[];
  readonly sampleShape: readonly number[];
  /** V, where x are tokens. */
  readonly vocabulary?: number;
  readonly isStateful?: boolean;
}

const some = <T>(draw: Draw, value: T, probability = 0.5): T[] => (draw.chance(probability) ? [value] : []);

function drawDense(draw: Draw): Stack {
  const features = draw.integer(1, 6);
  const units = Array.from({ length: draw.integer(1, 3) }, () => draw.integer(1, 9));
  const activation = draw.pick(["relu", "tanh", "sigmoid", "gelu", "linear"] as const);
  const [normalizes, drops, noisy] = [draw.chance(), draw.chance(), draw.chance(0.3)];
  const penalty = draw.chance(0.3) ? { kernelRegularizer: regularizers.l2(0.01) } : {};
  return {
    sampleShape: [features],
    layers: () => [
      ...(noisy ? [layers.gaussianNoise({ stddev: 0.1 })] : []),
      ...units.flatMap((n) => [
        layers.dense({ units: n, activation, ...penalty }),
        ...(normalizes ? [layers.batchNormalization({ momentum: 0.8 })] : []),
        ...(drops ? [layers.dropout({ rate: 0.3 })] : []),
      ]),
    ],
  };
}

function drawConvolutional(draw: Draw): Stack {
  const [filters, kernelSize] = [draw.integer(1, 4), draw.integer(1, 3)];
  const [normalizes, pools, drops] = [draw.chance(), draw.chance(), draw.chance(0.3)];
  const padding = draw.pick(["same", "valid"] as const);
  return {
    sampleShape: [draw.integer(4, 6), draw.integer(4, 6), draw.integer(1, 2)],
    layers: () => [
      layers.conv2d({ filters, kernelSize, padding, activation: normalizes ? "linear" : "relu" }),
      ...(normalizes ? [layers.batchNormalization({ activation: "relu" })] : []),
      ...(pools ? [layers.maxPooling2d({ poolSize: 2 })] : []),
      ...(drops ? [layers.spatialDropout2d({ rate: 0.2 })] : []),
      layers.flatten(),
    ],
  };
}

function drawRecurrent(draw: Draw, batchSize: number): Stack {
  const T = draw.integer(2, 6);
  const vocabulary = draw.chance() ? draw.integer(4, 9) : undefined;
  const maskZero = draw.chance();
  const isStateful = draw.chance(0.3);
  const units = draw.integer(1, 5);
  const cell = draw.pick(["simpleRnn", "lstm", "gru"] as const);
  const [dropout, recurrentDropout] = [0, 1].map(() => (draw.chance(0.3) ? 0.25 : 0));
  const states = isStateful ? { stateful: true, batchSize } : {};
  const options = { units, dropout, recurrentDropout, ...states };
  const [deep, both, steps] = [draw.chance(), draw.chance(0.4), draw.chance(0.3)];
  return {
    sampleShape: vocabulary === undefined ? [T, draw.integer(1, 3)] : [T],
    ...(vocabulary !== undefined && { vocabulary }),
    isStateful,
    layers: () => {
      const inner = layers[cell]({ ...options, returnSequences: true });
      return [
        ...(vocabulary === undefined ? [] : [layers.embedding({ inputDim: vocabulary, outputDim: 3, maskZero })]),
        ...(deep ? [both ? layers.bidirectional({ layer: inner }) : inner] : []),
        ...(deep && steps ? [layers.timeDistributed({ layer: layers.dense({ units: 3, activation: "tanh" }) })] : []),
        layers[cell](options),
      ];
    },
  };
}

/** A training that a checkpoint can hold. */
function drawCompile(draw: Draw, classes: number | undefined): () => CompileOptions {
  const clipping = draw.pick([{}, { clipValue: 0.05 }, { clipNorm: 0.1 }, { globalClipNorm: 0.2 }]);
  const rate = 10 ** -draw.integer(1, 3);
  const schedule = draw.pick(["none", "exponential", "step", "cosine"] as const);
  const learningRate =
    schedule === "exponential"
      ? schedules.exponentialDecay({ initialLearningRate: rate, decaySteps: 3, decayRate: 0.5 })
      : schedule === "step"
        ? schedules.piecewiseConstantDecay({ boundaries: [2, 5], values: [rate, rate / 2, rate / 4] })
        : schedule === "cosine"
          ? schedules.cosineDecay({ initialLearningRate: rate, decaySteps: 9 })
          : rate;
  const options = { learningRate, ...clipping };
  const kind = draw.pick(["sgd", "momentum", "adam", "amsgrad", "adamw", "nadam", "adamax", "lion", "rmsprop", "adagrad", "adadelta"] as const); // prettier-ignore
  const make = () =>
    ({
      sgd: () => optimizers.sgd(options),
      momentum: () => optimizers.sgd({ ...options, momentum: 0.9, nesterov: true }),
      adam: () => optimizers.adam(options),
      amsgrad: () => optimizers.adam({ ...options, amsgrad: true }),
      adamw: () => optimizers.adam({ ...options, weightDecay: 0.01 }),
      nadam: () => optimizers.nadam(options),
      adamax: () => optimizers.adamax(options),
      lion: () => optimizers.lion(options),
      rmsprop: () => optimizers.rmsprop(options),
      adagrad: () => optimizers.adagrad(options),
      adadelta: () => optimizers.adadelta(options),
    })[kind]();
  const average = draw.chance(0.3) ? { averageDecay: 0.9 } : {};
  const measured = draw.chance(0.7);
  return () => ({
    optimizer: make(),
    ...(classes === undefined
      ? { loss: losses.meanSquaredError(), metrics: measured ? [metrics.meanAbsoluteError()] : [] }
      : { loss: losses.categoricalCrossentropy({ fromLogits: true }), metrics: measured ? [metrics.accuracy()] : [] }),
    ...average,
  });
}

function drawCase(draw: Draw): Case {
  const batchSize = draw.integer(2, 6);
  const kind = draw.pick(["dense", "convolutional", "recurrent"] as const);
  const stack = { dense: drawDense, convolutional: drawConvolutional, recurrent: drawRecurrent }[kind](draw, batchSize);
  const { sampleShape, vocabulary, isStateful = false } = stack;
  const classes = draw.chance() ? draw.integer(2, 4) : undefined;
  const outputs = classes ?? draw.integer(1, 3);
  const compiled = drawCompile(draw, classes);
  const seed = draw.integer(0, 1000);
  const batches = draw.integer(1, 4);
  // Stateful layers want whole batches, and so does batch normalisation of dense layers more than one sample in each.
  const N =
    batches * batchSize +
    (isStateful ? 0 : draw.pick([0, batchSize - 1, 2].filter((rest) => rest !== 1 && rest < batchSize)));
  const dataOf = (rows: number): { x: Tensor; y: Tensor } => {
    const size = sampleShape.reduce((product, n) => product * n, rows);
    // A row of tokens begins with one that is no padding.
    const tokens = Int32Array.from({ length: size }, (_, i) =>
      i % sampleShape[0] === 0 ? draw.integer(1, (vocabulary ?? 4) - 1) : draw.integer(0, (vocabulary ?? 4) - 1),
    );
    const x = tensor(vocabulary === undefined ? draw.numbers(size) : tokens, [rows, ...sampleShape]);
    const y =
      classes === undefined
        ? tensor(draw.numbers(rows * outputs), [rows, outputs])
        : tensor(Int32Array.from({ length: rows }, () => draw.integer(0, classes - 1)));
    return { x, y };
  };
  const data = dataOf(N);
  const validation = draw.chance(0.4) ? dataOf(isStateful ? batchSize : draw.integer(1, 7)) : undefined;
  const sampleWeight = draw.chance(0.25) ? draw.numbers(N, 0.1, 2) : undefined;
  const classWeight = classes !== undefined && draw.chance(0.25) ? { 0: 2, 1: 0.5 } : undefined;
  const groupByLength = vocabulary !== undefined && !isStateful && draw.chance(0.3);
  const plateau = draw.chance(0.3);
  const options: FitOptions = {
    epochs: draw.integer(1, 4),
    batchSize,
    shuffle: draw.chance(0.7),
    seed: draw.integer(0, 1000),
    ...(validation && { validationData: validation }),
    ...(sampleWeight && { sampleWeight }),
    ...(classWeight && { classWeight }),
    ...(groupByLength && { groupByLength }),
  };
  const drops = some(draw, undefined, 0.2).length > 0;
  return {
    ...data,
    validation,
    batchSize,
    make() {
      const head = [...(drops ? [layers.dropout({ rate: 0.2 })] : []), layers.dense({ units: outputs })];
      const model = sequential([...stack.layers(), ...head], { seed });
      model.build(sampleShape);
      model.compile(compiled());
      return model;
    },
    options: () => ({
      ...options,
      ...(plateau && { callbacks: [callbacks.reduceOnPlateau({ monitor: "loss", patience: 1, factor: 0.5 })] }),
    }),
    hasPlainSteps: !sampleWeight && !classWeight && !groupByLength && !plateau,
  };
}

/** The order of the samples in epoch number `passes`, as data/batches.ts has it. */
function orderOf(N: number, { shuffle = true, seed = 0 }: FitOptions, passes: number): Int32Array {
  if (!shuffle) return Int32Array.from({ length: N }, (_, i) => i);
  return new Random(seed).fork(`epoch ${passes}`).permutation(N);
}

/** The rows of a tensor. */
function rowsOf(source: Tensor, rows: Int32Array): Tensor {
  const values = source.toTypedArray();
  const length = source.size / source.shape[0];
  const taken = new (values.constructor as Float32ArrayConstructor)(rows.length * length);
  for (const [i, row] of rows.entries()) taken.set(values.subarray(row * length, (row + 1) * length), i * length);
  return tensor(taken, [rows.length, ...source.shape.slice(1)]);
}

/** The training, step by step. @returns the losses, and those of the validations */
async function stepByStep(
  model: Model,
  { x, y, validation, batchSize, options }: Case,
): Promise<Record<string, number[]>> {
  const N = x.shape[0];
  const made = options();
  const history: Record<string, number[]> = { loss: [] };
  for (let epoch = 0; epoch < made.epochs!; epoch++) {
    const order = orderOf(N, made, epoch);
    let sum = 0;
    for (let begin = 0; begin < N; begin += batchSize) {
      const rows = order.subarray(begin, begin + batchSize);
      const batch = [rowsOf(x, rows), rowsOf(y, rows)];
      const loss = model.trainOnBatch([batch[0]], [batch[1]]);
      sum += loss.item() * rows.length;
      for (const used of [loss, ...batch]) used.dispose();
    }
    history.loss.push(sum / N);
    if (validation === undefined) continue;
    const logs = await model.evaluate(validation.x, validation.y, { batchSize });
    for (const [name, value] of Object.entries(logs))
      (history[`val${name[0].toUpperCase()}${name.slice(1)}`] ??= []).push(value);
  }
  return history;
}

export const trainedNetworks: Fuzzer = {
  name: "trained-networks",
  holds: "fit gives the bits of single steps, and of a fit that is interrupted, saved, loaded and resumed",
  cases: 1200,
  shortCases: 15,
  async play(draw) {
    const made = drawCase(draw);
    const { x, y, options } = made;
    const whole = made.make();
    const models = [whole];
    try {
      const { history } = await whole.fit(x, y, options());
      const want = await stateOf(whole);
      if (made.hasPlainSteps) {
        const single = made.make();
        models.push(single);
        const got = await stepByStep(single, made);
        for (const [name, values] of Object.entries(got)) expectSame(`${name}, step by step`, values, history[name]);
        expectSameState("step by step", await stateOf(single), want, /^weight|^optimizer|^random/);
      }
      const steps = Math.ceil(x.shape[0] / made.batchSize) * options().epochs!;
      const last = draw.integer(1, steps);
      const first = made.make();
      models.push(first);
      let done = 0;
      const stop = {
        onBatchEnd(_: number, __: unknown, training: { stop(reason: string): void }) {
          if (++done === last) training.stop("interrupted");
        },
      };
      const begun = options();
      const { history: before } = await first.fit(x, y, { ...begun, callbacks: [...(begun.callbacks ?? []), stop] });
      const second = await loadModel(await first.toBytes({ checkpoint: true }));
      models.push(second);
      const { history: after } = await second.fit(x, y, { ...options(), resume: true });
      for (const [name, values] of Object.entries(history))
        expectSame(`${name}, stopped after step ${last}`, [...(before[name] ?? []), ...(after[name] ?? [])], values);
      expectSameState(`stopped after step ${last} and resumed`, await stateOf(second), want, /^/);
    } finally {
      for (const model of models) model.dispose();
      for (const used of [x, y, made.validation?.x, made.validation?.y]) used?.dispose();
    }
  },
};

/** All that a checkpoint holds, by name. */
async function stateOf(model: Model): Promise<Map<string, ArrayLike<number>>> {
  const bytes = await model.toBytes({ checkpoint: true });
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const headerBytes = Number(view.getBigUint64(0, true));
  type Entry = { readonly data_offsets: readonly [number, number] };
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes))) as Record<string, Entry>;
  const state = new Map<string, ArrayLike<number>>();
  for (const [name, { data_offsets: range }] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const [from, to] = range.map((offset) => 8 + headerBytes + offset);
    const kind = name.startsWith("training/") ? name.slice("training/".length) : `weight ${name}`;
    state.set(kind.replace(/^raw/, "weight raw"), new Int32Array(bytes.slice(from, to).buffer));
  }
  const { lanegrad } = header.__metadata__ as unknown as { readonly lanegrad: string };
  const { training } = JSON.parse(lanegrad) as { training: Record<string, unknown> };
  for (const part of ["optimizer", "progress", "random"])
    state.set(
      part,
      Array.from(JSON.stringify(training[part]), (letter) => letter.charCodeAt(0)),
    );
  return state;
}

function expectSameState(
  where: string,
  got: ReadonlyMap<string, ArrayLike<number>>,
  want: ReadonlyMap<string, ArrayLike<number>>,
  which: RegExp,
): void {
  if ([...got.keys()].join() !== [...want.keys()].join())
    throw new Error(`${where}: ${[...got.keys()].join()} where ${[...want.keys()].join()} is right`);
  for (const [name, values] of want) if (which.test(name)) expectSame(`${name}, ${where}`, got.get(name)!, values);
}

function expectSame(what: string, got: ArrayLike<number>, want: ArrayLike<number>): void {
  if (got.length !== want.length) throw new Error(`${what}: ${got.length} values where ${want.length} are right`);
  for (let i = 0; i < want.length; i++)
    if (!Object.is(got[i], want[i])) throw new Error(`${what}, element ${i}: ${got[i]} where ${want[i]} is right`);
}
