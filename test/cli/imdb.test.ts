/** The recipes on film reviews, in this process, on a few reviews that follow a rule. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { imdbNetworks } from "../../course/recurrent/imdb.js";
import { lanegrad } from "../../src/cli/lanegrad.js";
import { loadModel, layers, sequential, text } from "../../src/index.js";
import { record } from "./support.js";
import { writeTinyImdb } from "./tinyImdb.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-imdb-"));
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(() => writeTinyImdb(folder, 400, 40));

const run = (...args: string[]) => runWith("", ...args);

async function runWith(stdin: string, ...args: string[]) {
  const recorded = record(undefined, {}, stdin);
  const status = await lanegrad(args, recorded.surroundings);
  return { status, stdout: recorded.stdout(), stderr: recorded.stderr() };
}

describe("lanegrad train imdb", () => {
  it("learns a rule, keeps the epoch that was best in validation, and says how much was padding", async () => {
    const { status, stdout } = await run(
      "train",
      "imdb",
      "--model",
      "gru",
      "--data",
      folder,
      "--epochs",
      "2",
      "--json",
    );
    expect(status).toBe(0);
    const result = JSON.parse(stdout) as Record<string, number | string>;
    expect([result.recipe, result.data]).toEqual(["imdb-gru", "imdb"]);
    expect(result.testAccuracy).toBeGreaterThan(0.9);
  });

  it("takes an LSTM unless told otherwise; lines of epochs have the validation", async () => {
    const { status, stdout } = await run("train", "imdb", "--data", folder, "--epochs", "1");
    expect(status).toBe(0);
    expect(stdout).toContain("imdb-lstm, an LSTM of 128 units on film reviews");
    expect(stdout).toContain("400 to train on and 40 to test");
    expect(stdout).toMatch(/padding +\d+\.\d % of the steps/);
    expect(stdout).toMatch(/validation|val/i);
  });

  it("--vectors: the embedding begins with the vectors of a file, scaled, and as wide as they are", async () => {
    const [vectors, out] = [join(folder, "own.txt"), join(folder, "own.safetensors")];
    writeFileSync(vectors, "3 2\nwonderful 3 4\nelsewhere 1 1\nw17 0 -5\n");
    const args = ["--model", "gru", "--vectors", vectors, "--epochs", "1", "--lr", "0.0000001", "--out", out];
    const { status, stdout, stderr } = await run("train", "imdb", "--data", folder, ...args);
    expect(status, stderr).toBe(0);
    expect(stdout).toContain("2 of 10,000 words begin with vectors");
    const model = await loadModel(out);
    const [embeddings] = model.weights;
    expect(embeddings.value.shape).toEqual([10_000, 2]);
    // The root mean square of 3, 4, 0, −5 is √12.5; it becomes 0.1. Tokens are ranks + 3.
    const [rows, scale] = [embeddings.value.toArray() as number[][], 0.1 / Math.sqrt(12.5)];
    for (const [token, row] of [
      [13, [3, 4]],
      [20, [0, -5]],
    ] as const) {
      // prettier-ignore
      for (const d of [0, 1]) expect(rows[token][d]).toBeCloseTo(scale * row[d], 4);
    }
    expect(Math.abs(rows[500][0])).toBeLessThan(0.051); // as drawn
    model.dispose();
  });

  it("--vectors without a word of the reviews, or for another lesson, is refused", async () => {
    const vectors = join(folder, "other.txt");
    writeFileSync(vectors, "1 2\nelsewhere 1 1\n");
    const refused = await run("train", "imdb", "--data", folder, "--vectors", vectors);
    expect(refused.stderr).toContain("none of the words of the reviews has a vector in that file");
    expect((await run("train", "xor", "--vectors", vectors)).stderr).toContain("--vectors is not for xor");
  });

  it("has six networks, whose weights are counted right", () => {
    const counts = imdbNetworks.map((lesson) => {
      const model = lesson.model(0, undefined as never, 32, { epochs: 1, batch: 32, lr: 0.001 });
      const count = model.weights.reduce((sum, { value }) => sum + value.size, 0) - 1_000_000;
      model.dispose();
      return count;
    });
    const gates = { rnn: 1, lstm: 4, gru: 3 };
    const cell = (kind: keyof typeof gates): number =>
      gates[kind] * (128 * (100 + 128) + 128 * (kind === "gru" ? 2 : 1));
    expect(imdbNetworks.map(({ family }) => family!.model)).toEqual(["rnn", "lstm", "gru", "birnn", "bilstm", "bigru"]);
    expect(counts).toEqual([
      ...(["rnn", "lstm", "gru"] as const).map((kind) => cell(kind) + 129),
      ...(["rnn", "lstm", "gru"] as const).map((kind) => 2 * cell(kind) + 257),
    ]);
  });

  it.each<[string[], string]>([
    [
      ["imdb", "--model", "grü"],
      'lanegrad train: unknown model; expected rnn, lstm, gru, birnn, bilstm or bigru, got "grü". Did you mean gru?',
    ],
    [
      ["xor", "--model", "gru"],
      'lanegrad train: --model is for the recipes imdb and shakespeare; expected train imdb --model KIND, got "xor".',
    ],
    [["imdb", "--data", join(tmpdir(), "no-such-folder")], "train: cannot read --data"],
  ])("%j is refused", async (args, text) => {
    const { status, stderr } = await run("train", ...args);
    expect(status).toBeGreaterThan(0);
    expect(stderr).toContain(text);
  });
});

describe("lanegrad predict on texts", () => {
  const file = (name: string): string => join(folder, name);
  const model = file("gru.safetensors");
  beforeAll(async () => {
    const settings = ["--model", "gru", "--data", folder, "--epochs", "2", "--lr", "0.005"];
    expect((await run("train", "imdb", ...settings, "--out", model)).status).toBe(0);
    writeFileSync(file("good.txt"), "W20, w31 (wonderful)\nw45 -- Wonderful! w50");
    writeFileSync(file("bad.txt"), "w20 w31 w77 w45 w102 w50 w66");
    writeFileSync(file("blank.txt"), " \n !! ");
    writeFileSync(file("latin1.txt"), Uint8Array.of(0x67, 0xe9));
    writeFileSync(file("zeros.txt"), new Uint8Array(8));
  });

  it("reads a text on the command line: both classes, and what the model saw of it", async () => {
    const { status, stdout, stderr } = await run("predict", model, "--text", "A WONDERFUL, wonderful w20!");
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(
      /^positive +[89]\d\.\d\d % {2}━+\nnegative +\d+\.\d\d %.*\n4 words, 1 not in the vocabulary\n$/,
    );
  });

  it("reads files and standard input, a text each, and prints a line for each", async () => {
    const { status, stdout } = await runWith(
      "wonderful wonderful",
      "predict",
      model,
      file("good.txt"),
      "-",
      file("bad.txt"),
    );
    expect(status).toBe(0);
    const rows = stdout.trimEnd().split("\n");
    expect(rows[0]).toMatch(/^sample +class +probability +else$/);
    expect(rows.slice(1).map((row) => row.trim().split(/ +/).slice(0, 2))).toEqual([
      [file("good.txt"), "positive"],
      ["-", "positive"],
      [file("bad.txt"), "negative"],
    ]);
  });

  it("--json prints one object with exactly these keys", async () => {
    const words = ["predict", "--model", model, "--input", file("bad.txt"), "--text", "wonderful", "--json"];
    const { stdout } = await run(...words);
    const result = JSON.parse(stdout) as { samples: { probability: number; probabilities: number[] }[] };
    expect(Object.keys(result)).toEqual(["model", "classNames", "samples"]);
    expect(result).toMatchObject({
      model,
      classNames: ["negative", "positive"],
      samples: [
        { name: '"wonderful"', class: "positive" },
        { name: file("bad.txt"), class: "negative" },
      ],
    });
    for (const sample of result.samples) {
      expect(Object.keys(sample)).toEqual(["name", "class", "probability", "probabilities"]);
      expect(sample.probability).toBe(Math.max(...sample.probabilities));
      expect(sample.probabilities[0] + sample.probabilities[1]).toBeCloseTo(1, 6);
    }
  });

  it("a text is what the encoded reviews are: the same probabilities as by hand", async () => {
    const loaded = await loadModel(model);
    const tokens = new Int32Array(500);
    tokens.set([1, 23, 34, 13, 48, 13, 53], 493); // start, w20, w31, wonderful, …: rank + 3
    const [logit] = (await loaded.predict([Array.from(tokens)])).toTypedArray();
    const { stdout } = await run("predict", model, file("good.txt"), "--json");
    const { samples } = JSON.parse(stdout) as { samples: { probabilities: number[] }[] };
    expect(samples[0].probabilities[1]).toBeCloseTo(1 / (1 + Math.exp(-logit)), 6);
  });

  it("a model of sequences of any length reads all of a text, and was given no length before", async () => {
    const open = sequential([layers.embedding({ inputDim: 5, outputDim: 2, inputShape: [null] }), layers.globalAveragePooling1d(), layers.dense({ units: 2 })]); // prettier-ignore
    const tokenizer = text.fitTokenizer(["up down"], { unit: "words" });
    open.notes = { input: "text", vocabulary: tokenizer.toJSON(), classNames: ["rise", "fall"] };
    await open.save(file("open.safetensors"));
    const { status, stdout, stderr } = await run("predict", file("open.safetensors"), "--text", "up ".repeat(70));
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/(rise|fall) +\d+\.\d\d %[^]*70 words\n$/);
  });

  it("of a long text the model reads the end", async () => {
    const { stdout } = await run("predict", model, "--text", "w20 ".repeat(600));
    expect(stdout.trimEnd().split("\n").at(-1)).toBe("600 words, of which the model reads the last 500 tokens");
  });

  it("takes a model of one's own with a tokenizer in its notes", async () => {
    const own = sequential([layers.embedding({ inputDim: 4, outputDim: 2, inputShape: [3] }), layers.globalAveragePooling1d(), layers.dense({ units: 2 })]); // prettier-ignore
    const tokenizer = text.fitTokenizer(["up down"], { unit: "words" });
    own.notes = { input: "text", vocabulary: tokenizer.toJSON(), classNames: ["rise", "fall"] };
    await own.save(file("own.safetensors"));
    const { status, stdout } = await run("predict", file("own.safetensors"), "--text", "up up sideways");
    expect(status).toBe(0);
    expect(stdout).toMatch(/(rise|fall) +\d+\.\d\d %[^]*3 words, 1 not in the vocabulary\n$/);
  });

  it.each<[string, string[], string]>([
    [
      "an empty text",
      ["--text", ""],
      'predict: "" is an empty text; expected at least one word, got "". Pass --text TEXT',
    ],
    ["a file without words", ["blank.txt"], 'blank.txt is an empty text; expected at least one word, got " \\n !! ".'],
    ["a file that is no UTF-8", ["latin1.txt"], 'latin1.txt" is not a text file; expected UTF-8.'],
    ["a file of zeros", ["zeros.txt"], 'zeros.txt" is not a text file; expected UTF-8.'],
    ["a file that is missing", ["none.txt"], "it, or its folder, does not exist."],
  ])("refuses %s", async (_, words, wrong) => {
    const { status, stdout, stderr } = await run(
      "predict",
      model,
      ...words.map((word) => (word.endsWith(".txt") ? file(word) : word)),
    );
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(wrong);
    expect(stderr.split("\n")).toHaveLength(2);
  });

  it("refuses a model that reads no texts, and one without a vocabulary", async () => {
    const plain = sequential([layers.dense({ units: 1, inputShape: [2] })]);
    await plain.save(file("plain.safetensors"));
    const { stderr } = await run("predict", file("plain.safetensors"), "--text", "x");
    expect(stderr).toBe("predict: the model reads no texts. lanegrad train imdb --out FILE saves one that does.\n");
    const mute = await loadModel(model);
    mute.notes = { ...mute.notes, vocabulary: null };
    await mute.save(file("mute.safetensors"));
    expect((await run("predict", file("mute.safetensors"), "--text", "x")).stderr).toMatch(
      /^predict: the model carries no vocabulary\. /,
    );
    mute.notes = { ...mute.notes, vocabulary: { format: "words" } };
    await mute.save(file("mute.safetensors"));
    expect((await run("predict", file("mute.safetensors"), "--text", "x")).stderr).toMatch(
      /^datasets\.reviewWordsFrom: this is not a saved ReviewWords; .* got format "words"\.\n$/,
    );
  });
});
