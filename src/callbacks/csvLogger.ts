/** The history as a CSV file that grows by a line an epoch, and can be read at any moment. Node only. */
import { DataError, UsageError, checkKeys, message, show } from "../errors.js";
import { appendToFile, readFile, writeFileAtomically } from "../io/files.js";
import { isNode } from "../io/node.js";
import { checkBoolean } from "../options.js";
import type { Callback, Logs } from "./callback.js";

/** Options of {@link csvLogger}. */
export interface CsvLoggerOptions {
  readonly path: string;
  /** Go on in a file that is there, whose columns must be the same, instead of replacing it. Default false. */
  readonly append?: boolean;
}

/**
 * Writes `epoch,loss,…` and then a line after each epoch, the epoch counted from 1. A line is written at once, so that the file is always valid.
 * Errors: UsageError for an option; in fit UsageError in browsers, DataError for a file that cannot be written or has other columns.
 */
export function csvLogger(options: CsvLoggerOptions): Callback {
  const op = "csvLogger";
  checkKeys(op, options, ["path", "append"]);
  const { path, append = false } = options;
  if (typeof path !== "string" || path === "") {
    throw new UsageError(message(op, "no path", { expected: "a file name", got: show(path) }));
  }
  checkBoolean(op, "append", append);
  let columns: string[] | undefined;

  async function begin(logs: Logs): Promise<string[]> {
    const names = Object.keys(logs);
    const header = ["epoch", ...names].join(",");
    const found = append ? await firstLine(op, path) : undefined;
    if (found === undefined) await writeFileAtomically(op, path, [new TextEncoder().encode(`${header}\n`)]);
    else if (found !== header) {
      const hint = "Use another path, or append: false to replace the file.";
      throw new DataError(message(op, `${show(path)} has other columns`, { expected: header, got: found, hint }));
    }
    return names;
  }

  return {
    name: op,
    onTrainBegin() {
      columns = undefined;
    },
    async onEpochEnd(epoch, logs) {
      columns ??= await begin(logs);
      await appendToFile(op, path, `${[epoch + 1, ...columns.map((name) => logs[name])].join(",")}\n`);
    },
  };
}

/** The first line of a file; undefined where there is none. */
async function firstLine(op: string, path: string): Promise<string | undefined> {
  const isThere = isNode() && globalThis.process.getBuiltinModule("fs").existsSync(path);
  if (!isThere) return undefined;
  const text = new TextDecoder().decode(await readFile(op, path));
  return text === "" ? undefined : text.split("\n", 1)[0];
}
