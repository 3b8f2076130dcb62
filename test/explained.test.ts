/** What models call on layers, losses, metrics and optimizers, called by somebody else with other things. */
import { describe, expect, it } from "vitest";
import { layers, losses, metrics, optimizers, sequential, tensor } from "../src/index.js";
import { LanegradError, UsageError } from "../src/errors.js";
import { explained } from "../src/explained.js";
import "./support/engine.js";

const loose = (value: unknown): Record<string, (...args: readonly unknown[]) => unknown> => value as never;

describe("a method of the library's objects, called with what it does not take, throws an error of the library", () => {
  const dense = layers.dense({ units: 2, inputShape: [2] });
  expect(sequential([dense]).weights.length).toBe(2); // which gives them values
  it.each([
    ["a tensor in place of a list of tensors", dense, "call", [tensor([[1, 2]]), {}], "dense: inputs must be an array"],
    ["arrays in place of tensors", dense, "call", [[[1, 2]]], "dense: x is not a tensor"],
    ["a context that is missing", layers.dropout({ rate: 0.5 }), "call", [[tensor([[1, 2]])]], "dropout: the context must be an object; got undefined."],
    ["no inputs at all", layers.gru({ units: 2 }), "outputShape", [[]], "gru: the shape is invalid"],
    ["arrays as targets", losses.meanSquaredError(), "call", [[1], [2]], "squaredError: prediction is not a tensor"],
    ["a missing output shape", losses.huber(), "checkTargets", [tensor([1])], "huber: the shape is invalid"],
    ["arrays as targets", metrics.accuracy(), "update", [1, 2, 3], "accuracy: state is not a tensor"],
    ["a list of totals", metrics.f1(), "result", [[1, 2], [1]], "f1: these are no totals; expected a Float64Array"],
    ["step without weights", optimizers.adam(), "step", [], "Put it to work on tensors: optimizers.adam().for([w, b]) has a step()."],
  ] as const)("%s", (_what, on, method, args, text) => {
    const call = (): unknown => loose(on)[method](...args);
    expect(call).toThrow(LanegradError);
    expect(call).toThrow(text);
  }); // prettier-ignore
});

describe("explained", () => {
  const broken = (check: () => void): { run(): void } =>
    explained({ run: () => (undefined as never as { a: { b: number } }).a.b as never }, { run: check });

  it("an error for which the check finds no reason stays what it is", () => {
    expect(() => broken(() => undefined).run()).toThrow(TypeError);
  });

  it("what the check throws takes its place", () => {
    const check = (): never => {
      throw new UsageError("run: no");
    };
    expect(() => broken(check).run()).toThrow("run: no");
  });
});
