/**
 * Networks of this entry as files: a safetensors file with the values, and kind and options as JSON in its metadata.
 * load.ts reads them.
 */
import { DataError, message, show } from "../errors.js";
import { type ByteSink, writeBytes } from "../io/bytes.js";
import { decodeSafetensors, encodeSafetensors } from "../io/safetensors.js";

/** What a network consists of. */
export interface Stored {
  /** "perceptron", "hopfield", … */
  readonly kind: string;
  /** As its constructor takes them. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly tensors: Readonly<Record<string, StoredTensor>>;
}

/** Values by shape. */
export interface StoredTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

const key = "lanegrad.classic";

/** A network that can be saved. */
export abstract class SavedNetwork {
  /** What it consists of. @internal */
  abstract stored(): Stored;

  /** The bytes of its file, which `loadClassic` reads. */
  toBytes(): Uint8Array<ArrayBuffer> {
    const { kind, options, tensors } = this.stored();
    const entries = Object.entries(tensors).map(([name, { shape, values }]) => {
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      return { name, dtype: "F32" as const, shape, bytes };
    });
    return encodeSafetensors(entries, { [key]: JSON.stringify({ kind, options }) });
  }

  /**
   * Writes its file. @param sink a path or file: URL (Node), or a WritableStream
   * @throws {UsageError} for what is no sink
   * @throws {DataError} when it cannot be written
   */
  async save(sink: ByteSink): Promise<void> {
    await writeBytes("save", sink, [this.toBytes()]);
  }
}

/** What a file holds. @throws {DataError} when it holds something else */
export function readStored(op: string, bytes: Uint8Array): Stored {
  const { metadata, tensors } = decodeSafetensors(bytes);
  const { kind, options } = (parsed(op, metadata[key]) ?? {}) as Partial<Stored>;
  if (typeof kind !== "string" || typeof options !== "object" || options === null)
    throw new DataError(message(op, "the file holds no network of lanegrad/classic"));
  const values = [...tensors].map(([name, { dtype, shape, bytes: own }]) => {
    if (dtype !== "F32")
      throw new DataError(message(op, `tensor ${show(name)} has another type`, { expected: "F32", got: dtype }));
    return [name, { shape, values: new Float32Array(own.slice().buffer) }] as const;
  });
  return { kind, options, tensors: Object.fromEntries(values) };
}

/** The tensor of a file. @throws {DataError} when it is missing or has another shape */
export function storedValues(op: string, { tensors }: Stored, name: string, shape: readonly number[]): Float32Array {
  const found = Object.hasOwn(tensors, name) ? tensors[name] : undefined;
  if (found?.shape.join() === shape.join()) return found.values;
  const [expected, got] = [`[${shape.join(", ")}]`, found ? `[${found.shape.join(", ")}]` : "none"];
  throw new DataError(message(op, `tensor ${show(name)} does not fit`, { expected, got }));
}

function parsed(op: string, text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new DataError(message(op, "the description of the network is no JSON"));
  }
}
