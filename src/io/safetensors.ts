/**
 * Safetensors: 8 bytes (the header's length n, little-endian), n bytes of JSON, then the tensors' bytes one after the
 * other. Bytes in, bytes out: knows no tensors, models or files. Numbers are little-endian, arrays row-major, as in
 * linear memory. Types narrower than a byte (F4, F6) are not read; everything that the reference reader refuses is
 * refused here as well.
 * Source: the safetensors format description (huggingface/safetensors, README, "Format") and its reference reader.
 */
import { DataError, UsageError, message, show } from "../errors.js";
import { concatenate } from "./bytes.js";
import { foreignFormat } from "./foreign.js";
import { loneSurrogate, parseHeader, type TensorInfo } from "./safetensorsHeader.js";

/** Element types and their width in bytes. */
const widths = {
  F64: 8, I64: 8, U64: 8,
  F32: 4, I32: 4, U32: 4,
  F16: 2, BF16: 2, I16: 2, U16: 2,
  I8: 1, U8: 1, BOOL: 1, F8_E4M3: 1, F8_E5M2: 1,
} as const; // prettier-ignore

/** The name of an element type. */
export type SafetensorsDtype = keyof typeof widths;

/** One tensor to write. */
export interface SafetensorsEntry {
  readonly name: string;
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  /** product(shape) elements, little-endian. */
  readonly bytes: Uint8Array;
}

/** One tensor read: its bytes are a view of the file's. */
export type SafetensorsTensor = Omit<SafetensorsEntry, "name">;

/** The contents of a file, in the order of its header. */
export interface Safetensors {
  /** The texts of `__metadata__`; an object without a prototype. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, SafetensorsTensor>;
}

/** A longer header is refused, as in the reference reader. */
const maxHeaderBytes = 100_000_000;

const widthOf = (dtype: string): number | undefined =>
  Object.hasOwn(widths, dtype) ? widths[dtype as SafetensorsDtype] : undefined;

/** Elements × width, or undefined where a partial product leaves the safe integers. */
function byteLength(shape: readonly number[], width: number): number | undefined {
  let bytes = width;
  for (const size of shape) {
    bytes *= size;
    if (!Number.isSafeInteger(bytes)) return undefined;
  }
  return bytes;
}

/** Refuses, before a byte is written, what a reader would refuse. */
function checkEntries(entries: readonly SafetensorsEntry[], metadata: Readonly<Record<string, string>>): void {
  const fail = (wrong: string, expected: string, got: unknown): never => {
    throw new UsageError(
      message("safetensors", wrong, { expected, got: typeof got === "number" ? `${got}` : show(got) }),
    );
  };
  const names = new Set<string>();
  for (const { name, dtype, shape, bytes } of entries) {
    const tensor = `tensor ${show(name)}`;
    if (name === "__metadata__") fail("a tensor has the name of the metadata", "another name", name);
    if (names.has(name)) fail("two tensors have the same name", "each name once", name);
    if (loneSurrogate.test(name)) fail("a name is not valid Unicode", "no lone surrogates", name);
    names.add(name);
    const width =
      widthOf(dtype) ?? fail(`${tensor} has an unknown dtype`, `one of ${Object.keys(widths).join(", ")}`, dtype);
    if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
      fail(`${tensor} has a bad shape`, "integers ≥ 0", [...shape]);
    }
    const expected = byteLength(shape, width);
    if (bytes.byteLength !== expected)
      fail(`${tensor} has the wrong size`, rule(expected, dtype, shape), bytes.byteLength);
  }
  for (const [key, text] of Object.entries(metadata)) {
    if (typeof text !== "string") fail(`metadata ${show(key)} is not a string`, "a string", text);
    if (loneSurrogate.test(key) || loneSurrogate.test(text))
      fail(`metadata ${show(key)} is not valid Unicode`, "no lone surrogates", text);
  }
}

const rule = (bytes: number | undefined, dtype: string, shape: readonly number[]): string =>
  `${bytes ?? "at most 2^53 − 1"} bytes (${dtype} ${show([...shape])})`;

/**
 * The file in pieces, for writing it without a second copy in memory: the header, then each tensor's own `bytes`, which
 * are not copied and must not change until they are written. Wider types come first, so that every tensor starts at a
 * multiple of its width.
 *
 * @throws {UsageError} for a name used twice, `__metadata__` as a name, a shape that does not fit the bytes, or
 *   metadata that are not strings
 */
export function safetensorsChunks(
  entries: Iterable<SafetensorsEntry>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array[] {
  const given = [...entries];
  checkEntries(given, metadata);
  const ordered = given.toSorted((a, b) => widths[b.dtype] - widths[a.dtype]);
  const members: string[] = [];
  if (Object.keys(metadata).length > 0) members.push(`"__metadata__":${JSON.stringify(metadata)}`);
  let end = 0;
  for (const { name, dtype, shape, bytes } of ordered) {
    const begin = end;
    end += bytes.byteLength;
    members.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [begin, end] })}`);
  }
  return [encodeHeader(`{${members.join(",")}}`), ...ordered.map((entry) => entry.bytes)];
}

/** Length and text, padded with spaces so that the data begin at a multiple of 8. */
function encodeHeader(json: string): Uint8Array {
  const text = new TextEncoder().encode(json);
  const length = Math.ceil(text.length / 8) * 8;
  if (length > maxHeaderBytes) {
    const hint = "Use fewer tensors, shorter names or less metadata.";
    throw new UsageError(
      message("safetensors", "the header is too long", {
        expected: `at most ${maxHeaderBytes} bytes`,
        got: `${length}`,
        hint,
      }),
    );
  }
  const header = new Uint8Array(8 + length).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(text, 8);
  return header;
}

/**
 * The file as one array.
 *
 * @throws {UsageError} as {@link safetensorsChunks}
 */
export function encodeSafetensors(
  entries: Iterable<SafetensorsEntry>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  return concatenate(safetensorsChunks(entries, metadata));
}

/**
 * Reads a file. Nothing is copied: the tensors are views of `file`, which may start at any byte (copy one to get an
 * aligned typed array). The values themselves are not checked.
 * Cost: time and memory proportional to the header, at most 20 bytes for each of its bytes, whatever shapes and offsets
 * it claims.
 * @throws {DataError} when the length is wrong, the header is not the JSON of this format, a type is unknown, a size is
 *   not product(shape) × width, or the tensors do not cover the data exactly once; this is checked before memory in
 *   proportion to a claimed size is allocated
 */
export function decodeSafetensors(file: Uint8Array): Safetensors {
  const headerBytes = headerLength(file);
  const { metadata, tensors } = parseHeader(headerText(file.subarray(8, 8 + headerBytes)));
  const data = file.subarray(8 + headerBytes);
  for (const [name, info] of tensors) checkTensor(name, info, data.length);
  checkCover(tensors, data.length);
  const views = new Map<string, SafetensorsTensor>();
  for (const [name, { dtype, shape, begin, end }] of tensors) {
    views.set(name, { dtype: dtype as SafetensorsDtype, shape, bytes: data.subarray(begin, end) });
  }
  return { metadata, tensors: views };
}

function headerLength(file: Uint8Array): number {
  if (file.length < 8) {
    throw new DataError(
      message("safetensors", "the file is too short", { expected: "at least 8 bytes", got: `${file.length}` }),
    );
  }
  const claimed = new DataView(file.buffer, file.byteOffset, 8).getBigUint64(0, true);
  const most = Math.min(file.length - 8, maxHeaderBytes);
  if (claimed > most) {
    const foreign = foreignFormat(file);
    if (foreign !== undefined) {
      const { name: got, hint } = foreign;
      throw new DataError(message("safetensors", "this is a file of another format", { expected: "safetensors", got, hint })); // prettier-ignore
    }
    const expected = `at most ${most} bytes (${most === maxHeaderBytes ? "the format's limit" : "what follows in the file"})`;
    const hint = "This is not a safetensors file, or it is cut off.";
    throw new DataError(message("safetensors", "the header's length is wrong", { expected, got: `${claimed}`, hint }));
  }
  return Number(claimed);
}

function headerText(header: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(header.slice()); // a copy: decode refuses shared memory
  } catch (cause) {
    throw new DataError(message("safetensors", "the header is not text", { expected: "UTF-8" }), { cause });
  }
}

function checkTensor(name: string, { dtype, shape, begin, end }: TensorInfo, dataBytes: number): void {
  const tensor = `tensor ${show(name)}`;
  const got = `data_offsets [${begin}, ${end}]`;
  const width = widthOf(dtype);
  if (width === undefined) {
    const expected = `one of ${Object.keys(widths).join(", ")}`;
    throw new DataError(message("safetensors", `${tensor} has an unknown dtype`, { expected, got: show(dtype) }));
  }
  if (end > dataBytes) {
    const expected = `≤ ${dataBytes} (data bytes)`;
    throw new DataError(message("safetensors", `${tensor} ends at ${end}`, { expected, got }));
  }
  const bytes = byteLength(shape, width);
  if (end - begin !== bytes) {
    const expected = rule(bytes, dtype, shape);
    throw new DataError(message("safetensors", `${tensor} has the wrong size`, { expected, got }));
  }
}

/**
 * Checks that every byte of the data belongs to exactly one tensor, so that nothing can hide in the file and no two
 * tensors share memory.
 */
function checkCover(tensors: ReadonlyMap<string, TensorInfo>, dataBytes: number): void {
  const inOrder = [...tensors].toSorted(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  let covered = 0;
  let before = "";
  const hole = (to: number): never => {
    throw new DataError(
      message("safetensors", `bytes ${covered} to ${to} of the data belong to no tensor`, { expected: "no holes" }),
    );
  };
  for (const [name, { begin, end }] of inOrder) {
    if (begin > covered) hole(begin);
    if (begin < covered) {
      const wrong = `tensors ${show(before)} and ${show(name)} overlap`;
      const expected = `${show(name)} to begin at ${covered}`;
      throw new DataError(message("safetensors", wrong, { expected, got: `data_offsets [${begin}, ${end}]` }));
    }
    covered = end;
    before = name;
  }
  if (covered < dataBytes) hole(dataBytes);
}
