/**
 * A model as users see it, in Keras's words. Its state is in modelState.ts; the files beside this one do the work.
 * Letters: N samples.
 */
import type { Logs } from "../callbacks/callback.js";
import { UsageError, checkKeys, message, printable, show } from "../errors.js";
import type { ByteSink, ByteSource } from "../io/bytes.js";
import type { Layer } from "../layers/layer.js";
import { checkBoolean, checkFunction, checkInteger } from "../options.js";
import { scope } from "../tensor/scope.js";
import { type SampleShape, type Shape, sampleShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { columnsOf } from "./input/batchColumns.js";
import { checkBatchSizes, checkInputs, checkTargets, masksOf } from "./input/batchChecks.js";
import type { Chain } from "./graph/chain.js";
import { release, toColumn } from "./input/columns.js";
import { type CompileOptions, checkCompileOptions } from "./compileOptions.js";
import { dataColumns, givesExtras } from "./input/data.js";
import { evaluationTools } from "./loop/columnSteps.js";
import type { History } from "./loop/history.js";
import { type FitOptions, type StreamFitOptions, checkFitOptions, checkSignal } from "./loop/fitOptions.js";
import type { Graph } from "./graph/graph.js";
import type { Run } from "./input/handed.js";
import { interrupts } from "./loop/interrupts.js";
import type { CallOptions, EvaluateOptions, ModelOptions, PredictOptions, StreamOptions } from "./modelOptions.js";
import { ModelState } from "./modelState.js";
import { inStates } from "./loop/predict.js";
import type { BatchSource, DataList, InputBatch, InputSource, Samples } from "./input/samples.js";
import { modelBytes, partsOf, writeModel } from "./file/saving.js";
import { unseeded } from "./seeds.js";
import { summarize } from "./summary.js";
import type { LoadWeightsOptions, LoadedWeights } from "./file/transfer.js";
import type { Weight } from "./step/weights.js";
import { fitModel } from "./loop/fitModel.js";
import { predictModel } from "./loop/predictModel.js";

/** True for what has a size: a tensor, a list, a typed array; not for a function or a stream. */
function isData(value: unknown): value is DataList {
  const sized = value as { readonly size?: number; readonly length?: number } | null | undefined;
  return typeof value !== "function" && (sized?.size ?? sized?.length) !== undefined;
}

/** The functions that evaluateModel is handed, since evaluate.ts does not import them: columnSteps.ts says why. */
// prettier-ignore
const modelTools = {
  evaluationTools, checkInteger, checkBatchSizes, columnsOf, release, toColumn, dataColumns, givesExtras,
  checkSignal, interrupts,
};

/** A graph of layers that can be trained. Made by {@link sequential}, {@link model} or {@link loadModel}. */
export class Model {
  readonly name: string;
  readonly seed: number;
  /**
   * Anything that belongs with the model: class names, what the inputs are, how they were scaled, where it comes from.
   * Saved and loaded with it: numbers (NaN, infinities and −0 too), strings, booleans, null, typed arrays, dates, and
   * lists and plain objects of these. `save` refuses notes that would be lost.
   */
  notes: Readonly<Record<string, unknown>> = {};
  readonly #state: ModelState;

  /** @internal */
  constructor(options: ModelOptions, form: Graph | Chain) {
    checkKeys("model", options, ["name", "seed"]);
    const { name = "model", seed = unseeded.next } = options;
    if (typeof name !== "string") {
      throw new UsageError(message("model", "name must be a string", { got: show(name) }));
    }
    checkInteger("model", "seed", seed, "[0, 4294967295]");
    this.name = name;
    if (options.seed === undefined) unseeded.next = (seed + 1) % 2 ** 32;
    this.seed = seed;
    this.#state = new ModelState(form, seed);
  }

  /** For functions that use a model in ways that this class does not offer: bptt, loadModel, modelToDot. @internal */
  get insides(): ModelState {
    return this.#state;
  }

  /** True once the shapes are known. A sequential model without inputShape takes them from the first data. */
  get isBuilt(): boolean {
    return this.#state.isBuilt;
  }

  /** Shape of one sample of the first input; null is an axis of any size. @throws {UsageError} before the model is built */
  get inputShape(): SampleShape {
    return this.#state.graph("inputShape").inputs[0].shape;
  }

  /** The layers, in order. @throws {UsageError} before the model is built */
  get layers(): readonly Layer[] {
    return this.#state.graph("layers").layers;
  }

  /**
   * All weights by name, such as "dense_1/kernel", in the order of the layers. Read one by `value.toTypedArray()`,
   * change it by `value.assign(…)`.
   */
  get weights(): readonly Weight[] {
    return this.#state.bound("weights").weights.all;
  }

  /**
   * The learning rate of the next step. Assigning replaces the optimizer's number or schedule from now on, in `fit`
   * (from a callback, or between two awaits), in `trainOnBatch` and in replays of a recorded step.
   * @throws {UsageError} before `compile`, and for a number below 0
   */
  get learningRate(): number {
    return this.#state.step("learningRate").optimizer.learningRate;
  }

  set learningRate(rate: number) {
    this.#state.step("learningRate").optimizer.learningRate = rate;
  }

  /**
   * Fixes the shapes of a sequential model without inputShape before it sees data.
   *
   * @param shape  shape of one sample; null is an axis of any size
   * @throws {UsageError} when the model is built for another shape
   * @throws {ShapeError} when the layers do not fit
   */
  build(shape: SampleShape): void {
    this.#state.build(sampleShape("build", shape));
  }

  /**
   * Sets optimizer, loss and metrics. Compiling again resets the optimizer's state.
   * @throws {UsageError} for an unknown option, a value that is not an optimizer, loss or metric, or a number of losses
   *   that does not match the outputs, while fit, evaluate or predict runs, and while fit trains a model that has layers
   *   of this one that are not frozen; nothing has changed then
   */
  compile(options: CompileOptions): void {
    const compiled = checkCompileOptions(options);
    this.#state.checkIdle("compile", true, this.#state.average !== undefined);
    this.#state.compile(compiled);
  }

  /**
   * Trains the model.
   *
   * ```ts
   * await model.fit(x, y, { epochs: 5, validationSplit: 0.1 });
   * await model.fit(train, { epochs: 5 }); // a data set
   * // batches { x, y } or [x, y], one by one
   * await model.fit(async function* () { for (const file of files) yield await read(file); }, { epochs: 5 });
   * ```
   *
   * @param x  inputs (N, …), or a list of them for several inputs; (N) numbers for samples of one number. uint8 is read
   *           as fractions of 255. Or a data set { x, y }. Or, for data that do not fit in memory, batches one by one:
   *           each step takes one, whatever its number of samples
   * @param y  targets as the loss takes them: numbers of the output's shape (N, …), or labels (N); uint8 is taken as it
   *           is
   * @returns  the values at the end of each epoch
   * @throws {UsageError} for a wrong option, a model that is not compiled, and while another fit trains layers of
   *   it, before anything has changed
   * @throws {ShapeError} when the data do not fit, before anything has changed; when a batch of a stream does not fit,
   *   naming batch and epoch; the weights are those before that batch
   * @throws {UsageError} when the loss becomes NaN, naming batch and layer; the weights are those before that batch. A
   *   gradient that becomes NaN while the loss is finite is noticed by the next batch's loss, and in the last batch of
   *   an epoch before it changes the weights; only in a stream whose end was not known, or in an epoch that a callback
   *   stops, after it
   * @throws {DataError} when a stream throws or ends too early; the weights are those before that batch
   */
  fit(batches: BatchSource, options?: StreamFitOptions): Promise<History>;
  fit(data: Samples, options?: FitOptions): Promise<History>;
  fit(x: DataList, y: DataList, options?: FitOptions): Promise<History>;
  async fit(x: unknown, y: unknown, options: FitOptions = {}): Promise<History> {
    const fit: Run<FitOptions, History> = (...data) => fitModel(this, ...data);
    if (isData(y)) return fit(x as DataList, y, options);
    return (await import("./input/handed.js")).runHanded("fit", x, y, options, checkFitOptions, fit);
  }

  /**
   * Computes loss and metrics on data, without training; also while fit is running. Arguments as for {@link fit}; of a
   * stream all batches, or as many as `steps` says. States that stateful layers carry begin at zero; the model's own
   * states do not change.
   * @returns numbers by name: loss, and the metrics
   * @throws {DataError} when a stream throws, or ends before it has given `steps` batches
   */
  evaluate(batches: BatchSource, options?: StreamOptions): Promise<Logs>;
  evaluate(data: Samples, options?: EvaluateOptions): Promise<Logs>;
  evaluate(x: DataList, y: DataList, options?: EvaluateOptions): Promise<Logs>;
  async evaluate(x: unknown, y: unknown, options: EvaluateOptions = {}): Promise<Logs> {
    return this.#state.use(async () => {
      const { evaluateModel } = await import("./loop/evaluate.js");
      const evaluate: Run<EvaluateOptions, Logs> = (...data) => evaluateModel(this.#state, modelTools, ...data);
      if (isData(y)) return evaluate(x as DataList, y, options);
      const check = (given: EvaluateOptions): void => checkKeys("evaluate", given, ["signal"]);
      return (await import("./input/handed.js")).runHanded("evaluate", x, y, options, check, evaluate);
    });
  }

  /**
   * Computes the first output for all samples; also while fit is running. States that stateful layers carry begin at
   * the model's own, and the model keeps those at the end of this prediction. During a fit they begin at zero and the
   * model's do not change. If several predictions run at once, each begins with the model's states, and the one that
   * began last leaves its own.
   *
   * @param x  as for {@link fit}; of a data set, its x with its mask or lengths, unless the options give others. Or a
   *   stream of batches: x of each, or what `fit` takes
   * @returns  (N, …) float32, of a stream all its samples; no scope frees it
   */
  predict(batches: InputSource, options?: StreamOptions): Promise<Tensor>;
  predict(x: InputBatch, options?: PredictOptions): Promise<Tensor>;
  async predict(x: unknown, options: PredictOptions = {}): Promise<Tensor> {
    const [first, ...others] = await this.predictAll(x as DataList, options);
    for (const other of others) other.dispose();
    return first;
  }

  /** Computes every output of a model with several, as {@link predict} does the first. */
  predictAll(batches: InputSource, options?: StreamOptions): Promise<Tensor[]>;
  predictAll(x: InputBatch, options?: PredictOptions): Promise<Tensor[]>;
  async predictAll(handed: unknown, options: PredictOptions = {}): Promise<Tensor[]> {
    const op = "predict";
    if (isData(handed)) return predictModel(this.#state, handed, options);
    const predict = (x: DataList, options: PredictOptions): Promise<Tensor[]> => predictModel(this.#state, x, options);
    const join = (values: Float32Array, shape: Shape): Tensor => toColumn(op, "outputs", values, () => shape).tensor;
    return (await import("./input/handed.js")).predictHanded(handed, options, predict, join);
  }

  /**
   * The forward pass as one differentiable computation, for hand-written training loops: every output, (N, …) each.
   * States that stateful layers carry continue from the last call; during a fit they begin at zero.
   *
   * @param inputs    (N, …) float32 or int32, in the order of the model's inputs
   * @param options   training: true makes dropout drop elements, different ones in each call; default false. mask:
   *                  which steps count, (N, T) int32, such as `sequenceMask(lengths, T)`; for several inputs a list
   *                  with one entry for each, undefined for an input without a mask. lengths: instead of a mask, (N)
   *                  integers, in networks with a layer of sequences
   * @throws {ShapeError} when an input or a mask does not fit
   * @throws {UsageError} when `inputs` is not a list of tensors, or for training: true while fit trains this model or
   *   another one that has layers of it, unless they are frozen
   */
  call(inputs: readonly Tensor[], options: CallOptions = {}): Tensor[] {
    const op = "call";
    checkKeys(op, options, ["training", "mask", "lengths"]);
    const { training = false } = options;
    checkBoolean(op, "training", training);
    const state = this.#state;
    if (training) state.checkIdle(op);
    else state.checkUsable(op);
    checkInputs(op, state.shapes(), inputs);
    state.buildFor(inputs);
    const masks = masksOf(op, this.layers, inputs, options);
    const run = (): Tensor[] => state.run(op, inputs, training, masks);
    state.bound(op);
    const states = state.claimStates(op) ? undefined : state.newStates(op);
    let outputs: Tensor[];
    try {
      outputs = inStates(states, run);
    } finally {
      states?.dispose();
    }
    if (training) state.bound(op).random.advance();
    return outputs;
  }

  /**
   * One training step on one batch, for hand-written training loops: loss, gradients, update. It only calls kernels, so
   * it can be recorded: `const step = record(() => model.trainOnBatch([x], [y]))`, then `x.assign(…)` and
   * `step.replay()`. A replay counts as a step and follows a schedule, but does not check the targets' values or the
   * loss, as `fit` does.
   *
   * @param inputs   (N, …) float32 or int32, in the order of the model's inputs
   * @param targets  what the losses take, in the order of the outputs
   * @param options  mask or lengths: which steps count, as in {@link call}. In a network of dense layers alone, the
   *                 masked loss is loaded by the first `fit` or `evaluate` with a mask
   * @returns        the loss, a scalar: the mean over the batch, or over the steps that count, plus the penalties
   * @throws {UsageError} before `compile`, and while fit trains this model or another one that has layers of
   *   it, unless they are frozen and carry no states; a replay of a recording does not check that
   * @throws {ShapeError} when inputs, targets or a mask do not fit
   */
  trainOnBatch(
    inputs: readonly Tensor[],
    targets: readonly Tensor[],
    options: Omit<CallOptions, "training"> = {},
  ): Tensor {
    const op = "trainOnBatch";
    checkKeys(op, options, ["mask", "lengths"]);
    const state = this.#state;
    state.checkIdle(op);
    const compiled = state.compiled(op);
    const shapes = state.shapes(compiled);
    checkInputs(op, shapes, inputs);
    checkTargets(op, shapes, compiled.losses, inputs, targets);
    return scope(() => {
      state.buildFor(inputs);
      const masks = masksOf(op, this.layers, inputs, options);
      state.takeStates(op);
      const step = state.step(op);
      step.checkTrainable(op);
      return step.train({ inputs, targets, weights: [], masks });
    });
  }

  /**
   * Sets the gradients of all weights to zero, for hand-written training loops that call `backward`, which adds to
   * them. `fit` and `trainOnBatch` do not need it. Only calls kernels, so it can be recorded.
   * @throws {UsageError} before the model is built
   */
  zeroGrad(): void {
    for (const { value } of this.#state.bound("zeroGrad").weights.all) value.zeroGrad();
  }

  /**
   * Resets the states that stateful layers carry from batch to batch to zero; also in a callback of the model's fit.
   * @throws {UsageError} before the model is built, and while fit trains another model that has these layers
   */
  resetStates(): void {
    this.#state.bound("resetStates");
    this.#state.takeStates("resetStates");
    for (const layer of this.layers) layer.sequences?.resetStates();
  }

  /**
   * Prints a table of layers, shapes and parameters and, once the model is compiled, the peak memory of a training
   * step. modelToDot gives the same as a graph.
   * @param print  default console.log
   * @throws {UsageError} before the model is built
   */
  summary(print: (text: string) => void = console.log): void {
    checkFunction("summary", print);
    print(printable(summarize(this.name, this.#state.graph("summary"), this.#state.weights, this.#state.stepMemory)));
  }

  /**
   * Saves architecture and weights as one safetensors file.
   * @param sink  a path or file: URL (Node; written under a temporary name, then renamed), or a WritableStream
   */
  async save(sink: ByteSink): Promise<void> {
    await writeModel("save", partsOf("save", this, false), sink);
  }

  /**
   * Saves what {@link save} does and everything that training needs to continue exactly where it is: optimizer,
   * metrics, progress, random state.
   */
  async saveCheckpoint(sink: ByteSink): Promise<void> {
    await writeModel("saveCheckpoint", partsOf("saveCheckpoint", this, true), sink);
  }

  /** The bytes that {@link save} would write; with `checkpoint: true` those of {@link saveCheckpoint}. */
  async toBytes(options: { readonly checkpoint?: boolean } = {}): Promise<Uint8Array<ArrayBuffer>> {
    checkKeys("toBytes", options, ["checkpoint"]);
    const { checkpoint = false } = options;
    checkBoolean("toBytes", "checkpoint", checkpoint);
    return modelBytes("toBytes", partsOf("toBytes", this, checkpoint));
  }

  /**
   * Loads weights from a file that `save` wrote, or from any safetensors file with the same names ("dense_1/kernel").
   *
   * @param source   a path or file: URL (Node), bytes, a Blob, a Response or a stream
   * @param options  byName: true loads the weights that both have, for a network with another head; otherwise the file
   *                 must hold exactly the model's weights
   * @returns        the names that were loaded, those missing in the file, and those of the file that were not used
   * @throws {DataError} when the file is damaged, lacks these weights, or has other shapes; nothing has changed then
   * @throws {UsageError} before the model is built, while fit, evaluate or predict runs, and while fit trains a model
   *   that has layers of this one
   */
  async loadWeights(source: ByteSource, options: LoadWeightsOptions = {}): Promise<LoadedWeights> {
    const op = "loadWeights";
    checkKeys(op, options, ["byName"]);
    checkBoolean(op, "byName", options.byName ?? false);
    const state = this.#state;
    state.checkIdle(op, true, true);
    const { weights } = state.bound(op);
    const { readWeights } = await import("./file/transfer.js");
    const { values, ...names } = await readWeights(source, weights.all, options);
    state.checkIdle(op, true, true);
    for (const { name, value } of weights.all) if (values.has(name)) value.assign(values.get(name)!);
    state.average?.reset();
    return names;
  }

  /**
   * Frees weights, gradients and optimizer state at once. Work in progress then rejects. Calling it again does nothing.
   */
  dispose(): void {
    this.#state.dispose();
  }

  /** `using model = …` disposes the model at the end of the block. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
