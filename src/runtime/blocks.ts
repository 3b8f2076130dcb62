/**
 * The blocks of linear memory that tensors hold: freed when the garbage collector finds that nobody holds them, and
 * moved out when memory runs short. Does not know tensors: the owner of a block is any object. Allocation is the heap's
 * business (memory.ts).
 *
 * Note [Moving out]. A loop that never returns to the event loop makes tensors that nobody holds any more, and no
 * finalizer reports them. Under pressure, therefore, a block that has not been used for long is copied to a typed array
 * that only its owner refers to, and is freed. If the owner is garbage, the engine collects the array, whose bytes it
 * counts, unlike those of linear memory. If not, the values move back in when the address is next asked for. Kernels
 * work on bare addresses, so three kinds of blocks stay: those whose address was asked for since the present call began
 * (a call begins where a tensor is made or read outside an op: nextCall), those that a recording uses (pins), and those
 * that belong to a recording (Heap.isCaptured). docs/decisions/0011 has the measurements.
 */
import type { Heap } from "./memory.js";
import { heap } from "./runtime.js";

/** A block of memory that a tensor lives in. */
export class Block {
  readonly bytes: number;
  /** The block's address; meaningless while `values` is set. */
  ptr: number;
  /** When its address was last asked for, by the clock. */
  usedAt: number;
  /** The number of recordings that use its address. */
  pins = 0;
  /** The contents while the block is moved out. */
  values: Uint8Array | undefined;
  isFreed = false;

  constructor(ptr: number, bytes: number) {
    this.ptr = ptr;
    this.bytes = bytes;
    this.usedAt = clock += bytes;
  }

  /** Notes that the address is being used now. */
  touch(): void {
    this.usedAt = clock;
  }
}

/** The clock counts the bytes of the blocks that were made. `callBegan` is its value when the present call began. */
let clock = 1;
let callBegan = 0;
let depth = 0;

/** A call begins: addresses handed out before it are no longer in use, unless an op is running. */
export function nextCall(): void {
  if (depth === 0) callBegan = ++clock;
}

/** An op begins or ends: until it ends, addresses stay valid. @param step 1 or −1 */
export function nestCall(step: number): void {
  depth += step;
}

/** Blocks in linear memory that may be moved out or collected, and some that have been freed since. */
let resident: Block[] = [];
let tidyAt = 1000;

const collected = new FinalizationRegistry<Block>(freeBlock);

/** Lets the block be moved out, and freed once its owner is garbage. */
export function watchBlock(owner: object, block: Block): void {
  collected.register(owner, block, block);
  if (resident.length >= tidyAt) {
    resident = resident.filter(({ isFreed }) => !isFreed);
    tidyAt = 2 * resident.length + 1000;
  }
  resident.push(block);
}

/** Returns a block to the heap. */
export function freeBlock(block: Block): void {
  collected.unregister(block);
  block.isFreed = true;
  if (block.values === undefined) heap().free(block.ptr, block.bytes);
  block.values = undefined;
}

/** Moves a block back in. @throws {MemoryError} when there is no room for it */
export function moveIn(owner: object, block: Block): void {
  const at = heap();
  block.ptr = at.outsideCapture(() => at.allocate(block.bytes));
  at.view("uint8", block.ptr, block.bytes).set(block.values!);
  block.values = undefined;
  watchBlock(owner, block);
}

/** Lets a heap move blocks out when it needs room. */
export function relieve(at: Heap): void {
  at.moveOut = (target, recent) => {
    const before = Math.min(callBegan, clock - recent);
    const oldestFirst = resident.filter(({ isFreed }) => !isFreed).sort((a, b) => a.usedAt - b.usedAt);
    resident = oldestFirst.filter((block) => {
      const { ptr, bytes, pins, usedAt } = block;
      if (usedAt >= before || pins > 0 || at.bytesInUse <= target || at.isCaptured(ptr)) return true;
      try {
        block.values = at.view("uint8", ptr, bytes).slice();
      } catch {
        return true; // the engine has no memory for the copy either
      }
      collected.unregister(block);
      at.free(ptr, bytes);
      return false;
    });
  };
}
