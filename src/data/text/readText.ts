/** Text files, plain or gzipped, as one string. Does not cut them up (tokenizer.ts does). */
import { DataError, message } from "../../errors.js";
import { type ByteSource, readBytes, unshared } from "../../io/bytes.js";
import { gunzip, isGzip } from "../../io/gzip.js";

/**
 * A UTF-8 text, gzipped or not.
 *
 * @param source  a path or file: URL (Node), bytes, a Blob, a Response, a stream
 * Errors: DataError for a file that cannot be read, is damaged, empty, or not UTF-8. A byte-order mark is left out.
 */
export async function readText(source: ByteSource): Promise<string> {
  const op = "text.readText";
  const bytes = unshared(await readBytes(op, source));
  const plain = isGzip(bytes) ? await gunzip(bytes, op) : bytes;
  if (plain.length === 0) throw new DataError(message(op, "the text is empty", { expected: "UTF-8", got: "0 bytes" }));
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(plain);
  } catch (cause) {
    const hint = "Convert it, for example by iconv.";
    throw new DataError(
      message(op, "the file is not UTF-8", { expected: "UTF-8", got: `${plain.length} bytes`, hint }),
      { cause },
    );
  }
}
