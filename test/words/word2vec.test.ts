/** words.word2vec: what it learns, bits, threads, and what it refuses. */
import { describe, expect, it } from "vitest";
import { init } from "../../src/index.js";
import { aliasTable } from "../../src/words/aliasTable.js";
import { type Corpus, corpusOf, word2vec } from "../../src/words/index.js";
import { Random } from "../../src/index.js";

/** Sentences about two worlds whose words never meet. */
function twoWorlds(sentences: number): Corpus {
  const random = new Random(3);
  const worlds = ["red green blue white black grey", "one two three four five six"].map((words) => words.split(" "));
  const sentence = (i: number): string => Array.from({ length: 12 }, () => worlds[i % 2][random.integer(6)]).join(" ");
  return corpusOf(Array.from({ length: sentences }, (_, i) => sentence(i)).join(" "));
}

const settings = { dimensions: 12, window: 3, epochs: 12, subsample: 0, seed: 5 };

describe("word2vec", () => {
  it.each(["skipgram", "cbow"] as const)(
    "%s: words that occur together are nearer than words that do not",
    async (model) => {
      await init({ threads: 1 });
      const vectors = await word2vec(twoWorlds(400), { ...settings, model });
      for (const word of ["red", "black", "two", "six"]) {
        const isColour = word === "red" || word === "black";
        const nearest = vectors.nearest(word, { count: 5 }).map((one) => one.word);
        const world = (isColour ? "red green blue white black grey" : "one two three four five six").split(" ");
        expect(nearest.filter((one) => world.includes(one)).length, word).toBeGreaterThanOrEqual(5);
      }
    },
  );

  it("the same seed gives the same bits, another seed others", async () => {
    await init({ threads: 1 });
    const corpus = twoWorlds(200);
    const run = async (seed: number, deterministic = true) =>
      (await word2vec(corpus, { ...settings, epochs: 2, seed, deterministic })).matrix;
    const one = await run(5);
    expect(await run(5)).toEqual(one);
    expect(await run(5, false)).toEqual(one);
    expect(await run(6)).not.toEqual(one);
  });

  it("refuses what is no corpus, tokens of another vocabulary, one word, wrong options", async () => {
    await init({ threads: 1 });
    const corpus = twoWorlds(20);
    await expect(word2vec("a text" as never)).rejects.toThrow(
      "words.word2vec: not a corpus; expected { vocabulary, tokens }",
    );
    const { vocabulary } = corpus;
    await expect(word2vec({ vocabulary, tokens: Int32Array.of(0, 99) })).rejects.toThrow(
      "words.word2vec: token 1 is not in the vocabulary; expected tokens below 12, got 99",
    );
    await expect(word2vec({ vocabulary, tokens: Int32Array.of(3) })).rejects.toThrow(
      "words.word2vec: the text is too short; expected at least 2 words, got 1",
    );
    expect(() => corpusOf("one one one one one one")).toThrow("too few different words");
    await expect(word2vec(corpus, { model: "glove" as never })).rejects.toThrow(
      'unknown model; expected "skipgram" or "cbow"',
    );
    await expect(word2vec(corpus, { dimensions: 0 })).rejects.toThrow("dimensions is out of range");
    await expect(word2vec(corpus, { signal: 1 as never })).rejects.toThrow("signal must be an AbortSignal");
    await expect(word2vec(corpus, { ...settings, learningRate: 1e6 })).rejects.toThrow("the training has diverged");
  });

  it("ends when the signal aborts, and says how far it is", async () => {
    await init({ threads: 1 });
    const corpus = twoWorlds(3000);
    const controller = new AbortController();
    const seen: number[] = [];
    const training = word2vec(corpus, {
      ...{ ...settings, epochs: 1000, signal: controller.signal },
      onProgress({ epoch, epochs, done }) {
        expect([epoch, epochs]).toEqual([1 + Math.floor(done * 1000), 1000]);
        seen.push(done);
        if (seen.length === 2) controller.abort(new Error("enough"));
      },
    });
    await expect(training).rejects.toThrow("enough");
    expect(seen[1]).toBeGreaterThan(seen[0]);
  });
});

it("an alias table gives each word its share of the cells", () => {
  const weights = Float64Array.of(5, 0, 1, 1, 3);
  const table = aliasTable(weights);
  const shares = new Float64Array(5);
  for (let cell = 0; cell < 5; cell++) {
    const own = table[2 * cell] / 2 ** 32;
    shares[cell] += own / 5;
    shares[table[2 * cell + 1]] += (1 - own) / 5;
  }
  for (const [i, weight] of weights.entries()) expect(shares[i]).toBeCloseTo(weight / 10, 8);
});
