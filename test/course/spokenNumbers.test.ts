/** The lesson on strings of digits: tones in place of recordings, what it reports, and its picture of an alignment. */
import { describe, expect, it } from "vitest";
import { Random } from "lanegrad";
import { joinNumbers, toneDigits, toneRate } from "../../course/speech/numbers.js";
import { labelPath } from "../../course/speech/digitListener.js";
import { digitErrorRate } from "../../course/speech/markovNumbers.js";
import { numberRecognizers } from "../../course/speech/numberRecognizers.js";
import { spokenNumbers } from "../../course/speech/spokenNumbers.js";
import { defaultsOf } from "../../course/settings.js";
import type { Stage } from "../../course/stage.js";
import type { HeatMap, Shown } from "../../src/report/index.js";
import "../support/engine.js";

it("strings have three to seven digits of one speaker, with the same ones for the same seed, and noise on all of it", () => {
  const tones = toneDigits(2, new Random(1));
  expect(tones.length).toBe(40);
  expect(new Set(tones.map(({ label, speaker, take }) => `${label} ${speaker} ${take}`)).size).toBe(40);
  const [first, second] = [1, 2].map(() => joinNumbers(tones, toneRate, 6, new Random(3)));
  expect(second.map(({ digits, places }) => ({ digits, places }))).toEqual(
    first.map(({ digits, places }) => ({ digits, places })),
  );
  expect(second.map(({ samples }) => samples[9])).toEqual(first.map(({ samples }) => samples[9]));
  for (const { samples, digits, places } of first) {
    expect(digits.length).toBeGreaterThanOrEqual(3);
    expect(digits.length).toBeLessThanOrEqual(7);
    let before = 0;
    for (const [from, to] of places) {
      expect(from).toBeGreaterThanOrEqual(before);
      before = to;
    }
    expect(before).toBeLessThanOrEqual(samples.length);
    expect(samples.every((value) => value !== 0)).toBe(true);
  }
});

it("the digit error counts exchanges, gaps and additions", () => {
  const said = [[1, 2, 3], [4, 5]].map((digits) => ({ digits, samples: new Float32Array(1), places: [] })); // prettier-ignore
  expect(digitErrorRate([[1, 2, 3], [4, 5]], said)).toBe(0); // prettier-ignore
  expect(digitErrorRate([[1, 3], [4, 6, 5]], said)).toBeCloseTo(2 / 5, 9); // prettier-ignore
});

/** Plays the lesson without data. */
async function played(settings: Record<string, number | string>, seed = 0) {
  const shown: Shown[] = [];
  const stage: Stage<typeof spokenNumbers.settings> = {
    settings: { ...defaultsOf(spokenNumbers.settings), ...settings },
    seed,
    signal: new AbortController().signal,
    show: (one) => shown.push(one),
    turn: () => undefined,
    data: async () => ({ data: undefined, place: "there are no recordings" }),
    keep: async () => undefined,
  };
  return { result: (await spokenNumbers.run(stage)) as unknown as Found, shown };
}

interface Found {
  readonly digitErrorPercent: number;
  readonly seed: number;
  readonly results: readonly { readonly model: string; readonly digitErrorPercent: number; readonly weights: number }[];
}

it("the likeliest path of CTC goes through all digits in their order, with a blank between equal ones", () => {
  const rows = [
    [0, 3],
    [3, 0],
    [3, 1],
    [3, 2],
    [0, 9],
    [3, 4],
    [8, 5],
  ]; // the likeliest label of each step, and the next
  const logs = new Float32Array(rows.length * 11).fill(-9);
  for (const [t, [first, second]] of rows.entries()) {
    logs[11 * t + second] = -2;
    logs[11 * t + first] = -0.1;
  }
  expect(labelPath(logs, rows.length, [2, 2, 7])).toEqual([-1, 0, 0, 0, -1, 1, 2]);
  expect(labelPath(logs, 4, [2])).toEqual([-1, 0, 0, 0]);
  expect(labelPath(logs, 3, [2, 2])).toEqual([0, -1, 1]);
});

describe("spoken-numbers on tones", () => {
  it("mixtures and the hybrid hear nearly all digits, and each shows its alignment; one alone does the same", async () => {
    const few = { strings: 20, test: 5, epochs: 2 };
    const { result, shown } = await played(few);
    expect(result.seed).toBe(0);
    expect(result.results.map(({ model }) => model)).toEqual(Object.keys(numberRecognizers));
    for (const { digitErrorPercent, model } of result.results)
      if (model.startsWith("hmm")) expect(digitErrorPercent, model).toBeLessThan(25);
    const maps = shown.filter((one): one is HeatMap => one.kind === "heatMap");
    expect(maps.map(({ title }) => title)).toEqual(Object.keys(numberRecognizers).map((name) => `Where ${name} hears each digit`)); // prettier-ignore
    for (const { points, xRange, yRange } of maps) {
      expect(points.length).toBeGreaterThanOrEqual(3);
      for (const { x, y } of points) {
        for (const value of x) expect(value > xRange[0] && value < xRange[1]).toBe(true);
        for (const [i, value] of y.entries()) {
          expect(value > yRange[0] && value < yRange[1]).toBe(true);
          if (i > 0) expect(value).toBeGreaterThanOrEqual(y[i - 1]); // left to right: states only rise
        }
      }
    }
    expect(shown.some((one) => one.kind === "conclusion" && one.text.startsWith("Digits wrong in strings"))).toBe(true);

    const { result: alone } = await played({ ...few, model: "hmm-gmm" }); // one model alone, with the same seed
    expect(alone.results.map(({ model }) => model)).toEqual(["hmm-gmm"]);
    expect(alone.digitErrorPercent).toBe(result.results.find(({ model }) => model === "hmm-gmm")!.digitErrorPercent);
  });
});
