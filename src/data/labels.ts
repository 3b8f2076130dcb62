/**
 * The classes of a column of labels, and the order of names. Does not read files.
 *
 * Note [Labels that are numbers]: if every label of a column is a number, equal numbers are one class, however they are
 * written: "1", "1.0", "+1", "01" and "1e0". The class has the shortest of these names. Digits are compared, not
 * float64 values, so that long identifiers stay apart. If any label is not a number, all are names, and each spelling
 * is a class: "01" and "1" are two.
 */
import { DataError, message } from "../errors.js";

/**
 * The pattern of {@link isDecimal}. Each part begins with what the part before cannot end with, so matching takes
 * linear time.
 */
const decimal = /^([+-]?)(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:e([+-]?\d+))?$/i;

/**
 * True for a decimal number with or without sign, point and exponent, and nothing around it. Cost: linear in the text.
 */
export function isDecimal(text: string): boolean {
  return decimal.test(text);
}

/** A column with more different values is not one of classes. */
const mostClasses = 2 ** 20;

/**
 * Compares by code point, unlike `<`, which compares UTF-16 units and puts characters beyond U+FFFF before U+E000 …
 * U+FFFF.
 */
export function byCodePoint(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [unitOfA, unitOfB] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (unitOfA === unitOfB) continue;
    return isSurrogate(unitOfA) === isSurrogate(unitOfB) ? unitOfA - unitOfB : isSurrogate(unitOfA) ? 1 : -1;
  }
  return a.length - b.length;
}

/** True for half of a surrogate pair; halves are in the order of their characters. */
const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff;

/** Names in order of appearance, which become classes in the order of {@link inOrder}. */
export class ClassNames {
  readonly #seen = new Map<string, number>();

  /** The number of a name in order of appearance. @throws {DataError} beyond 1,048,576 names, with this hint */
  number(name: string, op: string, hint = "Numbers to predict are a target, not labels."): number {
    let number = this.#seen.get(name);
    if (number !== undefined) return number;
    number = this.#seen.size;
    if (number === mostClasses) {
      throw new DataError(
        message(op, "there are too many classes", { expected: `at most ${mostClasses}`, got: "more", hint }),
      );
    }
    this.#seen.set(name, number);
    return number;
  }

  /**
   * The classes, by value if all are numbers and otherwise by code point; `classes[n]` is the class of the name with
   * number n. Note [Labels that are numbers]
   */
  inOrder(): { classNames: string[]; classes: Int32Array } {
    const names = [...this.#seen.keys()];
    const areNumbers = names.every(isDecimal);
    const spelling = (a: string, b: string): number => a.length - b.length || byCodePoint(a, b);
    const keys = names.map(keysOf(names));
    const shortest = new Map<string, string>();
    for (const [n, key] of keys.entries()) {
      const known = shortest.get(key);
      if (known === undefined || spelling(names[n], known) < 0) shortest.set(key, names[n]);
    }
    const order = areNumbers
      ? (a: string, b: string): number => Number(a) - Number(b) || byCodePoint(a, b) // ∞ − ∞ is NaN
      : byCodePoint;
    const sorted = [...shortest].sort(([, a], [, b]) => order(a, b));
    const places = new Map(sorted.map(([key], place) => [key, place]));
    return { classNames: sorted.map(([, name]) => name), classes: Int32Array.from(keys, (key) => places.get(key)!) };
  }
}

/** What tells classes apart, given all their names. Note [Labels that are numbers] */
export function keysOf(names: readonly string[]): (name: string) => string {
  if (!names.every(isDecimal)) return (name) => name;
  return (name) => (isDecimal(name) ? digitsOf(name) : name);
}

/** The same text for equal numbers: sign, digits without zeros at either end, and the power of ten. */
function digitsOf(number: string): string {
  const [, sign, whole = "", fraction = "", bareFraction = "", exponent = "0"] = decimal.exec(number)!;
  const all = whole + fraction + bareFraction;
  let [first, end] = [0, all.length];
  while (all[first] === "0") first++;
  while (end > first && all[end - 1] === "0") end--;
  if (first === end) return "0";
  const power = Number(exponent) - fraction.length - bareFraction.length + all.length - end;
  if (!Number.isSafeInteger(Number(exponent)) || !Number.isSafeInteger(power)) return number; // were rounded
  return `${sign === "-" ? "-" : ""}${all.slice(first, end)}e${power}`;
}
