/** Starting the library: options, what is chosen, errors by text. Each test has a library of its own, as `init` is once a process. */
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type * as Library from "../../src/index.js";

const wasm = new Uint8Array(readFileSync(new URL("../../build/wasm/simd.wasm", import.meta.url)));
/** (module) with nothing in it, one that wants a function, and one whose tableHash() is 7. */
const emptyModule = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
const wantsFunction = Uint8Array.of(...emptyModule, 1, 4, 1, 0x60, 0, 0, 2, 7, 1, 1, 0x61, 1, 0x62, 0, 0);
const otherVersion = Uint8Array.of(
  ...[...emptyModule, 1, 5, 1, 0x60, 0, 1, 0x7f, 3, 2, 1, 0, 7, 13, 1, 9],
  ...new TextEncoder().encode("tableHash"),
  ...[0, 0, 10, 6, 1, 4, 0, 0x41, 7, 0x0b],
);

let lanegrad: typeof Library;

beforeEach(async () => {
  vi.resetModules();
  lanegrad = await import("../../src/index.js");
});

describe("before init", () => {
  it.each([
    ["tensor", () => lanegrad.tensor([1])],
    ["info", () => lanegrad.info()],
    ["memoryUsage", () => lanegrad.memoryUsage()],
    ["setSeed", () => lanegrad.setSeed(1)],
    ["randomNormal", () => lanegrad.randomNormal([2])],
  ])("%s says what is missing", (_, call) => {
    expect(call).toThrow(lanegrad.UsageError);
    expect(call).toThrow("lanegrad: not started. Call `await init()` once before anything else.");
  });
});

describe("init", () => {
  it("says what it chose, as info() does", async () => {
    const info = await lanegrad.init({ threads: 1 });
    expect(info).toEqual({
      version: lanegrad.version,
      build: info.relaxedSimd ? "relaxed" : "simd",
      simd: true,
      relaxedSimd: info.build === "relaxed",
      threads: 1,
      threadsReason: "as asked for",
      wide: false,
      wideReason: "not asked for",
      memoryMaxBytes: 2 ** 32,
    });
    expect(lanegrad.info()).toEqual(info);
  });

  it("again with the same options is free, also at the same time", async () => {
    const options = { build: "simd", threads: 1 } as const;
    const [a, b] = await Promise.all([lanegrad.init(options), lanegrad.init(options)]);
    expect(b).toBe(a);
    expect(await lanegrad.init(options)).toBe(a);
  });

  it("again without options, or with some of them, is free: a library may call it, too", async () => {
    const started = await lanegrad.init({ build: "simd", threads: 1 });
    expect(await lanegrad.init()).toBe(started);
    expect(await lanegrad.init({ threads: 1 })).toBe(started);
  });

  it("again with other options is an error that shows both", async () => {
    await lanegrad.init({ build: "simd", threads: 1 });
    await expect(lanegrad.init({ threads: 2 })).rejects.toThrow(
      'init: init was called before with other options; expected { build: "simd", threads: 1 }, got { threads: 2 }. ' +
        "Call init once, before everything else; there is one runtime in a process.",
    );
    expect(lanegrad.info().build).toBe("simd");
  });

  it.each([
    [
      { wasm: "x" },
      'init: unknown option; expected build, module, threads, workerUrl, wide or memoryMaxBytes, got "wasm".',
    ],
    [{ threads: 0 }, "init: threads is out of range; expected an integer in [1, 64], got 0."],
    [{ threads: 1.5 }, "init: threads is out of range; expected an integer in [1, 64], got 1.5."],
    [{ wide: 1 }, "init: wide has the wrong type; expected true or false, got 1."],
    [{ build: "fast" }, 'init: unknown build; expected "simd" or "relaxed", got "fast".'],
    [
      { memoryMaxBytes: 1000 },
      "init: memoryMaxBytes is out of range; expected an integer in [4194304, 4294967296], got 1000.",
    ],
    [
      { memoryMaxBytes: 2 ** 33 },
      "init: memoryMaxBytes is out of range; expected an integer in [4194304, 4294967296], got 8589934592.",
    ],
  ])("refuses %j, and may be called again", async (options, text) => {
    await expect(lanegrad.init(options as never)).rejects.toThrow(text);
    await expect(lanegrad.init({ threads: 1 })).resolves.toMatchObject({ threads: 1 });
  });
});

describe("an injected module", () => {
  let server: Server;
  let address: string;
  beforeAll(async () => {
    server = createServer((request, response) => {
      response.writeHead(request.url === "/simd.wasm" ? 200 : 404, { "content-type": "application/wasm" });
      response.end(request.url === "/simd.wasm" ? wasm : "");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it.each([
    ["compiled", () => new WebAssembly.Module(wasm)],
    ["as bytes", () => wasm],
    ["by address", () => `${address}/simd.wasm`],
    ["by URL", () => new URL("/simd.wasm", address)],
  ])("%s is used in place of the carried kernels", async (_, module) => {
    expect((await lanegrad.init({ module: module(), threads: 1 })).build).toBe("simd");
    expect(lanegrad.add(lanegrad.tensor([1, 2]), 1).toArray()).toEqual([2, 3]);
  });

  it.each([
    [() => emptyModule, "init: the module is not one of lanegrad; expected its kernels, got exports []. Use simd.wasm"],
    [
      () => otherVersion,
      /^init: the module belongs to another version of lanegrad; expected table \d+, got table 7\. Use simd\.wasm or relaxed\.wasm of the same/,
    ],
    [() => wantsFunction, 'init: the module does not link; got "TypeError: WebAssembly.instantiate'],
    [
      () => `${address}/other.wasm`,
      /^init: the module could not be fetched; expected status 200, got 404 Not Found from "http:.*other\.wasm"\.$/,
    ],
  ])("that cannot be used is refused, and init may be called again: %#", async (module, text) => {
    await expect(lanegrad.init({ module: module(), threads: 1 })).rejects.toThrow(text);
    await lanegrad.init({ threads: 1 });
    expect(lanegrad.ones([1]).item()).toBe(1);
  });
});

describe("the memory limit", () => {
  it("is an error in numbers, and the library works on, with what was moved out to make room", async () => {
    await lanegrad.init({ memoryMaxBytes: 4 * 2 ** 20, threads: 1 });
    const kept = lanegrad.ones([1000]);
    const inUse = lanegrad.memoryUsage().bytesInUse;
    const tooMuch = (): unknown =>
      lanegrad.scope(() => lanegrad.matmul(lanegrad.ones([700, 700]), lanegrad.ones([700, 700])));
    expect(tooMuch).toThrow(lanegrad.MemoryError);
    expect(tooMuch).toThrow(
      "memory: the memory limit is reached; expected at most 4.0 MiB, got a request for 1.9 MiB with 3.8 MiB in use. Use a smaller batch,",
    );
    expect(lanegrad.memoryUsage()).toMatchObject({ maximumBytes: 4 * 2 ** 20 });
    expect(lanegrad.memoryUsage().bytesInUse).toBe(inUse - 4096); // without what is kept
    expect(lanegrad.sum(lanegrad.mul(kept, 2)).item()).toBe(2000);
  });
});
