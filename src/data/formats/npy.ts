/**
 * NumPy's npy files: vectors of integers, and vectors of lists of integers (object arrays, which are pickled:
 * pickledLists.ts). Reads no other type or rank. Source: NumPy's `numpy.lib.format`, versions 1 to 3.
 */
import { DataError, message, show } from "../../errors.js";
import { pickledLists } from "./pickledLists.js";

/** Header and contents of an npy file. */
interface Npy {
  readonly type: string;
  /** N */
  readonly count: number;
  readonly contents: Uint8Array;
}

/**
 * A vector (N) of integers as int32.
 * @param op        the function that the user called and the file's name, for messages
 * @param expected  N, if it is known
 * @throws {DataError} for another type, rank or N, values that are not int32, or a file that is cut short or damaged
 */
export function readIntegers(bytes: Uint8Array, op: string, expected?: number): Int32Array<ArrayBuffer> {
  const { type, count, contents } = parse(bytes, op);
  if (expected !== undefined && count !== expected) {
    throw new DataError(
      message(op, "the number of values differs", { expected: `${expected}, one a list`, got: `${count}` }),
    );
  }
  const size = { "<i8": 8, "<i4": 4, "|i1": 1, "|u1": 1, "<u8": 8, "<u4": 4, "|b1": 1 }[type];
  if (size === undefined) throw wrongType(op, "integers", type);
  if (contents.length !== count * size) {
    const expected = `${count * size} bytes (${count} values of type ${type})`;
    throw new DataError(message(op, "the npy file is cut short or too long", { expected, got: `${contents.length}` }));
  }
  const view = new DataView(contents.buffer, contents.byteOffset, contents.length);
  const values = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const value =
      size === 1
        ? type === "|i1"
          ? view.getInt8(i)
          : contents[i]
        : size === 4
          ? view.getInt32(4 * i, true)
          : Number(view.getBigInt64(8 * i, true));
    if (value !== (value | 0) || (type.includes("u") && value < 0)) {
      throw new DataError(message(op, `value ${i} is not an int32`, { expected: "less than 2³¹", got: show(value) }));
    }
    values[i] = value;
  }
  return values;
}

/** A vector (N) of lists of integers. Errors and `op` as in {@link readIntegers}. */
export function readLists(bytes: Uint8Array, op: string): Int32Array[] {
  const { type, count, contents } = parse(bytes, op);
  if (type !== "|O") throw wrongType(op, "lists of integers (|O)", type);
  const lists = pickledLists(contents, op);
  if (lists.length === count) return lists;
  throw new DataError(
    message(op, "the number of lists differs", { expected: `${count}, as the header says`, got: `${lists.length}` }),
  );
}

function parse(bytes: Uint8Array, op: string): Npy {
  const damaged = (got: string): DataError =>
    new DataError(
      message(op, "this is not an npy file with one axis", { expected: "NumPy's magic number and header", got }),
    );
  if ([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59].some((byte, i) => bytes[i] !== byte)) throw damaged("another beginning");
  if (bytes.length < 12) throw damaged(`${bytes.length} bytes`);
  if (bytes[6] < 1 || bytes[6] > 3) throw damaged(`version ${bytes[6]}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const [start, length] = bytes[6] === 1 ? [10, view.getUint16(8, true)] : [12, view.getUint32(8, true)];
  if (start + length > bytes.length) throw damaged(`a header of ${length} bytes in a file of ${bytes.length}`);
  const header = new TextDecoder().decode(bytes.subarray(start, start + length));
  const type = /'descr':\s*'([^']*)'/.exec(header)?.[1];
  const count = /'shape':\s*\((\d{1,9}),\s*\)/.exec(header)?.[1];
  if (type === undefined || count === undefined) throw damaged(show(header));
  return { type, count: Number(count), contents: bytes.subarray(start + length) };
}

function wrongType(op: string, expected: string, type: string): DataError {
  return new DataError(
    message(op, "the npy file holds values of another type", { expected, got: `type ${show(type)}` }),
  );
}
