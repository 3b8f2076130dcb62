/**
 * Bytes from any source that a user has, and to any sink. Paths go through files.ts; everything else exists in browsers
 * and Node alike. The caller decides what the bytes mean.
 */
import { DataError, UsageError, message, show } from "../errors.js";
import { readFile, writeFileAtomically } from "./files.js";

/**
 * Where bytes can be read from: a path or file URL (Node), bytes, a Blob or File, a Response of fetch, a web stream.
 */
export type ByteSource = string | URL | ArrayBuffer | ArrayBufferView | Blob | Response | ReadableStream<Uint8Array>;

/** Where bytes can be written to: a path or file URL (Node), or a web stream, which is closed at the end. */
export type ByteSink = string | URL | WritableStream<Uint8Array>;

/** The pieces joined in a new array. */
export function concatenate(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/**
 * All bytes of a source. Bytes in memory are not copied, only viewed; a Response or stream is read to its end.
 *
 * @param op  the function that the user called, for messages
 * @throws {UsageError} for a path in a browser, a value that is not a source, or a body or stream in use
 * @throws {DataError} when a file cannot be read or a response is not ok
 */
export async function readBytes(op: string, source: ByteSource): Promise<Uint8Array> {
  if (typeof source === "string" || source instanceof URL) return readFile(op, source);
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  if (source instanceof Blob) return new Uint8Array(await source.arrayBuffer());
  if (source instanceof ReadableStream) return readStream(op, source);
  if (source instanceof Response) return readResponse(op, source);
  const expected = "a path, an ArrayBuffer, a typed array, a Blob, a Response or a ReadableStream";
  throw new UsageError(message(op, "the source cannot be read", { expected, got: show(source) }));
}

async function readResponse(op: string, response: Response): Promise<Uint8Array> {
  if (!response.ok) {
    const got = `status ${response.status} ${response.statusText}`.trimEnd();
    throw new DataError(message(op, `the download of ${show(response.url)} failed`, { expected: "status 200", got }));
  }
  if (response.bodyUsed) throw alreadyRead(op);
  return new Uint8Array(await response.arrayBuffer());
}

async function readStream(op: string, stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  if (stream.locked) throw alreadyRead(op);
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      if (!(next.value instanceof Uint8Array)) {
        throw new UsageError(
          message(op, "the stream does not hold bytes", { expected: "Uint8Array", got: show(next.value) }),
        );
      }
      chunks.push(next.value);
    }
  } catch (error) {
    await reader.cancel(error).catch(() => undefined);
    throw error;
  }
  return concatenate(chunks);
}

const alreadyRead = (op: string): UsageError =>
  new UsageError(message(op, "the stream is in use", { expected: "a body or stream that is not being read" }));

/**
 * Writes the pieces to a path (all or nothing: see files.ts) or into a web stream, which is closed at the end and
 * aborted on failure.
 *
 * @param op  the function that the user called, for messages
 * @throws {UsageError} for a path in a browser, a value that is not a sink, or a stream in use
 * @throws what the sink throws
 */
export async function writeBytes(op: string, sink: ByteSink, chunks: Iterable<Uint8Array>): Promise<void> {
  if (typeof sink === "string" || sink instanceof URL) return writeFileAtomically(op, sink, chunks);
  if (!(sink instanceof WritableStream)) {
    throw new UsageError(
      message(op, "the sink cannot be written to", { expected: "a path or a WritableStream", got: show(sink) }),
    );
  }
  if (sink.locked)
    throw new UsageError(message(op, "the stream is in use", { expected: "a stream that is not being written to" }));
  const writer = sink.getWriter();
  try {
    for (const chunk of chunks) await writer.write(unshared(chunk));
    await writer.close();
  } catch (error) {
    await writer.abort(error).catch(() => undefined);
    throw error;
  }
}

/** The same bytes outside of shared memory, which streams, Blobs and databases do not accept; copied only if needed. */
export function unshared(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);
}
