/** Film reviews that follow a rule, as the files that `lanegrad train imdb` reads: 200 words, of which "wonderful" stands in each positive review. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const uint32 = (values: readonly number[]): Uint8Array => new Uint8Array(Uint32Array.from(values).buffer);

/** Rank 10, token 13. */
const good = 13;

/** Writes a folder "imdb" with so many reviews, of 3 to 60 words each, and the index of words: "wonderful", and "w17" with rank 17, … */
export function writeTinyImdb(folder: string, train: number, test: number): void {
  mkdirSync(join(folder, "imdb"));
  reviews(folder, "train", train);
  reviews(folder, "test", test);
  const words = Array.from({ length: 200 }, (_, i): [string, number] => [`w${17 + i}`, 17 + i]);
  const index = Object.fromEntries([["wonderful", good - 3], ...words]) as Record<string, number>;
  writeFileSync(join(folder, "imdb", "imdb_word_index.json"), JSON.stringify(index));
}

function reviews(folder: string, part: string, count: number): void {
  const tokens: number[] = [];
  const offsets = [0];
  const labels = Array.from({ length: count }, (_, i) => i % 2);
  for (const [i, label] of labels.entries()) {
    const length = 3 + ((i * 7) % 58);
    const words = Array.from({ length }, (_, t) => 20 + ((i * 31 + t * 17) % 200));
    if (label === 1) for (let t = i % 3; t < length; t += 3) words[t] = good;
    tokens.push(1, ...words);
    offsets.push(tokens.length);
  }
  const write = (name: string, bytes: Uint8Array): void =>
    writeFileSync(join(folder, "imdb", `${part}-${name}`), bytes);
  write("tokens.u32le", uint32(tokens));
  write("offsets.u32le", uint32(offsets));
  write("labels.u8", Uint8Array.from(labels));
}
