/**
 * Reads WAV files: the chunks `fmt ` and `data` of a RIFF file, as float32 samples by channel. Other chunks are skipped.
 * Does not read compressed samples, big-endian files (RIFX) or files above 4 GB (RF64), and does not resample.
 * Source: Microsoft & IBM 1991, "Multimedia programming interface and data specifications 1.0"; Microsoft 2001,
 * "Multiple channel audio data and WAVE files" (the extensible form).
 *
 * Note [Sizes in WAV files]: a program that writes into a pipe cannot go back to fill in sizes. The size of the RIFF
 * chunk is therefore never used. A `data` chunk of size 0, or of about 2 GB or more (0x7ffff000 of sox, 0x80000000 of
 * arecord, 0xffffffff of ffmpeg) that the file does not have, reaches to the end of the file. Any other size beyond the
 * file means that the file was cut short, which is an error. A last sample frame that is not whole is left out.
 */
import { DataError, message, show } from "../../errors.js";

/** What a WAV file holds. */
export interface Sound {
  /** Samples of a channel a second, in Hz. */
  readonly sampleRate: number;
  /** The samples of each channel, one array a channel, all of the same length; integers are scaled to [−1, 1). */
  readonly channels: readonly Float32Array<ArrayBuffer>[];
}

/** How the samples are written. */
interface Format {
  readonly isFloat: boolean;
  readonly bits: number;
  readonly channels: number;
  readonly sampleRate: number;
}

const maxChannels = 256;
const maxSampleRate = 768_000;
const unknownSize = 0x7fff0000;
const pcm = 1;
const float = 3;
const extensible = 0xfffe;
const compressed: Readonly<Record<number, string>> = {
  2: "Microsoft ADPCM",
  6: "A-law",
  7: "µ-law",
  0x11: "IMA ADPCM",
  0x31: "GSM 6.10",
  0x50: "MPEG",
  0x55: "MP3",
};
/** What follows the format's tag in a GUID of the extensible form. */
const guidTail = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];

/**
 * The samples of a WAV file: integers of 8, 16, 24 or 32 bits, or floats of 32 or 64.
 *
 * Cost: linear in the file's size; memory at most 4 bytes for each byte of the file.
 *
 * @param op      the function that the user called, for messages
 * @param bytes   the file
 * @param isMono  gives one channel, the mean of all
 * @throws {DataError} when the file is empty, cut short, of another format, compressed, without samples, or has a
 *   sample that is not finite
 */
export function decodeWav(op: string, bytes: Uint8Array, isMono = false): Sound {
  if (bytes.length === 0) throw new DataError(message(op, "the file is empty", { expected: "a WAV file" }));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  checkHead(op, bytes);
  let format: Format | undefined;
  for (let at = 12; at + 8 <= bytes.length;) {
    const name = nameAt(bytes, at);
    const size = view.getUint32(at + 4, true);
    const from = at + 8;
    const rest = bytes.length - from;
    if (name === "fmt ")
      format = readFormat(op, new DataView(view.buffer, view.byteOffset + from, Math.min(size, rest)));
    if (name === "data") {
      if (format === undefined) throw new DataError(message(op, "the samples come before their format (fmt)"));
      const isUnknown = size === 0 || (size >= unknownSize && size > rest);
      if (!isUnknown && size > rest) throw cutShort(op, `${size} bytes of samples`, `${rest}`);
      return readSamples(
        op,
        new DataView(view.buffer, view.byteOffset + from, isUnknown ? rest : size),
        format,
        isMono,
      );
    }
    at = from + size + (size % 2); // chunks begin at even offsets
  }
  throw cutShort(op, `the chunks "fmt " and "data"`, format === undefined ? "neither" : `"fmt " alone`);
}

const cutShort = (op: string, expected: string, got: string): DataError =>
  new DataError(message(op, "the file is cut short", { expected, got }));

const nameAt = (bytes: Uint8Array, at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));

/** @throws {DataError} unless the file begins with RIFF, a size and WAVE */
function checkHead(op: string, bytes: Uint8Array): void {
  const [riff, wave] = [nameAt(bytes, 0), nameAt(bytes, 8)];
  if (riff === "RIFF" && wave === "WAVE") return;
  if (bytes.length < 12 && "RIFF".startsWith(riff) && "WAVE".startsWith(wave))
    throw cutShort(op, "a head of 12 bytes", `${bytes.length}`);
  const known: Readonly<Record<string, string>> = { RIFX: "big-endian", RF64: "RF64", OggS: "Ogg", fLaC: "FLAC" };
  const got = known[riff] ?? `${show(riff)}, ${show(wave)}`;
  throw new DataError(
    message(op, "this is not a WAV file", { expected: '"RIFF", a size and "WAVE" at its start', got }),
  );
}

/** @throws {DataError} for a chunk that is too short, or samples of another kind */
function readFormat(op: string, chunk: DataView): Format {
  if (chunk.byteLength < 16) throw cutShort(op, "a format (fmt) of at least 16 bytes", `${chunk.byteLength}`);
  let tag = chunk.getUint16(0, true);
  const [channels, sampleRate] = [chunk.getUint16(2, true), chunk.getUint32(4, true)];
  const [frameBytes, bits] = [chunk.getUint16(12, true), chunk.getUint16(14, true)];
  if (tag === extensible) {
    if (chunk.byteLength < 40) throw cutShort(op, "an extensible format of at least 40 bytes", `${chunk.byteLength}`);
    const isKnown = guidTail.every((byte, i) => chunk.getUint8(26 + i) === byte);
    tag = isKnown ? chunk.getUint16(24, true) : 0;
  }
  if (tag !== pcm && tag !== float) {
    const got = compressed[tag] ?? `format ${tag}`;
    const hint = "Convert the file, for example by `ffmpeg -i IN -c:a pcm_s16le OUT.wav`.";
    throw new DataError(message(op, "the samples are compressed", { expected: "PCM or floats", got, hint }));
  }
  const widths = tag === pcm ? [8, 16, 24, 32] : [32, 64];
  if (!widths.includes(bits)) {
    const expected = widths.join(", ").replace(/, (\d+)$/, " or $1");
    throw new DataError(message(op, "bits a sample are not of this kind", { expected, got: `${bits}` }));
  }
  if (channels < 1 || channels > maxChannels) {
    const expected = `1 to ${maxChannels}`;
    throw new DataError(message(op, "number of channels is out of range", { expected, got: `${channels}` }));
  }
  if (frameBytes !== (channels * bits) / 8) {
    const expected = `${(channels * bits) / 8} for ${channels} × ${bits} bits`;
    throw new DataError(message(op, "bytes of a sample frame are wrong", { expected, got: `${frameBytes}` }));
  }
  if (sampleRate < 1 || sampleRate > maxSampleRate) {
    const expected = `1 to ${maxSampleRate} Hz`;
    throw new DataError(message(op, "sample rate is out of range", { expected, got: `${sampleRate}` }));
  }
  return { isFloat: tag === float, bits, channels, sampleRate };
}

/** Each way of writing samples: the value at a byte offset. */
const readers: Readonly<Record<string, (view: DataView, at: number) => number>> = {
  integer8: (view, at) => (view.getUint8(at) - 128) / 2 ** 7, // unsigned, alone of all widths
  integer16: (view, at) => view.getInt16(at, true) / 2 ** 15,
  integer24: (view, at) => (view.getUint8(at) + view.getInt16(at + 1, true) * 2 ** 8) / 2 ** 23,
  integer32: (view, at) => view.getInt32(at, true) / 2 ** 31,
  float32: (view, at) => view.getFloat32(at, true),
  float64: (view, at) => view.getFloat64(at, true),
};

/** @throws {DataError} when there are no samples, or one is not finite */
function readSamples(
  op: string,
  view: DataView,
  { isFloat, bits, channels, sampleRate }: Format,
  isMono: boolean,
): Sound {
  const read = readers[`${isFloat ? "float" : "integer"}${bits}`];
  const step = bits / 8;
  const count = Math.floor(view.byteLength / (step * channels));
  if (count === 0) throw new DataError(message(op, "the file has no samples"));
  const made = Array.from({ length: isMono ? 1 : channels }, () => new Float32Array(count));
  for (let i = 0, at = 0; i < count; i++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++, at += step) {
      const value = read(view, at);
      sum += value;
      if (!isMono) made[channel][i] = value;
    }
    if (isMono) made[0][i] = sum / channels;
    if (isFloat && !made.every((samples) => Number.isFinite(samples[i]))) {
      const got = `${show(made.map((samples) => samples[i]))} as sample ${i}`;
      throw new DataError(message(op, "a sample is not finite", { expected: "numbers that float32 holds", got }));
    }
  }
  return { sampleRate, channels: made };
}
