/** Architectures as data: what is none is a DataError that says so, whatever part of it is damaged. */
import { describe, expect, it } from "vitest";
import { DataError } from "../../../src/errors.js";
import { layerFrom } from "../../../src/layers/registry.js";
import { add, dense, input } from "../../../src/layers/index.js";
import { type Architecture, describe as describeGraph, rebuild } from "../../../src/models/graph/architecture.js";
import { Graph } from "../../../src/models/graph/graph.js";

function architecture(): Architecture {
  const [a, b] = [input({ shape: [2], name: "left" }), input({ shape: [2] })];
  const sum = add().apply([dense({ units: 2 }).apply(a), dense({ units: 2 }).apply(b)]);
  return describeGraph(new Graph([a, b], [sum]));
}

type Part = Record<string, unknown>;

/** The architecture after an edit, as it comes out of a file. */
function edited(edit: (parts: Record<string, Part[]>) => unknown): unknown {
  const parts = JSON.parse(JSON.stringify(architecture())) as Record<string, Part[]>;
  return edit(parts) ?? parts;
}

function drop(part: Record<string, unknown>, key: string): void {
  Reflect.deleteProperty(part, key);
}

const form = "loadModel: the architecture is damaged: inputs, layers, calls or outputs have the wrong form.";

describe("rebuild", () => {
  it("gives the graph back: shapes, names, calls", () => {
    const again = rebuild(JSON.parse(JSON.stringify(architecture())), layerFrom);
    expect(describeGraph(again)).toEqual(architecture());
    expect(again.inputs.map(({ name }) => name)).toEqual(["left", undefined]);
    expect(again.layers.map(({ name }) => name)).toEqual(["dense_1", "dense_2", "add_1"]);
    expect("name" in architecture().inputs[1]).toBe(false);
  });

  it("takes another shape for the first input alone", () => {
    const again = rebuild(
      edited(({ calls, layers, outputs }) => {
        layers.length = calls.length = 1;
        outputs[0] = 2 as never;
      }),
      layerFrom,
      [5],
    );
    expect(again.inputs.map(({ shape }) => shape)).toEqual([[5], [2]]);
  });

  it.each<[string, (parts: Record<string, Part[]>) => unknown]>([
    ["null", () => "null"],
    ["a text", () => "architecture"],
    ["a list", () => []],
    ["no inputs", (parts) => drop(parts, "inputs")],
    ["inputs of no length", (parts) => void (parts.inputs = [])],
    ["inputs that are an object", (parts) => void (parts.inputs = { length: 1 } as never)],
    ["an input that is null", ({ inputs }) => void (inputs[1] = null as never)],
    ["an input that is a number", ({ inputs }) => void (inputs[1] = 3 as never)],
    ["an input without a shape", ({ inputs }) => drop(inputs[1], "shape")],
    ["a shape that is a text", ({ inputs }) => void (inputs[1].shape = "2")],
    ["a shape with half a size", ({ inputs }) => void (inputs[1].shape = [2, 0.5])],
    ["no layers", (parts) => drop(parts, "layers")],
    ["a layer that is null", ({ layers }) => void (layers[1] = null as never)],
    ["a layer without a kind", ({ layers }) => drop(layers[1], "className")],
    ["a layer whose kind is a number", ({ layers }) => void (layers[1].className = 3)],
    ["no calls", (parts) => drop(parts, "calls")],
    ["a call that is null", ({ calls }) => void (calls[1] = null as never)],
    ["a call of no layer", ({ calls }) => drop(calls[1], "layer")],
    ["a call of half a layer", ({ calls }) => void (calls[1].layer = 0.5)],
    ["a call without inputs", ({ calls }) => drop(calls[1], "inputs")],
    ["a call with an input that is a text", ({ calls }) => void (calls[2].inputs = [2, "3"])],
    ["no outputs", (parts) => drop(parts, "outputs")],
    ["outputs of no length", (parts) => void (parts.outputs = [])],
    ["outputs that are a number", (parts) => void (parts.outputs = 4 as never)],
    ["an output that is a text", (parts) => void (parts.outputs = ["4"] as never)],
  ])("refuses %s", (_, edit) => {
    const damaged = edited(edit);
    expect(() => rebuild(damaged === "null" ? null : damaged, layerFrom)).toThrow(new DataError(form));
  });

  it.each<[string, string, (parts: Record<string, Part[]>) => void]>([
    [
      "a tensor that is read before it is made",
      "tensor 4 is read before it is made",
      ({ calls }) => void (calls[0].inputs = [4]),
    ],
    ["a tensor below 0", "tensor -1 is read before it is made", ({ calls }) => void (calls[0].inputs = [-1])],
    [
      "an output that nobody makes",
      "tensor 9 is read before it is made",
      ({ outputs }) => void (outputs[0] = 9 as never),
    ],
    ["a layer that is not there", "there is no layer 3", ({ calls }) => void (calls[0].layer = 3)],
    [
      "trainable that is neither true nor false",
      "trainable must be true or false",
      ({ layers }) => void (layers[0].trainable = 1),
    ],
  ])("refuses %s", (_, text, edit) => {
    expect(() => rebuild(edited(edit), layerFrom)).toThrow(
      new DataError(`loadModel: the architecture is damaged: ${text}.`),
    );
  });

  it("keeps which layers are frozen, and names that are none are left out", () => {
    const frozen = rebuild(
      edited(({ layers }) => {
        layers[0].trainable = false;
        delete layers[1].name;
      }),
      layerFrom,
    );
    expect(frozen.layers.map(({ trainable }) => trainable)).toEqual([false, true, true]);
    expect(frozen.layers[1].name).toBe("dense_2");
  });

  it("gives a layer that does not take its name from the configuration the saved one", () => {
    const saved = edited(({ layers }) => void (layers[0].name = "mine"));
    const again = rebuild(saved, ({ name: _, ...config }) => layerFrom(config));
    expect(again.layers.map(({ name }) => name)).toEqual(["mine", "dense_2", "add_1"]);
  });

  it("refuses no architecture at all", () => {
    for (const none of [undefined, 5]) expect(() => rebuild(none, layerFrom)).toThrow(new DataError(form));
  });
});
