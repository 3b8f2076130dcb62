/** WAV files: every kind of sample, what streaming writers leave, what is refused, and any damage of a small file. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { DataError, UsageError } from "../../src/errors.js";
import { encodeWav, readWav, writeWav } from "../../src/speech/index.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-wav-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Written {
  readonly tag?: number;
  readonly bits?: number;
  readonly channels?: number;
  readonly sampleRate?: number;
  readonly riffSize?: number;
  readonly dataSize?: number;
  /** Chunks before the format and before the samples. */
  readonly chunks?: readonly (readonly [string, readonly number[]])[];
  readonly extensible?: boolean;
}

function chunk(name: string, body: Uint8Array, size = body.length): Buffer {
  const head = Buffer.alloc(8);
  head.write(name, "latin1");
  head.writeUInt32LE(size, 4);
  return Buffer.concat([head, body, Buffer.alloc(body.length % 2)]);
}

/** A WAV file, written independently of the library. */
function wav(
  data: Uint8Array,
  {
    tag = 1,
    bits = 16,
    channels = 1,
    sampleRate = 8000,
    riffSize,
    dataSize,
    chunks = [],
    extensible = false,
  }: Written = {},
): Uint8Array<ArrayBuffer> {
  // prettier-ignore
  const format = Buffer.alloc(extensible ? 40 : 16);
  format.writeUInt16LE(extensible ? 0xfffe : tag, 0);
  format.writeUInt16LE(channels, 2);
  format.writeUInt32LE(sampleRate, 4);
  format.writeUInt32LE((sampleRate * channels * bits) / 8, 8);
  format.writeUInt16LE((channels * bits) / 8, 12);
  format.writeUInt16LE(bits, 14);
  if (extensible) {
    format.writeUInt16LE(22, 16);
    format.writeUInt16LE(bits, 18);
    format.writeUInt16LE(tag, 24);
    format.set([0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71], 26);
  }
  const others = chunks.map(([name, body]) => chunk(name, Uint8Array.from(body)));
  const body = Buffer.concat([...others, chunk("fmt ", format), ...others, chunk("data", data, dataSize)]);
  const head = Buffer.from("RIFF____WAVE", "latin1");
  head.writeUInt32LE(riffSize ?? body.length + 4, 4);
  return Uint8Array.from(Buffer.concat([head, body]));
}

function int24(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(3 * values.length);
  for (const [i, value] of values.entries()) bytes.writeIntLE(value, 3 * i, 3);
  return bytes;
}
const bytesOf = (values: Int16Array | Int32Array | Float32Array | Float64Array): Uint8Array => new Uint8Array(values.buffer); // prettier-ignore
const shorts = bytesOf(Int16Array.of(0, 16384, -32768, 32767));
const values = [0, 0.5, -1, 32767 / 32768];

describe("readWav", () => {
  it.each<[string, Uint8Array<ArrayBuffer>, readonly number[]]>([
    ["8 bits, without a sign", wav(Uint8Array.of(128, 192, 0, 255), { bits: 8 }), [0, 0.5, -1, 127 / 128]],
    ["16 bits", wav(shorts), values],
    ["24 bits", wav(int24(0, 2 ** 22, -(2 ** 23), 2 ** 23 - 1), { bits: 24 }), [0, 0.5, -1, 1 - 2 ** -23]],
    ["32 bits", wav(bytesOf(Int32Array.of(0, 2 ** 30, -(2 ** 31), 256)), { bits: 32 }), [0, 0.5, -1, 2 ** -23]],
    ["floats of 32 bits, those beyond 1 too", wav(bytesOf(Float32Array.of(0, 0.5, -1, 1.5)), { tag: 3, bits: 32 }), [0, 0.5, -1, 1.5]],
    ["floats of 64 bits", wav(bytesOf(Float64Array.of(0, 0.5, -1, 0.25)), { tag: 3, bits: 64 }), [0, 0.5, -1, 0.25]],
    ["the extensible form", wav(int24(0, 2 ** 22), { bits: 24, extensible: true }), [0, 0.5]],
    ["floats in the extensible form", wav(bytesOf(Float32Array.of(0.25)), { tag: 3, bits: 32, extensible: true }), [0.25]],
    ["unknown chunks, one of an odd length", wav(shorts, { chunks: [["LIST", [1, 2, 3]], ["fact", [4, 0, 0, 0]]] }), values],
    ["sizes of 0, as a pipe leaves them", wav(shorts, { riffSize: 0, dataSize: 0 }), values],
    ["sizes of 2³² − 1, as ffmpeg leaves them", wav(shorts, { riffSize: 2 ** 32 - 1, dataSize: 2 ** 32 - 1 }), values],
    ["the size of 0x7ffff000 that sox leaves", wav(shorts, { dataSize: 0x7ffff000 }), values],
    ["a last frame that is not whole", wav(Uint8Array.of(0, 64, 7)), [0.5]],
  ])("reads %s", async (_, file, expected) => {
    const { sampleRate, channels } = await readWav(file);
    expect(sampleRate).toBe(8000);
    expect(channels.map((samples) => [...samples])).toEqual([expected]);
  }); // prettier-ignore

  it("reads channels apart, or their mean; 48 kHz stays 48 kHz", async () => {
    const file = wav(bytesOf(Int16Array.of(16384, -16384, 8192, 16384)), { channels: 2, sampleRate: 48000 });
    const stereo = await readWav(new Blob([file]));
    expect(stereo.sampleRate).toBe(48000);
    expect(stereo.channels.map((samples) => [...samples])).toEqual([[0.5, 0.25], [-0.5, 0.5]]); // prettier-ignore
    expect((await readWav(file, { mono: true })).channels.map((samples) => [...samples])).toEqual([[0, 0.375]]);
    const ambisonics = wav(new Uint8Array(2 * 64 * 3), { channels: 64 });
    expect((await readWav(ambisonics)).channels.map(({ length }) => length)).toEqual(new Array(64).fill(3));
  });

  const cut = (file: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> => file.slice(0, length);
  const text = (of: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(of);
  const tiny = wav(new Uint8Array(8));
  const unlikeFormat = (at: number, value: number): Uint8Array<ArrayBuffer> => {
    const file = tiny.slice();
    new DataView(file.buffer).setUint16(at, value, true);
    return file;
  };
  it.each<[string, Uint8Array<ArrayBuffer>, string]>([
    ["an empty file", new Uint8Array(0), "speech.readWav: the file is empty; expected a WAV file."],
    ["a file of 6 bytes", cut(tiny, 6), "the file is cut short; expected a head of 12 bytes, got 6."],
    ["a file that ends in its format", cut(tiny, 30), "the file is cut short; expected a format (fmt) of at least 16 bytes, got 10."],
    ["a file without samples' chunk", cut(tiny, 36), 'the file is cut short; expected the chunks "fmt " and "data", got "fmt " alone.'],
    ["a file that ends in its samples", cut(tiny, 50), "the file is cut short; expected 8 bytes of samples, got 6."],
    ["no samples", wav(new Uint8Array(0)), "speech.readWav: the file has no samples."],
    ["MP3", text("ID3 something else"), 'this is not a WAV file; expected "RIFF", a size and "WAVE" at its start, got "ID3 "'],
    ["FLAC", text("fLaC and what follows"), "got FLAC."],
    ["RF64", text("RF64____WAVEds64"), "got RF64."],
    ["µ-law", wav(new Uint8Array(4), { tag: 7, bits: 8 }), "the samples are compressed; expected PCM or floats, got µ-law. Convert the file"],
    ["ADPCM", wav(new Uint8Array(4), { tag: 0x11, bits: 8 }), "got IMA ADPCM."],
    ["12 bits", unlikeFormat(34, 12), "bits a sample are not of this kind; expected 8, 16, 24 or 32, got 12."],
    ["no channels", unlikeFormat(22, 0), "number of channels is out of range; expected 1 to 256, got 0."],
    ["frames of another size", unlikeFormat(32, 3), "bytes of a sample frame are wrong; expected 2 for 1 × 16 bits, got 3."],
    ["a rate of 0", wav(new Uint8Array(4), { sampleRate: 0 }), "sample rate is out of range; expected 1 to 768000 Hz, got 0."],
    ["NaN", wav(bytesOf(Float32Array.of(0, NaN)), { tag: 3, bits: 32 }), "a sample is not finite; expected numbers that float32 holds, got [NaN] as sample 1."],
    ["a number beyond float32", wav(bytesOf(Float64Array.of(1e300)), { tag: 3, bits: 64 }), "got [Infinity] as sample 0."],
  ])("refuses %s", async (_, file, message) => {
    const failure = await readWav(file).catch((reason: unknown) => reason);
    expect(failure).toBeInstanceOf(DataError);
    expect((failure as Error).message).toContain(message);
  }); // prettier-ignore

  it("refuses wrong options and sources", async () => {
    await expect(readWav(tiny, { channel: 0 } as never)).rejects.toThrow(UsageError);
    await expect(readWav(tiny, { mono: 1 as never })).rejects.toThrow("speech.readWav: mono has the wrong type");
    await expect(readWav(7 as never)).rejects.toThrow(UsageError);
    await expect(readWav(join(folder, "nowhere.wav"))).rejects.toThrow(DataError);
  });

  it("any truncation and any change of one byte gives samples, no more than the bytes, or a DataError", async () => {
    const files = [
      wav(bytesOf(Float32Array.of(0.5, -0.5, 1, 0)), { tag: 3, bits: 32, channels: 2, extensible: true }),
      wav(Uint8Array.of(1, 2, 3, 4, 5, 6), { bits: 8, chunks: [["LIST", [1, 2, 3]]] }),
    ];
    let [read, refused] = [0, 0];
    const tryOut = async (file: Uint8Array<ArrayBuffer>): Promise<void> => {
      try {
        const { channels } = await readWav(file);
        const made = channels.reduce((sum, { length }) => sum + length, 0);
        if (made < 1 || made > file.length) throw new Error(`${made} samples of ${file.length} bytes`);
        if (!channels.every((samples) => samples.every(Number.isFinite))) throw new Error("not finite");
        read++;
      } catch (error) {
        if (!(error instanceof DataError)) throw error;
        refused++;
      }
    };
    for (const file of files) {
      for (let length = 0; length < file.length; length++) await tryOut(file.slice(0, length));
      for (let at = 0; at < file.length; at++)
        for (let value = 0; value < 256; value++) await tryOut(file.with(at, value));
    }
    expect(read).toBeGreaterThan(1000);
    expect(refused).toBeGreaterThan(1000);
  });
});

describe("encodeWav and writeWav", () => {
  it("write what was read from 16 bits as it was, and clip the rest", async () => {
    const all = wav(bytesOf(Int16Array.from({ length: 65536 }, (_, i) => i - 32768)));
    const { channels } = await readWav(all);
    expect(Buffer.from(encodeWav(channels, { sampleRate: 8000 })).equals(all)).toBe(true);
    const clipped = await readWav(encodeWav(Float32Array.of(2, -2, 0.25), { sampleRate: 8000 }));
    expect([...clipped.channels[0]]).toEqual([32767 / 32768, -1, 0.25]);
  });

  it("write stereo to a path", async () => {
    const path = join(folder, "stereo.wav");
    const [left, right] = [Float32Array.of(0.5, 0.25), Float32Array.of(-0.5, -0.25)];
    await writeWav(path, [left, right], { sampleRate: 44100 });
    expect(await readWav(path)).toEqual({ sampleRate: 44100, channels: [left, right] });
  });

  it.each<[string, unknown, unknown, abstract new () => Error, string]>([
    ["NaN", Float32Array.of(0, NaN), { sampleRate: 8000 }, DataError, "speech.encodeWav: a sample is not finite; expected finite numbers, got NaN as sample 1."],
    ["no samples", new Float32Array(0), { sampleRate: 8000 }, UsageError, "there are no samples"],
    ["no channels", [], { sampleRate: 8000 }, UsageError, "number of channels is out of range; expected 1 to 256, got 0."],
    ["channels of two lengths", [new Float32Array(2), new Float32Array(3)], { sampleRate: 8000 }, UsageError, "the channels differ in length; expected the same length, got [2, 3]."],
    ["an array of numbers", [0, 1], { sampleRate: 8000 }, UsageError, "samples must be those of one channel; expected a Float32Array, got 0."],
    ["no rate", new Float32Array(2), {}, UsageError, "sampleRate is missing; expected an integer in [1, 768000]."],
  ])("refuse %s", (_, samples, options, error, message) => {
    expect(() => encodeWav(samples as never, options as never)).toThrow(error);
    expect(() => encodeWav(samples as never, options as never)).toThrow(message);
  }); // prettier-ignore
});
