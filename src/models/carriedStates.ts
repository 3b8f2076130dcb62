/**
 * The states that stateful layers carry from batch to batch, apart from those of the model: an evaluation or a prediction has its own, so that neither
 * a fit that is under way nor other such work is disturbed. Does not know which layers have states: a layer says so.
 */
import type { Layer, Parameter } from "../layers/layer.js";
import { copyFloat32 } from "../runtime/primitives.js";
import { zeros } from "../tensor/create.js";
import { keep } from "../tensor/scope.js";
import type { Tensor } from "../tensor/tensor.js";

/** A parameter, and what is to stand in its place for a while. */
export type Substitute = readonly [parameter: Parameter, value: Tensor];

/** Runs `fn`, which calls layers, with other values in the place of some parameters. */
export function withSubstitutes<T>(substitutes: readonly Substitute[], fn: () => T): T {
  const before = substitutes.map(([parameter]) => parameter.value);
  for (const [parameter, value] of substitutes) parameter.bind(value);
  try {
    return fn();
  } finally {
    for (const [i, [parameter]] of substitutes.entries()) parameter.bind(before[i]);
  }
}

/** What the states of the layers belong to: a fit that is under way, or the prediction that began last. */
const owners = new WeakMap<Parameter, CarriedStates | "fit">();

const carriedBy = (layers: readonly Layer[]): Parameter[] => layers.flatMap((layer) => layer.carried);

/** Leaves the states to a fit: while it is under way no other work begins with them or changes them. @returns the end of that */
export function lendToFit(layers: readonly Layer[]): () => void {
  const carried = carriedBy(layers);
  for (const parameter of carried) owners.set(parameter, "fit");
  return () => {
    for (const parameter of carried) owners.delete(parameter);
  };
}

/** Notes that the states have changed: predictions that are under way leave them alone. @returns false where a fit has them, and nobody else may change them */
export function claimStates(layers: readonly Layer[]): boolean {
  const carried = carriedBy(layers);
  if (carried.some((parameter) => owners.get(parameter) === "fit")) return false;
  for (const parameter of carried) owners.delete(parameter);
  return true;
}

/** Runs `fn`, which calls layers, once with states that are zero and belong to nobody else. */
export function withFreshStates<T>(layers: readonly Layer[], fn: () => T): T {
  const states = new CarriedStates(layers);
  try {
    return states.use(fn);
  } finally {
    states.dispose();
  }
}

/** States for one piece of work, zero at first. No scope frees them. */
export class CarriedStates {
  readonly #substitutes: readonly Substitute[];
  readonly #shared: readonly Tensor[];

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
