/** Every op's rule of forward mode. */
import { UsageError, message } from "../../errors.js";
import type { Rule, AnyOp } from "../rule.js";
import { normRules } from "./norms.js";
import { pointwiseRules } from "./pointwise.js";
import { productRules } from "./products.js";
import { recurrentRules } from "./recurrent.js";
import { shapeRules } from "./shapes.js";
import { sumRules } from "./sums.js";

const rules = new Map<AnyOp, Rule>([
  ...pointwiseRules,
  ...shapeRules,
  ...sumRules,
  ...productRules,
  ...normRules,
  ...recurrentRules,
]);

/** The rule of an op. @throws {UsageError} when it has none */
export function ruleOf(op: AnyOp): Rule {
  const rule = rules.get(op);
  if (rule !== undefined) return rule;
  const hint = "Use reverse mode (grad, vjp), or a function of other ops.";
  throw new UsageError(message("jvp", `${op.name} has no rule for forward mode`, { hint }));
}
