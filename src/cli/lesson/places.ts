/**
 * The places that --data and LANEGRAD_DATA name. It is an error if they do not exist or cannot be read: nothing else is
 * used silently in their place.
 */
import { access, constants, open, readdir, stat } from "node:fs/promises";
import { fileError } from "../../io/fileErrors.js";

/** The named places. */
export interface NamedPlaces {
  /** From --data. */
  readonly folder: string | undefined;
  /** From LANEGRAD_DATA. */
  readonly defaultFolder: string | undefined;
}

/**
 * Where to look for data, in order; undefined is the cache. --data excludes all others.
 *
 * @throws {DataError} when a place does not exist or cannot be read
 */
export async function placesOf({ folder, defaultFolder }: NamedPlaces): Promise<(string | undefined)[]> {
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
