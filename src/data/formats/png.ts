/**
 * PNG images, decoded in Node to RGBA of 8 bits: every colour type, bit depth, filter and interlacing of the standard,
 * including checksums. The cost of an image is limited by its header, before anything is inflated: a blank one of 8
 * megapixels is a valid file of 30 kB, which a limit by the file's size alone (Note [Cost of a file] in io/gzip.ts)
 * would refuse. Ignores gamma, colour profiles, text and animation (the first image counts). Samples of 16 bits are
 * rounded to 8.
 * Source: W3C, Portable Network Graphics (PNG) Specification, third edition.
 */
import { DataError, message, show } from "../../errors.js";
import { concatenate } from "../../io/bytes.js";
import { nodeBuiltin } from "../../io/node.js";

/** An image of height × width pixels, row by row, 4 bytes each: red, green, blue, opacity. */
export interface RgbaImage {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** Larger images are refused: no network here needs more than a screenshot has, 3840 × 2160. */
export const maxPixels = 8_388_608;

/** Wider and higher images are refused. */
export const maxSide = 16_384;

interface Header {
  readonly width: number;
  readonly height: number;
  /** Bits per sample. */
  readonly depth: number;
  readonly color: ColorType;
  readonly interlaced: boolean;
}

/** Grey, RGB, palette (a sample is an index), grey with opacity, RGB with opacity. */
type ColorType = 0 | 2 | 3 | 4 | 6;

const channelsOf: Readonly<Record<ColorType, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const depthsOf: Readonly<Record<ColorType, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

/** The positions of the pixels of a pass in the image. */
interface Pass {
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
}

const wholeImage: readonly Pass[] = [{ x: 0, y: 0, dx: 1, dy: 1 }];
const adam7: readonly Pass[] = [
  { x: 0, y: 0, dx: 8, dy: 8 },
  { x: 4, y: 0, dx: 8, dy: 8 },
  { x: 0, y: 4, dx: 4, dy: 8 },
  { x: 2, y: 0, dx: 4, dy: 4 },
  { x: 0, y: 2, dx: 2, dy: 4 },
  { x: 1, y: 0, dx: 2, dy: 2 },
  { x: 0, y: 1, dx: 1, dy: 2 },
];

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

const fail = (wrong: string, expected?: string, got?: string, cause?: unknown): never => {
  const parts = { ...(expected !== undefined && { expected }), ...(got !== undefined && { got }) };
  throw new DataError(message("png", wrong, parts), { cause });
};

/**
 * Decodes a PNG file.
 * Cost: linear in file and pixels; memory at most the file's size and 8 bytes per pixel to inflate, of which 4 remain.
 * @throws {DataError} when it is not a PNG file, is cut off, damaged or against the standard, has more than
 *   {@link maxPixels} pixels or a side above {@link maxSide}
 */
export function decodePng(file: Uint8Array): RgbaImage {
  const { header, palette, transparency, compressed } = readChunks(file);
  const passes = header.interlaced ? adam7 : wholeImage;
  const bytes = passes.reduce((sum, pass) => sum + passBytes(header, pass), 0);
  const scanlines = inflate(compressed, bytes);
  const { width, height } = header;
  const pixels = new Uint8Array(width * height * 4);
  const toRgba = pixelWriter(header, palette, transparency);
  let at = 0;
  for (const pass of passes) {
    const length = passBytes(header, pass);
    readPass(scanlines.subarray(at, at + length), header, pass, (row, i, x, y) =>
      toRgba(row, i, pixels, (y * width + x) * 4),
    );
    at += length;
  }
  return { width, height, pixels };
}

interface Chunks {
  readonly header: Header;
  readonly palette: Uint8Array | undefined;
  readonly transparency: Uint8Array | undefined;
  readonly compressed: Uint8Array;
}

function readChunks(file: Uint8Array): Chunks {
  if (!signature.every((byte, i) => file[i] === byte)) {
    fail("this is not a PNG file", "89 50 4e 47 0d 0a 1a 0a at its start", hex(file.subarray(0, 8)));
  }
  const { crc32 } = nodeBuiltin("zlib", "png");
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let header: Header | undefined;
  let palette: Uint8Array | undefined;
  let transparency: Uint8Array | undefined;
  const data: Uint8Array[] = [];
  for (let at = 8; ;) {
    const length = at + 12 <= file.length ? view.getUint32(at) : Infinity;
    if (at + 12 + length > file.length) fail("the file is cut off", "an IEND chunk at its end", `${file.length} bytes`);
    const type = String.fromCharCode(...file.subarray(at + 4, at + 8));
    const body = file.subarray(at + 8, at + 8 + length);
    if (crc32(file.subarray(at + 4, at + 8 + length)) !== view.getUint32(at + 8 + length)) {
      fail(`chunk ${show(type)} is damaged`, "the checksum that it carries");
    }
    if ((header === undefined) !== (type === "IHDR"))
      fail("a chunk is out of place", "one IHDR, and first", show(type));
    if (type === "IHDR") header = readHeader(body);
    else if (type === "PLTE") palette = body;
    else if (type === "tRNS") transparency = body;
    else if (type === "IDAT") data.push(body);
    else if (type === "IEND") break;
    else if (/^[A-Z]/.test(type)) fail("unknown critical chunk", "IHDR, PLTE, IDAT or IEND", show(type));
    at += 12 + length;
  }
  return { header: header!, palette, transparency, compressed: concatenate(data) };
}

function readHeader(body: Uint8Array): Header {
  if (body.length !== 13) fail("the header has the wrong length", "13 bytes", `${body.length}`);
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, color, compression, filter, interlace] = body.subarray(8);
  if (width === 0 || height === 0 || Math.max(width, height) > maxSide || width * height > maxPixels) {
    const expected = `1 to ${maxPixels} pixels and sides of at most ${maxSide}`;
    fail("the image has the wrong size", expected, `${width} × ${height}`);
  }
  if (!depthsOf[color as ColorType]?.includes(depth)) {
    fail("unknown kind of pixels", "a colour type and bit depth of the standard", `type ${color}, depth ${depth}`);
  }
  if (compression !== 0 || filter !== 0 || interlace > 1) {
    fail("unknown coding", "compression 0, filter 0, interlace 0 or 1", `${compression}, ${filter}, ${interlace}`);
  }
  return { width, height, depth, color: color as ColorType, interlaced: interlace === 1 };
}

function inflate(compressed: Uint8Array, bytes: number): Uint8Array {
  let scanlines: Uint8Array;
  try {
    // One piece that holds everything and a byte more: several pieces would be copied together, at twice the memory.
    scanlines = nodeBuiltin("zlib", "png").inflateSync(compressed, {
      maxOutputLength: bytes,
      chunkSize: Math.max(64, bytes + 1),
    });
  } catch (cause) {
    return fail("the pixels cannot be inflated", `zlib data of ${bytes} bytes`, (cause as Error).message, cause);
  }
  if (scanlines.length !== bytes) fail("pixels are missing", `${bytes} bytes`, `${scanlines.length}`);
  return scanlines;
}

const passWidth = (header: Header, pass: Pass): number => Math.max(0, Math.ceil((header.width - pass.x) / pass.dx));
const passHeight = (header: Header, pass: Pass): number => Math.max(0, Math.ceil((header.height - pass.y) / pass.dy));
const rowBytes = (header: Header, pass: Pass): number =>
  Math.ceil((passWidth(header, pass) * channelsOf[header.color] * header.depth) / 8);

/** A scanline is a byte that names its filter, then its samples; a pass without pixels has no scanlines. */
function passBytes(header: Header, pass: Pass): number {
  return passWidth(header, pass) === 0 ? 0 : passHeight(header, pass) * (1 + rowBytes(header, pass));
}

/**
 * Undoes the filters of a pass in place and shows each pixel: its row of samples, its index there, its place in the
 * image.
 */
function readPass(
  scanlines: Uint8Array,
  header: Header,
  pass: Pass,
  pixel: (row: Uint8Array, i: number, x: number, y: number) => void,
): void {
  if (scanlines.length === 0) return;
  const length = rowBytes(header, pass);
  const step = Math.max(1, (channelsOf[header.color] * header.depth) >> 3);
  const width = passWidth(header, pass);
  let above: Uint8Array = new Uint8Array(length);
  for (let j = 0; j * (1 + length) < scanlines.length; j++) {
    const at = j * (1 + length);
    const row = scanlines.subarray(at + 1, at + 1 + length);
    unfilter(scanlines[at], row, above, step);
    for (let i = 0; i < width; i++) pixel(row, i, pass.x + i * pass.dx, pass.y + j * pass.dy);
    above = row;
  }
}

/** row += what its filter predicts from the pixel to the left, above, and above to the left; `step` bytes a pixel. */
function unfilter(filter: number, row: Uint8Array, above: Uint8Array, step: number): void {
  if (filter > 4) fail("unknown filter of a scanline", "0 to 4", `${filter}`);
  if (filter === 0) return;
  for (let i = 0; i < row.length; i++) {
    const left = i < step ? 0 : row[i - step];
    const corner = i < step ? 0 : above[i - step];
    if (filter === 1) row[i] += left;
    else if (filter === 2) row[i] += above[i];
    else if (filter === 3) row[i] += (left + above[i]) >> 1;
    else row[i] += paeth(left, above[i], corner);
  }
}

/** Whichever of left, above and corner is nearest to left + above − corner; ties go in this order. */
function paeth(left: number, above: number, corner: number): number {
  const toLeft = Math.abs(above - corner);
  const toAbove = Math.abs(left - corner);
  const toCorner = Math.abs(left + above - 2 * corner);
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}

/** How pixel i of a row becomes four bytes at `to`. */
function pixelWriter(
  { depth, color }: Header,
  palette: Uint8Array | undefined,
  transparency: Uint8Array | undefined,
): (row: Uint8Array, i: number, pixels: Uint8Array, to: number) => void {
  const sample = sampleReader(depth);
  const scale = 255 / (2 ** depth - 1);
  if (color === 3) {
    if (palette === undefined || palette.length % 3 !== 0) {
      return fail("the palette is missing or damaged", "PLTE of 3 bytes a colour", `${palette?.length ?? 0} bytes`);
    }
    return (row, i, pixels, to) => {
      const index = sample(row, i);
      if (index * 3 >= palette.length) fail("a pixel has no colour", `an index < ${palette.length / 3}`, `${index}`);
      for (let c = 0; c < 3; c++) pixels[to + c] = palette[index * 3 + c];
      pixels[to + 3] = transparency?.[index] ?? 255;
    };
  }
  const channels = channelsOf[color];
  const colors = color === 2 || color === 6 ? 3 : 1;
  const clear = channels === colors && transparency !== undefined ? clearColor(transparency, colors) : undefined;
  return (row, i, pixels, to) => {
    for (let c = 0; c < 3; c++) pixels[to + c] = Math.round(sample(row, i * channels + (c % colors)) * scale);
    const seen = clear === undefined || clear.some((value, c) => sample(row, i * channels + c) !== value);
    pixels[to + 3] = channels > colors ? Math.round(sample(row, i * channels + colors) * scale) : seen ? 255 : 0;
  };
}

/** The one colour that is transparent, in samples. */
function clearColor(transparency: Uint8Array, colors: number): number[] {
  if (transparency.length !== 2 * colors)
    fail("the transparent colour is damaged", `${2 * colors} bytes`, `${transparency.length}`);
  return Array.from({ length: colors }, (_, c) => transparency[2 * c] * 256 + transparency[2 * c + 1]);
}

/** Reads sample i of a row, 1 to 16 bits wide, the highest bits first. */
function sampleReader(depth: number): (row: Uint8Array, i: number) => number {
  if (depth === 8) return (row, i) => row[i];
  if (depth === 16) return (row, i) => row[2 * i] * 256 + row[2 * i + 1];
  const mask = 2 ** depth - 1;
  return (row, i) => (row[(i * depth) >> 3] >> (8 - depth - ((i * depth) & 7))) & mask;
}

const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ") || "nothing";
