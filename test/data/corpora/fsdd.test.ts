/** Spoken digits from an archive: the official split, what is skipped and refused, and the real recordings where they are. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { DataError, UsageError } from "../../../src/errors.js";
import { datasets } from "../../../src/index.js";
import { encodeWav } from "../../../src/speech/index.js";
import { sharedData } from "../../support/sharedData.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-fsdd-"));
afterAll(() => rmSync(folder, { recursive: true }));

const sound = (value: number, sampleRate = 8000): Uint8Array => encodeWav(Float32Array.of(0, value), { sampleRate });

/** An entry of a ustar archive. */
function entry(name: string, bytes: Uint8Array = new Uint8Array(0), kind = "0"): Buffer {
  const head = Buffer.alloc(512);
  head.write(name, 0);
  head.write("0000644\0", 100);
  head.write(`${bytes.length.toString(8).padStart(11, "0")} `, 124);
  head.write(" ".repeat(8), 148);
  head.write(kind, 156);
  head.write("ustar\x0000", 257);
  const sum = head.reduce((total, byte) => total + byte, 0);
  head.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return Buffer.concat([head, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}
const tar = (...entries: readonly Buffer[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(Buffer.concat([...entries, Buffer.alloc(1024)]));

const archive = tar(
  entry("pax", new TextEncoder().encode("18 comment=hello\n"), "g"),
  entry("recordings/", undefined, "5"),
  entry("recordings/7_theo_12.wav", sound(0.5)),
  entry("recordings/7_theo_4.wav", sound(0.25)),
  entry("recordings/0_theo_5.wav", sound(-0.5)),
  entry("recordings/readme.txt", new Uint8Array(700)),
);

it("reads an archive, gzipped or not, and splits it by take: 0 to 4 are the test", async () => {
  const digits = await datasets.fsdd({ file: archive });
  expect(digits).toEqual({
    sampleRate: 8000,
    train: [
      { label: 0, speaker: "theo", take: 5, samples: Float32Array.of(0, -0.5) },
      { label: 7, speaker: "theo", take: 12, samples: Float32Array.of(0, 0.5) },
    ],
    test: [{ label: 7, speaker: "theo", take: 4, samples: Float32Array.of(0, 0.25) }],
  });
  expect(await datasets.fsdd({ file: new Blob([gzipSync(archive)]) })).toEqual(digits);
});

it("is found in a folder, in its folder fsdd, or as the file itself", async () => {
  expect(await datasets.findFsdd(folder)).toBeUndefined();
  const path = join(folder, "recordings.tar.gz");
  writeFileSync(path, gzipSync(archive));
  expect(await datasets.findFsdd(folder)).toBe(path);
  expect(await datasets.findFsdd(path)).toBe(path);
  expect((await datasets.fsdd({ file: path })).train).toHaveLength(2);
});

const damaged = (at: number): Uint8Array<ArrayBuffer> => {
  const bytes = archive.slice();
  bytes[at]++;
  return bytes;
};
it.each<[string, () => Promise<unknown>, abstract new () => Error, string]>([
  ["no file", () => datasets.fsdd({} as never), UsageError, "datasets.fsdd: the source cannot be read"],
  ["an unknown option", () => datasets.fsdd({ dir: folder } as never), UsageError, "datasets.fsdd: unknown option"],
  ["what is not a path", () => datasets.findFsdd(undefined as never), UsageError, "datasets.fsdd: place is invalid"],
  ["an empty archive", () => datasets.fsdd({ file: tar() }), DataError, "there are no recordings in the archive; expected files such as recordings/7_george_12.wav."],
  ["a file of zero bytes", () => datasets.fsdd({ file: new Uint8Array(0) }), DataError, "the archive is cut short; expected a block of zeros at its end, got 0 bytes."],
  ["an archive cut within a recording", () => datasets.fsdd({ file: archive.slice(0, 2600) }), DataError, "the archive is cut short"],
  ["a damaged header", () => datasets.fsdd({ file: damaged(1024 + 3) }), DataError, "a header of the archive is damaged; got a wrong sum at byte 1024."],
  ["a link", () => datasets.fsdd({ file: tar(entry("a", undefined, "2")) }), DataError, 'an entry of the archive is of another kind; expected files and folders, got kind "2" of "a".'],
  ["a damaged recording", () => datasets.fsdd({ file: tar(entry("1_a_1.wav", sound(0).slice(0, 45))) }), DataError, "datasets.fsdd: 1_a_1.wav: the file is cut short"],
  ["two rates", () => datasets.fsdd({ file: tar(entry("1_a_1.wav", sound(0)), entry("1_a_2.wav", sound(0, 16000))) }), DataError, 'sample rates differ; expected 8000 Hz as before, got 16000 for "1_a_2.wav".'],
])("refuses %s", async (_, call, error, text) => {
  const failure = await call().catch((reason: unknown) => reason);
  expect(failure).toBeInstanceOf(error);
  expect((failure as Error).message).toContain(text);
}); // prettier-ignore

it("any truncation of an archive and any change of a byte of it gives recordings or a DataError", async () => {
  const small = tar(entry("1_a_7.wav", sound(0.5)));
  const files = Array.from({ length: small.length }, (_, length) => small.slice(0, length));
  for (let at = 0; at < 700; at++) files.push(...[0, 57, 255].map((value) => Uint8Array.from(small.with(at, value))));
  let refused = 0;
  for (const file of files) {
    const failure = await datasets.fsdd({ file }).then(() => undefined, (reason: unknown) => reason); // prettier-ignore
    if (failure !== undefined) expect(failure).toBeInstanceOf(DataError);
    if (failure !== undefined) refused++;
  }
  expect(refused).toBeGreaterThan(1000);
});

const real = sharedData("fsdd");
describe("the real recordings, where they are", () => {
  it.runIf(real)("2,700 and 300 of six speakers, 30 of each digit in the test, 1,312 s in all", async () => {
    const { sampleRate, train, test } = await datasets.fsdd({ file: (await datasets.findFsdd(real!))! });
    expect([sampleRate, train.length, test.length]).toEqual([8000, 2700, 300]);
    expect([...new Set(test.map(({ speaker }) => speaker))]).toEqual(["george", "jackson", "lucas", "nicolas", "theo", "yweweler"]); // prettier-ignore
    for (let digit = 0; digit < 10; digit++) expect(test.filter(({ label }) => label === digit)).toHaveLength(30);
    const seconds = [...train, ...test].reduce((sum, { samples }) => sum + samples.length, 0) / sampleRate;
    expect(Math.round(seconds)).toBe(1312);
  });
});
