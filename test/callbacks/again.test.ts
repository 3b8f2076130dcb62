/** Callbacks with every option, in a second training, and after a resume: what a mutated callback once got away with (npm run mutants -- --room callbacks). */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import {
  checkpoint,
  csvLogger,
  earlyStopping,
  reduceOnPlateau,
  schedule,
  terminateOnNaN,
} from "../../src/callbacks/index.js";
import { UsageError } from "../../src/errors.js";
import { type FakeTraining, fakeTraining, series, train } from "./training.js";

describe("a callback in a second training", () => {
  it("checkpoint forgets the best of the first: 3 is saved although 1 was better", async () => {
    const callback = checkpoint({ path: "{epoch}", saveBestOnly: true });
    await train(callback, series("valLoss", [2, 1]));
    const training = fakeTraining();
    await train(callback, series("valLoss", [3, 4, 2]), training);
    expect(training.saved).toEqual(["1", "3"]);
  });

  it("reduceOnPlateau forgets the best, the epochs that it has waited and the cooldown", async () => {
    const callback = reduceOnPlateau({ factor: 0.5, patience: 2, cooldown: 3 });
    await train(callback, series("valLoss", [1, 1, 1])); // reduced, cooling
    expect(await train(callback, series("valLoss", [9, 9, 9, 9]))).toEqual([1, 1, 1, 0.5]);
    await train(callback, series("valLoss", [9, 9])); // one epoch waited
    expect(await train(callback, series("valLoss", [9, 9, 9, 9]))).toEqual([1, 1, 1, 0.5]);
  });

  it("csvLogger begins its file again, with the columns of the second", async () => {
    const folder = mkdtempSync(join(tmpdir(), "lanegrad-csv-"));
    const path = join(folder, "a.csv");
    const callback = csvLogger({ path });
    await train(callback, [{ loss: 1 }]);
    await train(callback, [{ loss: 2, valLoss: 3 }]);
    expect(readFileSync(path, "utf8")).toBe("epoch,loss,valLoss\n1,2,3\n");
    rmSync(folder, { recursive: true });
  });
});

describe("a callback after a resume", () => {
  it("checkpoint knows the best of before: 2 is not saved after 1", async () => {
    const make = () => checkpoint({ path: "{epoch}", saveBestOnly: true });
    const [first, second] = [make(), make()];
    await train(first, series("valLoss", [1]));
    const training = fakeTraining();
    await second.onTrainBegin?.(training);
    second.restore?.(JSON.parse(JSON.stringify(first.save?.())));
    for (const [epoch, valLoss] of [2, 0.5].entries()) await second.afterEpoch?.(1 + epoch, { valLoss }, training);
    expect(training.saved).toEqual(["3"]);
  });
});

describe("reduceOnPlateau", () => {
  it("counts anew after an improvement: 2 epochs of patience, one of them used before it", async () => {
    const callback = reduceOnPlateau({ factor: 0.5, patience: 2 });
    expect(await train(callback, series("valLoss", [2, 2, 1, 1, 1, 1]))).toEqual([1, 1, 1, 1, 1, 0.5]);
  });

  it("does not raise a learning rate that is below the least one", async () => {
    const callback = reduceOnPlateau({ patience: 1, minLearningRate: 2 });
    expect(await train(callback, series("valLoss", [1, 1, 1]))).toEqual([1, 1, 1]);
  });

  it("takes every option together", async () => {
    const options = { monitor: "f", mode: "max", minDelta: 1, factor: 0.5, patience: 1 } as const;
    const callback = reduceOnPlateau({ ...options, cooldown: 0, minLearningRate: 0.3 });
    expect(await train(callback, series("f", [1, 3, 3.5, 3.5]))).toEqual([1, 1, 1, 0.5]);
  });
});

describe("checkpoint", () => {
  it("takes every option of saveBestOnly together", async () => {
    const training = fakeTraining();
    const callback = checkpoint({ path: "{epoch}", saveBestOnly: true, monitor: "f", mode: "max", minDelta: 1 });
    await train(callback, series("f", [1, 1.5, 3]), training);
    expect(training.saved).toEqual(["1", "3"]);
  });
});

describe("checkpoint before the first epoch", () => {
  const folder = mkdtempSync(join(tmpdir(), "lanegrad-checkpoint-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const begin = async (...parts: string[]): Promise<void> => {
    await checkpoint({ path: join(folder, ...parts) }).onTrainBegin?.(fakeTraining());
  };

  it("tries the file of epoch 1, and leaves nothing", async () => {
    await begin("{epoch}");
    await begin("of-{epoch}.ckpt");
    await expect(begin("none", "{epoch}.ckpt")).rejects.toThrow("checkpoint: cannot write");
    await expect(begin("none", "last.ckpt")).rejects.toThrow("checkpoint: cannot write");
    expect(readdirSync(folder)).toEqual([]);
  });

  it("does not try a folder that is named for the epoch, which the caller makes in time", async () => {
    await begin("{epoch}", "model.ckpt");
    await begin("{epoch}-of-9", "model.ckpt");
    await begin("run-{epoch}", "deep", "model.ckpt");
    expect(readdirSync(folder)).toEqual([]);
  });

  it("reads a path of 200,000 opening braces in time", () => {
    const began = performance.now();
    checkpoint({ path: "{".repeat(200_000) });
    expect(performance.now() - began).toBeLessThan(2000);
  });

  it("everyEpochs 3 saves after the third and the sixth", async () => {
    const training = fakeTraining();
    await train(checkpoint({ path: "{epoch}", everyEpochs: 3 }), series("loss", [7, 6, 5, 4, 3, 2, 1]), training);
    expect(training.saved).toEqual(["3", "6"]);
  });
});

describe("checkLogs, before the first step", () => {
  it.each([
    ["earlyStopping", earlyStopping({ monitor: "f" })],
    ["reduceOnPlateau", reduceOnPlateau({ monitor: "f" })],
    ["checkpoint", checkpoint({ path: "a", saveBestOnly: true, monitor: "f" })],
  ])("%s refuses names without its monitor", (name, callback) => {
    expect(() => callback.checkLogs?.(["loss"])).toThrow(`${name}: nothing of this name is measured`);
    callback.checkLogs?.(["loss", "f"]);
  });

  it("a checkpoint of every epoch asks for no name", () => {
    checkpoint({ path: "a" }).checkLogs?.(["loss"]);
  });
});

describe("earlyStopping with restoreBestWeights, aborted", () => {
  /** Weights of two arrays that are really put back, and the callback after two epochs, the first of which was the best, and an abort. */
  async function aborted(): Promise<{ weights: number[][]; resume: () => void; training: FakeTraining }> {
    let weights = [[1, 2], [3]];
    const training = fakeTraining();
    const held = {
      ...training,
      copyWeights: () => weights.map((values) => Float32Array.from(values)),
      restoreWeights: (copies: readonly Float32Array[]) => void (weights = copies.map((values) => [...values])),
    };
    const callback = earlyStopping({ restoreBestWeights: true, monitor: "loss", patience: 9 });
    await callback.onTrainBegin?.(held);
    await callback.onEpochEnd?.(0, { loss: 1 }, held);
    weights = [[5, 6], [7]];
    await callback.onEpochEnd?.(1, { loss: 2 }, held);
    const saved = callback.save?.() ?? {};
    callback.onTrainAbort?.(held);
    return {
      get weights() {
        return weights;
      },
      set weights(values) {
        weights = values;
      },
      resume: () => callback.restore?.(saved),
      training,
    };
  }

  it("puts the best back, and a resume the weights of the abort", async () => {
    const run = await aborted();
    expect(run.weights).toEqual([[1, 2], [3]]);
    run.resume();
    expect(run.weights).toEqual([[5, 6], [7]]);
  });

  it.each([
    ["all of them", [[8, 8], [8]]],
    ["one array", [[1, 2], [8]]],
    ["one element", [[1, 8], [3]]],
  ])("a resume leaves weights alone that were changed in between: %s", async (_, changed) => {
    const run = await aborted();
    run.weights = changed;
    run.resume();
    expect(run.weights).toEqual(changed);
  });

  it("changes nothing where no epoch has ended", async () => {
    const training = fakeTraining();
    const callback = earlyStopping({ restoreBestWeights: true });
    await callback.onTrainBegin?.(training);
    callback.onTrainAbort?.(training);
    expect(training.restored).toEqual([]);
  });
});

describe("what is refused", () => {
  it.each([
    ["checkpoint", 'checkpoint: path is invalid; expected a file name, got "".', () => checkpoint({ path: "" })],
    ["checkpoint", "checkpoint: path is invalid; expected a file name, got 3.", () => checkpoint({ path: 3 as never })],
    ["csvLogger", "csvLogger: path is invalid; expected a file name, got 3.", () => csvLogger({ path: 3 as never })],
    [
      "checkpoint",
      "checkpoint: saveBestOnly has the wrong type; expected true or false, got 1.",
      () => checkpoint({ path: "a", saveBestOnly: 1 as never }),
    ],
    [
      "reduceOnPlateau",
      "reduceOnPlateau: patience is out of range; expected an integer in [0, ∞), got -1.",
      () => reduceOnPlateau({ patience: -1 }),
    ],
    [
      "reduceOnPlateau",
      "reduceOnPlateau: cooldown is out of range; expected an integer in [0, ∞), got -1.",
      () => reduceOnPlateau({ cooldown: -1 }),
    ],
    [
      "reduceOnPlateau",
      "reduceOnPlateau: minLearningRate is out of range; expected a number in [0, ∞), got -1.",
      () => reduceOnPlateau({ minLearningRate: -1 }),
    ],
  ])("%s: %s", (_, text, make) => {
    expect(make).toThrow(new UsageError(text));
  });

  it("a monitor that is not measured gets the hint on validation data only where it begins with val", async () => {
    const text = 'earlyStopping: nothing of this name is measured; expected one of loss, got monitor "accuracy".';
    await expect(train(earlyStopping({ monitor: "accuracy" }), [{ loss: 1 }])).rejects.toThrow(new UsageError(text));
  });
});

it("every callback has its own name, under which a checkpoint keeps its state", () => {
  const callbacks = [
    checkpoint({ path: "a" }),
    csvLogger({ path: "a" }),
    earlyStopping(),
    reduceOnPlateau(),
    schedule(() => 1),
    terminateOnNaN(),
  ];
  expect(callbacks.map(({ name }) => name)).toEqual([
    "checkpoint",
    "csvLogger",
    "earlyStopping",
    "reduceOnPlateau",
    "schedule",
    "terminateOnNaN",
  ]);
});
