/** The CSV logger on real files. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { csvLogger } from "../../src/callbacks/index.js";
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
      `csvLogger: ${JSON.stringify(path)} has other columns; expected epoch,loss,valLoss, got epoch,loss. Use another path, or append: false to replace the file.`,
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
    expect(() => csvLogger({ path: "" })).toThrow('csvLogger: no path; expected a file name, got "".');
    expect(() => csvLogger({ path: "x", append: 1 as never })).toThrow(
      "csvLogger: append is out of range; expected true or false, got 1.",
    );
    expect(() => csvLogger({ file: "x" } as never)).toThrow(
      'csvLogger: unknown option; expected path or append, got "file".',
    );
  });
});
