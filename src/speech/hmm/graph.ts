/**
 * What a search walks through: the states of one or several chains, joined by arcs. Chains of words are joined in a
 * row, for an alignment, or in a loop, for recognition. All weights are logarithms of probabilities. Does not search:
 * paths.ts does. Letters: S states of the graph, A arcs.
 */
import { UsageError, message } from "../../errors.js";
import { type LogChain } from "./chain.js";

/** States and arcs. A state's arcs are those that lead to it. */
export interface Graph {
  readonly S: number;
  /** (S): the state of the model that each state of the graph is, a column of the likelihoods. */
  readonly columns: Int32Array;
  /** (S): the word that each belongs to. */
  readonly words: Int32Array;
  /** (S): the weight of beginning with it, and of ending after it. */
  readonly entry: Float64Array;
  readonly exit: Float64Array;
  /** (S + 1): the arcs of state s are those from starts[s] to before starts[s + 1], by ascending origin. */
  readonly starts: Int32Array;
  /** (A): where each arc comes from, its weight, and 1 if it leads from the end of a word to the beginning of one. */
  readonly origins: Int32Array;
  readonly weights: Float64Array;
  readonly crossing: Uint8Array;
}

interface Arc {
  readonly from: number;
  readonly to: number;
  readonly weight: number;
  readonly isCrossing: boolean;
}

/** A word in a graph: its chain, and where its states begin in the model and in the graph. */
interface Placed {
  readonly chain: LogChain;
  readonly at: number;
}

/** Collects states and arcs, and sorts them at the end. */
class GraphBuilder {
  readonly #columns: number[] = [];
  readonly #words: number[] = [];
  readonly #entry: number[] = [];
  readonly #exit: number[] = [];
  readonly #arcs: Arc[] = [];

  /** Adds the states of a word, which lead neither in nor out. @param column  of its first state */
  add(word: number, chain: LogChain, column: number): Placed {
    const at = this.#columns.length;
    for (let i = 0; i < chain.S; i++) {
      this.#columns.push(column + i);
      this.#words.push(word);
      this.#entry.push(-Infinity);
      this.#exit.push(-Infinity);
      for (let j = 0; j < chain.S; j++) this.#arc(at + i, at + j, chain.transitions[i * chain.S + j], false);
    }
    return { chain, at };
  }

  begin({ chain, at }: Placed, weight: number): void {
    for (let i = 0; i < chain.S; i++) this.#entry[at + i] = weight + chain.initial[i];
  }

  end({ chain, at }: Placed, weight: number): void {
    for (let i = 0; i < chain.S; i++) this.#exit[at + i] = weight + (chain.final?.[i] ?? 0);
  }

  /** Leads from the end of one word to the beginning of another. */
  join(a: Placed, b: Placed, weight: number): void {
    for (let i = 0; i < a.chain.S; i++)
      for (let j = 0; j < b.chain.S; j++)
        this.#arc(a.at + i, b.at + j, weight + a.chain.final![i] + b.chain.initial[j], true);
  }

  #arc(from: number, to: number, weight: number, isCrossing: boolean): void {
    if (weight > -Infinity) this.#arcs.push({ from, to, weight, isCrossing });
  }

  graph(): Graph {
    const S = this.#columns.length;
    const arcs = this.#arcs.sort((a, b) => a.to - b.to || a.from - b.from);
    const starts = new Int32Array(S + 1);
    for (const { to } of arcs) starts[to + 1]++;
    for (let s = 0; s < S; s++) starts[s + 1] += starts[s];
    return {
      S,
      columns: Int32Array.from(this.#columns),
      words: Int32Array.from(this.#words),
      entry: Float64Array.from(this.#entry),
      exit: Float64Array.from(this.#exit),
      starts,
      origins: Int32Array.from(arcs, ({ from }) => from),
      weights: Float64Array.from(arcs, ({ weight }) => weight),
      crossing: Uint8Array.from(arcs, ({ isCrossing }) => Number(isCrossing)),
    };
  }
}

/** The chains of words, checked; state j of word w is state firsts[w] + j of all. */
export interface Words {
  readonly chains: readonly LogChain[];
  readonly firsts: readonly number[];
  /** The number of states of all words. */
  readonly states: number;
  /** The word that is silence. */
  readonly silence: number | undefined;
}

/** One chain alone. */
export function chainGraph(chain: LogChain): Graph {
  const builder = new GraphBuilder();
  const placed = builder.add(0, chain, 0);
  builder.begin(placed, 0);
  builder.end(placed, 0);
  return builder.graph();
}

const half = Math.log(0.5);

/**
 * Words in a row. Where there is a silence, it may come before the first, after the last and between any two, with
 * probability ½.
 * @throws {UsageError} when they are joined and one has no `final`
 */
export function rowGraph(op: string, words: Words, sequence: ArrayLike<number>): Graph {
  const { chains, firsts, silence } = words;
  const builder = new GraphBuilder();
  const placed = (word: number): Placed => builder.add(word, chains[word], firsts[word]);
  const [take, skip] = silence === undefined ? [-Infinity, 0] : [half, half];
  if (sequence.length > 1 || silence !== undefined) checkEnds(op, words);
  let pause = silence === undefined ? undefined : placed(silence);
  if (pause) builder.begin(pause, take);
  let before: Placed | undefined;
  for (let n = 0; n < sequence.length; n++) {
    const word = placed(sequence[n]);
    if (before === undefined) builder.begin(word, skip);
    else builder.join(before, word, skip);
    if (pause) builder.join(pause, word, 0);
    before = word;
    if (silence === undefined) continue;
    pause = placed(silence);
    builder.join(word, pause, take);
  }
  if (before) builder.end(before, skip);
  if (pause) builder.end(pause, 0);
  return builder.graph();
}

/**
 * Any words in any order, and any number of them, each at the price of `penalty`. Where there is a silence, it may come
 * before, between and after them, and alone.
 * @throws {UsageError} when one has no `final`
 */
export function loopGraph(op: string, words: Words, penalty: number): Graph {
  const { chains, firsts, silence } = words;
  checkEnds(op, words);
  const builder = new GraphBuilder();
  const all = chains.map((chain, word) => builder.add(word, chain, firsts[word]));
  const pause = silence === undefined ? undefined : all[silence];
  const [take, skip] = pause === undefined ? [-Infinity, 0] : [half, half];
  for (const word of all) {
    if (word === pause) continue;
    builder.begin(word, skip - penalty);
    builder.end(word, skip);
    for (const next of all) if (next !== pause) builder.join(word, next, skip - penalty);
    if (pause === undefined) continue;
    builder.join(word, pause, take);
    builder.join(pause, word, -penalty);
  }
  if (pause) {
    builder.begin(pause, take);
    builder.end(pause, 0);
  }
  return builder.graph();
}

function checkEnds(op: string, { chains }: Words): void {
  const word = chains.findIndex(({ final }) => final === undefined);
  if (word < 0) return;
  const hint = "leftToRight makes chains that end.";
  throw new UsageError(message(op, `chains[${word}] has no final, so that nothing can follow it`, { hint }));
}

/** The least number of frames that a path from beginning to end has; Infinity if there is none. */
export function leastFrames({ S, entry, exit, starts, origins }: Graph): number {
  const least = new Float64Array(S).fill(Infinity);
  for (let s = 0; s < S; s++) if (entry[s] > -Infinity) least[s] = 1;
  for (let isChanged = true; isChanged;) {
    isChanged = false;
    for (let s = 0; s < S; s++) {
      for (let a = starts[s]; a < starts[s + 1]; a++) {
        if (least[origins[a]] + 1 >= least[s]) continue;
        least[s] = least[origins[a]] + 1;
        isChanged = true;
      }
    }
  }
  return least.reduce((shortest, frames, s) => (exit[s] > -Infinity ? Math.min(shortest, frames) : shortest), Infinity);
}
