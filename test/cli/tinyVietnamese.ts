/** Vietnamese by a rule, as the files that `lanegrad train diacritics` reads: what "ma" and "toi" stand for depends on the syllable behind or before. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const phrases = ["má của tôi", "mã số này", "mà thôi đi", "tới nhà", "tối hôm qua", "Đường về Hòa Bình", "con mèo"];

/** Writes a folder "vietnamese" with so many paragraphs for training, and a fourth of them for validation and test each. */
export function writeTinyVietnamese(folder: string, paragraphs: number): void {
  mkdirSync(join(folder, "vietnamese"));
  const write = (part: string, first: number, count: number): void =>
    writeFileSync(join(folder, "vietnamese", `viwiki-${part}.txt.gz`), gzipSync(paragraphsFrom(first, count)));
  write("train", 0, paragraphs);
  write("valid", paragraphs, Math.ceil(paragraphs / 4));
  write("test", 2 * paragraphs, Math.ceil(paragraphs / 4));
}

function paragraphsFrom(first: number, count: number): string {
  const lines = Array.from({ length: count }, (_, p) => {
    const picked = Array.from(
      { length: 5 },
      (_, i) => phrases[((first + p) * 31 + i * 17 + ((first + p) * i) ** 2) % 7],
    );
    return `${picked.join(", ")}.`;
  });
  return `${lines.join("\n")}\n`;
}
