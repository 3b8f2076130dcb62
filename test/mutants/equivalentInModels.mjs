/** Mutants of the input, the decoding, the whole batches, graphs and ready networks of src/models that change nothing that a test could see: see equivalent.mjs. */
import { same } from "./same.mjs";

const unnamed = "a Float32Array of weights is a column as it is: no message names it";
export const inModels = [
  same("src/models/input/columns.ts", "integers are finite: they are only looked at for nothing", [
    'if (dtype !== "float32") return;',
    'dtype !== "float32"',
    "false",
  ]),
  same(
    "src/models/input/columns.ts",
    "what is undefined has no difference of 0, either, and the next line looks whether the end was reached",
    [
      "while (at < values.length && values[at] - values[at] === 0) at++; // NaN and ±∞ have no difference of 0",
      "at < values.length",
      "true",
    ],
    [
      "while (at < values.length && values[at] - values[at] === 0) at++; // NaN and ±∞ have no difference of 0",
      "at < values.length",
      "at <= values.length",
    ],
  ),
  same("src/models/input/sampleWeights.ts", "of a model without names, or with one, weights by name are refused", [
    'const known = (names ?? []).map((name = "", i, all) => {',
    "[]",
    '["Stryker was here"]',
  ]),
  same("src/models/input/sampleWeights.ts", "every output of a model comes from a layer, which has a name", [
    'const known = (names ?? []).map((name = "", i, all) => {',
    '""',
    '"Stryker was here!"',
  ]),
  same("src/models/input/sampleWeights.ts", unnamed, [
    'const columnOf = ({ values, shape }: Weights): Column => toColumn(op, "sampleWeight", values, () => shape);',
    '"sampleWeight"',
    '""',
  ]),
  same("src/models/input/sampleWeights.ts", unnamed, [
    'return [toColumn(op, "classWeight", values, () => [values.length])];',
    '"classWeight"',
    '""',
  ]),
  same("src/models/input/sampleWeights.ts", "without a shape a tensor has one axis of all values", [
    'return [toColumn(op, "classWeight", values, () => [values.length])];',
    "() => [values.length]",
    "() => undefined",
  ]),
  same(
    "src/models/input/batchStream.ts",
    "what is thrown while a reading is ended is not heard",
    [
      "void (async () => reading?.return?.())().catch(() => undefined); // behind a next() that may take long: nobody waits",
      "reading?.return?.()",
      "reading?.return()",
    ],
    [
      "void (async () => reading?.return?.())().catch(() => undefined); // behind a next() that may take long: nobody waits",
      "reading?.return",
      "reading.return",
    ],
  ),
  same("src/models/input/batchStream.ts", "a weight that is undefined is none", [
    "return sampleWeight === undefined ? { x, y } : { x, y, sampleWeight };",
    "sampleWeight === undefined",
    "false",
  ]),
  same(
    "src/models/loop/fit.ts",
    "callbacks that want nothing after a batch are called by ?.",
    [
      'this.#batchCallbacks = this.#callbacks.filter((one) => "onBatchEnd" in one || "afterBatch" in one);',
      'this.#callbacks.filter((one) => "onBatchEnd" in one || "afterBatch" in one)',
      "this.#callbacks",
    ],
    [
      'this.#batchCallbacks = this.#callbacks.filter((one) => "onBatchEnd" in one || "afterBatch" in one);',
      '"onBatchEnd" in one || "afterBatch" in one',
      "true",
    ],
  ),
  same(
    "src/models/loop/fit.ts",
    "after the last batch of an epoch the weights are finite: its gradients were measured",
    [
      'if (progress.batch < end) (await import("./diverged.js")).checkWeights(this.#model.step, progress, this.#callbacks);',
      "progress.batch < end",
      "true",
    ],
    [
      'if (progress.batch < end) (await import("./diverged.js")).checkWeights(this.#model.step, progress, this.#callbacks);',
      "progress.batch < end",
      "progress.batch <= end",
    ],
  ),
  same("src/models/input/batchStream.ts", "what a closed reading still gives is taken by nobody", [
    "if (reading !== this.#reading) return;",
    "reading !== this.#reading",
    "false",
  ]),
  same("src/models/input/handed.ts", "the first part has the shape of the first part", [
    "if (other > 0) {",
    "other > 0",
    "other >= 0",
  ]),
  same("src/models/loop/streamSteps.ts", "copies the batch once more, and trains on the same", [
    "const load = await this.#get(place, false);",
    "false",
    "true",
  ]),
  same("src/models/loop/streamSteps.ts", "a copy of a column is of a type that columns have: no message names it", [
    'return this.#tools.toColumn(this.#op, "a batch", tensor.toTypedArray(), () => tensor.shape);',
    '"a batch"',
    '""',
  ]),
  same(
    "src/models/decoding/beam.ts",
    "what cannot come before the W that have ended comes behind them, and is cut off",
    [
      "if (step.isLast) for (const one of live) this.#end(one.tokens, one.logProbability, false);",
      "step.isLast",
      "true",
    ],
  ),
  same("src/models/decoding/decode.ts", "a list of no start, and one of a text, are refused with the same words", [
    'const all = typeof start === "number" ? Array<number>(N).fill(start) : Array.from(start ?? []);',
    "[]",
    '["Stryker was here"]',
  ]),
  same("src/models/step/wholeBatch.ts", "fit calls train, where there is one", [
    "run(): never {",
    '{\n    throw new UsageError(message("fit", "a step of the whole batch is made by train"));\n  }',
    "{}",
  ]),
  same("src/models/step/wholeBatch.ts", "0 and −0 leave a loss as it is, and NaN makes it NaN", [
    "return this.#results[0].item() + 0 * optimizer.gradientNorm; // 0 · ∞ is NaN",
    "this.#results[0].item() + 0 * optimizer.gradientNorm",
    "this.#results[0].item() - 0 * optimizer.gradientNorm",
  ]),
  same("src/models/loop/diverged.ts", "looks for a layer that the message does not name where there is a weight", [
    "const layer = weight === undefined ? spoiltLayer(step, batch) : undefined;",
    "weight === undefined",
    "true",
  ]),
  same(
    "src/models/loop/diverged.ts",
    "where a weight or a layer is not finite the loss is not, either, and has no slope",
    ...[
      ["weight === undefined && layer === undefined", "true"],
      ["weight === undefined && layer === undefined", "weight === undefined || layer === undefined"],
      ["weight === undefined", "true"],
      ["layer === undefined", "true"],
    ].map(([from, to]) => [
      "const slope = weight === undefined && layer === undefined ? spoiltGradient(step, batch) : undefined;",
      from,
      to,
    ]),
  ),
  same("src/models/loop/diverged.ts", "the collector of garbage frees them, later", [
    "for (const one of [loss, ...others]) one.dispose();",
    "[loss, ...others]",
    "[]",
  ]),
  same("src/models/loop/validateEvery.ts", "as good a name in a checkpoint that the same library reads", [
    'name: "validateEvery",',
    '"validateEvery"',
    '""',
  ]),
  same("src/models/decoding/decode.ts", "the scope of decode frees what the last step left", [
    "dispose: () => free(current),",
    "() => free(current)",
    "() => undefined",
  ]),
  same(
    "src/models/input/lengthGroups.ts",
    "true has no multiple, either",
    [
      "const { multiple = Math.ceil(longest / (tokens.length === 1 ? 10 : 5)) } = value === true ? {} : value;",
      "value === true",
      "false",
    ],
    [
      "const { multiple = Math.ceil(longest / (tokens.length === 1 ? 10 : 5)) } = value === true ? {} : value;",
      "true",
      "false",
    ],
  ),
  same(
    "src/models/graph/architecture.ts",
    "a number, a text or a boolean has no className, shape or layer; JSON has no undefined",
    ['isListOf(list, (item) => typeof item === "object" && item !== null);', 'typeof item === "object"', "true"],
  ),
  same("src/models/graph/graph.ts", "two rules of one vocabulary refuse the same tokens with the same words", [
    "if (this.inputs.includes(symbol) && tokens.vocabulary <= least) rules.set(symbol, tokens);",
    "tokens.vocabulary <= least",
    "tokens.vocabulary < least",
  ]),
  same("src/models/graph/graph.ts", "nobody asks whether a text is among the tensors", [
    "for (const { origin } of sources) for (const input of origin ? inputsOf(origin) : []) sources.add(input);",
    "[]",
    '["Stryker was here"]',
  ]),
  same("src/models/graph/modelLayer.ts", "a name that is undefined is none", [
    "return new ModelLayer(this.graph, { ...(name !== undefined && { name }), recompute }, this.#alone);",
    "name !== undefined",
    "true",
  ]),
  same("src/models/graph/modelLayer.ts", "a configuration leaves out isOwn that is undefined as it does false", [
    "override get isOwn(): boolean {",
    "{\n    return false;\n  }",
    "{}",
  ]),
  same("src/models/graph/modelLayer.ts", "a graph takes as many results as the layer has outputs", [
    "return results.slice(0, n);",
    "results.slice(0, n)",
    "results",
  ]),
  ...[
    ["src/models/zoo/gpt.ts", "return model({ inputs: tokens, outputs, name, ...(seed !== undefined && { seed }) });"],
    [
      "src/models/zoo/options.ts",
      "return { inputShape, classes, model: { name, ...(seed !== undefined && { seed }) } };",
    ],
  ].map(([file, line]) => same(file, "a seed that is undefined is none", [line, "seed !== undefined", "true"])),
  same(
    "src/models/zoo/transformerBlock.ts",
    "an initializer that is undefined is the layer's own",
    [
      "const initial = kernelInitializer === undefined ? {} : { kernelInitializer };",
      "kernelInitializer === undefined",
      "false",
    ],
    [
      "const residual = residualInitializer === undefined ? {} : { kernelInitializer: residualInitializer };",
      "residualInitializer === undefined",
      "false",
    ],
  ),
];
