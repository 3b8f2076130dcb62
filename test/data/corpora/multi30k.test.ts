/** Multi30k from a folder: its sentences by language and part, and what is refused. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { datasets } from "../../../src/index.js";
import { DataError, UsageError } from "../../../src/errors.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-multi30k-"));
afterAll(() => rmSync(folder, { recursive: true }));
beforeAll(() => {
  mkdirSync(join(folder, "multi30k"));
  for (const language of ["de", "en"]) {
    for (const [part, lines] of Object.entries({ train: 3, val: 2, test_2016_flickr: 1 })) {
      const text = Array.from({ length: lines }, (_, i) => `${language} ${part} ${i}\n`).join("");
      writeFileSync(join(folder, "multi30k", `${part}.${language}`), text);
    }
  }
});

it("reads sentences by language and part, also from the folder above", async () => {
  const { de, en } = await datasets.multi30k({ dir: folder, languages: ["de", "en"] });
  expect(de.train).toEqual(["de train 0", "de train 1", "de train 2"]);
  expect([en.validation, en.test]).toEqual([["en val 0", "en val 1"], ["en test_2016_flickr 0"]]);
  expect(await datasets.findMulti30k(join(folder, "multi30k"), ["fr"])).toBeUndefined();
});

it.each<[string, () => unknown, abstract new () => Error, string]>([
  ["a language that is not there", () => datasets.multi30k({ dir: folder, languages: ["fr"] }), DataError, "does not have the texts; expected train.fr, val.fr, test_2016_flickr.fr."],
  ["a language that nobody has translated", () => datasets.multi30k({ dir: folder, languages: ["vi" as never] }), UsageError, 'datasets.multi30k: unknown language; expected de, en or fr, got "vi".'],
  ["no folder", () => datasets.findMulti30k(undefined as never, ["de"]), UsageError, "datasets.multi30k: dir is missing; expected a folder, got undefined."],
  ["no languages", () => datasets.findMulti30k(folder, undefined as never), UsageError, "datasets.multi30k: languages"],
  ["a part that is not there", () => datasets.multi30kNames(Object.create(null) as never, "de"), UsageError, "datasets.multi30k: unknown part; expected train, validation, test, got object."],
  ["no files", () => datasets.multi30kFrom(null as never), UsageError, "datasets.multi30k: files must be an object; got null."],
  ["files without parts", () => datasets.multi30kFrom({ de: null } as never), UsageError, "datasets.multi30k: files.de must be an object; got null."],
  ["languages of different lengths", () => datasets.multi30kFrom(two()), DataError, "datasets.multi30k: train has different numbers of sentences; expected 1, got 2 in en."],
])("refuses %s", async (_, call, error, text) => {
  const failure = await Promise.resolve()
    .then(call)
    .catch((reason: unknown) => reason);
  expect(failure).toBeInstanceOf(error);
  expect((failure as Error).message).toContain(text);
}); // prettier-ignore

function two(): datasets.Multi30kFiles<Uint8Array> {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  return {
    de: { train: bytes("a\n"), validation: bytes("a\n"), test: bytes("a\n") },
    en: { train: bytes("a\nb\n"), validation: bytes("a\n"), test: bytes("a\n") },
  };
}
