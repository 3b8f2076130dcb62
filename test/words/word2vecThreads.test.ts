/** words.word2vec on two threads: the bits of one, or each by itself. */
import { expect, it } from "vitest";
import { Random, init } from "../../src/index.js";
import { launcher } from "../../src/runtime/runtime.js";
import { corpusOf, word2vec } from "../../src/words/index.js";

const random = new Random(3);
const worlds = ["red green blue white black grey", "one two three four five six"].map((words) => words.split(" "));
const corpus = corpusOf(Array.from({ length: 400 }, (_, i) => Array.from({ length: 12 }, () => worlds[i % 2][random.integer(6)]).join(" "))); // prettier-ignore
const settings = { dimensions: 12, window: 3, epochs: 12, subsample: 0, seed: 5 };

it("two threads give the bits of one; without order, they go through all of the text", async () => {
  await init({ threads: 2 });
  const alone = await word2vec(corpus, settings); // the other thread has not started yet, or just now
  while (launcher().pool?.isReady === false) await new Promise((resolve) => setTimeout(resolve, 1));
  const both = await word2vec(corpus, settings);
  expect(both.matrix).toEqual(alone.matrix);
  const free = await word2vec(corpus, { ...settings, deterministic: false });
  expect(free.nearest("red", { count: 5 }).map(({ word }) => word).sort()).toEqual("black blue green grey white".split(" ")); // prettier-ignore
  expect(free.nearest("two", { count: 5 }).map(({ word }) => word).sort()).toEqual("five four one six three".split(" ")); // prettier-ignore
});
