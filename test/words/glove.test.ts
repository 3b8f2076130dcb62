/** words.glove: what it learns, bits, threads, and what it refuses. */
import { describe, expect, it } from "vitest";
import { Random, init } from "../../src/index.js";
import { type Corpus, type GloveProgress, corpusOf, glove } from "../../src/words/index.js";

const worlds = ["red green blue white black grey", "one two three four five six"].map((words) => words.split(" "));

/** Sentences about two worlds whose words hardly ever meet. */
function twoWorlds(sentences: number): Corpus {
  const random = new Random(3);
  const sentence = (i: number): string => Array.from({ length: 30 }, () => worlds[i % 2][random.integer(6)]).join(" ");
  return corpusOf(Array.from({ length: sentences }, (_, i) => sentence(i)).join(" "));
}

const settings = { dimensions: 6, window: 4, epochs: 40, seed: 5 };

describe("glove", () => {
  it("words that occur together are nearer than words that do not", async () => {
    await init({ threads: 1 });
    const vectors = await glove(twoWorlds(300), settings);
    expect([vectors.dimensions, vectors.size]).toEqual([6, 12]);
    for (const world of worlds) {
      for (const word of world) {
        const nearest = vectors.nearest(word, { count: 5 }).map((one) => one.word);
        expect([...nearest, word].sort(), word).toEqual([...world].sort());
      }
    }
  });

  it("the loss falls, and the progress says what is done", async () => {
    await init({ threads: 1 });
    const seen: GloveProgress[] = [];
    await glove(twoWorlds(3000), { ...settings, epochs: 300, onProgress: (progress) => seen.push(progress) });
    const counting = seen.filter(({ stage }) => stage === "counting");
    const training = seen.filter(({ stage }) => stage === "training");
    expect(counting.every(({ epoch, epochs, loss }) => epoch === 0 && epochs === 300 && Number.isNaN(loss))).toBe(true);
    expect(training.every(({ pairs, countBytes }) => pairs === 78 && countBytes === 12 * 78)).toBe(true);
    for (const list of [counting, training]) {
      expect(list.every(({ done }, i) => done >= (list[i - 1]?.done ?? 0) && done <= 1)).toBe(true);
    }
    const last = training.at(-1)!;
    expect(training[0].loss).toBeGreaterThan(3 * last.loss);
    expect([last.epoch, last.done, last.loss > 0]).toEqual([300, 1, true]);
  });

  it("the same seed gives the same bits, another seed others", async () => {
    const corpus = twoWorlds(100);
    const run = async (seed: number) => (await glove(corpus, { ...settings, dimensions: 40, epochs: 3, seed })).matrix;
    await init({ threads: 1 });
    const one = await run(5);
    expect(await run(5)).toEqual(one);
    expect(await run(6)).not.toEqual(one);
  });

  it("ends when the signal aborts, while it counts and while it learns", async () => {
    await init({ threads: 1 });
    const corpus = twoWorlds(3000);
    for (const stage of ["counting", "training"]) {
      const controller = new AbortController();
      const onProgress = (progress: GloveProgress): void => {
        if (progress.stage === stage) controller.abort(new Error(`enough of ${stage}`));
      };
      const options = { ...settings, window: 100, epochs: 1e6, signal: controller.signal, onProgress };
      await expect(glove(corpus, options)).rejects.toThrow(`enough of ${stage}`);
    }
    const aborted = AbortSignal.abort(new Error("before"));
    await expect(glove(corpus, { ...settings, signal: aborted })).rejects.toThrow("before");
  });

  it("refuses what is no corpus, tokens of another vocabulary, one word, wrong options", async () => {
    await init({ threads: 1 });
    const corpus = twoWorlds(20);
    const { vocabulary } = corpus;
    const refused = (given: unknown, options: object, text: string) =>
      expect(glove(given as never, options)).rejects.toThrow(text);
    await refused("a text", {}, "words.glove: not a corpus; expected { vocabulary, tokens }");
    await refused(undefined, {}, "words.glove: not a corpus");
    await refused({ vocabulary, tokens: Int32Array.of(0, 99) }, {}, "words.glove: token 1 is not in the vocabulary");
    await refused({ vocabulary, tokens: Int32Array.of(3) }, {}, "words.glove: the text is too short; expected at least 2 words, got 1"); // prettier-ignore
    await refused({ vocabulary, tokens: new Int32Array(0) }, {}, "words.glove: the text is too short");
    await refused(corpus, { dimensions: 0 }, "words.glove: dimensions is out of range");
    await refused(
      corpus,
      { window: 0 },
      "words.glove: window is out of range; expected an integer in [1, 1000], got 0",
    );
    await refused(corpus, { xMax: 0 }, "words.glove: xMax is out of range");
    await refused(corpus, { negatives: 5 }, "words.glove: unknown option");
    await refused(corpus, { signal: 1 }, "words.glove: signal must be an AbortSignal");
    await refused(corpus, { onProgress: 1 }, "words.glove: not a function");
    await refused(corpus, { ...settings, learningRate: 1e30 }, "words.glove: the training has diverged");
    expect(() => corpusOf("one one one one one one")).toThrow("too few different words");
  });

  it("learns from a text of one word's pairs, and of two places", async () => {
    await init({ threads: 1 });
    const { vocabulary } = twoWorlds(20);
    for (const tokens of [Int32Array.of(3, 3, 3, 3), Int32Array.of(0, 11)]) {
      const { matrix } = await glove({ vocabulary, tokens }, { dimensions: 3, epochs: 2 });
      expect([matrix.length, matrix.every(Number.isFinite)]).toEqual([36, true]);
    }
  });
});
