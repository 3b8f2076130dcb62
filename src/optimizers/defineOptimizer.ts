/** An optimizer whose step says what is wrong with its arguments, whoever calls it: explained.ts. */
import { UsageError, message, show } from "../errors.js";
import { explained } from "../explained.js";
import { Tensor } from "../tensor/tensor.js";
import type { Optimizer } from "./optimizer.js";

/** The optimizer with this check. */
export function defineOptimizer(optimizer: Optimizer): Optimizer {
  const { name } = optimizer;
  return explained(optimizer, {
    step(range?: Partial<Parameters<Optimizer["step"]>[0]>) {
      if (range?.values instanceof Tensor && range.gradients instanceof Tensor) return;
      const hint = `Put it to work on tensors: optimizers.${name}().for([w, b]) has a step().`;
      throw new UsageError(message(name, "step is for a range of weights", { got: show(range), hint }));
    },
  });
}
