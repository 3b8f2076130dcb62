/** Grey pictures for a page: numbers as bytes, black the least and white the greatest, or for signed numbers grey in the middle. */

/** A picture; a page's script draws it. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** width · height bytes in base64: 0 black … 255 white; signed: 128 is zero. */
  readonly pixels: string;
  /** Zero lies in the middle: drawn in two colours. */
  readonly isSigned: boolean;
  readonly caption: string;
}

/** Numbers as a picture, from the least to the greatest, and from zero where none is negative. @param values (height, width) */
export function pictureOf(values: ArrayLike<number>, width: number, caption: string): Picture {
  const all = Array.from(values);
  const [low, high] = [Math.min(0, ...all), Math.max(0, ...all)];
  const isSigned = low < 0;
  const reach = Math.max(-low, high) || 1;
  const byte = (value: number): number => Math.round(isSigned ? 128 + (127 * value) / reach : (255 * value) / reach);
  const pixels = Buffer.from(all.map(byte)).toString("base64");
  return { width, height: all.length / width, pixels, isSigned, caption };
}
