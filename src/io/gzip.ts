/**
 * Gunzip by the engine's own DecompressionStream, in Node and in browsers alike, with the inflated size known beforehand.
 * Memory grows with what has really been inflated and never beyond the size asked for, whatever the file claims.
 * Refuses what follows a gzip member (padding, a second member): browsers do, zlib does not always.
 * Source: RFC 1952.
 */
import { DataError, message } from "../errors.js";
import { concatenate } from "./bytes.js";

/** True where `bytes` begin as a gzip file does: 1f 8b. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** The first `count` inflated bytes, fewer where the file holds fewer. Errors and `op` as in {@link gunzip}. */
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

/**
 * All inflated bytes.
 *
 * @param bytes  a gzip file
 * @param op     the function that the user called and the file's name, for the message
 * @param size   the inflated size, in bytes; inflating stops as soon as it is exceeded. Default: what the file's last four bytes say
 * Throws DataError where the file is cut short, damaged, followed by other bytes, or of another inflated size.
 */
export async function gunzip(
  bytes: Uint8Array<ArrayBuffer>,
  op: string,
  size = trailer(bytes),
): Promise<Uint8Array<ArrayBuffer>> {
  const wrongSize = (got: string) => {
    const hint = "The file is cut short, damaged, or followed by other bytes.";
    return new DataError(message(op, "the inflated size is wrong", { expected: `${size} bytes`, got, hint }));
  };
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of inflate(bytes, op)) {
    total += chunk.length;
    if (total > size) throw wrongSize("more");
    chunks.push(chunk);
  }
  if (total < size) throw wrongSize(`${total}`);
  if (trailer(bytes) !== size % 2 ** 32) throw damaged(op, `${size} bytes and ${trailer(bytes)} at its end`);
  return concatenate(chunks);
}

/** The inflated size modulo 2³², as the last member's trailer gives it; 0 where there is no room for one. */
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
 * @param damaged  the error for what the engine cannot inflate; its reason in quotation marks
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

/** Engines tell these faults apart in different ways, so the message does not. */
function damaged(op: string, got: string): DataError {
  const wrong = "the gzip file is cut short, damaged or followed by other bytes";
  return new DataError(message(op, wrong, { expected: "one whole member with its size at the end", got }));
}
