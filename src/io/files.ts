/**
 * Files, in Node only: read completely, written completely or not at all, or extended at the end. A reader of the path
 * sees the old bytes or the new ones, never a part, even if the process is killed or the machine loses power while
 * writing.
 */
import { UsageError, message, show } from "../errors.js";
import { fileError } from "./fileErrors.js";
import { nodeBuiltin } from "./node.js";
import { checkPaths } from "./paths.js";
import { removeAbandoned, temporaryName } from "./temporary.js";

function fileName(op: string, path: string | URL): string {
  if (typeof path === "string") {
    checkPaths(op, { path });
    return path;
  }
  if (path.protocol === "file:") return nodeBuiltin("url", op).fileURLToPath(path);
  const hint = "Pass `await fetch(url)` to read from the network.";
  throw new UsageError(message(op, "the URL is not a file", { expected: "a file: URL", got: show(path.href), hint }));
}

/**
 * A file's bytes.
 *
 * @param op  the function that the user called, for messages
 * @throws {DataError} when it cannot be read
 * @throws {UsageError} in browsers, or when a URL is not a file: URL
 */
export async function readFile(op: string, path: string | URL): Promise<Uint8Array<ArrayBuffer>> {
  const fs = nodeBuiltin("fs/promises", op);
  const file = fileName(op, path);
  try {
    const { buffer, byteOffset, byteLength } = await fs.readFile(file);
    return new Uint8Array(buffer, byteOffset, byteLength);
  } catch (error) {
    throw fileError(op, "read", file, error);
  }
}

/**
 * A file's bytes in order, in pieces of a given size, of which the last may be shorter. The file is closed at the end
 * and when the caller stops early.
 *
 * @throws as {@link readFile}
 */
export async function* readFilePieces(
  op: string,
  path: string | URL,
  pieceBytes: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  const fs = nodeBuiltin("fs/promises", op);
  const file = fileName(op, path);
  const failed = (error: unknown): never => {
    throw fileError(op, "read", file, error);
  };
  const handle = await fs.open(file).catch(failed);
  try {
    for (let filled = pieceBytes; filled === pieceBytes;) {
      const piece = new Uint8Array(pieceBytes);
      filled = 0;
      for (let read = -1; read !== 0 && filled < pieceBytes; filled += read) {
        read = (await handle.read(piece, filled).catch(failed)).bytesRead;
      }
      if (filled > 0) yield piece.subarray(0, filled);
    }
  } finally {
    await handle.close();
  }
}

/**
 * Writes the pieces to a temporary file in the same folder, forces them to the disk, and renames it to `path`. On
 * failure the temporary file is removed and `path` is as it was; a temporary file left in the folder by a killed run is
 * removed too (temporary.ts). A link is followed, even to a file that does not exist yet. The permissions of an
 * existing file are kept and respected. A device or a pipe is written to directly.
 *
 * @param op        the function that the user called, for messages
 * @param replaces  takes the place of whatever `path` is, unless it is a folder: a link is replaced, not followed
 * @throws {DataError} when it cannot be written
 * @throws {UsageError} in browsers, or when a URL is not a file: URL
 * @throws what `chunks` throws
 */
export async function writeFileAtomically(
  op: string,
  path: string | URL,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  { replaces = false } = {},
): Promise<void> {
  const fs = nodeBuiltin("fs/promises", op);
  const file = fileName(op, path);
  try {
    const there = await (replaces ? fs.lstat(file) : fs.stat(file)).catch(() => undefined);
    const existing = replaces && there && !there.isFile() && !there.isDirectory() ? undefined : there;
    if (existing) await fs.access(file, fs.constants.W_OK);
    if (existing && !existing.isFile()) await fs.writeFile(file, chunks);
    else
      await replace(
        existing ? await fs.realpath(file) : replaces ? file : await endOfLinks(file),
        existing?.mode,
        chunks,
      );
  } catch (error) {
    throw fileError(op, "write", file, error);
  }
}

/**
 * The path at which a missing file is to be made. A link to nothing is followed, as ordinary tools do.
 * @throws ELOOP, as `stat` does
 */
export async function endOfLinks(file: string, links = 40): Promise<string> {
  const { lstat, readlink, stat } = nodeBuiltin("fs/promises");
  const isLink = await lstat(file).then((found) => found.isSymbolicLink(), () => false); // prettier-ignore
  if (!isLink) return file;
  if (links === 0) await stat(file);
  const paths = nodeBuiltin("path");
  return endOfLinks(paths.resolve(paths.dirname(file), await readlink(file)), links - 1);
}

/**
 * Adds text at the end of a file, which is made if it does not exist. Readers see all of the text or none of it, unless
 * the machine stops meanwhile.
 *
 * @param op  the function that the user called, for messages
 * @throws {DataError} when it cannot be written
 * @throws {UsageError} in browsers, or when a URL is not a file: URL
 */
export async function appendToFile(op: string, path: string | URL, text: string): Promise<void> {
  const fs = nodeBuiltin("fs/promises", op);
  const file = fileName(op, path);
  try {
    await fs.appendFile(file, text);
  } catch (error) {
    throw fileError(op, "write", file, error);
  }
}

/** A unique name for a temporary file in the folder of `target`. See temporary.ts. */
export function temporaryBeside(target: string): string {
  const path = nodeBuiltin("path");
  return path.join(path.dirname(target), temporaryName());
}

async function replace(
  target: string,
  mode: number | undefined,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const fs = nodeBuiltin("fs/promises");
  await removeAbandoned(nodeBuiltin("path").dirname(target));
  const temporary = temporaryBeside(target);
  try {
    await writeTemporary(temporary, mode, chunks);
    await fs.rename(temporary, target);
  } catch (error) {
    await fs.rm(temporary, { force: true });
    throw error;
  }
}

/**
 * Writes the pieces to a temporary file and flushes it to the disk. On failure a part of it may remain.
 * @throws what the file system throws
 */
export async function writeTemporary(
  temporary: string,
  mode: number | undefined,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const fs = nodeBuiltin("fs/promises");
  const handle = await fs.open(temporary, "wx");
  try {
    await fs.writeFile(handle, chunks);
    if (mode !== undefined) await handle.chmod(mode & 0o777);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
