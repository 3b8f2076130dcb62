/** The lesson on diacritics: syllables and their marks, and the lesson itself on a text that follows a rule. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  bareOf,
  columns,
  fitSyllables,
  marked,
  patternOf,
  syllablesOf,
  SyllableNumbers,
} from "../../course/sequences/syllables.js";
import { lanegrad } from "../../src/cli/lanegrad.js";
import { record } from "../cli/support.js";
import { writeTinyVietnamese } from "../cli/tinyVietnamese.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-diacritics-"));
const file = (name: string): string => join(folder, name);
beforeAll(() => writeTinyVietnamese(folder, 160));
afterAll(() => rmSync(folder, { recursive: true }));

async function run(...args: string[]) {
  const recorded = record();
  const status = await lanegrad(args, recorded.surroundings);
  return { status, stdout: recorded.stdout(), stderr: recorded.stderr() };
}

describe("syllables", () => {
  const all = "Không gian kiến trúc Hoàng thành (1.229,36m) hòa và hoà ĐƯỜNG Đắk ngoằn ngoèo quý giá";

  it("bare text has a letter for each letter, in capitals too", () => {
    expect(bareOf(all)).toBe("Khong gian kien truc Hoang thanh (1.229,36m) hoa va hoa DUONG Dak ngoan ngoeo quy gia");
  });

  it("each form is its bare form with the marks of its pattern; hòa and hoà have two patterns, hòa and tòa one", () => {
    for (const form of syllablesOf(all).forms) expect(marked(bareOf(form), patternOf(form))).toBe(form);
    expect(patternOf("hòa")).toBe(patternOf("Tòa"));
    expect(patternOf("hòa")).not.toBe(patternOf("hoà"));
  });

  it("a text in NFD has the syllables of the same text in NFC", () => {
    expect(syllablesOf(all.normalize("NFD"))).toEqual(syllablesOf(all));
  });

  it("syllables and what stands between them are the text", () => {
    const { forms, between } = syllablesOf(all);
    expect(between.map((gap, i) => gap + (forms[i] ?? "")).join("")).toBe(all);
  });

  it("numbers do not depend on the marks, and those from JSON are the same", () => {
    const texts = ["má của tôi là má, mã số. Mà thôi", "má của tôi. ĐÂY 12 má"].map(syllablesOf);
    const numbers = fitSyllables(texts);
    const again = new SyllableNumbers(JSON.parse(JSON.stringify(numbers.config)));
    for (const text of texts) {
      const bare = { ...text, forms: text.forms.map(bareOf) };
      expect(numbers.encode(bare)).toEqual(numbers.encode(text));
      expect(again.encode(text)).toEqual(numbers.encode(text));
    }
    const encoded = Array.from(numbers.encode(texts[0]));
    expect(encoded.length).toBe(columns * texts[0].forms.length);
    expect(encoded.every((number) => number >= 0 && number < numbers.size)).toBe(true);
    expect(numbers.config.words).toEqual(["ma", "cua", "toi"]);
    expect(numbers.seenOf("MA").map((pattern) => marked("ma", numbers.config.patterns[pattern]))).toEqual(["má"]);
    expect(numbers.seenOf("khong")).toEqual([]);
  });

  it("a text without a syllable that occurs twice is refused", () => {
    expect(() => fitSyllables([syllablesOf("một hai ba")])).toThrow(/the text has no syllables/);
  });
});

describe("lanegrad train diacritics", () => {
  const args = ["train", "diacritics", "--layers", "1", "--data", folder, "--epochs", "6", "--batch", "4"];
  const model = file("model.safetensors");

  it("learns a rule that needs the neighbours, and says how much of a bare text is right", async () => {
    const { status, stdout } = await run(...args, "--json", "--out", model);
    expect(status).toBe(0);
    const result = JSON.parse(stdout) as Record<string, number | string>;
    expect(result).toMatchObject({ recipe: "diacritics", data: "vietnamese", layers: 1, seed: 0 });
    expect(result.syllableAccuracyPercent).toBeGreaterThan(97);
    expect(result.bareAccuracyPercent).toBeLessThan(30);
    expect(result.results).toMatchObject([{ layers: 1, syllableAccuracyPercent: result.syllableAccuracyPercent }]);
  });

  it("predict gives a text its diacritics, whatever form of Unicode it is in; what is unknown stays", async () => {
    const wanted = "Mã số này, XYZZY của tôi!\nĐường 12\n";
    for (const text of [bareOf(wanted), wanted, wanted.normalize("NFD")].map((one) => one.trim())) {
      const { status, stdout } = await run("predict", model, "--text", text);
      expect([status, stdout]).toEqual([0, wanted]);
    }
    writeFileSync(file("text.txt"), "toi hom qua");
    const { stdout } = await run("predict", model, file("text.txt"), "--json");
    expect(JSON.parse(stdout)).toEqual({ model, texts: [{ name: file("text.txt"), text: "tối hôm qua" }] });
  });

  it("predict restores a text that is longer than a window as it restores it in the middle of one", async () => {
    const text = Array.from({ length: 60 }, () => "ma so nay con meo").join(" ");
    const { stdout } = await run("predict", model, "--text", text);
    expect(stdout).toBe(`${Array.from({ length: 60 }, () => "mã số này con mèo").join(" ")}\n`);
  });

  it("predict refuses a text without a letter", async () => {
    const { status, stderr } = await run("predict", model, "--text", " 12 !");
    expect(status).toBeGreaterThan(0);
    expect(stderr).toContain('predict: "12 !" is an empty text; expected at least one word');
  });

  it("resumed from its checkpoint after an epoch it ends with the same bytes", async () => {
    const recorded = record();
    const { stdout } = recorded.surroundings;
    const stopping = {
      write(text: string) {
        stdout.write(text);
        if (/^epoch +2/m.test(text)) recorded.send("SIGINT");
      },
    };
    const parts = file("parts.safetensors");
    expect(await lanegrad([...args, "--out", parts], { ...recorded.surroundings, stdout: stopping })).toBe(130);
    const checkpoint = file("parts.checkpoint.safetensors");
    const { status } = await run("train", "diacritics", "--resume", checkpoint, "--data", folder, "--out", parts);
    expect(status).toBe(0);
    expect(readFileSync(parts).equals(readFileSync(model))).toBe(true);
  });

  it("without its text it says what to pass", async () => {
    const { status, stderr } = await run("train", "diacritics", "--data", tmpdir());
    expect(status).toBeGreaterThan(0);
    expect(stderr).toContain("Pass --data DIR with viwiki-train.txt, viwiki-valid.txt and viwiki-test.txt");
  });

  it("refuses three layers", async () => {
    const { stderr } = await run("train", "diacritics", "--layers", "3", "--data", folder);
    expect(stderr).toContain("unknown layers; expected 1 or 2");
  });
});
