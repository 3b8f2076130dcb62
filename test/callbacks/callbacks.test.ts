/** Callbacks against a training that only remembers what they do. */
import { describe, expect, it } from "vitest";
import type { Callback } from "../../src/callbacks/callback.js";
import { checkpoint, earlyStopping, reduceOnPlateau, schedule, terminateOnNaN } from "../../src/callbacks/index.js";
import { fakeTraining, series, train } from "./training.js";

/** Runs the epochs on a fresh training. @returns the training and the number of epochs that ran */
async function run(callback: Callback, epochs: ReturnType<typeof series>) {
  const training = fakeTraining();
  const rates = await train(callback, epochs, training);
  return { ...training, rates, epochs: rates.length };
}

describe("earlyStopping", () => {
  it("ends after `patience` epochs without improvement", async () => {
    const { epochs, stopped } = await run(earlyStopping({ patience: 2 }), series("valLoss", [3, 2, 2, 2, 1]));
    expect(epochs).toBe(4);
    expect(stopped).toBe("no improvement of valLoss 2 in 2 epochs");
  });

  it("with patience 0 ends at the first epoch without improvement", async () => {
    const { epochs, stopped } = await run(earlyStopping(), series("valLoss", [3, 3, 1]));
    expect(epochs).toBe(2);
    expect(stopped).toBe("no improvement of valLoss 3 in 1 epoch");
  });

  it.each([
    [0, 2],
    [1, 2],
    [2, 3],
    [3, 4],
  ])("as in Keras, patience %i ends a training that never improves after %i epochs", async (patience, epochs) => {
    expect((await run(earlyStopping({ patience }), series("valLoss", [1, 1, 1, 1, 1, 1, 1]))).epochs).toBe(epochs);
  });

  it("counts anew after an improvement", async () => {
    expect((await run(earlyStopping({ patience: 2 }), series("valLoss", [3, 4, 2, 4, 1, 5, 5, 0]))).epochs).toBe(7);
  });

  it("a gain of minDelta itself is no improvement", async () => {
    const epochs = series("valLoss", [3, 2.5, 2.75, 1]);
    expect((await run(earlyStopping({ minDelta: 0.5 }), epochs)).epochs).toBe(2);
    expect((await run(earlyStopping({ minDelta: 0.25 }), epochs)).epochs).toBe(3);
  });

  it.each([
    ["valLoss", "min"],
    ["valMeanAbsoluteError", "min"],
    ["accuracy", "max"],
    ["valAccuracy_2", "max"],
    ["valTopKAccuracy", "max"],
    ["valAuc", "max"],
    ["f1", "max"],
    ["precision", "max"],
    ["recall", "max"],
    ["valR2", "max"],
  ])("mode auto: %s is to be at its %s", async (monitor, mode) => {
    const rising = series(monitor, [1, 2, 3]);
    expect((await run(earlyStopping({ monitor }), rising)).epochs).toBe(mode === "max" ? 3 : 2);
    expect((await run(earlyStopping({ monitor, mode: mode === "max" ? "min" : "max" }), rising)).epochs).toBe(
      mode === "max" ? 2 : 3,
    );
  });

  it("puts the best weights back, also where training ends by itself, and only if asked to", async () => {
    const epochs = series("valLoss", [3, 1, 2, 2]);
    expect((await run(earlyStopping({ patience: 2, restoreBestWeights: true }), epochs)).restored).toEqual([1]);
    expect((await run(earlyStopping({ patience: 9, restoreBestWeights: true }), epochs)).restored).toEqual([1]);
    expect((await run(earlyStopping({ patience: 2 }), epochs)).restored).toEqual([]);
  });

  it("takes NaN for no improvement, also at first", async () => {
    const { epochs, stopped, restored } = await run(
      earlyStopping({ patience: 2, restoreBestWeights: true }),
      series("valLoss", [NaN, NaN, 1]),
    );
    expect(epochs).toBe(2);
    expect(stopped).toBe("no improvement of valLoss never a number in 2 epochs");
    expect(restored).toEqual([]);
  });

  it("forgets the last training", async () => {
    const callback = earlyStopping({ patience: 1 });
    await train(callback, series("valLoss", [1, 2]));
    expect(await train(callback, series("valLoss", [9, 8, 7]))).toHaveLength(3);
  });

  it("goes on after a resume as if it had not stopped", async () => {
    const first = earlyStopping({ patience: 3 });
    await train(first, series("valLoss", [1, 2]));
    const second = earlyStopping({ patience: 3 });
    const training = fakeTraining();
    await second.onTrainBegin?.(training);
    second.restore?.(JSON.parse(JSON.stringify(first.save?.())));
    for (const valLoss of [2, 2]) {
      expect(training.stopped).toBeUndefined();
      await second.onEpochEnd?.(0, { valLoss }, training);
    }
    expect(training.stopped).toBe("no improvement of valLoss 1 in 3 epochs");
  });

  it("names what is measured where the monitor is not", async () => {
    const logs = [{ loss: 1, accuracy: 0.5 }];
    await expect(train(earlyStopping(), logs)).rejects.toThrow(
      'earlyStopping: nothing of this name is measured; expected one of loss, accuracy, got monitor "valLoss". Give fit validationData or a validationSplit, or monitor another name.',
    );
    await expect(train(reduceOnPlateau({ monitor: "acc" }), logs)).rejects.toThrow(
      'reduceOnPlateau: nothing of this name is measured; expected one of loss, accuracy, got monitor "acc".',
    );
    await expect(train(checkpoint({ path: "x", saveBestOnly: true, monitor: "toString" }), logs)).rejects.toThrow(
      'checkpoint: nothing of this name is measured; expected one of loss, accuracy, got monitor "toString".',
    );
  });
});

describe("checkpoint", () => {
  it("saves after every epoch, or every n epochs", async () => {
    const epochs = series("loss", [1, 1, 1, 1, 1]);
    expect((await run(checkpoint({ path: "a.st" }), epochs)).saved).toEqual(Array(5).fill("a.st"));
    expect((await run(checkpoint({ path: "a-{epoch}-{epoch}.st", everyEpochs: 2 }), epochs)).saved).toEqual([
      "a-2-2.st",
      "a-4-4.st",
    ]);
  });

  it("saves only the best", async () => {
    const best = (options: object) => checkpoint({ path: "{epoch}", saveBestOnly: true, ...options });
    expect((await run(best({}), series("valLoss", [3, 4, 2, NaN, 2, 1]))).saved).toEqual(["1", "3", "6"]);
    expect((await run(best({ monitor: "accuracy" }), series("accuracy", [0.1, 0.3, 0.2]))).saved).toEqual(["1", "2"]);
    expect((await run(best({ minDelta: 0.5 }), series("valLoss", [3, 2.5, 2]))).saved).toEqual(["1", "3"]);
  });

  it("passes on what goes wrong while saving", async () => {
    const training = { ...fakeTraining(), saveCheckpoint: () => Promise.reject(new Error("disk full")) };
    await expect(train(checkpoint({ path: "x" }), series("loss", [1]), training)).rejects.toThrow("disk full");
  });
});

describe("reduceOnPlateau", () => {
  it("multiplies by the factor after `patience` epochs without improvement, again and again", async () => {
    const { rates } = await run(
      reduceOnPlateau({ factor: 0.5, patience: 2 }),
      series("valLoss", [1, 1, 1, 1, 1, 1, 0.5, 0.5]),
    );
    expect(rates).toEqual([1, 1, 1, 0.5, 0.5, 0.25, 0.25, 0.25]);
  });

  it("does not count the epochs of the cooldown", async () => {
    const { rates } = await run(
      reduceOnPlateau({ factor: 0.5, patience: 1, cooldown: 2 }),
      series("valLoss", [1, 1, 1, 1, 1, 1, 1]),
    );
    // reduced after epoch 1; epoch 2 cools, epoch 3 ends the cooldown without counting, epoch 4 counts
    expect(rates).toEqual([1, 1, 0.5, 0.5, 0.5, 0.25, 0.25]);
  });

  it("stops at the least learning rate, and takes 1e-4 for no improvement by default", async () => {
    const { rates } = await run(
      reduceOnPlateau({ factor: 0.1, patience: 1, minLearningRate: 0.05 }),
      series("valLoss", [1, 0.99995, 0.9999, 0.9999]),
    );
    expect(rates).toEqual([1, 1, 0.1, 0.05]);
  });

  it("goes on after a resume as if it had not stopped", async () => {
    const make = () => reduceOnPlateau({ factor: 0.5, patience: 2, cooldown: 1 });
    const losses = series("valLoss", [1, 1, 1, 1, 1, 1, 1, 1]);
    const whole = await train(make(), losses);
    for (let cut = 1; cut < losses.length; cut++) {
      const [first, second] = [make(), make()];
      const training = fakeTraining();
      const rates = await train(first, losses.slice(0, cut), training);
      await second.onTrainBegin?.(training);
      second.restore?.(JSON.parse(JSON.stringify(first.save?.())));
      for (const logs of losses.slice(cut)) {
        rates.push(training.learningRate);
        await second.onEpochEnd?.(0, logs, training);
      }
      expect(rates).toEqual(whole);
    }
  });
});

describe("schedule", () => {
  it("gets the epoch and the learning rate so far", async () => {
    const { rates } = await run(
      schedule((epoch, rate) => (epoch < 2 ? rate : rate / 2)),
      series("loss", [1, 1, 1, 1]),
    );
    expect(rates).toEqual([1, 1, 0.5, 0.25]);
  });

  it("refuses what is no learning rate", async () => {
    await expect(
      train(
        schedule(() => NaN),
        series("loss", [1]),
      ),
    ).rejects.toThrow("schedule: the learning rate of epoch 0 is out of range; expected a number in [0, ∞), got NaN.");
  });
});

describe("terminateOnNaN", () => {
  it.each([NaN, Infinity, -Infinity])("stops at a loss of %d", async (bad) => {
    const { epochs, stopped } = await run(terminateOnNaN(), series("loss", [1, bad, 1]));
    expect(epochs).toBe(2);
    expect(stopped).toBe(`the loss became ${bad} in batch 1`);
  });

  it("lets every finite loss pass", async () => {
    expect((await run(terminateOnNaN(), series("loss", [1, -1e38, 0]))).stopped).toBeUndefined();
  });
});

describe("errors", () => {
  it.each([
    [
      "earlyStopping: patience is out of range; expected an integer in [0, ∞), got -1.",
      () => earlyStopping({ patience: -1 }),
    ],
    [
      "earlyStopping: minDelta is out of range; expected a number in [0, ∞), got NaN.",
      () => earlyStopping({ minDelta: NaN }),
    ],
    [
      'earlyStopping: unknown mode; expected "auto", "min" or "max", got "up".',
      () => earlyStopping({ mode: "up" as never }),
    ],
    [
      'earlyStopping: monitor must be a string; expected a name such as "valLoss", got 3.',
      () => earlyStopping({ monitor: 3 as never }),
    ],
    [
      "earlyStopping: restoreBestWeights has the wrong type; expected true or false, got 1.",
      () => earlyStopping({ restoreBestWeights: 1 as never }),
    ],
    [
      'earlyStopping: unknown option; expected monitor, mode, minDelta, patience or restoreBestWeights, got "restoreBest".',
      () => earlyStopping({ restoreBest: true } as never),
    ],
    ["checkpoint: path is invalid; expected a file name, got undefined.", () => checkpoint({} as never)],
    [
      'checkpoint: unknown placeholder in the path; expected {epoch} or {step}, got "{loss}".',
      () => checkpoint({ path: "{epoch}-{loss}" }),
    ],
    [
      "checkpoint: everyEpochs is out of range; expected an integer in [1, ∞), got 0.",
      () => checkpoint({ path: "x", everyEpochs: 0 }),
    ],
    [
      "checkpoint: saveBestOnly and everyEpochs exclude each other; expected one of them, got saveBestOnly true and everyEpochs 2.",
      () => checkpoint({ path: "x", everyEpochs: 2, saveBestOnly: true }),
    ],
    [
      "checkpoint: monitor, mode and minDelta are for saveBestOnly; expected saveBestOnly true, got saveBestOnly false.",
      () => checkpoint({ path: "x", monitor: "loss" }),
    ],
    [
      "reduceOnPlateau: factor is out of range; expected a number in (0, 1), got 1.",
      () => reduceOnPlateau({ factor: 1 }),
    ],
    [
      "schedule: rateAt must be a function; expected (epoch, learningRate) → learningRate, got 0.5.",
      () => schedule(0.5 as never),
    ],
  ] as [string, () => Callback][])("%s", (expected, make) => {
    expect(make).toThrow(expected);
  });
});
