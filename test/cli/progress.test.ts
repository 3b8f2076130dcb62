import { describe, expect, it } from "vitest";
import { classes } from "../../course/support/classes.js";
import { TrainingProgress } from "../../course/support/progress.js";
import { epochLine, liveLine } from "../../src/cli/terminal/progress.js";
import { Printer } from "../../src/cli/terminal/printer.js";
import { Terminal } from "../../src/cli/terminal/terminal.js";
import { colorPicture } from "../../src/report/picture.js";
import type { Logs, Training } from "../../src/index.js";
import type { Progress } from "../../src/report/shown.js";
import { plain, record } from "./support.js";

const standingWith = (logs: Logs): Progress => ({
  kind: "progress",
  epoch: 3,
  epochs: 20,
  done: 0.125,
  batchesPerSecond: 1234.5,
  secondsLeft: 75,
  ...classes.wording.live(logs),
});
const standing = standingWith({ loss: 0.12345, accuracy: 0.98765 });
const unstyled = { style: (text: string) => text };
const training = { epochs: 2, batches: 3 } as Training;

/** What a lesson tells of training, printed. */
function progressOn(terminal: Terminal): TrainingProgress {
  const printer = new Printer(terminal, undefined);
  return new TrainingProgress({ show: (shown) => printer.show(shown), turn: () => undefined }, classes.wording);
}

/** Three batches in each of two epochs. */
function train(terminal: Terminal): void {
  const display = progressOn(terminal);
  display.onTrainBegin();
  for (const epoch of [0, 1]) {
    display.onEpochBegin(epoch);
    for (const batch of [0, 1, 2]) void display.onBatchEnd(batch, { loss: 0.5, accuracy: 0.75 }, training);
    display.onEpochEnd(epoch, { loss: 0.5, accuracy: 0.75, valLoss: 0.25 }, training);
  }
  display.onTrainEnd();
}

describe("the live line", () => {
  it("tells epoch, bar, batches a second, time left, loss and accuracy", () => {
    expect(liveLine(standing, 110, unstyled)).toBe(
      `epoch  3/20  ━━━╸${"─".repeat(26)}  1,235 batches/s  1:15 left  loss 0.1235  accuracy 98.8 %`,
    );
    expect(liveLine({ ...standing, done: 1 }, 110, unstyled)).toContain(`  ${"━".repeat(30)}  `);
    expect(liveLine(standingWith({ loss: 1 }), 100, unstyled)).toMatch(/ left {2}loss 1\.0000$/);
  });

  it("is never wider than the terminal, whatever its width, and has a bar from 20 columns on", () => {
    for (let columns = 0; columns <= 120; columns++) {
      const line = liveLine(standing, columns, unstyled);
      expect(line.length, `at ${columns} columns`).toBeLessThanOrEqual(columns);
      if (columns >= 20) expect(line, `at ${columns} columns`).toMatch(/[━╸]─/);
    }
  });

  it("gives up the least important first: speed, loss, time, accuracy", () => {
    const parts = [90, 65, 50, 38, 22].map((columns) =>
      liveLine(standing, columns, unstyled).match(/batches|left|loss|accuracy/g),
    );
    expect(parts).toEqual([
      ["batches", "left", "loss", "accuracy"],
      ["left", "loss", "accuracy"],
      ["left", "accuracy"],
      ["accuracy"],
      null,
    ]);
  });
});

describe("progress", () => {
  it("is one line an epoch on a pipe, without escape sequences", () => {
    const recorded = record();
    train(new Terminal(recorded.surroundings.stdout, {}));
    const lines = recorded.stdout().split("\n");
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(
      /^epoch 1\/2 {2}loss 0\.5000 {2}accuracy 75\.00 % {2}valLoss 0\.2500 {2}[\d,.]+ batches\/s {2}0\.0 s$/,
    );
    expect(lines[1]).toMatch(/^epoch 2\/2/);
    expect(recorded.stdout()).not.toContain("\u001b");
  });

  it("is one line on a terminal, written over and gone at the end", () => {
    const recorded = record(60);
    train(new Terminal(recorded.surroundings.stdout, {}));
    expect(recorded.stdout()).not.toContain("\n");
    expect(recorded.stdout().startsWith("\r\u001b[Kepoch 1/2")).toBe(true);
    expect(recorded.stdout().endsWith("\r\u001b[K")).toBe(true);
    for (const line of plain(recorded.stdout()).split("\r")) expect(line.length).toBeLessThan(60);
  });

  it("is one line an epoch where TERM is dumb", () => {
    const recorded = record(60);
    train(new Terminal(recorded.surroundings.stdout, { TERM: "dumb" }));
    expect(recorded.stdout()).not.toContain("\u001b");
    expect(recorded.stdout().split("\n")).toHaveLength(3);
  });

  it("counts the batches of a resumed epoch that an earlier process has done", () => {
    const recorded = record(110);
    const display = progressOn(new Terminal(recorded.surroundings.stdout, { NO_COLOR: "1" }));
    display.onTrainBegin();
    display.onEpochBegin(1);
    void display.onBatchEnd(2, { loss: 1 }, training);
    expect(recorded.stdout()).toContain(`epoch 2/2  ${"━".repeat(30)}  `);
  });

  it("names losses without per cent and anything else with", () => {
    const texts = classes.wording.epoch({ loss: 1, valLoss: 2, valAccuracy: 0.5 });
    expect(epochLine(standing, { seconds: 3, texts })).toBe(
      "epoch  3/20  loss 1.0000  valLoss 2.0000  valAccuracy 50.00 %  1,235 batches/s  3.0 s",
    );
  });
});

it("a picture in colour is drawn by its brightness: white and yellow are ink, black and blue are none", () => {
  const recorded = record();
  const printer = new Printer(new Terminal(recorded.surroundings.stdout, {}), undefined);
  const bytes = [255, 255, 255, 0, 0, 0, 250, 240, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255];
  printer.show({ kind: "images", title: "colours", scale: 1, pictures: [colorPicture(bytes, 6, "six")] });
  expect(plain(recorded.stdout())).toContain("▀ ▀ ▀▀");
});
