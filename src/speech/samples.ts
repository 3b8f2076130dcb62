/** The check of what all functions of speech take: samples of one channel. */
import { DataError, UsageError, message, show } from "../errors.js";

/**
 * Checks that `samples` are the samples of one channel.
 * @throws {UsageError} when they are not a Float32Array, or there are none
 * @throws {DataError} when one of them is NaN or infinite
 */
export function checkSamples(op: string, samples: unknown): asserts samples is Float32Array {
  if (!(samples instanceof Float32Array)) {
    throw new UsageError(message(op, "samples must be those of one channel", { expected: "a Float32Array", got: show(samples) })); // prettier-ignore
  }
  if (samples.length === 0) throw new UsageError(message(op, "there are no samples"));
  for (let i = 0; i < samples.length; i++) {
    if (samples[i] - samples[i] === 0) continue;
    const got = `${samples[i]} as sample ${i}`;
    throw new DataError(message(op, "a sample is not finite", { expected: "finite numbers", got }));
  }
}
