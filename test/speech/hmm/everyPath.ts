/**
 * Every path of states through rows of words, one by one: the slow reference of alignment, recognition and Baum–Welch.
 */
import type { MarkovChain } from "../../../src/speech/index.js";

/** A path with its probability. */
export interface OnePath {
  /** The words that are heard, silence too. */
  readonly words: readonly number[];
  /** For each frame: the number of the word among `words`, and the state within it. */
  readonly places: readonly (readonly [n: number, state: number])[];
  /** P(states and observations). */
  readonly p: number;
}

/** All ways in which silence may stand around words, each with its probability ½ for every place. */
export function withSilences(words: readonly number[], silence: number): { words: number[]; p: number }[] {
  const places = words.length + 1;
  return Array.from({ length: 2 ** places }, (_, bits) => {
    const heard = Array.from({ length: places }, (_, n) => [
      ...((bits >> n) & 1 ? [silence] : []),
      ...words.slice(n, n + 1),
    ]);
    return { words: heard.flat(), p: 0.5 ** places };
  }).filter((one) => one.words.length > 0);
}

/** All paths through the words. @param emission  p(observation t | state j of word w) */
export function everyPath(
  chains: readonly MarkovChain[],
  words: readonly number[],
  T: number,
  emission: (t: number, w: number, j: number) => number,
): OnePath[] {
  const found: OnePath[] = [];
  const walk = (places: (readonly [number, number])[], n: number, state: number, before: number): void => {
    const chain = chains[words[n]];
    const p = before * emission(places.length, words[n], state);
    if (p === 0) return;
    const now = [...places, [n, state] as const];
    const end = chain.final?.[state] ?? 1;
    if (now.length === T) {
      if (n === words.length - 1 && end > 0) found.push({ words, places: now, p: p * end });
      return;
    }
    for (let j = 0; j < chain.initial.length; j++) walk(now, n, j, p * chain.transitions[state][j]);
    if (n === words.length - 1) return;
    const next = chains[words[n + 1]];
    for (let j = 0; j < next.initial.length; j++) walk(now, n + 1, j, p * end * next.initial[j]);
  };
  for (let j = 0; j < chains[words[0]].initial.length; j++) walk([], 0, j, chains[words[0]].initial[j]);
  return found;
}
