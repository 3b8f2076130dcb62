/**
 * Beam search: for each source, the W likeliest beginnings go on together. Letters as in hypotheses.ts; L tokens of a
 * hypothesis, the end included.
 * Source: Sutskever, Vinyals & Le 2014, §3.2; scores are divided by a power of the length, as in Wu et al. 2016.
 */
import { UsageError, message } from "../../errors.js";
import { integer, number, resolve } from "../../options.js";
import { notANumber } from "./hypotheses.js";
import type { DecodingStrategy, Hypothesis, Search, Step } from "./hypotheses.js";

/** Options of {@link beam}. */
export interface BeamOptions {
  /** W ≥ 1: beginnings that are kept for each source. Default 5. */
  readonly width?: number;
  /**
   * α ≥ 0: hypotheses are ordered by log-probability / L^α. 0 prefers short ones; 1 is the mean for each token. Default
   * 1.
   */
  readonly lengthPenalty?: number;
  /** Hypotheses that are returned for each source, at most W. Default 1. */
  readonly best?: number;
}

const table = { width: integer("[1, 10000]", 5), lengthPenalty: number("[0, ∞)", 1), best: integer("[1, ∞)", 1) };

/**
 * Beam search of width W. A source ends when none of its live beginnings can still come before its W best ended
 * hypotheses, or at maxLength. A beam may be wider than the vocabulary: it then has fewer beginnings at first. Where
 * everything fits into the beam, the search is exhaustive; of width 1 it is greedy, and may end at any step.
 * @throws {UsageError} for a wrong option, or when best is larger than the width
 */
export function beam(options: BeamOptions = {}): DecodingStrategy {
  const { width, lengthPenalty, best } = resolve("decode beam", options, table);
  if (best > width) {
    const [expected, got] = [`at most width = ${width}`, String(best)];
    throw new UsageError(message("decode beam", "best is out of range", { expected, got }));
  }
  return {
    name: "beam",
    width,
    begin: (N) =>
      new BeamSearch(
        Array.from({ length: N }, () => new Beam(width, lengthPenalty)),
        best,
      ),
  };
}

class BeamSearch implements Search {
  readonly #beams: readonly Beam[];
  readonly #best: number;

  constructor(beams: readonly Beam[], best: number) {
    this.#beams = beams;
    this.#best = best;
  }

  next(step: Step, tokens: Int32Array, parents: Int32Array): boolean {
    let isLive = false;
    for (const [n, beam] of this.#beams.entries()) {
      if (beam.next(step, n, tokens, parents)) isLive = true;
    }
    return isLive;
  }

  results(): Hypothesis[][] {
    return this.#beams.map((beam) => beam.hypotheses().slice(0, this.#best));
  }
}

/** A beginning that goes on. */
interface Live {
  readonly tokens: readonly number[];
  readonly logProbability: number;
}

/** A token after a live beginning. */
interface Candidate {
  /** Its place among the live ones. */
  readonly parent: number;
  readonly token: number;
  readonly logProbability: number;
}

/** The search for one source. */
class Beam {
  readonly #width: number;
  readonly #lengthPenalty: number;
  #live: readonly Live[] = [{ tokens: [], logProbability: 0 }];
  /** At most W, the best first. */
  readonly #ended: Hypothesis[] = [];

  constructor(width: number, lengthPenalty: number) {
    this.#width = width;
    this.#lengthPenalty = lengthPenalty;
  }

  /**
   * Takes a step for source n; its rows are n·W, n·W + 1, … Rows without a beginning go on from any row: nobody reads
   * them. @returns whether the source goes on
   */
  next(step: Step, n: number, tokens: Int32Array, parents: Int32Array): boolean {
    const W = this.#width;
    const live: Live[] = [];
    for (const { parent, token, logProbability } of this.#candidates(step, n)) {
      const before = this.#live[parent].tokens;
      if (token === step.end) this.#end(before, logProbability, true);
      else if (live.length < W) {
        parents[n * W + live.length] = n * W + parent;
        tokens[n * W + live.length] = token;
        live.push({ tokens: [...before, token], logProbability });
      }
    }
    this.#live = live;
    if (!step.isLast && this.#canImprove(step.maxLength)) return true;
    if (step.isLast) for (const one of live) this.#end(one.tokens, one.logProbability, false);
    this.#live = [];
    return false;
  }

  /**
   * The 2W likeliest tokens after all live beginnings: W of them go on even if each beginning may end. Equally likely
   * ones in the order of beginnings, then of tokens.
   */
  #candidates({ logProbabilities, vocabulary: V }: Step, n: number): readonly Candidate[] {
    const most = 2 * this.#width;
    const kept: Candidate[] = [];
    for (const [parent, { logProbability: before }] of this.#live.entries()) {
      const from = (n * this.#width + parent) * V;
      for (let token = 0; token < V; token++) {
        const logProbability = before + logProbabilities[from + token];
        if (!(logProbability > -Infinity)) {
          if (Number.isNaN(logProbability)) throw notANumber(`beginning ${parent} of source ${n}`, token);
          continue;
        }
        if (kept.length === most && logProbability <= kept[most - 1].logProbability) continue;
        if (kept.length === most) kept.pop();
        let at = kept.length;
        while (at > 0 && kept[at - 1].logProbability < logProbability) at--;
        kept.splice(at, 0, { parent, token, logProbability });
      }
    }
    return kept;
  }

  #end(tokens: readonly number[], logProbability: number, isEnded: boolean): void {
    const length = Math.max(1, tokens.length + (isEnded ? 1 : 0));
    const score = logProbability / length ** this.#lengthPenalty;
    const hypothesis = { tokens: Int32Array.from(tokens), logProbability, score, isEnded };
    const behind = this.#ended.findIndex((other) => other.score < score);
    this.#ended.splice(behind < 0 ? this.#ended.length : behind, 0, hypothesis);
    this.#ended.length = Math.min(this.#ended.length, this.#width);
  }

  /** Whether a live beginning may still come before the worst of W ended ones: at best it loses nothing more. */
  #canImprove(maxLength: number): boolean {
    if (this.#live.length === 0) return false;
    if (this.#ended.length < this.#width) return true;
    return this.#live[0].logProbability / maxLength ** this.#lengthPenalty > this.#ended[this.#width - 1].score;
  }

  hypotheses(): readonly Hypothesis[] {
    return this.#ended;
  }
}
