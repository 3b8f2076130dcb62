/**
 * A model's notes as JSON, and back. What JSON would lose (NaN, infinities, −0, dates, typed arrays) becomes an object
 * whose key "$" names its type; a user's object that has this key becomes the list of its entries. What cannot be kept
 * is refused. Apart from saving.ts, so that a page that only trains does not carry it.
 */
import { DataError, UsageError, message, show } from "../../errors.js";
import { isListOf } from "../../lists.js";

type TypedArray = Extract<ArrayBufferView, { readonly length: number }>;

const numbers: readonly number[] = [NaN, Infinity, -Infinity, -0];
const arrays = [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array, BigInt64Array, BigUint64Array] as const; // prettier-ignore
const nameOf = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));

/**
 * The notes as JSON data.
 *
 * @param op     the caller, for messages
 * @param given  what the user set
 * @param copy   of it, by structuredClone when the model was to be saved; undefined where that failed
 * @throws {UsageError} for what cannot be kept: functions, tensors and other instances of classes, symbols, BigInts,
 *   cycles, undefined in a list; and when they are no plain object
 */
export function encodeNotes(op: string, given: unknown, copy: unknown): unknown {
  if (Object(given) !== given || ![Object.prototype, null].includes(Object.getPrototypeOf(given) as null)) {
    const expected = "an object: model.notes = { … }";
    throw new UsageError(message(op, "the notes cannot be saved", { expected, got: show(given) }));
  }
  encode(op, given, "notes", []);
  return encode(op, copy ?? given, "notes", []);
}

function encode(op: string, value: unknown, path: string, within: readonly unknown[]): unknown {
  const refuse = (got: string): never => {
    const expected = "numbers, strings, booleans, null, typed arrays, dates, and lists and plain objects of these";
    const hint = "Save a tensor's toTypedArray() and shape.";
    throw new UsageError(message(op, `the notes cannot be saved: ${path} would be lost`, { expected, got, hint }));
  };
  if (typeof value === "number") return numbers.some((one) => Object.is(one, value)) ? { $: nameOf(value) } : value;
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value !== "object") return refuse(typeof value === "function" ? "a function" : show(value));
  if (within.includes(value)) return refuse("a cycle");
  const deeper = [...within, value];
  if (value instanceof Date) return { $: "Date", time: encode(op, value.getTime(), path, deeper) };
  const kind = arrays.find((one) => value instanceof one);
  if (kind !== undefined) return { $: kind.name, base64: toBase64(value as TypedArray) };
  if (Array.isArray(value)) return Array.from(value, (item, i) => encode(op, item, `${path}[${i}]`, deeper));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) return refuse(show(value));
  if (Object.getOwnPropertySymbols(value).length > 0) return refuse("a symbol as a key");
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([key, item]) => [key, encode(op, item, `${path}.${key}`, deeper)] as const);
  return Object.hasOwn(value, "$") ? { $: "object", entries } : Object.fromEntries(entries);
}

/** The notes that {@link encodeNotes} was given. @throws {DataError} when the data are damaged */
export function decodeNotes(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(decodeNotes);
  const known = value as Record<string, unknown>;
  if (!Object.hasOwn(value, "$")) return Object.fromEntries(Object.entries(known).map(([k, v]) => [k, decodeNotes(v)]));
  const { $: kind, time, base64, entries } = known;
  const number = numbers.find((one) => nameOf(one) === kind);
  if (number !== undefined) return number;
  if (kind === "Date") return new Date(decodeNotes(time) as number);
  if (kind === "object" && isListOf(entries, Array.isArray))
    return Object.fromEntries((entries as [string, unknown][]).map(([k, v]) => [k, decodeNotes(v)]));
  const array = arrays.find(({ name }) => name === kind);
  const bytes = array && typeof base64 === "string" ? fromBase64(base64) : undefined;
  if (array !== undefined && bytes !== undefined && bytes.length % array.BYTES_PER_ELEMENT === 0)
    return new array(bytes.buffer);
  const expected = "what saving writes under notes";
  throw new DataError(message("loadModel", "the notes are damaged", { expected, got: show(value) }));
}

/** The bytes as they are in memory, which is little-endian wherever WebAssembly runs fast. */
function toBase64({ buffer, byteOffset, byteLength }: TypedArray): string {
  let text = "";
  for (const byte of new Uint8Array(buffer, byteOffset, byteLength)) text += String.fromCharCode(byte);
  return btoa(text);
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch {
    return undefined;
  }
}
