/**
 * Writes PNG files of every kind, for tests of the reader: any colour type, depth, filter and interlacing, from raw samples.
 * Does not choose, compress well or check anything: files may be made wrong on purpose.
 */
import { crc32, deflateSync } from "node:zlib";

/** What to write. */
export interface PngParts {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly color: number;
  readonly interlaced?: boolean;
  /** Filter of every scanline, or 5: a different one for each. */
  readonly filter?: number;
  /** (height, width, channels) */
  readonly samples: ArrayLike<number>;
  /** Chunks between IHDR and IDAT. */
  readonly before?: readonly Uint8Array[];
}

/** One chunk with its length and checksum. */
export function chunk(type: string, body: ArrayLike<number> = []): Uint8Array {
  const bytes = new Uint8Array(12 + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, body.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(body, 8);
  view.setUint32(8 + body.length, crc32(bytes.subarray(4, 8 + body.length)));
  return bytes;
}

export const signature = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** The header chunk. */
export function ihdr(width: number, height: number, depth: number, color: number, interlace = 0): Uint8Array {
  const body = new Uint8Array(13);
  new DataView(body.buffer).setUint32(0, width);
  new DataView(body.buffer).setUint32(4, height);
  body.set([depth, color, 0, 0, interlace], 8);
  return chunk("IHDR", body);
}

/** The pixels' chunk: scanlines of all passes, compressed. */
export function idat(parts: PngParts): Uint8Array {
  return chunk("IDAT", deflateSync(scanlines(parts)));
}

/** A whole file. */
export function writePng(parts: PngParts): Uint8Array {
  const { width, height, depth, color, interlaced, before = [] } = parts;
  const header = ihdr(width, height, depth, color, interlaced ? 1 : 0);
  return Buffer.concat([signature, header, ...before, idat(parts), chunk("IEND")]);
}

/** The standard's drawing of Adam7: which pass (1 … 7) holds a pixel of each 8 × 8 block. */
const adam7 = ["16462646", "77777777", "56565656", "77777777", "36463646", "77777777", "56565656", "77777777"];

function scanlines({ width, height, depth, color, interlaced, filter = 0, samples }: PngParts): Uint8Array {
  const channels = [1, 0, 3, 1, 2, 0, 4][color];
  const step = Math.max(1, (channels * depth) / 8);
  const lines: number[] = [];
  for (let pass = 1; pass <= (interlaced ? 7 : 1); pass++) {
    let above: number[] | undefined;
    for (let y = 0; y < height; y++) {
      const bits: string[] = [];
      for (let x = 0; x < width; x++) {
        if (interlaced && adam7[y % 8][x % 8] !== `${pass}`) continue;
        for (let c = 0; c < channels; c++) {
          bits.push(samples[(y * width + x) * channels + c].toString(2).padStart(depth, "0"));
        }
      }
      const row = (bits.join("").match(/.{1,8}/g) ?? []).map((byte) => parseInt(byte.padEnd(8, "0"), 2));
      if (row.length === 0) continue;
      const kind = filter === 5 ? (y + pass) % 5 : filter;
      lines.push(kind, ...row.map((value, i) => value - predicted(kind, row, above, i, step)));
      above = row;
    }
  }
  return Uint8Array.from(lines);
}

function predicted(kind: number, row: number[], above: number[] | undefined, i: number, step: number): number {
  const a = row[i - step] ?? 0;
  const b = above?.[i] ?? 0;
  const c = above?.[i - step] ?? 0;
  const p = a + b - c;
  const nearest = [a, b, c].toSorted((u, v) => Math.abs(p - u) - Math.abs(p - v))[0];
  return [0, a, b, Math.floor((a + b) / 2), nearest][kind] ?? 0;
}
