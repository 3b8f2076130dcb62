/** How many threads there are to be, and what is said about it. Each test has a library of its own. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type * as Library from "../../src/index.js";

let lanegrad: typeof Library;

beforeEach(async () => {
  vi.resetModules();
  lanegrad = await import("../../src/index.js");
});

afterEach(() => vi.unstubAllGlobals());

describe("init({ threads })", () => {
  it.each([0, -1, 1.5, 65, 1e9, NaN, "2"])("%s is an error before anything starts", async (threads) => {
    await expect(lanegrad.init({ threads: threads as number })).rejects.toThrow(
      typeof threads === "string"
        ? 'init: threads has the wrong type; expected an integer in [1, 64], got "2".'
        : `init: threads is out of range; expected an integer in [1, 64], got ${threads}.`,
    );
    expect(() => lanegrad.info()).toThrow("lanegrad: not started");
    expect(await lanegrad.init({ threads: 1 })).toMatchObject({ threads: 1 });
  });

  it("by default one a core, at most 8, with the reason", async () => {
    const { threads, threadsReason } = await lanegrad.init();
    expect(threads).toBeLessThanOrEqual(8);
    expect(threadsReason).toMatch(/^(one for each of \d+ cores|8 of \d+ cores|the machine has one core)$/);
  });

  it("one where memory cannot be shared, though more were asked for", async () => {
    vi.stubGlobal("SharedArrayBuffer", undefined);
    expect(await lanegrad.init({ threads: 2 })).toMatchObject({
      threads: 1,
      threadsReason: "memory cannot be shared here",
    });
    expect(lanegrad.scope(() => lanegrad.exp(lanegrad.zeros([100_000])).toTypedArray()[99_999])).toBe(1);
  });

  it("in a page or a worker without the headers, it names them", async () => {
    vi.stubGlobal("crossOriginIsolated", false);
    const { threads, threadsReason } = await lanegrad.init();
    expect(threads).toBe(1);
    expect(threadsReason).toContain(
      "Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp",
    );
  });

  it("one where the engine refuses shared memory, and why", async () => {
    const { Memory } = WebAssembly;
    vi.stubGlobal("WebAssembly", {
      ...Object.fromEntries(Object.getOwnPropertyNames(WebAssembly).map((name) => [name, WebAssembly[name as never]])),
      Memory: class extends Memory {
        constructor(descriptor: WebAssembly.MemoryDescriptor) {
          if (descriptor.shared) throw new RangeError("refused");
          super(descriptor);
        }
      },
    });
    expect(await lanegrad.init({ threads: 2 })).toMatchObject({
      threads: 1,
      threadsReason: "memory could not be shared: refused",
    });
  });
});
