import { beforeAll, expect, it } from "vitest";
import { Perceptron } from "../../src/classic/index.js";
import { ShapeError, UsageError, init } from "../../src/index.js";
import { reload } from "./reload.js";

beforeAll(() => init());

const corners = [[0, 0], [0, 1], [1, 0], [1, 1]]; // prettier-ignore

it.each([
  ["and", [0, 0, 0, 1]],
  ["or", [0, 1, 1, 1]],
  ["not both", [1, 1, 1, 0]],
])("logical %s is learnt within Novikoff's bound of changes", (_, y) => {
  const perceptron = new Perceptron({ inputs: 2 });
  const { converged, updates, bound, mistakes } = perceptron.fit(corners, y);
  expect(converged).toBe(true);
  expect([...perceptron.predict(corners)]).toEqual(y);
  expect(updates).toBeLessThanOrEqual(bound!);
  expect(mistakes.at(-1)).toBe(0);
  expect(mistakes.reduce((sum, one) => sum + one, 0)).toBe(updates);
});

it("exclusive or is not learnt, however long", () => {
  const { converged, bound, mistakes } = new Perceptron({ inputs: 2 }).fit(corners, [0, 1, 1, 0], { epochs: 500 });
  expect({ converged, bound, epochs: mistakes.length }).toEqual({ converged: false, bound: undefined, epochs: 500 });
});

it("is saved and loaded", async () => {
  const perceptron = new Perceptron({ inputs: 2 });
  perceptron.fit(corners, [0, 0, 0, 1], { learningRate: 0.5 });
  expect((await reload(perceptron)).weights).toEqual(perceptron.weights);
});

it.each([
  ["no inputs", () => new Perceptron({} as never), UsageError, "inputs is missing"],
  ["labels 2", () => new Perceptron({ inputs: 2 }).fit(corners, [0, 1, 2, 0]), UsageError, "2 in sample 0"],
  ["fewer labels", () => new Perceptron({ inputs: 2 }).fit(corners, [0, 1]), UsageError, "number of labels differs"],
  [
    "samples of another length",
    () => new Perceptron({ inputs: 3 }).fit(corners, [0, 1, 1, 0]),
    ShapeError,
    "3 numbers each",
  ],
  ["no samples", () => new Perceptron({ inputs: 2 }).predict([]), UsageError, "empty"],
  ["NaN", () => new Perceptron({ inputs: 2 }).predict([[0, NaN]]), UsageError, "not finite"],
])("refuses %s", (_, call, type, text) => {
  expect(call).toThrow(type);
  expect(call).toThrow(text);
});
