/** A long text as streams: every window goes on where the one before it ended, in the data and in the batches that fit makes of them. */
import { describe, expect, it } from "vitest";
import { type StreamsOptions, streams } from "../../../src/data/text/streams.js";
import { ShapeError, UsageError } from "../../../src/errors.js";
import { dense, embedding, lstm } from "../../../src/layers/index.js";
import { categoricalCrossentropy } from "../../../src/losses/index.js";
import { bptt } from "../../../src/models/loop/bptt.js";
import { sequential } from "../../../src/models/sequential.js";
import type { Model } from "../../../src/models/model.js";
import { sgd } from "../../../src/optimizers/index.js";
import "../../support/engine.js";
import { expectSameWeights } from "../../models/networks.js";

const text = (length: number): Int32Array => Int32Array.from({ length }, (_, i) => i);

describe("the windows of a text of 0, 1, 2, …", () => {
  it("3 streams of 8 tokens in windows of 4: row 3w + n is window w of stream n", () => {
    const { x, y } = streams(text(26), { batchSize: 3, window: 4 });
    const rows = [
      ...[[0, 1, 2, 3], [8, 9, 10, 11], [16, 17, 18, 19]],
      ...[[4, 5, 6, 7], [12, 13, 14, 15], [20, 21, 22, 23]],
    ]; // prettier-ignore
    expect(x.toArray()).toEqual(rows);
    expect(y.toArray()).toEqual(rows.map((row) => row.map((token) => token + 1)));
  });

  it.each([
    [40, 1, 3],
    [41, 4, 5],
    [64, 7, 2],
    [300, 8, 9],
    [26, 3, 8],
  ])("of %i tokens, %i streams, windows of %i: each stream is read from its begin to its end", (length, N, T) => {
    const { x, y } = streams(text(length), { batchSize: N, window: T });
    const [rows, next] = [x.toArray(), y.toArray()] as [number[][], number[][]];
    const L = Math.floor((length - 1) / N);
    expect(rows.length).toBe(N * Math.floor(L / T));
    for (let n = 0; n < N; n++) {
      const read = rows.filter((_, row) => row % N === n).flat();
      expect(read).toEqual(Array.from(read, (_, i) => n * L + i));
      const expected = next.filter((_, row) => row % N === n).flat();
      expect(expected).toEqual(read.map((token) => token + 1));
    }
  });

  it("without a window: 3 streams of all their tokens", () => {
    const { x, y } = streams(text(10), { batchSize: 3 });
    expect(x.toArray()).toEqual([[0, 1, 2], [3, 4, 5], [6, 7, 8]]); // prettier-ignore
    expect(y.toArray()).toEqual([[1, 2, 3], [4, 5, 6], [7, 8, 9]]); // prettier-ignore
  });
});

it.each<[number, object, new (text: string) => Error, string]>([
  [3, { batchSize: 0 }, UsageError, "text.streams: batchSize is out of range; expected an integer in [1, ∞), got 0."],
  [3, { batchSize: 1, window: 0 }, UsageError, "text.streams: window is out of range; expected an integer in [1, ∞), got 0."],
  [3, { batchSize: 1, steps: 2 }, UsageError, 'text.streams: unknown option; expected batchSize or window, got "steps".'],
  [3, { batchSize: 3 }, ShapeError, "text.streams: the text is too short; expected more than 3 tokens (batchSize), got 3."],
  [6, { batchSize: 2, window: 3 }, ShapeError, "text.streams: the text is too short; expected more than 6 (batchSize · window), got 6."],
])("of %i tokens, %j are refused", (length, options, type, message) => {
  expect(() => streams(text(length), options as StreamsOptions)).toThrow(type);
  expect(() => streams(text(length), options as StreamsOptions)).toThrow(message);
}); // prettier-ignore

it.each([undefined, [1, 2, 3], "abc"])("%j are no tokens", (tokens) => {
  expect(() => streams(tokens as unknown as Int32Array, { batchSize: 2 })).toThrow(
    "text.streams: the tokens are no Int32Array",
  );
});

it("as many tokens as are needed, and no more, will do", () => {
  expect(streams(text(4), { batchSize: 3 }).x.toArray()).toEqual([[0], [1], [2]]);
  expect(streams(text(7), { batchSize: 2, window: 3 }).y.toArray()).toEqual([[1, 2, 3], [4, 5, 6]]); // prettier-ignore
});

it("fit on windows takes the steps that bptt takes along the uncut streams", async () => {
  const [N, T] = [2, 3];
  const tokens = Int32Array.from({ length: 1 + N * T * 4 }, (_, i) => (i * i + (i >> 2)) % 5);
  const make = (): Model => {
    const net = sequential([
      embedding({ inputDim: 5, outputDim: 3 }),
      lstm({ units: 4, returnSequences: true, stateful: true, batchSize: N }),
      dense({ units: 5 }),
    ]);
    net.build([T]);
    net.compile({ optimizer: sgd({ learningRate: 0.5 }), loss: categoricalCrossentropy({ fromLogits: true }) });
    return net;
  };
  const [fitted, walked] = [make(), make()];
  const windows = streams(tokens, { batchSize: N, window: T });
  await fitted.fit(windows.x, windows.y, { batchSize: N, shuffle: false });
  await bptt(walked, streams(tokens, { batchSize: N }), { window: T });
  expectSameWeights(fitted, walked);
});
