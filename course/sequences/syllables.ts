/**
 * Vietnamese text as syllables, what they lose when their diacritics are left out, and the numbers by which a network
 * reads them: the bare syllable, the pairs with its neighbours, the triple, and how it is written. Does not know
 * networks.
 *
 * A syllable's marks are a pattern: whether its first d is a đ, and the marks of each of its vowels. So "hòa" and "hoà"
 * have different patterns, and "hòa" and "tòa" the same.
 */
import { DataError, type text } from "lanegrad";

/** The numbers of a syllable: itself, the pair with the one before, with the one behind, all three, its look. */
export const columns = 5;

/** Syllables in a row, with their places in the text. */
export interface Syllables {
  /** As they stand in the text, in Unicode's composed form. */
  readonly forms: readonly string[];
  /** What stands in front of each of them; one more, for what stands behind the last. */
  readonly between: readonly string[];
}

const letters = /\p{L}+/gu;
const marks = /\p{M}+/gu;

/** A text's syllables: runs of letters. */
export function syllablesOf(written: string): Syllables {
  const composed = written.normalize("NFC");
  const forms: string[] = [];
  const between: string[] = [];
  let end = 0;
  for (const { 0: form, index } of composed.matchAll(letters)) {
    between.push(composed.slice(end, index));
    forms.push(form);
    end = index + form.length;
  }
  between.push(composed.slice(end));
  return { forms, between };
}

/** A text without its diacritics; one letter for one letter. */
export function bareOf(written: string): string {
  return written.normalize("NFD").replace(marks, "").replaceAll("đ", "d").replaceAll("Đ", "D");
}

/** A function of syllables that computes each once: a text has far fewer different ones than syllables. */
function remembered<Value>(of: (form: string) => Value): (form: string) => Value {
  const values = new Map<string, Value>();
  return (form) => {
    let value = values.get(form);
    if (value === undefined) values.set(form, (value = of(form)));
    return value;
  };
}

/** The pattern of a syllable's marks: "đ" or nothing, then the marks of each vowel behind a comma. */
export function patternOf(form: string): string {
  let pattern = "";
  let stroke = "";
  for (const letter of form.toLowerCase().normalize("NFC")) {
    const [base, ...own] = letter.normalize("NFD");
    if (letter === "đ") stroke = "đ";
    else if (isVowel(base)) pattern += `,${own.join("")}`;
  }
  return stroke + pattern.replace(/,+$/, "");
}

/** A bare syllable with the marks of a pattern; its capitals stay. */
export function marked(bare: string, pattern: string): string {
  const [stroke, ...vowels] = pattern.split(",");
  let [isStroked, vowel] = [stroke === "", 0];
  let form = "";
  for (const letter of bare) {
    const small = letter.toLowerCase();
    if (!isStroked && small === "d") {
      form += letter === "d" ? "đ" : "Đ";
      isStroked = true;
    } else form += isVowel(small) ? letter + (vowels[vowel++] ?? "") : letter;
  }
  return form.normalize("NFC");
}

const isVowel = (letter: string): boolean => "aeiouy".includes(letter);

/** What the numbers of syllables mean, as plain JSON. */
export interface SyllablesConfig {
  readonly format: "lanegrad syllables";
  /** Bare syllables, and pairs and triples of them, with a blank between. */
  readonly words: text.TokenizerConfig["units"];
  readonly pairs: readonly string[];
  readonly triples: readonly string[];
  readonly patterns: readonly string[];
  /** For each word the numbers of the patterns that it was seen with, the most frequent first. */
  readonly seen: readonly (readonly number[])[];
}

/** Where a paragraph begins and where it ends, in pairs and triples. */
const [begin, end] = ["^", "$"];
/** Kinds of looks: three of capitals, four of what stands before, four of what stands behind. */
const looks = 3 * 4 * 4;
/** A syllable that occurs less often in training is unknown; so are a pair, a triple and a pattern. */
const least = { word: 2, pair: 3, triple: 4, pattern: 4 };

/** The numbers of syllables, and the patterns that a network chooses from. */
export class SyllableNumbers {
  readonly config: SyllablesConfig;
  /** How many different numbers there are. */
  readonly size: number;
  readonly #words: ReadonlyMap<string, number>;
  readonly #pairs: ReadonlyMap<string, number>;
  readonly #triples: ReadonlyMap<string, number>;
  readonly #patterns: ReadonlyMap<string, number>;
  /** The first numbers of pairs, triples and looks; each kind's first stands for what is unknown. */
  readonly #starts: readonly [pair: number, triple: number, look: number];

  readonly #bareOf = remembered(bareOf);

  constructor(config: SyllablesConfig) {
    const { words, pairs, triples, patterns } = config;
    this.config = config;
    const pair = 1 + words.length;
    const triple = pair + 1 + pairs.length;
    const look = triple + 1 + triples.length;
    this.#starts = [pair, triple, look];
    this.size = look + looks;
    this.#words = numbered(words, 1);
    this.#pairs = numbered(pairs, pair + 1);
    this.#triples = numbered(triples, triple + 1);
    this.#patterns = numbered(patterns, 0);
  }

  /** How many patterns there are. Pattern 0 has no marks. */
  get patterns(): number {
    return this.config.patterns.length;
  }

  /** The number of a syllable's pattern; 0 for a rare one. */
  readonly patternOf = remembered((form: string): number => this.#patterns.get(patternOf(form)) ?? 0);

  /** The patterns that a bare syllable was seen with, the most frequent first; none for an unknown one. */
  seenOf(bare: string): readonly number[] {
    const word = this.#words.get(bare.toLowerCase());
    return word === undefined ? [] : this.config.seen[word - 1];
  }

  /** The numbers of a paragraph's syllables, (length, columns). Marks that they have are left out. */
  encode({ forms, between }: Syllables): Int32Array {
    const [pair, triple, look] = this.#starts;
    const bare = forms.map(this.#bareOf);
    const low = bare.map((form) => form.toLowerCase());
    const numbers = new Int32Array(columns * forms.length);
    for (const [i, word] of low.entries()) {
      const left = `${low[i - 1] ?? begin} ${word}`;
      const right = low[i + 1] ?? end;
      numbers.set(
        [
          this.#words.get(word) ?? 0,
          this.#pairs.get(left) ?? pair,
          this.#pairs.get(`${word} ${right}`) ?? pair,
          this.#triples.get(`${left} ${right}`) ?? triple,
          look + 16 * capitals(bare[i]) + 4 * gap(between[i], i === 0) + gap(between[i + 1], i === low.length - 1),
        ],
        columns * i,
      );
    }
    return numbers;
  }
}

/** 0 for small letters, 1 for a capital and small ones, 2 for others. */
function capitals(form: string): number {
  if (form === form.toLowerCase()) return 0;
  return form.length > 1 && form.slice(1) === form.slice(1).toLowerCase() ? 1 : 2;
}

/** What stands between two syllables: 0 a blank, 1 punctuation, 2 a number, 3 the end of a sentence or paragraph. */
function gap(between: string, isEnd: boolean): number {
  if (isEnd || /[.!?]/u.test(between.replaceAll(/\d[.,]\d/gu, "0"))) return 3;
  if (/\d/u.test(between)) return 2;
  return between.trim() === "" ? 0 : 1;
}

function numbered(units: readonly string[], first: number): Map<string, number> {
  return new Map(units.map((unit, i) => [unit, first + i]));
}

/**
 * The numbers of a text's syllables, from the text for training.
 * @throws {DataError} for a text without a syllable that occurs twice
 */
export function fitSyllables(paragraphs: readonly Syllables[]): SyllableNumbers {
  const newCounts = (): Map<string, number> => new Map();
  const [words, pairs, triples, patterns] = [newCounts(), newCounts(), newCounts(), newCounts()];
  const seen = new Map<string, ReturnType<typeof newCounts>>();
  const [lowOf, marksOf] = [remembered((form) => bareOf(form).toLowerCase()), remembered(patternOf)];
  for (const { forms } of paragraphs) {
    const low = forms.map(lowOf);
    for (const [i, word] of low.entries()) {
      const [left, right] = [`${low[i - 1] ?? begin} ${word}`, low[i + 1] ?? end];
      countOne(words, word);
      countOne(pairs, left);
      if (right === end) countOne(pairs, `${word} ${end}`);
      countOne(triples, `${left} ${right}`);
      const pattern = marksOf(forms[i]);
      countOne(patterns, pattern);
      let own = seen.get(word);
      if (own === undefined) seen.set(word, (own = newCounts()));
      countOne(own, pattern);
    }
  }
  const known = often(words, least.word);
  if (known.length === 0) {
    throw new DataError("train: the text has no syllables; expected some that occur twice, got none.");
  }
  const kept = ["", ...often(patterns, least.pattern).filter((pattern) => pattern !== "")];
  const numbers = numbered(kept, 0);
  return new SyllableNumbers({
    format: "lanegrad syllables",
    words: known,
    pairs: often(pairs, least.pair),
    triples: often(triples, least.triple),
    patterns: kept,
    seen: known.map((word) => often(seen.get(word)!, 1).flatMap((pattern) => numbers.get(pattern) ?? [])),
  });
}

function countOne(counts: Map<string, number>, unit: string): void {
  counts.set(unit, (counts.get(unit) ?? 0) + 1);
}

/** The units that occur often enough, the most frequent first, equally frequent ones in the order of code points. */
function often(counts: ReadonlyMap<string, number>, times: number): string[] {
  return [...counts]
    .filter(([, count]) => count >= times)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .map(([unit]) => unit);
}
