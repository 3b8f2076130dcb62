/** The text from a file, a folder, the cache and a mirror. */
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { findShakespeare, shakespeare } from "../../src/data/index.js";
import { DataError, UsageError } from "../../src/errors.js";
import { sharedData } from "../support/sharedData.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lanegrad-shakespeare-"));
});
afterEach(() => {
  vi.unstubAllGlobals();
  rmSync(folder, { recursive: true });
});

describe("the text of shakespeare", () => {
  it("is found as a file, in a folder and in its tinyshakespeare, in the cache, or not at all", async () => {
    expect(await findShakespeare(folder)).toBeUndefined();
    expect(await findShakespeare(undefined, folder)).toBeUndefined();
    for (const inner of ["shakespeare", "tinyshakespeare", "."]) {
      mkdirSync(join(folder, inner), { recursive: true });
      const file = join(folder, inner, "input.txt");
      writeFileSync(file, inner);
      expect(await findShakespeare(folder)).toBe(file);
      expect(await findShakespeare(file)).toBe(file);
    }
    expect(await findShakespeare(undefined, folder)).toBe(join(folder, "shakespeare", "input.txt"));
  });

  it("may be any other, plain or gzipped", async () => {
    const file = join(folder, "any.txt.gz");
    writeFileSync(file, gzipSync("Mèo con"));
    expect(await shakespeare({ file })).toBe("Mèo con");
    await expect(shakespeare({ file, maxBytes: 7 })).rejects.toThrow(/^text\.readText: .*maxBytes/);
    await expect(shakespeare({ file: join(folder, "none.txt") })).rejects.toThrow(DataError);
    await expect(shakespeare({ dir: folder } as object)).rejects.toThrow(UsageError);
  });

  it("is not taken from a mirror that has another one", async () => {
    vi.stubGlobal("fetch", () => Promise.resolve(new Response("To be, or not")));
    await expect(shakespeare({ cache: folder })).rejects.toThrow(
      /^datasets\.shakespeare: input\.txt could not be downloaded; expected 1115394 bytes .*13 bytes/,
    );
  });

  const real = sharedData("tinyshakespeare", "input.txt");
  it.skipIf(real === undefined)("has 1,115,394 characters, and is fetched once", async () => {
    const bytes = readFileSync(real!);
    const fetched = vi.fn(() => Promise.resolve(new Response(bytes)));
    vi.stubGlobal("fetch", fetched);
    for (let time = 0; time < 2; time++) expect(await shakespeare({ cache: folder })).toHaveLength(1_115_394);
    expect(fetched).toHaveBeenCalledTimes(1);
    const stored = readFileSync(join(folder, "shakespeare", "input.txt"));
    expect(createHash("md5").update(stored).digest("hex")).toBe("6fb458f1232090904fb40fe944165e91");
  });
});
