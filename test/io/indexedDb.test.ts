import { IDBFactory, IDBObjectStore } from "fake-indexeddb";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DataError, UsageError } from "../../src/errors.js";
import { loadFromIndexedDb, saveToIndexedDb } from "../../src/io/indexedDb.js";

beforeEach(() => void vi.stubGlobal("indexedDB", new IDBFactory()));
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe("IndexedDB", () => {
  it("gives back the bytes kept under a name, and the newest of them", async () => {
    await saveToIndexedDb("a", new Uint8Array([1, 2, 3]));
    await saveToIndexedDb("b", new Uint8Array([4]).buffer);
    await saveToIndexedDb("a", new Uint8Array([5, 6]));
    expect(await loadFromIndexedDb("a")).toEqual(new Uint8Array([5, 6]));
    expect(await loadFromIndexedDb("b")).toEqual(new Uint8Array([4]));
  });

  it("keeps only the bytes in view, out of shared memory too", async () => {
    const shared = new Uint8Array(new SharedArrayBuffer(1000), 10, 2).fill(7);
    await saveToIndexedDb("m", shared);
    const kept = await loadFromIndexedDb("m");
    expect([...kept]).toEqual([7, 7]);
    expect(kept.buffer.byteLength).toBe(2);
  });

  it("keeps the bytes of any typed array, as they lie in memory", async () => {
    await saveToIndexedDb("f", Float32Array.of(1, 2) as never);
    expect(await loadFromIndexedDb("f")).toEqual(new Uint8Array(Float32Array.of(1, 2).buffer));
    await saveToIndexedDb("i", BigInt64Array.of(3n) as never);
    expect(await loadFromIndexedDb("i")).toEqual(new Uint8Array(BigInt64Array.of(3n).buffer));
  });

  it("says that a name is unknown", async () => {
    await expect(loadFromIndexedDb("none")).rejects.toThrow(
      new DataError(
        'loadFromIndexedDb: there is no model "none". It was never saved here, or the browser\'s data were cleared.',
      ),
    );
  });

  it("refuses a name that is none", async () => {
    const text = 'invalid name; expected a non-empty string, got ""';
    await expect(saveToIndexedDb("", new Uint8Array(1))).rejects.toThrow(new UsageError(`saveToIndexedDb: ${text}.`));
    await expect(loadFromIndexedDb("")).rejects.toThrow(new UsageError(`loadFromIndexedDb: ${text}.`));
  });

  it("says that the browser refused", async () => {
    vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(function (this: IDBObjectStore) {
      const request = this.add(1, "taken");
      this.add(1, "taken").onerror = () => undefined;
      return request;
    });
    const failed = saveToIndexedDb("m", new Uint8Array(1));
    await expect(failed).rejects.toThrow(DataError);
    await expect(failed).rejects.toThrow(/^saveToIndexedDb: the browser's storage failed: /);
  });

  it("says that there is no IndexedDB in Node", async () => {
    vi.stubGlobal("indexedDB", undefined);
    await expect(saveToIndexedDb("m", new Uint8Array(1))).rejects.toThrow(
      new UsageError(
        "saveToIndexedDb: IndexedDB is not available here; expected a browser. Save to a file, or keep the bytes yourself.",
      ),
    );
  });
});
