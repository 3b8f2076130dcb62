/**
 * Every reader of foreign bytes, each with good files for it and the places where they can be damaged: the file as it stands, or what is inside of a frame
 * (gzip, zip, chunks with checksums, headers with lengths, JSON), which is made anew around it. Does not choose the damage (damage.ts).
 */
import { deflateSync, gzipSync } from "node:zlib";
import { digitInput } from "../../src/cli/predict/digitImage.js";
import { imageInput } from "../../src/cli/predict/image.js";
import { readInputs } from "../../src/cli/predict/inputs.js";
import { decodePng } from "../../src/data/formats/png.js";
import type { Surroundings } from "../../src/cli/surroundings.js";
import { readIdx } from "../../src/data/formats/idx.js";
import { readIntegers, readLists } from "../../src/data/formats/npy.js";
import { pickledLists } from "../../src/data/formats/pickledLists.js";
import {
  type Model,
  datasets,
  layers,
  loadModel,
  losses,
  metrics,
  optimizers,
  sequential,
  text,
} from "../../src/index.js";
import {
  WordVectors,
  evaluateSimilarity,
  evaluateAnalogies,
  loadWordVectors,
  readCorpus,
} from "../../src/words/index.js";
import { gunzip, gunzipStart } from "../../src/io/gzip.js";
import { type Safetensors, decodeSafetensors, encodeSafetensors } from "../../src/io/safetensors.js";
import { ZipArchive } from "../../src/io/zip.js";
import { encodeWav, readWav } from "../../src/speech/index.js";
import { numpyFile } from "../support/files/numpyFiles.js";
import { chunk, ihdr, signature, writePng } from "../support/files/png.js";
import { writeZip } from "../support/files/zip.js";
import type { Damage } from "./damage.js";
import type { Draw } from "./fuzzer.js";

/** A reader and its files. */
export interface Reader {
  readonly name: string;
  /** A file with this damage somewhere. */
  readonly file: (draw: Draw, damage: Damage) => Uint8Array;
  /** Reads it and lets go of what came of it. */
  readonly read: (bytes: Uint8Array<ArrayBuffer>, draw: Draw) => unknown;
}

const encode = (string: string): Uint8Array => new TextEncoder().encode(string);
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Plain, gzipped and then damaged, or damaged and then gzipped, so that size and checksum are right. */
function perhapsGzipped(plain: Uint8Array, draw: Draw, damage: Damage): Uint8Array {
  const kind = draw.integer(0, 5);
  if (kind > 1) return damage(plain);
  return kind === 0 ? damage(gzipSync(plain)) : gzipSync(damage(plain));
}

// Tables.
const tables = [
  "length,width,kind\n1,2.5,cat\n-3e2,4,dog\n5,.5,cat\n",
  "a;b;c\r\n1;2;3\r\n4;5;6\r\n",
  '"a ""b""",x\n"1",y\n"2","z\nw"\n\n3,"y"\n',
  "1,2,1\n3,4,1.0\n5,6,2\n",
].map(encode);

const csv: Reader = {
  name: "csv",
  file: (draw, damage) => perhapsGzipped(draw.pick(tables), draw, damage),
  async read(bytes, draw) {
    const header = draw.chance(0.8);
    const separator = draw.chance(0.8) ? "," : ";";
    const which = draw.chance() ? { labels: -1 } : { target: 0 };
    const { x, y } = await datasets.csv(bytes, { header, separator, missing: draw.pick(["skip", "error"]), ...which });
    x.dispose();
    y.dispose();
  },
};

// Images and labels by idx.
function idx(shape: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(4 + 4 * shape.length + shape.reduce((a, b) => a * b));
  bytes.set([0, 0, 8, shape.length]);
  for (const [axis, size] of shape.entries()) bytes.writeUInt32BE(size, 4 + 4 * axis);
  for (let i = 4 + 4 * shape.length; i < bytes.length; i++) bytes[i] = (i * 37) % 256;
  return bytes;
}
const idxFiles = [idx([3, 4, 5]), idx([17]), idx([2, 28, 28])];

const idxReader: Reader = {
  name: "idx",
  file: (draw, damage) => perhapsGzipped(draw.pick(idxFiles), draw, damage),
  read: (bytes, draw) => readIdx(bytes, "f", draw.pick([3, 3, 1])),
};

// NumPy.
const archive = new ZipArchive(numpyFile("stored"), "seed");
const npyNames = archive.names;
const npyFiles = await Promise.all(npyNames.map(async (name) => ({ name, bytes: await archive.read(name) })));
const listFiles = npyFiles.filter(({ name }) => name.startsWith("x_")).map(({ bytes }) => bytes);
const integerFiles = ["int64", "int32", "int8", "uint8", "bool", "uint32"].map((type) => numpyFile(`npy ${type}`));
const pickles = ["protocol2", "protocol3", "protocol4"].map(numpyFile);

/** An npy file with its header or its contents damaged, and the header's length made to fit. */
function npy(file: Uint8Array, draw: Draw, damage: Damage): Uint8Array {
  if (draw.chance(0.3)) return damage(file);
  const length = 10 + file[8] + 256 * file[9];
  const [header, contents] = [file.subarray(10, length), file.subarray(length)];
  if (draw.chance(0.7)) return Buffer.concat([file.subarray(0, length), damage(contents)]);
  const other = damage(header).subarray(0, 65_535);
  const start = Buffer.from(file.subarray(0, 10));
  start.writeUInt16LE(other.length, 8);
  return Buffer.concat([start, other, contents]);
}

const npyIntegers: Reader = {
  name: "npy of integers",
  file: (draw, damage) => npy(draw.pick(integerFiles), draw, damage),
  read: (bytes) => readIntegers(bytes, "f"),
};

const npyLists: Reader = {
  name: "npy of lists",
  file: (draw, damage) => npy(draw.pick(listFiles), draw, damage),
  read: (bytes) => readLists(bytes, "f"),
};

const pickle: Reader = {
  name: "pickle",
  file: (draw, damage) => damage(draw.pick(pickles)),
  read: (bytes) => pickledLists(bytes, "f"),
};

const zip: Reader = {
  name: "zip",
  file: (draw, damage) => damage(numpyFile(draw.pick(["stored", "compressed"]))),
  async read(bytes) {
    const files = new ZipArchive(bytes, "f");
    for (const name of files.names.slice(0, 20)) await files.read(name);
  },
};

const npz: Reader = {
  name: "npz",
  file(draw, damage) {
    const damaged = draw.integer(0, npyFiles.length - 1);
    const files = npyFiles.map((file, i) => (i === damaged ? { ...file, bytes: npy(file.bytes, draw, damage) } : file));
    return writeZip(files, draw.chance(0.7));
  },
  async read(npz, draw) {
    const wordIndex = encode('{"the": 1, "film": 2}');
    const { train, test } = await datasets.imdb({ npz, ...(draw.chance(0.2) && { wordIndex }), numWords: 1000 });
    for (const { y } of [train, test]) y.dispose();
  },
};

// Texts and gzip.
const verse = encode("Fair is foul, and foul is fair:\nHover through the fog and filthy air.\n");

const gzip: Reader = {
  name: "gzip",
  file: (_, damage) => damage(gzipSync(verse)),
  read: (bytes, draw) => (draw.chance(0.2) ? gunzipStart(bytes, "f", 10) : gunzip(bytes, "f")),
};

const plainText: Reader = {
  name: "text",
  file: (draw, damage) => perhapsGzipped(verse, draw, damage),
  read: (bytes) => text.readText(bytes),
};

// Pictures.
const pngFiles = [
  { width: 5, height: 4, depth: 8, color: 6 },
  { width: 9, height: 3, depth: 1, color: 0 },
  { width: 6, height: 7, depth: 16, color: 2, interlaced: true },
  {
    width: 5,
    height: 5,
    depth: 2,
    color: 3,
    before: [chunk("PLTE", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]), chunk("tRNS", [0, 9])],
  },
  { width: 28, height: 28, depth: 8, color: 0 },
].map((parts) => {
  const channels = [1, 0, 3, 1, 2, 0, 4][parts.color];
  const samples = Array.from({ length: parts.width * parts.height * channels }, (_, i) => (i * 7) % 2 ** parts.depth);
  return writePng({ ...parts, filter: 5, samples });
});
const scanlines = new Uint8Array(60).map((_, i) => (i % 6 === 0 ? (i / 6) % 5 : i)); // 10 rows of a filter and 5 grey pixels

function png(draw: Draw, damage: Damage): Uint8Array {
  const kind = draw.integer(0, 3);
  const file = draw.pick(pngFiles);
  if (kind === 0) return damage(file);
  if (kind === 1) {
    const kinds = [[8, 0], [16, 0], [4, 0], [8, 2], [8, 3], [8, 6]] as const; // prettier-ignore
    const [depth, color] = draw.chance(0.7) ? kinds[0] : draw.pick(kinds);
    const side = (usual: number): number =>
      draw.chance(0.8) ? usual : draw.pick([1, 2, 5, 8, 10, 28, 100, 4096, 8192, 65_535]);
    const header = ihdr(side(5), side(10), depth, color, Number(draw.chance(0.1)));
    const raw = draw.chance(0.02)
      ? Buffer.concat([scanlines, new Uint8Array(draw.integer(0, 40_000_000))])
      : damage(scanlines);
    return Buffer.concat([signature, header, chunk("IDAT", deflateSync(raw, { level: 1 })), chunk("IEND")]).subarray(
      0,
      999_999,
    );
  }
  // One chunk's contents, with its length and checksum made to fit.
  const chunks: { type: string; body: Uint8Array }[] = [];
  const view = new DataView(file.buffer, file.byteOffset);
  for (let at = 8; at < file.length; at += 12 + view.getUint32(at)) {
    chunks.push({
      type: decode(file.subarray(at + 4, at + 8)),
      body: file.subarray(at + 8, at + 8 + view.getUint32(at)),
    });
  }
  const damaged = draw.integer(0, chunks.length - 1);
  return Buffer.concat([
    signature,
    ...chunks.map(({ type, body }, i) => chunk(type, i === damaged ? damage(body) : body)),
  ]);
}

const picture: Reader = {
  name: "png",
  file: png,
  read(bytes, draw) {
    const image = decodePng(bytes);
    if (draw.chance()) digitInput(image);
    else imageInput(image, { height: 6, width: 9, channels: draw.pick([1, 3]) });
  },
};

// Models.
function smallModel(): Model {
  const network = sequential(
    [
      layers.dense({ inputShape: [3], units: 4, activation: "relu" }),
      layers.batchNormalization(),
      layers.dropout({ rate: 0.5 }),
      layers.dense({ units: 2, activation: "softmax" }),
    ],
    { name: "small", seed: 1 },
  );
  network.compile({
    optimizer: optimizers.adam(),
    loss: losses.categoricalCrossentropy(),
    metrics: [metrics.accuracy()],
  });
  network.notes = { input: "table", classNames: ["a", "b"] };
  return network;
}

async function modelFiles(): Promise<Uint8Array[]> {
  const chain = smallModel();
  const words = sequential([
    layers.embedding({ inputShape: [4], inputDim: 5, outputDim: 2, maskZero: true }),
    layers.lstm({ units: 2, stateful: true, batchSize: 1, returnSequences: true }),
    layers.dense({ units: 3 }),
  ]);
  const images = sequential([
    layers.conv2d({ inputShape: [6, 6, 1], filters: 2, kernelSize: 3 }),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.flatten(),
    layers.dense({ units: 2 }),
  ]);
  const files = [
    await chain.toBytes(),
    await chain.toBytes({ checkpoint: true }),
    await words.toBytes(),
    await images.toBytes(),
  ];
  for (const model of [chain, words, images]) model.dispose();
  return files;
}

let models: { readonly bytes: Uint8Array; readonly parsed: Safetensors }[] | undefined;

/** Needs the kernels, so not at the top. */
export async function prepareReaders(): Promise<void> {
  models ??= (await modelFiles()).map((bytes) => ({ bytes, parsed: decodeSafetensors(bytes) }));
  predictors ??= [
    sequential([layers.flatten({ inputShape: [28, 28] }), layers.dense({ units: 10 })]),
    sequential([layers.dense({ inputShape: [3], units: 2 })]),
  ];
}

/** The header's text damaged and its length made to fit. */
function withHeader(file: Uint8Array, damage: Damage): Uint8Array {
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const header = damage(file.subarray(8, 8 + length));
  const start = Buffer.alloc(8);
  start.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([start, header, file.subarray(8 + length)]);
}

function modelFile(draw: Draw, damage: Damage): Uint8Array {
  const { bytes, parsed } = draw.pick(models!);
  const kind = draw.integer(0, 5);
  if (kind === 0) return damage(bytes);
  if (kind === 1) return withHeader(bytes, damage);
  const entries = [...parsed.tensors].map(([name, tensor]) => ({ name, ...tensor }));
  const metadata = parsed.metadata.lanegrad;
  if (kind === 2) return encodeSafetensors(entries, { lanegrad: decode(damage(encode(metadata))) });
  return encodeSafetensors(entries, { lanegrad: otherJson(metadata, draw) });
}

const lies: readonly unknown[] = [null, true, -1, 0, 0.5, 7, 1e9, 2 ** 31, 2 ** 53, 1e300, "", "x", "__proto__", "dense", [], [[]], {}, [1e9], { toString: 1, valueOf: 1 }, { constructor: { name: { toString: 1 } } }]; // prettier-ignore

/** JSON with one or two values changed, taken away, or exchanged for others of the same text. */
function otherJson(json: string, draw: Draw): string {
  const value = JSON.parse(json) as object;
  for (let n = draw.integer(1, 2); n > 0; n--) {
    const places = placesIn(value);
    if (places.length === 0) break;
    const [parent, key] = draw.pick(places);
    const kind = draw.integer(0, 3);
    const [otherParent, otherKey] = draw.pick(places);
    if (kind === 0) Reflect.deleteProperty(parent, key);
    else if (kind === 1) Reflect.set(parent, key, structuredClone(Reflect.get(otherParent, otherKey)));
    else if (kind === 2 && Array.isArray(parent)) parent.push(structuredClone(draw.pick(parent as unknown[])));
    else Reflect.set(parent, key, structuredClone(draw.pick(lies)));
  }
  return JSON.stringify(value);
}

/** Every object or array in a JSON value with each of its keys. */
function placesIn(value: unknown): [parent: object, key: string][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => [[value, key], ...placesIn(item)] as [object, string][]);
}

const safetensors: Reader = {
  name: "safetensors",
  file: (draw, damage) => {
    const { bytes } = draw.pick(models!);
    return draw.chance(0.3) ? damage(bytes) : withHeader(bytes, damage);
  },
  read: (bytes) => decodeSafetensors(bytes),
};

const model: Reader = {
  name: "model",
  file: modelFile,
  async read(bytes, draw) {
    const options = draw.chance(0.1) ? { batchSize: 2 } : draw.chance(0.1) ? { inputShape: [1] } : {};
    (await loadModel(bytes, options)).dispose();
  },
};

// Vocabularies.
const vocabularies = (["words", "characters"] as const).map((unit) =>
  JSON.stringify(text.fitTokenizer(decode(verse), { unit })),
);

const tokenizer: Reader = {
  name: "tokenizer",
  file(draw, damage) {
    const json = draw.pick(vocabularies);
    return draw.chance() ? damage(encode(json)) : encode(otherJson(json, draw));
  },
  async read(bytes) {
    const loaded = await text.loadTokenizer(bytes);
    loaded.decode(loaded.encode("Hover through it"));
  },
};

const savedPairs = JSON.stringify(text.fitBytePairs(decode(verse), { maxTokens: 300, marks: ["<end>"] }));

const bytePairs: Reader = {
  name: "byte pairs",
  file: (draw, damage) => (draw.chance() ? damage(encode(savedPairs)) : encode(otherJson(savedPairs, draw))),
  async read(bytes) {
    const loaded = await text.loadBytePairs(bytes);
    loaded.decode(loaded.encode("Hover through it"));
  },
};

const reviewWords = JSON.stringify({
  format: "lanegrad review words",
  ranks: { the: 1, film: 2, fog: 3 },
  options: { numWords: 1000 },
});

const words: Reader = {
  name: "review words",
  file: (draw, damage) => (draw.chance() ? damage(encode(reviewWords)) : encode(otherJson(reviewWords, draw))),
  read(bytes) {
    let value: unknown;
    try {
      value = JSON.parse(decode(bytes));
    } catch {
      return; // the caller's business
    }
    const loaded = datasets.reviewWordsFrom(value);
    loaded.decode(loaded.encode("the fog is foul"));
    loaded.count("the fog is foul");
    JSON.stringify(loaded);
  },
};

// What the command predicts from, told apart by the first bytes.
let predictors: readonly Model[] | undefined; // of digits, and of rows of three numbers

const predict: Reader = {
  name: "input of predict",
  file: (draw, damage) =>
    draw.pick([
      () => damage(draw.pick([tables[1], encode("1,2,3\n4,5,6\n"), encode("a\tb\tc\n1\t-2\t.3\n")])),
      () => picture.file(draw, damage),
      () => perhapsGzipped(idxFiles[2], draw, damage),
    ])(),
  async read(bytes, draw) {
    const surroundings = { readStdin: () => Promise.resolve(bytes) } as unknown as Surroundings;
    const inputs = await readInputs(draw.pick(predictors!), { files: ["-"], text: undefined }, surroundings);
    for (const { x } of inputs) x.dispose();
  },
};

// Word vectors, and what they are evaluated by.
const vectorFiles = [
  encode("3 2\nthe 1.5 -2\nof 1e-3 0.25\nto 0 1\n"),
  Buffer.concat([encode("2 2\nthe "), new Uint8Array(Float32Array.of(1, 2).buffer), encode("\nof "), new Uint8Array(Float32Array.of(3, 4).buffer)]), // prettier-ignore
];
const wordVectors: Reader = {
  name: "word vectors",
  file: (draw, damage) => perhapsGzipped(draw.pick(vectorFiles), draw, damage),
  async read(bytes, draw) {
    const read = await loadWordVectors(bytes, draw.chance(0.6) ? {} : { format: draw.pick(["text", "binary"]) });
    read.nearest(read.words[0]);
  },
};

const twoWords = new WordVectors(["a", "b"], Float32Array.of(1, 2, 3, 4));
const evaluations: Reader = {
  name: "texts for word vectors",
  file: (draw, damage) => perhapsGzipped(encode(draw.pick([": x\na b a b\nb a b a\n", "a\tb\t1\r\nb\ta\t2\r\n"])), draw, damage), // prettier-ignore
  read: (bytes, draw) =>
    draw.pick([
      () => evaluateAnalogies(twoWords, bytes),
      () => evaluateSimilarity(twoWords, bytes),
      () => readCorpus(bytes, { minCount: 1 }),
    ])(),
};

// Sounds.
const sounds = [1, 2].map((channels) =>
  encodeWav(
    Array.from({ length: channels }, () => Float32Array.of(0, 0.5, -0.5, 1, -1, 0.25)),
    { sampleRate: 8000 },
  ),
);

const wav: Reader = {
  name: "wav",
  file: (draw, damage) => damage(draw.pick(sounds)),
  read: (bytes, draw) => readWav(bytes, { mono: draw.chance() }),
};

/** Those that take longer come less often. */
export const readers: readonly Reader[] = [
  ...[csv, csv, csv, idxReader, idxReader, npyIntegers, npyIntegers, npyLists, npyLists, pickle, pickle, pickle],
  ...[zip, npz, gzip, plainText, picture, picture, safetensors, safetensors, safetensors, model, model],
  ...[tokenizer, tokenizer, bytePairs, words, words, predict, wordVectors, wordVectors, evaluations, wav],
];
