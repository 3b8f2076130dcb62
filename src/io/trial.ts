/**
 * Tests whether files could be written, before the work that leads to them: by doing what writeFileAtomically does, on
 * a temporary file beside each, as large as the file will be. Existing files are neither changed nor opened, and
 * nothing remains. Node only.
 */
import { fileError, foreseen, isFileError } from "./fileErrors.js";
import { endOfLinks, temporaryBeside } from "./files.js";
import { nodeBuiltin } from "./node.js";

/** A file that is to be written. */
export interface Planned {
  readonly path: string;
  /** Its size, or a lower bound. */
  readonly bytes: number;
  /** Its name in messages, such as "--out". */
  readonly name?: string;
}

const largestBlock = 2 ** 20;

/**
 * Tests whether all the files could be written together: what they need on a disk adds up. A device or a pipe is only
 * checked for its permissions.
 *
 * @param op  the function that the user called, for messages
 * @throws {DataError} that says which file cannot be written, and why
 * @throws {UsageError} in browsers
 */
export async function tryToWrite(op: string, files: readonly Planned[]): Promise<void> {
  const fs = nodeBuiltin("fs/promises", op);
  const temporaries: string[] = [];
  try {
    for (const { path, bytes, name } of files) {
      try {
        const target = await targetOf(path);
        if (target === undefined) continue;
        const temporary = temporaryBeside(target);
        temporaries.push(temporary);
        await fill(temporary, bytes);
      } catch (error) {
        throw fileError(op, `write${name === undefined ? "" : ` ${name}`}`, path, error, true);
      }
    }
  } finally {
    for (const temporary of temporaries) await fs.rm(temporary, { force: true });
  }
}

/**
 * The file that would be replaced or made; undefined for a device or pipe, which is written to directly.
 * @throws what the file system throws
 */
async function targetOf(path: string): Promise<string | undefined> {
  const fs = nodeBuiltin("fs/promises");
  const paths = nodeBuiltin("path");
  const existing = await fs.stat(path).catch((error: unknown) => {
    if (!isFileError(error, "ENOENT")) throw error;
  });
  if (existing === undefined) {
    if (path.endsWith("/") || path.endsWith(paths.sep)) throw foreseen("EISDIR");
    return endOfLinks(path);
  }
  if (existing.isDirectory()) throw foreseen("EISDIR");
  if (existing.isSocket()) throw foreseen("ENXIO");
  await fs.access(path, fs.constants.W_OK);
  if (!existing.isFile()) return undefined;
  const target = await fs.realpath(path);
  const folder = await fs.stat(paths.dirname(target));
  const user = globalThis.process.getuid?.() ?? 0;
  // In a folder with the sticky bit, such as /tmp, only these users may replace a file.
  const isSticky = (folder.mode & 0o1000) !== 0;
  if (isSticky && user !== 0 && user !== existing.uid && user !== folder.uid) throw foreseen("EPERM");
  return target;
}

/** Writes that many bytes, which no file system can compress, and flushes them to the disk. */
async function fill(path: string, bytes: number): Promise<void> {
  const { randomFillSync } = nodeBuiltin("crypto");
  const block = randomFillSync(new Uint8Array(Math.min(bytes, largestBlock)));
  const handle = await nodeBuiltin("fs/promises").open(path, "wx");
  try {
    for (let left = bytes; left > 0; left -= block.length) await handle.writeFile(block.subarray(0, left));
    await handle.sync();
  } finally {
    await handle.close();
  }
}
