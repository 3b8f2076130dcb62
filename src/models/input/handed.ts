/**
 * What a call of fit, evaluate or predict was handed in place of x and y: a data set, or a stream of batches. Imported
 * where there is no y, and itself without imports but errors: what it shared with a page, bundlers would put into files of its own.
 */
import { ShapeError, UsageError, checkKeys, message, show } from "../../errors.js";
import type { Shape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { FitOptions } from "../loop/fitOptions.js";
import type { MakeSteps } from "../step/epochSteps.js";
import { StreamSteps, type StreamTools } from "../loop/streamSteps.js";
import { BatchStream } from "./batchStream.js";
import type { BatchSource, DataList, GivenMasks, Samples } from "./samples.js";

/**
 * Trains, or evaluates, on x and y; where those are the first batch of a stream, with what goes with it among the
 * options, on the stream.
 */
export type Run<O, R> = (
  x: DataList,
  y: DataList,
  options: O,
  streamed?: (tools: StreamTools) => MakeSteps,
) => Promise<R>;

/** Options that a stream has no use for, and what takes their place. */
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
 * Trains, or evaluates, on what was handed. Weights, masks and lengths of a data set are taken with it, unless the options
 * give others.
 * @param run for x and y; what fits neither form goes there as it is, which says what is wrong
 */
export async function runHanded<O extends object, R>(
  op: "fit" | "evaluate",
  source: unknown,
  y: unknown,
  third: O,
  checkOptions: (options: O) => void,
  run: Run<O, R>,
): Promise<R> {
  const given = y ?? third;
  if (isSamples(source)) {
    const options: Partial<Samples> = optionsOf(op, given);
    const { sampleWeight = source.sampleWeight, mask = source.mask, lengths = source.lengths } = options;
    return run(source.x, source.y, { ...options, sampleWeight, mask, lengths } as O);
  }
  if (isSplit(source)) {
    const hint = "Hand over one part at a time: fit(data.train, …), evaluate(data.test).";
    throw new UsageError(message(op, "this is a data set in two parts", { got: "{ train, test }", hint }));
  }
  if (!isStream(source)) {
    if (Array.isArray(source)) (await import("./validationData.js")).checkNoBatches(op, source);
    return run(source as DataList, y as DataList, third);
  }
  const { steps, stepsPerEpoch = steps, prefetch, ...options }: Streamed = optionsOf(op, given);
  if (op === "fit" && steps !== undefined) checkKeys(op, { steps }, ["stepsPerEpoch"]);
  refuse(op, options);
  checkOptions(options as O);
  const stream = new BatchStream(op, source, options, stepsPerEpoch, prefetch);
  try {
    const { x, y: targets, ...extras } = await stream.peek();
    return await run(
      x,
      targets,
      { ...options, ...extras } as O,
      (tools) => (stepsOn) => new StreamSteps(op, stream, tools, stepsOn),
    );
  } finally {
    stream.close();
  }
}

/** Options of a stream's. */
interface Streamed extends FitOptions {
  readonly stepsPerEpoch?: number;
  readonly steps?: number;
  readonly prefetch?: number;
}

/** @throws {UsageError} for an option that a stream has no use for */
function refuse(op: string, options: object): void {
  for (const [name, hint] of Object.entries(refused)) {
    if ((options as Record<string, unknown>)[name] === undefined) continue;
    throw new UsageError(message(op, `${name} and a stream of batches exclude each other`, { hint }));
  }
}

/**
 * Every output for the x of a data set, with its mask or lengths unless the options give others, or for the batches of
 * a stream, one below the other.
 * @param predict  for the x of a batch, with what goes with it among the options
 * @param join     from the values of an output, batch by batch, and the shape of them together to a tensor
 * @throws {UsageError} for what is no stream
 */
export async function predictHanded<O extends object>(
  source: unknown,
  given: O,
  predict: (x: DataList, options: O) => Promise<Tensor[]>,
  join: (values: Float32Array, shape: Shape) => Tensor,
): Promise<Tensor[]> {
  const op = "predict";
  if (hasX(source)) {
    const { mask = source.mask, lengths = source.lengths }: GivenMasks = optionsOf(op, given);
    return predictHanded(source.x, { ...given, mask, lengths }, predict, join);
  }
  if (!isStream(source)) return predict(source as DataList, given);
  const { steps, prefetch, ...options }: Streamed = optionsOf(op, given);
  refuse(op, options);
  const stream = new BatchStream(op, source, options, steps, prefetch);
  const batches: { readonly values: Float32Array; readonly shape: Shape }[][] = [];
  try {
    await stream.peek();
    while (stream.count > batches.length) {
      const samples = await stream.next({ epoch: 0, batch: batches.length });
      if (samples === undefined) break;
      const { x, mask, lengths } = samples;
      const outputs = await predict(x, { ...options, mask, lengths } as unknown as O);
      batches.push(outputs.map((output) => ({ values: output.toTypedArray() as Float32Array, shape: output.shape })));
      for (const output of outputs) output.dispose();
    }
  } finally {
    stream.close();
  }
  return batches[0].map(({ shape: [, ...shape] }, i) => {
    const parts = batches.map((outputs) => outputs[i]);
    const other = parts.findIndex((part) => part.shape.slice(1).join() !== shape.join());
    if (other > 0) {
      const hint = "Predict batch by batch: model.predict(batch).";
      const [expected, got] = [shape, parts[other].shape.slice(1)].map((one) => `[N, ${one.join(", ")}]`);
      const wrong = `the outputs of batch ${other + 1} have another shape than those before`;
      throw new ShapeError(message(op, wrong, { expected, got, hint }));
    }
    const rows = parts.reduce((sum, part) => sum + part.shape[0], 0);
    const all = new Float32Array(parts.reduce((sum, { values }) => sum + values.length, 0));
    let at = 0;
    for (const { values } of parts) {
      all.set(values, at);
      at += values.length;
    }
    return join(all, [rows, ...shape]);
  });
}

function optionsOf(op: string, given: unknown): object {
  if (typeof given === "object" && given !== null) return given;
  const hint = "After a data set or a stream of batches come the options.";
  throw new UsageError(message(op, "the options are no object", { expected: "{ … }", got: show(given), hint }));
}

/** True for x and y in one object, as loaders give them. */
function isSamples(source: unknown): source is Samples {
  return hasX(source) && "y" in source && !isStream(source);
}

function hasX(source: unknown): source is Omit<Samples, "y"> {
  return typeof source === "object" && source !== null && "x" in source;
}

/** True for what loaders give that have a part to train on and one to test with. */
function isSplit(source: unknown): boolean {
  return typeof source === "object" && source !== null && "train" in source;
}

/** True for what gives batches one by one, or for a function that makes such. */
function isStream(source: unknown): source is BatchSource {
  if (typeof source === "function") return true;
  if (typeof source !== "object" || source === null) return false;
  if (Symbol.asyncIterator in source) return true;
  return Symbol.iterator in source && !Array.isArray(source) && !ArrayBuffer.isView(source);
}
