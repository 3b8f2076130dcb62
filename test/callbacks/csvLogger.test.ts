/** The CSV logger on real files. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { checkpoint, csvLogger } from "../../src/callbacks/index.js";
import { init, layers, loadModel, losses, optimizers, sequential, tensor } from "../../src/index.js";
import { fakeTraining, train } from "./training.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-csv-"));
afterAll(() => rmSync(folder, { recursive: true }));

const epochs = [
  { loss: 0.5, valLoss: 1 / 3 },
  { loss: NaN, valLoss: 1e-10 },
];
const file = "epoch,loss,valLoss\n1,0.5,0.3333333333333333\n2,NaN,1e-10\n";

describe("csvLogger", () => {
  it("has a valid file after every epoch, with numbers that read back exactly", async () => {
    const path = join(folder, "a.csv");
    const callback = csvLogger({ path });
    const training = fakeTraining();
    await callback.onTrainBegin?.(training);
    const lines = file.split("\n");
    for (const [epoch, logs] of epochs.entries()) {
      await callback.onEpochEnd?.(epoch, logs, training);
      expect(readFileSync(path, "utf8")).toBe(`${lines.slice(0, epoch + 2).join("\n")}\n`);
    }
  });

  it("replaces a file, or goes on in it", async () => {
    const path = join(folder, "b.csv");
    writeFileSync(path, "something else\n");
    await train(csvLogger({ path }), epochs);
    expect(readFileSync(path, "utf8")).toBe(file);
    const [header, ...rest] = file.split("\n");
    await train(csvLogger({ path, append: true }), epochs);
    expect(readFileSync(path, "utf8")).toBe([header, ...rest.slice(0, 2), ...rest].join("\n"));
  });

  it("begins a file that is to be appended to and is not there, or empty", async () => {
    for (const name of ["c.csv", "d.csv"]) {
      const path = join(folder, name);
      if (name === "d.csv") writeFileSync(path, "");
      await train(csvLogger({ path, append: true }), epochs);
      expect(readFileSync(path, "utf8")).toBe(file);
    }
  });

  it("does not append to other columns", async () => {
    const path = join(folder, "e.csv");
    writeFileSync(path, "epoch,loss\n1,2\n");
    await expect(train(csvLogger({ path, append: true }), epochs)).rejects.toThrow(
      `csvLogger: ${JSON.stringify(path)} has different columns; expected epoch,loss,valLoss, got epoch,loss. Use another path, or append: false to replace the file.`,
    );
    expect(readFileSync(path, "utf8")).toBe("epoch,loss\n1,2\n");
  });

  it("says why a file cannot be written", async () => {
    const path = join(folder, "none", "f.csv");
    await expect(train(csvLogger({ path }), epochs)).rejects.toThrow(
      `csvLogger: cannot write ${JSON.stringify(path)}: it, or its folder, does not exist.`,
    );
  });

  it("checks its options", () => {
    expect(() => csvLogger({ path: "" })).toThrow('csvLogger: path is invalid; expected a file name, got "".');
    expect(() => csvLogger({ path: "x", append: 1 as never })).toThrow(
      "csvLogger: append has the wrong type; expected true or false, got 1.",
    );
    expect(() => csvLogger({ file: "x" } as never)).toThrow(
      'csvLogger: unknown option; expected path or append, got "file".',
    );
  });
});

describe("csvLogger after a resume", () => {
  const lines = (...numbers: number[]): string => ["epoch,loss", ...numbers.map((one) => `${one},0.5`), ""].join("\n");

  /** Trains from an epoch on, resumed or not. */
  async function trainFrom(path: string, first: number, last: number, isResumed: boolean): Promise<void> {
    const callback = csvLogger({ path, append: true });
    await callback.onTrainBegin?.(fakeTraining());
    if (isResumed) callback.restore?.({});
    for (let epoch = first; epoch <= last; epoch++)
      await callback.onEpochEnd?.(epoch - 1, { loss: 0.5 }, fakeTraining());
  }

  it("repeats no epoch: lines 6 and 7 were written after the checkpoint of epoch 5, and stand there once", async () => {
    const path = join(folder, "resumed.csv");
    await trainFrom(path, 1, 7, false);
    await trainFrom(path, 6, 9, true);
    expect(readFileSync(path, "utf8")).toBe(lines(1, 2, 3, 4, 5, 6, 7, 8, 9));
  });

  it("leaves the lines of an earlier training alone", async () => {
    const path = join(folder, "two.csv");
    await trainFrom(path, 1, 9, false);
    await trainFrom(path, 1, 4, false);
    await trainFrom(path, 3, 5, true);
    expect(readFileSync(path, "utf8")).toBe(lines(1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5));
  });

  it("drops a line that was cut in the middle, which could be read as another number: 1 of 12", async () => {
    const path = join(folder, "cut.csv");
    writeFileSync(path, `${lines(10, 11)}1`);
    await trainFrom(path, 12, 12, true);
    expect(readFileSync(path, "utf8")).toBe(lines(10, 11, 12));
  });

  it("keeps the last line where that is the epoch before, and the header where no line is", async () => {
    const path = join(folder, "last.csv");
    await trainFrom(path, 1, 3, false);
    await trainFrom(path, 4, 4, true);
    expect(readFileSync(path, "utf8")).toBe(lines(1, 2, 3, 4));
    writeFileSync(path, lines(5, 6));
    await trainFrom(path, 1, 2, true);
    expect(readFileSync(path, "utf8")).toBe(lines(1, 2));
  });

  it.each([
    ["ended, in a new training", "\n", false],
    ["ended, after a resume", "\n", true],
    ["cut, in a new training", "", false],
    ["cut, after a resume", "", true],
  ])("goes on behind a header alone, %s", async (_, end, isResumed) => {
    const path = join(folder, "header.csv");
    writeFileSync(path, `epoch,loss${end}`);
    await trainFrom(path, 1, 2, isResumed);
    expect(readFileSync(path, "utf8")).toBe(lines(1, 2));
  });

  it("does not run two lines together where the last one was not ended", async () => {
    const path = join(folder, "open.csv");
    writeFileSync(path, lines(1).trimEnd());
    await trainFrom(path, 2, 2, false);
    expect(readFileSync(path, "utf8")).toBe(lines(1, 2));
  });

  it("in fit: 7 epochs, a checkpoint every third, resumed from the sixth", async () => {
    await init();
    const [path, saved] = [join(folder, "fit.csv"), join(folder, "fit.safetensors")];
    const [x, y] = [tensor([[0], [1]]), tensor([[0], [1]])];
    const callbacks = () => [csvLogger({ path, append: true }), checkpoint({ path: saved, everyEpochs: 3 })];
    const model = sequential([layers.dense({ units: 1, inputShape: [1] })], { seed: 1 });
    model.compile({ optimizer: optimizers.sgd({ learningRate: 0.1 }), loss: losses.meanSquaredError() });
    await model.fit(x, y, { epochs: 7, callbacks: callbacks() });
    const whole = readFileSync(path, "utf8");
    await (await loadModel(saved)).fit(x, y, { epochs: 7, resume: true, callbacks: callbacks() });
    expect(readFileSync(path, "utf8")).toBe(whole);
    expect(whole.split("\n")).toHaveLength(9);
  });
});

describe("files of callbacks are tried before the first step", () => {
  it.each([
    ["csvLogger", (path: string) => csvLogger({ path })],
    ["checkpoint", (path: string) => checkpoint({ path })],
  ])("%s: a folder, below a file, in no folder; nothing is trained and nothing stays", async (name, make) => {
    await init();
    const here = mkdtempSync(join(folder, "trial-"));
    writeFileSync(join(here, "file"), "");
    const model = sequential([layers.dense({ units: 1, inputShape: [1] })], { seed: 1 });
    model.compile({ optimizer: optimizers.sgd({ learningRate: 0.1 }), loss: losses.meanSquaredError() });
    const before = model.weights.map(({ value }) => value.toArray());
    for (const path of [here, join(here, "file/below"), join(here, "none/below")]) {
      const fitted = model.fit(tensor([[1]]), tensor([[2]]), { callbacks: [make(path)] });
      await expect(fitted).rejects.toThrow(`${name}: cannot write ${JSON.stringify(path)}: `);
    }
    expect(model.weights.map(({ value }) => value.toArray())).toEqual(before);
    expect(readdirSync(here)).toEqual(["file"]);
  });
});
