/**
 * Reads a sequence with two recurrent layers, one from each end. Letters: N batch, T steps, H units. Source: Schuster &
 * Paliwal 1997.
 */
import { UsageError, message, show } from "../../errors.js";
import { add, mul } from "../../ops/pointwise/arithmetic.js";
import { concat } from "../../ops/shape/concat.js";
import type { Shape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type CallContext, partOf } from "../callContext.js";
import type { Layer, LayerOptions } from "../layer.js";
import type { Parameter } from "../parameter.js";
import type { StateKeeper } from "../sequencePart.js";
import { type Option, type Values, optional } from "../../options.js";
import type { LayerTable } from "../tableLayer.js";
import { Recurrent } from "./recurrentLayer.js";
import type { RecurrentValues } from "./recurrentCell.js";
import { Wrapper, checkHolds, checkWrapped, innerConfig } from "../wrapper.js";

/** How the outputs of both directions are merged: concatenated, or combined element by element. */
export type MergeMode = "concat" | "sum" | "mul" | "ave";

const merges: Readonly<Record<MergeMode, (forward: Tensor, backward: Tensor) => Tensor>> = {
  concat: (forward, backward) => concat([forward, backward], -1),
  sum: add,
  mul,
  ave: (forward, backward) => mul(add(forward, backward), 0.5),
};

/** Options of {@link bidirectional}. */
export interface BidirectionalOptions extends LayerOptions {
  /** The recurrent layer that reads from the front: simpleRnn, lstm or gru. */
  readonly layer: Recurrent;
  /** The recurrent layer that reads from the end. Default: like `layer`, with weights of its own. */
  readonly backwardLayer?: Recurrent;
  /** Default "concat". */
  readonly mergeMode?: MergeMode;
}

const recurrent: Option<Recurrent> = (op, name, value) => {
  checkWrapped(op, name, value, "a recurrent layer such as layers.lstm({ units })", value instanceof Recurrent);
  return value as Recurrent;
};

const mergeMode: Option<MergeMode> = (op, name, value = "concat") => {
  if (typeof value === "string" && Object.hasOwn(merges, value)) return value as MergeMode;
  throw new UsageError(message(op, `unknown ${name}`, { expected: Object.keys(merges).join(", "), got: show(value) }));
};

const table = {
  layer: recurrent,
  backwardLayer: optional(recurrent),
  mergeMode,
} satisfies LayerTable<BidirectionalOptions>;

/**
 * Runs a recurrent layer forwards and another backwards. With returnSequences, the outputs of both for a step are
 * merged at that step.
 *
 * x (N, T, I) → (N, 2H) or (N, T, 2H); (…, H) when mergeMode is not "concat". With returnState `applyMany` returns the
 * output, the states of the forward layer, then those of the backward layer; initial states are taken in the same
 * order. Parameters "forward/kernel", …, "backward/kernel", ….
 * @throws {UsageError} when a layer is not recurrent, the two do not match, or an option is out of range
 */
export function bidirectional(options: BidirectionalOptions): Layer {
  checkHolds("bidirectional", options);
  return new Bidirectional(options);
}

class Bidirectional extends Wrapper<Values<typeof table>> {
  readonly #forward = this.given.layer;
  readonly #backward = this.given.backwardLayer ?? backwardCopy(this.#forward);

  constructor(options: BidirectionalOptions) {
    super("bidirectional", options, table);
    checkMatch(this.#forward.cellOptions, this.#backward.cellOptions, this.given.mergeMode);
  }

  override get options(): Readonly<Record<string, unknown>> {
    const { mergeMode } = this.given;
    return { layer: innerConfig(this.#forward), backwardLayer: innerConfig(this.#backward), mergeMode };
  }

  override get outputActivation(): string | undefined {
    return this.#forward.outputActivation;
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    const [forward, backward] = this.#inputsOf(inputShapes);
    const shape = this.#forward.outputShape(forward);
    const other = this.#backward.outputShape(backward);
    return this.given.mergeMode === "concat" ? [...shape.slice(0, -1), shape.at(-1)! + other.at(-1)!] : shape;
  }

  override outputShapes(inputShapes: readonly Shape[]): readonly Shape[] {
    const [forward, backward] = this.#inputsOf(inputShapes);
    const states = [...this.#forward.outputShapes(forward).slice(1), ...this.#backward.outputShapes(backward).slice(1)];
    return [this.outputShape(inputShapes), ...states];
  }

  protected override build(inputShapes: readonly Shape[]): void {
    const [forward, backward] = this.#inputsOf(inputShapes);
    this.buildInner(this.#forward, "forward", forward);
    this.buildInner(this.#backward, "backward", backward);
  }

  protected override acceptsAlso([shape]: readonly Shape[], [built]: readonly Shape[]): boolean {
    return shape[1] === built[1];
  }

  override call(inputs: readonly Tensor[], context: CallContext): Tensor {
    return this.callMany(inputs, context)[0];
  }

  override callMany(inputs: readonly Tensor[], context: CallContext): readonly Tensor[] {
    const [forward, backward] = this.#inputsOf(inputs);
    const first = this.#forward.sequence(forward, partOf(context, 0), false);
    const second = this.#backward.sequence(backward, partOf(context, 2), false);
    const output = merges[this.given.mergeMode](first.output, second.output);
    if (this.#forward.cellOptions.returnState) return [output, ...first.states, ...second.states];
    for (const made of new Set([first, second].flatMap((one) => [one.output, ...one.states]))) made.dispose();
    return [output];
  }

  override outputMask(_: readonly Tensor[], [mask]: readonly (Tensor | undefined)[]): Tensor | undefined {
    return this.#forward.returnsSequences ? mask : undefined;
  }

  override get carriedStates(): StateKeeper | undefined {
    return this.#forward.carriedStates ?? this.#backward.carriedStates;
  }

  override get carried(): readonly Parameter[] {
    return [...this.#forward.carried, ...this.#backward.carried];
  }

  override checkRows(kind: string, N: number): void {
    this.#forward.checkRows(kind, N);
  }

  override resetStates(): void {
    this.#forward.resetStates();
    this.#backward.resetStates();
  }

  /** The inputs of each direction: x, and its half of the initial states. */
  #inputsOf<T>([x, ...states]: readonly T[]): readonly [forward: T[], backward: T[]] {
    const half = this.#forward.cell.states.length;
    return [
      [x, ...states.slice(0, half)],
      [x, ...states.slice(half)],
    ];
  }
}

/** The same layer with weights of its own that reads in the other direction. */
function backwardCopy(layer: Recurrent): Recurrent {
  const other = layer.with({ goBackwards: !layer.cellOptions.goBackwards });
  other.trainable = layer.trainable;
  return other;
}

/** Checks that the outputs of both layers can be merged. @throws {UsageError} when they cannot */
function checkMatch(forward: RecurrentValues, backward: RecurrentValues, mode: MergeMode): void {
  const fail = (wrong: string): never => {
    const hint = "Leave backwardLayer out to get a matching one.";
    throw new UsageError(message("bidirectional", `layer and backwardLayer do not match: ${wrong}`, { hint }));
  };
  for (const name of ["returnSequences", "returnState"] as const)
    if (forward[name] !== backward[name]) fail(`only one of them has ${name}`);
  if (forward.goBackwards === backward.goBackwards) fail("both read in the same direction");
  if (mode !== "concat" && forward.units !== backward.units) fail(`"${mode}" needs the same number of units`);
}
