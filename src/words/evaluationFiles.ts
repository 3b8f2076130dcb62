/**
 * The files that word vectors are evaluated by: analogies, as in Google's questions-words.txt, and pairs of words with
 * people's scores, as WordSim-353 and SimLex-999 have them. Reading alone; what vectors make of them is in
 * evaluateAnalogies.ts and evaluateSimilarity.ts.
 */
import { DataError, message, show } from "../errors.js";
import type { ByteSource } from "../io/bytes.js";
import { readText } from "../data/text/readText.js";

/** A file (see ByteSource), or its text. */
export type TextSource = ByteSource | { readonly text: string };

/** Analogies under a heading. */
export interface AnalogySection {
  readonly name: string;
  /** a, b, c, d: a is to b as c is to d. */
  readonly questions: readonly (readonly string[])[];
}

/** Two words and how alike people find them. */
export interface ScoredPair {
  readonly words: readonly [string, string];
  readonly score: number;
}

/**
 * Sections of analogies: a line ": name" begins one, any other line is four words; empty lines are left out.
 * @throws {DataError} when the file cannot be read, has no questions, or has a line that is neither, naming it
 */
export async function readAnalogies(op: string, source: TextSource): Promise<AnalogySection[]> {
  const sections: { name: string; questions: string[][] }[] = [];
  for (const [i, line] of (await linesOf(source)).entries()) {
    const words = line.split(/\s+/).filter((word) => word !== "");
    if (words.length === 0) continue;
    if (words[0].startsWith(":")) {
      sections.push({ name: line.trim().slice(1).trim(), questions: [] });
    } else if (words.length === 4) {
      if (sections.length === 0) sections.push({ name: "", questions: [] });
      sections[sections.length - 1].questions.push(words);
    } else {
      const expected = 'four words, or ": " and a section\'s name';
      throw new DataError(message(op, `line ${i + 1} is no analogy`, { expected, got: show(line) }));
    }
  }
  const filled = sections.filter(({ questions }) => questions.length > 0);
  if (filled.length === 0) throw new DataError(message(op, "the file has no analogies"));
  return filled;
}

/**
 * Pairs of words with a score each: two words and a number, parted by tabs, by commas or by blanks. A first line whose
 * third field is no number is a header; if it has a field "SimLex999", the scores are there. Lines that begin with # and
 * empty ones are left out.
 * @throws {DataError} when the file cannot be read, has no pairs, or has a line that is none, naming it
 */
export async function readScoredPairs(op: string, source: TextSource): Promise<ScoredPair[]> {
  const pairs: ScoredPair[] = [];
  let column = 2;
  let isFirst = true;
  for (const [i, line] of (await linesOf(source)).entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const fields = line.trim().split(line.includes("\t") ? /\t/ : line.includes(",") ? /,/ : /\s+/).map((one) => one.trim()); // prettier-ignore
    const isHeader = isFirst && Number.isNaN(Number(fields[2] ?? NaN));
    isFirst = false;
    if (isHeader && fields.length > 2) {
      column = Math.max(2, fields.indexOf("SimLex999"));
      continue;
    }
    const [first, second] = fields;
    const score = fields[column] ? Number(fields[column]) : NaN;
    if (first === "" || !second || !Number.isFinite(score)) {
      const expected = "two words and a number";
      throw new DataError(message(op, `line ${i + 1} is no scored pair`, { expected, got: show(line) }));
    }
    pairs.push({ words: [first, second], score });
  }
  if (pairs.length === 0) throw new DataError(message(op, "the file has no pairs"));
  return pairs;
}

async function linesOf(source: TextSource): Promise<string[]> {
  return (isText(source) ? source.text : await readText(source)).split(/\r?\n/);
}

/** Blobs and Responses have a method of that name. */
function isText(source: TextSource): source is { readonly text: string } {
  return typeof (source as { readonly text?: unknown } | null | undefined)?.text === "string";
}
