/**
 * Word vectors as files of the word2vec program, text or binary, in gensim's form of them: in binary files no line
 * break stands between two words. loadVectors.ts reads both forms.
 */
import { UsageError, message, show } from "../errors.js";
import { type ByteSink, concatenate, writeBytes } from "../io/bytes.js";

/** The two formats of the word2vec program. */
export type VectorFormat = "text" | "binary";

/** What is written. */
interface Vectors {
  readonly words: readonly string[];
  readonly matrix: Float32Array;
  readonly dimensions: number;
}

/** @throws what {@link writeBytes} throws, and {@link UsageError} for a word with a blank or line break */
export async function saveVectors(op: string, sink: ByteSink, vectors: Vectors, format: VectorFormat): Promise<void> {
  await writeBytes(op, sink, piecesOf(op, vectors, format));
}

/** A file of vectors, as one array. @throws {UsageError} for a word with a blank or line break */
export function vectorBytes(op: string, vectors: Vectors, format: VectorFormat): Uint8Array<ArrayBuffer> {
  return concatenate([...piecesOf(op, vectors, format)]);
}

/** @throws {UsageError} for a word with a blank or line break */
function piecesOf(op: string, vectors: Vectors, format: VectorFormat): Generator<Uint8Array> {
  const wrong = vectors.words.find((word) => /[ \t\n\v\f\r\p{Cs}]/u.test(word));
  if (wrong !== undefined) {
    const expected = "words of whole characters without blanks and line breaks, which end a word";
    throw new UsageError(message(op, "a word cannot be written", { expected, got: show(wrong) }));
  }
  return format === "text" ? textOf(vectors) : binaryOf(vectors);
}

const encoder = new TextEncoder();

/** Words that are written at a time: few writes, and little memory. */
const groupWords = 256;

/** The header, and then words from `from` to before `to`. */
function* groupsOf(
  { words, dimensions }: Vectors,
  bytesOf: (from: number, to: number) => Uint8Array,
): Generator<Uint8Array> {
  // prettier-ignore
  yield encoder.encode(`${words.length} ${dimensions}\n`);
  for (let from = 0; from < words.length; from += groupWords) {
    yield bytesOf(from, Math.min(words.length, from + groupWords));
  }
}

function textOf(vectors: Vectors): Generator<Uint8Array> {
  const { words, matrix, dimensions: D } = vectors;
  return groupsOf(vectors, (from, to) => {
    const lines = words.slice(from, to).map((word, i) => {
      const row = from + i;
      return `${word} ${Array.from(matrix.subarray(row * D, (row + 1) * D), shortest).join(" ")}\n`;
    });
    return encoder.encode(lines.join(""));
  });
}

/** The fewest digits from which float32 gives the same number again. */
function shortest(value: number): string {
  if (Object.is(value, -0)) return "-0";
  for (let digits = 7; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return String(rounded);
  }
  return String(Number(value.toPrecision(9)));
}

function binaryOf(vectors: Vectors): Generator<Uint8Array> {
  const { words, matrix, dimensions: D } = vectors;
  return groupsOf(vectors, (from, to) => {
    const records = words.slice(from, to).map((word, i) => {
      const name = encoder.encode(`${word} `);
      const record = new Uint8Array(name.length + 4 * D);
      record.set(name);
      const view = new DataView(record.buffer, name.length);
      for (let d = 0; d < D; d++) view.setFloat32(4 * d, matrix[(from + i) * D + d], true);
      return record;
    });
    return concatenate(records);
  });
}
