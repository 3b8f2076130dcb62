/** A loss whose methods say what is wrong with their arguments, whoever calls them: explained.ts. */
import { explained } from "../explained.js";
import { checkTensors } from "../ops/defineOp.js";
import { sampleShape } from "../tensor/shape.js";
import type { Loss } from "./loss.js";

/** The loss with these checks. */
export function defineLoss(loss: Loss): Loss {
  const { name } = loss;
  return explained(loss, {
    call: (target: unknown, prediction: unknown) => checkTensors(name, [target, prediction], "target prediction"),
    checkTargets(targets: unknown, outputShape: readonly number[]) {
      checkTensors(name, [targets], "target");
      sampleShape(name, outputShape);
    },
    countable: (target: unknown, prediction: unknown) => checkTensors(name, [target, prediction], "target prediction"),
  });
}
