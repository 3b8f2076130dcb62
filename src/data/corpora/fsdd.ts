/**
 * The Free Spoken Digit Dataset: English digits, spoken by six people fifty times each, and cut to one digit a
 * recording, mono at 8,000 Hz. Read from the archive of the recordings, `recordings.tar.gz` or `.tar`; nothing is
 * downloaded. Finding it in a folder needs Node. Does not compute features: lanegrad/speech does.
 * Source: Jackson et al. 2018, https://github.com/Jakobovski/free-spoken-digit-dataset, CC BY-SA 4.0; the split is its
 * own: takes 0 to 4 of every speaker and digit are the test.
 */
import { DataError, checkKeys, message, show } from "../../errors.js";
import { type ByteSource, readBytes, unshared } from "../../io/bytes.js";
import { checkMaxBytes, gunzip, type InflateOptions, isGzip } from "../../io/gzip.js";
import { nodeBuiltin } from "../../io/node.js";
import { checkPaths } from "../../io/paths.js";
import { readTar } from "../formats/tar.js";
import { decodeWav } from "../formats/wav.js";

const op = "datasets.fsdd";
const testTakes = 5;

/** A spoken digit. */
export interface SpokenDigit {
  /** The digit, 0 to 9. */
  readonly label: number;
  readonly speaker: string;
  /** The number of the recording among the speaker's of this digit, from 0. */
  readonly take: number;
  /** The recording, in [−1, 1). */
  readonly samples: Float32Array<ArrayBuffer>;
}

/** Recordings by the official split, in the order of digit, speaker and take. */
export interface SpokenDigits {
  /** Samples a second, in Hz, of all recordings. */
  readonly sampleRate: number;
  readonly train: readonly SpokenDigit[];
  readonly test: readonly SpokenDigit[];
}

/** Options of {@link fsdd}. */
export interface FsddOptions extends InflateOptions {
  /** The archive of the recordings, plain or gzipped; a path needs Node. */
  readonly file: ByteSource;
}

/** The archive's possible names. */
export const fsddFiles: readonly string[] = ["recordings.tar.gz", "recordings.tar"];

/**
 * Spoken digits: 2,700 recordings to train on and 300 to test with in the published archive; any archive with files
 * `{digit}_{speaker}_{take}.wav` can be read. Stereo becomes mono. Other files are skipped.
 *
 * Cost: about 0.3 s and 100 MB for the published archive.
 * @throws {UsageError} for an unknown option, or a path in a browser
 * @throws {DataError} when the archive or a recording is damaged, there are no recordings, or their rates differ
 */
export async function fsdd(options: FsddOptions): Promise<SpokenDigits> {
  checkKeys(op, options, ["file", "maxBytes"]);
  checkMaxBytes(op, options);
  const packed = unshared(await readBytes(op, options.file));
  const archive = isGzip(packed) ? await gunzip(packed, op, options) : packed;
  const all: SpokenDigit[] = [];
  let sampleRate = 0;
  for (const { name, bytes } of readTar(op, archive)) {
    const found = /(?:^|\/)(\d)_([^_/]+)_(\d{1,9})\.wav$/.exec(name);
    if (found === null) continue;
    const sound = decodeWav(`${op}: ${name}`, bytes, true);
    if (sampleRate !== 0 && sound.sampleRate !== sampleRate) {
      const got = `${sound.sampleRate} for ${show(name)}`;
      throw new DataError(message(op, "sample rates differ", { expected: `${sampleRate} Hz as before`, got }));
    }
    ({ sampleRate } = sound);
    all.push({ label: Number(found[1]), speaker: found[2], take: Number(found[3]), samples: sound.channels[0] });
  }
  if (all.length === 0) {
    const expected = "files such as recordings/7_george_12.wav";
    throw new DataError(message(op, "there are no recordings in the archive", { expected }));
  }
  all.sort((a, b) => a.label - b.label || compare(a.speaker, b.speaker) || a.take - b.take);
  return {
    sampleRate,
    train: all.filter(({ take }) => take >= testTakes),
    test: all.filter(({ take }) => take < testTakes),
  };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * The path of the archive: `place` itself if it is a file, else recordings.tar.gz or recordings.tar in it or in its
 * folder fsdd.
 * @returns undefined where there is none (its contents are not read)
 * @throws {UsageError} in browsers, or for what is not a path
 */
export async function findFsdd(place: string): Promise<string | undefined> {
  checkPaths(op, { place: place ?? "\0" });
  const path = nodeBuiltin("path", op);
  const fs = nodeBuiltin("fs/promises");
  const inside = ["", "fsdd"].flatMap((folder) => fsddFiles.map((name) => path.join(place, folder, name)));
  for (const candidate of [place, ...inside]) {
    const found = await fs.stat(candidate).catch(() => undefined);
    if (found?.isFile() === true) return candidate;
  }
  return undefined;
}
