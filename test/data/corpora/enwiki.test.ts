/** Where the text for word vectors and its evaluations are found, and what is no path. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { datasets } from "../../../src/index.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-enwiki-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("finds the text in a folder or as a file, and evaluations beside it", async () => {
  expect(await datasets.findWordFiles(folder)).toBeUndefined();
  for (const name of ["enwiki", "wordsim"]) mkdirSync(join(folder, name));
  const [text, other] = [join(folder, "enwiki", "enwiki-featured.txt"), join(folder, "other.txt")];
  const analogies = join(folder, "wordsim", "questions-words.txt");
  for (const file of [text, other, analogies]) writeFileSync(file, "a b c d\n");
  expect(await datasets.findWordFiles(folder)).toEqual({ text, analogies });
  expect(await datasets.findWordFiles(join(folder, "enwiki"))).toEqual({ text, analogies });
  expect(await datasets.findWordFiles(other)).toEqual({ text: other, analogies });
});

it("a folder that is not there has no text", async () => {
  expect(await datasets.findWordFiles(join(folder, "nowhere"))).toBeUndefined();
});

it.each([undefined, null, 3, {}, [[1], [2]]])("%j is no path", async (place) => {
  await expect(datasets.findWordFiles(place as never)).rejects.toThrow("datasets.findWordFiles: ");
});
