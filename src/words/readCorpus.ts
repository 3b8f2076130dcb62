/**
 * A long text from a file, split into words while it is inflated and decoded: the packed bytes and the tokens are in
 * memory, the text itself is not. Counting is in vocabulary.ts.
 */
import { DataError, message } from "../errors.js";
import { type ByteSource, readBytes, unshared } from "../io/bytes.js";
import { type InflateOptions, checkMaxBytes, gunzipChunks, isGzip } from "../io/gzip.js";
import { type Corpus, CorpusCounter, type CorpusOptions, lastBlank } from "./vocabulary.js";

/** Bytes that are decoded at a time where the file is not packed. */
const pieceBytes = 2 ** 18;

/**
 * The vocabulary of a UTF-8 text, gzipped or not, and the text as tokens.
 *
 * Cost: 0.5 to 0.8 µs a word; memory 8 bytes a word of the text while it is read, 4 afterwards.
 *
 * @param source  a path or file: URL (Node), bytes, a Blob, a Response, a stream
 * @throws {UsageError} for a wrong option
 * @throws {DataError} when the file cannot be read, is damaged, not UTF-8 or inflates to more than `maxBytes`, by
 *   default 100 × its size and at least 8 MiB; or unless at least two different words occur `minCount` times
 */
export async function readCorpus(source: ByteSource, options: CorpusOptions & InflateOptions = {}): Promise<Corpus> {
  const op = "words.readCorpus";
  const { maxBytes, ...others } = { ...options };
  checkMaxBytes(op, { maxBytes });
  const counter = new CorpusCounter(op, others);
  const bytes = unshared(await readBytes(op, source));
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let rest = ""; // of a word that may go on
  for await (const piece of isGzip(bytes) ? gunzipChunks(bytes, op, { maxBytes }) : piecesOf(bytes)) {
    const text = rest + decoded(op, decoder, piece, true);
    const end = lastBlank(text) + 1;
    counter.add(text.slice(0, end));
    rest = text.slice(end);
  }
  counter.add(rest + decoded(op, decoder, new Uint8Array(0), false));
  return counter.finish();
}

function* piecesOf(bytes: Uint8Array<ArrayBuffer>): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

/** @param stream  true while more follows */
function decoded(op: string, decoder: TextDecoder, piece: Uint8Array, stream: boolean): string {
  try {
    return decoder.decode(piece, { stream });
  } catch (cause) {
    const hint = "Convert it, for example by iconv.";
    throw new DataError(message(op, "the file is not UTF-8", { expected: "UTF-8", hint }), { cause });
  }
}
