/** The option of a callback that is the path of a file. */
import { UsageError, message, show } from "../errors.js";
import type { Option } from "../options.js";

/** A path, which is required. */
export const filePath: Option<string> = (op, _name, value) => {
  if (typeof value === "string" && value !== "") return value;
  throw new UsageError(message(op, "path is invalid", { expected: "a file name", got: show(value) }));
};
