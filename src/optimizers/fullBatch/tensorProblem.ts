/**
 * A function of tensors, whose gradient the tape computes. The point is a slab; each evaluation copies it to the tensors,
 * whose gradients lie in another slab meanwhile.
 */
import { ShapeError, UsageError, message, show } from "../../errors.js";
import { copyFloat32, fillFloat32 } from "../../runtime/primitives.js";
import { scope } from "../../tensor/scope.js";
import { Tensor } from "../../tensor/tensor.js";
import { checkTensors } from "../ownTensors.js";
import type { Problem } from "./arrayProblem.js";
import { Floats } from "./floats.js";

/** @throws {UsageError} for what is not a list of float32 tensors that require a gradient and that nobody else trains */
export function tensorProblem(f: () => Tensor, parameters: readonly Tensor[]): Problem<Tensor> {
  checkTensors("minimize", parameters);
  const shapes = parameters.map(({ shape }) => shape);
  const space = new Floats(shapes);
  const [point, gradients] = [space.makeSlab(), space.makeSlab()];
  const before = parameters.map(({ grad }) => grad);
  for (const [i, tensor] of parameters.entries()) {
    point.sections[i].assign(tensor);
    tensor.holdGradient(gradients.sections[i]);
  }
  const offsets = shapes.map((_, i) => 4 * point.offsetOf(i));
  const write = (x: Tensor): void => {
    for (const [i, tensor] of parameters.entries()) {
      copyFloat32(tensor.ptr, x.ptr + offsets[i], tensor.size);
      tensor.changed();
    }
  };
  return {
    space,
    x: point.whole,
    f(x, gradient) {
      for (const tensor of parameters) tensor.checkLive();
      write(x);
      fillFloat32(gradients.whole.ptr, 0, gradients.whole.size);
      const value = scope(() => differentiate(f));
      copyFloat32(gradient.ptr, gradients.whole.ptr, gradient.size);
      gradient.changed();
      return value;
    },
    keep(x) {
      if (parameters.every((tensor) => !tensor.isDisposed)) write(x);
    },
    dispose() {
      for (const [i, tensor] of parameters.entries()) {
        if (tensor.isDisposed || tensor.gradientPlace !== gradients.sections[i]) continue;
        tensor.holdGradient(undefined);
        tensor.grad = before[i];
      }
      space.dispose();
    },
  };
}

/** The value of f, whose gradient is added to its parameters. */
function differentiate(f: () => Tensor): number {
  const loss: unknown = f();
  if (!(loss instanceof Tensor)) {
    const hint = "f must return the tensor at once; prepare data before.";
    throw new UsageError(message("minimize", "f returned something else", { expected: "a scalar tensor", got: show(loss), hint })); // prettier-ignore
  }
  if (loss.size !== 1) {
    const [expected, got] = ["a scalar", `shape [${loss.shape.join(", ")}]`];
    throw new ShapeError(message("minimize", "f returned no scalar", { expected, got }));
  }
  if (!loss.requiresGrad) {
    const hint = "Compute it by ops from the tensors that are minimised over.";
    throw new UsageError(message("minimize", "f does not depend on the parameters", { hint }));
  }
  loss.backward();
  return loss.item();
}
