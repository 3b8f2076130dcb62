/**
 * Every error that the library throws, and the one function that words its message:
 *
 *   <op>: <what is wrong>; expected <rule>, got <values>. <hint>
 *
 * Errors are thrown before any kernel runs, so a failed call changes nothing.
 */
import { adviceFor } from "./foreignNames.js";

/** The base class of all errors of the library; catch it to tell them from your own errors. */
export abstract class LanegradError extends Error {}

/** Operands do not fit: rank, size, dtype or value range. */
export class ShapeError extends LanegradError {
  override readonly name = "ShapeError";
}

/** Linear memory is exhausted or its limit is reached. */
export class MemoryError extends LanegradError {
  override readonly name = "MemoryError";
}

/** A call that makes no sense here: an option out of range, `init` missing, use after dispose. */
export class UsageError extends LanegradError {
  override readonly name = "UsageError";
}

/** A thread died in the middle of its work. */
export class ThreadError extends LanegradError {
  override readonly name = "ThreadError";
}

/** A file, a download or a data set is not what it claims to be. */
export class DataError extends LanegradError {
  override readonly name = "DataError";
}

/** The parts of a message after "what is wrong". */
export interface MessageParts {
  readonly expected?: string;
  readonly got?: string;
  readonly hint?: string;
}

/**
 * Words an error message.
 *
 * @param op     the function that the user called, or the file format
 * @param wrong  what is wrong, without a full stop
 * @param parts  the rule, the values found, and what to try; each may be left out
 */
export function message(op: string, wrong: string, parts: MessageParts = {}): string {
  const { expected, got, hint } = parts;
  const rule = [expected === undefined ? "" : `expected ${expected}`, got === undefined ? "" : `got ${got}`];
  const detail = rule.filter((part) => part !== "").join(", ");
  return printable(`${op}: ${wrong}${detail === "" ? "" : `; ${detail}`}.${hint === undefined ? "" : ` ${hint}`}`);
}

/**
 * The text made safe for a terminal, whoever wrote it: control characters other than tab and line feed, marks that
 * change the direction of writing, and the separators U+2028 and U+2029 are escaped as in JSON, "\\u001b". JSON stays
 * the same JSON.
 */
export function printable(text: string): string {
  return text.replace(
    /(?![\t\n])[\p{Cc}\p{Bidi_C}\p{Zl}\p{Zp}]/gu,
    (one) => `\\u${(0x10000 + one.charCodeAt(0)).toString(16).slice(1)}`,
  );
}

/**
 * A value as shown in a message: strings quoted, arrays in brackets, long and deep ones cut, objects by the name of
 * their class as its author wrote it.
 */
export function show(value: unknown, depth = 0): string {
  if (typeof value === "string") return printable(JSON.stringify(value.length > 80 ? `${value.slice(0, 77)}…` : value));
  if (Array.isArray(value)) {
    const items = depth > 2 ? ["…"] : value.slice(0, 12).map((item) => show(item, depth + 1));
    const text = `[${items.join(", ")}${value.length > 12 ? ", …" : ""}]`;
    return text.length > 160 ? `${text.slice(0, 159)}…` : text;
  }
  if (typeof value === "function") return `function ${value.name || "(anonymous)"}`;
  if (typeof value === "object" && value !== null) {
    const { constructor, [Symbol.toStringTag as never]: tag } = value;
    const name: unknown = constructor?.name || tag; // of JSON, anything; of a generator, ""
    return typeof name === "string" ? name.replace(/^_+|\d+$/g, "") || "object" : "object";
  }
  return String(value);
}

/**
 * Checks that `options` is an object whose keys are all in `known`, so that a misspelt option is noticed.
 * @throws {UsageError} when it is not
 */
export function checkKeys(op: string, options: object, known: readonly string[]): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new UsageError(
      message(op, "the options must be an object", { expected: `{ ${known.join(", ")} }`, got: show(options) }),
    );
  }
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  const expected = known.join(", ").replace(/, (\w*)$/, " or $1");
  const hint = adviceFor(unknown, known);
  throw new UsageError(message(op, "unknown option", { expected, got: show(unknown), ...(hint && { hint }) }));
}
