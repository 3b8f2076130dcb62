/**
 * A model: a graph of layers with its weights, and after `compile` what trains them. The words are Keras's; the work is done in the files beside this one.
 * Letters: N samples.
 */
import type { Logs } from "../callbacks/callback.js";
import { ShapeError, UsageError, checkKeys, message, show } from "../errors.js";
import type { ByteSink } from "../io/bytes.js";
import type { Layer } from "../layers/layer.js";
import { RandomState } from "../tensor/randomState.js";
import { unrecorded } from "../tensor/record.js";
import { scope } from "../tensor/scope.js";
import { type Shape, sameShape, showShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { type DataColumns, releaseData } from "./batch.js";
import { inputColumn, listOf, release } from "./columns.js";
import { type DataList, type Samples, dataColumns, inputColumns, splitRows } from "./data.js";
import { type CompileOptions, checkCompileOptions } from "./compileOptions.js";
import { evaluateBatches, evaluationSteps } from "./evaluate.js";
import { type History, type Trainable, runFit } from "./fit.js";
import { type FitOptions, checkFitOptions } from "./fitOptions.js";
import type { Graph } from "./graph.js";
import { predictBatches } from "./predict.js";
import { Progress } from "./progress.js";
import { type RestoredTraining, type SavedParts, writeModel } from "./saving.js";
import type { Steps } from "./steps.js";
import { summarize } from "./summary.js";
import { TrainingStep } from "./training.js";
import { type Weight, Weights } from "./weights.js";

/** Options of {@link model} and {@link sequential}. */
export interface ModelOptions {
  /** What the summary calls it. Default "model". */
  readonly name?: string;
  /** Seed of the initial weights, of dropout and of the order of samples: an integer from 0 to 2³² − 1. Default 0. */
  readonly seed?: number;
}

/** Options of `predict`. */
export interface PredictOptions {
  /** Samples computed at once. Default 256. */
  readonly batchSize?: number;
  /** Aborting rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Options of `evaluate`. */
export interface EvaluateOptions extends PredictOptions {
  /** Weight of each sample, (N). Default 1. */
  readonly sampleWeight?: ArrayLike<number>;
}

/** A graph of layers that can be trained. Made by {@link sequential}, {@link model} or {@link loadModel}. */
export class Model {
  readonly name: string;
  readonly seed: number;
  /** What else belongs with the model, as plain JSON: class names, what the inputs are, where it is from. Saved and loaded with it. */
  notes: Readonly<Record<string, unknown>> = {};
  readonly #progress = new Progress();
  readonly #makeGraph: (sampleShape: Shape) => Graph;
  #random: RandomState | undefined;
  #graph: Graph | undefined;
  #weights: Weights | undefined;
  #options: CompileOptions | undefined;
  #step: TrainingStep | undefined;
  #isTraining = false;

  /**
   * @internal
   * @param graph  the graph, or how to make it from the shape of a sample where only the data tell that
   */
  constructor(options: ModelOptions, graph: Graph | ((sampleShape: Shape) => Graph)) {
    checkKeys("model", options, ["name", "seed"]);
    const { name = "model", seed = 0 } = options;
    if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
      throw new UsageError(
        message("model", "seed out of range", { expected: "an integer from 0 to 2³² − 1", got: show(seed) }),
      );
    }
    this.name = name;
    this.seed = seed;
    if (typeof graph === "function") this.#makeGraph = graph;
    else {
      this.#makeGraph = () => graph;
      this.#graph = graph;
    }
  }

  /** True once the shapes are known; before that (a sequential model without inputShape) the first data decide. */
  get isBuilt(): boolean {
    return this.#graph !== undefined;
  }

  /** Shape of one sample of the first input. Errors: UsageError before the model is built. */
  get inputShape(): Shape {
    return this.#built().inputs[0].shape;
  }

  /** The layers, in order. Errors: UsageError before the model is built. */
  get layers(): readonly Layer[] {
    return this.#built().layers;
  }

  /** All weights by name, such as "dense_1/kernel", in the order of the layers. Read one by `value.toTypedArray()`, change it by `value.assign(…)`. */
  get weights(): readonly Weight[] {
    return this.#bound().all;
  }

  /**
   * Fixes the shapes of a sequential model without inputShape, before its first data do.
   *
   * @param sampleShape  shape of one sample
   * Errors: UsageError where the model is built for another shape; ShapeError where the layers do not fit.
   */
  build(sampleShape: Shape): void {
    if (this.#graph === undefined) this.#graph = this.#makeGraph(sampleShape);
    else if (!sameShape(this.#graph.inputs[0].shape, sampleShape)) {
      const expected = showShape(this.#graph.inputs[0].shape);
      throw new UsageError(
        message("build", "the model is built for another shape", { expected, got: showShape(sampleShape) }),
      );
    }
  }

  /**
   * Says how to train: optimizer, loss, metrics. Compiling again starts the optimizer anew.
   * Errors: UsageError for an unknown option, a value that is no optimizer, loss or metric, or a number of losses that does not match the outputs.
   */
  compile(options: CompileOptions): void {
    checkCompileOptions(options);
    const step = this.#graph && this.#makeStep(options);
    this.#step?.dispose();
    this.#step = step;
    this.#options = options;
    this.#progress.restart(0);
  }

  /**
   * Trains.
   *
   * @param x  inputs (N, …); for several inputs a list of tensors. uint8 is read as fractions of 255
   * @param y  targets as the loss takes them: float32 of the output's shape (N, …), or labels (N)
   * @returns  the values at the end of each epoch
   * Errors, before anything has changed: UsageError for options or a model that is not compiled; ShapeError for data that do not fit.
   * A loss that becomes NaN is a UsageError that names batch and layer; the weights are then those before that batch.
   */
  async fit(x: DataList, y: DataList, options: FitOptions = {}): Promise<History> {
    const { validationSplit = 0, validationData, sampleWeight, classWeight } = options;
    if (this.#isTraining)
      throw new UsageError(message("fit", "the model is being trained", { hint: "Await the running fit first." }));
    this.#isTraining = true;
    const owned: DataColumns[] = [];
    const columns = (op: string, samples: Samples): DataColumns => {
      owned.push(this.#columns(op, samples));
      return owned.at(-1)!;
    };
    try {
      let training = columns("fit", { x, y, sampleWeight, classWeight });
      let validation = validationData && columns("fit validationData", validationData);
      checkFitOptions(options, training.inputs[0].tensor.shape[0]);
      if (validationSplit > 0) {
        [training, validation] = splitRows(training, validationSplit);
        owned.push(training, validation);
      }
      return await runFit(this.#trainable(), training, validation, options);
    } finally {
      this.#isTraining = false;
      for (const data of owned) releaseData(data);
    }
  }

  /**
   * Loss and metrics on data, without training. Arguments as for {@link fit}.
   * @returns numbers by name: loss, and the metrics
   */
  async evaluate(x: DataList, y: DataList, options: EvaluateOptions = {}): Promise<Logs> {
    checkKeys("evaluate", options, ["batchSize", "signal", "sampleWeight"]);
    const batchSize = checkBatchSize("evaluate", options.batchSize);
    const data = this.#columns("evaluate", { x, y, sampleWeight: options.sampleWeight });
    let steps: Steps | undefined;
    try {
      const step = this.#compiledStep("evaluate");
      steps = evaluationSteps(step, data, batchSize);
      return await evaluateBatches(step, steps, options.signal);
    } finally {
      steps?.dispose();
      releaseData(data);
    }
  }

  /**
   * The first output for all samples.
   *
   * @param x  as for {@link fit}
   * @returns  (N, …) float32; no scope frees it
   */
  async predict(x: DataList, options: PredictOptions = {}): Promise<Tensor> {
    const [first, ...others] = await this.predictAll(x, options);
    for (const other of others) other.dispose();
    return first;
  }

  /** As {@link predict}, every output of a model with several. */
  async predictAll(x: DataList, options: PredictOptions = {}): Promise<Tensor[]> {
    checkKeys("predict", options, ["batchSize", "signal"]);
    const batchSize = checkBatchSize("predict", options.batchSize);
    const graph = this.#builtFor("predict", x);
    const columns = inputColumns("predict", graph, x);
    try {
      const run = (batch: readonly Tensor[]): Tensor[] => this.#run(batch, false);
      return await predictBatches(columns, graph, batchSize, options.signal, run);
    } finally {
      release(columns);
    }
  }

  /**
   * The forward pass as one differentiable computation, for training loops written by hand: every output, (N, …) each.
   *
   * @param inputs    (N, …) float32 or int32, in the order of the model's inputs
   * @param options   training: true where dropout is to drop. Default false
   * Errors: ShapeError where an input does not fit.
   */
  call(inputs: readonly Tensor[], options: { readonly training?: boolean } = {}): Tensor[] {
    this.#graph = this.#graphFor("call", inputs);
    return this.#run(inputs, options.training ?? false);
  }

  /**
   * One training step on one batch, for training loops written by hand: loss, gradients, update. It calls kernels only, so it may be recorded:
   * `const step = record(() => model.trainOnBatch([x], [y]))`, then `x.assign(…)` and `step.replay()`. A replay uses the learning rate of the recording,
   * and does not check the targets' values or the loss, as `fit` does.
   *
   * @param inputs   (N, …) float32 or int32, in the order of the model's inputs
   * @param targets  what the losses take, in the order of the outputs
   * @returns        the loss, a scalar: the mean over the batch plus the penalties
   * Errors: UsageError before `compile`; ShapeError where inputs or targets do not fit.
   */
  trainOnBatch(inputs: readonly Tensor[], targets: readonly Tensor[]): Tensor {
    this.#checkCompiled("trainOnBatch");
    this.#graph = this.#graphFor("trainOnBatch", inputs);
    const step = unrecorded(() => this.#compiledStep("trainOnBatch"));
    step.checkTargets("trainOnBatch", targets, inputs[0].shape[0]);
    return scope(() => {
      const loss = step.gradients({ inputs, targets, weights: undefined });
      step.optimizer.step();
      return loss;
    });
  }

  /** Prints a table of layers, shapes and parameters. @param print default console.log */
  summary(print: (text: string) => void = console.log): void {
    print(summarize(this.name, this.#built()));
  }

  /**
   * Writes architecture and weights as one safetensors file.
   * @param sink  a path or file: URL (Node; written under a temporary name, then renamed), or a WritableStream
   */
  async save(sink: ByteSink): Promise<void> {
    await writeModel("save", this.#parts(), sink);
  }

  /** As {@link save}, with all that training needs to go on exactly where it stands: optimizer, metrics, progress, random state. */
  async saveCheckpoint(sink: ByteSink): Promise<void> {
    const step = this.#compiledStep("saveCheckpoint");
    await writeModel("saveCheckpoint", { ...this.#parts(), step }, sink);
  }

  /** Takes over what a checkpoint holds beyond the weights. @internal */
  restoreTraining(saved: RestoredTraining): void {
    const step = this.#compiledStep("loadModel");
    step.optimizer.restore(saved.optimizer);
    step.restoreTotals(saved.totals);
    this.#progress.restore(saved.progress);
    this.#random!.restore(saved.random);
  }

  /** Frees weights, gradients and optimizer state at once. */
  dispose(): void {
    this.#step?.dispose();
    this.#weights?.dispose();
    this.#random?.dispose();
  }

  #run(inputs: readonly Tensor[], training: boolean): Tensor[] {
    this.#bound();
    return this.#built().run(inputs, { training, random: this.#random! });
  }

  #parts(): SavedParts {
    const weights = this.#bound();
    const { name, seed, notes } = this;
    return {
      name,
      seed,
      notes,
      weights,
      progress: this.#progress,
      graph: this.#built(),
      random: this.#random!,
      step: undefined,
    };
  }

  #trainable(): Trainable {
    return {
      step: this.#compiledStep("fit"),
      progress: this.#progress,
      seed: this.seed,
      copyWeights: () => this.#bound().copy(),
      restoreWeights: (weights) => this.#bound().restore(weights),
      saveCheckpoint: (path) => this.saveCheckpoint(path),
    };
  }

  #built(): Graph {
    if (this.#graph === undefined) {
      const hint = "Give the first layer an inputShape, call build(shape), or fit first.";
      throw new UsageError(message("model", "the shapes are not known yet", { hint }));
    }
    return this.#graph;
  }

  /** The graph, made from the data's shape where nothing else told it. */
  #builtFor(op: string, x: DataList): Graph {
    if (this.#graph === undefined) {
      const column = inputColumn(op, "x", listOf(x)[0], undefined);
      try {
        this.build(column.tensor.shape.slice(1));
      } finally {
        release([column]);
      }
    }
    return this.#built();
  }

  /** The graph for a batch. Throws ShapeError where an input does not fit. */
  #graphFor(op: string, inputs: readonly Tensor[]): Graph {
    const graph = this.#graph ?? this.#makeGraph(inputs[0].shape.slice(1));
    for (const [i, { shape, name = `input ${i}` }] of graph.inputs.entries()) {
      const input = inputs.at(i);
      if (input !== undefined && sameShape(input.shape.slice(1), shape)) continue;
      const expected = showShape(["N" as never, ...shape]);
      throw new ShapeError(
        message(op, `${name} does not fit the model`, { expected, got: input?.label() ?? "nothing" }),
      );
    }
    return graph;
  }

  #bound(): Weights {
    this.#weights ??= unrecorded(() => {
      this.#random = new RandomState(this.seed);
      return new Weights(this.#built().layers, this.#random);
    });
    return this.#weights;
  }

  #makeStep(options: CompileOptions): TrainingStep {
    const weights = this.#bound();
    return new TrainingStep(this.#built(), weights, this.#random!, options);
  }

  #compiledStep(op: string): TrainingStep {
    this.#checkCompiled(op);
    this.#step ??= this.#makeStep(this.#options!);
    return this.#step;
  }

  #checkCompiled(op: string): void {
    if (this.#options !== undefined) return;
    throw new UsageError(
      message(op, "the model is not compiled", { hint: "Call model.compile({ optimizer, loss }) first." }),
    );
  }

  #columns(op: string, samples: Samples): DataColumns {
    this.#checkCompiled(op);
    const graph = this.#builtFor(op, samples.x);
    return dataColumns(op, graph, this.#compiledStep(op).losses, samples);
  }
}

function checkBatchSize(op: string, batchSize = 256): number {
  if (Number.isInteger(batchSize) && batchSize >= 1) return batchSize;
  throw new UsageError(message(op, "batchSize out of range", { expected: "an integer ≥ 1", got: show(batchSize) }));
}
