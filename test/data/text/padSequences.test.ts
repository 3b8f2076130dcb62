import { describe, expect, it } from "vitest";
import { padSequences } from "../../../src/data/text/index.js";
import { ShapeError, UsageError } from "../../../src/errors.js";
import "../../support/engine.js";

const sequences = [[1, 2, 3], Int32Array.of(4, 5), [], [6, 7, 8, 9]];

describe("padSequences, as Keras's pad_sequences", () => {
  it.each<[object, number[][]]>([
    [
      {},
      [
        [0, 1, 2, 3],
        [0, 0, 4, 5],
        [0, 0, 0, 0],
        [6, 7, 8, 9],
      ],
    ],
    [
      { maxLength: 3 },
      [
        [1, 2, 3],
        [0, 4, 5],
        [0, 0, 0],
        [7, 8, 9],
      ],
    ],
    [
      { maxLength: 3, truncating: "post" },
      [
        [1, 2, 3],
        [0, 4, 5],
        [0, 0, 0],
        [6, 7, 8],
      ],
    ],
    [
      { maxLength: 3, padding: "post", value: -1 },
      [
        [1, 2, 3],
        [4, 5, -1],
        [-1, -1, -1],
        [7, 8, 9],
      ],
    ],
    [{ maxLength: 1, padding: "post", truncating: "post" }, [[1], [4], [0], [6]]],
    [
      { maxLength: 5 },
      [
        [0, 0, 1, 2, 3],
        [0, 0, 0, 4, 5],
        [0, 0, 0, 0, 0],
        [0, 6, 7, 8, 9],
      ],
    ],
  ])("%j", (options, rows) => {
    const padded = padSequences(sequences, options);
    expect([padded.dtype, padded.toArray()]).toEqual(["int32", rows]);
  });

  it("empty sequences alone become one column of padding", () => {
    expect(padSequences([[], []]).toArray()).toEqual([[0], [0]]);
  });

  it("100,000 sequences", () => {
    const many = Array.from({ length: 100_000 }, (_, i) => [i]);
    expect(padSequences(many).shape).toEqual([100_000, 1]);
  });

  it.each<[new (text: string) => Error, string, () => unknown]>([
    [
      UsageError,
      'text.padSequences: padding is unknown; expected "pre" or "post", got "left".',
      () => padSequences([[1]], { padding: "left" as never }),
    ],
    [
      UsageError,
      "text.padSequences: maxLength is out of range; expected an integer in [1, ∞), got 0.",
      () => padSequences([[1]], { maxLength: 0 }),
    ],
    [
      UsageError,
      "text.padSequences: value is out of range; expected an integer in [-2147483648, 2147483647], got 0.5.",
      () => padSequences([[1]], { value: 0.5 }),
    ],
    [
      ShapeError,
      "text.padSequences: there are no sequences; expected a list of N ≥ 1 sequences, got an empty list.",
      () => padSequences([]),
    ],
    [
      ShapeError,
      "text.padSequences: there are no sequences; expected a list of N ≥ 1 sequences, got Int32Array.",
      () => padSequences(Int32Array.of(1) as never),
    ],
    [
      ShapeError,
      "text.padSequences: sequence 1 is invalid; expected a list or typed array of integers, got 7.",
      () => padSequences([[1], 7 as never]),
    ],
    [
      ShapeError,
      "text.padSequences: sequence 0 is invalid; expected a list or typed array of integers, got 7.",
      () => padSequences([7 as never, [1]]),
    ],
    [
      ShapeError,
      "text.padSequences: token 1 of sequence 0 is not an int32; expected an integer, got 2.5.",
      () => padSequences([[1, 2.5]]),
    ],
    [
      ShapeError,
      "text.padSequences: token 0 of sequence 0 is not an int32; expected an integer, got NaN.",
      () => padSequences([[NaN]]),
    ],
    [
      ShapeError,
      "text.padSequences: token 0 of sequence 0 is not an int32; expected an integer, got 4294967296.",
      () => padSequences([[2 ** 32]]),
    ],
  ])("%o: %s", (type, text, call) => {
    expect(call).toThrow(text);
    expect(call).toThrow(type);
  });
});
