/** The lesson on translation, on a toy language that turns the words round: training, resuming, predict, and its files of pairs. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { apart, words } from "../../course/sequences/translating.js";
import { lanegrad } from "../../src/cli/lanegrad.js";
import { text } from "../../src/index.js";
import { Random } from "../../src/tensor/random.js";
import { record } from "../cli/support.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-translate-"));
const file = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

async function run(args: readonly string[], breakAfter?: number) {
  const recorded = record();
  const { stdout } = recorded.surroundings;
  let lines = 0;
  const watched = {
    ...stdout,
    write: (written: string) => {
      stdout.write(written);
      if (written.endsWith("\n") && ++lines === breakAfter) recorded.send("SIGINT");
    },
  };
  const status = await lanegrad(args, { ...recorded.surroundings, stdout: watched });
  return { status, stdout: recorded.stdout(), stderr: recorded.stderr() };
}

const [nouns, verbs] = [["dog", "cat", "man", "child"], ["sees", "hears", "likes"]]; // prettier-ignore
const [hunde, sieht] = [["hund", "katze", "mann", "kind"], ["sieht", "hört", "mag"]]; // prettier-ignore

/** 48 sentences, each several times: "the dog sees the cat ." is "die katze sieht den hund ." the other way round. */
function pairs(): string {
  const random = new Random(1);
  const lines = Array.from({ length: 240 }, () => {
    const [a, b, v] = [random.integer(4), random.integer(4), random.integer(3)];
    const name = random.integer(1000); // a number that both have, so that sentences differ
    return `the ${nouns[a]} ${verbs[v]} the ${nouns[b]} ${name % 9}.\t${hunde[b]} ${sieht[v]} ${hunde[a]} ${name % 9}.`;
  });
  return `${lines.join("\n")}\n`;
}

const train = (...args: string[]): string[] =>
  ["train", "translate", "--file", file("pairs.tsv"), "--tokens", "300", "--batch", "16", "--epochs", "2", "--threads", "1", ...args]; // prettier-ignore

beforeAll(() => writeFileSync(file("pairs.tsv"), pairs()));

describe("lanegrad train translate", () => {
  it("says BLEU with a beam and without, shows translations and where the decoder looked; predict translates line by line", async () => {
    const { status, stdout, stderr } = await run(train("--out", file("t.safetensors")));
    expect(stderr).toBe("");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^epoch 2\/2 {2}loss \d\.\d+ {2}validation \d\.\d+/m);
    expect(stdout).toMatch(/^test +BLEU [\d.]+ with a beam of 5, [\d.]+ with the likeliest words$/m);
    expect(stdout).toContain("Where the decoder looked, in percent: the");
    const answer = await run(["predict", file("t.safetensors"), "--text", "The dog sees the cat 1.\n\nThe man likes the child 2."]); // prettier-ignore
    expect(answer.status).toBe(0);
    const lines = answer.stdout.trimEnd().split("\n");
    expect([lines.length, lines[1]]).toEqual([3, ""]);
    const whole = JSON.parse(
      (await run(["predict", file("t.safetensors"), "--text", "The dog sees the cat 1.", "--json"])).stdout,
    ) as {
      texts: { text: string }[];
    };
    expect(whole.texts.map((one) => one.text)).toEqual([lines[0]]);
  });

  it("ends with the same bytes when it was interrupted in between", async () => {
    const broken = await run(train("--out", file("parts.safetensors"), "--checkpoint", file("c.safetensors")), 5);
    expect(broken.status).not.toBe(0);
    expect((await run(["train", "translate", "--data", file("pairs.tsv"), "--threads", "1", "--resume", file("c.safetensors"), "--out", file("parts.safetensors")])).status).toBe(0); // prettier-ignore
    expect(readFileSync(file("parts.safetensors")).equals(readFileSync(file("t.safetensors")))).toBe(true);
  });

  it("without attention, the network has no such layer and draws none", async () => {
    const { status, stdout } = await run(train("--epochs", "1", "--attention", "no", "--json"));
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ recipe: "translate", data: "translation", beam: 5, epochs: 1 });
  });

  it("the table trains without attention and with it, and says how many points of BLEU that makes", async () => {
    const args = ["table", "translate-attention", "--data", file("pairs.tsv"), "--epochs", "1", "--threads", "1"];
    const { status, stdout, stderr } = await run([...args, "--json"]);
    expect(status, stderr).toBe(0);
    const { bleu, bleuWithoutAttention, beam, results } = JSON.parse(stdout) as Record<string, unknown>;
    expect(results).toMatchObject([
      { attention: "no", bleu: bleuWithoutAttention },
      { attention: "yes", bleu },
    ]);
    expect(beam).toBe(5);
    expect(stderr).toMatch(/Attention (adds|loses) \d+\.\d points of BLEU/);
  });

  it("English into Vietnamese is found in a folder with Tatoeba's file, and no other pair is", async () => {
    const dir = file("tatoeba-only");
    mkdirSync(join(dir, "tatoeba"), { recursive: true });
    const lines = Array.from({ length: 30 }, (_, i) => `Number ${i}.\tSố ${i}.\tCC-BY`);
    writeFileSync(join(dir, "tatoeba", "vie.txt"), lines.join("\n"));
    const args = [
      "train",
      "translate",
      "--data",
      dir,
      "--tokens",
      "300",
      "--batch",
      "8",
      "--epochs",
      "1",
      "--threads",
      "1",
    ];
    const { status, stdout, stderr } = await run([...args, "--pair", "en-vi"]);
    expect(status, stderr).toBe(0);
    expect(stdout).toContain("en-vi, 24 sentences to train on, 3 to test");
    expect((await run(args)).stderr).toContain("the data do not have de-en. Pass the file of its pairs as data");
  });

  it.each<[string, () => void, readonly string[], string]>([
    ["a line without a translation", () => writeFileSync(file("bad.tsv"), "a\tb\nc\n"), ["--data", file("bad.tsv")], "text.readPairs: line 2 is not a pair; expected a text, a tab, and another text"],
    ["too few pairs", () => writeFileSync(file("few.tsv"), "a\tb\nc\td\n"), ["--data", file("few.tsv")], "there are too few pairs; expected at least 10 sources, got 2."],
    ["a model in place of the pairs", () => writeFileSync(file("few.tsv"), "a\tb\n"), ["--file", file("few.tsv"), "--out", file("few.tsv")], "--file and --out are the same file"],
    ["pairs that are not there", () => undefined, ["--file", file("none.tsv")], "none.tsv\": it, or its folder, does not exist."],
    ["a folder without the sentences", () => undefined, ["--data", folder], "Multi30k is not in"],
  ])("refuses %s", async (_, prepare, args, expected) => {
    prepare();
    const { status, stderr } = await run(["train", "translate", ...args]);
    expect(status).not.toBe(0);
    expect(stderr.replace(/\s+/g, " ")).toContain(expected);
  }); // prettier-ignore
});

it("words for BLEU are in lower case, with signs apart, in one form of Unicode", () => {
  expect(words("Zwei Männer, im „Freien“!".normalize("NFD"))).toBe(words("Zwei Männer, im „Freien“!"));
  expect(words("It's 5.").split(/\s+/)).toEqual(["it", "'", "s", "5", "."]);
});

it("of Chinese each character is a word, and other texts stay as they are", () => {
  expect(words("我喜欢 jazz 音乐。").split(/\s+/)).toEqual(["我", "喜", "欢", "jazz", "音", "乐", "。"]);
  expect(apart("我喜欢jazz")).toBe("我 喜 欢 jazz");
  expect(apart("Ein Mann, 25 Jahre.")).toBe("Ein Mann, 25 Jahre.");
});

it("readPairs reads pairs, and leaves empty lines and further columns out", async () => {
  const bytes = new TextEncoder().encode("Go.\tGeh.\tCC-BY\r\n\nRun!\tLauf!\n");
  expect(await text.readPairs(bytes)).toEqual({ sources: ["Go.", "Run!"], targets: ["Geh.", "Lauf!"] });
  await expect(text.readPairs(new TextEncoder().encode("\n"))).rejects.toThrow("text.readPairs: the file has no pairs");
});
