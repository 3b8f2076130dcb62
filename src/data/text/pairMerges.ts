/**
 * Learns the merges of byte-pair encoding: the most frequent pair of neighbouring symbols becomes a symbol of its own,
 * again and again. Symbols 0 … 255 are bytes, 256 + i is what merge i makes. Works on different words with their counts,
 * and visits at each merge only the words that have the pair. Does not split texts (bytePairs.ts does).
 * Sources: Gage 1994; Sennrich, Haddow & Birch 2016; the lazy queue is that of Hugging Face's tokenizers.
 */

/** Symbols of single bytes. */
export const byteSymbols = 256;
/** Pairs are kept as left · 2²⁶ + right. */
const radix = 2 ** 26;

/** Two symbols, of which a merge makes one. */
export type Merge = readonly [left: number, right: number];

/**
 * The merges, in the order in which they are made. Of equally frequent pairs that with the smaller left symbol comes
 * first, then that with the smaller right one.
 *
 * @param words     the bytes of each different word, and how often it occurs
 * @param most      how many merges at most
 * @param minCount  a pair that occurs less often is not merged
 */
export function learnMerges(
  words: readonly { readonly bytes: Uint8Array; readonly count: number }[],
  most: number,
  minCount: number,
): Merge[] {
  const symbols = words.map(({ bytes }) => Array.from(bytes));
  const counts = new Map<number, number>();
  const places = new Map<number, number[]>(); // the words that a pair is or was in
  const change = (w: number, by: number, isNoted: (pair: number) => boolean): void => {
    const own = symbols[w];
    for (let i = 1; i < own.length; i++) {
      const pair = own[i - 1] * radix + own[i];
      counts.set(pair, (counts.get(pair) ?? 0) + by);
      if (!isNoted(pair)) continue;
      const known = places.get(pair);
      if (known === undefined) places.set(pair, [w]);
      else if (known.at(-1) !== w) known.push(w);
    }
  };
  for (const [w, { count }] of words.entries()) change(w, count, () => true);
  const queue = new PairQueue();
  for (const [pair, count] of counts) queue.push(pair, count);
  const merges: Merge[] = [];
  while (merges.length < most) {
    const top = queue.pop();
    if (top === undefined || top.count < minCount) break;
    const now = counts.get(top.pair) ?? 0;
    if (now !== top.count) {
      if (now > 0) queue.push(top.pair, now); // it has become rarer since
      continue;
    }
    const [left, right] = [Math.floor(top.pair / radix), top.pair % radix];
    const made = byteSymbols + merges.length;
    merges.push([left, right]);
    const fresh = new Set<number>();
    const isFresh = (pair: number): boolean => {
      const has = Math.floor(pair / radix) === made || pair % radix === made;
      if (has) fresh.add(pair);
      return has;
    };
    for (const w of places.get(top.pair)!) {
      const { count } = words[w];
      const merged = mergePair(symbols[w], left, right, made);
      if (merged.length === symbols[w].length) continue;
      change(w, -count, () => false);
      symbols[w] = merged;
      change(w, count, isFresh);
    }
    places.delete(top.pair);
    counts.delete(top.pair);
    for (const pair of fresh) queue.push(pair, counts.get(pair)!);
  }
  return merges;
}

/** The symbols with each pair of left and right, from the first on, made one. */
export function mergePair(symbols: readonly number[], left: number, right: number, made: number): number[] {
  const merged: number[] = [];
  for (let i = 0; i < symbols.length; i++) {
    const isPair = symbols[i] === left && symbols[i + 1] === right;
    merged.push(isPair ? made : symbols[i]);
    if (isPair) i++;
  }
  return merged;
}

/** Pairs, the most frequent first, equally frequent ones by their numbers: a binary heap. */
class PairQueue {
  readonly #pairs: number[] = [];
  readonly #counts: number[] = [];

  push(pair: number, count: number): void {
    let i = this.#pairs.length;
    this.#pairs.push(pair);
    this.#counts.push(count);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.#isBefore(i, parent)) return;
      this.#swap(i, parent);
      i = parent;
    }
  }

  pop(): { readonly pair: number; readonly count: number } | undefined {
    const last = this.#pairs.length - 1;
    if (last < 0) return undefined;
    this.#swap(0, last);
    const top = { pair: this.#pairs.pop()!, count: this.#counts.pop()! };
    for (let i = 0; ;) {
      const first = 2 * i + 1;
      if (first >= last) return top;
      const child = first + 1 < last && this.#isBefore(first + 1, first) ? first + 1 : first;
      if (!this.#isBefore(child, i)) return top;
      this.#swap(i, child);
      i = child;
    }
  }

  #isBefore(i: number, j: number): boolean {
    const difference = this.#counts[i] - this.#counts[j];
    return difference > 0 || (difference === 0 && this.#pairs[i] < this.#pairs[j]);
  }

  #swap(i: number, j: number): void {
    const [pairs, counts] = [this.#pairs, this.#counts];
    [pairs[i], pairs[j]] = [pairs[j], pairs[i]];
    [counts[i], counts[j]] = [counts[j], counts[i]];
  }
}
