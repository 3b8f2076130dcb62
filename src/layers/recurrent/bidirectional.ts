/** A recurrent layer that reads the sequence from both ends. Letters: N batch, T steps, H units. Source: Schuster & Paliwal 1997. */
import { UsageError, message, show } from "../../errors.js";
import { add, mul } from "../../ops/pointwise/arithmetic.js";
import { concat } from "../../ops/shape/concat.js";
import type { Shape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type CallContext, type StateKeeper, type Layer, type Parameter, type LayerOptions, partOf } from "../layer.js";
import { checkLayerOptions } from "../options.js";
import { Recurrent } from "./recurrentLayer.js";
import type { RecurrentOptions } from "./recurrentCell.js";
import { Wrapper, checkWrapped, innerConfig } from "../wrapper.js";

/** How the outputs of both directions become one: side by side, or element by element. */
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
  /** The one that reads from the end. Default: as `layer`, with weights of its own. */
  readonly backwardLayer?: Recurrent;
  /** Default "concat". */
  readonly mergeMode?: MergeMode;
}

/**
 * A recurrent layer forwards, another backwards; with returnSequences, what both say of a step stands at that step.
 *
 * x (N, T, I) → (N, 2H) or (N, T, 2H); (…, H) where mergeMode is not "concat". With returnState `applyMany` gives the output, the states of the one that reads
 * from the front, then those of the other; initial states are taken in that order too. Parameters "forward/kernel", …, "backward/kernel", ….
 * Errors: UsageError for a layer that is not recurrent, two that do not match, or an option.
 */
export function bidirectional(options: BidirectionalOptions): Layer {
  return new Bidirectional(options);
}

class Bidirectional extends Wrapper {
  readonly kind = "bidirectional";
  readonly #forward: Recurrent;
  readonly #backward: Recurrent;
  readonly #mode: MergeMode;

  constructor(options: BidirectionalOptions) {
    super(options);
    checkLayerOptions("bidirectional", options, ["layer", "backwardLayer", "mergeMode"]);
    const { layer, backwardLayer, mergeMode = "concat" } = options;
    const kinds = "a recurrent layer, as layers.lstm({ units })";
    checkWrapped("bidirectional", "layer", layer, kinds, layer instanceof Recurrent);
    if (!Object.hasOwn(merges, mergeMode)) {
      const expected = Object.keys(merges).join(", ");
      throw new UsageError(message("bidirectional", "unknown mergeMode", { expected, got: show(mergeMode) }));
    }
    this.#forward = layer;
    this.#mode = mergeMode;
    if (backwardLayer === undefined) {
      this.#backward = this.#forward.with({ goBackwards: this.#forward.cellOptions.goBackwards !== true });
      this.#backward.trainable = layer.trainable;
      return;
    }
    checkWrapped("bidirectional", "backwardLayer", backwardLayer, kinds, backwardLayer instanceof Recurrent);
    this.#backward = backwardLayer;
    checkMatch(this.#forward.cellOptions, this.#backward.cellOptions, mergeMode);
  }

  override get options(): Readonly<Record<string, unknown>> {
    return { layer: innerConfig(this.#forward), backwardLayer: innerConfig(this.#backward), mergeMode: this.#mode };
  }

  override get outputActivation(): string | undefined {
    return this.#forward.outputActivation;
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    const [forward, backward] = this.#inputsOf(inputShapes);
    const shape = this.#forward.outputShape(forward);
    const other = this.#backward.outputShape(backward);
    return this.#mode === "concat" ? [...shape.slice(0, -1), shape.at(-1)! + other.at(-1)!] : shape;
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
    const output = merges[this.#mode](first.output, second.output);
    if (this.#forward.cellOptions.returnState === true) return [output, ...first.states, ...second.states];
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

  override get batchSize(): number | undefined {
    return this.#forward.batchSize;
  }

  override resetStates(): void {
    this.#forward.resetStates();
    this.#backward.resetStates();
  }

  /** What each direction gets: x, and its half of the initial states. */
  #inputsOf<T>([x, ...states]: readonly T[]): readonly [forward: T[], backward: T[]] {
    const half = this.#forward.cell.states.length;
    return [
      [x, ...states.slice(0, half)],
      [x, ...states.slice(half)],
    ];
  }
}

/** Throws UsageError where the outputs of both layers cannot be merged. */
function checkMatch(forward: RecurrentOptions, backward: RecurrentOptions, mode: MergeMode): void {
  const fail = (wrong: string): never => {
    const hint = "Leave backwardLayer out for one that is as layer.";
    throw new UsageError(message("bidirectional", `layer and backwardLayer do not match: ${wrong}`, { hint }));
  };
  const differs = (name: "returnSequences" | "returnState"): boolean =>
    (forward[name] ?? false) !== (backward[name] ?? false);
  if (differs("returnSequences")) fail("one of them alone has returnSequences");
  if (differs("returnState")) fail("one of them alone has returnState");
  if ((forward.goBackwards ?? false) === (backward.goBackwards ?? false)) fail("both go the same way");
  if (mode !== "concat" && forward.units !== backward.units) fail(`"${mode}" needs the same number of units`);
}
