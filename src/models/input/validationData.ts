/**
 * The option `validationData` of fit: samples, a data set, or batches one by one. Imported where it is given, and itself
 * without imports but errors: what it shared with a page, bundlers would put into files of its own.
 */
import { UsageError, checkKeys, message, show } from "../../errors.js";
import type { FitOptions } from "../loop/fitOptions.js";
import type { StreamOptions } from "../modelOptions.js";
import type { BatchSource, Samples } from "./samples.js";

const op = "fit validationData";

/** What a fit validates on: samples, or a stream, which it evaluates anew at the end of each epoch. */
export interface Validation {
  readonly samples?: Samples;
  readonly stream?: BatchSource;
  /** What the evaluation of a stream is told. */
  readonly taking?: StreamOptions;
}

/**
 * Which of the two was given. What else a data set holds, such as its class names, is left alone; what looks like
 * another spelling of weights or masks is not.
 * @throws {UsageError} for anything else, where there is a validationSplit as well, and for a generator, which gives its batches once, where it is needed again
 */
export function validationOf(given: unknown, options: FitOptions): Validation {
  const { validationSteps: steps, signal } = options;
  const validation = formOf(given, options);
  if (validation.stream !== undefined)
    return { ...validation, taking: { ...(steps && { steps }), ...(signal && { signal }) } };
  if (steps === undefined) return validation;
  const got = given === undefined ? "no validationData" : "samples in memory";
  const expected = "a stream of batches as validationData";
  throw new UsageError(message("fit", "validationSteps counts batches of a stream", { expected, got }));
}

/** @throws {UsageError} for a list of batches, which is not read one by one */
export function checkNoBatches(op: string, given: unknown): void {
  if (!Array.isArray(given) || !given.some((one) => Object(one) === one && "x" in one && "y" in one)) return;
  const expected = "a function that gives them, such as () => batches.values()";
  throw new UsageError(message(op, "a list is not read as batches", { expected, got: show(given) }));
}

function formOf(
  given: unknown,
  { epochs = 1, initialEpoch = 0, validateEvery, validationSplit, validationSteps }: FitOptions,
): Validation {
  if (validationSteps !== undefined && !(Number.isSafeInteger(validationSteps) && validationSteps >= 1)) {
    const wrong = "validationSteps is out of range";
    throw new UsageError(message("fit", wrong, { expected: "an integer in [1, ∞)", got: show(validationSteps) }));
  }
  if (given === undefined) return {};
  if (validationSplit) {
    const wrong = "validationSplit and validationData exclude each other";
    throw new UsageError(message("fit", wrong, { expected: "one of them" }));
  }
  checkNoBatches(op, given);
  if (Array.isArray(given) && (given.length === 2 || given.length === 3)) {
    const [x, y, sampleWeight] = given as [Samples["x"], Samples["y"], Samples["sampleWeight"]?];
    return { samples: { x, y, sampleWeight } };
  }
  const parts: object = typeof given === "object" && given !== null && !Array.isArray(given) ? given : {};
  if ("x" in parts || "y" in parts) {
    const { x, y, sampleWeight, mask, lengths } = parts as Samples;
    const spelt = Object.entries(parts).filter(([key]) => /^x$|^y$|weight|mask|length/i.test(key));
    checkKeys(op, { x, y, ...Object.fromEntries(spelt) }, ["x", "y", "sampleWeight", "mask", "lengths"]);
    return { samples: { x, y, sampleWeight, mask, lengths } };
  }
  if ("train" in parts) {
    const hint = "Hand over one part: validationData: data.test.";
    throw new UsageError(message(op, "this is a data set in two parts", { got: "{ train, test }", hint }));
  }
  if (typeof given === "function") return { stream: given as BatchSource };
  const reading: unknown =
    Symbol.asyncIterator in parts
      ? (parts as AsyncIterable<unknown>)[Symbol.asyncIterator]()
      : Symbol.iterator in parts && !ArrayBuffer.isView(parts) && (parts as Iterable<unknown>)[Symbol.iterator]();
  if (typeof reading !== "object") {
    const expected = "{ x, y }, [x, y], a data set, or batches one by one";
    throw new UsageError(message(op, "nothing to validate on", { expected, got: show(given) }));
  }
  if (
    reading === given &&
    validationSteps === undefined &&
    (epochs - initialEpoch > 1 || validateEvery !== undefined)
  ) {
    const expected = "a function that makes one for each validation, such as () => batches()";
    const got = "a generator and several validations";
    throw new UsageError(message(op, "a generator gives its batches once", { expected, got }));
  }
  return { stream: given as BatchSource };
}
