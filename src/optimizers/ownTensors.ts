/**
 * An optimizer at work on tensors that no model trains. Values move into one slab where nobody else uses their memory,
 * gradients always have one, so that a step is the same few passes as a compiled model's. Does not know formulas: they
 * are the {@link OptimizerState}'s.
 */
import { UsageError, message, show } from "../errors.js";
import { unrecorded } from "../tensor/record.js";
import { Slab } from "../tensor/slab.js";
import { Tensor } from "../tensor/tensor.js";
import type { Optimizer, TensorOptimizer } from "./optimizer.js";
import { OptimizerState } from "./state.js";

/** An optimizer's method `for`. */
export function forTensors(this: Optimizer, tensors: readonly Tensor[]): TensorOptimizer {
  checkTensors(`${this.name}.for`, tensors);
  return unrecorded(() => {
    const moving = tensors.filter((tensor) => !tensor.isShared);
    const staying = tensors.filter((tensor) => tensor.isShared).sort((a, b) => a.ptr - b.ptr); // weights of a model then are neighbours
    return new OwnTensors(this, moving, staying);
  });
}

class OwnTensors extends OptimizerState {
  readonly #tensors: readonly Tensor[];
  readonly #gradients: Slab;

  /** @throws {MemoryError} when there is no room; nothing has changed then */
  constructor(optimizer: Optimizer, moving: readonly Tensor[], staying: readonly Tensor[]) {
    const tensors = [...moving, ...staying];
    const { sections } = new Slab(moving.map(({ shape }) => shape));
    for (const section of sections) section.countApart();
    const gradients = new Slab(tensors.map(({ shape }) => shape));
    const rules = tensors.map(() => ({ trainable: true, decays: true }));
    super(optimizer, [...sections, ...staying], gradients, rules);
    this.#tensors = tensors;
    this.#gradients = gradients;
    for (const [i, tensor] of moving.entries()) {
      sections[i].assign(tensor);
      tensor.takePlace(sections[i]);
    }
    for (const [i, tensor] of tensors.entries()) {
      const { grad } = tensor;
      tensor.holdGradient(gradients.sections[i]);
      tensor.grad = grad; // what backward has gathered already
    }
  }

  /** @throws {UsageError} when a tensor was freed, or has its gradient elsewhere now, too */
  override prepare(): void {
    for (const [i, tensor] of this.#tensors.entries()) {
      tensor.checkLive();
      if (tensor.gradientPlace === this.#gradients.sections[i]) continue;
      const hint = "A model that was compiled since trains it; or this optimizer was disposed.";
      throw new UsageError(message(this.optimizer.name, `${tensor.label()} is not trained here any more`, { hint }));
    }
    super.prepare();
  }

  zeroGrad(): void {
    for (const tensor of this.#tensors) tensor.zeroGrad();
  }

  override dispose(): void {
    for (const [i, tensor] of this.#tensors.entries())
      if (tensor.gradientPlace === this.#gradients.sections[i]) tensor.holdGradient(undefined);
    super.dispose();
    this.#gradients.dispose();
  }
}

/**
 * Checks that what `op` is to train is a list of leaves that nobody else trains. @throws {UsageError} when it is not
 */
export function checkTensors(op: string, tensors: unknown): asserts tensors is readonly Tensor[] {
  const fail = (wrong: string, parts: { readonly hint?: string; readonly got?: string } = {}): never => {
    const expected = "a list of different float32 tensors that require a gradient";
    throw new UsageError(message(op, wrong, { expected, ...parts }));
  };
  if (!Array.isArray(tensors) || tensors.length === 0) return fail("no tensors", { got: show(tensors) });
  for (const [i, tensor] of tensors.entries()) {
    if (!(tensor instanceof Tensor))
      return fail(`item ${i} is not a tensor`, { got: show(tensor), hint: "The tensor of a weight is its value." });
    tensor.checkLive();
    const what = `item ${i}, ${tensor.label()},`;
    if (tensors.indexOf(tensor) < i) fail(`${what} stands twice`);
    if (!tensor.requiresGrad)
      fail(`${what} requires no gradient`, { hint: "Make it by tensor(values, shape, { requiresGrad: true })." });
    if (tensor.producer)
      fail(`${what} is the result of an op`, { hint: "Pass the tensors that it was computed from." });
    if (tensor.gradientPlace)
      fail(`${what} is trained already`, { hint: "By a compiled model, or an optimizer that was not disposed." });
  }
}
