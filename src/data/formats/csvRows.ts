/**
 * The rows of a CSV text: fields between separators, quoted where they hold separators, quotes or line ends. csv.ts
 * decides what fields mean. Line ends are \r\n, \n or \r; a byte order mark and empty lines are skipped. A quote inside
 * an unquoted field is a character like any other.
 * Cost: linear in the text; holds one row at a time, of at most 1,048,576 fields.
 * Source: RFC 4180.
 */
import { DataError, message } from "../../errors.js";

/** A row and the number of the line on which it begins, from 1. */
export interface CsvRow {
  readonly fields: readonly string[];
  readonly line: number;
}

/** A row of more fields is refused: it would take many times the memory of its text. */
const mostFields = 2 ** 20;

/**
 * The rows, one after the other.
 *
 * @param op         the function that the user called, for messages
 * @param separator  one character, neither a quote nor a line end
 * @throws {DataError} when a quoted field does not end or is followed by text, or a row has too many fields
 */
export function* csvRows(op: string, text: string, separator: string): Generator<CsvRow> {
  const length = text.length;
  let at = text.startsWith("\ufeff") ? 1 : 0;
  for (let line = 1; at < length; line++) {
    const width = lineEnd(text, at);
    if (width > 0) {
      at += width;
      continue;
    }
    const fields: string[] = [];
    const firstLine = line;
    for (;;) {
      if (fields.length === mostFields) {
        throw wrongRow(op, line, mostFields, "the row has too many fields", `at most ${mostFields}`);
      }
      if (text[at] === '"') {
        const end = closingQuote(text, at);
        if (end < 0) throw wrongRow(op, line, fields.length, "a quoted field does not end", "a closing quote");
        const field = text.slice(at + 1, end).replaceAll('""', '"');
        line += lineEnds(field);
        fields.push(field);
        at = end + 1;
        if (at < length && text[at] !== separator && lineEnd(text, at) === 0) {
          throw wrongRow(op, line, fields.length - 1, "text follows a closing quote", "a separator or a line end");
        }
      } else {
        const start = at;
        while (at < length && text[at] !== separator && text[at] !== "\n" && text[at] !== "\r") at++;
        fields.push(text.slice(start, at));
      }
      if (text[at] !== separator) break;
      at++;
    }
    yield { fields, line: firstLine };
    at += lineEnd(text, at);
  }
}

/** Number of characters of the line end at `at`; 0 where there is none. */
function lineEnd(text: string, at: number): number {
  if (text[at] === "\n") return 1;
  if (text[at] !== "\r") return 0;
  return text[at + 1] === "\n" ? 2 : 1;
}

/** Where the quoted field that begins at `at` ends: the first quote that is not doubled; -1 where there is none. */
function closingQuote(text: string, at: number): number {
  let end = text.indexOf('"', at + 1);
  while (end >= 0 && text[end + 1] === '"') end = text.indexOf('"', end + 2);
  return end;
}

function lineEnds(field: string): number {
  let count = 0;
  for (let at = 0; at < field.length; at++) {
    const width = lineEnd(field, at);
    if (width === 0) continue;
    count++;
    at += width - 1;
  }
  return count;
}

function wrongRow(op: string, line: number, column: number, wrong: string, expected: string): DataError {
  return new DataError(message(op, `line ${line}, column ${column + 1}: ${wrong}`, { expected }));
}
