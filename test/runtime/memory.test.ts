/** The heap: size classes, alignment, reuse, growth, its limit. */
import { describe, expect, it } from "vitest";
import { Heap, sizeClass } from "../../src/runtime/memory.js";

const page = 65536;

/** A heap of its own, on a memory of `initial` pages that may grow to `maximum`. */
function makeHeap(initial = 1, maximum = 32): Heap {
  return new Heap(new WebAssembly.Memory({ initial, maximum }), 1000, maximum * page);
}

describe("size classes", () => {
  it.each([
    [0, 64],
    [1, 64],
    [64, 64],
    [65, 128],
    [1000, 1024],
    [1025, 1152],
    [1153, 1280],
    [100_000, 106_496],
  ])("%i bytes take %i", (bytes, size) => {
    expect(sizeClass(bytes)).toBe(size);
  });

  it("lose at most 64 bytes or 12.5 %", () => {
    for (let bytes = 1; bytes < 1e7; bytes = Math.ceil(bytes * 1.03)) {
      const lost = sizeClass(bytes) - bytes;
      expect(lost >= 0 && (lost < 64 || lost <= 0.125 * bytes)).toBe(true);
    }
  });
});

describe("the heap", () => {
  it("hands out aligned blocks above the static data that do not overlap", () => {
    const heap = makeHeap();
    const blocks = [1, 64, 100, 5000, 3].map((bytes) => [heap.allocate(bytes), bytes] as const);
    let end = 1000;
    for (const [ptr, bytes] of blocks) {
      expect(ptr % 64).toBe(0);
      expect(ptr).toBeGreaterThanOrEqual(end);
      end = ptr + bytes;
    }
  });

  it("gives a freed block to the next request of its class, and counts what is in use", () => {
    const heap = makeHeap();
    const [a, b] = [heap.allocate(1000), heap.allocate(100)];
    expect([heap.bytesInUse, heap.peakBytes]).toEqual([1152, 1152]);
    heap.free(a, 1000);
    expect([heap.bytesInUse, heap.peakBytes]).toEqual([128, 1152]);
    expect(heap.allocate(1100)).not.toBe(a);
    expect(heap.allocate(1020)).toBe(a);
    heap.free(b, 100);
    expect(heap.allocate(128)).toBe(b);
    heap.resetPeak();
    expect(heap.peakBytes).toBe(heap.bytesInUse);
  });

  it("grows the memory, and views made afterwards see all of it", () => {
    const heap = makeHeap(1, 32);
    const ptr = heap.allocate(10 * page);
    const view = heap.view("float32", ptr, (10 * page) / 4);
    view.fill(1);
    expect(heap.memory.buffer.byteLength).toBeGreaterThanOrEqual(ptr + 10 * page);
    expect(heap.view("uint8", ptr, 4)).toEqual(Uint8Array.of(0, 0, 0x80, 0x3f));
    expect(heap.view("int32", ptr, 1)).toEqual(Int32Array.of(0x3f800000));
  });

  it("refuses what exceeds the limit with a message in numbers, and works on", () => {
    const heap = makeHeap(1, 32);
    const ptr = heap.allocate(20 * page);
    expect(() => heap.allocate(20 * page)).toThrow(
      "memory: the memory limit is reached; expected at most 2.0 MiB, got a request for 1.3 MiB with 1.3 MiB in use. " +
        "Use a smaller batch, free tensors by scope() or dispose(), recordings by dispose(), or raise init({ memoryMaxBytes }).",
    );
    expect(heap.bytesInUse).toBe(sizeClass(20 * page));
    heap.free(ptr, 20 * page);
    expect(heap.allocate(20 * page)).toBe(ptr);
    expect(() => heap.allocate(100)).not.toThrow();
  });

  it("refuses as well where the engine gives less than the limit", () => {
    const heap = new Heap(new WebAssembly.Memory({ initial: 1, maximum: 2 }), 0, 100 * page);
    expect(() => heap.allocate(5 * page)).toThrow("memory: the memory limit is reached;");
  });

  it("joins freed neighbours: memory that was full of small blocks takes a large one, and small ones again", () => {
    const heap = makeHeap(1, 32); // 2 MiB
    const fill = (): number[] => {
      const blocks: number[] = [];
      for (;;) {
        try {
          blocks.push(heap.allocate(20_000));
        } catch {
          return blocks;
        }
      }
    };
    const first = fill();
    expect(first.length).toBeGreaterThan(95);
    for (const ptr of first) heap.free(ptr, 20_000);
    const large = heap.allocate(25 * page);
    const rest = fill();
    for (const ptr of rest) expect(ptr + 20_000 <= large || ptr >= large + 25 * page).toBe(true);
    heap.free(large, 25 * page);
    for (const ptr of rest) heap.free(ptr, 20_000);
    expect(heap.bytesInUse).toBe(0);
    expect(fill()).toHaveLength(first.length);
  });

  it("asks for room before it refuses, urgently, but not where nothing could help", () => {
    const heap = makeHeap(1, 32);
    const asked: number[] = [];
    const ptr = heap.allocate(20 * page);
    heap.moveOut = (target) => {
      asked.push(target);
      if (target === 0 && asked.length === 3) heap.free(ptr, 20 * page);
    };
    expect(() => heap.allocate(40 * page)).toThrow("the memory limit is reached");
    expect(asked).toEqual([]);
    expect(heap.allocate(20 * page)).toBe(ptr);
    expect(asked).toEqual([32 * page, 16 * page, 0]);
  });
});
