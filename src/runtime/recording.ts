/**
 * Recordings: a list of kernel calls with the memory that they work on, run again without any JavaScript in between.
 * Does not know tensors (src/tensor/record.ts does): it is told which blocks it uses, and checks that they still exist.
 */
import { UsageError, message } from "../errors.js";
import { type Command, type Kernel, listBytes, writeList } from "./commands.js";
import type { Capture } from "./capture.js";
import type { Heap } from "./memory.js";

/** A block that a recording uses but does not own. */
export interface UsedMemory {
  readonly ptr: number;
  readonly isFreed: boolean;
  /** Keeps the block at its address. @param count 1, or −1 to undo it */
  pin(count: number): void;
}

/** Something that counts the changes made to it in place. */
export interface Counted {
  changes: number;
}

/** What a replay does in addition to running the commands. */
interface Besides {
  readonly changed: Set<Counted>;
  readonly before: (() => void)[];
  readonly after: (() => void)[];
}

/** What is collected while a function is being recorded. */
export class Recorder {
  readonly capture: Capture;
  readonly #heap: Heap;
  readonly #commands: Command[] = [];
  readonly #used = new Map<UsedMemory, string>();
  readonly #besides: Besides = { changed: new Set(), before: [], after: [] };

  constructor(heap: Heap) {
    this.#heap = heap;
    this.capture = heap.startCapture();
  }

  add(kernel: Kernel, values: readonly number[], splits: boolean): void {
    this.#commands.push({ kernel, values, splits });
  }

  /**
   * Notes a block older than the recording that its commands read or write. @param tensor names the block in messages
   */
  use(block: UsedMemory, tensor: { label(): string }): void {
    if (this.#used.has(block) || this.capture.blocks.has(block.ptr)) return;
    this.#used.set(block, tensor.label());
    block.pin(1);
  }

  /** Notes that the commands change what is counted here: each replay increments the count. */
  change(counted: Counted): void {
    this.#besides.changed.add(counted);
  }

  /** Adds what JavaScript does before and after each replay. */
  around(before: () => void, after?: () => void): void {
    this.#besides.before.push(before);
    if (after !== undefined) this.#besides.after.push(after);
  }

  /** Ends the recording. @param run runs the command list at [at, end) */
  finish(run: (at: number, end: number, splits: boolean) => void): Recording {
    this.#heap.endCapture();
    return new Recording(this.#heap, this.capture, this.#commands, this.#used, this.#besides, run);
  }

  /** Ends the recording without a result and returns its memory. */
  abandon(): void {
    this.#heap.endCapture();
    this.#heap.releaseCapture(this.capture);
    for (const block of this.#used.keys()) block.pin(-1);
  }
}

/** A list of kernel calls that can be run again and again. */
export class Recording {
  /** The number of kernel calls. */
  readonly length: number;
  readonly #heap: Heap;
  readonly #capture: Capture;
  /**
   * The blocks that it uses but does not own, and their names. Arrays, because each replay walks through them; sets
   * would take 30 ns per entry.
   */
  readonly #used: readonly UsedMemory[];
  readonly #labels: readonly string[];
  readonly #changed: readonly Counted[];
  readonly #before: readonly (() => void)[];
  readonly #after: readonly (() => void)[];
  readonly #run: (at: number, end: number, splits: boolean) => void;
  readonly #splits: boolean;
  readonly #at: number;
  readonly #bytes: number;
  #isDisposed = false;

  /** @internal */
  constructor(
    heap: Heap,
    capture: Capture,
    commands: readonly Command[],
    used: ReadonlyMap<UsedMemory, string>,
    besides: Besides,
    run: (at: number, end: number, splits: boolean) => void,
  ) {
    this.length = commands.length;
    this.#heap = heap;
    this.#capture = capture;
    this.#used = [...used.keys()];
    this.#labels = [...used.values()];
    this.#changed = [...besides.changed];
    this.#before = besides.before;
    this.#after = besides.after;
    this.#run = run;
    this.#splits = commands.some(({ splits }) => splits);
    this.#bytes = listBytes(commands);
    this.#at = heap.allocate(this.#bytes);
    writeList(commands, heap.view("int32", this.#at, this.#bytes / 4));
  }

  /**
   * Runs the calls again on whatever the buffers hold now.
   * @throws {UsageError} when it was disposed, or a tensor that it reads or writes was freed
   */
  replay(): void {
    if (this.#isDisposed)
      throw new UsageError(message("replay", "the recording was disposed", { hint: "Record again." }));
    for (let i = 0; i < this.#used.length; i++) if (this.#used[i].isFreed) this.#refuse(this.#labels[i]);
    for (const prepare of this.#before) prepare();
    for (const counted of this.#changed) counted.changes++;
    this.#run(this.#at, this.#at + this.#bytes, this.#splits);
    for (const finish of this.#after) finish();
  }

  #refuse(label: string): never {
    const hint = "Keep the tensors that a recorded function uses for as long as the recording is replayed.";
    throw new UsageError(message("replay", `the recording uses ${label}, which was freed`, { hint }));
  }

  /** Frees the recording's memory; tensors that it returned stay. Calling it again does nothing. */
  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.#heap.free(this.#at, this.#bytes);
    this.#heap.releaseCapture(this.#capture);
    for (const block of this.#used) block.pin(-1);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
