/** Checks of batches in loops by hand, one function at a time: inputs, masks, and the sizes that batches will have. */
import { describe, expect, it } from "vitest";
import { ShapeError, UsageError } from "../../../src/errors.js";
import { checkBatchSizes, checkInputs, checkTraining, masksOf } from "../../../src/models/input/batchChecks.js";
import type { ModelShapes } from "../../../src/models/input/data.js";
import type { Shape } from "../../../src/tensor/shape.js";
import type { Tensor } from "../../../src/tensor/tensor.js";
import "../../support/engine.js";
import { float32, int32, refuses } from "./refusals.js";

const free = { shape: undefined, name: "b", tokens: undefined };
const of = (...shape: readonly number[]) => ({ shape, name: undefined, tokens: undefined });
const none = (): readonly Shape[] => [];
const shapes = (inputs: ModelShapes["inputs"], outputShapes: ModelShapes["outputShapes"] = none): ModelShapes => {
  return { inputs, outputs: 1, outputShapes };
};

describe("checkInputs", () => {
  const [pairs, more, scalar] = [float32([3, 2]), float32([4, 5]), float32([])];
  it.each<[string, ModelShapes["inputs"], Tensor[], string]>([
    ["another shape", [of(3)], [pairs], "f: input 0 does not fit the model; expected [N, 3], got Tensor(3, 2)."],
    ["another shape of the second", [free, of(3)], [pairs, more], "f: input 1 does not fit the model; expected [N, 3], got Tensor(4, 5)."],
    ["other rows in the second", [of(2), free], [pairs, more], "f: b does not fit the model; expected [3, …], got Tensor(4, 5)."],
    ["a scalar where the shape is open", [free], [scalar], "f: b does not fit the model; expected [N, …], got Tensor()."],
    ["no second input", [of(2), of(2)], [pairs], "f: input 1 does not fit the model; expected [N, 2], got nothing."],
  ])("refuses %s", (_, inputs, given, text) => {
    refuses(() => checkInputs("f", shapes(inputs), given), ShapeError, text);
  }); // prettier-ignore

  it("asks the layers where an axis of any size is given one, and only there", () => {
    const asked: (readonly Shape[])[] = [];
    const outputShapes = (given: readonly Shape[]): readonly Shape[] => {
      asked.push(given);
      return [];
    };
    checkInputs("f", shapes([of(2), free], outputShapes), [pairs, float32([3, 1])]);
    expect(asked).toEqual([]);
    checkInputs("f", shapes([of(NaN), of(2)], outputShapes), [pairs, pairs]);
    expect(asked).toEqual([[[2], [2]]]);
  });
});

describe("masksOf", () => {
  const [steps, flat] = [float32([2, 3, 1]), float32([2])];
  it.each<[string, Tensor[], object, string]>([
    ["one for an input without steps", [flat], { mask: int32([1, 1]) }, "f: mask 0 does not fit its input; expected int32 [N, T] = [2], got int32 Tensor(2)."],
    ["one for an input that is not there", [steps], { mask: [undefined, int32([1, 1])] }, "f: mask 1 does not fit its input; expected int32 [N, T] = [], got int32 Tensor(2)."],
    ["other steps", [steps], { mask: int32([1, 1, 1, 1], [2, 2]) }, "f: mask 0 does not fit its input; expected int32 [N, T] = [2, 3], got int32 Tensor(2, 2)."],
    ["null", [steps], { mask: null }, "f: mask 0 does not fit its input; expected int32 [N, T] = [2, 3], got null."],
  ])("refuses %s", (_, inputs, given, text) => {
    refuses(() => masksOf("f", [], inputs, given), ShapeError, text);
  }); // prettier-ignore

  it("refuses lengths in a network without a layer of sequences", () => {
    const lengths = [1, 2];
    const wrong = "f: lengths need a layer of sequences. Give a mask.";
    for (const layers of [[], [{ kind: "dense" } as never]])
      refuses(() => masksOf("f", layers, [steps], { lengths }), UsageError, wrong);
  });
});

it.each([
  [10, 4, [4, 2]],
  [8, 4, [4, 4]],
  [3, 10, [3, 3]],
])("%i rows in batches of %i: layers are asked whether they take %j", (rows, batchSize, sizes) => {
  const asked: number[] = [];
  const layer = { kind: "k", sequences: { checkRows: (_: string, size: number) => void asked.push(size) } };
  checkBatchSizes([layer, { kind: "dense" }] as never, rows, batchSize);
  expect(asked).toEqual(sizes);
  const call = { layer: { checkBatch: (size: number, given: unknown) => asked.push(size, given as number) }, inputs: [0] };
  const graph = { shapesFor: () => (i: number) => `shape ${i}`, steps: [{ call }] };
  checkTraining(graph as never, [], rows, batchSize);
  expect(asked.slice(2)).toEqual(sizes.flatMap((size) => [size, ["shape 0"]]));
}); // prettier-ignore
