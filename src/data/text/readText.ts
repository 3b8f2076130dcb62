/** Text files, plain or gzipped, as one string. Does not split them (tokenizer.ts does). */
import { checkKeys, DataError, message } from "../../errors.js";
import { type ByteSource, readBytes, unshared } from "../../io/bytes.js";
import { checkMaxBytes, gunzip, type InflateOptions, isGzip } from "../../io/gzip.js";

/**
 * A UTF-8 text, gzipped or not, without its byte-order mark.
 *
 * @param source  a path or file: URL (Node), bytes, a Blob, a Response, a stream
 * @throws {UsageError} for a wrong option
 * @throws {DataError} when the file cannot be read, is damaged, empty, not UTF-8, or inflates to more than `maxBytes`,
 *   by default 100 × its size and at least 8 MiB
 */
export async function readText(source: ByteSource, options: InflateOptions = {}): Promise<string> {
  const op = "text.readText";
  checkKeys(op, options, ["maxBytes"]);
  checkMaxBytes(op, options);
  const bytes = unshared(await readBytes(op, source));
  const plain = isGzip(bytes) ? await gunzip(bytes, op, options) : bytes;
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
