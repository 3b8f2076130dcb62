/** Numbers as a small picture in grey or two colours, or a picture in colour, stored as text. Does not draw. */
import { UsageError, message } from "../errors.js";
import { checkInteger, checkSequence } from "../options.js";

/** A picture of numbers. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** width · height bytes in base64: 0 least … 255 greatest; signed: 128 is zero; coloured: red, green, blue of each. */
  readonly pixels: string;
  /** Three bytes a pixel, which are its colour. Default false. */
  readonly isColored?: boolean;
  /** Zero is in the middle: drawn in two colours. */
  readonly isSigned: boolean;
  /** The numbers that 0 and 255 stand for. */
  readonly range: readonly [least: number, greatest: number];
  readonly caption: string;
  /** The names of its columns, where these are classes. */
  readonly columns?: readonly string[];
}

/**
 * A picture in colour.
 * @param bytes (height, width, 3): red, green and blue, 0 … 255
 * @throws {UsageError} unless the bytes are numbers in rows of this width
 */
export function colorPicture(bytes: ArrayLike<number>, width: number, caption: string): Picture {
  checkSequence("colorPicture", "bytes", bytes);
  checkInteger("colorPicture", "width", width, "[1, ∞)");
  checkRows("colorPicture", bytes.length, 3 * width);
  let text = "";
  for (let i = 0; i < bytes.length; i++) text += String.fromCharCode(Math.max(0, Math.min(255, Math.round(bytes[i]))));
  const height = bytes.length / (3 * width);
  return { width, height, pixels: btoa(text), isColored: true, isSigned: false, range: [0, 255], caption };
}

/** @throws {UsageError} when the last row is not full */
function checkRows(op: string, length: number, row: number): void {
  if (length % row === 0) return;
  const [expected, got] = [`whole rows of ${row} values`, `${length} values`];
  throw new UsageError(message(op, "the last row is not full", { expected, got }));
}

/**
 * Numbers as a picture: from zero to the greatest or, if some are negative, symmetric around zero.
 * @param values (height, width)
 * @throws {UsageError} unless the values are numbers in rows of this width
 */
export function pictureOf(values: ArrayLike<number>, width: number, caption: string): Picture {
  checkSequence("pictureOf", "values", values);
  checkInteger("pictureOf", "width", width, "[1, ∞)");
  checkRows("pictureOf", values.length, width);
  let [low, high] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    low = Math.min(low, values[i]);
    high = Math.max(high, values[i]);
  }
  const isSigned = low < 0;
  const reach = Math.max(-low, high) || 1;
  let bytes = "";
  for (let i = 0; i < values.length; i++) {
    const part = values[i] / reach;
    bytes += String.fromCharCode(Math.round(isSigned ? 128 + 127 * part : 255 * part));
  }
  const range = [isSigned ? -reach : 0, reach] as const;
  return { width, height: values.length / width, pixels: btoa(bytes), isSigned, range, caption };
}
