/**
 * Bytes of a source piece by piece, for what need not be held in whole: files and Blobs are read as they are needed,
 * all other sources at once.
 */
import { type ByteSource, readBytes, unshared } from "./bytes.js";
import { readFilePieces } from "./files.js";

/** Bytes of a piece. */
const pieceBytes = 2 ** 20;

/**
 * The bytes of a source in order. Every piece but the last has 1 MiB or more.
 *
 * @param op  the function that the user called, for messages
 * @throws as {@link readBytes}
 */
export async function* readPieces(op: string, source: ByteSource): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  if (typeof source === "string" || source instanceof URL) yield* readFilePieces(op, source, pieceBytes);
  else if (source instanceof Blob) {
    for (let at = 0; at < source.size; at += pieceBytes) {
      yield new Uint8Array(await source.slice(at, at + pieceBytes).arrayBuffer());
    }
  } else yield unshared(await readBytes(op, source));
}
