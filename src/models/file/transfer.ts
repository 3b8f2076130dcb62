/**
 * Weights of one model loaded into another by name, such as the body of a trained network for a new task. Everything is
 * checked before a weight changes. Does not build layers (loading.ts) and knows the file only as named tensors, so that
 * files of other libraries can be used. Imported when weights are loaded; imports only the errors itself, because
 * bundlers would move what it shared with a page into files of their own.
 */
import { DataError, message, show } from "../../errors.js";
import type { ByteSource } from "../../io/bytes.js";
import type { Weight } from "../step/weights.js";

/** Options of `loadWeights`. */
export interface LoadWeightsOptions {
  /**
   * True loads the weights that model and file share by name; false requires that the file holds exactly the model's
   * weights. Default false.
   */
  readonly byName?: boolean;
}

/** What `loadWeights` did, as names of weights. */
export interface LoadedWeights {
  /** Weights that were loaded. */
  readonly loaded: readonly string[];
  /** Weights of the model that the file does not have; they are unchanged. */
  readonly skipped: readonly string[];
  /** Weights of the file that the model does not have. */
  readonly unused: readonly string[];
}

/** The prefix of everything that a checkpoint holds besides the weights. */
const trainingPrefix = "training/";

/**
 * The names in a file, and its values of the model's weights.
 * @throws {DataError} when shapes or types differ, or names do not match
 */
export async function readWeights(
  source: ByteSource,
  weights: readonly Weight[],
  { byName = false }: LoadWeightsOptions,
): Promise<LoadedWeights & { readonly values: ReadonlyMap<string, Float32Array> }> {
  const op = "loadWeights";
  const [{ readBytes }, { decodeSafetensors }] = await Promise.all([
    import("../../io/bytes.js"),
    import("../../io/safetensors.js"),
  ]);
  const { tensors } = decodeSafetensors(await readBytes(op, source));
  const known = new Set(weights.map(({ name }) => name));
  const skipped = [...known].filter((name) => !tensors.has(name));
  const unused = [...tensors.keys()].filter((name) => !known.has(name) && !name.startsWith(trainingPrefix));
  const loaded = [...known].filter((name) => tensors.has(name));
  if (!byName && (skipped.length > 0 || unused.length > 0)) {
    const got = `a file without ${show(skipped)} and with ${show(unused)}`;
    const hint = "Pass { byName: true } to load the weights that both have.";
    const expected = "the weights of this model";
    throw new DataError(message(op, "the file is of another architecture", { expected, got, hint }));
  }
  if (loaded.length === 0) {
    const hint = "Give matching layers the same names.";
    const [expected, got] = [show([...known]), show(unused)];
    throw new DataError(message(op, "the file has no weight of the model", { expected, got, hint }));
  }
  const values = new Map<string, Float32Array>();
  for (const { name, value } of weights) {
    const found = tensors.get(name);
    if (found === undefined) continue;
    const [expected, got] = [`F32 [${value.shape.join(", ")}]`, `${found.dtype} [${found.shape.join(", ")}]`];
    if (got !== expected) {
      const hint = "To keep the weights of the layer, give it another name.";
      throw new DataError(message(op, `weight ${show(name)} does not fit`, { expected, got, hint }));
    }
    values.set(name, new Float32Array(found.bytes.slice().buffer));
  }
  return { loaded, skipped, unused, values };
}
