/** Optional packages that users install for features that need them. */
import { createRequire } from "node:module";
import { join } from "node:path";
import process from "node:process";

/**
 * The path of a package, or of a file in it: beside this package, or in the folder where the command was called;
 * undefined if it is not installed.
 */
export function findInstalled(path: string): string | undefined {
  for (const from of [import.meta.url, join(process.cwd(), "package.json")]) {
    try {
      return createRequire(from).resolve(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
    }
  }
  return undefined;
}
