/**
 * Wide mode: what it computes, with several threads, and that it is left where it is wrong or missing. V8's flag is the process's; each test file has a
 * process of its own. Engines without wide mode run the tests of the refusal alone.
 */
import { names } from "#wasm/names";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type * as Library from "../../src/index.js";
import type * as KernelsFile from "../../src/runtime/kernels.js";
import type { Imports } from "../../src/runtime/kernels.js";
import type { KernelTable, Part } from "../../src/runtime/parts.js";
import type { InitOptions } from "../../src/runtime/init.js";

const isCapable = Number.parseInt(process.versions.v8) >= 13 && process.arch === "x64";
const kernelsFile = "../../src/runtime/kernels.js";

/** A library of its own. */
async function start(options: InitOptions): Promise<typeof Library> {
  vi.resetModules();
  const lanegrad = await import("../../src/index.js");
  await lanegrad.init(options);
  const { launcher } = await import("../../src/runtime/runtime.js");
  const { pool } = launcher();
  for (let i = 0; i < 4000 && pool?.isReady === false; i++) await new Promise((resolve) => setTimeout(resolve, 5));
  if (pool !== undefined) expect(pool.isReady).toBe(true);
  return lanegrad;
}

/** Ten steps of a network whose products meet every wide tile, and what it predicts afterwards. */
async function train({ sequential, layers, losses, optimizers, tensor, setSeed }: typeof Library): Promise<number[]> {
  setSeed(7);
  const model = sequential([
    layers.dense({ units: 75, activation: "tanh", inputShape: [90] }),
    layers.dense({ units: 33, activation: "softmax" }),
  ]);
  model.compile({ optimizer: optimizers.adam(), loss: losses.categoricalCrossentropy() });
  const x = tensor(
    Float32Array.from({ length: 80 * 90 }, (_, i) => Math.sin(i)),
    [80, 90],
  );
  const y = tensor(
    Float32Array.from({ length: 80 * 33 }, (_, i) => (i % 33 === Math.floor(i / 33) % 33 ? 1 : 0)),
    [80, 33],
  );
  await model.fit(x, y, { epochs: 5, batchSize: 46 });
  return [...(await model.predict(x)).toTypedArray()];
}

let warnings: string[];
beforeEach(() => {
  warnings = [];
  vi.spyOn(process, "emitWarning").mockImplementation((text) => void warnings.push(String(text)));
});
afterEach(() => {
  vi.doUnmock(kernelsFile);
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe.runIf(isCapable)("wide mode", () => {
  it("a wide module that does not run: a warning, and the library runs without", async () => {
    vi.doMock(kernelsFile, async (original) => {
      const file = await original<typeof KernelsFile>();
      let calls = 0;
      const instantiate: typeof file.instantiate = (module, imports, part) => {
        if (part.number === 0 && ++calls === 2) throw new WebAssembly.CompileError("a register is missing");
        return file.instantiate(module, imports, part);
      };
      return { ...file, instantiate };
    });
    const lanegrad = await start({ wide: true, threads: 1 });
    const wideReason = "the wide module does not run: CompileError: a register is missing";
    expect(lanegrad.info()).toMatchObject({ wide: false, wideReason });
    expect(warnings).toEqual([`init: wide mode is off: ${wideReason}.`]);
    expect(lanegrad.ones([1]).item()).toBe(1);
  });

  it("an engine that fuses nothing: a warning, and the library runs without", async () => {
    const getBuiltinModule = process.getBuiltinModule.bind(process) as (name: string) => unknown;
    vi.spyOn(process, "getBuiltinModule").mockImplementation(((name: string) =>
      name === "node:v8"
        ? { setFlagsFromString: () => {} }
        : getBuiltinModule(name)) as typeof process.getBuiltinModule);
    const lanegrad = await start({ wide: true, threads: 1 });
    expect(lanegrad.info().wide).toBe(false);
    expect(lanegrad.info().wideReason).toMatch(/^this machine gains nothing by it \([\d.]+ times the speed\)$/);
    expect(warnings).toHaveLength(1);
  });

  it("1, 2 and 3 threads train to the same bits, which are those of 128 bits", async () => {
    const usual = await train(await start({ threads: 1 }));
    for (const threads of [1, 2, 3]) {
      const lanegrad = await start({ wide: true, threads });
      expect(lanegrad.info()).toMatchObject({ wide: true, wideReason: "as asked for", threads });
      expect(await train(lanegrad)).toEqual(usual);
    }
    expect(warnings).toEqual([]);
  }, 120_000);

  it("LANEGRAD_WIDE=1 asks for it, and wide: false is stronger", async () => {
    vi.stubEnv("LANEGRAD_WIDE", "1");
    expect((await start({ threads: 1 })).info().wide).toBe(true);
    expect((await start({ threads: 1, wide: false })).info()).toMatchObject({
      wide: false,
      wideReason: "not asked for",
    });
  });

  it.each([
    ["expForward", "exp"],
    ["adamStep", "adam"],
    ["gemm", "gemm of 23 rows, transposed 0 0"],
  ] as const)("a wrong lane in %s of the wide module: a warning, and the library runs without", async (name, trial) => {
    vi.doMock(kernelsFile, async (original) => ({ ...(await original<typeof KernelsFile>()), instantiate }));
    /** The real kernels; once the wide tiles are selected, one element of what `name` writes is wrong. */
    async function instantiate(module: WebAssembly.Module, imports: Imports, part: Part): Promise<KernelTable> {
      const kernels = (await WebAssembly.instantiate(module, { env: imports })).exports as unknown as KernelTable;
      if (kernels.wideColumn) imports.table.set(0, kernels.wideColumn);
      const number = names[part.name].indexOf(name);
      if (number < 0) return kernels;
      return {
        ...kernels,
        [number]: (...values: number[]) => {
          kernels[number](...values);
          if (!(imports.wide as WebAssembly.Global<"i32">).value) return;
          new Float32Array(imports.memory.buffer, values[name === "gemm" ? 9 : 0])[5] += 0.01;
        },
      };
    }
    const lanegrad = await start({ wide: true, threads: 1 });
    const { wide, wideReason } = lanegrad.info();
    expect(wide).toBe(false);
    expect(wideReason).toMatch(new RegExp(`^its self-check failed: ${trial} gives [\\d.-]+ in place of [\\d.-]+$`));
    expect(warnings).toEqual([`init: wide mode is off: ${wideReason}.`]);
    expect(lanegrad.exp(lanegrad.zeros([9])).toArray()).toEqual(Array(9).fill(1));
  });
});

describe("wide mode is refused, with a warning, and the library runs", () => {
  it("where the build is the plain one", async () => {
    const lanegrad = await start({ wide: true, build: "simd", threads: 1 });
    const { wide, wideReason } = lanegrad.info();
    expect(wide).toBe(false);
    if (isCapable) expect(wideReason).toBe("it needs the relaxed build that the package carries");
    expect(warnings).toEqual([`init: wide mode is off: ${wideReason}.`]);
    expect(lanegrad.ones([1]).item()).toBe(1);
  });

  it("where V8 is too old", async () => {
    vi.spyOn(process, "versions", "get").mockReturnValue({ ...process.versions, v8: "11.3.244" });
    const lanegrad = await start({ wide: true, threads: 1 });
    expect(lanegrad.info().wideReason).toBe(`it needs Node ≥ 24, this is ${process.version}`);
    expect(warnings).toEqual([`init: wide mode is off: it needs Node ≥ 24, this is ${process.version}.`]);
  });

  it("outside Node", async () => {
    vi.spyOn(process, "versions", "get").mockReturnValue({ ...process.versions, bun: "1.3" });
    expect((await start({ wide: true, threads: 1 })).info().wideReason).toBe("only Node can switch it on");
  });
});
