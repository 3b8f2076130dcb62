/** Pairs of texts: aligned unit by unit and for translation, what is left out, marks of a tokenizer, and what is refused. */
import { describe, expect, it } from "vitest";
import { alignedPairs, fitTokenizer, tokenizerFrom, translationPairs } from "../../../src/data/text/index.js";
import { argMax, layers, losses, metrics, model, optimizers, sequential } from "../../../src/index.js"; // prettier-ignore
import "../../support/engine.js";

const plain = ["cafe", "naive", "uber", "ole", "a"];
const accented = ["café", "naïve", "über", "olé", "à"];
const source = fitTokenizer(plain, { unit: "characters" });
const target = fitTokenizer(accented, { unit: "characters" });

describe("alignedPairs", () => {
  it("has a unit of the target for each of the source, padded behind, with the lengths", () => {
    const { x, y, lengths, kept } = alignedPairs(plain, accented, { source, target });
    expect([x.shape, y.shape, x.dtype]).toEqual([[5, 5], [5, 5], "int32"]); // prettier-ignore
    expect([...lengths]).toEqual([4, 5, 4, 3, 1]);
    expect([...kept]).toEqual([0, 1, 2, 3, 4]);
    const rows = (tokens: typeof x) => tokens.toArray() as number[][];
    expect(rows(x).map((row) => source.decode(row))).toEqual(plain);
    expect(rows(y).map((row) => target.decode(row))).toEqual(accented);
    expect(rows(y)[3].slice(3)).toEqual([0, 0]);
  });

  it("leaves out pairs that are too long, and takes one tokenizer for both", () => {
    const { x, y, lengths, kept } = alignedPairs(["ab", "abc", "b"], ["ba", "cba", "a"], {
      source: fitTokenizer("abc", { unit: "characters" }),
      maxLength: 2,
    });
    expect([[...kept], [...lengths]]).toEqual([[0, 2], [2, 1]]); // prettier-ignore
    expect(x.toArray()).toEqual([[2, 3], [3, 0]]); // prettier-ignore
    expect(y.toArray()).toEqual([[3, 2], [2, 0]]); // prettier-ignore
  });

  it("trains a network that puts the accents back", async () => {
    const pairs = alignedPairs(plain, accented, { source, target });
    const network = sequential(
      [
        layers.embedding({ inputDim: source.size, outputDim: 8, inputLength: 5 }),
        layers.bidirectional({ layer: layers.gru({ units: 8, returnSequences: true }) }),
        layers.dense({ units: target.size }),
      ],
      { seed: 1 },
    );
    network.compile({
      optimizer: optimizers.adam({ learningRate: 0.05 }),
      loss: losses.categoricalCrossentropy({ fromLogits: true }),
      metrics: [metrics.accuracy()],
    });
    const { lengths } = pairs;
    await network.fit(pairs, { lengths, epochs: 60, batchSize: 5 });
    const best = argMax(await network.predict(pairs.x, { lengths })).toArray() as number[][];
    expect(best.map((row, n) => target.decode(row.slice(0, lengths[n])))).toEqual(accented);
  });

  it.each<[string, unknown, unknown, object]>([
    [
      'text.alignedPairs: the texts of pair 1 have two lengths; expected 2 characters as in "ab", got 3 in "abc". translationPairs takes targets of other lengths.',
      ["a", "ab"],
      ["a", "abc"],
      {},
    ],
    ["text.alignedPairs: the number of targets differs; expected 2, as many as sources, got 1.", ["a", "b"], ["a"], {}],
    [
      "text.alignedPairs: no pair is left; expected at least one that is not too long, got 1 pairs.",
      ["ab"],
      ["ab"],
      { maxLength: 1 },
    ],
    ["text.alignedPairs: no pair is left; expected at least one that is not too long, got 0 pairs.", [], [], {}],
    ['text.alignedPairs: sources must be a list of texts; got "ab".', "ab", ["ab"], {}],
    ["text.alignedPairs: targets must be a list of texts", ["ab"], [5], {}],
    [
      'text.alignedPairs: source is no tokenizer; expected text.fitTokenizer(texts, { unit: "characters" }), got undefined.',
      ["a"],
      ["a"],
      { source: undefined },
    ],
    [
      "text.alignedPairs: maxLength is out of range; expected an integer in [1, ∞), got 0.",
      ["a"],
      ["a"],
      { maxLength: 0 },
    ],
    ["text.alignedPairs: unknown option; expected source, target or maxLength", ["a"], ["a"], { begin: "x" }],
  ])("%s", (message, sources, targets, options) => {
    const given = { source: fitTokenizer("abc", { unit: "characters" }), ...options };
    expect(() => alignedPairs(sources as never, targets as never, given)).toThrow(message);
  });
});

describe("translationPairs", () => {
  const english = ["two cats", "a dog", "two dogs sleep"];
  const german = ["zwei katzen", "ein hund", "zwei hunde schlafen"];
  const from = fitTokenizer(english, { unit: "words" });
  const to = fitTokenizer(german, { unit: "words", marks: ["<begin>", "<end>"] });

  it("the decoder reads the target behind <begin> and predicts it in front of <end>", () => {
    const { x, y, lengths } = translationPairs(english, german, { source: from, target: to });
    expect([x[0].shape, x[1].shape, y.shape]).toEqual([[3, 3], [3, 4], [3, 4]]); // prettier-ignore
    expect(lengths.map((one) => [...one])).toEqual([[2, 2, 3], [3, 3, 4]]); // prettier-ignore
    const texts = (tokens: typeof y) => (tokens.toArray() as number[][]).map((row) => to.decode(row));
    expect(texts(x[1])).toEqual(german.map((text) => `<begin> ${text}`));
    expect(texts(y)).toEqual(german.map((text) => `${text} <end>`));
  });

  it("takes other marks, by their names", () => {
    const target = fitTokenizer(german, { unit: "words", marks: ["<s>", "</s>"] });
    const { x, y } = translationPairs(english, german, { source: from, target, begin: "<s>", end: "</s>" });
    const [first] = (x[1].toArray() as number[][]).map((row) => target.decode(row));
    expect([first, target.decode((y.toArray() as number[][])[0])]).toEqual(["<s> zwei katzen", "zwei katzen </s>"]);
  });

  it("leaves out pairs of which one side is too long, the target with its mark", () => {
    const given = { source: from, target: to };
    expect([...translationPairs(english, german, { ...given, targetMaxLength: 3 }).kept]).toEqual([0, 1]);
    expect([...translationPairs(english, german, { ...given, maxLength: 2 }).kept]).toEqual([0, 1]);
    const { x } = translationPairs(english, german, { ...given, targetMaxLength: 3 });
    expect([x[0].shape, x[1].shape]).toEqual([[2, 2], [2, 3]]); // prettier-ignore
  });

  it("train an encoder and a decoder that translate word by word", async () => {
    const pairs = translationPairs(english, german, { source: from, target: to });
    const [read, written] = [layers.input({ shape: [3] }), layers.input({ shape: [4] })] as const; // prettier-ignore
    const sentence = layers.gru({ units: 16 }).apply(layers.embedding({ inputDim: from.size, outputDim: 8 }).apply(read)); // prettier-ignore
    const decoded = layers
      .gru({ units: 16, returnSequences: true })
      .apply(
        layers
          .concatenate()
          .apply([
            layers.embedding({ inputDim: to.size, outputDim: 8 }).apply(written),
            layers.repeatVector({ n: 4 }).apply(sentence),
          ]),
      );
    const outputs = layers.dense({ units: to.size }).apply(decoded);
    const translator = model({ inputs: [read, written], outputs, seed: 2 });
    translator.compile({
      optimizer: optimizers.adam({ learningRate: 0.03 }),
      loss: losses.categoricalCrossentropy({ fromLogits: true }),
    });
    const { x, lengths } = pairs;
    await translator.fit(pairs, { lengths, epochs: 80, batchSize: 3 });
    const best = argMax(await translator.predict(x, { lengths })).toArray() as number[][];
    expect(best.map((row, n) => to.decode(row.slice(0, lengths[1][n])))).toEqual(german.map((text) => `${text} <end>`));
  });

  it("a target tokenizer without the marks is refused, with the cure", () => {
    expect(() => translationPairs(english, german, { source: from, target: from })).toThrow(
      'text.translationPairs: "<begin>" is no unit of the target tokenizer. text.fitTokenizer(targets, { marks: ["<begin>"], … }) makes it one.',
    );
    expect(() => translationPairs(english, german, { source: from, target: to, end: "." })).toThrow('"." is no unit');
  });
});

describe("marks of a tokenizer", () => {
  it("stand behind padding and unknown, count against maxTokens, and come back from JSON", () => {
    const tokenizer = fitTokenizer("a b b c", { unit: "words", marks: ["<s>", "c"], maxTokens: 5 });
    expect([0, 1, 2, 3, 4].map((token) => tokenizer.unitOf(token))).toEqual(["", "\uFFFD", "<s>", "c", "b"]);
    expect(tokenizer.size).toBe(5);
    const again = tokenizerFrom(JSON.parse(JSON.stringify(tokenizer)));
    expect([again.tokenOf("<s>"), [...again.encode("a c <s>")]]).toEqual([2, [1, 3, 1]]);
  });

  it.each([[["a", "a"]], [[""]], ["<s>"], [[5]]])("%o is refused", (marks) => {
    expect(() => fitTokenizer("a", { unit: "words", marks: marks as never })).toThrow(
      'text.fitTokenizer: marks is invalid; expected different texts, such as ["<begin>", "<end>"], got ',
    );
  });
});
