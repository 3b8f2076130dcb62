/**
 * The files that a command writes at its end. It tests before the work begins whether they can be written; if writing
 * fails later, the bytes are kept in another place. Does not know what is in them.
 */
import { readlink, realpath, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, extname, join, resolve } from "node:path";
import { lessons } from "../../../course/index.js";
import { DataError, message, show } from "../../errors.js";
import { isFileError } from "../../io/fileErrors.js";
import { writeFileAtomically } from "../../io/files.js";
import { writeNewFile } from "../../io/newFile.js";
import { tryToWrite } from "../../io/trial.js";
import type { Arguments } from "../commandLine.js";
import { fileOptions } from "./sources.js";

/** The options that name files to write, and their contents in words. */
const contents = { out: "the model", report: "the report", checkpoint: "the checkpoint" } as const;
type Option = keyof typeof contents;

/** Bytes that are tested for a file of unknown size. */
const atLeast = 4096;
/** Characters of a name that are kept when the file goes elsewhere: the name itself may have failed. */
const stemLength = 40;
const mostNumbers = 1000;
/** How many symbolic links are followed to a file that does not exist yet. */
const mostLinks = 40;

/** The files that a command line asks for. */
export class Outputs {
  readonly #command: string;
  readonly #files: ReadonlyMap<Option, string>;
  readonly #failures: DataError[] = [];

  /**
   * Tests whether the files of --out, --report and --checkpoint can be written, and that they differ from each other
   * and from the files that are read. Changes nothing.
   * @throws {DataError} when a file cannot be written
   */
  static async tried(command: string, args: Arguments): Promise<Outputs> {
    const outputs = new Outputs(command, args);
    await outputs.#checkDifferent(args);
    await outputs.try({});
    return outputs;
  }

  private constructor(command: string, args: Arguments) {
    this.#command = command;
    const names = Object.keys(contents) as Option[];
    this.#files = new Map(names.flatMap((name) => (args.has(name) ? [[name, args.text(name)!]] : [])));
  }

  has(option: Option): boolean {
    return this.#files.has(option);
  }

  /** Tests again, once the sizes of the files are known, in bytes. @throws {DataError} when a file cannot be written */
  async try(sizes: Readonly<Partial<Record<Option, number | undefined>>>): Promise<void> {
    const files = Array.from(this.#files, ([option, path]) => {
      return { path, bytes: Math.max(atLeast, sizes[option] ?? 0), name: `--${option}` };
    });
    await tryToWrite(this.#command, files);
  }

  /**
   * Writes a file. If that fails, the bytes go beside it under another name, or else into the temporary folder, and
   * {@link finish} throws.
   * @returns the path; undefined if they could not be written anywhere
   */
  async write(option: "out" | "report", bytes: Uint8Array): Promise<string | undefined> {
    const file = this.#files.get(option)!;
    const [command, content] = [this.#command, contents[option]];
    try {
      await writeFileAtomically(command, file, [bytes]);
      return file;
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      const kept = await writeElsewhere(command, file, bytes);
      const hint = `${content[0].toUpperCase()}${content.slice(1)} is ${kept === undefined ? "lost: it could not be written elsewhere either" : `in ${show(kept)}`}.`;
      this.#failures.push(new DataError(`${error.message} ${hint}`, { cause: error }));
      return kept;
    }
  }

  /**
   * Call it at the end: throws the errors of {@link write}. @throws {DataError} when a file could not be written in its
   * place
   */
  finish(): void {
    const [first, ...others] = this.#failures;
    if (first === undefined) return;
    throw new DataError([first, ...others].map((failure) => failure.message).join("\n"), { cause: first });
  }

  /** @throws {DataError} when two options name one file, or one names a file that is read */
  async #checkDifferent(args: Arguments): Promise<void> {
    const written = await Promise.all(
      Array.from(this.#files, async ([name, path]) => ({ name, ...(await placeOf(path)) })),
    );
    const read: typeof written = [];
    for (const name of ["data", "resume", ...Object.keys(fileOptions(lessons))]) {
      const path = args.text(name);
      if (path !== undefined) read.push({ name: name as Option, ...(await placeOf(path)) });
    }
    for (const [i, one] of written.entries()) {
      const other = [...written.slice(0, i), ...read].find(
        (another) => isSame(one, another) && !isOwn(one.name, another.name),
      );
      if (other === undefined) continue;
      const what = `--${other.name} and --${one.name} are the same file`;
      const [expected, hint] = ["a file for each", "The one would take the other's place."];
      throw new DataError(message(this.#command, what, { expected, got: show(args.text(one.name)!), hint }));
    }
  }
}

/** A run may write its checkpoint to the file that it resumed from, and finally its model too. */
function isOwn(written: string, read: string): boolean {
  return read === "resume" && written !== "report";
}

/**
 * Writes the bytes under a free name beside the file or, if that fails, in the temporary folder.
 * @returns the path
 */
export async function writeElsewhere(command: string, file: string, bytes: Uint8Array): Promise<string | undefined> {
  const extension = extname(file).slice(0, stemLength);
  const stem =
    Array.from(basename(file, extname(file)))
      .slice(0, stemLength)
      .join("") || "lanegrad";
  const found = await stat(file).catch(() => undefined);
  const isDevice = found !== undefined && !found.isFile() && !found.isDirectory(); // nothing belongs beside these
  for (const folder of isDevice ? [tmpdir()] : [dirname(file), tmpdir()]) {
    try {
      return await writeNumbered(command, join(folder, stem), extension, bytes, 2);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
    }
  }
  return undefined;
}

/**
 * Writes the bytes to the first free name of `<stem><extension>`, `<stem>-2<extension>`, …
 * @param first the number to begin with
 * @throws {DataError} when it cannot be written
 */
export async function writeNumbered(
  command: string,
  stem: string,
  extension: string,
  bytes: Uint8Array,
  first = 1,
): Promise<string> {
  for (let number = first; number < first + mostNumbers; number++) {
    const path = `${stem}${number === 1 ? "" : `-${number}`}${extension}`;
    if (await writeNewFile(command, path, bytes)) return path;
  }
  const got = show(`${stem}-${first + mostNumbers - 1}${extension}`);
  throw new DataError(message(command, "every name is taken", { expected: "a free name", got }));
}

/** The target of a path. */
interface Place {
  /** Without links, as far as it exists. */
  readonly path: string;
  /** The identity of the existing file. */
  readonly identity: string | undefined;
}

/** A link to a file that does not exist yet leads there too: the file may be made before the link is written to. */
async function placeOf(path: string, links = mostLinks): Promise<Place> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  const folder = await realpath(dirname(resolve(path))).catch(() => dirname(resolve(path)));
  const target = found || links === 0 ? undefined : await readlink(path).catch(() => undefined);
  if (target !== undefined) return placeOf(resolve(folder, target), links - 1);
  const real = await realpath(path).catch(() => join(folder, basename(path)));
  return { path: real, identity: found && found.ino !== 0n ? `${found.dev}:${found.ino}` : undefined };
}

/** One file under two names, or two names that differ only in case or in the encoding of an accent. */
function isSame(a: Place, b: Place): boolean {
  if (a.identity !== undefined && a.identity === b.identity) return true;
  const [first, second] = [a, b].map(({ path }) => path.normalize("NFC").toLowerCase());
  return first === second;
}

/** Identifies a file, so that another one in its place is noticed; undefined if there is none. */
export async function identityOf(path: string): Promise<string | undefined> {
  try {
    const { dev, ino, size, mtimeNs } = await stat(path, { bigint: true });
    return [dev, ino, size, mtimeNs].join(":");
  } catch (error) {
    if (isFileError(error)) return undefined;
    throw error;
  }
}
