/** words.glove on two threads: the bits of one. */
import { expect, it } from "vitest";
import { Random, init } from "../../src/index.js";
import { launcher } from "../../src/runtime/runtime.js";
import { corpusOf, glove } from "../../src/words/index.js";

it("two threads give the bits of one", async () => {
  await init({ threads: 2 });
  const random = new Random(3);
  const corpus = corpusOf(
    Array.from({ length: 4000 }, () => String.fromCharCode(97 + random.integer(26), 97 + random.integer(3))).join(" "),
    { minCount: 1 },
  );
  const settings = { dimensions: 40, epochs: 3, seed: 5 };
  const alone = await glove(corpus, settings); // the other thread has not started yet, or just now
  while (launcher().pool?.isReady === false) await new Promise((resolve) => setTimeout(resolve, 1));
  expect(launcher().pool).toBeDefined();
  expect((await glove(corpus, settings)).matrix).toEqual(alone.matrix);
});
