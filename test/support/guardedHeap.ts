/**
 * The library's heap, watched: every block lies between guard bytes and begins as NaN, so that a write out of bounds or an element that nobody wrote
 * shows. The heap's own methods are replaced on the running instance; src/ knows nothing of it.
 */
import { heap } from "../../src/runtime/runtime.js";

const guardBytes = 64;
/**
 * What the guards of a block hold. As a float32 it is −6 or less, and it differs among eight blocks in a row: a function that leaves tiny numbers as they are
 * (tanh, a copy) would write the same guard over itself unnoticed.
 */
const guardByteOf = (block: number): number => 0xc0 + (block % 8);
/** 0xff in every byte is NaN in float32 and −1 in int32. */
const emptyByte = 0xff;

/** What a watched run may ask for. */
export interface GuardOptions {
  /** Blocks begin this many bytes after a multiple of 64: kernels must not rely on more than 4. Default 0. */
  readonly misalign?: 0 | 4 | 8 | 12;
}

/**
 * Runs `fn` with a watched heap. What is allocated inside must be freed inside.
 * Throws where guard bytes were overwritten, or where blocks are left over.
 */
export function withGuards<T>(fn: () => T, { misalign = 0 }: GuardOptions = {}): T {
  const watched = heap();
  const allocate = watched.allocate.bind(watched);
  const allocateConstant = watched.allocateConstant.bind(watched);
  const free = watched.free.bind(watched);
  const { moveOut } = watched;
  watched.moveOut = undefined; // what is from before stays where it is
  const inUse = watched.bytesInUse;
  const before = guardBytes + misalign;
  const blocks = new Map<number, { readonly bytes: number; readonly guardByte: number }>();
  let made = 0;
  const faults: string[] = [];

  const padded = (bytes: number): number => before + bytes + guardBytes;
  const check = (ptr: number): void => {
    const { bytes, guardByte } = blocks.get(ptr)!;
    const view = watched.view("uint8", ptr - before, padded(bytes));
    const wrong = view.findIndex((byte, i) => byte !== guardByte && (i < before || i >= before + bytes));
    if (wrong >= 0) faults.push(`a block of ${bytes} bytes was overrun: byte ${wrong - before} is ${view[wrong]}`);
  };

  const guarded = (take: (bytes: number) => number) => (bytes: number) => {
    const start = take(padded(bytes));
    const ptr = start + before;
    const guardByte = guardByteOf(made++);
    watched.view("uint8", start, padded(bytes)).fill(guardByte);
    watched.view("uint8", ptr, bytes).fill(emptyByte);
    blocks.set(ptr, { bytes, guardByte });
    return ptr;
  };
  watched.allocate = guarded(allocate);
  watched.allocateConstant = guarded(allocateConstant);
  watched.free = (ptr, bytes) => {
    const allocated = blocks.get(ptr)?.bytes;
    if (allocated !== bytes) throw new Error(`free(${ptr}, ${bytes}): allocated were ${allocated} bytes`);
    check(ptr);
    blocks.delete(ptr);
    watched.view("uint8", ptr, bytes).fill(emptyByte); // use after free shows
    free(ptr - before, padded(bytes));
  };
  try {
    const result = fn();
    for (const ptr of blocks.keys()) check(ptr);
    if (watched.bytesInUse !== inUse)
      faults.push(`${blocks.size} blocks leaked: ${[...blocks.values()].map(({ bytes }) => bytes).join(", ")} bytes`);
    if (faults.length > 0) throw new Error(faults.join("; "));
    return result;
  } finally {
    watched.allocate = allocate;
    watched.allocateConstant = allocateConstant;
    watched.free = free;
    watched.moveOut = moveOut;
    for (const [ptr, { bytes }] of blocks) free(ptr - before, padded(bytes));
  }
}
