/**
 * What all recurrent layers are: a cell's parameters, and its op over whole sequences. The cells are in simpleRnn.ts, lstm.ts and gru.ts.
 * Letters: N batch, T steps, I inputs, H units, G gates. Does not know the equations of a cell.
 */
import { ShapeError, UsageError, message } from "../../errors.js";
import { glorotUniform, orthogonal, zeros } from "../../initializers/index.js";
import { mul } from "../../ops/pointwise/arithmetic.js";
import { cast } from "../../ops/pointwise/cast.js";
import { dropout } from "../../ops/pointwise/dropout.js";
import { type SequenceResult, checkRecurrentActivation } from "../../ops/recurrent/sequence.js";
import { checkBoolean, checkInteger, checkNumber } from "../../options.js";
import { copyFloat32 } from "../../runtime/primitives.js";
import { empty, ones } from "../../tensor/create.js";
import { type Shape, sameShape, showShape } from "../../tensor/shape.js";
import { noGrad } from "../../tensor/tape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { CarriedStates } from "./carriedStates.js";
import { type CallContext, type StateKeeper, Layer, type Parameter, checkCarriedBatch, partOf } from "../layer.js";
import { maskedSteps } from "../mask/maskedSteps.js";
import { reversed } from "../mask/masks.js";
import { checkInitializer, checkLayerOptions, checkRegularizer } from "../options.js";
import { type Cell, type RecurrentOptions, optionNames } from "./recurrentCell.js";

/** A layer that goes through sequences with a cell. */
export class Recurrent extends Layer {
  readonly kind: string;
  readonly cell: Cell;
  readonly cellOptions: RecurrentOptions;
  #kernel!: Parameter;
  #recurrentKernel!: Parameter;
  #bias: Parameter | undefined;
  #extra: readonly Parameter[] = [];
  #carried: readonly Parameter[] = [];

  constructor(cell: Cell, options: RecurrentOptions) {
    super(options);
    const { kind } = cell;
    this.kind = kind;
    this.cell = cell;
    this.cellOptions = options;
    checkLayerOptions(kind, options, [...optionNames, ...cell.ownOptions]);
    checkInteger(kind, "units", options.units, "[1, ∞)");
    checkRecurrentActivation(kind, "activation", options.activation ?? "tanh");
    for (const name of ["useBias", "returnSequences", "returnState", "goBackwards", "stateful"] as const)
      checkBoolean(kind, name, options[name] ?? false);
    for (const name of ["dropout", "recurrentDropout"] as const) checkNumber(kind, name, options[name] ?? 0, "[0, 1)");
    for (const name of ["kernelInitializer", "recurrentInitializer", "biasInitializer"] as const)
      checkInitializer(kind, name, options[name]);
    for (const name of ["kernelRegularizer", "recurrentRegularizer", "biasRegularizer"] as const)
      checkRegularizer(kind, name, options[name]);
    if (options.stateful === true && options.batchSize === undefined) {
      const hint = "The states that are carried from batch to batch belong to its rows.";
      throw new UsageError(message(kind, "a stateful layer has no batch size", { expected: "batchSize", hint }));
    }
    if (options.batchSize !== undefined) checkInteger(kind, "batchSize", options.batchSize, "[1, ∞)");
    cell.checkOptions(options);
  }

  /** True where `call` gives the states of all steps. */
  get returnsSequences(): boolean {
    return this.cellOptions.returnSequences ?? false;
  }

  /** The same kind of layer with other options, and parameters of its own. */
  with(options: Partial<RecurrentOptions>): Recurrent {
    const { name: _, ...unnamed } = this.cellOptions;
    return new Recurrent(this.cell, { ...unnamed, ...options });
  }

  override get options(): Readonly<Record<string, unknown>> {
    const { cell, cellOptions } = this;
    const { kernelInitializer, recurrentInitializer, biasInitializer, batchSize } = cellOptions;
    const { kernelRegularizer, recurrentRegularizer, biasRegularizer } = cellOptions;
    return {
      units: cellOptions.units,
      activation: cellOptions.activation ?? "tanh",
      ...cell.describeOptions(cellOptions),
      useBias: cellOptions.useBias ?? true,
      kernelInitializer: (kernelInitializer ?? glorotUniform()).config,
      recurrentInitializer: (recurrentInitializer ?? orthogonal()).config,
      biasInitializer: (biasInitializer ?? zeros()).config,
      ...(kernelRegularizer && { kernelRegularizer: kernelRegularizer.config }),
      ...(recurrentRegularizer && { recurrentRegularizer: recurrentRegularizer.config }),
      ...(biasRegularizer && { biasRegularizer: biasRegularizer.config }),
      dropout: cellOptions.dropout ?? 0,
      recurrentDropout: cellOptions.recurrentDropout ?? 0,
      returnSequences: cellOptions.returnSequences ?? false,
      returnState: cellOptions.returnState ?? false,
      goBackwards: cellOptions.goBackwards ?? false,
      stateful: cellOptions.stateful ?? false,
      ...(batchSize !== undefined && { batchSize }),
    };
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    const { kind, cell } = this;
    const { units } = this.cellOptions;
    const [shape, ...states] = inputShapes;
    if (shape.length !== 2) {
      const hint = "Sequences are batch first: samples, steps, features.";
      const [expected, got] = ["[N, T, I]", showShape(["N", ...shape])];
      throw new ShapeError(message(kind, "the input is no batch of sequences", { expected, got, hint }));
    }
    const isWhole = states.length === 0 || states.length === cell.states.length;
    if (!isWhole || !states.every((state) => sameShape(state, [units]))) {
      const expected = `${cell.states.join(" and ")}, ${showShape(["N", units])} each`;
      const got = states.map((state) => showShape(["N", ...state])).join(", ");
      throw new ShapeError(message(kind, "the initial states do not fit", { expected, got }));
    }
    return this.returnsSequences ? [shape[0], units] : [units];
  }

  override outputShapes(inputShapes: readonly Shape[]): readonly Shape[] {
    const first = this.outputShape(inputShapes);
    const { returnState = false, units } = this.cellOptions;
    return returnState ? [first, ...this.cell.states.map(() => [units])] : [first];
  }

  /** Sequences of any length. */
  protected override acceptsAlso([shape]: readonly Shape[], [built]: readonly Shape[]): boolean {
    return shape[1] === built[1];
  }

  protected override build([shape]: readonly Shape[]): void {
    const { cell, cellOptions } = this;
    const { units, useBias = true, kernelInitializer, recurrentInitializer } = cellOptions;
    this.#kernel = this.declare({
      name: "kernel",
      shape: [shape[1], cell.gates * units],
      initializer: kernelInitializer ?? glorotUniform(),
      regularizer: cellOptions.kernelRegularizer,
    });
    this.#recurrentKernel = this.declare({
      name: "recurrentKernel",
      shape: [units, cell.gates * units],
      initializer: recurrentInitializer ?? orthogonal(),
      regularizer: cellOptions.recurrentRegularizer,
    });
    if (useBias) {
      this.#bias = this.declare({
        name: "bias",
        shape: cell.biasShape(cellOptions),
        initializer: cell.biasInitializer(cellOptions),
        regularizer: cellOptions.biasRegularizer,
        decays: false,
      });
    }
    this.#extra = (cell.extra?.(cellOptions) ?? []).map((spec) => this.declare({ ...spec, decays: false }));
    const { stateful = false, batchSize } = cellOptions;
    if (stateful) {
      this.#carried = cell.states.map((name) =>
        this.declare({ name, shape: [batchSize!, units], initializer: zeros(), trainable: false }),
      );
    }
  }

  override call(inputs: readonly Tensor[], context: CallContext): Tensor {
    return this.sequence(inputs, context, true).output;
  }

  override callMany(inputs: readonly Tensor[], context: CallContext): readonly Tensor[] {
    const { output, states } = this.sequence(inputs, context, true);
    if (this.cellOptions.returnState === true) return [output, ...states];
    for (const state of states) if (state !== output) state.dispose();
    return [output];
  }

  override outputMask(_: readonly Tensor[], [mask]: readonly (Tensor | undefined)[]): Tensor | undefined {
    if (mask === undefined || !this.returnsSequences) return undefined;
    return this.cellOptions.goBackwards === true ? reversed(mask) : mask; // as the outputs stand
  }

  override get maskedSteps(): typeof maskedSteps {
    return maskedSteps;
  }

  override get carriedStates(): StateKeeper | undefined {
    return this.#carried.length > 0 ? CarriedStates : undefined;
  }

  override get carried(): readonly Parameter[] {
    return this.#carried;
  }

  override get batchSize(): number | undefined {
    return this.#carried.length > 0 ? this.cellOptions.batchSize : undefined;
  }

  /** Sets the states that are carried from batch to batch to zero. */
  override resetStates(): void {
    for (const { value } of this.#carried) value.assign(new Float32Array(value.size));
  }

  /**
   * Output and last states.
   *
   * @param inputs         x, and the initial states where they are given
   * @param outputInSteps  with goBackwards: the outputs of all steps in the order of the steps, as Keras has them; else each where its input stands
   */
  sequence(inputs: readonly Tensor[], context: CallContext, outputInSteps: boolean): SequenceResult {
    const [x, ...given] = inputs;
    const { cell, cellOptions } = this;
    const { dropout: rate = 0, recurrentDropout = 0, units, stateful = false, activation = "tanh" } = cellOptions;
    const [N, , I] = x.shape;
    const { random, training } = context;
    const draw = (shape: Shape, part: number, dropRate: number): Tensor =>
      noGrad(() => dropout(ones(shape), dropRate, random, partOf(context, part).stream));
    const weights = {
      kernel: this.#kernel.value,
      recurrentKernel: this.#recurrentKernel.value,
      bias: this.#bias?.value,
      extra: this.#extra.map(({ value }) => value),
    };
    const result = cell.run(
      training && rate > 0 ? mul(x, draw([N, 1, I], 0, rate)) : x,
      weights,
      given.length === 0 && stateful ? this.#carriedStates(N) : given,
      {
        activation,
        mask: context.masks[0],
        returnSequences: this.returnsSequences,
        goBackwards: cellOptions.goBackwards ?? false,
        outputInSteps,
        recurrentDropout:
          training && recurrentDropout > 0
            ? { keep: cast(draw([N, units], 1, recurrentDropout), "int32"), rate: recurrentDropout }
            : undefined,
      },
      cellOptions,
    );
    for (const [i, { value }] of this.#carried.entries()) {
      copyFloat32(value.ptr, result.states[i].ptr, value.size);
      value.changed();
    }
    return result;
  }

  /** Copies of the carried states: they themselves are overwritten before the backward pass reads what the sequence began with. */
  #carriedStates(N: number): Tensor[] {
    checkCarriedBatch(this, N);
    return this.#carried.map(({ value }) => {
      const copy = empty(value.shape);
      copyFloat32(copy.ptr, value.ptr, value.size);
      return copy;
    });
  }
}
