/** Where Tatoeba's file of a language is found, and what is no language. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { findTatoeba } from "../../../src/data/index.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-tatoeba-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("in the folder itself or below it, plain or gzipped; undefined where it is not", async () => {
  mkdirSync(join(folder, "translation", "tatoeba"), { recursive: true });
  const below = join(folder, "translation", "tatoeba", "vie.txt.gz");
  expect(await findTatoeba(folder, "vie")).toBeUndefined();
  writeFileSync(below, "");
  expect(await findTatoeba(folder, "vie")).toBe(below);
  writeFileSync(join(folder, "vie.txt"), "");
  expect(await findTatoeba(folder, "vie")).toBe(join(folder, "vie.txt"));
  expect(await findTatoeba(folder, "fra")).toBeUndefined();
});

it.each([undefined, "vi", "../vie", 3])("%j is no language", async (language) => {
  await expect(findTatoeba(folder, language as string)).rejects.toThrow(
    'datasets.findTatoeba: unknown language; expected three letters, such as "vie"',
  );
});
