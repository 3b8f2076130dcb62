/**
 * What all recurrent layers share: a cell's parameters, and its op over whole sequences. The cells are in simpleRnn.ts,
 * lstm.ts and gru.ts.
 * Letters: N batch, T steps, I inputs, H units, G gates. Does not know the equations of a cell.
 */
import { ShapeError, UsageError, message } from "../../errors.js";
import { zeros } from "../../initializers/index.js";
import { mul } from "../../ops/pointwise/arithmetic.js";
import { cast } from "../../ops/pointwise/cast.js";
import { dropout } from "../../ops/pointwise/dropout.js";
import type { SequenceResult } from "../../ops/recurrent/sequence.js";
import { ones } from "../../tensor/create.js";
import { type Shape, sameShape, showShape } from "../../tensor/shape.js";
import { noGrad } from "../../tensor/tape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { copyCarried, resetCarried, storeCarried } from "./carriedParameters.js";
import { CarriedStates } from "./carriedStates.js";
import { type CallContext, partOf } from "../callContext.js";
import type { Parameter } from "../parameter.js";
import { type StateKeeper, checkCarriedBatch } from "../sequencePart.js";
import { maskOfOutputs } from "../mask/maskValues.js";
import { SequenceLayer, checkSequences } from "../sequenceLayer.js";
import { type Cell, type RecurrentOptions, type RecurrentValues, recurrentTable } from "./recurrentCell.js";

/** A layer that runs a cell over sequences. */
export class Recurrent extends SequenceLayer<RecurrentValues> {
  override readonly keepsMore = true;
  readonly cell: Cell;
  #kernel!: Parameter;
  #recurrentKernel!: Parameter;
  #bias: Parameter | undefined;
  #extra: readonly Parameter[] = [];
  #carried: readonly Parameter[] = [];

  constructor(cell: Cell, options: RecurrentOptions) {
    const { units, activation, ...others } = recurrentTable;
    super(cell.kind, options, { units, activation, ...cell.table, ...others });
    this.cell = cell;
    if (!this.given.stateful || this.given.batchSize !== undefined) return;
    const hint = "It carries one state from batch to batch for each row of a batch.";
    throw new UsageError(message(cell.kind, "a stateful layer needs batchSize", { hint }));
  }

  /** The options, with defaults filled in. */
  get cellOptions(): RecurrentValues {
    return this.given;
  }

  /** True when `call` returns the states of all steps. */
  get returnsSequences(): boolean {
    return this.given.returnSequences;
  }

  /** A layer of the same kind with some other options, and parameters of its own. */
  with(options: Partial<RecurrentOptions>): Recurrent {
    const { inputShape } = this;
    const own = { ...this.given, ...(inputShape && { inputShape }) } as RecurrentOptions;
    return new Recurrent(this.cell, { ...own, ...options });
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    const { kind, cell } = this;
    const { units } = this.given;
    const [shape, ...states] = inputShapes;
    checkSequences(kind, shape, "[N, T, I]", "The axes are samples, steps and features, in this order.");
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
    const { returnState, units } = this.given;
    return returnState ? [first, ...this.cell.states.map(() => [units])] : [first];
  }

  /** Takes sequences of any length. */
  protected override acceptsAlso([shape]: readonly Shape[], [built]: readonly Shape[]): boolean {
    return shape[1] === built[1];
  }

  protected override build([shape]: readonly Shape[]): void {
    const { cell, given } = this;
    const { units, stateful, batchSize } = given;
    this.#kernel = this.parameter("kernel", [shape[1], cell.gates * units]);
    this.#recurrentKernel = this.parameter("recurrent", [units, cell.gates * units], { name: "recurrentKernel" });
    if (given.useBias) {
      const initializer = cell.biasInitializer(given);
      this.#bias = this.parameter("bias", cell.biasShape(given), { initializer, decays: false });
    }
    this.#extra = (cell.extra?.(given) ?? []).map((spec) => this.declare({ ...spec, decays: false }));
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
    if (this.given.returnState) return [output, ...states];
    for (const state of states) if (state !== output) state.dispose();
    return [output];
  }

  override outputMask(_: readonly Tensor[], [mask]: readonly (Tensor | undefined)[]): Tensor | undefined {
    return maskOfOutputs(mask, this.given);
  }

  override get carriedStates(): StateKeeper | undefined {
    return this.#carried.length > 0 ? CarriedStates : undefined;
  }

  override get carried(): readonly Parameter[] {
    return this.#carried;
  }

  override checkRows(kind: string, N: number): void {
    if (this.#carried.length > 0) checkCarriedBatch(kind, this.given.batchSize, N);
  }

  /** Sets the states that are carried from batch to batch to zero. */
  override resetStates(): void {
    resetCarried(this.#carried);
  }

  /**
   * The output and the last states.
   *
   * @param inputs         x, and the initial states if they are given
   * @param outputInSteps  with goBackwards: true returns the outputs in the order in which the steps are read, as in
   *                 Keras; false returns each at the position of its input
   */
  sequence(inputs: readonly Tensor[], context: CallContext, outputInSteps: boolean): SequenceResult {
    const [x, ...initial] = inputs;
    const { cell, given } = this;
    const { dropout: rate, recurrentDropout, units, stateful, activation } = given;
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
    const begins = initial.length === 0 && stateful;
    if (begins) this.checkRows(this.kind, N);
    const result = cell.run(
      training && rate > 0 ? mul(x, draw([N, 1, I], 0, rate)) : x,
      weights,
      begins ? copyCarried(this.#carried) : initial,
      {
        activation,
        mask: context.masks[0],
        returnSequences: this.returnsSequences,
        goBackwards: given.goBackwards,
        outputInSteps,
        recurrentDropout:
          training && recurrentDropout > 0
            ? { keep: cast(draw([N, units], 1, recurrentDropout), "int32"), rate: recurrentDropout }
            : undefined,
      },
      given,
    );
    storeCarried(this.#carried, result.states);
    return result;
  }
}
