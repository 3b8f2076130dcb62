/**
 * Word vectors as files of the word2vec program, text or binary, in gensim's form of them: in binary files no line
 * break stands between two words. loadVectors.ts reads both forms.
 */
import { UsageError, message, show } from "../errors.js";
import { type ByteSink, writeBytes } from "../io/bytes.js";

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
  const wrong = vectors.words.find((word) => /[ \t\n\v\f\r\p{Cs}]/u.test(word));
  if (wrong !== undefined) {
    const expected = "words of whole characters without blanks and line breaks, which end a word";
    throw new UsageError(message(op, "a word cannot be written", { expected, got: show(wrong) }));
  }
  await writeBytes(op, sink, format === "text" ? textOf(vectors) : binaryOf(vectors));
}

const encoder = new TextEncoder();

function* textOf({ words, matrix, dimensions }: Vectors): Generator<Uint8Array> {
  yield encoder.encode(`${words.length} ${dimensions}\n`);
  for (const [row, word] of words.entries()) {
    const numbers = Array.from(matrix.subarray(row * dimensions, (row + 1) * dimensions), shortest);
    yield encoder.encode(`${word} ${numbers.join(" ")}\n`);
  }
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

function* binaryOf({ words, matrix, dimensions }: Vectors): Generator<Uint8Array> {
  yield encoder.encode(`${words.length} ${dimensions}\n`);
  for (const [row, word] of words.entries()) {
    const name = encoder.encode(`${word} `);
    const record = new Uint8Array(name.length + 4 * dimensions);
    record.set(name);
    const view = new DataView(record.buffer, name.length);
    for (let d = 0; d < dimensions; d++) view.setFloat32(4 * d, matrix[row * dimensions + d], true);
    yield record;
  }
}
