/**
 * The check of the option `callbacks` of fit. Imported where the option is given, and itself without imports but errors:
 * what it shared with a page, bundlers would put into files of its own.
 */
import { UsageError, message, show } from "../../errors.js";

const hooks = [
  "onTrainBegin",
  "onEpochBegin",
  "onBatchEnd",
  "afterBatch",
  "onValidate",
  "onEpochEnd",
  "afterEpoch",
  "onTrainEnd",
  "onTrainAbort",
];

/** Checks that each callback has hooks, and only known ones. @throws {UsageError} otherwise */
export function checkCallbacks(op: string, callbacks: unknown): void {
  if (!Array.isArray(callbacks)) {
    const expected = "[callbacks.earlyStopping(), { onEpochEnd(epoch, logs) {} }]";
    throw new UsageError(message(op, "callbacks must be a list", { expected, got: show(callbacks) }));
  }
  for (const [i, callback] of (callbacks as readonly unknown[]).entries()) {
    const isObject = typeof callback === "object" && callback !== null;
    const unknown = isObject && Object.keys(callback).find((key) => /^on[A-Z]/.test(key) && !hooks.includes(key));
    if (isObject && unknown === undefined && hooks.some((hook) => hook in callback)) continue;
    const hint =
      typeof callback === "function"
        ? { hint: callback.name === "" ? "Call it." : `Call it: ${callback.name}().` }
        : {};
    const got = unknown || show(callback);
    throw new UsageError(
      message(op, `callback ${i} has an unknown hook, or none`, {
        expected: `some of ${hooks.join(", ")}`,
        got,
        ...hint,
      }),
    );
  }
}
