/** Weights, masks and lengths that users hand in beside their data, and groups by length, one function at a time. */
import { describe, expect, it } from "vitest";
import { ShapeError, UsageError } from "../../../src/errors.js";
import { dense, lstm } from "../../../src/layers/index.js";
import { meanSquaredError } from "../../../src/losses/index.js";
import type { DataColumns } from "../../../src/models/input/batchColumns.js";
import { release, toColumn } from "../../../src/models/input/columns.js";
import { dataColumns } from "../../../src/models/input/data.js";
import { maskColumns } from "../../../src/models/input/givenMasks.js";
import { checkGroupByLength } from "../../../src/models/input/groupByLengthOption.js";
import { groupsFor, groupsOf } from "../../../src/models/input/lengthGroups.js";
import { classWeights, sampleWeights } from "../../../src/models/input/sampleWeights.js";
import { sequential } from "../../../src/models/sequential.js";
import { tensor } from "../../../src/tensor/create.js";
import { keep } from "../../../src/tensor/scope.js";
import type { Tensor } from "../../../src/tensor/tensor.js";
import "../../support/engine.js";
import { bytes, float32, int32, refuses, told } from "./refusals.js";

describe("sampleWeights", () => {
  it.each<[string, Parameters<typeof sampleWeights>[2], (readonly number[])[], readonly number[], readonly number[]]>([
    ["numbers", [1, 0.5, 0], [[2]], [1, 0.5, 0], [3]],
    ["a typed array", Float64Array.of(1, 2, 3), [[2]], [1, 2, 3], [3]],
    ["a tensor", tensor([1, 2, 3]), [[2]], [1, 2, 3], [3]],
    ["what has a length and nothing to walk over it", { length: 3, 0: 1, 1: 2, 2: 3 }, [[2]], [1, 2, 3], [3]],
    ["lists of steps", [[1, 2], [3, 4], [5, 6]], [[2, 7]], [1, 2, 3, 4, 5, 6], [3, 2]],
    ["a tensor of steps", tensor([[1, 2], [3, 4], [5, 6]]), [[2, 7], [2]], [1, 2, 3, 4, 5, 6], [3, 2]],
  ])("takes %s", (_, given, outputs, values, shape) => {
    const columns = sampleWeights("f", 3, given, outputs, undefined, toColumn);
    expect(columns.map(({ tensor }) => [[...tensor.toTypedArray()], tensor.shape])).toEqual([[values, shape]]);
    release(columns);
  }); // prettier-ignore

  it.each<[string, unknown, (readonly number[])[], string]>([
    ["too few", [1, 2], [[2]], "f: sampleWeight has the wrong length; expected 3, got 2."],
    ["a number", 5, [[2]], "f: sampleWeight must be a list; expected 3 numbers, got 5."],
    ["null", null, [[2]], "f: sampleWeight must be a list; expected 3 numbers, got null."],
    ["text", "abc", [[2]], 'f: sampleWeight must be a list; expected 3 numbers, got "abc".'],
    ["a weight below 0", [1, -1, 1], [[2]], "f: sampleWeight 1 is out of range; expected a number in [0, ∞), got -1."],
    ["no number", [1, 1, NaN], [[2]], "f: sampleWeight 2 is out of range; expected a number in [0, ∞), got NaN."],
    ["an infinity", [Infinity, 1, 1], [[2]], "f: sampleWeight 0 is out of range; expected a number in [0, ∞), got Infinity."],
    ["a weight of a step below 0", [[1, 1], [1, -2], [1, 1]], [[2, 1]], "f: sampleWeight 3 is out of range; expected a number in [0, ∞), got -2."],
    ["rows of different lengths", [[1, 2], [3], [5, 6]], [[2, 7]], "f: sampleWeight does not fit the outputs; expected [N] = [3], or [N, T] for outputs [N, T, …], got rows of different lengths."],
    ["rows and a number", [[1, 2], 3, [5, 6]], [[2, 7]], "f: sampleWeight does not fit the outputs; expected [N] = [3], or [N, T] for outputs [N, T, …], got rows of different lengths."],
    ["too few rows", [[1, 2], [3, 4]], [[2, 7]], "f: sampleWeight does not fit the outputs; expected [N] = [3], or [N, T] for outputs [N, T, …], got [2, 2] for outputs [[2, 7]]."],
    ["other steps than one output's", [[1, 2], [3, 4], [5, 6]], [[2, 7], [3, 7]], "f: sampleWeight does not fit the outputs; expected [N] = [3], or [N, T] for outputs [N, T, …], got [3, 2] for outputs [[2, 7], [3, 7]]."],
    ["three axes", float32([3, 2, 1]), [[2, 7]], "f: sampleWeight does not fit the outputs; expected [N] = [3], or [N, T] for outputs [N, T, …], got [3, 2, 1] for outputs [[2, 7]]."],
  ])("refuses %s", (_, given, outputs, text) => {
    refuses(() => sampleWeights("f", 3, given as never, outputs, undefined, toColumn), ShapeError, text);
  }); // prettier-ignore
});

describe("sampleWeights of each output", () => {
  const names = ["price", "kind"];
  const shapes = [[1], [2]];

  it("by the names of their layers: a column for each, 1 for what is left out", () => {
    const columns = sampleWeights("f", 2, { kind: [3, 4] }, shapes, names, toColumn);
    expect(columns.map(({ tensor }) => tensor.toArray())).toEqual([[1, 1], [3, 4]]); // prettier-ignore
    release(columns);
  });

  it.each<[string, unknown, readonly string[] | undefined, new (text: string) => Error, string]>([
    ["another name", { price: [1, 2], colour: [1, 2] }, names, UsageError, 'f: sampleWeight is for an output that does not exist; expected "price", "kind", got "colour".'],
    ["names for one output", { price: [1, 2] }, ["price"], UsageError, 'f: sampleWeight is for an output that does not exist; expected weights, for a model with one output, got "price".'],
    ["too few for one of them", { price: [1, 2], kind: [1] }, names, ShapeError, 'f of "kind": sampleWeight has the wrong length; expected 2, got 1.'],
    ["more steps than that output has", { kind: [[1, 2, 3], [4, 5, 6]] }, names, ShapeError, 'f of "kind": sampleWeight does not fit the outputs; expected [N] = [2], or [N, T] for outputs [N, T, …], got [2, 3] for outputs [[2]].'],
  ])("refuses %s", (_, given, names, type, text) => {
    refuses(() => sampleWeights("f", 2, given as never, shapes, names, toColumn), type as never, text);
  }); // prettier-ignore
});

describe("classWeights", () => {
  const byClass = (
    targets: Tensor,
    outputShapes: (readonly number[])[],
    own: DataColumns["weights"],
    weights: Readonly<Record<number, number>>,
  ): number[] => {
    const columns = classWeights("f", targets, outputShapes, own, weights, toColumn);
    const values = columns.flatMap(({ tensor }) => [...tensor.toTypedArray()]);
    release(columns);
    return values;
  };
  const labels = int32([0, 1]);
  it.each<[string, () => Tensor, readonly number[], unknown]>([
    ["labels", () => int32([0, 2, 1]), [3], [5, 1, 7]],
    ["one-hot rows", () => tensor([[1, 0, 0], [0, 0, 1], [0, 1, 0]]), [3], [5, 1, 7]],
    ["the first of equal elements", () => tensor([[0, 0], [1, 1], [0, 1]]), [2], [5, 5, 7]],
    ["numbers: class 1 is above ½", () => tensor([[0.5], [0.6], [0]]), [1], [5, 7, 5]],
  ])("of %s", (_, targets, outputShape, wanted) => {
    expect(byClass(targets(), [outputShape], [], { 0: 5, 1: 7 })).toEqual(wanted);
  }); // prettier-ignore

  it("times those of the samples; an output without axes has two classes", () => {
    const own = [{ tensor: tensor([2, 3, 0]), isOwned: false }];
    expect(byClass(int32([1, 0, 1]), [[]], own, { 1: 7 })).toEqual([14, 3, 0]);
  });

  it.each<[string, object, readonly number[], typeof ShapeError | typeof UsageError, string]>([
    ["a class that is not there", { 3: 1 }, [3], UsageError, 'f: classWeight has a key that is not a class; expected labels 0 … 2, got "3".'],
    ["a class of two", { 2: 1 }, [1], UsageError, 'f: classWeight has a key that is not a class; expected labels 0 … 1, got "2".'],
    ["a class below 0", { "-1": 1 }, [3], UsageError, 'f: classWeight has a key that is not a class; expected labels 0 … 2, got "-1".'],
    ["half a class", { "0.5": 1 }, [3], UsageError, 'f: classWeight has a key that is not a class; expected labels 0 … 2, got "0.5".'],
    ["a weight below 0", { 0: -1 }, [3], UsageError, "f: classWeight of class 0 is out of range; expected a number in [0, ∞), got -1."],
    ["a weight that is none", { 0: "1" }, [3], UsageError, 'f: classWeight of class 0 is out of range; expected a number in [0, ∞), got "1".'],
    ["several classes a sample", {}, [2, 3], ShapeError, "f: classWeight needs one class per sample; expected an output [N, C], got [N, 2, 3]."],
  ])("refuses %s", (_, weights, outputShape, type, text) => {
    refuses(() => byClass(labels, [outputShape], [], weights as never), type, text);
  }); // prettier-ignore

  it("refuses several outputs, whose classes differ", () => {
    const wrong = "f: classWeight is for models with one output; expected 1 output, got 2. Use sampleWeight.";
    refuses(() => byClass(labels, [[3], [3]], [], { 0: 1 }), UsageError, wrong);
  });

  it("one class a sample in one step", () => {
    expect(byClass(int32([0, 1], [2, 1]), [[1, 3]], [], { 1: 2 })).toEqual([1, 2]);
  });
});

describe("maskColumns", () => {
  const column = (shape: readonly number[]) => ({ tensor: float32(shape), isOwned: true });
  const [x, z, flat] = [column([2, 3, 1]), column([2, 2]), column([2])];
  const wrongMask = tensor([[1, 1], [1, 0]]); // prettier-ignore
  const masks = (given: object, inputs = [x]) => maskColumns("f", given, inputs, toColumn);

  it.each<[string, object]>([
    ["nested lists", { mask: [[1, 5, 0], [1, 0, 0]] }],
    ["a typed array", { mask: Float32Array.of(1, -0.5, 0, 1, 0, 0) }],
    ["a tensor", { mask: tensor([[1, 2, 0], [3, 0, 0]]) }],
    ["lengths", { lengths: [2, 1] }],
    ["lengths as big as an array of doubles", { lengths: Float64Array.of(2, 1) }],
    ["lengths in a tensor", { lengths: int32([2, 1]) }],
  ])("of %s", (_, given) => {
    const before = bytes();
    const [made] = masks(given);
    expect([told(made!), made!.tensor.toArray()]).toEqual([["int32", [2, 3], true], [[1, 1, 0], [1, 0, 0]]]);
    release([made!]);
    expect(bytes()).toBe(before);
  }); // prettier-ignore

  it("one for each of several inputs; none where nothing is given", () => {
    expect(masks({})).toEqual([]);
    const [first, second] = masks({ lengths: [undefined, [2, 1]] }, [flat, z]);
    expect([first, second!.tensor.toArray()]).toEqual([undefined, [[1, 1], [1, 0]]]);
    release([second!]);
    expect(masks({ lengths: [0, 3] }).map((one) => one!.tensor.toArray())).toEqual([[[0, 0, 0], [1, 1, 1]]]);
  }); // prettier-ignore

  it.each<[string, object, (typeof x)[], typeof ShapeError | typeof UsageError, string]>([
    ["both", { mask: [], lengths: [] }, [x], UsageError, "f: both mask and lengths are given; expected one of them. A mask can express any lengths."],
    ["one for two inputs", { lengths: [[2, 1]] }, [x, z], UsageError, "f: lengths does not fit the inputs; expected a list of 2, undefined for an input without lengths, got [[2, 1]]."],
    ["no list for two inputs", { mask: int32([1, 1]) }, [x, z], UsageError, "f: mask does not fit the inputs; expected a list of 2, undefined for an input without mask, got Tensor."],
    ["an input that is no sequence", { lengths: [1, 1] }, [flat], ShapeError, "f: lengths is for sequences; expected an input [N, T, …], got Tensor(2)."],
    ["the second input that is no sequence", { lengths: [[2, 1], [1, 1]] }, [x, flat], ShapeError, "f: lengths[1] is for sequences; expected an input [N, T, …], got Tensor(2)."],
    ["too few lengths", { lengths: [2] }, [x], ShapeError, "f: lengths does not fit its input; expected [N] = [2], got [1]."],
    ["a mask of other steps", { mask: [[1, 1], [1, 0]] }, [x], ShapeError, "f: mask does not fit its input; expected [N, T] = [2, 3], got [2, 2]."],
    ["a mask in a typed array of other size", { mask: new Float32Array(5) }, [x], ShapeError, "f: mask does not fit its input; expected [N, T] = [2, 3], got [5]."],
    ["a length beyond T", { lengths: [2, 4] }, [x], UsageError, "f: length 1 of lengths is out of range; expected an integer from 0 to T = 3, got 4."],
    ["a length below 0", { lengths: [-1, 2] }, [x], UsageError, "f: length 0 of lengths is out of range; expected an integer from 0 to T = 3, got -1."],
    ["half a length", { lengths: [1.5, 2] }, [x], UsageError, "f: length 0 of lengths is out of range; expected an integer from 0 to T = 3, got 1.5."],
    ["text", { lengths: "21" }, [x], UsageError, 'f: lengths must be a list; expected integers, or a tensor [N], got "21".'],
    ["a mask of other steps in a tensor, which stays", { mask: wrongMask }, [x], ShapeError, "f: mask does not fit its input; expected [N, T] = [2, 3], got [2, 2]."],
    ["wrong lengths of the second input alone", { lengths: [undefined, [5, 5]] }, [flat, z], UsageError, "f: length 0 of lengths[1] is out of range; expected an integer from 0 to T = 2, got 5."],
    ["one number", { lengths: 5 }, [x], UsageError, "f: lengths must be a list; expected integers, or a tensor [N], got 5."],
    ["a number and a text", { lengths: [2, "1"] }, [x], UsageError, 'f: lengths must be a list; expected integers, or a tensor [N], got [2, "1"].'],
    ["numbers as text", { lengths: ["2", "1"] }, [x], UsageError, 'f: lengths must be a list; expected integers, or a tensor [N], got ["2", "1"].'],
  ])("refuses %s and frees what it made", (_, given, inputs, type, text) => {
    refuses(() => masks(given, inputs), type, text);
  }); // prettier-ignore
});

describe("lengths beside tokens", () => {
  const given = (tokens: Tensor, lengths: readonly number[]) => () =>
    maskColumns("f", { lengths }, [{ tensor: tokens, isOwned: false }], toColumn);

  it.each<[string, number[][], number[], string]>([
    ["alone", [[0, 1, 2]], [2], "1 times 0 before the 2 tokens of row 0"],
    ["in each row", [[0, 1, 2], [0, 0, 3]], [2, 1], "2 times 0 before the 1 tokens of row 1"],
    ["beside a full row and an empty one", [[0, 0, 0], [0, 4, 5], [1, 2, 3]], [0, 2, 3], "1 times 0 before the 2 tokens of row 1"],
  ])("that are padded in front, %s, are refused", (_, rows, lengths, text) => {
    const wrong = `f: lengths counts from the first step, but the tokens are padded in front; expected the padding behind the tokens, got ${text}. Use text.padSequences(…, { padding: "post" }), or leave lengths out: embedding({ maskZero: true }).`;
    const tokens = int32(rows.flat(), [rows.length, 3]);
    refuses(given(tokens, lengths), UsageError, wrong);
  }); // prettier-ignore

  it.each<[string, () => Tensor, number[]]>([
    ["full rows", () => int32([1, 2, 3], [1, 3]), [3]],
    ["a row that is padded behind among others", () => int32([0, 1, 2, 1, 0, 0], [2, 3]), [2, 1]],
    ["a token 0 at the beginning of others", () => int32([0, 5, 1, 2], [1, 4]), [2]],
    ["nothing but 0", () => int32([0, 0, 0], [1, 3]), [1]],
    ["numbers that are no tokens", () => tensor([[0, 1]]), [1]],
    ["several integers a step", () => int32([0, 1], [1, 2, 1]), [1]],
  ])("are taken with %s", (_, tokens, lengths) => {
    const [mask] = given(tokens(), lengths)();
    expect(mask!.tensor.toTypedArray().filter(Boolean)).toHaveLength(lengths.reduce((sum, one) => sum + one, 0));
    release([mask!]);
  });
});

describe("dataColumns", () => {
  const input = { shape: [2], name: undefined, tokens: undefined };
  const shapes = { inputs: [input, input], outputs: 1, outputShapes: () => [[1]] };
  const [x, y] = [[[[1, 2]], [[3, 4]]], [[1]]]; // prettier-ignore
  const loss = meanSquaredError();

  it("frees inputs, targets and the masks of some inputs where weights are wrong", () => {
    const extras = {
      maskColumns: () => [undefined, { tensor: keep(int32([1])), isOwned: true }],
      sampleWeights: () => {
        throw new ShapeError("enough");
      },
    };
    refuses(() => dataColumns("f", { ...shapes, ...extras }, [loss], { x, y, sampleWeight: [1] }), ShapeError, "enough");
  });

  it("says how many targets there are to be", () => {
    const rows = [float32([1, 1]), float32([1, 1])];
    const wrong = "f: number of targets differs; expected y itself, got a list of 2.";
    refuses(() => dataColumns("f", shapes, [loss], { x, y: rows }), ShapeError, wrong);
  });
}); // prettier-ignore

describe("groupByLength", () => {
  const layers = [dense({ units: 1 })];
  const rows = int32([1, 2, 0, 3, 0, 0], [2, 3]);
  const target = [{ shape: [1], areLabels: false }];
  const groups = (inputs: readonly Tensor[], results: Parameters<typeof groupsFor>[3], value: Parameters<typeof groupsFor>[4]) =>
    groupsFor("f", layers, inputs, results, value); // prettier-ignore

  it("is true, false, or a multiple", () => {
    for (const value of [undefined, true, false, {}, { multiple: 1 }]) checkGroupByLength("f", value);
    refuses(() => checkGroupByLength("f", 5 as never), UsageError, "f: groupByLength is out of range; expected true, false or { multiple }, got 5.");
    refuses(() => checkGroupByLength("f", null as never), UsageError, "f: groupByLength is out of range; expected true, false or { multiple }, got null.");
    refuses(() => checkGroupByLength("f", { multiple: 0 }), UsageError, "f groupByLength: multiple is out of range; expected an integer in [1, ∞), got 0.");
    refuses(() => checkGroupByLength("f", { size: 1 } as never), UsageError, 'f groupByLength: unknown option; expected multiple, got "size".');
  }); // prettier-ignore

  it("groups inputs of tokens; what has a step for each of theirs is shortened with them", () => {
    expect(groups([rows], target, undefined)).toBeUndefined();
    expect(groups([rows], target, false)).toBeUndefined();
    for (const value of [true, { multiple: 2 }]) expect(groups([rows], target, value)).toBeDefined();
    const cuts = (inputs: readonly Tensor[], results: Parameters<typeof groupsFor>[3]) => {
      const steps = inputs.filter(({ rank, dtype }) => rank === 2 && dtype === "int32").map((_, i) => i + 1);
      return [...inputs, ...results].map((_, column) => groups(inputs, results, true)!.cutOf(column, steps)?.steps);
    };
    const of = (shape: readonly number[], areLabels = false) => ({ shape, areLabels });
    expect(cuts([rows], [of([3], true), of([3]), of([3, 5]), of([2, 5]), of([])])).toEqual([1, 1, undefined, 1, undefined, undefined]);
    expect(cuts([rows, int32([1, 0, 1, 1], [2, 2])], [of([2], true), of([3, 4])])).toEqual([1, 2, 2, 1]);
    expect(cuts([rows, rows2, features, float], [of([3], true)])).toEqual([1, 2, 2, undefined, 2]); // as many steps: the last
    const wrong = "f: groupByLength does not fit the data; expected an input of tokens [N, T] int32, got 1 inputs, the first";
    refuses(() => groups([float], target, true), ShapeError, `${wrong} Tensor(2, 3).`);
    refuses(() => groups([flat], target, true), ShapeError, `${wrong} int32 Tensor(2).`);
  }); // prettier-ignore
  const [rows2, features] = [int32([1, 2, 0, 3, 0, 0], [2, 3]), float32([2, 3, 4])];
  const [float, flat] = [float32([2, 3]), int32([1, 2])];

  it("rounds lengths up to a tenth of the longest, of several inputs to a fifth, or to what is said", () => {
    const [long, short] = [int32(new Array<number>(50).fill(1), [2, 25]), int32([1, 2, 3, 4], [2, 2])];
    const multiples = [[[long], true], [[long], {}], [[long, short], true], [[short, long], true], [[long], { multiple: 2 }]] as const; // prettier-ignore
    expect(multiples.map(([inputs, value]) => groups(inputs, target, value)!.multiple)).toEqual([3, 3, 5, 5, 2]);
  });

  it("shortens labels and weights of steps, but neither rows of as many numbers nor pictures of as many rows", () => {
    const column = (t: Tensor) => ({ tensor: t, isOwned: false });
    const pictures = column(tensor(new Uint8Array(24), [2, 3, 4]));
    const data: DataColumns = {
      inputs: [column(rows), pictures],
      targets: [column(int32([1, 2, 0, 3, 0, 0], [2, 3])), column(float32([2, 3]))],
      weights: [column(float32([2, 3])), column(float32([2]))],
      masks: [],
    };
    const lengths = groupsOf("f", layers, data, true)!;
    const cuts = [0, 1, 2, 3, 4, 5].map((i) => lengths.cutOf(i, [1])?.steps);
    expect(cuts).toEqual([1, undefined, 1, undefined, 1, undefined]);
  });

  it("does not go with masks, nor with layers that carry states", () => {
    const column = (t: Tensor) => ({ tensor: t, isOwned: false });
    const data: DataColumns = { inputs: [column(rows)], targets: [column(float32([2, 1]))], weights: [], masks: [] };
    expect(groupsOf("f", layers, data, true)).toBeDefined();
    refuses(() => groupsOf("f", layers, { ...data, masks: [column(rows)] }, true), UsageError, "f: groupByLength cannot be combined with mask or lengths; expected one of them. Sequences are grouped by their tokens, of which 0 is padding: embedding({ maskZero: true }).");
    const carrying = sequential([lstm({ units: 1, stateful: true, batchSize: 2, inputShape: [3, 1], name: "memory" })]);
    refuses(() => groupsFor("f", carrying.layers, [rows], target, true), UsageError, "f: groupByLength changes the order of samples; expected layers without carried states, got the stateful layer memory.");
    const plain = sequential([lstm({ units: 1, inputShape: [3, 1] })]);
    expect(groupsFor("f", plain.layers, [rows], target, true)).toBeDefined();
  }); // prettier-ignore
});
