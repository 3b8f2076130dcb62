/** Records outside of memory: in any order, and nothing of them is left on the disk. */
import fs, { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { pixelStore } from "../../../src/data/images/pixelStore.js";
import { DataError } from "../../../src/errors.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lanegrad-test-"));
  for (const name of ["TMPDIR", "TEMP"]) vi.stubEnv(name, folder); // where tmpdir() is
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

describe.each([
  ["a file", true],
  ["Blobs, as in a page", false],
])("records in %s", (_, inFile) => {
  it("come back in any order, as often as they are asked for", async () => {
    const store = pixelStore("test", 3, inFile);
    for (let i = 0; i < 200; i++) await store.append(Uint8Array.of(i, 255 - i, 7));
    for (let turn = 0; turn < 2; turn++) {
      const out = new Uint8Array(12);
      await store.read(Int32Array.of(199, 0, 64, 63), out);
      expect([...out]).toEqual([199, 56, 7, 0, 255, 7, 64, 191, 7, 63, 192, 7]);
    }
    store.dispose();
  });

  it("are gone after dispose, which may be called twice", async () => {
    const store = pixelStore("test", 3, inFile);
    await store.append(Uint8Array.of(1, 2, 3));
    store.dispose();
    store.dispose();
    await expect(store.read(Int32Array.of(0), new Uint8Array(3))).rejects.toThrow();
  });
});

describe("the temporary file", () => {
  it("has no name once it is open, where the system allows that", () => {
    const removed = vi.spyOn(fs, "rmSync");
    const store = pixelStore("test", 3, true);
    expect(readdirSync(folder)).toEqual([]);
    store.dispose();
    expect(removed).toHaveBeenCalledOnce();
  });

  it.each([
    ["which says so", () => { throw new Error("EBUSY"); }],
    ["which keeps it silently", () => undefined],
  ])("is removed by dispose on another system, %s", (_, refuse) => {
    vi.spyOn(fs, "rmSync").mockImplementationOnce(refuse);
    const store = pixelStore("test", 3, true);
    expect(readdirSync(folder)).toEqual([expect.stringMatching(/^lanegrad-/)]);
    store.dispose();
    expect(readdirSync(folder)).toEqual([]);
  }); // prettier-ignore

  it("may have been cleared away by others before that", () => {
    vi.spyOn(fs, "rmSync").mockImplementationOnce(() => undefined);
    const store = pixelStore("test", 3, true);
    rmSync(join(folder, readdirSync(folder)[0]), { recursive: true });
    store.dispose();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("cannot be made where there is no folder for it: an error that names the folder", () => {
    const none = join(folder, "none");
    for (const name of ["TMPDIR", "TEMP"]) vi.stubEnv(name, none);
    expect(() => pixelStore("test", 3, true)).toThrow(DataError);
    expect(() => pixelStore("test", 3, true)).toThrow(
      `test: cannot write ${JSON.stringify(none)}: it, or its folder, does not exist.`,
    );
    mkdirSync(none);
    pixelStore("test", 3, true).dispose();
  });
});
