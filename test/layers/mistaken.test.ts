/** Arguments that are taken for others: the message says which form was meant. */
import { describe, expect, it } from "vitest";
import {
  Layer,
  add,
  defineGradient,
  datasets,
  layers,
  mul,
  sequential,
  sum,
  tensor,
  type Shape,
  type Tensor,
} from "../../src/index.js";
import "../support/engine.js";

describe("a layer in place of the options that hold it", () => {
  it.each(["bidirectional", "timeDistributed"] as const)("layers.%s(layer): write { layer }", (name) => {
    expect(() => layers[name](layers.lstm({ units: 2 }) as never)).toThrow(
      new RegExp(`^${name}: the options are a layer; expected options that hold the layer, { layer }, got the layer, .*\\. Write ${name}\\(\\{ layer \\}\\)\\.$`),
    );
  }); // prettier-ignore
});

describe("a list, or an object, in place of the tensor in it", () => {
  const hint = "Take it out: call([x]), ({ dOutput }).";

  it("call(x) of an own layer, which is given a list", async () => {
    class Twice extends Layer {
      readonly kind = "twice";
      readonly options = {};
      override outputShape([shape]: readonly Shape[]): Shape {
        return shape;
      }
      override call(x: unknown): Tensor {
        return mul(x as Tensor, 2);
      }
    }
    await expect(sequential([new Twice()]).predict([[1]])).rejects.toThrow(
      `mul: a is not a tensor; expected a Tensor, got [Tensor]. ${hint}`,
    );
  });

  it("the backward function of defineGradient, which is given { dOutput, inputs, output }", () => {
    const wrong = (g: Tensor): Tensor => mul(g, 2);
    const f = defineGradient((x: Tensor) => mul(x, 2), wrong as never);
    const x = tensor([1, 2], undefined, { requiresGrad: true });
    expect(() => sum(f(x)).backward()).toThrow(`mul: a is not a tensor; expected a Tensor, got Object. ${hint}`);
  });

  it("numbers that are no tensor are to become one, as ever", () => {
    expect(() => add([1, 2] as never, tensor([1, 2]))).toThrow("got [1, 2]. Make one with tensor(values).");
  });
});

describe("a later table with another separator than the first", () => {
  const asked = (separator: string): string => `. Is the separator another? separator: "${separator}".`;
  const missing = (got: string, separator: string): string =>
    `datasets.parseCsv: columns of the table that this one is to be like are missing; expected a first row with the names ["size"], got ["${got}"]${asked(separator)}`;
  const first = datasets.parseCsv("size;sold\n1;2\n3;1\n", { separator: ";", target: "sold" });

  it("the separator that it seems to have is named, with and without a header", () => {
    expect(() => datasets.parseCsv("size;city\n1;Bern\n", { like: first })).toThrow(missing("size;city", ";"));
    expect(() => datasets.parseCsv("size,city\n1,Bern\n", { like: first, separator: ";" })).toThrow(missing("size,city", ","));
    const bare = datasets.parseCsv("1;2;3\n3;4;1\n", { separator: ";", header: false, target: 2 });
    expect(() => datasets.parseCsv("1;2\n3;4", { like: bare })).toThrow(`unknown column; expected a number from -1 to 0, got 1${asked(";")}`);
  }); // prettier-ignore

  it("with its own separator it is read", () => {
    expect([...datasets.parseCsv("city,size\nBern,5\n", { like: first }).features]).toEqual([5]);
  });
});
