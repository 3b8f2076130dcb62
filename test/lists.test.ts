/** A list with a hole is refused where its items are checked: Array's every() would pass over the hole. */
import { beforeAll, describe, expect, it } from "vitest";
import {
  clipByNorm,
  constraints,
  init,
  initializers,
  layers,
  losses,
  metrics,
  pad,
  reshape,
  roll,
  split,
  tensor,
  text,
  tile,
} from "lanegrad";
import { LanegradError } from "../src/errors.js";
import { isListOf } from "../src/lists.js";

beforeAll(() => init());

/** A list of `length` holes after the values. */
function holed<T>(length: number, ...values: T[]): T[] {
  const list = new Array<T>(values.length + length);
  values.forEach((value, i) => (list[i] = value));
  return list;
}

describe("isListOf", () => {
  it.each([
    ["every item", [1, 2], true],
    ["none", [], true],
    ["one that is not", [1, "2"], false],
    ["a hole", holed(1, 1), false],
    ["no list", new Float32Array(2), false],
  ])("%s", (_, value, expected) => expect(isListOf(value, Number.isInteger)).toBe(expected));
});

const x = () => tensor([[1, 2, 3, 4]]); // (1, 4)

const calls: readonly (readonly [string, () => unknown])[] = [
  ["split", () => split(x(), holed(1, 4), 1)],
  ["tile", () => tile(x(), holed(1, 1))],
  ["roll", () => roll(x(), holed(1, 1), [0, 1])],
  ["pad", () => pad(x(), holed(1, [0, 1] as const))],
  ["reshape", () => reshape(x(), holed(1, 4))],
  ["layers.reshape", () => layers.reshape({ targetShape: holed(1, 4) })],
  ["layers.dot", () => layers.dot({ axes: holed(1, 1) as never })],
  ["layers.permute", () => layers.permute({ dims: holed(1, 1) })],
  ["layers.zeroPadding2d", () => layers.zeroPadding2d({ padding: holed(1, 1) as never })],
  ["layers.conv2d", () => layers.conv2d({ filters: 1, kernelSize: 3, padding: holed(1, 1) })],
  ["layers.layerNormalization", () => layers.layerNormalization({ axis: holed(1, 1) })],
  ["constraints.maxNorm", () => constraints.maxNorm({ axis: holed(1, 0) })],
  ["losses.categoricalFocalCrossentropy", () => losses.categoricalFocalCrossentropy({ alpha: holed(1, 1) })],
  ["metrics.classScores", () => metrics.classScores([holed(1, 1), [0, 1]])],
  ["clipByNorm", () => clipByNorm(holed(1, x()), 1)],
  ["text.bleu", () => text.bleu(holed(1, "a"), ["a", "b"])],
  ["initializers", () => initializers.constant({ value: holed(1, 1) as never })],
];

it.each(calls)("%s refuses a list with a hole", (_, call) => {
  expect(call).toThrow(LanegradError);
});
