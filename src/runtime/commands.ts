/**
 * Kernel calls as data: the list that the compiled modules run (Note [Command list] in assembly/launch.ts), and a table
 * of kernels that intercepts every call. Knows no tensors; runs nothing.
 */
import type { KernelTable, Part } from "./parts.js";

/** A kernel that returns nothing, so that its calls can be put in a list. */
export interface Kernel {
  readonly run: (...values: number[]) => void;
  readonly number: number;
  /** Bit j is set when parameter j is a float. */
  readonly floats: number;
}

/** One call of a kernel. */
export interface Command {
  readonly kernel: Kernel;
  readonly values: readonly number[];
  /** True when every thread takes a share, false when thread 0 does it all. */
  readonly splits: boolean;
}

const headBytes = 8;
const splitsBit = 1;
const waitsBit = 2;

/** The size of a list in bytes. */
export function listBytes(list: readonly Command[]): number {
  return list.reduce((sum, { values }) => sum + headBytes + 4 * values.length, 0);
}

/** Writes a list to memory. @param words a view of at least listBytes(list) bytes */
export function writeList(list: readonly Command[], words: Int32Array): void {
  const asFloats = new Float32Array(words.buffer, words.byteOffset, words.length);
  let at = 0;
  for (const [i, { kernel, values, splits }] of list.entries()) {
    const isLast = i === list.length - 1;
    const waits = splits || isLast || list[i + 1].splits;
    const bytes = headBytes + 4 * values.length;
    words[at] = kernel.number;
    words[at + 1] = (splits ? splitsBit : 0) | (waits ? waitsBit : 0) | (bytes << 8);
    for (let j = 0; j < values.length; j++) {
      if ((kernel.floats >> j) & 1) asFloats[at + 2 + j] = values[j];
      else words[at + 2 + j] = values[j];
    }
    at += bytes / 4;
  }
}

/** The part's number begins at this bit of a kernel's number. */
const partShift = 16;

/**
 * A table in which every kernel call goes through `call`; functions that return a value stay as they are. In a command,
 * a kernel's number has the part's number in the higher bits.
 */
export function watchKernels(
  table: KernelTable,
  part: Part,
  call: (kernel: Kernel, values: readonly number[]) => void,
): KernelTable {
  const watched: Record<string, KernelTable[string]> = { ...table };
  for (const [place, bits] of part.floats.split(" ").entries()) {
    if (bits === "-") continue;
    const number = place | (part.number << partShift);
    const kernel: Kernel = { run: table[place], number, floats: parseInt(bits, 36) };
    watched[place] = (...values) => call(kernel, values);
  }
  return watched;
}
