/** Validations and checkpoints inside epochs, by steps and by time: what they see, that training has the same bits with them, and resuming. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import type { Callback, Logs } from "../../../src/callbacks/callback.js";
import { checkpoint, terminateOnNaN } from "../../../src/callbacks/index.js";
import { layers, losses, optimizers, sequential } from "../../../src/index.js";
import { loadModel } from "../../../src/models/file/loading.js";
import type { FitOptions } from "../../../src/models/loop/fitOptions.js";
import type { Model } from "../../../src/models/model.js";
import "../../support/engine.js";
import { expectSameWeights, network, noise, normals, stopAfterBatch } from "../networks.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-inside-"));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => void vi.restoreAllMocks());

const { x, y } = noise(5, 80);
const fit: FitOptions = { epochs: 3, batchSize: 8, validationSplit: 0.2 }; // 8 steps an epoch

/** A clock that is moved by `seconds` after each batch. */
function passing(seconds: number): Callback {
  let now = 1e6;
  vi.spyOn(performance, "now").mockImplementation(() => now);
  return { onBatchEnd: () => void (now += 1000 * seconds) };
}

describe("validateEvery", () => {
  it("does not validate after a batch whose loss is not finite, which changed nothing", async () => {
    const model = network(0, { optimizer: optimizers.sgd({ learningRate: 1e30 }) });
    const options = { ...fit, validateEvery: { steps: 1 }, callbacks: [terminateOnNaN()] };
    const { validations, stopped } = await model.fit(x, y, options);
    expect(stopped).toContain("the loss became");
    for (const { logs } of validations!) expect(logs.loss).toBeLessThan(Infinity);
  });

  it("3 steps: validates after steps 3, 6, 9, …, not at the end of an epoch, which has its own; the same bits as without", async () => {
    const [plain, watched] = [network(), network()];
    const expected = await plain.fit(x, y, fit);
    const seen: Logs[] = [];
    const callbacks: Callback[] = [{ onValidate: (logs) => void seen.push(logs) }];
    const { validations, ...history } = await watched.fit(x, y, { ...fit, validateEvery: { steps: 3 }, callbacks });
    expect(history).toEqual(expected);
    expectSameWeights(watched, plain);
    expect(validations!.map(({ step, epoch, done }) => [step, epoch, done])).toEqual([
      [3, 0, 3 / 8],
      [6, 0, 6 / 8],
      [9, 1, 1 / 8],
      [12, 1, 4 / 8],
      [15, 1, 7 / 8],
      [18, 2, 2 / 8],
      [21, 2, 5 / 8],
    ]);
    expect(validations!.map(({ logs }) => logs)).toEqual(seen);
    for (const logs of seen) expect(Object.keys(logs)).toEqual(["loss", "accuracy", "valLoss", "valAccuracy"]);
  });

  it("its numbers are those that evaluate gives of the weights at that step", async () => {
    const model = network();
    const [{ logs }] = (
      await model.fit(x, y, {
        ...fit,
        validationSplit: 0,
        validationData: noise(6, 30),
        validateEvery: { steps: 5 },
        callbacks: [stopAfterBatch(4)],
      })
    ).validations!;
    const { x: other, y: labels } = noise(6, 30);
    const { loss, accuracy } = await model.evaluate(other, labels, { batchSize: 8 });
    expect([logs.valLoss, logs.valAccuracy]).toEqual([loss, accuracy]);
  });

  it("2 minutes: validates at the end of the first step after them, whichever of steps and minutes comes first", async () => {
    const byTime = await network().fit(x, y, { ...fit, validateEvery: { minutes: 2 }, callbacks: [passing(50)] });
    expect(byTime.validations!.map(({ step }) => step)).toEqual([3, 6, 9, 12, 15, 18, 21]);
    const both = { steps: 2, minutes: 2 };
    const first = await network().fit(x, y, { ...fit, epochs: 1, validateEvery: both, callbacks: [passing(50)] });
    expect(first.validations!.map(({ step }) => step)).toEqual([2, 4, 6]);
  });

  it("stateful layers train with the same bits: a validation has states of its own", async () => {
    const make = (): Model => {
      const model = sequential(
        [layers.lstm({ units: 3, stateful: true, batchSize: 4, inputShape: [5, 2] }), layers.dense({ units: 1 })],
        { seed: 2 },
      );
      model.compile({ optimizer: optimizers.adam(), loss: losses.meanSquaredError() });
      return model;
    };
    const [series, target] = [normals(1, [24, 5, 2]), normals(2, [24, 1])];
    const options = { epochs: 2, batchSize: 4, shuffle: false, validationData: { x: series, y: target } };
    const [plain, watched] = [make(), make()];
    await plain.fit(series, target, options);
    await watched.fit(series, target, { ...options, validateEvery: { steps: 1 } });
    expectSameWeights(watched, plain);
  });

  it("on a stream without an end, whose epochs have no known length", async () => {
    const batches = function* () {
      for (let i = 0; i < 5; i++) yield noise(i, 8);
    };
    const model = network();
    const { validations } = await model.fit(batches, { epochs: 2, validationData: noise(9, 8), validateEvery: { steps: 2 } }); // prettier-ignore
    expect(validations!.map(({ step, done }) => [step, done])).toEqual(
      [2, 4, 6, 8, 10].map((step) => [step, undefined]),
    );
  });

  it("keeps its pace over a resume", async () => {
    const options = { ...fit, validateEvery: { steps: 3 } };
    const halting = network();
    await halting.fit(x, y, { ...options, callbacks: [stopAfterBatch(3)] });
    const resumed = await loadModel(await halting.toBytes({ checkpoint: true }));
    const { validations } = await resumed.fit(x, y, { ...options, resume: true });
    expect(validations!.map(({ step }) => step)).toEqual([6, 9, 12, 15, 18, 21]);
  });

  it.each<[FitOptions, string]>([
    [
      { validateEvery: {} },
      "fit validateEvery: how often is missing; expected { steps: 500 } or { minutes: 10 }, got Object.",
    ],
    [
      { validateEvery: { steps: 0 } },
      "fit validateEvery: steps must be an integer ≥ 1; expected { steps: 500 } or { minutes: 10 }, got 0.",
    ],
    [
      { validateEvery: { minutes: 0 } },
      "fit validateEvery: minutes must be a number above 0; expected { steps: 500 } or { minutes: 10 }, got 0.",
    ],
    [{ validateEvery: 500 as never }, "fit validateEvery"],
    [
      { validateEvery: { steps: 5 }, validationSplit: 0 },
      "fit: validateEvery has nothing to validate on; expected validationData or validationSplit.",
    ],
  ])("%# is refused, and nothing has changed", async (wrong, text) => {
    const [model, untouched] = [network(), network()];
    await expect(model.fit(x, y, { ...fit, ...wrong })).rejects.toThrow(text);
    expectSameWeights(model, untouched);
  });
});

describe("checkpoint inside epochs", () => {
  const filesOf = (name: string): string[] =>
    readdirSync(folder).filter((file) => file.startsWith(name)).sort(); // prettier-ignore

  it("every 5 steps, each in its file: resumed from each, the same bits as an undisturbed training", async () => {
    const plain = network();
    await plain.fit(x, y, fit);
    const model = network();
    const callback = () => checkpoint({ path: join(folder, "steps-{epoch}-{step}.ckpt"), everySteps: 5 });
    await model.fit(x, y, { ...fit, callbacks: [callback()] });
    expectSameWeights(model, plain);
    const files = ["1-5", "2-10", "2-15", "3-20"].map((name) => `steps-${name}.ckpt`);
    expect(filesOf("steps")).toEqual(files);
    for (const [i, file] of files.entries()) {
      const resumed = await loadModel(join(folder, file));
      for (const later of files.slice(i + 1)) rmSync(join(folder, later));
      await resumed.fit(x, y, { ...fit, resume: true, callbacks: [callback()] });
      expectSameWeights(resumed, plain);
      expect(filesOf("steps")).toEqual(files); // at the same steps again
    }
  });

  it("every 2 minutes", async () => {
    const callbacks = [checkpoint({ path: join(folder, "minutes-{step}"), everyMinutes: 2 }), passing(45)];
    await network().fit(x, y, { ...fit, callbacks });
    expect(filesOf("minutes")).toEqual(["minutes-12", "minutes-15", "minutes-18", "minutes-21", "minutes-24", "minutes-3", "minutes-6", "minutes-9"]); // prettier-ignore
  });

  it("with everyEpochs as well: at the end of these epochs too", async () => {
    const path = join(folder, "both-{epoch}-{step}");
    await network().fit(x, y, { ...fit, callbacks: [checkpoint({ path, everySteps: 20, everyEpochs: 2 })] });
    expect(filesOf("both")).toEqual(["both-2-16", "both-3-20"]);
  });

  it("saveBestOnly saves after a validation inside an epoch that is the best so far", async () => {
    const path = join(folder, "best-{epoch}-{step}");
    const options = { ...fit, validateEvery: { steps: 3 } };
    const { validations, history } = await network().fit(x, y, {
      ...options,
      callbacks: [checkpoint({ path, saveBestOnly: true })],
    });
    const values = [...validations!.map(({ step, epoch, logs }) => ({ at: `${epoch + 1}-${step}`, step, loss: logs.valLoss }))]; // prettier-ignore
    history.valLoss.forEach((loss, i) => values.push({ at: `${i + 1}-${8 * (i + 1)}`, step: 8 * (i + 1), loss }));
    let best = Infinity;
    const expected = values
      .sort((a, b) => a.step - b.step)
      .filter(({ loss }) => loss < best && ((best = loss), true))
      .map(({ at }) => `best-${at}`);
    expect(expected.length).toBeGreaterThan(3);
    expect(filesOf("best")).toEqual(expected.sort());
  });

  it("does not save a step whose loss is not finite, nor count it", async () => {
    const path = join(folder, "wild-{step}");
    const wild = Float32Array.from({ length: 80 }, (_, i) => (i === 20 ? 3e38 : 1));
    const callbacks = [checkpoint({ path, everySteps: 3 })];
    const options = { epochs: 1, batchSize: 8, shuffle: false, sampleWeight: wild, callbacks };
    await expect(network().fit(x, y, options)).rejects.toThrow("the loss became Infinity");
    expect(existsSync(join(folder, "wild-3"))).toBe(false);
  });

  it.each([
    [{ everySteps: 0 }, "checkpoint: everySteps is out of range; expected an integer in [1, ∞), got 0."],
    [{ everyMinutes: -1 }, "checkpoint: everyMinutes is out of range; expected a number in (0, ∞), got -1."],
    [
      { everySteps: 5, saveBestOnly: true },
      "checkpoint: saveBestOnly and everySteps exclude each other; expected one of them, got saveBestOnly true and everySteps 5.",
    ],
    [
      { everyMinutes: 5, saveBestOnly: true },
      "checkpoint: saveBestOnly and everyMinutes exclude each other; expected one of them, got saveBestOnly true and everyMinutes 5.",
    ],
  ])("%o is refused", (options, text) => {
    expect(() => checkpoint({ path: "x", ...options })).toThrow(text);
  });
});
