/**
 * Blocks of linear memory that tensors hold, and how they come and go: freed when the garbage collector finds that nobody holds them, and moved out where
 * memory runs short. Does not know tensors: a block's owner is any object. What a block costs and where it lies is the heap's business (memory.ts).
 *
 * Note [Moving out]. A loop that never returns to the event loop makes tensors that nobody holds any more, and no finalizer tells us so. Under pressure,
 * therefore, what has not been used for long is copied to a typed array that only its owner refers to, and the block is freed: where the owner is
 * garbage, the engine collects the array, which it counts, unlike linear memory; where it is not, the values move in again when the address is asked for.
 * Kernels work on bare addresses, so three kinds of blocks stay: those whose address was asked for since the present call began (a call begins
 * where a tensor is made or read outside of an op: nextCall), those that a recording uses (pins), and those that belong to one (Heap.isCaptured).
 * docs/decisions/0011 has the measurements.
 */
import type { Heap } from "./memory.js";
import { heap } from "./runtime.js";

/** A block that a tensor's memory is. */
export class Block {
  readonly bytes: number;
  /** Where it lies; meaningless where `values` are set. */
  ptr: number;
  /** When its address was last asked for, on the clock. */
  usedAt: number;
  /** Recordings that use its address. */
  pins = 0;
  /** What it holds while it is moved out. */
  values: Uint8Array | undefined;
  isFreed = false;

  constructor(ptr: number, bytes: number) {
    this.ptr = ptr;
    this.bytes = bytes;
    this.usedAt = clock += bytes;
  }

  /** Notes that its address is used now. */
  touch(): void {
    this.usedAt = clock;
  }
}

/** A clock that goes by the bytes of the blocks that were made, and when the present call began. */
let clock = 1;
let callBegan = 0;
let depth = 0;

/** A call begins: nobody uses addresses that were asked for before, unless an op is under way. */
export function nextCall(): void {
  if (depth === 0) callBegan = ++clock;
}

/** An op begins, or ends: until it does, addresses stay good. @param step 1 or −1 */
export function nestCall(step: number): void {
  depth += step;
}

/** What may be moved out or collected and is in linear memory, with some that was freed since. */
let resident: Block[] = [];
let tidyAt = 1000;

const collected = new FinalizationRegistry<Block>(freeBlock);

/** From now on the block may be moved out, and is freed once its owner is garbage. */
export function watchBlock(owner: object, block: Block): void {
  collected.register(owner, block, block);
  if (resident.length >= tidyAt) {
    resident = resident.filter(({ isFreed }) => !isFreed);
    tidyAt = 2 * resident.length + 1000;
  }
  resident.push(block);
}

/** Gives a block back. */
export function freeBlock(block: Block): void {
  collected.unregister(block);
  block.isFreed = true;
  if (block.values === undefined) heap().free(block.ptr, block.bytes);
  block.values = undefined;
}

/** Moves a block in again. Errors: MemoryError. */
export function moveIn(owner: object, block: Block): void {
  const at = heap();
  block.ptr = at.outsideCapture(() => at.allocate(block.bytes));
  at.view("uint8", block.ptr, block.bytes).set(block.values!);
  block.values = undefined;
  watchBlock(owner, block);
}

/** Lets a heap move blocks out where it needs room. */
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
        return true; // the engine has no room either
      }
      collected.unregister(block);
      at.free(ptr, bytes);
      return false;
    });
  };
}
