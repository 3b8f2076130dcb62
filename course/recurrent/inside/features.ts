/**
 * What a unit may count or remember of a text, as a number at each letter, and how strongly a unit goes with it: the
 * unit is sought in the first half of a text and its correlation measured in the second, against the same measure where
 * the text is shifted along itself, which keeps what neighbouring letters have in common. Letters: T letters, H units.
 */
import type { Random } from "lanegrad";

/** Features of a text by name: each a number at each letter, with that letter already read. */
export const features: Readonly<Record<string, (text: string) => number[]>> = {
  "open brackets": (text) => running(text, (depth, letter) => depth + (letter === "(" ? 1 : letter === ")" ? -1 : 0)),
  "inside quotation marks": (text) => running(text, (inside, letter) => (letter === '"' ? 1 - inside : inside)),
  "letters of the word so far": (text) =>
    running(text, (sofar, letter) => (/[\p{L}\p{N}]/u.test(letter) ? sofar + 1 : 0)),
  "letters of the line so far": (text) => running(text, (sofar, letter) => (letter === "\n" ? 0 : sofar + 1)),
};

function running(text: string, next: (value: number, letter: string) => number): number[] {
  let value = 0;
  return Array.from(text, (letter) => (value = next(value, letter)));
}

/** Shifts of the text along itself. */
const shifts = 199;

/** A unit that goes with a feature. */
export interface Found {
  readonly feature: string;
  readonly unit: number;
  /** The correlation in the second half of the text. */
  readonly correlation: number;
  /** The share of shifted texts whose correlation is at least as large, itself included. */
  readonly p: number;
}

/**
 * For each feature that the text has, the unit that goes with it best.
 * @param values (T, H)  @param letters the text that was read, T letters
 */
export function unitsFor(values: Float64Array, H: number, letters: string, random: Random): Found[] {
  const half = Math.floor(values.length / H / 2);
  const column = (unit: number, from: number): number[] =>
    Array.from({ length: half }, (_, t) => values[(from + t) * H + unit]);
  return Object.entries(features).flatMap(([feature, of]) => {
    const all = of(letters);
    const [first, second] = [all.slice(0, half), all.slice(half, 2 * half)];
    const strengths = Array.from({ length: H }, (_, unit) => Math.abs(correlation(column(unit, 0), first)));
    const unit = strengths.indexOf(Math.max(...strengths));
    const [own, r] = [column(unit, half), correlation(column(unit, half), second)];
    if (unit < 0 || Number.isNaN(r)) return []; // the feature never changes
    let atLeast = 1;
    for (let i = 0; i < shifts; i++) {
      const by = Math.floor(random.uniform(half / 20, half - half / 20));
      const shifted = [...second.slice(by), ...second.slice(0, by)];
      if (Math.abs(correlation(own, shifted)) >= Math.abs(r)) atLeast++;
    }
    return [{ feature, unit, correlation: r, p: atLeast / (shifts + 1) }];
  });
}

/** Pearson's correlation; NaN where one of both never changes. */
export function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    ab += (a[i] - ma) * (b[i] - mb);
    aa += (a[i] - ma) ** 2;
    bb += (b[i] - mb) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}
