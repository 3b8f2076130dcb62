/** Sentences by a rule, as the files that `lanegrad train tagging` reads: a word that ends in "-a" is a noun behind "the", and a verb elsewhere. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const stems = ["kata", "mila", "hòa bình a", "tora", "pela", "suna"];

/** Writes a folder "vietnamese" with so many sentences for training, and a third of them for validation and test each. */
export function writeTinyTreebank(folder: string, sentences: number): void {
  mkdirSync(join(folder, "vietnamese"));
  const write = (part: string, first: number, count: number): void => {
    const text = Array.from({ length: count }, (_, i) => sentence(first + i)).join("");
    writeFileSync(join(folder, "vietnamese", `vi_vtb-ud-${part}.conllu.gz`), gzipSync(text));
  };
  write("train", 0, sentences);
  write("dev", sentences, Math.ceil(sentences / 3));
  write("test", 2 * sentences, Math.ceil(sentences / 3));
}

function sentence(s: number): string {
  const length = 2 + (s % 4);
  const words = Array.from({ length }, (_, i): [string, string][] => {
    const stem = stems[(s * 7 + i * 5 + s * i) % stems.length];
    return (s + i) % 2 === 0 ? [["the", "DET"], [stem, "NOUN"]] : [[stem, "VERB"]]; // prettier-ignore
  }).flat();
  const lines = [...words, [".", "PUNCT"]].map(
    ([form, tag], i) => `${i + 1}\t${form}\t${form}\t${tag}\t_\t_\t0\troot\t_\t_\n`,
  );
  return `# sent_id = ${s}\n${lines.join("")}\n`;
}
