/**
 * Which pairs of words may be learnt from at the same time. Words are dealt to groups in turn, word i to group i mod G, and
 * every pair of groups is a match, as is each group with itself: the pairs of words of a match are learnt from one after
 * the other, and the matches of a round, of which no two have a group in common, beside each other. Letters: G groups, V words.
 * Source: the circle method for tournaments; for matrices, Gemulla et al. 2011 ("stratified" descent).
 */

/** G, even: as many threads as half of it have work. */
export const groups = 16;

/** A match: a pair of groups a ≤ b. */
export type Match = readonly [a: number, b: number];

/** All matches, round by round: each group with itself, then G − 1 rounds of G / 2. */
export const rounds: readonly (readonly Match[])[] = [
  Array.from({ length: groups }, (_, a): Match => [a, a]),
  ...Array.from({ length: groups - 1 }, (_, round) =>
    Array.from({ length: groups / 2 }, (_, seat): Match => {
      // The last group stays where it is, the others sit in a circle and move on by a seat from round to round.
      const circle = groups - 1;
      const a = (round + seat) % circle;
      const b = seat === 0 ? circle : (round + circle - seat) % circle;
      return a < b ? [a, b] : [b, a];
    }),
  ),
];

/** Pairs of words as numbers, those of a match together, match after match in the order of {@link rounds}. */
export class PairKeys {
  /** Words of a group, at most. */
  readonly #size: number;
  /** The first key of match (a, b), and the same of (b, a), (G, G). */
  readonly #firsts = new Float64Array(groups * groups);
  readonly #matches = rounds.flat();

  constructor(V: number) {
    this.#size = Math.ceil(V / groups);
    for (const [i, [a, b]] of this.#matches.entries()) {
      this.#firsts[a * groups + b] = this.#firsts[b * groups + a] = i * this.#size * this.#size;
    }
  }

  /** The key of a pair in either order, an integer ≥ 0. */
  keyOf(i: number, j: number): number {
    const a = i % groups;
    const b = j % groups;
    const atI = (i - a) / groups;
    const atJ = (j - b) / groups;
    const isInOrder = a < b || (a === b && atI <= atJ);
    return this.#firsts[a * groups + b] + (isInOrder ? atI * this.#size + atJ : atJ * this.#size + atI);
  }

  /** One more than the greatest key of a match. */
  endOf(match: number): number {
    return (match + 1) * this.#size * this.#size;
  }

  /** The words of a key, given its match. */
  pairOf(key: number, match: number): [i: number, j: number] {
    const [a, b] = this.#matches[match];
    const rest = key - match * this.#size * this.#size;
    const atI = Math.floor(rest / this.#size);
    return [atI * groups + a, (rest - atI * this.#size) * groups + b];
  }
}
