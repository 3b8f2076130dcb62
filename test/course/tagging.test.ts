/** The lesson on parts of speech, and its loader. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lanegrad } from "../../src/cli/lanegrad.js";
import { findTreebank, parseConllu, treebank } from "../../src/data/corpora/treebank.js";
import { DataError } from "../../src/errors.js";
import { record } from "../cli/support.js";
import { writeTinyTreebank } from "../cli/tinyTreebank.js";
import { sharedData } from "../support/sharedData.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-tagging-"));
beforeAll(() => writeTinyTreebank(folder, 90));
afterAll(() => rmSync(folder, { recursive: true }));

async function run(...args: string[]) {
  const recorded = record();
  const status = await lanegrad(args, recorded.surroundings);
  return { status, stdout: recorded.stdout(), stderr: recorded.stderr() };
}

describe("lanegrad train tagging", () => {
  interface Found {
    readonly seed: number;
    readonly mostFrequentTagPercent: number;
    readonly results: readonly {
      readonly network: string;
      readonly directions: number;
      readonly accuracyPercent: number;
    }[];
  }
  const args = ["train", "tagging", "--data", folder, "--epochs", "6", "--batch", "6", "--lr", "0.01"];

  it("six networks learn a rule that the word alone does not tell, and the same seed gives the same percentages", async () => {
    const results: Found[] = [];
    for (const _ of [1, 2]) {
      const { status, stdout, stderr } = await run(...args, "--json", "--seed", "2");
      expect(status, stderr).toBe(0);
      results.push(JSON.parse(stdout) as Found);
    }
    const [first, second] = results.map(({ results, seed, mostFrequentTagPercent }) => {
      const rows = results.map(({ network, directions, accuracyPercent }) => [network, directions, accuracyPercent]);
      return { seed, mostFrequentTagPercent, rows };
    });
    expect(second).toEqual(first);
    expect(first.seed).toBe(2);
    expect(first.rows.map(([network, directions]) => `${network} ${directions}`)).toEqual(
      ["simple RNN", "LSTM", "GRU"].flatMap((name) => [`${name} 1`, `${name} 2`]),
    );
    expect(first.mostFrequentTagPercent).toBeLessThan(90);
    for (const row of first.rows) expect(row[2], String(row[0])).toBeGreaterThan(97);
  });

  it("without a treebank it says what to pass", async () => {
    const { status, stderr } = await run("train", "tagging", "--data", join(folder, "vietnamese", "..", ".."));
    expect(status).toBeGreaterThan(0);
    expect(stderr).toContain("Pass --data DIR with the three files *.conllu of a treebank");
  });
});

describe("treebank", () => {
  const line = (id: string, form: string, tag: string): string => `${id}\t${form}\t_\t${tag}\t_\t_\t0\t_\t_\t_`;

  it("takes forms and tags; joint words, empty ones and comments are left out, the end may lack its empty line", () => {
    const text = ["# a", line("1-2", "vámonos", "_"), line("1", "vamos", "VERB"), line("2", "nos", "PRON"), line("2.1", "x", "X"), "", line("1", "hòa bình".normalize("NFD"), "NOUN")]; // prettier-ignore
    expect(parseConllu(text.join("\r\n"))).toEqual([
      { words: ["vamos", "nos"], tags: ["VERB", "PRON"] },
      { words: ["hòa bình"], tags: ["NOUN"] },
    ]);
  });

  it.each([
    [`${line("1", "a", "X")}\n1 b`, 'line 2 is no word; expected ten columns with tabs between them: number, form, lemma, tag, …, got "1 b".'],
    [line("one", "a", "X"), "line 1 is no word"],
    [line("1", "", "X"), "line 1 is no word"],
    [line("1", "a", ""), "line 1 is no word"],
    ["# nothing\n\n", "there are no sentences"],
  ])("refuses %j", (text, wrong) => {
    expect(() => parseConllu(text)).toThrow(DataError);
    expect(() => parseConllu(text)).toThrow(wrong);
  }); // prettier-ignore

  it("is dir or three parts", async () => {
    const sources = (await findTreebank(folder))!;
    expect(await treebank(sources)).toEqual(await treebank({ dir: folder }));
    await expect(treebank({})).rejects.toThrow(
      "the files are missing; expected dir, or train, validation and test, got 0 parts.",
    );
    await expect(treebank({ dir: folder, test: "x" })).rejects.toThrow("got dir and 1 parts");
    await expect(treebank({ dir: tmpdir() })).rejects.toThrow("has no treebank");
    writeFileSync(join(folder, "zero"), "");
    await expect(treebank({ ...sources, test: join(folder, "zero") })).rejects.toThrow("the text is empty");
  });
});

const shared = sharedData("vietnamese", "vi_vtb-ud-train.conllu.gz");
it.skipIf(shared === undefined)(
  "Vietnamese-VTB has 1,400, 1,123 and 800 sentences, 20,215, 26,162 and 11,692 words",
  async () => {
    const { train, validation, test } = await treebank({ dir: join(shared!, "..") });
    const parts = [train, validation, test];
    expect(parts.map(({ length }) => length)).toEqual([1400, 1123, 800]);
    expect(parts.map((part) => part.reduce((sum, { words }) => sum + words.length, 0))).toEqual([20215, 26162, 11692]);
  },
);
