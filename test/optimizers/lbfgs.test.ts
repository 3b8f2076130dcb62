/** L-BFGS as the optimizer of a model: fit(x, y, { batchSize: "full" }). */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import {
  UsageError,
  callbacks,
  constraints,
  init,
  layers,
  loadModel,
  losses,
  memoryUsage,
  metrics,
  type Model,
  optimizers,
  regularizers,
  sequential,
  tensor,
  type Tensor,
} from "../../src/index.js";

beforeAll(() => init());

/** Three noisy classes in the plane. */
function points(n = 150): { x: Tensor; y: Tensor } {
  const wave = (i: number): number => Math.sin(12.9898 * i) * 0.9;
  const y = Int32Array.from({ length: n }, (_, i) => i % 3);
  const x = Array.from(y, (label, i) => [Math.cos(2.1 * label) + wave(i), Math.sin(2.1 * label) + wave(i + 0.5)]);
  return { x: tensor(x), y: tensor(y) };
}

interface Settings {
  readonly l2?: number;
  readonly dropout?: number;
  readonly hidden?: boolean;
}

function network({ l2 = 1e-2, dropout = 0, hidden = false }: Settings = {}, optimizer = optimizers.lbfgs()): Model {
  const kernelRegularizer = regularizers.l2(l2);
  const model = sequential(
    [
      ...(hidden ? [layers.dense({ units: 8, activation: "tanh", inputShape: [2] })] : []),
      ...(dropout ? [layers.dropout({ rate: dropout, inputShape: hidden ? undefined : [2] } as never)] : []),
      layers.dense({ units: 3, inputShape: [2], kernelRegularizer }),
    ],
    { seed: 3 },
  );
  model.compile({
    optimizer,
    loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }),
    metrics: [metrics.accuracy()],
  });
  return model;
}

const full = { batchSize: "full" as const };

describe("fit with lbfgs", () => {
  it("reaches in 30 epochs what gradient descent reaches in 4,000, penalties included, and the loss never rises", async () => {
    const { x, y } = points();
    const slow = network({}, optimizers.sgd({ learningRate: 0.5 }));
    const long = await slow.fit(x, y, { ...full, epochs: 4000 });
    const least = long.history.loss.at(-1)!;
    const model = network();
    const { history, epochs } = await model.fit(x, y, { ...full, epochs: 30 });
    expect(Math.abs(history.loss.at(-1)! - least)).toBeLessThan(1e-6);
    for (let i = 1; i < epochs.length; i++) expect(history.loss[i]).toBeLessThanOrEqual(history.loss[i - 1] + 1e-6);
    const evaluated = await model.evaluate(x, y);
    expect(evaluated.loss).toBeCloseTo(history.loss.at(-1)!, 5);
    expect(evaluated.accuracy).toBeCloseTo(history.accuracy.at(-1)!, 6);
  });

  it("ends where no step lowers the loss, and says so", async () => {
    const { x, y } = points();
    const { stopped, epochs } = await network().fit(x, y, { ...full, epochs: 1000 });
    expect(stopped).toBe("no step lowers the loss any more");
    expect(epochs.length).toBeLessThan(200);
  });

  it("trains a hidden layer and dropout, and validates", async () => {
    const { x, y } = points();
    const model = network({ hidden: true, dropout: 0.2 });
    const { history } = await model.fit(x, y, { ...full, epochs: 12, validationSplit: 0.2 });
    expect(history.loss.at(-1)!).toBeLessThan(0.8 * history.loss[0]);
    expect(history.valLoss).toHaveLength(history.loss.length);
  });

  it("a training in two parts, saved and loaded in between, has the bits of one", async () => {
    const { x, y } = points();
    const [whole, first] = [network({ hidden: true }), network({ hidden: true })];
    await whole.fit(x, y, { ...full, epochs: 15 });
    await first.fit(x, y, { ...full, epochs: 8 });
    const folder = mkdtempSync(join(tmpdir(), "lanegrad-lbfgs-"));
    const path = join(folder, "half.safetensors");
    await first.saveCheckpoint(path);
    const second = await loadModel(path);
    rmSync(folder, { recursive: true });
    await second.fit(x, y, { ...full, epochs: 15, resume: true });
    for (const [i, { value }] of whole.weights.entries())
      expect(second.weights[i].value.toTypedArray()).toEqual(value.toTypedArray());
  });

  it("begins anew from weights that were changed in between", async () => {
    const { x, y } = points();
    const model = network();
    await model.fit(x, y, { ...full, epochs: 5 });
    for (const { value } of model.weights) value.assign(new Float32Array(value.size).fill(0.5));
    const { loss } = await model.evaluate(x, y);
    const { history } = await model.fit(x, y, { ...full, epochs: 5 });
    expect(history.loss[0]).toBeLessThan(loss);
  });

  it("a loss that is not finite ends it with the weights as they were", async () => {
    const { x, y } = points(30);
    const model = network();
    model.weights[1].value.assign([0, NaN, 0]);
    const before = model.weights.map(({ value }) => value.toTypedArray());
    await expect(model.fit(x, y, full)).rejects.toThrow("the loss became NaN");
    expect(model.insides.step("test").optimizer.stepCount).toBe(0);
    expect(model.weights.map(({ value }) => value.toTypedArray())).toEqual(before);
  });

  it("a loss that is not finite leaves moving statistics as they were", async () => {
    const { x, y } = points(30);
    const model = sequential([layers.batchNormalization({ inputShape: [2] }), layers.dense({ units: 3 })], { seed: 3 });
    model.compile({
      optimizer: optimizers.lbfgs(),
      loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }),
    });
    model.weights.at(-1)!.value.assign([0, NaN, 0]);
    const before = model.weights.map(({ value }) => value.toTypedArray());
    await expect(model.fit(x, y, full)).rejects.toThrow("the loss became NaN");
    expect(model.weights.map(({ value }) => value.toTypedArray())).toEqual(before);
  });

  it("callbacks see a batch an epoch, and how often each evaluated the loss", async () => {
    const { x, y } = points(30);
    const seen: number[] = [];
    const onBatchEnd = (_: number, __: object, training: callbacks.Training): void =>
      void seen.push(training.evaluations);
    const options = { ...full, epochs: 4, callbacks: [{ onBatchEnd }] };
    await network({}, optimizers.lbfgs({ maxEvaluations: 3 })).fit(x, y, options);
    expect(seen).toHaveLength(4);
    expect(seen[0]).toBeGreaterThanOrEqual(2); // where it stands, and where it goes
    for (const evaluations of seen) expect([1, 2, 3, 4]).toContain(evaluations);
    await network({}, optimizers.sgd()).fit(x, y, options);
    expect(seen.slice(4)).toEqual([1, 1, 1, 1]);
  });

  it("leaves no memory behind", async () => {
    const { x, y } = points(30);
    const model = network();
    await model.fit(x, y, full);
    const { bytesInUse } = memoryUsage();
    await model.fit(x, y, full);
    expect(memoryUsage().bytesInUse).toBe(bytesInUse);
  });

  it("an error in the loss changes no weight, and the model trains on", async () => {
    const { x, y } = points(30);
    const [model, plain] = [network(), network()];
    let isBroken = true;
    const own = losses.meanSquaredError();
    const loss = (target: Tensor, prediction: Tensor): Tensor => {
      if (isBroken) throw new Error("enough");
      return own.call(target, prediction, undefined);
    };
    const rows = tensor(Array.from(y.toTypedArray(), (label) => [0, 1, 2].map((c) => +(c === label))));
    for (const one of [model, plain]) one.compile({ optimizer: optimizers.lbfgs(), loss });
    await expect(model.fit(x, rows, full)).rejects.toThrow("enough");
    isBroken = false;
    for (const one of [model, plain]) await one.fit(x, rows, full);
    for (const [i, { value }] of plain.weights.entries())
      expect(model.weights[i].value.toTypedArray()).toEqual(value.toTypedArray());
  });
});

describe("what lbfgs cannot do is refused", () => {
  const { x, y } = { x: () => points(40).x, y: () => points(40).y };
  it.each([
    ["batches", () => network().fit(x(), y()), "needs all samples in one batch"],
    ["accumulate", () => network().fit(x(), y(), { batchSize: 20, accumulate: 2 }), "got accumulate"],
    ["a stream", () => network().fit(async function* () { yield { x: x(), y: y() }; } as never), "got a stream"], // prettier-ignore
    ["one batch by hand", async () => network().trainOnBatch([x()], [y()]), "the loss of all samples more than once"],
    ["tensors", async () => optimizers.lbfgs().for([tensor([1], [1], { requiresGrad: true })]), "see minimize"],
    ["memory 0", async () => optimizers.lbfgs({ memory: 0 }), "memory is out of range"],
  ])("%s", async (_, call, text) => {
    const error: unknown = await (async () => call())().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toContain(text);
  });

  it("a constraint", async () => {
    const model = sequential([
      layers.dense({ units: 1, inputShape: [2], kernelConstraint: constraints.nonNegative() }),
    ]);
    model.compile({ optimizer: optimizers.lbfgs(), loss: losses.meanSquaredError() });
    await expect(model.fit(tensor([[1, 2]]), tensor([[1]]), full)).rejects.toThrow("keeps no constraint");
  });
});

it('batchSize: "full" is all samples for any optimizer', async () => {
  const { x, y } = points(50);
  const byName = network({}, optimizers.adam());
  const byNumber = network({}, optimizers.adam());
  await byName.fit(x, y, { ...full, epochs: 3, callbacks: [callbacks.terminateOnNaN()] });
  await byNumber.fit(x, y, { batchSize: 50, epochs: 3 });
  expect(byName.weights[0].value.toTypedArray()).toEqual(byNumber.weights[0].value.toTypedArray());
});
