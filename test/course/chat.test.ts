/**
 * The lesson on dialogue, where an answer is in a turn before the line: training, resuming, answers from a file, a
 * conversation through a pipe, and turns that there were not.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chat } from "../../course/sequences/chat.js";
import { type ChatData, answererOf } from "../../course/sequences/dialogue/chatting.js";
import {
  answersOf,
  playDialogues,
  turnsOf,
  unigramLoss,
  withoutContext,
} from "../../course/sequences/dialogue/dialogues.js";
import { lanegrad } from "../../src/cli/lanegrad.js";
import { DataError } from "../../src/errors.js";
import { layers, loadModel, noGrad, sequential, tensor, text } from "../../src/index.js";
import { Random } from "../../src/tensor/random.js";
import { record } from "../cli/support.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-chat-"));
const file = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

async function run(args: readonly string[], { stdin = "", breakAfter = 0 } = {}) {
  const recorded = record(undefined, {}, stdin);
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

/** What the first says, somebody says again at the end. */
function dialogues(count: number, seed: number, between: string): string {
  const random = new Random(seed);
  const lines = Array.from({ length: count }, () => {
    const thing = ["dog", "cat", "car", "hat"][random.integer(4)];
    return `${thing}\t${between}\t${thing}`;
  });
  return `${lines.join("\n")}\n`;
}

const small = ["--tokens", "300", "--batch", "16", "--lr", "0.005", "--threads", "1"];
const train = (...args: string[]): string[] =>
  ["train", "chat", "--data", file("dailydialog"), ...small, "--epochs", "8", "--context", "2", ...args]; // prettier-ignore

beforeAll(() => {
  for (const [folder, between] of Object.entries({ dailydialog: "well\tso", short: "well" })) {
    mkdirSync(file(folder));
    for (const [seed, part] of ["train", "valid", "test"].entries())
      writeFileSync(file(`${folder}/${part}.txt`), dialogues(seed === 0 ? 120 : 20, seed, between));
  }
});

describe("lanegrad train chat", { timeout: 180_000 }, () => {
  it("says perplexities and shows answers; predict answers the last line of a text, and --chat turn by turn, knowing those before", async () => {
    const { status, stdout, stderr } = await run(train("--out", file("c.safetensors")));
    expect(stderr).toBe("");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^epoch 8\/8 {2}perplexity [\d.]+ {2}validation [\d.]+/m);
    expect(stdout).toMatch(/^test +perplexity [\d.]+ a token; by how often each token occurs, [\d.]+; with the/m);
    const answer = await run(["predict", file("c.safetensors"), "--text", "dog\nwell\n\nso\n"]);
    expect([answer.status, answer.stdout, answer.stderr]).toEqual([0, "dog\n", ""]);
    const fresh = await loadModel(new Uint8Array(readFileSync(file("c.safetensors"))));
    expect(answererOf(fresh).answer(["cat", "well", "so"])).toBe("cat");
    fresh.dispose();

    for (const thing of ["cat", "dog"]) {
      const options = { stdin: `${thing}\n so\n\nnever read\n` };
      const talk = ["predict", file("c.safetensors"), "--chat", "--temperature", "0"];
      const spoken = await run(talk, options);
      expect([spoken.status, spoken.stdout, spoken.stderr]).toEqual([0, `well\n${thing}\n`, ""]);
      const whole = JSON.parse((await run([...talk, "--json"], options)).stdout) as { turns: string[] };
      expect(whole.turns).toEqual([thing, "well", "so", thing]);
    }
  });

  it("ends with the same bytes when it was interrupted in between", async () => {
    const short = ["train", "chat", "--data", file("short"), "--threads", "1"];
    const begun = [...short, ...small, "--epochs", "2", "--context", "1"];
    const [whole, parts, kept] = ["whole", "parts", "kept"].map((name) => file(`${name}.safetensors`));
    expect((await run([...begun, "--out", whole])).status).toBe(0);
    const broken = await run([...begun, "--out", parts, "--checkpoint", kept], { breakAfter: 5 });
    expect(broken.status).not.toBe(0);
    expect((await run([...short, "--resume", kept, "--out", parts])).status).toBe(0);
    expect(readFileSync(parts).equals(readFileSync(whole))).toBe(true);
  });

  it("chat-context: what was said before the line lowers the perplexity by more than its standard error, and so does the line", async () => {
    const { status, stdout, stderr } = await run(["train", "chat-context", "--data", file("short"), ...small, "--epochs", "4", "--context", "1", "--seeds", "2", "--json"]); // prettier-ignore
    expect(status, stderr).toBe(0);
    const found = JSON.parse(stdout) as Record<string, number> & { results: { context: number; perplexity: number }[] };
    expect(found.results.map(({ context }) => context)).toEqual([1, 0, 1, 0]);
    const { perplexity, perplexityWithoutContext, perplexityUnigram, contextGain, contextGainError } = found;
    // without the turns before, one token in four of them is a guess among four
    expect(perplexityWithoutContext).toBeGreaterThan(Math.exp(Math.log(4) / 4) - 0.05);
    expect(perplexity).toBeLessThan(1.2);
    expect(perplexityUnigram).toBeGreaterThan(perplexityWithoutContext);
    expect(contextGain).toBeCloseTo(perplexityWithoutContext - perplexity, 10);
    expect(contextGain).toBeGreaterThan(contextGainError);
  });

  it.each<[string, readonly string[], string]>([
    ["a folder without dialogues", ["train", "chat", "--data", tmpdir()], "the dialogues are not in"],
    ["a text without turns", ["train", "chat", "--data", file("dailydialog/test.txt")], "the text has few turns; expected at least 30 blocks"],
    ["a conversation beside a text", ["predict", "c.safetensors", "--chat", "--text", "Hi."], "--chat cannot be combined with"],
    ["a length of answers", ["predict", "c.safetensors", "--chat", "--length", "9"], "--length is for a model that writes"],
    ["a conversation of no turns before the line", ["train", "chat-context", "--data", file("dailydialog"), "--context", "0"], "--context"],
  ])("refuses %s", async (_, args, expected) => {
    const { status, stderr } = await run(args);
    expect(status).not.toBe(0);
    expect(stderr.replace(/\s+/g, " ")).toContain(expected);
  }); // prettier-ignore

  it("reads the turns of plays from one file, here without turns before the line", async () => {
    const blocks = Array.from({ length: 60 }, (_, i) => `Citizen ${i}:\nSpeak, speak ${i}.`);
    writeFileSync(file("plays.txt"), blocks.join("\n\n"));
    const args = ["train", "chat", "--data", file("plays.txt"), ...small, "--epochs", "1", "--context", "0", "--json"];
    const { status, stdout, stderr } = await run(args);
    expect([status, stderr.includes("47 answers to train on and 5 to test")]).toEqual([0, true]);
    const found = JSON.parse(stdout) as Record<string, number>;
    expect([found.context, "perplexityContextHidden" in found]).toEqual([0, false]);
    expect(found.perplexity).toBeGreaterThan(1);
  });

  it("notes of a saved model that are damaged are an error, not an answer", async () => {
    const damaged = await loadModel(new Uint8Array(readFileSync(file("c.safetensors"))));
    damaged.notes = { ...damaged.notes, turns: 0.5 };
    expect(() => answererOf(damaged)).toThrow(DataError);
    damaged.dispose();
  });

  it("--chat needs a model that answers", async () => {
    await sequential([layers.dense({ units: 1, inputShape: [2] })], { seed: 1 }).save(file("other.safetensors"));
    const { status, stderr } = await run(["predict", file("other.safetensors"), "--chat"], { stdin: "Hi.\n" });
    expect([status, stderr.includes("the model does not answer")]).toEqual([1, true]);
  });
});

describe("dialogues as samples", () => {
  const vocabulary = text.fitBytePairs(["a b c", "d"], { maxTokens: 300, marks: ["<begin>", "<end>"] });
  const { encode } = { encode: (one: string) => Array.from(vocabulary.encode(one)) };

  it("each turn but the first is an answer; turns that there were not are padding in front, the line is last", () => {
    const { turns, written, predicted } = answersOf([["a", "b", "c"], ["d", "a"]], vocabulary, 1); // prettier-ignore
    expect([turns.shape, written.shape, predicted.shape]).toEqual([[3, 2, 20], [3, 24], [3, 24]]); // prettier-ignore
    const rows = turns.toTypedArray();
    const row = (n: number, c: number): number[] => Array.from(rows.slice((n * 2 + c) * 20, (n * 2 + c + 1) * 20)).filter((token) => token > 0); // prettier-ignore
    expect([row(0, 0), row(0, 1)]).toEqual([[], encode("a")]);
    expect([row(1, 0), row(1, 1)]).toEqual([encode("a"), encode("b")]);
    expect([row(2, 0), row(2, 1)]).toEqual([[], encode("d")]);
    expect(Array.from(written.toTypedArray().slice(0, 3))).toEqual([vocabulary.tokenOf("<begin>"), ...encode("b"), 0]);
    expect(Array.from(predicted.toTypedArray().slice(0, 3))).toEqual([...encode("b"), vocabulary.tokenOf("<end>"), 0]);
    const alone = withoutContext({ turns }).toTypedArray();
    expect(Array.from(alone.slice(40, 60))).toEqual(Array<number>(20).fill(0));
    expect(Array.from(alone.slice(60, 80))).toEqual(Array.from(rows.slice(60, 80)));
  });

  it("of a turn of 30 tokens the last 20 are read", () => {
    const long = Int32Array.from({ length: 30 }, (_, i) => i + 1);
    expect(Array.from(turnsOf([long], 1))).toEqual(Array.from(long.slice(10)));
  });

  it("the unigram baseline is the cross-entropy of counts plus one, without padding", () => {
    const [seen, tested] = [[1, 1, 2, 0], [1, 2, 3, 0]].map((row) => tensor(Int32Array.from(row), [1, 4])); // prettier-ignore
    const p = [3, 2, 1].map((count) => count / 6); // of 1, 2 and 3 of V = 4
    expect(unigramLoss(seen, tested, 4)).toBeCloseTo(-p.reduce((sum, one) => sum + Math.log(one), 0) / 3, 12);
  });

  it("turns of plays are blocks with a name; a scene's heading is none", () => {
    const blocks = Array.from({ length: 40 }, (_, i) => `Citizen ${i}:\nSpeak,\nspeak ${i}.`);
    const { train, validation, test } = playDialogues(["ACT I", ...blocks].join("\n\n"));
    expect([train[0].length, validation[0].length, test[0].length]).toEqual([32, 4, 4]);
    expect([train[0][0], test[0][3]]).toEqual(["Speak, speak 0.", "Speak, speak 39."]);
    expect(() => playDialogues("no names here")).toThrow(DataError);
  });
});

it("turns that there were not change nothing: a network that reads 4 turns, 3 of them empty, gives the logits of one that reads the line alone, bit by bit", () => {
  const vocabulary = text.fitBytePairs(["a b c", "d"], { maxTokens: 300, marks: ["<begin>", "<end>"] });
  const dataOf = (context: number) => {
    const { turns, written, predicted } = answersOf([["a b", "c d"], ["d", "a"]], vocabulary, context); // prettier-ignore
    return { vocabulary, train: { x: turns, further: [written], y: predicted } } as unknown as ChatData;
  };
  const logits = [3, 0].map((context) => {
    const { train } = dataOf(context);
    const network = chat.model(5, dataOf(context), 2, {});
    const outputs = noGrad(() => network.call([train.x, train.further![0]])[0]);
    return outputs.toTypedArray();
  });
  expect(logits[0]).toEqual(logits[1]);
  expect(logits[0].some((value) => value !== 0)).toBe(true);
});
