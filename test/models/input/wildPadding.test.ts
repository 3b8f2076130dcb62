/**
 * Padding of ±∞, NaN and ±1e38 under a given mask, through every layer that keeps, uses, makes or merges masks and through every activation: no bit of loss,
 * weights or outputs at steps that count is another than with zeros there. Letters: N samples, T steps.
 */
import { describe, expect, it } from "vitest";
import { activation, dense, flatten, input, lstm, masking, reshape } from "../../../src/layers/index.js";
import type { Layer } from "../../../src/layers/layer.js";
import { meanSquaredError } from "../../../src/losses/index.js";
import { meanAbsoluteError } from "../../../src/metrics/index.js";
import type { Model } from "../../../src/models/model.js";
import { model, sequential } from "../../../src/models/sequential.js";
import { activations } from "../../../src/ops/pointwise/activate.js";
import { sequenceMask } from "../../../src/ops/recurrent/sequenceMask.js";
import { adam, sgd } from "../../../src/optimizers/index.js";
import { tensor } from "../../../src/tensor/create.js";
import { drawNormal } from "../../../src/tensor/drawNormal.js";
import { Random } from "../../../src/tensor/random.js";
import { type Shape, sizeOf } from "../../../src/tensor/shape.js";
import "../../support/engine.js";
import { type MaskRow, maskTable } from "../../layers/masks.js";
import { weightsOf } from "../networks.js";

const wild = [Infinity, -Infinity, NaN, 1e38, -1e38];

/** Values of (N, steps, …): noise where a step counts, `padding` elsewhere; undefined takes all wild values in turn. */
function filled(shape: Shape, lengths: readonly number[], padding: number | undefined, seed: number): Float32Array {
  const draw = new Random(seed);
  const width = sizeOf(shape.slice(2));
  return Float32Array.from({ length: sizeOf(shape) }, (_, i) => {
    const value = drawNormal(draw);
    const step = Math.floor(i / width);
    if (step % shape[1] < lengths[Math.floor(step / shape[1])]) return value;
    return padding ?? wild[i % wild.length];
  });
}

/**
 * Everything that a training and what follows it gives, with this in the padding of inputs and of targets that have steps. `fit` and the like refuse data that
 * are not finite, whether they count or not; `trainOnBatch` and `call` take them.
 */
async function all(make: () => Model, lengths: readonly number[], padding: number | undefined, usesFit: boolean) {
  const net = make();
  const { insides } = net;
  const { inputs, outputs } = insides.graph("test");
  const [N, T] = [lengths.length, inputs[0].sizes[0]];
  const shape = [N, ...inputs[0].sizes];
  const yShape = [N, ...outputs[0].sizes];
  const isPerStep = yShape.length === 3;
  const stride = T / (isPerStep ? yShape[1] : T);
  const outputLengths = isPerStep ? lengths.map((length) => Math.ceil(length / stride)) : lengths;
  const x = inputs.map((_, i) => tensor(filled(shape, lengths, padding, 3 + i), shape));
  const y = tensor(
    filled(isPerStep ? yShape : [N, 1, 1], isPerStep ? outputLengths : [1, 1, 1, 1], padding, 9),
    yShape,
  );
  const given = inputs.map(() => lengths);
  const options = { lengths: inputs.length === 1 ? lengths : given, batchSize: 2 };
  const [xs, masks] = [inputs.length === 1 ? x[0] : x, inputs.map(() => sequenceMask(lengths, T))];
  const counting = (values: ArrayLike<number>): number[] =>
    Array.from(values).filter((_, i) => !isPerStep || i % yShape[1] < outputLengths[Math.floor(i / yShape[1])]);
  const quiet = inputs.map((_, i) => filled(shape, lengths, 0, 3 + i)).map((values) => tensor(values, shape));
  await net.evaluate(quiet.length === 1 ? quiet[0] : quiet, tensor(new Float32Array(sizeOf(yShape)), yShape), options); // loads what masks mean
  const fitted = usesFit && {
    history: (await net.fit(xs, y, { ...options, epochs: 2, shuffle: false })).history.loss,
    logs: Object.values(await net.evaluate(xs, y, options)),
    predicted: counting((await net.predict(xs, options)).toTypedArray()),
  };
  const losses = [1, 2].map(() => net.trainOnBatch(x, [y], { mask: masks }).item());
  const called = counting(net.call(x, { mask: masks })[0].toTypedArray());
  expect([losses, called].flat().every(Number.isFinite)).toBe(true);
  return { ...fitted, losses, called, weights: weightsOf(net) };
}

/** Expects that no wild padding gives anything else than zeros do. */
async function expectUnseen(make: () => Model, lengths: readonly number[]): Promise<void> {
  const stepwise = await all(make, lengths, 0, false);
  for (const padding of [...wild, undefined]) expect(await all(make, lengths, padding, false)).toEqual(stepwise);
  const fitted = await all(make, lengths, 0, true);
  for (const padding of [1e38, -1e38]) expect(await all(make, lengths, padding, true)).toEqual(fitted);
}

function compiled(net: Model): Model {
  net.compile({ optimizer: adam({ learningRate: 0.05 }), loss: meanSquaredError(), metrics: [meanAbsoluteError()] });
  return net;
}

/** The layer between an input for each of its own and an output of one unit, for each step where it has such. */
function around(row: MaskRow): Model {
  const [, ...shape] = row.shape ?? [3, 4, 4];
  const inputs = Array.from({ length: row.does === "merges" ? 2 : 1 }, () => input({ shape }));
  const before = inputs.map((x) => dense({ units: shape.at(-1)! }).apply(x)); // its kernel's gradient is a sum over all steps
  let x = row.make().apply(before.length === 1 ? before[0] : before);
  const isPerStep = row.does !== "uses" || row.goesOn === true;
  if (!isPerStep) x = flatten().apply(x);
  else if (x.shape.length > 2) x = reshape({ targetShape: [x.sizes[0], sizeOf(x.sizes.slice(1))] }).apply(x);
  return compiled(model({ inputs, outputs: dense({ units: 1 }).apply(x), seed: 4 }));
}

const rows = Object.entries(maskTable).flatMap(([kind, list]) =>
  list
    .filter(({ does, shape = [3, 4, 4] }) => does !== "ends" && shape.length > 2)
    .map((row, i) => ({ kind: `${kind} ${i}`, row })),
);

describe.each(rows)("$kind", ({ row }) => {
  it("padding of ±∞, NaN and ±1e38 changes no bit of what counts", async () => {
    const T = (row.shape ?? [3, 4, 4])[1];
    await expectUnseen(() => around(row), [T, 1, 0, T - 1]);
  });
});

describe.each(activations)("activation %s", (name) => {
  it.each([
    ["of a dense layer", (): Layer[] => [dense({ units: 3, activation: name })]],
    ["alone, straight behind the input", (): Layer[] => [activation({ activation: name })]],
  ])("%s: padding of ±∞, NaN and ±1e38 changes no bit of what counts", async (_, make) => {
    const net = (): Model => {
      const chain = sequential([...make(), lstm({ units: 2, returnSequences: true }), dense({ units: 1 })], {
        seed: 4,
      });
      chain.build([3, 2]);
      return compiled(chain);
    };
    await expectUnseen(net, [3, 1, 0, 2]);
  });
});

it("masking puts 0 in the place of padding, whatever its value: 1e38 is trained on as 0", async () => {
  const net = (maskValue: number): Model => {
    const chain = sequential([masking({ maskValue }), dense({ units: 2 }), lstm({ units: 2 }), dense({ units: 1 })], {
      seed: 4,
    });
    chain.build([3, 2]);
    chain.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: meanSquaredError() });
    return chain;
  };
  const [lengths, y] = [[3, 1, 0, 2], tensor([[1], [2], [3], [4]])];
  const fitted = async (maskValue: number) => {
    const chain = net(maskValue);
    const x = tensor(filled([4, 3, 2], lengths, maskValue, 3), [4, 3, 2]);
    const { history } = await chain.fit(x, y, { epochs: 2, batchSize: 2 });
    return { history, weights: weightsOf(chain) };
  };
  const wanted = await fitted(0);
  for (const maskValue of [1e38, -3e38, 9]) expect(await fitted(maskValue)).toEqual(wanted);
  const alone = sequential([masking({ maskValue: 9, inputShape: [2, 2] })]);
  expect(alone.call([tensor([[[1, 2], [9, 9]]])])[0].toArray()).toEqual([
    [[1, 2], [0, 0]],
  ]); // prettier-ignore
});
