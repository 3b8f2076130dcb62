/**
 * The heap in linear memory: blocks by size class, 64-byte aligned, and the one accessor for views.
 * Sizes are in bytes here, and only here. Does not know shapes, tensors or the owner of a block.
 *
 * Note [Size classes]: a request is rounded up to one of eight steps per power of two, and to whole cache lines (65 →
 * 128, 1,000 → 1,024, 1,100 → 1,152):
 * from 512 bytes on, at most 12.5 % is lost. A freed block goes to the list of its class and is reused for the same
 * class; new blocks come from gaps or from the top. Training asks for the same sizes in every step, so after the first
 * step no block is new.
 *
 * Note [Pressure]. When the memory is about to grow, and 32 MiB or half of what is in use have been handed out since
 * the last time, the heap looks for room first: blocks that have not been used for long are moved out
 * (Note [Moving out] in blocks.ts), and free neighbours are joined into gaps from which any size can be cut. At the
 * limit it moves out more, in steps, before it gives up.
 */
import { MemoryError, message } from "../errors.js";
import { Capture } from "./capture.js";

const pageBytes = 65536;
const alignment = 64;

/** Bytes handed out before the heap looks for room instead of growing: Note [Pressure]. */
const leastStretch = 2 ** 25;

/** Element types in linear memory. */
export type DType = "float32" | "int32" | "uint8";

/** A view of linear memory. */
export type View = Float32Array | Int32Array | Uint8Array;

/** Bytes per element. */
export const elementBytes: Readonly<Record<DType, number>> = { float32: 4, int32: 4, uint8: 1 };

/** The size that a request of `bytes` is rounded up to: Note [Size classes]. */
export function sizeClass(bytes: number): number {
  if (bytes <= alignment) return alignment;
  if (Number.isNaN(bytes)) throw new MemoryError(message("memory", "a size is open; does an outputShape say null?"));
  const step = Math.max(alignment, 2 ** (Math.ceil(Math.log2(bytes)) - 4));
  return Math.ceil(bytes / step) * step;
}

/** Blocks of linear memory, by size class. */
export class Heap {
  readonly memory: WebAssembly.Memory;
  readonly maximumBytes: number;
  /** Bytes handed out and not freed, rounded up to their size classes. */
  bytesInUse = 0;
  /** The largest `bytesInUse` since the heap was made or {@link resetPeak} was called. */
  peakBytes = 0;
  /**
   * Moves out unneeded blocks, the longest unused first, until at most `target` bytes are in use. Keeps those used
   * while the last `recent` bytes were handed out. Set by the owner of the blocks.
   */
  moveOut: ((target: number, recent: number) => void) | undefined;
  readonly #base: number;
  #top: number;
  readonly #free = new Map<number, number[]>();
  /**
   * Free memory below the top that belongs to no size class, the largest gap last.
   * `#noGap` is a size for which no gap is large enough.
   */
  #gaps: { ptr: number; bytes: number }[] = [];
  #noGap = 0;
  /** Bytes handed out since the heap last looked for room, and how many must be handed out before it looks again. */
  #handedOut = 0;
  #stretch = leastStretch;
  /** The open capture, and the capture that each captured block belongs to. */
  #capture: Capture | undefined;
  readonly #captured = new Map<number, Capture>();

  /**
   * @param memory        the module's memory
   * @param base          first free byte: `heapBase()` of the kernels
   * @param maximumBytes  the memory's maximum
   */
  constructor(memory: WebAssembly.Memory, base: number, maximumBytes: number) {
    this.memory = memory;
    this.maximumBytes = maximumBytes;
    this.#top = Math.ceil(base / alignment) * alignment;
    this.#base = this.#top;
  }

  /**
   * A block of at least `bytes` bytes, 64-byte aligned, with undefined contents.
   * @throws {MemoryError} when the memory's maximum does not allow it; nothing has changed then
   */
  allocate(bytes: number): number {
    const size = sizeClass(bytes);
    return this.#capture?.take(size) ?? this.#allocateFresh(size);
  }

  /**
   * As {@link allocate}, for a block whose contents come from JavaScript. While a function is recorded, no command of
   * the recording writes to this block, before or after, so every replay finds what JavaScript wrote.
   */
  allocateConstant(bytes: number): number {
    const ptr = this.#allocateFresh(sizeClass(bytes));
    this.#capture?.pin(ptr);
    return ptr;
  }

  /** A block that JavaScript writes for the commands of the recording under way, which frees it. */
  allocateRecorded(bytes: number): number {
    const ptr = this.#allocateFresh(sizeClass(bytes));
    this.#capture?.released.add(ptr);
    return ptr;
  }

  /** A block that the open capture has not used for anything else. */
  #allocateFresh(size: number): number {
    const ptr = this.#free.get(size)?.pop() ?? this.#extend(size);
    this.#handedOut += size;
    this.bytesInUse += size;
    if (this.bytesInUse > this.peakBytes) this.peakBytes = this.bytesInUse;
    if (this.#capture !== undefined) {
      this.#capture.add(ptr, size);
      this.#captured.set(ptr, this.#capture);
    }
    return ptr;
  }

  /** Frees a block. @param bytes the size it was requested with */
  free(ptr: number, bytes: number): void {
    const size = sizeClass(bytes);
    const owner = this.#captured.get(ptr);
    if (owner !== undefined && owner !== this.#capture)
      owner.released.add(ptr); // the recording that owns it frees it
    else if (this.#capture === undefined) this.#giveBack(ptr, size);
    else {
      this.#capture.release(ptr, size);
      this.#captured.set(ptr, this.#capture);
    }
  }

  /** From now on, new blocks belong to a recording. */
  startCapture(): Capture {
    this.#capture = new Capture();
    return this.#capture;
  }

  /** Ends what startCapture began. The blocks still belong to the recording. */
  endCapture(): void {
    this.#capture = undefined;
  }

  /** Runs `fn` as if nothing were being recorded: what it allocates belongs to the heap. */
  outsideCapture<T>(fn: () => T): T {
    const capture = this.#capture;
    this.#capture = undefined;
    try {
      return fn();
    } finally {
      this.#capture = capture;
    }
  }

  /**
   * Ends a recording's ownership of its blocks: those that nobody else holds are freed, the others belong to their
   * holders.
   */
  releaseCapture(capture: Capture): void {
    for (const [ptr, size] of capture.blocks) {
      this.#captured.delete(ptr);
      if (capture.released.has(ptr)) this.#giveBack(ptr, size);
    }
  }

  /** True when the block at this address belongs to a recording. */
  isCaptured(ptr: number): boolean {
    return this.#captured.has(ptr);
  }

  /** Starts a new measurement of {@link peakBytes}. */
  resetPeak(): void {
    this.peakBytes = this.bytesInUse;
  }

  /** A view of `n` elements at `ptr`. Never keep it: when the memory grows, old views are detached. */
  view(dtype: "float32", ptr: number, n: number): Float32Array;
  view(dtype: "int32", ptr: number, n: number): Int32Array;
  view(dtype: "uint8", ptr: number, n: number): Uint8Array;
  view(dtype: DType, ptr: number, n: number): View;
  view(dtype: DType, ptr: number, n: number): View {
    const { buffer } = this.memory;
    if (dtype === "float32") return new Float32Array(buffer, ptr, n);
    return dtype === "int32" ? new Int32Array(buffer, ptr, n) : new Uint8Array(buffer, ptr, n);
  }

  #giveBack(ptr: number, size: number): void {
    const list = this.#free.get(size);
    if (list === undefined) this.#free.set(size, [ptr]);
    else list.push(ptr);
    this.bytesInUse -= size;
  }

  /** A block that is not on a free list: cut from a gap, or taken from the top. Note [Pressure] */
  #extend(size: number): number {
    let ptr = this.#cut(size);
    if (ptr < 0 && this.#handedOut >= this.#stretch) {
      this.#makeRoom(0, this.#stretch);
      this.#stretch = Math.max(Math.min(leastStretch, this.maximumBytes / 8), this.bytesInUse / 2);
      ptr = this.#cut(size);
    }
    if (ptr < 0) ptr = this.#raise(size);
    for (const share of [1, 0.5, 0]) {
      if (ptr >= 0 || size > this.maximumBytes - this.#base) break;
      this.#makeRoom(this.maximumBytes * share, 0);
      ptr = this.#cut(size);
      if (ptr < 0) ptr = this.#raise(size);
    }
    return ptr >= 0 ? ptr : this.#fail(size);
  }

  /** Cuts a block from a gap that is large enough; −1 when there is none. */
  #cut(size: number): number {
    const gap = size < this.#noGap ? this.#gaps.findLast(({ bytes }) => bytes >= size) : undefined;
    if (gap === undefined) {
      this.#noGap = Math.min(this.#noGap, size);
      return -1;
    }
    gap.bytes -= size;
    return gap.ptr + gap.bytes;
  }

  /** Takes a block from the top, growing the memory by at least an eighth if necessary; −1 when it cannot grow. */
  #raise(size: number): number {
    const ptr = this.#top;
    const end = ptr + size;
    const have = this.memory.buffer.byteLength;
    if (end > have) {
      const wanted = Math.min(this.maximumBytes, Math.max(end, have * 1.125));
      if (end > this.maximumBytes || !this.#grow(Math.ceil((wanted - have) / pageBytes))) return -1;
    }
    this.#top = end;
    return ptr;
  }

  /** Moves blocks out and joins free neighbours. */
  #makeRoom(target: number, recent: number): void {
    this.#handedOut = 0;
    this.outsideCapture(() => this.moveOut?.(target, recent));
    const free = [...this.#free].flatMap(([bytes, list]) => list.map((ptr) => ({ ptr, bytes })));
    this.#free.clear();
    const gaps: typeof free = [];
    for (const block of [...this.#gaps, ...free].sort((a, b) => a.ptr - b.ptr)) {
      const last = gaps.at(-1);
      if (last !== undefined && last.ptr + last.bytes === block.ptr) last.bytes += block.bytes;
      else if (block.bytes > 0) gaps.push(block);
    }
    const last = gaps.at(-1);
    if (last !== undefined && last.ptr + last.bytes === this.#top) this.#top = gaps.pop()!.ptr;
    this.#noGap = Infinity;
    this.#gaps = gaps.sort((a, b) => a.bytes - b.bytes);
  }

  #grow(pages: number): boolean {
    try {
      this.memory.grow(pages);
      return true;
    } catch {
      return false;
    }
  }

  #fail(size: number): never {
    const got = `a request for ${megabytes(size)} with ${megabytes(this.bytesInUse)} in use`;
    const hint =
      "Use a smaller batch, free tensors by scope() or dispose(), recordings by dispose(), or raise init({ memoryMaxBytes }).";
    throw new MemoryError(
      message("memory", "the memory limit is reached", {
        expected: `at most ${megabytes(this.maximumBytes)}`,
        got,
        hint,
      }),
    );
  }
}

function megabytes(bytes: number): string {
  return bytes < 1e5 ? `${bytes} bytes` : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
