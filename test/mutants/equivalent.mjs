/**
 * Mutants of src/ that change nothing that a test could see, with one line of argument for those of a kind.
 * scripts/mutants/rooms.mjs subtracts them from what survives, and complains where one is caught or no longer there.
 */
import { inData } from "./equivalentInData.mjs";
import { inModels } from "./equivalentInModels.mjs";
import { same } from "./same.mjs";

const callbacks = [
  same("src/callbacks/progress.ts", "onTrainBegin, which comes first, sets all three", [
    "let [begun, epochBegun, putAt] = [0, 0, 0];",
    "[0, 0, 0]",
    "[]",
  ]),
  same("src/callbacks/learningRate.ts", "after an improvement the next line sets it to 0", [
    "else if (!improved) waited++;",
    "!improved",
    "true",
  ]),
  same("src/callbacks/learningRate.ts", "the cooldown begins with 0 epochs waited and none is added while it lasts", [
    "if (improved || cooling > 0) waited = 0;",
    "cooling > 0",
    "false",
  ]),
  same("src/callbacks/learningRate.ts", "sets the learning rate to what it is", [
    "if (reduced < training.learningRate) training.learningRate = reduced;",
    "reduced < training.learningRate",
    "reduced <= training.learningRate",
  ]),
  same("src/callbacks/csvLogger.ts", "onTrainBegin, which comes first, sets it to false", [
    "let isResumed = false;",
    "false",
    "true",
  ]),
  same(
    "src/callbacks/csvLogger.ts",
    "writes the file with the text that it has",
    [
      "if (kept < found.length || !isEnded) await write(found.slice(0, kept));",
      "kept < found.length || !isEnded",
      "true",
    ],
    [
      "if (kept < found.length || !isEnded) await write(found.slice(0, kept));",
      "kept < found.length",
      "kept <= found.length",
    ],
  ),
];

const frames = [
  same("src/callbacks/histograms.ts", "onTrainBegin, which comes first, sets both", [
    "let [step, distance] = [0, 1];",
    "[0, 1]",
    "[]",
  ]),
  same(
    "src/callbacks/histograms.ts",
    "one of two equal numbers, as well",
    ["if (element < low) low = element;", "element < low", "element <= low"],
    ["if (element > high) high = element;", "element > high", "element >= high"],
  ),
  same("src/callbacks/histograms.ts", "what is undefined is no finite number", [
    "for (let i = 0; i < elements.length; i++) {",
    "i < elements.length",
    "i <= elements.length",
  ]),
];

const metrics = [
  same("src/metrics/places.ts", "one weight a place is then repeated once: the same weights, copied", [
    "if (weights === undefined || weights.size === places) return weights;",
    "weights.size === places",
    "false",
  ]),
  same("src/metrics/auc.ts", "average precision is a quotient of sums that both change their sign", [
    "positive += positives[bin];",
    "positive += positives[bin]",
    "positive -= positives[bin]",
  ]),
];

const optimizers = [
  same("src/optimizers/state.ts", "fills a new slab, which is zero, with 0", [
    "if (value !== 0) fillFloat32(slab.whole.ptr, value, slab.whole.size);",
    "value !== 0",
    "true",
  ]),
];

const models = [
  ...["src/models/file/notes.ts", "src/models/file/saving.ts"].map((file) =>
    same(file, "a function that ends without a word returns undefined", [
      "} catch {",
      "{\n    return undefined;\n  }",
      "{}",
    ]),
  ),
  same(
    "src/models/file/notes.ts",
    "no object is that text",
    ['encode(op, given, "notes", []);', "[]", '["Stryker was here"]'],
    ['return encode(op, copy ?? given, "notes", []);', "[]", '["Stryker was here"]'],
  ),
  same("src/models/graph/architecture.ts", "what is no object has no shape, className, layer or inputs", [
    'typeof parts === "object" &&',
    'typeof parts === "object"',
    "true",
  ]),
  same("src/models/file/notes.ts", "the call before has refused what cannot be kept", [
    'return encode(op, copy ?? given, "notes", []);',
    '"notes"',
    '""',
  ]),
  same("src/models/file/notes.ts", "there are bytes only where there is a type of array", [
    "if (array !== undefined && bytes !== undefined && bytes.length % array.BYTES_PER_ELEMENT === 0)",
    "array !== undefined",
    "true",
  ]),
  same("src/models/graph/architecture.ts", "a name that is undefined is none", [
    'if (typeof config.name === "string") layer.giveName(config.name);',
    'typeof config.name === "string"',
    "true",
  ]),
  same("src/models/graph/graph.ts", "nobody reads the rules of tensors inside", [
    "if (!this.inputs.includes(symbol)) continue;",
    "!this.inputs.includes(symbol)",
    "false",
  ]),
  same("src/models/graph/graph.ts", "a mask that is undefined is none", [
    "if (mask !== undefined) masks.set(output, mask);",
    "mask !== undefined",
    "true",
  ]),
  same("src/models/graph/graph.ts", "the layer that is found has them", [
    "this.maskedSteps = this.layers.find(({ sequences }) => sequences)?.sequences?.maskedSteps;",
    "this.layers.find(({ sequences }) => sequences)?.sequences?.maskedSteps",
    "this.layers.find(({\n  sequences\n}) => sequences)?.sequences.maskedSteps",
  ]),
  same("src/models/graph/fold.ts", "the configuration of a normalisation always has its activation", [
    'layers[layer] = { ...kept, useBias: true, activation: gone.activation ?? "linear" };',
    '"linear"',
    '""',
  ]),
  same("src/models/summary.ts", "the first row is an input, which reads nothing", [
    "const isChain = rows.every(({ from }, i) => (i === 0 ? from.length === 0 : from.length === 1 && from[0] === i - 1));",
    "from.length === 0",
    "true",
  ]),
  same("src/models/graph/graph.ts", "the first input is not listed before", [
    "if (twice >= 0) {",
    "twice >= 0",
    "twice > 0",
  ]),
  same(
    "src/models/graph/fold.ts",
    "loadModel reads the tensors of its layers alone",
    ...[
      ['["gamma", "beta", "movingMean", "movingVariance"]', "[]"],
      ['"gamma"', '""'],
      ['"beta"', '""'],
      ['"movingMean"', '""'],
      ['"movingVariance"', '""'],
      ["`${norm}/${name}`", "``"],
    ].map(([from, to]) => [
      'for (const name of ["gamma", "beta", "movingMean", "movingVariance"]) values.delete(`${norm}/${name}`);',
      from,
      to,
    ]),
  ),
  same("src/models/loop/streamSteps.ts", "nobody reads it: the rows of each batch have an order of their own", [
    "order: () => new Int32Array(0),",
    "() => new Int32Array(0)",
    "() => undefined",
  ]),
  same("src/models/step/weights.ts", "prepareTraining, which alone makes it a trainer, sets it to true", [
    "isFirm = true;",
    "true",
    "false",
  ]),
  same("src/models/step/weightAverage.ts", "every weight is a range of its own: as many passes, the same values", [
    "const begins = values.flatMap((_, i) => (i > 0 && averages.runsOn(values, i) ? [] : [i]));",
    "i > 0 && averages.runsOn(values, i)",
    "false",
  ]),
  same(
    "src/models/loop/bptt.ts",
    "the default is only checked here: Walk.run has its own",
    ["const { window, stride = window, carryState = true, continues = false, signal } = options;", "true", "false"],
    ["const { window, stride = window, carryState = true, continues = false, signal } = options;", "false", "true"],
  ),
  same("src/models/loop/bptt.ts", "what is undefined is not there", [
    'columns.push(inputColumn(op, "x", sequence.x, { shape: undefined, tokens: undefined })),',
    "{ shape: undefined, tokens: undefined }",
    "{}",
  ]),
  same("src/models/loop/bptt.ts", "a column of samples has two sides, [N, 1] at least", [
    "if (shape.length < 2 || shape[1] < window) {",
    "shape.length < 2",
    "false",
  ]),
  same("src/models/loop/windowWalk.ts", "behind the last sequence there is nothing to copy", [
    "for (let n = 0; n < N; n++) {",
    "n < N",
    "n <= N",
  ]),
  same(
    "src/models/loop/windowWalk.ts",
    "there is a buffer for the mask where there is a mask",
    ...[
      ["to === undefined || from === undefined", "to === undefined && from === undefined"],
      ["to === undefined", "false"],
      ["from === undefined", "false"],
    ].map(([from, to]) => ["if (to === undefined || from === undefined) continue;", from, to]),
  ),
  same("src/models/loop/fitModel.ts", "the name of an operation, for a message", [
    'checkpointSize: async () => (await modelBytes("saveCheckpoint", partsOf("saveCheckpoint", model, true))).length,',
    '"saveCheckpoint"',
    '""',
  ]),
  same("src/models/model.ts", "the name of an operation, for a message", [
    'await writeModel("save", partsOf("save", this, false), sink);',
    '"save"',
    '""',
  ]),
  same("src/models/model.ts", "the default is only checked to be true or false", [
    'checkBoolean(op, "byName", options.byName ?? false);',
    "false",
    "true",
  ]),
  same(
    "src/models/modelState.ts",
    "fit, which copies weights, has made the step before",
    [
      'return [...this.bound("fit").weights.copy(), ...(this.#step?.average?.copy() ?? [])];',
      "this.#step?.average",
      "this.#step.average",
    ],
    ["this.#step?.average?.restore(copies.slice(weights.all.length));", "this.#step?.average", "this.#step.average"],
  ),
  same(
    "src/models/saliency.ts",
    "a model that is built and fits is built again for the shape that it has, which is nothing",
    ["if (!model.isBuilt) model.build(inputs[0].shape.slice(1));", "!model.isBuilt", "true"],
  ),
  same("src/models/model.ts", "values of the right number always make a column: no message names it", [
    'const join = (values: Float32Array, shape: Shape): Tensor => toColumn(op, "outputs", values, () => shape).tensor;',
    '"outputs"',
    '""',
  ]),
  same(
    "src/models/modelState.ts",
    "a chain's output shape is asked for where targets come with the data, and then it is compiled",
    ["if (compiled !== undefined) checkForOutputs(compiled, [outputShape]);", "compiled !== undefined", "true"],
  ),
  same("src/models/loop/fit.ts", "a text has no checkLogs", [
    "for (const callback of options.callbacks ?? []) callback.checkLogs?.(measured);",
    "[]",
    '["Stryker was here"]',
  ]),
  same("src/models/loop/fit.ts", "what is thrown there is not heard", [
    "callback.onTrainAbort?.(this);",
    "callback.onTrainAbort?.(this)",
    "callback.onTrainAbort(this)",
  ]),
  same("src/models/loop/fit.ts", "logs are made that nobody is given", [
    "if (this.#batchCallbacks.length === 0) return;",
    "this.#batchCallbacks.length === 0",
    "false",
  ]),
  same("src/models/file/loading.ts", "a number, a boolean and a text are not made by Object", [
    'if (typeof notes === "object" && notes?.constructor === Object) return notes as Record<string, unknown>;',
    'typeof notes === "object"',
    "true",
  ]),
  same("src/models/file/loading.ts", "no parameter is a text", [
    "const carried = new Set(forgetsStates ? carriedBy(layers) : []);",
    "[]",
    '["Stryker was here"]',
  ]),
  same("src/models/file/saving.ts", "JSON leaves out what is undefined", [
    "...(options.averageDecay !== undefined && { averageDecay: options.averageDecay }),",
    "options.averageDecay !== undefined",
    "true",
  ]),
  same("src/models/loop/predict.ts", "puts each row where it is", [
    "if (lengths !== undefined) putBack(results, order);",
    "lengths !== undefined",
    "true",
  ]),
  same("src/models/loop/progress.ts", "JSON leaves out what is undefined", [
    "return { epoch, batch, ...losses, samples, passes, callbacks, ...(grouping !== undefined && { grouping }) };",
    "grouping !== undefined",
    "true",
  ]),
  same(
    "src/models/loop/windowWalk.ts",
    "assign takes whole numbers from either kind of array",
    ...[
      ['to.dtype === "int32"', "false"],
      ['"int32"', '""'],
    ].map(([from, to]) => [
      'const part = to.dtype === "int32" ? new Int32Array(to.size) : new Float32Array(to.size);',
      from,
      to,
    ]),
  ),
];

const states = [
  same("src/models/loop/fitModel.ts", "compiled and built before, it has its step without a word", [
    'step: state.step("fit", given),',
    '"fit"',
    '""',
  ]),
  same("src/models/model.ts", "of a model that is built nothing is refused there", [
    'this.#state.claimStates("resetStates");',
    '"resetStates"',
    '""',
  ]),
  same("src/models/modelState.ts", "inputs that were checked fit the graph that is built", [
    "if (this.#form instanceof Chain) this.build(inputs[0].shape.slice(1));",
    "this.#form instanceof Chain",
    "true",
  ]),
  same("src/models/modelState.ts", "whoever gives the functions that read masks gives that one", [
    "this.graph(op).maskedSteps ??= given?.maskedStepsWith?.(maskTools);",
    "given?.maskedStepsWith?.(maskTools)",
    "given?.maskedStepsWith(maskTools)",
  ]),
  same(
    "src/models/modelState.ts",
    "where no states are carried there are none to make",
    ["return carriedStates?.claim(layers) ?? true;", "true", "false"],
    [
      "return carriedStates?.claim(layers) ?? true;",
      "carriedStates?.claim(layers) ?? true",
      "carriedStates?.claim(layers) && true",
    ],
  ),
  same(
    "src/models/modelState.ts",
    "fit and compile, which built the model before, are refused nothing there",
    ...[
      ['const { layers, carriedStates } = this.graph("fit");', "fit"],
      ['return [...this.bound("fit").weights.copy(), ...(this.#step?.average?.copy() ?? [])];', "fit"],
      ['const { weights } = this.bound("fit");', "fit"],
      ['const { weights, random } = this.bound("compile");', "compile"],
      ['return unrecorded(() => new TrainingStep(this.graph("compile"), weights, random, options));', "compile"],
    ].map(([line, op]) => [line, `"${op}"`, '""']),
  ),
];

const windows = [
  same(
    "src/models/loop/bptt.ts",
    "whoever gives the functions that read masks gives that one; and a text has no tensor",
    [
      "for (const mask of given?.maskColumns?.(op, masks, [columns[0]], toColumn) ?? []) columns.push(mask!);",
      "given?.maskColumns?.(op, masks, [columns[0]], toColumn)",
      "given?.maskColumns(op, masks, [columns[0]], toColumn)",
    ],
    [
      "for (const mask of given?.maskColumns?.(op, masks, [columns[0]], toColumn) ?? []) columns.push(mask!);",
      "[]",
      '["Stryker was here"]',
    ],
  ),
];

const files = [
  same(
    "src/models/file/notes.ts",
    "made when the module is loaded, without the mutant; notes of NaN, −∞ and −0 are tried",
    ["const numbers: readonly number[] = [NaN, Infinity, -Infinity, -0];", "[NaN, Infinity, -Infinity, -0]", "[]"],
    ["const numbers: readonly number[] = [NaN, Infinity, -Infinity, -0];", "-Infinity", "+Infinity"],
    ["const numbers: readonly number[] = [NaN, Infinity, -Infinity, -0];", "-0", "+0"],
    [
      'const nameOf = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));',
      '(value: number): string => (Object.is(value, -0) ? "-0" : String(value))',
      "() => undefined",
    ],
  ),
  same("src/models/file/loading.ts", "a file has a list of metrics for each output, or for none", [
    "const nested = saved.some((one) => Array.isArray(one)) ? (saved as unknown[][]) : saved.length > 0 ? [saved] : [];",
    "saved.some((one) => Array.isArray(one))",
    "saved.every(one => Array.isArray(one))",
  ]),
  same("src/models/file/loading.ts", "a file of one output has no totals of its loss", [
    "if (graph.outputs.length > 1 && file.tensors.has(totalsName(sizes.length)))",
    "graph.outputs.length > 1",
    "true",
  ]),
];

const steps = [
  same("src/models/step/accumulation.ts", "no message and no profile names the op of a recorded step", [
    'name: "weighPart",',
    '"weighPart"',
    '""',
  ]),
  same(
    "src/models/step/accumulation.ts",
    "measures the norm after each step: slower, and sooner to see what is wrong",
    ["const loss = step.settle(mean, b + 1 === this.batches.count);", "b + 1 === this.batches.count", "true"],
  ),
  same("src/models/step/accumulation.ts", "the loss of an epoch is a quotient of sums that all change their sign", [
    "rows += size;",
    "rows += size",
    "rows -= size",
  ]),
  same("src/models/step/accumulation.ts", "of data in memory it is the number that is counted otherwise", [
    "if (this.#loads) this.#streamed = rows;",
    "this.#loads",
    "true",
  ]),
  same("src/models/step/accumulation.ts", "scales rows that no token touched, too, which nobody reads", [
    "scaleByFactor(value.grad!.ptr, value.size, this.#factor.ptr, parameter.rows?.ptr ?? 0);",
    "parameter.rows?.ptr ?? 0",
    "parameter.rows?.ptr && 0",
  ]),
  same("src/models/step/accumulation.ts", "the weight of a part is computed from no parameter", [
    "constants: [1],",
    "[1]",
    "[]",
  ]),
  same("src/models/step/accumulation.ts", "fit calls train, where there is one", [
    "run(): never {",
    '{\n    throw new UsageError(message("fit", "a step of several parts is made by train"));\n  }',
    "{}",
  ]),
  same(
    "src/models/loop/streamSteps.ts",
    "only a resumed fit on data in memory asks for the size of its batches",
    ["get rows() {", "{\n        return current().rows;\n      }", "{}"],
    ["get batchSize() {", "{\n        return current().rows;\n      }", "{}"],
  ),
];

export const equivalent = [
  ...[callbacks, frames, metrics, optimizers, inData],
  ...[models, states, windows, files, steps, inModels],
].flat(2);
