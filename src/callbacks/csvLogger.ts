/** The history as a CSV file that grows by a line per epoch and can be read at any time. Node only. */
import { DataError, message, show } from "../errors.js";
import { appendToFile, readFile, writeFileAtomically } from "../io/files.js";
import { isNode } from "../io/node.js";
import { tryToWrite } from "../io/trial.js";
import { type Table, flag, resolve } from "../options.js";
import type { Callback, Logs } from "./callback.js";
import { filePath } from "./filePath.js";

/** Options of {@link csvLogger}. */
export interface CsvLoggerOptions {
  readonly path: string;
  /** Continues an existing file, which must have the same columns, instead of replacing it. Default false. */
  readonly append?: boolean;
}

/**
 * Writes the header `epoch,loss,…` and then a line after each epoch, with epochs counted from 1. Lines are written at
 * once, so that the file is always valid. With `append`, a training that resumes replaces the lines that were written
 * after its checkpoint.
 * @throws {UsageError} for a wrong option; in fit, in browsers
 * @throws {DataError} before the first step, when the file cannot be written or has different columns
 */
export function csvLogger(options: CsvLoggerOptions): Callback {
  const op = "csvLogger";
  const table = { path: filePath, append: flag(false) } satisfies Table<CsvLoggerOptions>;
  const { path, append } = resolve(op, options, table);
  let columns: string[] | undefined;
  let isResumed = false;

  async function begin(epoch: number, logs: Logs): Promise<string[]> {
    const names = Object.keys(logs);
    const header = ["epoch", ...names].join(",");
    const text = append ? await textOf(op, path) : "";
    const found = text === "" ? [] : text.replace(/\n$/, "").split("\n");
    const isEnded = text.endsWith("\n");
    if (found.length === 0) await write([header]);
    else if (found[0] !== header) {
      const hint = "Use another path, or append: false to replace the file.";
      throw new DataError(
        message(op, `${show(path)} has different columns`, { expected: header, got: found[0], hint }),
      );
    } else {
      let kept = found.length;
      if (isResumed && !isEnded && kept > 1) kept--; // a line that was cut when the machine stopped
      while (isResumed && kept > 1 && !(Number.parseInt(found[kept - 1], 10) <= epoch)) kept--;
      if (kept < found.length || !isEnded) await write(found.slice(0, kept));
    }
    return names;
  }

  const write = (lines: readonly string[]): Promise<void> =>
    writeFileAtomically(op, path, [new TextEncoder().encode(`${lines.join("\n")}\n`)]);

  return {
    name: op,
    async onTrainBegin() {
      columns = undefined;
      isResumed = false;
      await tryToWrite(op, [{ path, bytes: 1 }]);
    },
    save: () => ({}),
    restore() {
      isResumed = true;
    },
    async onEpochEnd(epoch, logs) {
      columns ??= await begin(epoch, logs);
      await appendToFile(op, path, `${[epoch + 1, ...columns.map((name) => logs[name])].join(",")}\n`);
    },
  };
}

/** The text of a file; empty if there is none. */
async function textOf(op: string, path: string): Promise<string> {
  const isThere = isNode() && globalThis.process.getBuiltinModule("fs").existsSync(path);
  return isThere ? new TextDecoder().decode(await readFile(op, path)) : "";
}
