/**
 * The words of a column, numbered in order of appearance, found by their bytes: a string is made of each spelling once,
 * not of each field. A table of bytes stands before the map of strings of {@link ClassNames}, which decides what is
 * the same; it holds what it finds within a few steps, so that words made to collide cost no more than strings.
 */
import { ClassNames, keysOf } from "../labels.js";
import type { CsvScanner } from "../formats/csvScanner.js";

/** Places of the table that are tried. */
const mostProbes = 8;

/** Words that the table of bytes holds at most. */
const mostKnown = 2 ** 20;

/** What to do about words that cannot be numbered. */
export interface WordRules {
  /** The function that the user called, for the messages. */
  readonly op: string;
  /** What to do where there are too many words. */
  readonly hint: string;
  /** The only words there may be, in the order of their numbers. Default: any. */
  readonly known?: readonly string[];
  /** Throws for a word that is not among the known ones. */
  readonly refuse: (word: string) => never;
}

/** The words of one column. */
export class Words {
  readonly #names = new ClassNames();
  readonly #rules: WordRules;
  readonly #known: ReadonlyMap<string, number> | undefined;
  readonly #keyOf: (word: string) => string;
  /** Number of an entry + 1, by hash; 0 where there is none. */
  #slots = new Int32Array(64);
  /** Of each entry: hash, start and end in the spellings, number of the word. */
  #entries = new Int32Array(4 * 32);
  #count = 0;
  /** The bytes of all entries, one behind the other. */
  #spellings = new Uint8Array(1024);
  #used = 0;

  constructor(rules: WordRules) {
    const { known } = rules;
    this.#rules = rules;
    this.#keyOf = keysOf(known ?? []);
    this.#known = known && new Map(known.map((word, number) => [this.#keyOf(word), number]));
  }

  /** The words in order, and for the number that {@link number} gave each its place among them. */
  inOrder(): { readonly classNames: readonly string[]; readonly classes: Int32Array } {
    const { known } = this.#rules;
    if (known === undefined) return this.#names.inOrder();
    return { classNames: known, classes: Int32Array.from(known.keys()) };
  }

  /**
   * The number of the word in a field, without blanks at its ends, which stands in bytes [start, end).
   * @throws {DataError} beyond 1,048,576 words, or for one that is not known
   */
  number(scanner: CsvScanner, field: number, start: number, end: number): number {
    if (scanner.doubled[field] === 1) return this.#add(scanner, field, start, end);
    const { bytes } = scanner;
    let hash = 0x811c9dc5;
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at], 0x01000193);
    hash ^= hash >>> 15;
    const slots = this.#slots;
    const entries = this.#entries;
    const spellings = this.#spellings;
    const mask = slots.length - 1;
    for (let probe = 0; probe < mostProbes; probe++) {
      const place = (hash + probe) & mask;
      const entry = 4 * (slots[place] - 1);
      if (entry < 0) {
        const number = this.#add(scanner, field, start, end);
        if (this.#count < mostKnown) this.#note(place, hash, bytes.subarray(start, end), number);
        return number;
      }
      if (entries[entry] !== hash || entries[entry + 2] - entries[entry + 1] !== end - start) continue;
      const offset = entries[entry + 1] - start;
      let at = start;
      while (at < end && spellings[at + offset] === bytes[at]) at++;
      if (at === end) return entries[entry + 3];
    }
    return this.#add(scanner, field, start, end);
  }

  #add(scanner: CsvScanner, field: number, start: number, end: number): number {
    const { op, hint, refuse } = this.#rules;
    const word = scanner.text(field, start, end).trim();
    if (this.#known === undefined) return this.#names.number(word, op, hint);
    return this.#known.get(this.#keyOf(word)) ?? refuse(word);
  }

  #note(place: number, hash: number, spelling: Uint8Array, number: number): void {
    const [start, end] = [this.#used, this.#used + spelling.length];
    if (end > this.#spellings.length) {
      const larger = new Uint8Array(2 * end);
      larger.set(this.#spellings);
      this.#spellings = larger;
    }
    this.#spellings.set(spelling, start);
    this.#used = end;
    if (4 * this.#count === this.#entries.length) {
      const larger = new Int32Array(2 * this.#entries.length);
      larger.set(this.#entries);
      this.#entries = larger;
    }
    this.#entries.set([hash, start, end, number], 4 * this.#count++);
    this.#slots[place] = this.#count;
    if (2 * this.#count > this.#slots.length) this.#rehash();
  }

  #rehash(): void {
    const slots = new Int32Array(4 * this.#slots.length);
    for (let entry = 0; entry < this.#count; entry++) {
      for (let probe = 0; probe < mostProbes; probe++) {
        const place = (this.#entries[4 * entry] + probe) & (slots.length - 1);
        if (slots[place] !== 0) continue;
        slots[place] = entry + 1;
        break;
      }
    }
    this.#slots = slots;
  }
}
