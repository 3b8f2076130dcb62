/** The lesson on latent semantic analysis, on a text of two subjects: neighbours are of one subject, and vectors are saved. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { lanegrad } from "../../../src/cli/lanegrad.js";
import { loadWordVectors } from "../../../src/words/index.js";
import { record } from "../../cli/support.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-lsa-"));
afterAll(() => rmSync(folder, { recursive: true }));

const subjects = [
  ["king", "war", "berlin", "france", "germany", "paris", "crown", "army"],
  ["music", "violin", "song", "concert", "piano", "melody", "choir", "opera"],
];
/** Twelve articles of each subject, each with a heading and two lines of its words. */
const articles = subjects.flatMap((words) =>
  Array.from({ length: 12 }, (_, n) => {
    const line = (shift: number): string =>
      Array.from({ length: 24 }, (_, i) => words[(i * (1 + (n % 3)) + shift) % 8]).join(" ");
    return `Heading\n${line(n)}\n${line(n + 3)}`;
  }),
);

it.each(["articles", "lines"])("documents are %s: the neighbours of a word are of its subject", async (documents) => {
  writeFileSync(join(folder, "enwiki-featured.txt"), articles.join("\n\n"));
  writeFileSync(join(folder, "EN-WS-353-ALL.txt"), "king\twar\t9\nking\tsong\t1\nmusic\tviolin\t8\nmusic\tarmy\t2\n");
  const out = join(folder, "vectors.bin");
  const recorded = record();
  const args = ["train", "lsa", "--data", folder, "--dimensions", "2", "--documents", documents, "--power", "1", "--weights", "tfidf", "--out", out, "--json"]; // prettier-ignore
  expect(await lanegrad(args, recorded.surroundings), recorded.stderr()).toBe(0);
  const result = JSON.parse(recorded.stdout()) as { wordSim: number; seed: number };
  expect([result.seed, result.wordSim > 0.7]).toEqual([0, true]);
  expect(recorded.stderr()).toContain(documents === "articles" ? "24 documents" : "48 documents");
  const vectors = await loadWordVectors(out);
  for (const [word, own] of [
    ["king", subjects[0]],
    ["violin", subjects[1]],
  ] as const) {
    // prettier-ignore
    for (const near of vectors.nearest(word, { count: 7 })) expect(own).toContain(near.word);
  }
});
