/** Random windows of a text: what a row holds, where rows begin, seeds, streams, and what is refused. */
import { describe, expect, it } from "vitest";
import { windowBatches, windows } from "../../../src/data/text/index.js";
import { ShapeError } from "../../../src/errors.js";
import { layers, losses, optimizers, sequential } from "../../../src/index.js";
import "../../support/engine.js";

const text = (length: number): Int32Array => Int32Array.from({ length }, (_, i) => i);

describe("windows", () => {
  it("of a text of 0, 1, 2, …: each row counts on from where it begins, y is one ahead", () => {
    const { x, y } = windows(text(50), { length: 7, count: 40, seed: 3 });
    expect([x.shape, y.shape, x.dtype, y.dtype]).toEqual([[40, 7], [40, 7], "int32", "int32"]); // prettier-ignore
    for (const [n, row] of (x.toArray() as number[][]).entries()) {
      expect(row).toEqual(Array.from({ length: 7 }, (_, t) => row[0] + t));
      expect((y.toArray() as number[][])[n]).toEqual(row.map((token) => token + 1));
    }
  });

  it("begin at every place where a window with its next token fits, and nowhere else, about equally often", () => {
    const { x } = windows(text(10), { length: 6, count: 4000 });
    const counts = [0, 0, 0, 0];
    for (const [first] of x.toArray() as number[][]) counts[first]++;
    expect(counts.reduce((a, b) => a + b)).toBe(4000);
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(130); // 4.7 standard deviations
  });

  it("are the same for the same seed, others for another; a text of T + 1 tokens has one", () => {
    const draw = (seed?: number) => windows(text(1000), { length: 3, count: 20, ...(seed !== undefined && { seed }) }).x.toArray(); // prettier-ignore
    expect(draw(5)).toEqual(draw(5));
    expect(draw()).toEqual(draw(0));
    expect(draw(5)).not.toEqual(draw(6));
    expect(windows(text(4), { length: 3, count: 2 }).y.toArray()).toEqual([[1, 2, 3], [1, 2, 3]]); // prettier-ignore
  });

  it.each<[string, unknown, unknown]>([
    [
      "text.windows: the text is too short; expected more than 4 tokens (length), got 4.",
      text(4),
      { length: 4, count: 1 },
    ],
    ["text.windows: length is missing", text(9), { count: 1 }],
    ["text.windows: count is out of range; expected an integer in [1, ∞), got 0.", text(9), { length: 4, count: 0 }],
    [
      "text.windows: seed is out of range; expected an integer in (-∞, ∞), got 0.5.",
      text(9),
      { length: 4, count: 1, seed: 0.5 },
    ],
    ["text.windows: unknown option; expected length, count or seed", text(9), { length: 4, count: 1, window: 3 }],
    [
      'text.windows: the tokens are no Int32Array; got "abc". tokenizer.encode(text) gives them.',
      "abc",
      { length: 1, count: 1 },
    ],
  ])("%s", (message, tokens, options) => {
    expect(() => windows(tokens as never, options as never)).toThrow(message);
  });
});

describe("windowBatches", () => {
  it("new windows in each batch, the same stream for the same seed; wrong options are refused at once", () => {
    const [a, b] = [0, 1].map(() => windowBatches(text(1000), { length: 5, batchSize: 8, seed: 2 }));
    const [first, second] = [a.next().value, a.next().value];
    expect(first.x.shape).toEqual([8, 5]);
    expect(first.x.toArray()).not.toEqual(second.x.toArray());
    expect(b.next().value.x.toArray()).toEqual(first.x.toArray());
    expect(b.next().value.y.toArray()).toEqual(second.y.toArray());
    expect(() => windowBatches(text(5), { length: 5, batchSize: 8 })).toThrow(ShapeError);
    expect(() => windowBatches(text(9), { length: 5, batchSize: 0 })).toThrow(
      "text.windowBatches: batchSize is out of range; expected an integer in [1, ∞), got 0.",
    );
  });

  it("train a model that learns which token follows", async () => {
    const model = sequential(
      [layers.embedding({ inputDim: 4, outputDim: 4, inputLength: 6 }), layers.dense({ units: 4 })],
      { seed: 1 },
    );
    model.compile({
      optimizer: optimizers.adam({ learningRate: 0.1 }),
      loss: losses.categoricalCrossentropy({ fromLogits: true }),
    });
    const song = Int32Array.from({ length: 200 }, (_, i) => i % 4);
    const batches = windowBatches(song, { length: 6, batchSize: 4 });
    const { history } = await model.fit(batches, { epochs: 4, stepsPerEpoch: 20 });
    expect(history.loss.at(-1)).toBeLessThan(0.05);
  });
});
