/**
 * Decoding with one row a source: the likeliest token of each step, or one that is drawn. beam.ts keeps several. Letters
 * as in hypotheses.ts.
 */
import { type SamplerOptions, sampler } from "../../data/text/sampler.js";
import type { DecodingStrategy, Hypothesis, Search, Step } from "./hypotheses.js";

/** Takes the likeliest token in each step; of equally likely ones the smallest. */
export function greedy(): DecodingStrategy {
  return { name: "greedy", width: 1, begin: (N) => new OneByOne(N, sampler({ temperature: 0 })) };
}

/**
 * Draws each token from the model's probabilities, changed by temperature, topK and topP as in {@link text.sampler}.
 * `logProbability` and `score` are the model's own, before these. Each call of `decode` draws from the seed's beginning.
 * @throws {UsageError} for a wrong option
 */
export function sampling(options: SamplerOptions = {}): DecodingStrategy {
  sampler(options);
  return { name: "sampling", width: 1, begin: (N) => new OneByOne(N, sampler(options)) };
}

class OneByOne implements Search {
  readonly #choose: ReturnType<typeof sampler>;
  readonly #written: { readonly tokens: number[]; logProbability: number; isEnded: boolean }[];

  constructor(N: number, choose: ReturnType<typeof sampler>) {
    this.#choose = choose;
    this.#written = Array.from({ length: N }, () => ({ tokens: [], logProbability: 0, isEnded: false }));
  }

  next({ logProbabilities, vocabulary: V, end }: Step, tokens: Int32Array, parents: Int32Array): boolean {
    for (const [n, row] of this.#written.entries()) {
      parents[n] = n;
      if (row.isEnded) continue; // its row goes on with its last token, and nobody reads it
      const scores = logProbabilities.subarray(n * V, (n + 1) * V);
      const token = this.#choose(scores);
      row.logProbability += scores[token];
      tokens[n] = token;
      if (token === end) row.isEnded = true;
      else row.tokens.push(token);
    }
    return this.#written.some(({ isEnded }) => !isEnded);
  }

  results(): Hypothesis[][] {
    return this.#written.map(({ tokens, logProbability, isEnded }) => [
      { tokens: Int32Array.from(tokens), logProbability, score: logProbability, isEnded },
    ]);
  }
}
