/** Files that a command writes at its end. */
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { dirname } from "node:path";
import { DataError, message, show } from "../errors.js";

/** Better now than after hours of work. @param option that names the file, as "--out". Errors: DataError. */
export async function checkWritable(command: string, file: string, option: string): Promise<void> {
  await access(dirname(file), constants.W_OK).catch((cause: unknown) => {
    throw new DataError(message(command, `cannot write to ${show(dirname(file))}, the folder of ${option}`), { cause });
  });
}
