/**
 * What a call of fit was handed in place of x and y: a data set, or a stream of batches. Imported where there is no y,
 * and itself without imports but errors: what it shared with a page, bundlers would put into files of its own.
 */
import { UsageError, message, show } from "../../errors.js";
import type { History } from "../loop/fit.js";
import type { FitOptions, StreamFitOptions } from "../loop/fitOptions.js";
import type { MakeSteps } from "../loop/fit.js";
import { StreamSteps, type StreamTools } from "../loop/streamSteps.js";
import { BatchStream } from "./batchStream.js";
import type { DataList, Samples } from "./samples.js";

/**
 * Trains on x and y; where those are the first batch of a stream, with what goes with it among the options, on the
 * stream.
 */
export type Fit = (
  x: DataList,
  y: DataList,
  options: FitOptions,
  streamed?: (tools: StreamTools) => MakeSteps,
) => Promise<History>;

/** Options of fit that a stream has no use for, and what takes their place. */
const refused = {
  batchSize: "The stream decides how many samples a batch has.",
  shuffle: "The stream decides on the order.",
  validationSplit: "Give validationData.",
  sampleWeight: "Give it with each batch: { x, y, sampleWeight }.",
  classWeight: "Give each batch a sampleWeight.",
  mask: "Give it with each batch: { x, y, mask }.",
  lengths: "Give it with each batch: { x, y, lengths }.",
  groupByLength: "The stream decides which sequences share a batch.",
} as const;

/**
 * Trains on what was handed. @param fit for x and y; what fits neither form goes there as it is, which says what is
 * wrong
 */
export async function fitHanded(
  source: unknown,
  y: unknown,
  third: FitOptions,
  checkOptions: (options: FitOptions) => void,
  fit: Fit,
): Promise<History> {
  const given = y ?? third;
  if (isSamples(source)) return fit(source.x, source.y, optionsOf(given));
  if (isSplit(source)) {
    const hint = "Hand over one part at a time: fit(data.train, …), evaluate(data.test).";
    throw new UsageError(message("fit", "this is a data set in two parts", { got: "{ train, test }", hint }));
  }
  if (!isStream(source)) return fit(source as DataList, y as DataList, third);
  const { stepsPerEpoch, prefetch, ...options }: StreamFitOptions = optionsOf(given);
  for (const [name, hint] of Object.entries(refused)) {
    if ((options as Record<string, unknown>)[name] === undefined) continue;
    throw new UsageError(message("fit", `${name} and a stream of batches exclude each other`, { hint }));
  }
  checkOptions(options);
  const stream = new BatchStream(source, options, stepsPerEpoch, prefetch);
  try {
    const { x, y: targets, ...extras } = await stream.peek();
    return await fit(
      x,
      targets,
      { ...options, ...extras } as FitOptions,
      (tools) => (stepsOn) => new StreamSteps(stream, tools, stepsOn),
    );
  } finally {
    stream.close();
  }
}

function optionsOf(given: unknown): object {
  if (typeof given === "object" && given !== null) return given;
  const hint = "After a data set or a stream of batches come the options.";
  throw new UsageError(
    message("fit", "the options are no object", { expected: "{ epochs: 3 }", got: show(given), hint }),
  );
}

/** True for x and y in one object, as loaders give them. */
function isSamples(source: unknown): source is Samples {
  return typeof source === "object" && source !== null && "x" in source && "y" in source && !isStream(source);
}

/** True for what loaders give that have a part to train on and one to test with. */
function isSplit(source: unknown): boolean {
  return typeof source === "object" && source !== null && "train" in source;
}

/** True for what gives batches one by one, or for a function that makes such. */
function isStream(source: unknown): source is ConstructorParameters<typeof BatchStream>[0] {
  if (typeof source === "function") return true;
  if (typeof source !== "object" || source === null) return false;
  if (Symbol.asyncIterator in source) return true;
  return Symbol.iterator in source && !Array.isArray(source) && !ArrayBuffer.isView(source);
}
