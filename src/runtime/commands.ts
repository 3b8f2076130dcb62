/**
 * Kernel calls as data: the list that the compiled modules run (Note [Command list] in assembly/launch.ts) and the table of kernels whose every call can be
 * seen on its way. Knows no tensors; runs nothing.
 */
import type { KernelTable } from "./kernels.js";
import type { Part } from "./parts.js";

/** A kernel that returns nothing, so that a call of it can stand in a list. */
export interface Kernel {
  readonly run: (...values: number[]) => void;
  readonly number: number;
  /** Bit j is set where parameter j is a float. */
  readonly floats: number;
}

/** One call of a kernel. */
export interface Command {
  readonly kernel: Kernel;
  readonly values: readonly number[];
  /** True where every thread takes a share, false where thread 0 does it all. */
  readonly splits: boolean;
}

const headBytes = 8;
const splitsBit = 1;
const waitsBit = 2;

/** Bytes of a list. */
export function listBytes(list: readonly Command[]): number {
  return list.reduce((sum, { values }) => sum + headBytes + 4 * values.length, 0);
}

/** Writes a list. @param words a view of at least listBytes(list) bytes */
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

/** Parts count from this bit of a kernel's number on. */
const partShift = 16;

/**
 * A table in which every call of a kernel goes through `call`; functions that return something are as they were.
 * A kernel's number is its place among the part's functions in the order of names, as in scripts/dispatch.mjs, and the part's number in the bits above.
 */
export function watchKernels(
  table: KernelTable,
  part: Part,
  call: (kernel: Kernel, values: readonly number[]) => void,
): KernelTable {
  const watched: Record<string, KernelTable[string]> = { ...table };
  const bits = part.floats.split(" ");
  for (const [place, name] of functionNames(table).entries()) {
    if (bits[place] === "-") continue;
    const number = place | (part.number << partShift);
    const kernel: Kernel = { run: table[name], number, floats: parseInt(bits[place], 36) };
    watched[name] = (...values) => call(kernel, values);
  }
  return watched;
}

function functionNames(table: KernelTable): string[] {
  return Object.entries(table)
    .flatMap(([name, value]) => (typeof value === "function" ? [name] : []))
    .sort();
}
