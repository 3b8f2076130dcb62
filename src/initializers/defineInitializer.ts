/** An initializer that says what is wrong with its arguments, whoever calls it: explained.ts. */
import { UsageError, message, show } from "../errors.js";
import { explained } from "../explained.js";
import { checkTensors } from "../ops/defineOp.js";
import { RandomState } from "../tensor/randomState.js";
import type { Initializer } from "./initializer.js";

/** The initializer with these checks. */
export function defineInitializer(initializer: Initializer): Initializer {
  const op = initializer.config.className;
  return explained(initializer, {
    fill(out: unknown, random: unknown) {
      checkTensors(op, [out], "out");
      if (random instanceof RandomState) return;
      throw new UsageError(message(op, "random is missing", { expected: "a RandomState", got: show(random) }));
    },
  });
}
