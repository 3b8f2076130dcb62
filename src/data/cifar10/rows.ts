/** The pictures of CIFAR-10's files as rows of pixels, and their labels. Letters: N pictures. */
import { DataError, message, show } from "../../errors.js";
import { type DecodeJpeg, decodeImage } from "../images/decode.js";

const side = 32;
const plane = side * side;

/** Pictures decoded at the same time: a browser has threads of its own for them. */
const atOnce = 64;

/** Bytes of a picture. */
export const pictureBytes = 3 * plane;

/** Pixels and labels. */
export interface Pictures {
  /** (N, 32, 32, 3): red, green and blue of each pixel. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  /** (N) 0 … 9 */
  readonly labels: Int32Array<ArrayBuffer>;
}

/**
 * Pictures of the binary version: records of a label and three planes, red, green and blue.
 * @throws {DataError} when a file does not consist of such records
 */
export function rowsOfRecords(op: string, files: readonly Uint8Array[]): Pictures {
  const record = 1 + pictureBytes;
  const wrong = files.findIndex(({ length }) => length === 0 || length % record !== 0);
  if (wrong >= 0) {
    const expected = `a multiple of ${record} bytes`;
    throw new DataError(
      message(op, `file ${wrong + 1} has the wrong size`, { expected, got: `${files[wrong].length}` }),
    );
  }
  const N = files.reduce((sum, { length }) => sum + length / record, 0);
  const pixels = new Uint8Array(N * pictureBytes);
  const labels = new Int32Array(N);
  let n = 0;
  for (const file of files) {
    for (let at = 0; at < file.length; at += record, n++) {
      labels[n] = file[at];
      for (let c = 0; c < 3; c++) {
        const from = at + 1 + c * plane;
        const to = n * pictureBytes + c;
        for (let p = 0; p < plane; p++) pixels[to + 3 * p] = file[from + p];
      }
    }
  }
  checkLabels(op, labels);
  return { pixels, labels };
}

/**
 * Pictures of JPEG files that lie end to end, sorted by class; dealt out class by class in turn.
 *
 * @param images   the files
 * @param offsets  N + 1 uint32, little-endian: where each begins, and the last ends
 * @param given    N labels
 * @throws {DataError} when the three do not fit each other, or a picture is damaged
 */
export async function rowsOfJpeg(
  op: string,
  images: Uint8Array<ArrayBuffer>,
  offsets: Uint8Array,
  given: Uint8Array,
  decodeJpeg?: DecodeJpeg,
): Promise<Pictures> {
  const N = given.length;
  const starts = new DataView(offsets.buffer, offsets.byteOffset, offsets.byteLength);
  const startOf = (n: number): number => starts.getUint32(4 * n, true);
  if (N === 0 || offsets.length !== 4 * (N + 1) || startOf(N) !== images.length) {
    const got = `${offsets.length / 4} offsets, ${images.length} bytes`;
    throw new DataError(
      message(op, "pictures and labels do not fit", { expected: `${N + 1} offsets up to the end`, got }),
    );
  }
  const labels = Int32Array.from(given);
  checkLabels(op, labels);
  const order = inTurn(labels);
  const pixels = new Uint8Array(N * pictureBytes);
  const decode = async (row: number): Promise<void> => {
    const n = order[row];
    const place = `${op}: picture ${n}`;
    const file = images.slice(startOf(n), startOf(n + 1));
    const { width, height, pixels: rgba } = await decodeImage(place, file, decodeJpeg);
    if (width !== side || height !== side)
      throw new DataError(message(place, "wrong size", { expected: "32 × 32", got: `${width} × ${height}` }));
    const to = row * pictureBytes;
    for (let p = 0; p < plane; p++) for (let c = 0; c < 3; c++) pixels[to + 3 * p + c] = rgba[4 * p + c];
  };
  for (let first = 0; first < N; first += atOnce) {
    const count = Math.min(atOnce, N - first);
    await Promise.all(Array.from({ length: count }, (_, i) => decode(first + i)));
  }
  return { pixels, labels: labels.map((_, row) => given[order[row]]) };
}

/** The rows in an order that deals out the classes in turn: the first of each class, then the second of each, … */
function inTurn(labels: Int32Array): number[] {
  const seen = new Map<number, number>();
  const turns = Array.from(labels, (label) => {
    const turn = seen.get(label) ?? 0;
    seen.set(label, turn + 1);
    return turn;
  });
  return Array.from(labels.keys()).sort((a, b) => turns[a] - turns[b] || labels[a] - labels[b]);
}

function checkLabels(op: string, labels: Int32Array): void {
  const wrong = labels.findIndex((label) => label > 9);
  if (wrong < 0) return;
  const got = `${show(labels[wrong])} of picture ${wrong}`;
  throw new DataError(message(op, "a label is out of range", { expected: "0 … 9", got }));
}
