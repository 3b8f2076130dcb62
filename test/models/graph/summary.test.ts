/** The table of a model and its graph, as text. */
import { instance as viz } from "@viz-js/viz";
import { expect, it } from "vitest";
import {
  add,
  batchNormalization,
  conv2d,
  dense,
  dropout,
  flatten,
  input,
  lstm,
  maxPooling2d,
} from "../../../src/layers/index.js";
import type { Layer } from "../../../src/layers/layer.js";
import { modelToDot } from "../../../src/models/dot.js";
import type { Model } from "../../../src/models/model.js";
import * as models from "../../../src/models/zoo/index.js";
import { model, sequential } from "../../../src/models/sequential.js";
import { adam, sgd } from "../../../src/optimizers/index.js";
import { categoricalCrossentropy, meanSquaredError } from "../../../src/losses/index.js";
import { heap, memoryUsage } from "../../../src/runtime/runtime.js";
import { zeros } from "../../../src/tensor/create.js";
import "../../support/engine.js";

/** The summary, with a line break in front so that it stands in the test as it is printed. */
function tableOf(model: Model): string {
  let table = "";
  model.summary((text) => void (table += `\n${text}\n`));
  return table;
}

it("a chain", () => {
  const digits = sequential(
    [
      flatten({ inputShape: [28, 28, 1] }),
      dense({ units: 300, activation: "relu" }),
      dropout({ rate: 0.2 }),
      dense({ units: 10, name: "scores" }),
    ],
    { name: "digits" },
  );
  expect(tableOf(digits)).toBe(`
digits
───────────────────────────────────────────────
Layer                Output shape    Parameters
───────────────────────────────────────────────
input (input)        [N, 28, 28, 1]           0
flatten_1 (flatten)  [N, 784]                 0
dense_1 (dense)      [N, 300]           235,500
dropout_1 (dropout)  [N, 300]                 0
scores (dense)       [N, 10]              3,010
───────────────────────────────────────────────
238,510 parameters (0.9 MiB), 238,510 trainable
`);
});

/** Two inputs, a layer that is called twice, a frozen one, and one that joins all three. */
function branched(): Model {
  const [left, right] = [input({ shape: [4], name: "left" }), input({ shape: [4] })];
  const encode = dense({ units: 8, activation: "tanh", name: "encode" });
  const frozen = dense({ units: 8 });
  frozen.trainable = false;
  const joined = add().apply([encode.apply(left), encode.apply(right), frozen.apply(right)]);
  return model({ inputs: [left, right], outputs: dense({ units: 1 }).apply(joined) });
}

it("a graph with a shared, a frozen and a joining layer", () => {
  const both = branched();
  const expected = `
model
──────────────────────────────────────────────────────────────────
Layer            Output shape  Parameters  From
──────────────────────────────────────────────────────────────────
left (input)     [N, 4]                 0
input_2 (input)  [N, 4]                 0
encode (dense)   [N, 8]                40  left
encode (dense)   [N, 8]            shared  input_2
dense_1 (dense)  [N, 8]         40 frozen  input_2
add_1 (add)      [N, 8]                 0  encode, encode, dense_1
dense_2 (dense)  [N, 1]                 9  add_1
──────────────────────────────────────────────────────────────────
89 parameters (356 bytes), 49 trainable, 40 not
`;
  expect(tableOf(both)).toBe(expected);
  both.compile({ optimizer: sgd(), loss: meanSquaredError() });
  expect(tableOf(both)).toBe(`${expected}a training step: 712 bytes and 292 bytes a sample\n`);
});

it("layers that another model trains are frozen here, and not there", () => {
  const symbol = input({ shape: [2] });
  const code = dense({ units: 3 }).apply(symbol);
  const whole = model({ inputs: symbol, outputs: dense({ units: 2 }).apply(code) });
  whole.compile({ optimizer: sgd(), loss: meanSquaredError() });
  const head = model({ inputs: symbol, outputs: dense({ units: 1 }).apply(code) });
  for (const _ of [1, 2]) {
    expect(tableOf(head)).toContain("dense_1 (dense)  [N, 3]          9 frozen\n");
    expect(tableOf(head)).toContain("13 parameters (52 bytes), 4 trainable, 9 not");
    expect(tableOf(whole)).toContain("17 parameters (68 bytes), 17 trainable\n");
    expect(head.weights).toHaveLength(4); // makes the head's own
  }
});

/** An encoder whose state the decoder begins with, as in translation. */
function translation(): Model {
  const [source, target] = [input({ shape: [5, 4], name: "source" }), input({ shape: [3, 2], name: "target" })];
  const [, h, c] = lstm({ units: 6, returnState: true, name: "encoder" }).applyMany(source);
  const decoded = lstm({ units: 6, returnSequences: true, name: "decoder" }).apply([target, h, c]);
  return model({ inputs: [source, target], outputs: [decoded, c] });
}

it("a layer that gives its states to another is the row that the other reads, for every state", () => {
  expect(tableOf(translation())).toBe(`
model
──────────────────────────────────────────────────────────────────
Layer           Output shape  Parameters  From
──────────────────────────────────────────────────────────────────
source (input)  [N, 5, 4]              0
target (input)  [N, 3, 2]              0
encoder (lstm)  [N, 6]               264  source
decoder (lstm)  [N, 3, 6]            216  target, encoder, encoder
──────────────────────────────────────────────────────────────────
480 parameters (1920 bytes), 480 trainable
`);
  expect(modelToDot(translation())).toBe(String.raw`digraph "model" {
  node [shape=box];
  n0 [label="source (input)\n[N, 5, 4]"];
  n1 [label="target (input)\n[N, 3, 2]"];
  n2 [label="encoder (lstm)\n[N, 6]\n264 parameters", peripheries=2];
  n3 [label="decoder (lstm)\n[N, 3, 6]\n216 parameters", peripheries=2];
  n0 -> n2;
  n1 -> n3;
  n2 -> n3;
  n2 -> n3;
}`);
});

it("as a graph for Graphviz: a box for each call, arrows into it, a double frame for the output", () => {
  expect(modelToDot(branched())).toBe(String.raw`digraph "model" {
  node [shape=box];
  n0 [label="left (input)\n[N, 4]"];
  n1 [label="input_2 (input)\n[N, 4]"];
  n2 [label="encode (dense)\n[N, 8]\n40 parameters"];
  n3 [label="encode (dense)\n[N, 8]\nshared"];
  n4 [label="dense_1 (dense)\n[N, 8]\n40 frozen parameters"];
  n5 [label="add_1 (add)\n[N, 8]"];
  n6 [label="dense_2 (dense)\n[N, 1]\n9 parameters", peripheries=2];
  n0 -> n2;
  n1 -> n3;
  n1 -> n4;
  n2 -> n5;
  n3 -> n5;
  n4 -> n5;
  n5 -> n6;
}`);
});

it.each([
  ["residual", models.highway({ depth: 2, connection: "residual" }), 8],
  ["names with quotes and backslashes", sequential([dense({ units: 1, name: `a"b\\`, inputShape: [1] })]), 2],
])("Graphviz draws the graph: %s", async (_, network, boxes) => {
  const svg = (await viz()).renderString(modelToDot(network), { format: "svg" });
  expect(svg.match(/class="node"/g)).toHaveLength(boxes);
  for (const { name } of network.layers) expect(svg).toContain(name!.replaceAll('"', "&quot;"));
});

it("statistics are not trained, and do not make a layer a frozen one", () => {
  const table = tableOf(sequential([batchNormalization({ inputShape: [3] }), dense({ units: 1 })]));
  expect(table).toContain("batchNormalization_1 (batchNormalization)  [N, 3]                12\n");
  expect(table).toContain("16 parameters (64 bytes), 10 trainable, 6 not\n");
});

it("100,000 bytes are the first that are MiB", () => {
  const table = (units: number): string => tableOf(sequential([dense({ units, useBias: false, inputShape: [100] })]));
  expect(table(250)).toContain("25,000 parameters (0.1 MiB)");
  expect(table(249)).toContain("24,900 parameters (99600 bytes)");
});

it("line breaks and tabs in names stand as signs; a box whose name is its kind says it once", () => {
  const network = sequential([
    dense({ units: 1, name: "a\tb\nc", inputShape: [1] }),
    dense({ units: 1, name: "dense" }),
  ]);
  expect(tableOf(network)).toContain("a\\tb\\nc (dense)");
  expect(modelToDot(network)).toContain(String.raw`n2 [label="dense\n[N, 1]\n2 parameters", peripheries=2];`);
});

it.each<[string, () => Model, boolean]>([
  ["two inputs", () => { const [a, b] = [input({ shape: [1] }), input({ shape: [1] })]; return model({ inputs: [a, b], outputs: dense({ units: 1 }).apply(a) }); }, true],
  ["a layer that reads twice", () => { const a = input({ shape: [1] }); return model({ inputs: a, outputs: add().apply([a, a]) }); }, true],
  ["a layer that reads further back", () => { const a = input({ shape: [1] }); const b = dense({ units: 1 }).apply(a); return model({ inputs: a, outputs: [b, dense({ units: 1 }).apply(a)] }); }, true],
  ["a chain", () => { const a = input({ shape: [1] }); return model({ inputs: a, outputs: dense({ units: 1 }).apply(dense({ units: 1 }).apply(a)) }); }, false],
])("a column says what is read from where it is not the row above: %s", (_, make, says) => {
  expect(tableOf(make()).includes("From")).toBe(says);
}); // prettier-ignore

it("before the shapes are known: an error that says what to do", () => {
  expect(() => sequential([dense({ units: 1 })]).summary()).toThrow(
    "summary: the shapes of the model are not known yet. Give the first layer an inputShape, call build(shape), or fit first.",
  );
  expect(() => modelToDot(sequential([dense({ units: 1 })]))).toThrow(
    "modelToDot: the shapes of the model are not known",
  );
});

it.each([false, true])(
  "the peak of a training step: at most 1.2 times what is said, scratch of kernels included, and not half (batch normalisation: %s)",
  (isNormalized) => {
    const block = (filters: number, inputShape?: readonly number[]): Layer[] => [
      conv2d({ filters, kernelSize: 3, padding: "same", activation: "relu", ...(inputShape && { inputShape }) }),
      ...(isNormalized ? [batchNormalization()] : []),
    ];
    const before = memoryUsage().bytesInUse;
    const network = sequential([
      ...block(32, [28, 28, 1]),
      ...block(64),
      maxPooling2d(),
      flatten(),
      dense({ units: 128, activation: "relu" }),
      dense({ units: 10 }),
    ]);
    network.compile({ optimizer: adam(), loss: categoricalCrossentropy({ fromLogits: true }) });
    const [, fixed, perSample] = /training step: ([\d.]+) MiB and ([\d.]+) MiB a sample/.exec(tableOf(network))!;
    const said = (Number(fixed) + 32 * Number(perSample)) * 2 ** 20;
    const [x, y] = [zeros([32, 28, 28, 1]), zeros([32], { dtype: "int32" })];
    heap().resetPeak();
    network.trainOnBatch([x], [y]);
    const measured = memoryUsage().peakBytes - before;
    expect(measured).toBeLessThan(1.2 * said);
    expect(measured).toBeGreaterThan(0.5 * said);
  },
);

it("columns are as wide as names with control characters once they are escaped, line breaks too", () => {
  const net = sequential([dense({ units: 1, name: "a\u001b[2J\nb", inputShape: [2] }), dense({ units: 1, name: "c" })]);
  const rows = tableOf(net).split("\n");
  expect(rows.find((row) => row.startsWith("a"))).toContain("a\\u001b[2J\\nb (dense)  [N, 1]");
  const places = rows.filter((row) => row.includes("[N, 1]")).map((row) => row.indexOf("[N, 1]"));
  expect(new Set(places).size).toBe(1);
});
