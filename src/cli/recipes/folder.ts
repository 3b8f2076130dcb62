/** The places that --data and LANEGRAD_DATA name: there and readable, or an error; never something else in their place without a word. */
import { access, constants, open, readdir, stat } from "node:fs/promises";
import { fileError } from "../../io/fileErrors.js";
import type { DataRequest } from "./data.js";

/** Where to look for data, in order; undefined is the cache. --data stands alone. Errors: DataError for a place that is not there or cannot be read. */
export async function placesOf({
  folder,
  defaultFolder,
}: Pick<DataRequest, "folder" | "defaultFolder">): Promise<(string | undefined)[]> {
  if (folder !== undefined) {
    await checkReadable("--data", folder);
    return [folder];
  }
  if (!defaultFolder) return [undefined];
  await checkReadable("LANEGRAD_DATA", defaultFolder);
  return [defaultFolder, undefined];
}

async function checkReadable(name: string, place: string): Promise<void> {
  try {
    if ((await stat(place)).isDirectory()) {
      await access(place, constants.R_OK | constants.X_OK);
      await readdir(place);
    } else await (await open(place, "r")).close();
  } catch (error) {
    throw fileError("train", `read ${name}`, place, error);
  }
}
