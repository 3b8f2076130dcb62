/**
 * word2vec on words drawn by Zipf's law: a block of the text, as `words.word2vec` runs it. Letters: V words, D
 * dimensions, K negatives.
 */
import { Random, info } from "lanegrad";
import { WrongResultError } from "../check.js";
import type { Case } from "../case.js";
import { WordTraining } from "../../src/ops/inPlace/wordTraining.js";
import { aliasTable } from "../../src/words/aliasTable.js";
import { suiteOf } from "./suite.js";

const [V, D, window, K] = [30_000, 100, 5, 5];
/** Words of the text: whole blocks. */
const length = 32 * 8192;
const blockWords = 8192;

/** The i-th word occurs in proportion to 1 / (i + 3). */
function zipf(random: Random): { tokens: Int32Array; counts: Float64Array } {
  const counts = Float64Array.from({ length: V }, (_, i) => 1 / (i + 3));
  const [low, high] = [Math.log(3), Math.log(V + 3)];
  const draw = (): number => Math.min(V - 1, Math.floor(Math.exp(random.uniform(low, high)) - 3));
  return { tokens: Int32Array.from({ length }, draw), counts };
}

function begin(isMean: boolean): WordTraining {
  const random = new Random(1);
  const { tokens, counts } = zipf(random);
  const training = new WordTraining({
    ...{ tokens, dimensions: D, window, negatives: K, isMean, seed: 1, isFree: false, keptShare: 1 },
    threads: info().threads,
    limits: new Uint32Array(V).fill(2 ** 32 - 1),
    aliases: aliasTable(counts.map((count) => count ** 0.75)),
    inputs: Float32Array.from({ length: V * D }, () => random.uniform(-0.5, 0.5) / D),
  });
  training.begin(0);
  return training;
}

/** A window has window + 1 words around its middle on average. A product, and both its gradients, are 6·D flops. */
const flops = (isMean: boolean): number =>
  blockWords * (isMean ? (1 + K) * 6 * D + 2 * (window + 1) * D : (window + 1) * (1 + K) * 6 * D);

function wordCase(name: string, isMean: boolean): Case {
  return {
    group: "words",
    name: `${name}, ${D} dimensions, window ${window}, ${K} negatives`,
    work: { flops: flops(isMean), parts: blockWords },
    prepare() {
      const training = begin(isMean);
      let epoch = 0;
      const run = (): void => {
        if (training.next(0.025)) return;
        training.begin(++epoch);
        training.next(0.025);
      };
      return {
        run,
        check() {
          const before = training.inputs();
          run();
          const after = training.inputs();
          const changed = after.filter((value, i) => value !== before[i]).length;
          if (!after.every(Number.isFinite) || changed < D)
            throw new WrongResultError(`${name}: the vectors are wrong`);
        },
        dispose: () => training.dispose(),
      };
    },
  };
}

/** Skip-gram and CBOW. */
export const wordsSuite = suiteOf([wordCase("skip-gram", false), wordCase("CBOW", true)]);
