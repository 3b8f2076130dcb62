/**
 * Kernels in parts: one that is missing, of another version, or registered after `init`; on one thread and on several, in recorded steps and not.
 * Each test has a library of its own, as `init` is once a process.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { InitOptions } from "../../src/runtime/init.js";
import type { Part } from "../../src/runtime/parts.js";

const wasm = (name: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(new URL(`../../build/wasm/${name}.wasm`, import.meta.url)));
const names = ["core", "images", "more", "recurrent", "sequences", "words"];

/** The parts of a program made of these imports, as a bundler leaves them. */
async function partsOf(...imports: readonly string[]): Promise<string[]> {
  const { metafile } = await build({
    stdin: {
      contents: imports.join("\n"),
      resolveDir: fileURLToPath(new URL("../../", import.meta.url)),
      loader: "ts",
    },
    bundle: true,
    format: "esm",
    write: false,
    metafile: true,
    outdir: "out",
    external: ["#wasm/unpack", "./simd*", "./relaxed*"],
  });
  const files = Object.entries(metafile.outputs["out/stdin.js"].inputs).filter(
    ([, { bytesInOutput }]) => bytesInOutput,
  );
  return files.flatMap(([file]) => /kernels-(\w+)\.js$/.exec(file)?.[1] ?? []).sort();
}

/** The library; without a bundler, all parts are registered in it. */
async function start(options: InitOptions) {
  const { init } = await import("../../src/runtime/init.js");
  const { tensor } = await import("../../src/tensor/create.js");
  const { record } = await import("../../src/tensor/record.js");
  const { launcher } = await import("../../src/runtime/runtime.js");
  return { init, tensor, record, launcher, info: await init(options) };
}

/** The library of a page that calls no kernel of further parts until it imports a chunk, which registers one. */
async function startAsPage(options: InitOptions) {
  const { registered } = await import("#wasm/parts");
  await import("#wasm/kernels");
  const further = (registered as Part[]).splice(1);
  const register = (name: string) => (registered as Part[]).push(further.find((part) => part.name === name)!);
  return { ...(await start(options)), register };
}

/** The op of a chunk that is imported later, and the one-layer network that tests run through it. */
async function later({ tensor }: Pick<Awaited<ReturnType<typeof start>>, "tensor">) {
  const { maxPool2d } = await import("../../src/ops/image/maxPool.js");
  const n = 64;
  const x = tensor(
    Float32Array.from({ length: n * n * 16 }, (_, i) => (i * 7919) % 1009),
    [1, n, n, 16],
  );
  const pool = () => maxPool2d(x, { poolSize: 2 });
  const expected = Float32Array.from({ length: (n * n * 16) / 4 }, (_, i) => {
    const [c, w, h] = [i % 16, Math.floor(i / 16) % (n / 2), Math.floor(i / (8 * n))];
    const value = (dh: number, dw: number) => (((2 * h + dh) * n + 2 * w + dw) * 16 + c) * 7919;
    return Math.max(...[value(0, 0), value(0, 1), value(1, 0), value(1, 1)].map((v) => v % 1009));
  });
  return { pool, expected };
}

async function untilReady(isReady: () => boolean): Promise<void> {
  for (let i = 0; i < 4000 && !isReady(); i++) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(isReady()).toBe(true);
}

const unloaded =
  'lanegrad: the kernels "images" are not loaded. Call `await init()` again, with the same options, after the import of what needs them; ' +
  "where init is handed a module, hand it { core: …, images: … }.";

beforeEach(() => vi.resetModules());
afterEach(() => vi.restoreAllMocks());

describe("a part", () => {
  it("is in a bundle with what calls it, and with nothing else", async () => {
    const core = ["./src/runtime/init.js", "./src/ops/product/dense.js"].map((file) => `export * from "${file}";`);
    expect(await partsOf(...core)).toEqual(["core"]);
    expect(await partsOf(...core, 'export * from "./src/ops/image/maxPool.js";')).toEqual(["core", "images"]);
    expect(await partsOf(...core, 'export { permutation } from "./src/ops/random.js";')).toEqual(["core"]);
    expect(await partsOf('export { init } from "./src/runtime/init.js";')).toEqual(["core"]);
  });

  it("all are there with the whole library", async () => {
    const { init } = await import("../../src/index.js");
    await init({ threads: 1 });
    const { registeredParts } = await import("../../src/runtime/parts.js");
    const { launcher } = await import("../../src/runtime/runtime.js");
    const loaded = registeredParts().filter(({ number }) => launcher().tables[number] !== undefined);
    expect(loaded.map(({ name }) => name).sort()).toEqual(names);
    expect(new Set(registeredParts().map(({ number }) => number)).size).toBe(names.length);
  });

  it.each([1, 3])(
    "registered after init, %i threads: an error says so, init again loads it",
    async (threads) => {
      const library = await startAsPage({ threads });
      const { launcher } = library;
      if (threads > 1) await untilReady(() => launcher().pool!.isReady);
      library.register("images");
      const { pool, expected } = await later(library);
      expect(pool).toThrow(unloaded);
      const before = launcher().pool;
      expect(await library.init({ threads })).toEqual(library.info);
      if (threads > 1) {
        expect(launcher().pool).not.toBe(before);
        expect(pool().toTypedArray(), "while the new workers start").toEqual(expected);
        await untilReady(() => launcher().pool!.isReady);
        const launch = vi.spyOn(launcher().pool!, "launch");
        expect(pool().toTypedArray()).toEqual(expected);
        expect(launch).toHaveBeenCalledOnce();
        const after = launcher().pool;
        await library.init({ threads });
        expect(launcher().pool, "nothing was missing any more").toBe(after);
      }
      const step = library.record(pool);
      step.result.assign(new Float32Array(step.result.size));
      step.replay();
      expect(step.result.toTypedArray()).toEqual(expected);
    },
    60_000,
  );

  it("a recording of the core from before goes on after the threads were started anew", async () => {
    const library = await startAsPage({ threads: 2 });
    library.register("more");
    const { exp } = await import("../../src/ops/pointwise/unary.js");
    await library.init({ threads: 2 });
    await untilReady(() => library.launcher().pool!.isReady);
    const x = library.tensor(new Float32Array(50_000));
    const step = library.record(() => exp(x));
    library.register("images");
    await library.init({ threads: 2 });
    await untilReady(() => library.launcher().pool!.isReady);
    step.result.assign(new Float32Array(50_000));
    step.replay();
    expect(step.result.toTypedArray()).toEqual(new Float32Array(50_000).fill(1));
  }, 60_000);
});

describe("handed in as modules", () => {
  it("the core alone is enough for what needs no more, and says what is missing elsewhere", async () => {
    await import("../../src/ops/image/maxPool.js");
    const library = await start({ module: wasm("simd"), threads: 1 });
    expect(library.tensor([1, 2]).toArray()).toEqual([1, 2]);
    const { pool } = await later(library);
    expect(pool).toThrow(unloaded);
  });

  it("parts by name", async () => {
    await import("../../src/ops/image/maxPool.js");
    const module = { core: wasm("simd"), images: new WebAssembly.Module(wasm("simd-images")) };
    const { pool, expected } = await later(await start({ module, threads: 1 }));
    expect(pool().toTypedArray()).toEqual(expected);
  });

  it("parts by name for shared memory, on threads", async () => {
    await import("../../src/ops/image/maxPool.js");
    const module = { core: wasm("simd-threads"), images: wasm("simd-threads-images") };
    const library = await start({ module, threads: 2 });
    expect(library.info.threads).toBe(2);
    await untilReady(() => library.launcher().pool!.isReady);
    const { pool, expected } = await later(library);
    expect(pool().toTypedArray()).toEqual(expected);
  }, 60_000);

  it.each([
    [
      { core: wasm("simd"), images: wasm("simd-recurrent") },
      /^init: the module belongs to another version of lanegrad; expected table \d+, got table \d+\. Use simd-images\.wasm or relaxed-images\.wasm of/,
    ],
    [
      { core: wasm("simd"), images: Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0) },
      "init: the module is not one of lanegrad;",
    ],
    [
      { images: wasm("simd-images") },
      "init: module has no core; expected a module, or { core: …, … }, got { images }.",
    ],
  ])("what is no such part is refused, and init may be called again: %#", async (module, text) => {
    await import("../../src/ops/image/maxPool.js");
    const { init } = await import("../../src/runtime/init.js");
    await expect(init({ module: module as never, threads: 1 })).rejects.toThrow(text);
    const { pool, expected } = await later(await start({ threads: 1 }));
    expect(pool().toTypedArray()).toEqual(expected);
  });
});
