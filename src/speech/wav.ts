/**
 * WAV files in and out: from any source of bytes to samples, and samples as a file of 16-bit integers. The format itself
 * is read by data/formats/wav.ts. Does not resample (resample.ts), and does not record.
 */
import { DataError, UsageError, checkKeys, message, show } from "../errors.js";
import { type ByteSink, type ByteSource, readBytes, writeBytes } from "../io/bytes.js";
import { type Sound, decodeWav } from "../data/formats/wav.js";
import { checkBoolean, checkInteger } from "../options.js";
import { checkSamples } from "./samples.js";

/** Options of {@link readWav}. */
export interface ReadWavOptions {
  /** True gives one channel, the mean of all. Default false. */
  readonly mono?: boolean;
}

/**
 * Reads a WAV file: PCM of 8, 16, 24 or 32 bits or floats of 32 or 64, in up to 256 channels, also in the extensible
 * form. Integers are scaled to [−1, 1); floats stay as they are. Any sample rate is kept: see resample.
 *
 * A file whose writer could not fill in its size is read to its end; a last frame that is not whole is left out.
 *
 * Cost: linear in the file's size; memory at most 4 bytes for each byte of the file, besides the file.
 *
 * @param source  a path or file URL (Node), bytes, a Blob or File, a Response or a stream
 * @throws {UsageError} for an unknown option, a path in a browser or what is not a source
 * @throws {DataError} when the file cannot be read, is empty, cut short, not a WAV file, compressed, without samples, or
 *   has a sample that is not finite
 */
export async function readWav(source: ByteSource, options: ReadWavOptions = {}): Promise<Sound> {
  const op = "speech.readWav";
  checkKeys(op, options, ["mono"]);
  const { mono = false } = options;
  checkBoolean(op, "mono", mono);
  return decodeWav(op, await readBytes(op, source), mono);
}

/** Options of {@link encodeWav} and {@link writeWav}. */
export interface WriteWavOptions {
  /** Samples of a channel a second, in Hz: an integer in [1, 768000]. */
  readonly sampleRate: number;
}

/**
 * A WAV file of 16-bit integers. Samples are rounded to multiples of 2⁻¹⁵ and those beyond [−1, 1) are clipped, so that
 * what was read from a 16-bit file is written as it was.
 *
 * @param samples  one channel, or an array for each channel, all of the same length
 * @throws {UsageError} for an unknown option, channels that differ in length, or none
 * @throws {DataError} when a sample is not finite, or the file would have more than 4 GB
 */
export function encodeWav(
  samples: Float32Array | readonly Float32Array[],
  options: WriteWavOptions,
): Uint8Array<ArrayBuffer> {
  return encode("speech.encodeWav", samples, options);
}

/**
 * Writes the file of {@link encodeWav} to a path (Node; all or nothing) or into a web stream, which is then closed.
 *
 * @throws what {@link encodeWav} throws, and what the sink throws
 */
export async function writeWav(
  sink: ByteSink,
  samples: Float32Array | readonly Float32Array[],
  options: WriteWavOptions,
): Promise<void> {
  const op = "speech.writeWav";
  await writeBytes(op, sink, [encode(op, samples, options)]);
}

const headBytes = 44;

function encode(
  op: string,
  samples: Float32Array | readonly Float32Array[],
  options: WriteWavOptions,
): Uint8Array<ArrayBuffer> {
  checkKeys(op, options, ["sampleRate"]);
  const { sampleRate } = options;
  checkInteger(op, "sampleRate", sampleRate, "[1, 768000]");
  const channels = Array.isArray(samples) ? (samples as readonly Float32Array[]) : [samples as Float32Array];
  if (channels.length < 1 || channels.length > 256) {
    const got = `${channels.length}`;
    throw new UsageError(message(op, "number of channels is out of range", { expected: "1 to 256", got }));
  }
  for (const one of channels) checkSamples(op, one);
  const [{ length }] = channels;
  if (channels.some((one) => one.length !== length)) {
    const got = show(channels.map((one) => one.length));
    throw new UsageError(message(op, "the channels differ in length", { expected: "the same length", got }));
  }
  const dataBytes = 2 * channels.length * length;
  if (dataBytes > 2 ** 32 - 1 - headBytes) {
    throw new DataError(message(op, "there are too many samples", { expected: "a file of at most 4 GB" }));
  }
  const bytes = new Uint8Array(headBytes + dataBytes);
  const view = new DataView(bytes.buffer);
  const frameBytes = 2 * channels.length;
  const name = (at: number, text: string): void => bytes.set(new TextEncoder().encode(text), at);
  name(0, "RIFF");
  view.setUint32(4, headBytes - 8 + dataBytes, true);
  name(8, "WAVEfmt ");
  view.setUint32(16, 16, true); // bytes of the format
  view.setUint16(20, 1, true); // PCM
  view.setUint16(22, channels.length, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * frameBytes, true);
  view.setUint16(32, frameBytes, true);
  view.setUint16(34, 16, true); // bits
  name(36, "data");
  view.setUint32(40, dataBytes, true);
  for (const [c, one] of channels.entries()) {
    for (let i = 0, at = headBytes + 2 * c; i < length; i++, at += frameBytes)
      view.setInt16(at, Math.max(-32768, Math.min(32767, Math.round(one[i] * 32768))), true);
  }
  return bytes;
}
