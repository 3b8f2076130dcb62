/**
 * Any cell over time: a layer, or a model as one, that takes a step of a sequence and its states, and gives an output
 * and the states after it. The steps are recorded one after the other; the fused layers (lstm, gru, simpleRnn) are many
 * times as fast where their cell will do. Letters: N batch, T steps.
 */
import { ShapeError, UsageError, message, show } from "../../errors.js";
import { zeros as zerosInitializer } from "../../initializers/index.js";
import { where } from "../../ops/pointwise/where.js";
import { concat } from "../../ops/shape/concat.js";
import { reshape } from "../../ops/shape/reshape.js";
import { slice } from "../../ops/shape/slice.js";
import { type Option, type Values, flag, integer, optional } from "../../options.js";
import { zeros } from "../../tensor/create.js";
import { type Shape, checkShape, sameShape, showShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { Layer } from "../layer.js";
import { type CallContext, partOf } from "../callContext.js";
import type { LayerOptions } from "../layer.js";
import { factorsOf, maskOfOutputs } from "../mask/maskValues.js";
import type { Parameter } from "../parameter.js";
import { type StateKeeper, checkCarriedBatch } from "../sequencePart.js";
import type { LayerTable } from "../tableLayer.js";
import { Wrapper, innerConfig } from "../wrapper.js";
import { copyCarried, resetCarried, storeCarried } from "./carriedParameters.js";
import { CarriedStates } from "./carriedStates.js";
import { buildShapes, cellOption, statesOf, stepShapes, takeStep } from "./cellStep.js";
import { isListOf } from "../../lists.js";

/** Options of {@link rnn}. */
export interface RnnOptions extends LayerOptions {
  /**
   * From [step, …states, …constants] to [output, …states]: a layer of your own, a model as one, asLayer(model), or
   * attentionCell; also gru, lstm or simpleRnn, of which each step is taken by itself.
   */
  readonly cell: Layer;
  /**
   * The shape of each state of a sample: [[32], [32]] for two of (N, 32). At least one. Default: those of a cell of this
   * library.
   */
  readonly states?: readonly Shape[];
  /** How many of the last inputs every step is given as they are, such as what an encoder made. Default 0. */
  readonly constants?: number;
  /** True: the outputs of all steps (N, T, …). False: the last output (N, …). Default false. */
  readonly returnSequences?: boolean;
  /** True: applyMany also returns the last states, after the output. Default false. */
  readonly returnState?: boolean;
  /** Reads the sequence from its end; outputs are in the order in which the steps are read. Default false. */
  readonly goBackwards?: boolean;
  /** True starts each batch with the final states of the batch before, row by row; no gradient flows there. Default false. */
  readonly stateful?: boolean;
  /** N, required for a stateful layer. */
  readonly batchSize?: number;
}

const stateShapes: Option<readonly Shape[] | undefined> = (op, name, value) => {
  if (value === undefined) return undefined;
  const isShape = (one: unknown): one is Shape => Array.isArray(one);
  if (!isListOf(value, isShape) || value.length === 0) {
    throw new UsageError(message(op, `${name} must be given`, { expected: expectedStates, got: show(value) }));
  }
  for (const shape of value) checkShape(op, shape);
  return value;
};

const expectedStates = "a list of shapes, such as [[32]] for one state of 32 numbers";

const table = {
  cell: cellOption,
  states: stateShapes,
  constants: integer("[0, ∞)", 0),
  returnSequences: flag(false),
  returnState: flag(false),
  goBackwards: flag(false),
  stateful: flag(false),
  batchSize: optional(integer("[1, ∞)")),
} satisfies LayerTable<RnnOptions>;

/**
 * A cell over time: [y[t], …s[t]] = cell(x[t], …s[t − 1], …constants), s[−1] = 0 or what is handed in.
 *
 * x (N, T, …), or [x, …states, …constants] → y (N, …), or (N, T, …) with returnSequences; with returnState `applyMany`
 * also gives the last states. Parameters "cell/kernel", …. At a masked step the states stay, and its output is 0; the last
 * output is that of the last step that counts. A constant may be a sequence, whose mask the cell gets.
 *
 *   const [x, h] = [layers.input({ shape: [8] }), layers.input({ shape: [16] })];
 *   const next = layers.dense({ units: 16, activation: "tanh" }).apply(layers.concatenate().apply([x, h]));
 *   layers.rnn({ cell: asLayer(model({ inputs: [x, h], outputs: [next, next] })), states: [[16]] });
 *
 * Cost: the cell's calls, T times, and about 10 µs for each op of an eager one.
 * @throws {UsageError} when an option is unknown or out of range, or the cell is not a layer
 * @throws {ShapeError} when inputs, or what the cell gives, do not fit
 */
export function rnn(options: RnnOptions): Layer {
  return new Rnn("rnn", options, table);
}

class Rnn extends Wrapper<Values<typeof table>> {
  #carried: readonly Parameter[] = [];
  /** The shape of each state. */
  readonly #states: readonly Shape[];

  constructor(...args: ConstructorParameters<typeof Wrapper<Values<typeof table>>>) {
    super(...args);
    const { cell, states = statesOf(cell), stateful, batchSize } = this.given;
    if (states === undefined)
      throw new UsageError(message(this.kind, "states must be given", { expected: expectedStates, got: "undefined" }));
    this.#states = states;
    if (!stateful || batchSize !== undefined) return;
    const hint = "Its states have a row for each sample.";
    throw new UsageError(message(this.kind, "a stateful layer needs batchSize", { hint }));
  }

  override get options(): Readonly<Record<string, unknown>> {
    return { ...this.given, cell: innerConfig(this.given.cell) };
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    return this.outputShapes(inputShapes)[0];
  }

  override outputShapes(inputShapes: readonly Shape[]): readonly Shape[] {
    const { cell, returnSequences, returnState } = this.given;
    const states = this.#states;
    const [y, ...after] = stepShapes(cell, this.#cellShapes(inputShapes));
    const shown = (shapes: readonly Shape[]): string => shapes.map((one) => showShape(["N", ...one])).join(", ");
    if (after.length !== states.length || !after.every((shape, i) => sameShape(shape, states[i]))) {
      const expected = `an output, then states ${shown(states)}`;
      throw new ShapeError(message(this.kind, "the cell gives other states", { expected, got: shown([y, ...after]) }));
    }
    return [returnSequences ? [inputShapes[0][0], ...y] : y, ...(returnState ? states : [])];
  }

  /** The shapes of the cell's inputs. @throws {ShapeError} when those of the layer do not fit */
  #cellShapes([x, ...others]: readonly Shape[]): readonly Shape[] {
    const states = this.#states;
    const { constants } = this.given;
    const initial = others.length - constants;
    const fits = initial === 0 || (initial === states.length && states.every((one, i) => sameShape(one, others[i])));
    if (x.length > 0 && fits) return [x.slice(1), ...states, ...others.slice(initial)];
    const expected = `x [N, T, …], states ${states.map((one) => showShape(["N", ...one])).join(", ")} or none, ${constants} constants`;
    const got = [x, ...others].map((one) => showShape(["N", ...one])).join(", ");
    throw new ShapeError(message(this.kind, "the inputs do not fit", { expected, got }));
  }

  /** Takes sequences of any length, constants too. */
  protected override acceptsAlso(shapes: readonly Shape[], built: readonly Shape[]): boolean {
    return shapes.length === built.length && shapes.every((one, i) => sameShape(one.slice(1), built[i].slice(1)));
  }

  protected override build(inputShapes: readonly Shape[]): void {
    const { cell, stateful, batchSize } = this.given;
    this.buildInner(cell, "cell", buildShapes(cell, this.#cellShapes(inputShapes)));
    if (!stateful) return;
    this.#carried = this.#states.map((shape, i) =>
      this.declare({
        name: `state${i}`,
        shape: [batchSize!, ...shape],
        initializer: zerosInitializer(),
        trainable: false,
      }),
    );
  }

  override call(inputs: readonly Tensor[], context: CallContext): Tensor {
    return this.callMany(inputs, context)[0];
  }

  override callMany(inputs: readonly Tensor[], context: CallContext): readonly Tensor[] {
    const { cell, constants, returnSequences, returnState, goBackwards } = this.given;
    const [x, ...others] = inputs;
    const [N, T] = x.shape;
    const initial = others.length - constants;
    const kept = others.slice(initial);
    const mask = context.masks[0];
    const keptMasks = constants === 0 ? [] : kept.map((_, i) => context.masks[1 + initial + i]);
    const masks = [undefined, ...this.#states.map(() => undefined), ...keptMasks];
    let states = initial > 0 ? others.slice(0, initial) : this.#begin(N);
    let y: Tensor | undefined;
    const outputs: Tensor[] = [];
    for (let i = 0; i < T; i++) {
      const t = goBackwards ? T - 1 - i : i;
      const read = reshape(slice(x, [0, t], [N, 1]), [N, ...x.shape.slice(2)]);
      const rows = mask && reshape(slice(mask, [0, t], [N, 1]), [N]);
      const step = rows !== undefined && x.dtype === "float32" ? where(factorsOf(rows, read.rank), read, 0) : read; // NaN in the padding reaches nothing
      const inner = { ...partOf(context, i + 1), masks, rows };
      const [output, ...after] = takeStep(cell, [step, ...states, ...kept], inner);
      /** After a masked step all is as before it. */
      const chosen = (now: Tensor, before: Tensor | number): Tensor =>
        rows === undefined ? now : where(factorsOf(rows, now.rank), now, before);
      states = states.map((state, k) => chosen(after[k], state));
      if (returnSequences) outputs.push(reshape(chosen(output, 0), [N, 1, ...output.shape.slice(1)]));
      else y = chosen(output, y ?? 0);
    }
    storeCarried(this.#carried, states);
    const result = returnSequences ? concat(outputs, 1) : y!;
    return [result, ...(returnState ? states : [])];
  }

  /** The states that a sequence begins with where none are handed in: zeros, or those that are carried. */
  #begin(N: number): readonly Tensor[] {
    if (this.#carried.length === 0) return this.#states.map((shape) => zeros([N, ...shape]));
    this.checkRows(this.kind, N);
    return copyCarried(this.#carried);
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

  override resetStates(): void {
    resetCarried(this.#carried);
  }
}
