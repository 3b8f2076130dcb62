/**
 * A file that is made only if none exists: completely or not at all, and never in place of another file, even if other
 * programs make files at the same moment. Node only.
 */
import { fileError, isFileError } from "./fileErrors.js";
import { temporaryBeside, writeTemporary } from "./files.js";
import { nodeBuiltin } from "./node.js";

/**
 * Writes a new file. If the file system has no links, a process that is killed at a bad moment may leave an empty file.
 *
 * @param op  the function that the user called, for messages
 * @returns   false where something of that name exists; it is not touched
 * @throws {DataError} when it cannot be written
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

/** True where something has that name, including a link to nothing. @throws what the file system throws */
async function isThere(path: string): Promise<boolean> {
  try {
    await nodeBuiltin("fs/promises").lstat(path);
    return true;
  } catch (error) {
    if (isFileError(error, "ENOENT")) return false;
    throw error;
  }
}
