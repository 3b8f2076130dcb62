/**
 * The states that stateful layers carry from batch to batch, apart from those of the model: an evaluation or a prediction has its own, so that neither
 * a fit that is under way nor other such work is disturbed. Models get it from a layer that has states, so that pages without such do not carry it.
 */
import { type Layer, type OwnStates, type Parameter, type Substitute, withSubstitutes } from "../layer.js";
import { copyFloat32 } from "../../runtime/primitives.js";
import { zeros } from "../../tensor/create.js";
import { keep } from "../../tensor/scope.js";
import type { Tensor } from "../../tensor/tensor.js";

/** What the states of the layers belong to: a fit that is under way, or the prediction that began last. */
const owners = new WeakMap<Parameter, CarriedStates | "fit">();

const carriedBy = (layers: readonly Layer[]): Parameter[] => layers.flatMap((layer) => layer.carried);

/** States for one piece of work, zero at first. No scope frees them. */
export class CarriedStates implements OwnStates {
  readonly #substitutes: readonly Substitute[];
  readonly #shared: readonly Tensor[];

  /** Leaves the states to a fit: while it is under way no other work begins with them or changes them. @returns the end of that */
  static lendToFit(layers: readonly Layer[]): () => void {
    const carried = carriedBy(layers);
    for (const parameter of carried) owners.set(parameter, "fit");
    return () => {
      for (const parameter of carried) owners.delete(parameter);
    };
  }

  /** Notes that the states change: predictions that are under way leave them alone. @returns false where a fit has them, and nobody else may change them */
  static claim(layers: readonly Layer[]): boolean {
    const carried = carriedBy(layers);
    if (carried.some((parameter) => owners.get(parameter) === "fit")) return false;
    for (const parameter of carried) owners.delete(parameter);
    return true;
  }

  /** @param layers of a model that is built. Errors: MemoryError */
  constructor(layers: readonly Layer[]) {
    const carried = carriedBy(layers);
    this.#shared = carried.map(({ value }) => value);
    this.#substitutes = carried.map((parameter) => [parameter, keep(zeros(parameter.spec.shape))]);
  }

  /** Runs `fn`, which calls layers, with these states. Recordings made in there go on using them. */
  use<T>(fn: () => T): T {
    return withSubstitutes(this.#substitutes, fn);
  }

  /** Begins at zero again. */
  reset(): void {
    for (const [, own] of this.#substitutes) own.assign(new Float32Array(own.size));
  }

  /** Begins where the model's states stand; at zero where a fit has them. */
  load(): void {
    for (const [i, [parameter, own]] of this.#substitutes.entries()) {
      if (owners.get(parameter) === "fit") continue;
      owners.set(parameter, this);
      copyFloat32(own.ptr, this.#shared[i].ptr, own.size);
    }
  }

  /** Puts the model's states where these stand, unless something else has begun with them or changed them since {@link load}. */
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
