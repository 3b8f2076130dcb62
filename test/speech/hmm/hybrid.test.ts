/** Frames with neighbours, priors, and posteriors as likelihoods. */
import { expect, it } from "vitest";
import { ShapeError, UsageError } from "../../../src/errors.js";
import { contextFrames, scaledLikelihoods, statePriors } from "../../../src/speech/index.js";
import { tensor, zeros } from "../../../src/tensor/create.js";
import "../../support/engine.js";

it("frames stand beside their neighbours, and the first and last are repeated", () => {
  const x = tensor([[1, 2], [3, 4], [5, 6]]); // prettier-ignore
  expect(contextFrames(x, { before: 2, after: 1 }).toArray()).toEqual([
    [1, 2, 1, 2, 1, 2, 3, 4],
    [1, 2, 1, 2, 3, 4, 5, 6],
    [1, 2, 3, 4, 5, 6, 5, 6],
  ]);
  expect(contextFrames(zeros([1, 3])).shape).toEqual([1, 33]);
});

it("priors are shares of frames, at least the floor", () => {
  const priors = statePriors([Int32Array.of(0, 0, 1), Int32Array.of(0)], 3, { floor: 0.01 });
  expect([...priors]).toEqual([0.75, 0.25, Math.fround(0.01)]);
});

it("posteriors divided by priors", () => {
  const scaled = scaledLikelihoods(tensor([[Math.log(0.5), Math.log(0.5)]]), Float32Array.of(0.25, 0.75));
  const [[a, b]] = scaled.toArray() as number[][];
  expect(a).toBeCloseTo(Math.log(2), 6);
  expect(b).toBeCloseTo(Math.log(2 / 3), 6);
});

it.each<[string, () => unknown, abstract new () => Error, string]>([
  ["no frames", () => contextFrames(zeros([0, 2])), ShapeError, "these are no features"],
  ["frames before the beginning of time", () => contextFrames(zeros([1, 2]), { before: -1 }), UsageError, "before is out of range"],
  ["alignments of nothing", () => statePriors([], 2), UsageError, "there are no frames"],
  ["a state out of range", () => statePriors([Int32Array.of(2)], 2), UsageError, "a state is out of range; expected [0, 2), got 2."],
  ["an alignment that is a list", () => statePriors([[0] as never], 2), UsageError, "an alignment must be an Int32Array"],
  ["priors of other states", () => scaledLikelihoods(zeros([1, 2]), Float32Array.of(1)), ShapeError, "priors do not fit; expected a Float32Array of S = 2 (logPosteriors [1, 2]), got 1."],
  ["a prior of 0", () => scaledLikelihoods(zeros([1, 2]), Float32Array.of(1, 0)), UsageError, "a prior is out of range; expected (0, 1], got 0 for state 1."],
])("refuses %s", (_, call, error, text) => {
  expect(call).toThrow(error);
  expect(call).toThrow(text);
}); // prettier-ignore
