/**
 * The state behind a Model. Built lazily: the graph first, then weights and random state, then the compiled step. When
 * a part is missing, the error names the function that needed it. Does not train.
 */
import { UsageError, message } from "../errors.js";
import type { Parameter } from "../layers/parameter.js";
import { maskTools } from "../ops/loss/weightedMean.js";
import { RandomState } from "../tensor/randomState.js";
import { unrecorded } from "../tensor/record.js";
import { type Shape, fitsShape, sameShape, showShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import type { OwnStates } from "../layers/sequencePart.js";
import { Chain } from "./graph/chain.js";
import { type Compiled, checkForOutputCount, checkForOutputs } from "./compileOptions.js";
import type { Extras, ModelShapes } from "./input/data.js";
import { Graph } from "./graph/graph.js";
import { Progress } from "./loop/progress.js";
import { checkLogits } from "./graph/logits.js";
import { type StepMemory, stepMemory } from "./step/stepMemory.js";
import { TrainingStep } from "./step/training.js";
import type { WeightAverage } from "./step/weightAverage.js";
import { Weights } from "./step/weights.js";

/** The models that fit trains now. */
const inTraining = new Set<ModelState>();

/** The state of a model. */
export class ModelState {
  readonly progress = new Progress();
  /** How many evaluations and predictions are running. */
  #uses = 0;
  readonly #seed: number;
  #form: Graph | Chain;
  #random: RandomState | undefined;
  #weights: Weights | undefined;
  #options: Compiled | undefined;
  #step: TrainingStep | undefined;
  #isDisposed = false;
  #held: readonly Parameter[] = [];

  /** @param form the graph, or a chain if only the data give the shape of a sample */
  constructor(form: Graph | Chain, seed: number) {
    this.#form = form;
    this.#seed = seed;
    if (form instanceof Graph) this.#hold();
  }

  /** Keeps the graph's parameters alive as long as this. */
  #hold(): void {
    this.#held = this.#parameters;
    for (const parameter of this.#held) parameter.retain();
  }

  /** The parameters of all layers; before the model is built, of those that another model has built. */
  get #parameters(): readonly Parameter[] {
    return this.#form.layers.flatMap(({ parameters }) => parameters);
  }

  /** True once the shapes are known and the weights have values. */
  get isBuilt(): boolean {
    return this.#form instanceof Graph;
  }

  /** True after `dispose`. */
  get isDisposed(): boolean {
    return this.#isDisposed;
  }

  /** @throws {UsageError} after `dispose` */
  checkUsable(op: string): void {
    if (!this.#isDisposed) return;
    throw new UsageError(message(op, "the model was disposed", { hint: "Make another one, or dispose it later." }));
  }

  /** The memory of a training step; undefined before the model is built and compiled. */
  get stepMemory(): StepMemory | undefined {
    if (this.#step === undefined || !(this.#form instanceof Graph)) return undefined;
    return stepMemory(this.#form, this.#step.optimizer.optimizer.slots.length, this.average !== undefined);
  }

  /** The averages of the weights, if the model was compiled with an averageDecay. */
  get average(): WeightAverage | undefined {
    return this.#step?.average;
  }

  /**
   * @param isUnused      true: also refuses while an evaluation or a prediction runs
   * @param evenOfFrozen  true: also refuses where the layers that are shared are frozen
   * @throws {UsageError} while fit trains this model, or another one that has layers of this one
   */
  checkIdle(op: string, isUnused = false, evenOfFrozen = false): void {
    this.checkUsable(op);
    if (inTraining.has(this)) refuse(op, "the model is being trained");
    for (const other of inTraining) {
      const used = other.#parameters.map(({ source }) => source);
      const isUsed = ({ layer, source }: Parameter): boolean =>
        used.includes(source) && (evenOfFrozen || !layer.isFrozen);
      if (this.#parameters.some(isUsed)) refuse(op, sharedInTraining);
    }
    if (isUnused && this.#uses > 0) refuse(op, "the model is being used", "evaluate or predict");
  }

  /**
   * Runs `fn`, an evaluation or a prediction, during which the model cannot be compiled and no weights can be loaded.
   */
  async use<T>(fn: () => Promise<T>): Promise<T> {
    this.#uses++;
    try {
      return await fn();
    } finally {
      this.#uses--;
    }
  }

  /** The graph. @throws {UsageError} before the model is built */
  graph(op: string): Graph {
    if (this.#form instanceof Graph) return this.#form;
    const hint = "Give the first layer an inputShape, call build(shape), or fit first.";
    throw new UsageError(message(op, "the shapes of the model are not known yet", { hint }));
  }

  /**
   * Makes the graph of a chain.
   * @throws {UsageError} when it is built for another shape
   * @throws {ShapeError} when the layers do not fit
   */
  build(sampleShape: Shape): void {
    if (this.#form instanceof Chain) {
      this.#form = this.#form.build(sampleShape);
      this.#hold();
      return;
    }
    const [{ sizes: shape }] = this.#form.inputs;
    if (fitsShape(sampleShape, shape) || sameShape(sampleShape, shape)) return;
    const [expected, got] = [showShape(shape), showShape(sampleShape)];
    throw new UsageError(message("build", "the model is built for another shape", { expected, got }));
  }

  /** Makes the graph of a chain for the first of these inputs, (N, …) each. */
  buildFor(inputs: readonly Tensor[]): void {
    if (this.#form instanceof Chain) this.build(inputs[0].shape.slice(1));
  }

  /**
   * The shapes that data must fit.
   * @param compiled given where targets come with the data: only now can metrics be checked against the output of a
   *   chain
   */
  shapes(compiled?: Compiled): ModelShapes {
    const form = this.#form;
    if (form instanceof Graph) {
      const { inputs, outputs, outputNames: names, tokenRules } = form;
      const known = inputs.map(({ sizes, name }, i) => ({ shape: sizes, name, tokens: tokenRules[i] }));
      return {
        inputs: known,
        outputs: outputs.length,
        names,
        outputShapes: (shapes) => outputs.map(form.shapesFor(shapes)),
      };
    }
    const outputShapes = ([shape]: readonly Shape[]): readonly Shape[] => {
      const outputShape = form.outputShape(shape);
      if (compiled !== undefined) checkForOutputs(compiled, [outputShape]);
      return [outputShape];
    };
    const input = { shape: undefined, name: undefined, tokens: form.tokens };
    return { inputs: [input], outputs: 1, outputShapes };
  }

  /** Weights and random state. @param initial values by name, used in place of the initializers' */
  bound(op: string, initial?: ReadonlyMap<string, Float32Array>): { weights: Weights; random: RandomState } {
    if (this.#weights === undefined) {
      this.checkUsable(op);
      const { layers } = this.graph(op);
      this.#weights = unrecorded(() => {
        const random = this.#random ?? new RandomState(this.#seed);
        const weights = new Weights(layers, random, initial);
        this.#random = random; // not where an initializer has thrown: it is to draw the same numbers again
        return weights;
      });
    }
    return { weights: this.#weights, random: this.#random! };
  }

  /** The weights, if they exist yet. */
  get weights(): Weights | undefined {
    return this.#weights;
  }

  /** The options of `compile`. @throws {UsageError} before `compile` */
  compiled(op: string, resumes = false): Compiled {
    this.checkUsable(op);
    if (this.#options !== undefined) return this.#options;
    const hint = resumes
      ? "To resume, load a file of saveCheckpoint."
      : "Call model.compile({ optimizer, loss }) first.";
    throw new UsageError(message(op, "the model is not compiled", { hint }));
  }

  /**
   * Compiles with options whose values are checked.
   * @throws {UsageError | ShapeError | MemoryError} before anything has changed
   */
  compile(options: Compiled): void {
    const form = this.#form;
    checkForOutputCount(options, form instanceof Chain ? 1 : form.outputs.length);
    if (options.checkLogits) for (const [i, loss] of options.losses.entries()) checkLogits(loss, form.layersBefore(i));
    const step = form instanceof Graph ? this.#newStep("compile", options) : undefined;
    this.#step?.average?.adopt();
    step?.average?.reset();
    this.#step?.dispose();
    this.#step = step;
    this.#options = options;
    this.progress.reset();
  }

  /**
   * The compiled step.
   * @param given  the functions that read masks, if some are given
   * @throws {UsageError} before `compile`, and where it is not made yet and another model trains layers of this one
   */
  step(op: string, given?: Extras): TrainingStep {
    const options = this.compiled(op);
    this.graph(op).maskedSteps ??= given?.maskedStepsWith?.(maskTools);
    return (this.#step ??= this.#newStep(op, options));
  }

  /** Records that the carried states are about to change. @returns false where a fit is using them */
  claimStates(op: string): boolean {
    const { layers, carriedStates } = this.graph(op);
    return carriedStates?.claim(layers) ?? true;
  }

  /** The same for changes that would reach a fit. @throws {UsageError} where the fit of another model is using them */
  takeStates(op: string): void {
    if (!this.claimStates(op) && !inTraining.has(this)) refuse(op, sharedInTraining);
  }

  /** States for one prediction, if layers carry states. @throws {MemoryError} */
  newStates(op: string): OwnStates | undefined {
    this.bound(op);
    return this.graph(op).newStates();
  }

  /** Runs `fn` while no other training of these layers runs; stateful layers carry their states from step to step of it. */
  async train<T>(op: string, fn: () => Promise<T>): Promise<T> {
    this.takeStates(op);
    inTraining.add(this);
    const { layers, carriedStates } = this.graph(op);
    const end = carriedStates?.lendToFit(layers);
    try {
      return await fn();
    } finally {
      end?.();
      inTraining.delete(this);
    }
  }

  /**
   * The outputs, differentiable.
   * @param inputs  (N, …) each, already checked
   * @param given   the mask of each input that has one
   */
  run(op: string, inputs: readonly Tensor[], training: boolean, given: readonly (Tensor | undefined)[]): Tensor[] {
    const { random } = this.bound(op);
    const run = (): Tensor[] => this.graph(op).run(inputs, { training, random, given });
    return training || this.#step === undefined ? run() : this.#step.averaged(run);
  }

  /** Copies of the weights and, if there are any, of their averages. */
  copyWeights(): Float32Array[] {
    return [...this.bound("fit").weights.copy(), ...(this.#step?.average?.copy() ?? [])];
  }

  /** Restores copies of the weights. */
  restoreWeights(copies: readonly Float32Array[]): void {
    const { weights } = this.bound("fit");
    weights.restore(copies);
    this.#step?.average?.restore(copies.slice(weights.all.length));
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.#step?.dispose();
    this.#weights?.dispose();
    this.#random?.dispose();
    for (const parameter of this.#held) parameter.release();
  }

  /** @throws {UsageError} where it would take weights over from a model that fit trains */
  #newStep(op: string, options: Compiled): TrainingStep {
    this.checkIdle(op);
    const { weights, random } = this.bound("compile");
    return unrecorded(() => new TrainingStep(this.graph("compile"), weights, random, options));
  }
}

const sharedInTraining = "layers of the model are being trained in another one";

function refuse(op: string, wrong: string, running = "fit"): never {
  throw new UsageError(message(op, wrong, { hint: `Await the running ${running} first.` }));
}
