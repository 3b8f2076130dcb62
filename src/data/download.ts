/**
 * Files from the network, kept in a cache folder. The first mirror with the right bytes is used; a file has a temporary
 * name until it is complete. A file is accepted only with the right size and SHA-256, from the disk as well as from the
 * network; after any fault the next mirror is tried. On failure no partial file remains. A link in place of a file is
 * replaced, not followed. Node only; does not know what the files hold.
 */
import { DataError, UsageError, message, show } from "../errors.js";
import { concatenate } from "../io/bytes.js";
import { writeFileAtomically } from "../io/files.js";
import { nodeBuiltin } from "../io/node.js";
import { isListOf } from "../lists.js";

/** A published file. */
export interface RemoteFile {
  readonly name: string;
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** The progress of a download. */
export interface DownloadProgress {
  readonly file: string;
  readonly mirror: string;
  /** Bytes of all files received so far, and their total. */
  readonly receivedBytes: number;
  readonly totalBytes: number;
}

/** Options of every loader that downloads. */
export interface CacheOptions {
  /** Folder of the cache. Default: LANEGRAD_CACHE, else `lanegrad` in XDG_CACHE_HOME, else `~/.cache/lanegrad`. */
  readonly cache?: string;
  /** Addresses of folders that have the files, tried in order. Default: public copies. */
  readonly mirrors?: readonly string[];
  /** A mirror that sends less than 1 kB in this time, in milliseconds, is abandoned. Default 20,000. */
  readonly stallMs?: number;
  /** Ends a download; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: DownloadProgress) => void;
}

/** The names of these options. */
export const cacheOptions: readonly (keyof CacheOptions)[] = ["cache", "mirrors", "stallMs", "signal", "onProgress"];

/** A file's name and what is in it. */
export interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** How to get a file. */
export interface DownloadOptions {
  /** The function that the user called, for the messages. */
  readonly op: string;
  /** Folder of the cache; made if it does not exist. */
  readonly folder: string;
  /** Addresses of folders that have the file, tried in order. */
  readonly mirrors: readonly string[];
  readonly signal?: AbortSignal | undefined;
  /** Called with the bytes of this file received so far; starts again from 0 at the next mirror. */
  readonly onBytes?: (received: number, mirror: string) => void;
  /** A mirror that sends less than 1 kB in this time, in milliseconds, is abandoned. */
  readonly stallMs: number;
}

/**
 * The folder for downloaded files: LANEGRAD_CACHE, else lanegrad in XDG_CACHE_HOME, else ~/.cache/lanegrad.
 * @throws {UsageError} in browsers
 */
export function cacheFolder(op: string): string {
  const path = nodeBuiltin("path", op);
  const { LANEGRAD_CACHE: own, XDG_CACHE_HOME: shared } = globalThis.process.env;
  if (own) return own;
  return path.join(shared || path.join(nodeBuiltin("os", op).homedir(), ".cache"), "lanegrad");
}

/** @throws {UsageError} when options of {@link CacheOptions} are wrong */
export function checkCacheOptions(op: string, { mirrors, stallMs }: CacheOptions): void {
  const isAddress = (mirror: unknown) => typeof mirror === "string" && URL.canParse(mirror);
  if (mirrors !== undefined && !(isListOf(mirrors, isAddress) && mirrors.length > 0)) {
    throw new UsageError(
      message(op, "mirrors must be a list of addresses", { expected: "at least one", got: show(mirrors) }),
    );
  }
  if (stallMs !== undefined && !(stallMs > 0)) {
    throw new UsageError(message(op, "stallMs is out of range", { expected: "a number > 0", got: show(stallMs) }));
  }
}

/**
 * The bytes of all `files` from the cache folder; missing ones are downloaded.
 * @param publicMirrors  used if the options name none
 * @throws what {@link download} throws; files that have arrived completely stay if a later one fails
 */
export async function fetchFiles(
  files: readonly RemoteFile[],
  op: string,
  folder: string,
  publicMirrors: readonly string[],
  options: CacheOptions,
): Promise<NamedBytes[]> {
  const { mirrors = publicMirrors, stallMs = 20_000, signal, onProgress } = options;
  const cached = await Promise.all(files.map((file) => readCached(file, folder)));
  const totalBytes = files.reduce((sum, file, i) => sum + (cached[i] === undefined ? file.bytes : 0), 0);
  let before = 0;
  const found: NamedBytes[] = [];
  for (const [i, file] of files.entries()) {
    const onBytes = (received: number, mirror: string) =>
      onProgress?.({ file: file.name, mirror, receivedBytes: before + received, totalBytes });
    const bytes = cached[i] ?? (await download(file, { op, folder, mirrors, signal, onBytes, stallMs }));
    if (cached[i] === undefined) before += file.bytes;
    found.push({ name: file.name, bytes });
  }
  return found;
}

/** The bytes of `file` from the cache folder; undefined where it does not exist or is not the right one. */
export async function readCached(file: RemoteFile, folder: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const path = nodeBuiltin("path").join(folder, file.name);
  const fs = nodeBuiltin("fs/promises");
  const found = await fs.stat(path).catch(() => undefined);
  if (found?.size !== file.bytes) return undefined;
  const bytes = new Uint8Array(await fs.readFile(path));
  return (await wrongWith(bytes, file)) === undefined ? bytes : undefined;
}

/**
 * Downloads a file into the cache folder and returns its bytes. When it fails, the folder's files are as they were.
 *
 * @throws the signal's reason when it aborts
 * @throws {DataError} when no mirror has the right bytes (with what each of them gave) or, before a mirror is asked,
 *   when the folder cannot be made or written to
 */
export async function download(file: RemoteFile, options: DownloadOptions): Promise<Uint8Array<ArrayBuffer>> {
  const { op, folder, mirrors, signal } = options;
  signal?.throwIfAborted();
  await makeFolder(op, folder);
  const failures: string[] = [];
  for (const mirror of mirrors) {
    signal?.throwIfAborted();
    const url = `${mirror.replace(/\/$/, "")}/${file.name}`;
    const onBytes = (received: number) => options.onBytes?.(received, mirror);
    const result = await fetchBytes(url, file, options, onBytes).catch(reason);
    signal?.throwIfAborted();
    const wrong = typeof result === "string" ? result : await wrongWith(result, file);
    if (typeof result !== "string" && wrong === undefined) {
      const path = nodeBuiltin("path").join(folder, file.name);
      await writeFileAtomically(op, path, [result], { replaces: true });
      return result;
    }
    failures.push(`${url}: ${wrong}`);
  }
  const got = failures.join("; ");
  const hint = "Try again later, or get the files by other means and pass their folder as dir.";
  throw new DataError(
    message(op, `${file.name} could not be downloaded`, {
      expected: `${file.bytes} bytes with SHA-256 ${file.sha256}`,
      got,
      hint,
    }),
  );
}

/** The body of `url`, at most `file.bytes` long. Throws any error. */
async function fetchBytes(
  url: string,
  file: RemoteFile,
  { signal, stallMs }: DownloadOptions,
  onBytes: (received: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const stop = new AbortController();
  // Every wait races with this: in Node 20, a body that is aborted once all of it has arrived neither fails nor ends.
  const stopped = new Promise<never>((_, reject) =>
    stop.signal.addEventListener("abort", () => reject(stop.signal.reason as Error)),
  );
  stopped.catch(() => undefined);
  const giveUp = () => stop.abort(new Error(`less than 1 kB came in ${stallMs / 1000} s`));
  const passOn = () => stop.abort(signal?.reason);
  let timer = setTimeout(giveUp, stallMs);
  signal?.addEventListener("abort", passOn);
  try {
    const response = await Promise.race([fetch(url, { signal: stop.signal }), stopped]);
    if (!response.ok || response.body === null) throw new Error(`HTTP status ${response.status}`);
    const reader = response.body.getReader();
    const chunks: Uint8Array[] = [];
    let received = 0;
    let counted = 0;
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), stopped]);
      if (done) break;
      chunks.push(value);
      received += value.length;
      if (received > file.bytes) throw new Error(`more than ${file.bytes} bytes`);
      if (received - counted >= 1024) {
        counted = received;
        clearTimeout(timer);
        timer = setTimeout(giveUp, stallMs);
      }
      onBytes(received);
    }
    return concatenate(chunks);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", passOn);
    stop.abort(); // closes the connection, whatever state it is in
  }
}

/** Makes the cache folder if it does not exist, and tests that it can be written to. @throws {DataError} */
async function makeFolder(op: string, folder: string): Promise<void> {
  const fs = nodeBuiltin("fs/promises");
  try {
    await makeWithParents(nodeBuiltin("path").resolve(folder));
    await fs.access(folder, fs.constants.W_OK);
  } catch (error) {
    const hint = "Set LANEGRAD_CACHE or pass cache.";
    throw new DataError(message(op, `cannot make the cache folder ${show(folder)}`, { got: reason(error), hint }));
  }
}

/**
 * Like mkdir with `recursive`, which in Node never returns for a folder that exists but cannot be written to, such as
 * /proc.
 */
async function makeWithParents(folder: string): Promise<void> {
  const fs = nodeBuiltin("fs/promises");
  const make = (): Promise<void> =>
    fs.mkdir(folder).catch(async (error: unknown) => {
      if (!(await fs.stat(folder).catch(() => undefined))?.isDirectory()) throw error;
    });
  const parent = nodeBuiltin("path").dirname(folder);
  await make().catch(async (error: unknown) => {
    if (parent === folder || (error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    await makeWithParents(parent);
    await make();
  });
}

/** What is wrong with the bytes of a file; undefined if nothing is. */
async function wrongWith(bytes: Uint8Array<ArrayBuffer>, file: RemoteFile): Promise<string | undefined> {
  if (bytes.length !== file.bytes) return `${bytes.length} bytes`;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return sha256 === file.sha256 ? undefined : `SHA-256 ${sha256}`;
}

/** An error in a few words; fetch hides the informative one in `cause`. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? reason(error.cause) : error.message || error.name;
}
