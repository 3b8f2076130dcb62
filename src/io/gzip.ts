/**
 * Gunzip by the engine's own DecompressionStream, in Node and in browsers, with the inflated size known in advance.
 * Inflating stops as soon as that size is exceeded, whatever the file claims; a size beyond the limit is refused before
 * it begins. Data after the gzip member (padding, a second member) are refused: browsers do so, zlib not always.
 * Source: RFC 1952.
 *
 * Note [Cost of a file]: the memory that a reader takes is bounded by the file's size. Deflate packs zeros 1032 to 1,
 * so a file of 2 MB can stand for 2 GB. A file may therefore inflate to 100 times its size, and at least 8 MiB, so that
 * small blank files (pictures without ink, labels of one class) can be read. Real data are far below: MNIST inflates 5
 * to 1. Loaders have an option maxBytes for files that are known to exceed this. All further work is linear in the
 * inflated bytes.
 */
import { DataError, message } from "../errors.js";
import { checkInteger } from "../options.js";

/** Option of every loader that inflates. */
export interface InflateOptions {
  /** The limit on the inflated size of a packed file, in bytes. Default: 100 × its size, and at least 8 MiB. */
  readonly maxBytes?: number | undefined;
}

/** @throws {UsageError} unless `maxBytes` is an integer ≥ 1 */
export function checkMaxBytes(op: string, { maxBytes }: InflateOptions): void {
  if (maxBytes !== undefined) checkInteger(op, "maxBytes", maxBytes, "[1, ∞)");
}

/** The limit on the inflated size of a file, in bytes: Note [Cost of a file]. */
export function inflationLimit(fileBytes: number, maxBytes?: number): number {
  return maxBytes ?? Math.max(100 * fileBytes, 8 * 2 ** 20);
}

/** The error for a file that would inflate to `size` bytes. */
export function tooLarge(op: string, size: number, limit: number): DataError {
  const hint = "If you trust the file, unpack it first or raise maxBytes.";
  const expected = `at most ${limit} bytes (100 × the file's size, or maxBytes)`;
  return new DataError(message(op, "the inflated file is too large", { expected, got: `${size}`, hint }));
}

/** True where packed bytes cannot stand for `size` inflated ones, since two bits of deflate make at most 258 bytes. */
export function isImpossible(size: number, packedBytes: number): boolean {
  return size > 1032 * packedBytes + 64;
}

/** True where `bytes` begin as a gzip file does: 1f 8b. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** The first `count` inflated bytes, or fewer if the file holds fewer. Errors and `op` as in {@link gunzip}. */
export async function gunzipStart(bytes: Uint8Array<ArrayBuffer>, op: string, count: number): Promise<Uint8Array> {
  const start = new Uint8Array(count);
  let filled = 0;
  for await (const chunk of inflate(bytes, op)) {
    const taken = chunk.subarray(0, count - filled);
    start.set(taken, filled);
    filled += taken.length;
    if (filled === count) break;
  }
  return start.subarray(0, filled);
}

/** Options of {@link gunzip}. */
export interface GunzipOptions extends InflateOptions {
  /** The inflated size in bytes, if it is known. Default: the value in the file's last four bytes. */
  readonly size?: number;
}

/**
 * All inflated bytes.
 *
 * Cost: time linear in the inflated bytes; memory once the inflated size.
 *
 * @param bytes  a gzip file
 * @param op     the function that the user called and the file's name, for the message
 * @throws {DataError} when the file is cut short, damaged, followed by other bytes, of another inflated size, or would
 *   inflate to more than `maxBytes`, by default 100 × its size and at least 8 MiB: Note [Cost of a file]
 */
export async function gunzip(
  bytes: Uint8Array<ArrayBuffer>,
  op: string,
  { size = trailer(bytes), maxBytes }: GunzipOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const limit = inflationLimit(bytes.length, maxBytes);
  const wrongSize = (got: string) => {
    const hint = "The file is cut short, damaged, or followed by other bytes.";
    return new DataError(message(op, "the inflated size is wrong", { expected: `${size} bytes`, got, hint }));
  };
  if (isImpossible(size, bytes.length)) {
    if (size !== trailer(bytes)) throw wrongSize(`a file of ${bytes.length}, too few for that`);
    throw damaged(op, `${size} at the end of ${bytes.length} bytes`);
  }
  if (size > limit) throw tooLarge(op, size, limit);
  const { whole, total } = await gather(inflate(bytes, op), size);
  if (total > size) throw wrongSize("more");
  if (total < size) throw wrongSize(`${total}`);
  if (trailer(bytes) !== size % 2 ** 32) throw damaged(op, `${size} bytes and ${trailer(bytes)} at its end`);
  return whole;
}

/** The chunks in one array of `size` bytes; ends with the first chunk that does not fit, which counts in `total`. */
export async function gather(
  chunks: AsyncIterable<Uint8Array>,
  size: number,
): Promise<{ whole: Uint8Array<ArrayBuffer>; total: number }> {
  const whole = new Uint8Array(size);
  let total = 0;
  for await (const chunk of chunks) {
    if (total + chunk.length <= size) whole.set(chunk, total);
    total += chunk.length;
    if (total > size) break;
  }
  return { whole, total };
}

/**
 * The inflated bytes in chunks, for what need not be in memory as a whole.
 * @throws {DataError} when the file is cut short, damaged, or would inflate to more than `maxBytes`, by default 100 ×
 *   its size and at least 8 MiB: Note [Cost of a file]
 */
export async function* gunzipChunks(
  bytes: Uint8Array<ArrayBuffer>,
  op: string,
  { maxBytes }: InflateOptions = {},
): AsyncGenerator<Uint8Array> {
  const limit = inflationLimit(bytes.length, maxBytes);
  if (trailer(bytes) > limit) throw tooLarge(op, trailer(bytes), limit);
  let total = 0;
  for await (const chunk of inflate(bytes, op)) {
    total += chunk.length;
    if (total > limit) throw tooLarge(op, total, limit);
    yield chunk;
  }
}

/** The inflated size modulo 2³², from the last member's trailer; 0 if the file is too short for one. */
function trailer(bytes: Uint8Array): number {
  if (bytes.length < 4) return 0;
  return new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4, 4).getUint32(0, true);
}

/** The inflated bytes of a gzip file in chunks; see {@link inflateWith}. */
function inflate(bytes: Uint8Array<ArrayBuffer>, op: string): AsyncGenerator<Uint8Array> {
  return inflateWith("gzip", bytes, (reason) => damaged(op, `${reason} after ${bytes.length} bytes`));
}

/**
 * The inflated bytes in chunks of the engine's choice; leaving the loop early stops the inflating.
 * @param damaged  makes the error for data that the engine cannot inflate, from its reason
 */
export async function* inflateWith(
  format: "gzip" | "deflate-raw",
  bytes: Uint8Array<ArrayBuffer>,
  damaged: (reason: string) => DataError,
): AsyncGenerator<Uint8Array> {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream(format)).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw damaged(`"${cause instanceof Error ? cause.message : String(cause)}"`);
      });
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined); // the stream has failed already, and that error is on its way
  }
}

/** Engines report these faults in different ways, so the message does not distinguish them. */
function damaged(op: string, got: string): DataError {
  const wrong = "the gzip file is cut short, damaged or followed by other bytes";
  return new DataError(message(op, wrong, { expected: "one whole member with its size at the end", got }));
}
