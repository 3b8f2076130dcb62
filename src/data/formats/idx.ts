/**
 * idx files, the format of MNIST: a magic number 00 00 type rank, the sizes as big-endian uint32, then the values row
 * by row. Reads only uint8 values (type 08), gzipped or not, from bytes that the caller provides. Values are a view of
 * the bytes. Inflating ends at the size that the header gives, which is limited: Note [Cost of a file] in io/gzip.ts.
 * Source: LeCun, Cortes, Burges, "The MNIST database of handwritten digits", section "File formats".
 */
import { DataError, message } from "../../errors.js";
import { gunzip, gunzipStart, isGzip } from "../../io/gzip.js";

/** The contents of an idx file. */
export interface Idx {
  /** Sizes, all ≥ 1; images are (N, H, W), labels (N). */
  readonly shape: readonly number[];
  /** One byte for each value, row-major. */
  readonly values: Uint8Array<ArrayBuffer>;
}

/**
 * Reads an idx file of uint8 values, gzipped or not.
 *
 * @param bytes     the file
 * @param op        the function that the user called and the file's name, for messages
 * @param rank      the expected number of dimensions: 3 for images, 1 for labels
 * @param maxBytes  the limit on the inflated size of a gzipped file; default 100 × its size, and at least 8 MiB
 * @throws {DataError} when the file is neither gzip nor idx, has another type or rank, is empty, cut short or too long,
 *   or inflates to more than maxBytes
 */
export async function readIdx(
  bytes: Uint8Array<ArrayBuffer>,
  op: string,
  rank: number,
  maxBytes?: number,
): Promise<Idx> {
  if (!isGzip(bytes)) return parseIdx(bytes, op, rank);
  const { size } = header(await gunzipStart(bytes, op, headerBytes(rank)), op, rank);
  return parseIdx(await gunzip(bytes, op, { size, maxBytes }), op, rank);
}

/**
 * Reads an idx file that is not gzipped; `values` is a view of `bytes`. Parameters and errors as in {@link readIdx}.
 */
export function parseIdx(bytes: Uint8Array<ArrayBuffer>, op: string, rank: number): Idx {
  const { shape, size } = header(bytes, op, rank);
  if (bytes.length !== size) {
    const wrong = bytes.length < size ? "the idx file is cut short" : "bytes follow the idx values";
    const expected = `${size} bytes (a header of ${headerBytes(rank)} and ${shape.join(" × ")} values)`;
    throw new DataError(message(op, wrong, { expected, got: `${bytes.length}` }));
  }
  return { shape, values: bytes.subarray(headerBytes(rank)) };
}

const headerBytes = (rank: number) => 4 + 4 * rank;

/** Checks the header at the beginning of `bytes`. `size` is the size of the whole file in bytes. */
function header(bytes: Uint8Array, op: string, rank: number): { shape: number[]; size: number } {
  const magic = [0, 0, 8, rank];
  if (magic.some((byte, i) => bytes[i] !== byte)) {
    const expected = `${hex(magic)} (idx of uint8 with ${rank} dimension${rank === 1 ? "" : "s"}) or 1f 8b (the same, gzipped)`;
    throw new DataError(
      message(op, "wrong magic number", { expected, got: hex([...bytes.subarray(0, 4)]) || "an empty file" }),
    );
  }
  if (bytes.length < headerBytes(rank)) {
    const expected = `${headerBytes(rank)} bytes`;
    throw new DataError(message(op, "the idx header is cut short", { expected, got: `${bytes.length}` }));
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  if (shape.includes(0)) {
    throw new DataError(message(op, "the idx file holds no values", { expected: "sizes ≥ 1", got: shape.join(" × ") }));
  }
  return { shape, size: headerBytes(rank) + shape.reduce((a, b) => a * b) };
}

const hex = (bytes: readonly number[]) => bytes.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
