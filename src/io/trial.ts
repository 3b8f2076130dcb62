/**
 * Whether files could be written, found out before the work that leads to them: by what writeFileAtomically does, on a
 * temporary file beside each, as large as the file will be. What is there already is neither changed nor opened, and
 * nothing stays. Node only.
 */
import { fileError, foreseen, isFileError } from "./fileErrors.js";
import { endOfLinks, temporaryBeside } from "./files.js";
import { nodeBuiltin } from "./node.js";

/** A file that is to be written. */
export interface Planned {
  readonly path: string;
  /** How large it will be, or at least. */
  readonly bytes: number;
  /** What it is called in messages, as "--out". */
  readonly name?: string;
}

const largestBlock = 2 ** 20;

/**
 * Tries whether all the files could be written, one beside the other: what they need on a disk adds up. What is no
 * regular file (a device, a pipe) is only asked for its permissions.
 *
 * @param op  the function that the user called, for the messages
 * @throws {DataError} that says which cannot, and why
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
 * The file that would be replaced or made; undefined for what is written to directly.
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
  // In a folder with the sticky bit, as /tmp, only these may replace a file, whoever may write to it.
  const isSticky = (folder.mode & 0o1000) !== 0;
  if (isSticky && user !== 0 && user !== existing.uid && user !== folder.uid) throw foreseen("EPERM");
  return target;
}

/** Writes that many bytes, which no file system can compress, and has them on the disk. */
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
