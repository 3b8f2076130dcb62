/**
 * Reads tar archives: the regular files of a ustar or old tar archive, as views of its bytes. Folders and the headers of
 * the pax form are skipped. Does not read names of more than 255 bytes, sparse files or links.
 * Source: POSIX.1-2017, pax, "ustar Interchange Format".
 */
import { DataError, message, show } from "../../errors.js";

/** A file of an archive. */
export interface TarFile {
  readonly name: string;
  /** A view of the archive. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const block = 512;
const skipped = "5xg"; // folders, and what the pax form says of one file and of all

/**
 * The regular files in their order.
 *
 * @param op     the function that the user called, for messages
 * @param bytes  the archive, not compressed
 * @throws {DataError} when the archive is cut short or damaged, or has an entry of another kind
 */
export function readTar(op: string, bytes: Uint8Array<ArrayBuffer>): TarFile[] {
  const files: TarFile[] = [];
  for (let at = 0; ;) {
    const head = bytes.subarray(at, at + block);
    if (head.length < block) {
      const expected = "a block of zeros at its end";
      throw new DataError(message(op, "the archive is cut short", { expected, got: `${bytes.length} bytes` }));
    }
    if (head.every((byte) => byte === 0)) return files;
    const sum = head.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0); // its own field as blanks
    if (octal(head, 148, 8) !== sum)
      throw new DataError(message(op, "a header of the archive is damaged", { got: `a wrong sum at byte ${at}` }));
    const size = octal(head, 124, 12);
    const prefix = field(head, 257, 5) === "ustar" ? field(head, 345, 155) : "";
    const name = `${prefix === "" ? "" : `${prefix}/`}${field(head, 0, 100)}`;
    const from = at + block;
    if (!Number.isSafeInteger(size) || from + size > bytes.length) {
      const expected = `${size} bytes of ${show(name)}`;
      throw new DataError(message(op, "the archive is cut short", { expected, got: `${bytes.length - from}` }));
    }
    const kind = field(head, 156, 1);
    if (kind === "0" || kind === "") files.push({ name, bytes: bytes.subarray(from, from + size) });
    else if (!skipped.includes(kind)) {
      const got = `kind ${show(kind)} of ${show(name)}`;
      throw new DataError(
        message(op, "an entry of the archive is of another kind", { expected: "files and folders", got }),
      );
    }
    at = from + Math.ceil(size / block) * block;
  }
}

/** A text field: up to its first zero. */
function field(head: Uint8Array, from: number, length: number): string {
  const all = head.subarray(from, from + length);
  const end = all.indexOf(0);
  return new TextDecoder().decode(end < 0 ? all : all.subarray(0, end));
}

/** An octal number that a blank or a zero may follow; NaN where there is none. */
function octal(head: Uint8Array, from: number, length: number): number {
  const text = field(head, from, length).trim();
  return /^[0-7]+$/.test(text) ? parseInt(text, 8) : NaN;
}
