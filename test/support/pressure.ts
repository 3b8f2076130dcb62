/**
 * Pressure on the heap, for tests: every time a block is asked for, all that may be moved out is moved out first, and what it leaves is spoilt, so that a
 * kernel which works on an address from before gives other bits. Does not change what a computation gives.
 */
import { heap } from "../../src/runtime/runtime.js";

/** Puts the heap under pressure. @returns takes it away again, and says how many blocks were moved out */
export function pressHeap(): () => number {
  const at = heap();
  // eslint-disable-next-line @typescript-eslint/unbound-method -- as in guardedHeap.ts
  const { allocate, allocateConstant, free } = at;
  let moved = 0;
  let isMoving = false;
  const moveOut = (): void => {
    isMoving = true;
    at.outsideCapture(() => at.moveOut!(0, 0));
    isMoving = false;
  };
  at.allocate = (bytes) => {
    moveOut();
    return allocate.call(at, bytes);
  };
  at.allocateConstant = (bytes) => {
    moveOut();
    return allocateConstant.call(at, bytes);
  };
  at.free = (ptr, bytes) => {
    if (isMoving) {
      moved++;
      at.view("uint8", ptr, bytes).fill(0xff);
    }
    free.call(at, ptr, bytes);
  };
  return () => {
    Object.assign(at, { allocate, allocateConstant, free });
    return moved;
  };
}
