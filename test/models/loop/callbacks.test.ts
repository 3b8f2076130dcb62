/** Callbacks in fit: when each hook is called, what it may do, and what the built-in ones do to a real training. */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Callback } from "../../../src/callbacks/callback.js";
import { checkpoint, csvLogger, earlyStopping, schedule, terminateOnNaN } from "../../../src/callbacks/index.js";
import { loadModel } from "../../../src/models/file/loading.js";
import { sgd } from "../../../src/optimizers/index.js";
import "../../support/engine.js";
import {
  expectSameWeights,
  expectWeights,
  network,
  noise,
  stopAfterBatch,
  stopAfterEpoch,
  weightsOf,
} from "../networks.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-callbacks-"));
afterAll(() => rmSync(folder, { recursive: true }));

const { x, y } = noise(1, 40);
const validationData = noise(2, 20);

/** A callback that notes every call. @param names which hooks it has */
function noting(calls: string[], label = ""): Callback {
  return {
    onTrainBegin: ({ epochs, batches }) => void calls.push(`${label}begin ${epochs} × ${batches}`),
    onEpochBegin: (epoch) => void calls.push(`${label}epoch ${epoch}`),
    onBatchEnd: (batch, logs) => void calls.push(`${label}batch ${batch} ${Object.keys(logs).join(" ")}`),
    onEpochEnd: (epoch, logs) => void calls.push(`${label}end ${epoch} ${Object.keys(logs).join(" ")}`),
    afterEpoch: (epoch) => void calls.push(`${label}after ${epoch}`),
    onTrainEnd: (logs) => void calls.push(`${label}done ${Object.keys(logs).join(" ")}`),
  };
}

describe("hooks", () => {
  it("are called in this order, asynchronous ones awaited", async () => {
    const calls: string[] = [];
    const slow: Callback = {
      async onEpochEnd() {
        await new Promise((resolve) => setTimeout(resolve, 5));
        calls.push("slow end");
      },
    };
    await network().fit(x, y, { epochs: 2, batchSize: 20, validationData, callbacks: [slow, noting(calls)] });
    const epoch = (number: number): string[] => [
      `epoch ${number}`,
      "batch 0 loss accuracy",
      "batch 1 loss accuracy",
      "slow end",
      `end ${number} loss accuracy valLoss valAccuracy`,
      `after ${number}`,
    ];
    expect(calls).toEqual(["begin 2 × 2", ...epoch(0), ...epoch(1), "done loss accuracy valLoss valAccuracy"]);
  });

  it("of several callbacks are called in the order of the list, afterEpoch when all have seen the end", async () => {
    const calls: string[] = [];
    await network().fit(x, y, { batchSize: 40, callbacks: [noting(calls, "a "), noting(calls, "b ")] });
    expect(calls.filter((call) => /end|after/.test(call))).toEqual([
      "a end 0 loss accuracy",
      "b end 0 loss accuracy",
      "a after 0",
      "b after 0",
    ]);
  });

  it("see running means: the loss of a batch is the mean of the epoch so far", async () => {
    const seen: number[] = [];
    const model = network();
    const { history } = await model.fit(x, y, {
      batchSize: 16,
      callbacks: [{ onBatchEnd: (_, { loss }) => void seen.push(loss) }],
    });
    expect(seen).toHaveLength(3);
    expect(seen[2]).toBe(history.loss[0]);
  });

  it("may be methods of a class, with state", async () => {
    class Counter implements Callback {
      count = 0;
      onBatchEnd(): void {
        this.count++;
      }
    }
    const counter = new Counter();
    await network().fit(x, y, { batchSize: 10, epochs: 3, callbacks: [counter] });
    expect(counter.count).toBe(12);
  });

  it("that throw end training with their error; the model is whole and trains on", async () => {
    const model = network();
    const wrong = { onEpochEnd: () => Promise.reject(new Error("mine")) };
    await expect(model.fit(x, y, { callbacks: [wrong] })).rejects.toThrow("mine");
    const { history } = await model.fit(x, y);
    expect(history.loss).toHaveLength(1);
  });

  it("may evaluate and predict: the running metrics and the training stay as they are", async () => {
    const [plain, curious] = [network(), network()];
    const wanted = await plain.fit(x, y, { batchSize: 8, epochs: 2 });
    const seen: number[] = [];
    const look: Callback = {
      async onBatchEnd() {
        seen.push((await curious.evaluate(validationData.x, validationData.y)).accuracy);
        (await curious.predict(x, { batchSize: 9 })).dispose();
      },
    };
    const got = await curious.fit(x, y, { batchSize: 8, epochs: 2, callbacks: [look] });
    expect(got.history).toEqual(wanted.history);
    expectSameWeights(curious, plain);
    expect(seen).toHaveLength(10);
  });
});

describe("stop", () => {
  it("in onBatchEnd ends after that batch: the epoch counts for nothing, onTrainEnd is called", async () => {
    const calls: string[] = [];
    const { epochs, history, stopped } = await network().fit(x, y, {
      epochs: 3,
      batchSize: 10,
      callbacks: [stopAfterBatch(1), noting(calls)],
    });
    expect([epochs, history, stopped]).toEqual([[], {}, "enough"]);
    expect(calls.at(-1)).toBe("done ");
    expect(calls.filter((call) => call.startsWith("batch"))).toHaveLength(2);
  });

  it("in onBatchEnd of the last batch still ends the epoch", async () => {
    const { epochs } = await network().fit(x, y, { epochs: 3, batchSize: 10, callbacks: [stopAfterBatch(3)] });
    expect(epochs).toEqual([0]);
  });

  it("in onEpochEnd ends after that epoch, with the first reason given", async () => {
    const callbacks = [stopAfterEpoch(1, "first"), stopAfterEpoch(1, "second")];
    const { epochs, stopped } = await network().fit(x, y, { epochs: 9, callbacks });
    expect([epochs, stopped]).toEqual([[0, 1], "first"]);
  });

  it("in onEpochEnd: no other epoch begins, and none is partial", async () => {
    const begun: number[] = [];
    const callbacks = [{ onEpochBegin: (epoch: number) => void begun.push(epoch) }, stopAfterEpoch(0)];
    const { partial } = await network().fit(x, y, { epochs: 3, callbacks });
    expect([begun, partial]).toEqual([[0], undefined]);
  });

  it("and resumed in the middle of an epoch: it does not begin again, and each callback has its state back", async () => {
    const model = network();
    const seen: unknown[] = [];
    const memory = {
      name: "memory",
      save: () => ({ count: 7 }),
      restore: (state: object) => void seen.push(state),
      onEpochBegin: (epoch: number) => void seen.push(epoch),
    };
    await model.fit(x, y, { batchSize: 10, callbacks: [memory, stopAfterBatch(1)] });
    expect(seen).toEqual([0]);
    await model.fit(x, y, { batchSize: 10, epochs: 2, resume: true, callbacks: [memory] });
    expect(seen).toEqual([0, { count: 7 }, 1]);
    await model.fit(x, y, { batchSize: 10, callbacks: [memory] });
    expect(seen).toEqual([0, { count: 7 }, 1, 0]);
  });

  it("in onTrainBegin or onEpochBegin ends before a step", async () => {
    const stoppers: Callback[] = [
      { onTrainBegin: (training) => training.stop("now") },
      { onEpochBegin: (_, training) => training.stop("now") },
    ];
    for (const stopper of stoppers) {
      const model = network();
      const before = weightsOf(model);
      const { epochs, stopped } = await model.fit(x, y, { epochs: 3, callbacks: [stopper] });
      expect([epochs, stopped]).toEqual([[], "now"]);
      expectWeights(model, before);
    }
  });
});

describe("earlyStopping with restoreBestWeights, where training does not come to its end", () => {
  /** Trains too fast for 50 epochs, and aborts after batch 1 of epoch 6. */
  const start = (aborted: boolean) => {
    const model = network(0, { optimizer: sgd({ learningRate: 3 }) });
    const kept: Record<string, Float32Array>[] = [];
    const losses: number[] = [];
    const controller = new AbortController();
    const keep: Callback = {
      name: "keep",
      onEpochEnd(_, { valLoss }) {
        losses.push(valLoss);
        kept.push(weightsOf(model));
      },
      onBatchEnd(batch) {
        if (aborted && losses.length === 6 && batch === 1) controller.abort(new Error("enough"));
      },
    };
    const callbacks = [keep, earlyStopping({ patience: 40, restoreBestWeights: true })];
    return { model, kept, losses, options: { epochs: 12, batchSize: 32, validationData, callbacks }, controller };
  };

  it("the weights of the best epoch are back after an abort", async () => {
    const { model, kept, losses, options, controller } = start(true);
    await expect(model.fit(x, y, { ...options, signal: controller.signal })).rejects.toThrow("enough");
    expect(losses).toHaveLength(6);
    const best = losses.indexOf(Math.min(...losses));
    expect(best).toBeLessThan(5);
    expectWeights(model, kept[best]);
  });

  it("and a resume goes on to the bits of a training that was not aborted", async () => {
    const [whole, halves] = [start(false), start(true)];
    await whole.model.fit(x, y, whole.options);
    await expect(halves.model.fit(x, y, { ...halves.options, signal: halves.controller.signal })).rejects.toThrow();
    await halves.model.fit(x, y, { ...halves.options, resume: true });
    expect(halves.losses).toEqual(whole.losses);
    for (const [epoch, weights] of whole.kept.entries()) expect(halves.kept[epoch]).toEqual(weights);
    expectSameWeights(halves.model, whole.model);
  });

  it("are back after an error of another callback, too, which is the error that fit rejects with", async () => {
    const { model, kept, losses, options } = start(false);
    const thrower: Callback = {
      onEpochBegin(epoch) {
        if (epoch === 6) throw new Error("broken");
      },
      onTrainAbort() {
        throw new Error("not seen");
      },
    };
    const callbacks = [thrower, ...options.callbacks];
    await expect(model.fit(x, y, { ...options, callbacks })).rejects.toThrow("broken");
    expectWeights(model, kept[losses.indexOf(Math.min(...losses))]);
  });

  it("before the first epoch has ended they stay as they are", async () => {
    const { model, options, controller } = start(false);
    controller.abort(new Error("at once"));
    const before = weightsOf(model);
    await expect(model.fit(x, y, { ...options, signal: controller.signal })).rejects.toThrow("at once");
    expectWeights(model, before);
  });
});

describe("built-in callbacks", () => {
  it("earlyStopping ends training and puts the weights of the best epoch back", async () => {
    const model = network(0, { optimizer: sgd({ learningRate: 3 }) }); // too high: the validation loss soon rises
    const kept: Record<string, Float32Array>[] = [];
    const keep: Callback = { onEpochEnd: () => void kept.push(weightsOf(model)) };
    const { history, stopped } = await model.fit(x, y, {
      epochs: 50,
      validationData,
      callbacks: [keep, earlyStopping({ patience: 3, restoreBestWeights: true })],
    });
    const best = history.valLoss.indexOf(Math.min(...history.valLoss));
    expect(history.valLoss).toHaveLength(best + 4);
    expect(stopped).toMatch(/^no improvement of valLoss [\d.]+ in 3 epochs$/);
    expectWeights(model, kept[best]);
    const logs = await model.evaluate(validationData.x, validationData.y, { batchSize: 32 });
    expect(logs.loss).toBe(history.valLoss[best]);
  });

  it("checkpoint keeps the best epoch, which goes on as if nothing had happened", async () => {
    const path = join(folder, "best.safetensors");
    const model = network();
    const { history } = await model.fit(x, y, {
      epochs: 6,
      validationData,
      callbacks: [checkpoint({ path, monitor: "valAccuracy", saveBestOnly: true })],
    });
    const best = history.valAccuracy.indexOf(Math.max(...history.valAccuracy));
    const loaded = await loadModel(path);
    const rest = await loaded.fit(x, y, { epochs: 6, validationData, resume: true });
    expect(rest.epochs).toEqual([0, 1, 2, 3, 4, 5].slice(best + 1));
    expectSameWeights(loaded, model);
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("schedule sets the rate of each epoch, which replaces the optimizer's", async () => {
    const rates: number[] = [];
    const model = network(0, { optimizer: sgd({ learningRate: 1 }) });
    await model.fit(x, y, {
      epochs: 3,
      callbacks: [
        schedule((epoch, rate) => (epoch === 0 ? rate : rate / 10)),
        { onEpochEnd: (_epoch, _logs, training) => void rates.push(training.learningRate) },
      ],
    });
    expect(rates.map((rate) => rate.toFixed(4))).toEqual(["1.0000", "0.1000", "0.0100"]);
  });

  it("csvLogger writes a line an epoch", async () => {
    const path = join(folder, "log.csv");
    const { history } = await network().fit(x, y, { epochs: 2, validationData, callbacks: [csvLogger({ path })] });
    const lines = readFileSync(path, "utf8").trim().split("\n");
    expect(lines[0]).toBe("epoch,loss,accuracy,valLoss,valAccuracy");
    expect(lines[2].split(",").map(Number)).toEqual([2, ...Object.values(history).map((values) => values[1])]);
  });

  it("terminateOnNaN ends training where fit would throw, with the weights before that batch", async () => {
    const model = network(0, { optimizer: sgd({ learningRate: 1e30 }) });
    const kept: Record<string, Float32Array>[] = [];
    const keep: Callback = { onBatchEnd: () => void kept.push(weightsOf(model)) };
    const { stopped } = await model.fit(x, y, { epochs: 9, batchSize: 10, callbacks: [keep, terminateOnNaN()] });
    expect(stopped).toMatch(/^the loss became (NaN|Infinity) in batch \d$/);
    expectWeights(model, kept.at(-2)!);
  });
});
