/** Inside an LSTM: the trace, the features, and what the lesson finds. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Random, layers, scope, sequential, tensor } from "lanegrad";
import { afterAll, describe, expect, it } from "vitest";
import { correlation, features, unitsFor } from "../../../course/recurrent/inside/features.js";
import { relativeChanges, traceOf } from "../../../course/recurrent/inside/lstmTrace.js";
import { nestedText } from "../../../course/recurrent/inside/nestedText.js";
import { lanegrad } from "../../../src/cli/lanegrad.js";
import { init } from "../../../src/runtime/init.js";
import { record } from "../../cli/support.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-inside-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Result {
  readonly cellChange: number;
  readonly outputChange: number;
  readonly isSlower: boolean;
  readonly found: { readonly feature: string; readonly correlation: number; readonly p: number }[];
}

async function inside(...args: string[]): Promise<{ result: Result; text: string }> {
  const recorded = record();
  expect(await lanegrad(["train", "inside-lstm", "--json", ...args], recorded.surroundings), recorded.stderr()).toBe(0);
  return { result: JSON.parse(recorded.stdout()) as Result, text: recorded.stderr() };
}

describe("the trace", () => {
  it("ends every step with the output of the library's LSTM, within 1e-5 over 40 steps", async () => {
    await init();
    const random = new Random(3);
    const x = Float32Array.from({ length: 40 * 5 }, () => random.uniform(-2, 2));
    const model = sequential([layers.lstm({ units: 7, returnSequences: true, inputShape: [40, 5] })], { seed: 1 });
    const [kernel, recurrentKernel, bias] = model.weights.map(({ value }) => {
      value.assign(Float32Array.from({ length: value.size }, () => random.uniform(-1, 1)));
      return value.toTypedArray();
    });
    const expected = scope(() => Float32Array.from(model.call([tensor(x, [1, 40, 5])])[0].toTypedArray()));
    const { output } = traceOf(x, { kernel, recurrentKernel, bias });
    expect(output).toHaveLength(280);
    for (const [i, value] of expected.entries()) expect(Math.abs(output[i] - value)).toBeLessThan(1e-5);
    model.dispose();
  });

  it("a vector that goes from (3, 4) to (3, 9) changes by its length, then by nothing", () => {
    expect(relativeChanges(Float64Array.of(3, 4, 3, 9, 3, 9), 2)).toEqual([1, 0]);
  });
});

describe("features", () => {
  it("count brackets, quotation marks, letters of words and of lines", () => {
    const of = (name: string, text: string): number[] => features[name](text);
    expect(of("open brackets", "a(b(c))d")).toEqual([0, 1, 1, 2, 2, 1, 0, 0]);
    expect(of("inside quotation marks", 'a"b"c')).toEqual([0, 1, 1, 0, 0]);
    expect(of("letters of the word so far", "ab cde")).toEqual([1, 2, 0, 1, 2, 3]);
    expect(of("letters of the line so far", "ab\ncd")).toEqual([1, 2, 0, 1, 2]);
  });

  it("a unit that is the number of open brackets with the sign reversed is found, noise is not", () => {
    const [text, random] = [nestedText(2000, 1), new Random(1)];
    const depth = features["open brackets"](text);
    const values = Float64Array.from({ length: 3 * text.length }, (_, i) => i % 3 === 2 ? -depth[Math.floor(i / 3)] : random.uniform()); // prettier-ignore
    const found = unitsFor(values, 3, text, random);
    const [brackets] = found;
    expect(brackets).toMatchObject({ feature: "open brackets", unit: 2, p: 1 / 200 });
    expect(brackets.correlation).toBeCloseTo(-1, 10);
    const noise = unitsFor(values.map((value, i) => (i % 3 === 2 ? random.uniform() : value)), 3, text, random); // prettier-ignore
    for (const { correlation: r } of noise) expect(Math.abs(r)).toBeLessThan(0.15);
  });

  it("what never changes has no correlation, and is left out", () => {
    expect(correlation([1, 1, 1], [1, 2, 3])).toBeNaN();
    const found = unitsFor(Float64Array.from({ length: 100 }, (_, i) => i % 7), 1, "abc de ".repeat(15), new Random(0)); // prettier-ignore
    expect(found.map(({ feature }) => feature)).toEqual(["letters of the word so far", "letters of the line so far"]);
  });
});

it("every bracket and quotation mark of the drawn text is closed within its line", () => {
  const lines = nestedText(5000, 7).trimEnd().split("\n");
  expect(lines.length).toBeGreaterThan(30);
  for (const line of lines) {
    expect(features["open brackets"](line).at(-1)).toBe(0);
    expect(features["inside quotation marks"](line).at(-1)).toBe(0);
  }
  expect(Math.max(...features["open brackets"](lines.join("\n")))).toBe(4);
});

describe("inside-lstm", () => {
  it("the cell changes less than the output, and a unit is found", async () => {
    const { result, text } = await inside("--epochs", "6", "--units", "16");
    expect(result.cellChange).toBeLessThan(0.8 * result.outputChange);
    expect(result.isSlower).toBe(true);
    expect(result.found).toHaveLength(4);
    expect(Math.max(...result.found.map(({ correlation: r }) => Math.abs(r)))).toBeGreaterThan(0.5);
    expect(text).toContain("The cell is the slow memory");
  });

  it("reads a text of one's own, and says when it is too short", async () => {
    const file = join(folder, "own.txt");
    writeFileSync(file, "To be, or not to be, that is the question. ".repeat(500));
    const { text } = await inside("--data", file, "--epochs", "1", "--units", "8", "--letters", "20");
    expect(text).toContain("the beginning of");
    writeFileSync(file, "To be.");
    const recorded = record();
    expect(await lanegrad(["train", "inside-lstm", "--data", file], recorded.surroundings)).not.toBe(0);
    expect(recorded.stderr()).toContain("the text is too short");
  });
});
