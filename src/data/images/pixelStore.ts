/**
 * Records of one length outside of memory: in Node a temporary file without a name, in a page a Blob, which browsers
 * keep on the disk where it is large. Does not know what the bytes mean.
 */
import { fileError } from "../../io/fileErrors.js";
import { isNode, nodeBuiltin } from "../../io/node.js";

/** Records that are written one after the other, then read in any order. */
export interface PixelStore {
  append(record: Uint8Array<ArrayBuffer>): void | Promise<void>;
  /** Copies records to `out`, in the order of `places`. */
  read(places: Int32Array, out: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Frees the disk's memory. Calling it again does nothing. */
  dispose(): void;
}

/**
 * A store for records of so many bytes.
 * @param op  the function that the user called, for messages
 * @throws {DataError} where no temporary file can be made or written
 */
export function pixelStore(op: string, length: number, inFile = isNode()): PixelStore {
  return inFile ? fileStore(op, length) : blobStore(length);
}

/** Records that are written at once. */
const together = 64;

function fileStore(op: string, length: number): PixelStore {
  const fs = nodeBuiltin("fs");
  const all = nodeBuiltin("os").tmpdir();
  const written = <T>(write: () => T): T => {
    try {
      return write();
    } catch (error) {
      throw fileError(op, "write", all, error);
    }
  };
  const folder = written(() => fs.mkdtempSync(nodeBuiltin("path").join(all, "lanegrad-")));
  const path = nodeBuiltin("path").join(folder, "pixels");
  const file = written(() => fs.openSync(path, "wx+", 0o600));
  const remove = (): void => fs.rmSync(folder, { recursive: true, force: true });
  let isOpen = true;
  let isThere = true;
  try {
    remove(); // the open file stays until it is closed, or the process ends; not on Windows
    isThere = fs.existsSync(path);
  } catch {
    // then dispose removes it
  }
  return {
    append: (record) => void written(() => fs.writeSync(file, record)),
    async read(places, out) {
      const one = (place: number, i: number): Promise<void> =>
        new Promise((resolve, reject) => {
          fs.read(file, out, i * length, length, place * length, (error) => (error ? reject(error) : resolve()));
        });
      await Promise.all(Array.from(places, one));
    },
    dispose() {
      if (!isOpen) return;
      isOpen = false;
      fs.closeSync(file);
      if (isThere) remove();
    },
  };
}

function blobStore(length: number): PixelStore {
  let blobs: Blob[] = [];
  let waiting: Uint8Array<ArrayBuffer>[] = [];
  const flush = (): void => {
    if (waiting.length > 0) blobs.push(new Blob(waiting));
    waiting = [];
  };
  return {
    append(record) {
      waiting.push(record);
      if (waiting.length === together) flush();
    },
    async read(places, out) {
      flush();
      const one = async (place: number, i: number): Promise<void> => {
        const from = (place % together) * length;
        const part = blobs[Math.floor(place / together)].slice(from, from + length);
        out.set(new Uint8Array(await part.arrayBuffer()), i * length);
      };
      await Promise.all(Array.from(places, one));
    },
    dispose() {
      blobs = [];
      waiting = [];
    },
  };
}
