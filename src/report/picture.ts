/** Numbers as a small picture in grey or two colours, stored as text. Does not draw. */
import { checkInteger, checkSequence } from "../options.js";

/** A picture of numbers. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** width · height bytes in base64: 0 least … 255 greatest; signed: 128 is zero. */
  readonly pixels: string;
  /** Zero is in the middle: drawn in two colours. */
  readonly isSigned: boolean;
  /** The numbers that 0 and 255 stand for. */
  readonly range: readonly [least: number, greatest: number];
  readonly caption: string;
  /** The names of its columns, where these are classes. */
  readonly columns?: readonly string[];
}

/**
 * Numbers as a picture: from zero to the greatest or, if some are negative, symmetric around zero.
 * @param values (height, width)
 * @throws {UsageError} for something else
 */
export function pictureOf(values: ArrayLike<number>, width: number, caption: string): Picture {
  checkSequence("pictureOf", "values", values);
  checkInteger("pictureOf", "width", width, "[1, ∞)");
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
    bytes += String.fromCharCode(0xff & Math.round(isSigned ? 128 + 127 * part : 255 * part));
  }
  const range = [isSigned ? -reach : 0, reach] as const;
  return { width, height: values.length / width, pixels: btoa(bytes), isSigned, range, caption };
}
