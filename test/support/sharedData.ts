/** Where the real data sets are, for tests that need them: LANEGRAD_DATA, else ../shared/data beside the repository. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

const root = process.env.LANEGRAD_DATA ?? resolve(import.meta.dirname, "../../../shared/data");

/** The path of a file or folder of the real data; undefined, with a line that says so, where it is absent. */
export function sharedData(...path: string[]): string | undefined {
  const found = join(root, ...path);
  if (existsSync(found)) return found;
  console.log(`tests with real data are left out: ${path.join("/")} is not in LANEGRAD_DATA or ../shared/data`);
  return undefined;
}
