/**
 * Receives kernel calls, runs them on this thread or on all threads, and records them while a function is being
 * recorded. On one thread, calls that nobody records do not come here: ops then call the module's functions directly.
 */
import { UsageError, message } from "../errors.js";
import { type Kernel, listBytes, watchKernels, writeList } from "./commands.js";
import type { Kernels } from "./kernels.js";
import type { Heap } from "./memory.js";
import { type KernelTable, type Part, core } from "./parts.js";
import { Recorder, type Recording } from "./recording.js";
import type { ThreadPool } from "./threads.js";

/** Bytes for the command list of a single call. */
const slotBytes = 256;

/**
 * The most bytes of a struct, and the number of places that structs outside of recordings take in turn: more than one
 * call has structs.
 */
const structBytes = 128;
const structs = 4;

/** Runs kernel calls and records them. */
export class Launcher {
  /** The tables that ops call, by part number; undefined for parts that are not loaded. */
  tables: readonly (KernelTable | undefined)[] = [];
  readonly heap: Heap;
  /** The other threads, if there are any. */
  pool: ThreadPool | undefined;
  /** The functions of the core on this thread. */
  readonly functions: Kernels;
  readonly #parts: Part[] = [];
  readonly #slot: number;
  readonly #structs: number;
  #nextStruct = 0;
  #recorder: Recorder | undefined;

  /** @param functions  those of the core @param pool the other threads, if there are any */
  constructor(functions: Kernels, heap: Heap, pool: ThreadPool | undefined) {
    this.heap = heap;
    this.pool = pool;
    this.functions = functions;
    this.#slot = heap.allocate(slotBytes);
    this.#structs = heap.allocate(structs * structBytes);
    this.add(core, functions);
  }

  /** Makes a part's functions a table that ops call. */
  add(part: Part, functions: KernelTable): void {
    const tables = [...this.tables];
    tables[part.number] = this.pool === undefined ? functions : this.#watch(functions, part);
    this.tables = tables;
    this.#parts[part.number] = part;
  }

  /**
   * The address for a struct of at most 128 bytes that the next kernel call reads. While a function is recorded, it is
   * memory of the recording; otherwise one of a few places that are used in turn.
   */
  placeOfStruct(bytes: number): number {
    if (this.#recorder !== undefined) return this.heap.allocateRecorded(bytes);
    this.#nextStruct = (this.#nextStruct + structBytes) % (structs * structBytes);
    return this.#structs + this.#nextStruct;
  }

  /** The recorder, while a function is being recorded. */
  get recorder(): Recorder | undefined {
    return this.#recorder;
  }

  /**
   * Runs `fn` and keeps its kernel calls and its memory. When fn throws, what it allocated is freed and the error is
   * passed on.
   * @throws {UsageError} inside another recording
   */
  record<T>(fn: () => T): { readonly recording: Recording; readonly result: T } {
    if (this.#recorder !== undefined) {
      const hint = "Call the inner function itself; its kernel calls are recorded with the others.";
      throw new UsageError(message("record", "another recording is in progress", { hint }));
    }
    const recorder = new Recorder(this.heap);
    const before = this.tables;
    if (this.pool === undefined) this.tables = before.map((table, i) => table && this.#watch(table, this.#parts[i]));
    this.#recorder = recorder;
    let isDone = false;
    try {
      const result = fn();
      const recording = recorder.finish((at, end, splits) => this.#replay(at, end, splits));
      isDone = true;
      return { recording, result };
    } finally {
      this.#recorder = undefined;
      this.tables = before;
      if (!isDone) recorder.abandon();
    }
  }

  /** Runs `fn` as if nothing were being recorded, for things that are made once and outlive the recording. */
  unrecorded<T>(fn: () => T): T {
    const recorder = this.#recorder;
    this.#recorder = undefined;
    try {
      return this.heap.outsideCapture(fn);
    } finally {
      this.#recorder = recorder;
    }
  }

  #watch(table: KernelTable, part: Part): KernelTable {
    return watchKernels(table, part, (kernel, values) => this.#call(kernel, values));
  }

  #call(kernel: Kernel, values: readonly number[]): void {
    const { pool } = this;
    const splits = pool !== undefined && this.#wouldSplit(kernel, values);
    this.#recorder?.add(kernel, values, splits);
    if (!splits) {
      kernel.run(...values);
      return;
    }
    pool.reportFailure();
    if (!pool.isReady) {
      kernel.run(...values);
      return;
    }
    const list = [{ kernel, values, splits }];
    const bytes = listBytes(list);
    writeList(list, this.heap.view("int32", this.#slot, bytes / 4));
    pool.launch(this.#slot, this.#slot + bytes);
  }

  /**
   * True if threads would share this call: the kernel runs as a thread without a share and notes it. Cost: about 30 ns.
   */
  #wouldSplit(kernel: Kernel, values: readonly number[]): boolean {
    this.functions.beginProbe();
    kernel.run(...values);
    return this.functions.endProbe() !== 0;
  }

  #replay(at: number, end: number, splits: boolean): void {
    const { pool } = this;
    if (!splits || pool === undefined) {
      this.functions.replay(at, end);
      return;
    }
    pool.reportFailure();
    if (pool.isReady) pool.launch(at, end);
    else this.functions.replay(at, end);
  }
}
