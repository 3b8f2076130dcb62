/** Classes that extend Layer without types: what was forgotten in one is said in words, not by a TypeError from inside. */
import { describe, expect, it } from "vitest";
import { UsageError } from "../../src/errors.js";
import { Layer, initializers, layers, loadModel, losses, mul, optimizers, sequential } from "../../src/index.js";
import type { Shape, Tensor } from "../../src/index.js";
import "../support/engine.js";

type Inputs = readonly Tensor[];

/** A layer that multiplies by weights, without some of its members. */
function without(...members: readonly string[]): Layer {
  class Scale {
    kind? = "scale";
    options? = {};
    factors!: { readonly value: Tensor };
    outputShape?([shape]: readonly Shape[]): Shape {
      return shape;
    }
    build([[F]]: readonly Shape[]): void {
      const initializer = initializers.ones();
      const spec = { name: "factors", shape: [F], ...(!members.includes("initializer") && { initializer }) };
      this.factors = (this as unknown as { declare(spec: object): never }).declare(spec);
    }
    call?([x]: Inputs): Tensor {
      return mul(x, this.factors.value);
    }
  }
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- as if it had never been written
  for (const member of members) delete (Scale.prototype as unknown as Record<string, unknown>)[member];
  Object.setPrototypeOf(Scale.prototype, Layer.prototype);
  const layer = Reflect.construct(Layer, [{ inputShape: [2] }], Scale) as Layer & Record<string, unknown>;
  for (const [member, value] of Object.entries({ kind: "scale", options: {} }))
    if (!members.includes(member)) Object.assign(layer, { [member]: value });
  return layer;
}

const train = async (layer: Layer): Promise<number[][]> => {
  const net = sequential([layer, layers.dense({ units: 1 })], { seed: 1 });
  net.compile({ optimizer: optimizers.sgd(), loss: losses.meanSquaredError() });
  await net.fit([[1, 2]], [[1]]);
  return net.predict([[1, 2]]).then((y) => y.toArray() as number[][]);
};

describe("a layer of one's own", () => {
  it.each([
    ["outputShape", "layer: class Scale has no outputShape."],
    ["call", "layer: class Scale has no call."],
    ["kind", "layer: class Scale has no kind."],
    ["initializer", "scale: initializer is missing; expected for example initializers.zeros()."],
  ])("without %s", async (member, text) => {
    const error = await train(without(member)).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toContain(text);
  }); // prettier-ignore

  it("whose outputs have other shapes than it says is named, at the end of a network too", async () => {
    const wrong = "scale: outputShape says another shape than call makes; expected";
    for (const [shapes, text] of [
      [[[3]], `${wrong} [N, 3], got Tensor(1, 2).`],
      [[[2, 1]], `${wrong} [N, 2, 1], got Tensor(1, 2).`],
      [[[2], [2]], "scale: output is not a tensor; expected a Tensor, got undefined."],
    ] as const) {
      const layer = without();
      Object.assign(layer, { outputShapes: () => shapes });
      await expect(sequential([layer]).predict([[1, 2]])).rejects.toThrow(text);
    }
  });

  it("whose declare asks for what cannot be is told so, before anything is trained", () => {
    const initializer = initializers.ones();
    const good = { name: "w", shape: [2], initializer };
    for (const [specs, text] of [
      [
        [{ ...good, shape: 3 }],
        "scale: the shape is invalid; expected [integers ≥ 0, …] with a product below 2³¹, got 3.",
      ],
      [
        [{ ...good, regularizer: (w: unknown) => w }],
        "scale: not a valid regularizer; expected for example regularizers.l2()",
      ],
      [
        [{ ...good, constraint: {} }],
        "scale: not a valid constraint; expected for example constraints.nonNegative(), got Object.",
      ],
      [[{ ...good, name: undefined }], "scale: each parameter needs a name of its own; got undefined."],
      [[good, good], 'scale: each parameter needs a name of its own; got "w".'],
    ] as const) {
      const layer = without();
      const declare = (layer as unknown as { declare(spec: object): unknown }).declare.bind(layer);
      Object.assign(layer, { build: () => specs.map((spec: object) => declare(spec)) });
      expect(() => sequential([layer]).build([2])).toThrow(text); // prettier-ignore
    }
  });

  it("whose outputShape says null for the batch is told so", async () => {
    const layer = without();
    Object.assign(layer, { outputShapes: () => [[null, 2]] });
    await expect(sequential([layer]).predict([[1, 2]])).rejects.toThrow(/outputShape/);
  });

  it("without options has none, at the end of a network too", async () => {
    const [plain, bare] = [await train(without()), await train(without("options"))];
    expect(bare).toEqual(plain);
    const net = sequential([without("options")]);
    net.compile({ optimizer: optimizers.sgd(), loss: losses.binaryCrossentropy() });
    const again = await loadModel(await net.toBytes(), { customLayers: { scale: () => without("options") } });
    expect((await again.predict([[1, 2]])).toArray()).toEqual([[1, 2]]);
  });

  it.each<[string, object, string]>([
    ["call returns nothing", { call: () => undefined }, "scale: output is not a tensor; expected a Tensor, got undefined."],
    ["outputShape returns nothing", { outputShape: () => undefined }, "scale: the shape is invalid; expected [integers ≥ 0, …] with a product below 2³¹, got undefined."],
    ["outputShapes returns one shape", { outputShapes: () => [2] }, "scale: the shape is invalid; expected [integers ≥ 0, …] with a product below 2³¹, got 2."],
  ])("whose %s", async (_, members, text) => {
    await expect(train(Object.assign(without(), members))).rejects.toThrow(text);
  }); // prettier-ignore
});
