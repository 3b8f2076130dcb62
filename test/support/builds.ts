/**
 * Every build of the kernels that this engine can run, each on a memory of its own, for tests that call kernels directly.
 * Buffers lie between guard bytes and start as NaN, so that a write out of bounds or a skipped element shows.
 * Does not use src/: what is tested here is the ABI alone.
 */
import { readdirSync, readFileSync } from "node:fs";
import type { Layout } from "#wasm/layouts";
import type { AllKernels } from "./allKernels.js";

const guardBytes = 64;
/**
 * What the guards of buffer number i hold. As a float32 it is −6 or less, and it differs among eight buffers in a row: a function that leaves tiny numbers as
 * they are (tanh, a copy) would write the same guard over itself unnoticed.
 */
const guardByteOf = (i: number): number => 0xc0 + (i % 8);

/** One instantiated build with a bump allocator over its memory. */
export interface Build {
  readonly name: string;
  /** Those of all parts. */
  readonly kernels: AllKernels;
  /** A float32 buffer of `values`, or of `values` elements all NaN. */
  f32(values: number | ArrayLike<number>): Block<Float32Array>;
  /** An int32 buffer; a count gives elements all −1. */
  i32(values: number | ArrayLike<number>): Block<Int32Array>;
  /** A byte buffer; a count gives bytes all 0xff. */
  u8(values: number | ArrayLike<number>): Block<Uint8Array>;
  /** A struct: what src/runtime/struct.ts writes. @param values all fields, int32 @returns its address */
  struct<T extends { readonly [K in keyof T]: number | readonly number[] }>(layout: Layout<T>, values: T): number;
  /** Throws if any guard byte since the last reset was written. */
  checkGuards(): void;
  /** Forgets every buffer. */
  reset(): void;
  /** Runs `call` once for each of `count` threads' shares, one after the other. */
  asThreads(count: number, call: () => void): void;
}

/** A buffer in a build's memory: its pointer and a view. */
export interface Block<T> {
  readonly ptr: number;
  readonly view: T;
}

/** What modules of kernels import: a memory, a table, and the state of a thread (Note [Thread state] in assembly/thread.ts). */
export function makeEnvironment(memory: WebAssembly.Memory): WebAssembly.ModuleImports {
  const state = { threadIndex: 0, threadCount: 1, isAlone: 0, smallWork: 16384, hasSplit: 0, wide: 0 };
  const globals = Object.entries(state).map(
    ([name, value]) => [name, new WebAssembly.Global({ value: "i32", mutable: true }, value)] as const,
  );
  return { ...Object.fromEntries(globals), memory, table: new WebAssembly.Table({ element: "anyfunc", initial: 8 }) };
}

function instantiate(name: string, parts: readonly Uint8Array<ArrayBuffer>[]): Build {
  const memory = new WebAssembly.Memory({ initial: 4096, maximum: 65536 });
  const env = makeEnvironment(memory);
  const exports = parts.map((bytes) => new WebAssembly.Instance(new WebAssembly.Module(bytes), { env }).exports);
  const kernels = Object.assign({}, ...exports.reverse()) as AllKernels; // the core last: its tableHash
  (env.table as WebAssembly.Table).set(0, kernels.wideColumn);
  const base = Math.ceil(kernels.heapBase() / 64) * 64;
  let top = base;
  let guards: { readonly at: number; readonly guardByte: number }[] = [];

  const reserve = (bytes: number): number => {
    const guardByte = guardByteOf(guards.length / 2);
    new Uint8Array(memory.buffer, top, guardBytes).fill(guardByte);
    guards.push({ at: top, guardByte });
    const ptr = top + guardBytes;
    const end = ptr + bytes;
    top = Math.ceil(end / 64) * 64 + guardBytes;
    if (top + guardBytes > memory.buffer.byteLength) throw new Error(`test memory of ${name} is full; call reset()`);
    new Uint8Array(memory.buffer, end, top - end).fill(guardByte);
    guards.push({ at: end, guardByte });
    return ptr;
  };

  const block = <T extends Float32Array | Int32Array | Uint8Array>(
    type: { new (buffer: ArrayBuffer, ptr: number, n: number): T; BYTES_PER_ELEMENT: number },
    values: number | ArrayLike<number>,
    empty: number,
  ): Block<T> => {
    const n = typeof values === "number" ? values : values.length;
    const ptr = reserve(n * type.BYTES_PER_ELEMENT);
    const view = new type(memory.buffer, ptr, n);
    if (typeof values === "number") view.fill(empty);
    else view.set(values);
    return { ptr, view };
  };

  return {
    name,
    kernels,
    f32: (values) => block(Float32Array as never, values, NaN),
    i32: (values) => block(Int32Array as never, values, -1),
    u8: (values) => block(Uint8Array as never, values, 0xff),
    struct({ bytes, at }, values) {
      const { ptr, view } = block(Int32Array, bytes / 4, -1);
      for (const name in at) {
        const value: number | readonly number[] = values[name];
        view.set([value].flat(), at[name] / 4);
      }
      return ptr;
    },
    checkGuards() {
      for (const { at, guardByte } of guards) {
        const end = Math.ceil((at + 1) / 64) * 64;
        const bytes = new Uint8Array(memory.buffer, at, end - at);
        const wrong = bytes.findIndex((byte) => byte !== guardByte);
        if (wrong >= 0) throw new Error(`${name}: guard byte ${wrong} at ${at} was overwritten with ${bytes[wrong]}`);
      }
    },
    reset() {
      top = base;
      guards = [];
    },
    asThreads(count, call) {
      kernels.setSmallWork(0);
      try {
        for (let i = 0; i < count; i++) {
          kernels.setThread(i, count);
          call();
        }
      } finally {
        kernels.setThread(0, 1);
        kernels.setSmallWork(16384);
      }
    },
  };
}

const folder = new URL("../../build/wasm/", import.meta.url);

/** The builds: always `simd`, and `relaxed` where the engine accepts it. */
export const builds: readonly Build[] = ["simd", "relaxed"].flatMap((name) => {
  const files = readdirSync(folder).filter((file) => new RegExp(`^${name}(-(?!threads)\\w+)?\\.wasm$`).test(file));
  const parts = files
    .sort((a, b) => a.length - b.length)
    .map((file) => new Uint8Array(readFileSync(new URL(file, folder))));
  return WebAssembly.validate(parts[0]) ? [instantiate(name, parts)] : [];
});
