/**
 * Models kept by the browser between visits: database "lanegrad", store "models", one array of bytes under each name.
 * Works on pages and in workers. Node has no such store: save to a file there.
 */
import { DataError, UsageError, message, show } from "../errors.js";

const databaseName = "lanegrad";
const storeName = "models";

/** The result of one request, or the browser's error as a DataError. */
function settled<T>(op: string, request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(storageError(op, request.error));
  });
}

const storageError = (op: string, cause: DOMException | null): DataError =>
  new DataError(message(op, `the browser's storage failed: ${cause?.message ?? "aborted"}`), { cause });

/** Runs `use` on the store and waits until the browser has committed its changes; the database is closed afterwards. */
async function withStore<T>(
  op: string,
  mode: IDBTransactionMode,
  use: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  if (globalThis.indexedDB === undefined) {
    const hint = "Save to a file, or keep the bytes yourself.";
    throw new UsageError(message(op, "IndexedDB is not available here", { expected: "a browser", hint }));
  }
  const opening = indexedDB.open(databaseName, 1);
  opening.onupgradeneeded = () => void opening.result.createObjectStore(storeName);
  const database = await settled(op, opening);
  try {
    const transaction = database.transaction(storeName, mode);
    const committed = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(storageError(op, transaction.error));
    });
    const [value] = await Promise.all([settled(op, use(transaction.objectStore(storeName))), committed]);
    return value;
  } finally {
    database.close();
  }
}

function checkName(op: string, name: string): void {
  if (typeof name === "string" && name !== "") return;
  throw new UsageError(message(op, "invalid name", { expected: "a non-empty string", got: show(name) }));
}

/**
 * Keeps `bytes` under `name`, replacing earlier ones. Only the viewed bytes are stored, not the memory around them.
 *
 *   await saveToIndexedDb("digits", await model.toBytes());
 *
 * @throws {UsageError} when there is no IndexedDB
 * @throws {DataError} when the browser refuses (full, private mode)
 */
export async function saveToIndexedDb(name: string, bytes: Uint8Array | ArrayBuffer): Promise<void> {
  const op = "saveToIndexedDb";
  checkName(op, name);
  if (!(bytes instanceof ArrayBuffer || ArrayBuffer.isView(bytes))) {
    const hint = "Of a model they are await model.toBytes().";
    throw new UsageError(message(op, "there are no bytes", { expected: "a Uint8Array", got: show(bytes), hint }));
  }
  const view = ArrayBuffer.isView(bytes) ? bytes : new Uint8Array(bytes);
  const stored = new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice(); // without the memory around it
  await withStore(op, "readwrite", (store) => store.put(stored, name));
}

/**
 * The bytes kept under `name`.
 *
 * @throws {DataError} when there are none
 * @throws {UsageError} when there is no IndexedDB
 */
export async function loadFromIndexedDb(name: string): Promise<Uint8Array> {
  const op = "loadFromIndexedDb";
  checkName(op, name);
  const found = await withStore<unknown>(op, "readonly", (store) => store.get(name));
  if (found instanceof Uint8Array) return found;
  const hint = "It was never saved here, or the browser's data were cleared.";
  throw new DataError(message(op, `there is no model ${show(name)}`, { hint }));
}
