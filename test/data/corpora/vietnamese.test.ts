/** The loader of Vietnamese text: its files, its form of Unicode, what it refuses. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, expect, it } from "vitest";
import { findTreebank, parseConllu } from "../../../src/data/corpora/treebank.js";
import { findVietnamese, vietnamese } from "../../../src/data/corpora/vietnamese.js";
import { DataError, UsageError } from "../../../src/errors.js";
import { sharedData } from "../../support/sharedData.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-vietnamese-"));
afterAll(() => rmSync(folder, { recursive: true }));
const line = "Tiếng Việt";

it("reads three files, gzipped or plain, in the folder or in its folder vietnamese; a text in NFD becomes NFC", async () => {
  const inner = join(folder, "vietnamese");
  mkdirSync(inner);
  writeFileSync(join(inner, "viwiki-train.txt.gz"), gzipSync(line.normalize("NFD")));
  writeFileSync(join(inner, "viwiki-valid.txt"), `${line} 2`);
  expect(await findVietnamese(folder)).toBeUndefined();
  await expect(vietnamese({ dir: folder })).rejects.toThrow("does not have the text; expected viwiki-train.txt,");
  writeFileSync(join(inner, "viwiki-test.txt"), `${line} 3`);
  const wanted = { train: line, validation: `${line} 2`, test: `${line} 3` };
  for (const dir of [folder, inner]) expect(await vietnamese({ dir })).toEqual(wanted);
  const bytes = (text: string) => new TextEncoder().encode(text);
  const parts = { train: bytes(line), validation: bytes(`${line} 2`), test: bytes(`${line} 3`) };
  expect(await vietnamese(parts)).toEqual(wanted);
});

it.each<[object | undefined, string]>([
  [undefined, "the text is missing; expected dir, or train, validation and test, got 0 parts."],
  [{ train: "a", test: "b" }, "got 2 parts"],
  [{ dir: "a", test: "b" }, "got dir and 1 parts"],
  [{ folder: "a" }, "unknown option"],
])("refuses %j", async (options, text) => {
  await expect(vietnamese(options)).rejects.toThrow(UsageError);
  await expect(vietnamese(options)).rejects.toThrow(text);
});

it("refuses bytes that are no UTF-8, and empty files", async () => {
  const [good, bad, none] = [Uint8Array.of(97), Uint8Array.of(0xe1), new Uint8Array()];
  await expect(vietnamese({ train: good, validation: bad, test: good })).rejects.toThrow(DataError);
  await expect(vietnamese({ train: good, validation: good, test: none })).rejects.toThrow("the text is empty");
});

it("values that are no folder and no text are usage errors", async () => {
  for (const find of [findVietnamese, findTreebank])
    for (const value of [undefined, 7, null, {}]) await expect(find(value as never)).rejects.toThrow(UsageError);
  for (const value of [undefined, 7, null, {}]) expect(() => parseConllu(value as never)).toThrow(UsageError);
});

const shared = sharedData("vietnamese", "viwiki-train.txt.gz");
it.skipIf(shared === undefined)("Vietnamese Wikipedia has 25,235, 1,129 and 1,123 paragraphs", async () => {
  const { train, validation, test } = await vietnamese({ dir: join(shared!, "..") });
  const paragraphs = [train, validation, test].map((text) => text.split("\n").filter((one) => one !== "").length);
  expect(paragraphs).toEqual([25235, 1129, 1123]);
});
