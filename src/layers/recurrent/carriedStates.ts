/**
 * The states that stateful layers carry from batch to batch, kept apart from those of the model: an evaluation or a
 * prediction has its own, so it does not disturb a fit in progress or other work. Models get this class from a layer
 * that has states, so that other pages do not carry it.
 */
import { type Parameter, type Substitute, withSubstitutes } from "../parameter.js";
import { type MaybeOfSequences, type OwnStates, carriedBy } from "../sequencePart.js";
import { copyFloat32 } from "../../runtime/primitives.js";
import { zeros } from "../../tensor/create.js";
import { keep } from "../../tensor/scope.js";
import type { Tensor } from "../../tensor/tensor.js";

/** The parameters that carry states. A model as a layer has other names for those within it: the states are theirs. */
const sourcesOf = (layers: readonly MaybeOfSequences[]): Parameter[] => carriedBy(layers).map(({ source }) => source);

/** What currently owns the states of the layers: a fit in progress, or the prediction that began last. */
const owners = new WeakMap<Parameter, CarriedStates | "fit">();

/** States for one piece of work, initially zero. No scope frees them. */
export class CarriedStates implements OwnStates {
  readonly #substitutes: readonly Substitute[];
  readonly #shared: readonly Tensor[];

  /**
   * Gives the states to a fit: while it runs, no other work starts from them or changes them. @returns a function that
   * ends this
   */
  static lendToFit(layers: readonly MaybeOfSequences[]): () => void {
    const carried = sourcesOf(layers);
    for (const parameter of carried) owners.set(parameter, "fit");
    return () => {
      for (const parameter of carried) owners.delete(parameter);
    };
  }

  /**
   * Notes that the states change, so that predictions in progress leave them alone. @returns false when a fit owns
   * them, and nothing else may change them
   */
  static claim(layers: readonly MaybeOfSequences[]): boolean {
    const carried = sourcesOf(layers);
    if (carried.some((parameter) => owners.get(parameter) === "fit")) return false;
    for (const parameter of carried) owners.delete(parameter);
    return true;
  }

  /**
   * @param layers  of a model that is built
   * @throws {MemoryError} when the memory limit is reached
   */
  constructor(layers: readonly MaybeOfSequences[]) {
    const carried = sourcesOf(layers);
    this.#shared = carried.map(({ value }) => value);
    this.#substitutes = carried.map((parameter) => [parameter, keep(zeros(parameter.spec.shape))]);
  }

  /** Runs `fn`, which calls layers, with these states. Recordings made inside keep using them. */
  use<T>(fn: () => T): T {
    return withSubstitutes(this.#substitutes, fn);
  }

  /** Sets the states to zero. */
  reset(): void {
    for (const [, own] of this.#substitutes) own.assign(new Float32Array(own.size));
  }

  /** Copies the model's states here; leaves these at zero when a fit owns them. */
  load(): void {
    for (const [i, [parameter, own]] of this.#substitutes.entries()) {
      if (owners.get(parameter) === "fit") continue;
      owners.set(parameter, this);
      copyFloat32(own.ptr, this.#shared[i].ptr, own.size);
    }
  }

  /**
   * Copies these states to the model, unless something else has started from the model's states or changed them since
   * {@link load}.
   */
  store(): void {
    for (const [i, [parameter, own]] of this.#substitutes.entries()) {
      if (owners.get(parameter) !== this) continue;
      copyFloat32(this.#shared[i].ptr, own.ptr, own.size);
      this.#shared[i].changed();
    }
  }

  dispose(): void {
    for (const [, own] of this.#substitutes) own.dispose();
  }
}
