/**
 * A function of tensors with a gradient that its author writes: where the one that follows from the ops is slow,
 * inexact, or not the one that is wanted (rounding that lets the gradient pass, a gradient that is reversed or clipped).
 */
import { ShapeError, UsageError, message, show } from "../errors.js";
import { scope } from "../tensor/scope.js";
import { sameShape, showShape } from "../tensor/shape.js";
import { noGrad } from "../tensor/tape.js";
import { Tensor } from "../tensor/tensor.js";
import { apply, checkTensors, defineOp } from "./defineOp.js";
import { copyRow } from "./shape/copy.js";

/** What a backward function of {@link defineGradient} gets. */
export interface GradientCall {
  /** ∂loss/∂output, of the output's shape. */
  readonly dOutput: Tensor;
  /** What the function was called with. */
  readonly inputs: readonly Tensor[];
  /** What the forward function returned. */
  readonly output: Tensor;
}

/** ∂loss/∂input for each input, undefined for one that has no gradient; of a single input the gradient itself. */
export type Gradients = Tensor | readonly (Tensor | undefined)[];

/**
 * Makes a function of tensors whose gradient is what `backward` returns, in place of what follows from the ops of
 * `forward`:
 *
 *   const round = defineGradient((x) => ops.round(x), ({ dOutput }) => dOutput); // lets the gradient pass
 *
 * Both are written with ops, so that the function can be part of a recording and of a model. Inputs and output are kept
 * until the backward pass.
 *
 * @param forward   computes one float32 tensor
 * @param backward  computes the gradients; called once for each call of the function that the loss depends on. They are
 *                  not differentiated in turn
 * @returns the function. It throws a UsageError where forward does not return a float32 tensor; its backward pass a
 *   ShapeError for a gradient of another shape than its input, and a UsageError for another number of gradients
 * @throws {UsageError} when either is not a function
 */
export function defineGradient<I extends readonly Tensor[]>(
  forward: (...inputs: I) => Tensor,
  backward: (call: GradientCall) => Gradients,
): (...inputs: I) => Tensor {
  for (const [name, f] of Object.entries({ forward, backward })) {
    if (typeof f !== "function") {
      throw new UsageError(message("defineGradient", `${name} must be a function`, { got: show(f) }));
    }
  }
  return (...inputs) => {
    checkTensors("defineGradient", inputs, "");
    const output: unknown = noGrad(() => scope(() => forward(...inputs)));
    if (!(output instanceof Tensor) || output.dtype !== "float32") {
      const got = output instanceof Tensor ? output.label() : show(output);
      throw new UsageError(message("defineGradient", "forward must return one float32 tensor", { got }));
    }
    return withGradient(output, inputs, backward);
  };
}

/** The output as a function of the inputs, whose backward pass is the given one. */
function withGradient(output: Tensor, inputs: readonly Tensor[], backward: (call: GradientCall) => Gradients): Tensor {
  // The output comes first, because a view is of operand 0. It has no gradient of its own.
  const op = defineOp({
    name: "defineGradient",
    shape: () => [{ shape: output.shape }],
    forward: () => undefined,
    isView: true,
    backward({ inputs: [, ...saved], outputs: [y], dOutputs: [dY], gradient }) {
      scope(() => {
        const gradients = noGrad(() => listOf(backward({ dOutput: dY!, inputs: saved, output: y }), saved));
        for (const [i, dX] of gradients.entries()) {
          if (dX !== undefined) gradient(i + 1, (to, accumulate) => copyRow(to, dX.ptr, dX.size, accumulate));
        }
      });
    },
    saved: { inputs: inputs.map((_, i) => i + 1), outputs: [0] },
  });
  const constant = output.requiresGrad ? output.share(output.shape) : output; // where forward returned an input
  return apply(op, [constant, ...inputs], undefined);
}

/** Checks what a backward function returned. */
function listOf(returned: unknown, inputs: readonly Tensor[]): (Tensor | undefined)[] {
  const list: unknown[] = Array.isArray(returned) ? returned : [returned];
  if (list.length !== inputs.length) {
    const [expected, got] = [`one for each of ${inputs.length} inputs`, `${list.length}`];
    const hint = "An input without a gradient gets undefined.";
    throw new UsageError(message("defineGradient", "the number of gradients differs", { expected, got, hint }));
  }
  return list.map((gradient, i) => {
    if (gradient === undefined) return gradient;
    if (!(gradient instanceof Tensor)) {
      const wrong = `gradient ${i} is not a tensor`;
      throw new UsageError(message("defineGradient", wrong, { expected: "a Tensor", got: show(gradient) }));
    }
    gradient.checkLive();
    if (gradient.dtype !== "float32" || !sameShape(gradient.shape, inputs[i].shape)) {
      const [expected, got] = [`float32 ${showShape(inputs[i].shape)}, as input ${i}`, gradient.label()];
      throw new ShapeError(message("defineGradient", `gradient ${i} does not fit its input`, { expected, got }));
    }
    return gradient;
  });
}
