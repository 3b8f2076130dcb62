/** Eager loops in Chromium: bundles the page once, and opens it for one loop after the other. */
import { mkdirSync, writeFileSync } from "node:fs";
import { build } from "esbuild";
import { serving, visit } from "../package/page.js";
import type { Pause, eagerLoops } from "../support/eagerLoops.js";

const folder = "build/soak/page";

/** Makes the page. Paths are relative to the root of the repository. */
export async function bundlePage(): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const alias = { lanegrad: "./src/index.ts" };
  await build({ entryPoints: ["test/soak/page.ts"], outdir: folder, bundle: true, splitting: true, format: "esm", alias, external: ["node:*"] }); // prettier-ignore
  writeFileSync(
    `${folder}/index.html`,
    '<!doctype html><output></output><script type="module" src="page.js"></script>',
  );
}

/** What the page says of a loop: its value and the most bytes in use, or an error. @param timeout milliseconds */
export async function loopInPage(
  loop: keyof typeof eagerLoops,
  count: number,
  pause: Pause,
  timeout?: number,
): Promise<{ readonly value?: number; readonly peakBytes?: number; readonly error?: string }> {
  const open = (url: string) => visit(`${url}?loop=${loop}&count=${count}&pause=${pause}`, timeout);
  return (await serving(folder, open)).result as Awaited<ReturnType<typeof loopInPage>>;
}
