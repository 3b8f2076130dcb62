/**
 * A file that is made only where there is none: whole or not at all, and never in the place of another, whoever else
 * makes files at that moment. Node only.
 */
import { fileError, isFileError } from "./fileErrors.js";
import { temporaryBeside, writeTemporary } from "./files.js";
import { nodeBuiltin } from "./node.js";

/**
 * Writes a new file. Where the file system has no links, a process that is killed within a moment may leave an empty
 * file.
 *
 * @param op  the function that the user called, for the messages
 * @returns   false where something of that name is there already; it is left alone
 * @throws {DataError} if it cannot be written
 * @throws {UsageError} in browsers
 */
export async function writeNewFile(op: string, path: string, bytes: Uint8Array): Promise<boolean> {
  const fs = nodeBuiltin("fs/promises", op);
  const temporary = temporaryBeside(path);
  try {
    if (await isThere(path)) return false;
    await writeTemporary(temporary, undefined, [bytes]);
    try {
      await fs.link(temporary, path);
    } catch (error) {
      if (!isFileError(error, "EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EINVAL", "EMLINK")) throw error;
      await (await fs.open(path, "wx")).close();
      await fs.rename(temporary, path);
    }
    return true;
  } catch (error) {
    if (isFileError(error, "EEXIST")) return false;
    throw fileError(op, "write", path, error);
  } finally {
    await fs.rm(temporary, { force: true }).catch(() => undefined);
  }
}

/** Also for a link that leads nowhere. @throws what the file system throws */
async function isThere(path: string): Promise<boolean> {
  try {
    await nodeBuiltin("fs/promises").lstat(path);
    return true;
  } catch (error) {
    if (isFileError(error, "ENOENT")) return false;
    throw error;
  }
}
