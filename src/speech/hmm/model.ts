/**
 * A hidden Markov model of one or several words: their chains, and the distributions of all their states. State j of
 * word w is state firsts[w] + j of the distributions. Does not fit or search.
 */
import { UsageError, checkKeys, message, show } from "../../errors.js";
import { checkInteger, checkList, checkMember, checkObject, checkSequence } from "../../options.js";
import { type MarkovChain, logChain } from "./chain.js";
import type { Emissions } from "./emissions.js";
import type { Words } from "./graph.js";

/** Words as chains of states. */
export interface WordChains {
  /** The chain of each word; their states are numbered one word after the other. */
  readonly chains: readonly MarkovChain[];
  /** Which of them is silence. It may stand before, between and after words, each with probability ½. Default: none. */
  readonly silence?: number | undefined;
}

/** Words as chains of states, with what the states emit. */
export interface MarkovModel<E extends Emissions<E>> extends WordChains {
  readonly emissions: E;
}

/** @throws {UsageError} when the chains, or the number of silence, are not right */
export function wordsOf(op: string, model: WordChains): Words {
  checkObject(op, "the model", model);
  const { chains, silence } = model;
  checkList(op, "chains", chains);
  if (chains.length === 0) throw new UsageError(message(op, "there are no chains"));
  if (silence !== undefined) checkInteger(op, "silence", silence, `[0, ${chains.length})`);
  const firsts: number[] = [];
  let states = 0;
  const logs = chains.map((chain) => {
    checkObject(op, "a chain", chain);
    const log = logChain(op, chain);
    firsts.push(states);
    states += log.S;
    return log;
  });
  return { chains: logs, firsts, states, silence };
}

/** @throws {UsageError} unless `sequence` has numbers of words, other than silence */
export function checkWords(op: string, sequence: ArrayLike<number>, { chains, silence }: Words): void {
  checkSequence(op, "words", sequence);
  if (sequence.length === 0 && silence === undefined)
    throw new UsageError(message(op, "there are no words", { expected: "at least one, or a silence" }));
  const wrong = Array.from(sequence).findIndex(
    (word) => !(Number.isInteger(word) && word >= 0 && word < chains.length),
  );
  if (wrong >= 0) {
    const expected = `integers in [0, ${chains.length})`;
    throw new UsageError(message(op, "a word is out of range", { expected, got: show(sequence[wrong]) }));
  }
  if (silence === undefined || !Array.from(sequence).includes(silence)) return;
  throw new UsageError(
    message(op, "silence is no word of a sequence", { hint: "It may stand between any two words." }),
  );
}

/** @throws {UsageError} unless the emissions are those of as many states as the chains have */
export function checkModel<E extends Emissions<E>>(op: string, model: MarkovModel<E>): Words {
  checkKeys(op, model, ["chains", "emissions", "silence"]);
  const words = wordsOf(op, model);
  checkMember(op, "emissions", model.emissions, "collect", "GaussianMixtures of fitMixtures");
  if (model.emissions.states === words.states) return words;
  const expected = `those of ${words.states} states, as many as the chains have`;
  throw new UsageError(message(op, "emissions do not fit", { expected, got: show(model.emissions.states) }));
}
