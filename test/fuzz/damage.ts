/**
 * Damage to bytes, drawn at random: bits, numbers, pieces cut out, doubled, moved or put in. Knows nothing of formats; those are readers.ts's business, which
 * damages what stands inside of a frame and makes the frame anew, so that checksums and lengths are right around what is wrong.
 */
import type { Draw } from "./fuzzer.js";

/** Turns good bytes into other ones; often a few of them, seldom many. */
export type Damage = (bytes: Uint8Array) => Uint8Array;

/** Files are kept below this. */
export const mostBytes = 1_000_000;

/** Texts that readers stumble over: numbers too large for something, brackets without end, names with a meaning. */
const texts = [
  ..."0 1 -1 00 1.0 1e9 1e309 -1e309 255 256 65536 4294967295 4294967296 9007199254740993 99999999999999999999".split(
    " ",
  ),
  ...'__proto__ constructor toString null true NaN Infinity [ ] { } [] {} "" " \\ \\" \\u0000 \\ud800 , : ; ( ) . e -'.split(
    " ",
  ),
  "\n",
  "\r\n",
  "\t",
  "\0",
  "\ufeff",
  "é",
  "𝒳",
];
const numbers = [0, 1, 2, 7, 8, 127, 128, 255, 256, 32767, 65535, 65536, 2 ** 24, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];

/** One to four wounds drawn from all kinds. */
export function drawDamage(draw: Draw): Damage {
  const wounds = Array.from({ length: draw.chance(0.6) ? 1 : draw.integer(2, 4) }, () => draw.pick(kinds));
  return (bytes) => {
    let damaged = bytes;
    for (const wound of wounds) damaged = wound(damaged, draw).subarray(0, mostBytes);
    return damaged;
  };
}

const place = (bytes: Uint8Array, draw: Draw): number => draw.integer(0, bytes.length);

/** A copy; of a Buffer, slice would be a view. */
const copyOf = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes);

const joined = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

const kinds: readonly ((bytes: Uint8Array, draw: Draw) => Uint8Array)[] = [
  function flipBits(bytes, draw) {
    const copy = copyOf(bytes);
    for (let n = draw.integer(1, 4); n > 0 && copy.length > 0; n--) {
      copy[draw.integer(0, copy.length - 1)] ^= 1 << draw.integer(0, 7);
    }
    return copy;
  },
  function writeByte(bytes, draw) {
    const copy = copyOf(bytes);
    if (copy.length > 0)
      copy[draw.integer(0, copy.length - 1)] = draw.pick([0, 1, 0x7f, 0x80, 0xff, draw.integer(0, 255)]);
    return copy;
  },
  function writeNumber(bytes, draw) {
    const width = draw.pick([2, 4, 8]);
    if (bytes.length < width) return bytes;
    const copy = copyOf(bytes);
    const view = new DataView(copy.buffer);
    const at = draw.integer(0, copy.length - width);
    const value = draw.chance(0.2) ? copy.length + draw.integer(-8, 8) : draw.pick(numbers);
    const isLittle = draw.chance(0.7);
    if (width === 2) view.setUint16(at, value, isLittle);
    else if (width === 4) view.setUint32(at, value, isLittle);
    else view.setBigUint64(at, BigInt(Math.max(0, value)) * draw.pick([1n, 1n, 2n ** 29n]), isLittle);
    return copy;
  },
  function cutOffTheEnd(bytes, draw) {
    return bytes.subarray(0, place(bytes, draw));
  },
  function cutOut(bytes, draw) {
    const from = place(bytes, draw);
    return joined(bytes.subarray(0, from), bytes.subarray(from + draw.integer(1, 20)));
  },
  function putIn(bytes, draw) {
    const at = place(bytes, draw);
    const piece = draw.chance()
      ? new TextEncoder().encode(draw.pick(texts))
      : Uint8Array.from({ length: draw.integer(1, 9) }, () => draw.integer(0, 255));
    return joined(bytes.subarray(0, at), piece, bytes.subarray(at + draw.pick([0, 0, piece.length])));
  },
  function replaceText(bytes, draw) {
    // A number or a word of a text by another one.
    const starts: number[] = [];
    for (let i = 0; i < Math.min(bytes.length, 4000); i++)
      if (isWord(bytes[i]) && !isWord(bytes[i - 1])) starts.push(i);
    if (starts.length === 0) return bytes;
    const from = draw.pick(starts);
    let end = from;
    while (isWord(bytes[end])) end++;
    return joined(bytes.subarray(0, from), new TextEncoder().encode(draw.pick(texts)), bytes.subarray(end));
  },
  function double(bytes, draw) {
    const from = place(bytes, draw);
    const piece = bytes.subarray(from, from + draw.integer(1, 40));
    return joined(bytes.subarray(0, from), piece, bytes.subarray(from));
  },
  function move(bytes, draw) {
    const from = place(bytes, draw);
    const length = draw.integer(1, 30);
    const rest = joined(bytes.subarray(0, from), bytes.subarray(from + length));
    const to = place(rest, draw);
    return joined(rest.subarray(0, to), bytes.subarray(from, from + length), rest.subarray(to));
  },
  function repeat(bytes, draw) {
    // Seldom: what costs more than it should shows in large files.
    const at = place(bytes, draw);
    const unit = draw.chance()
      ? new TextEncoder().encode(draw.pick(texts))
      : bytes.slice(at, at + draw.pick([1, 1, 2, 3, 5, 30]));
    if (unit.length === 0) return bytes;
    const size = draw.chance(0.01) ? draw.integer(10_000, mostBytes) : draw.integer(10, 2_000);
    const piece = new Uint8Array(size);
    for (let i = 0; i < size; i++) piece[i] = unit[i % unit.length];
    return joined(bytes.subarray(0, at), piece, bytes.subarray(at));
  },
];

/** Digits, letters, sign and point. */
function isWord(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  return (byte >= 48 && byte <= 57) || (byte >= 97 && byte <= 122) || (byte >= 65 && byte <= 90) || byte === 46;
}
