/** Threads on the main thread of a page in Chromium, which may not sleep and cannot ask which workers are alive. */
import { mkdirSync, writeFileSync } from "node:fs";
import { build } from "esbuild";
import { expect, it } from "vitest";
import { hasChromium, isolated, needsChromium, serving, visit } from "../page.js";

it.skipIf(!hasChromium)(
  `a worker that was ended between launches is given up after some seconds; one that is busy is waited for${needsChromium}`,
  async () => {
    const folder = "build/try/threadsInPage";
    mkdirSync(folder, { recursive: true });
    await build({ entryPoints: ["test/package/threads/threadsInPage.ts"], outdir: folder, bundle: true, splitting: true, format: "esm", alias: { lanegrad: "./src/index.ts" }, external: ["node:*"] }); // prettier-ignore
    writeFileSync(
      `${folder}/index.html`,
      '<!doctype html><link rel="icon" href="data:,"><output></output><script type="module" src="threadsInPage.js"></script>',
    );
    const steps = process.env.LANEGRAD_SLOW_STEPS ?? "2000"; // 16,000: shares of 5 to 9 s
    const open = (url: string) => visit(`${url}?steps=${steps}`, 300_000);
    const { result, errors } = await serving(folder, open, isolated);
    expect(errors).toEqual([]);
    const [all, one] = [
      { threads: 2, value: 0 },
      { threads: 1, value: 1 },
    ];
    const error =
      "threads: a thread died. Results of the running call are lost; from now on one thread does all the work.";
    expect(result).toMatchObject({ workers: 1, waited: [all, all], lost: { error, threads: 1 }, alone: one });
    expect((result as { lost: { seconds: number } }).lost.seconds).toBeLessThan(20);
  },
  300_000,
);
