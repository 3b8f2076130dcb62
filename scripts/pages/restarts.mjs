/**
 * Starts and stops a lesson many times, each time with another seed, and measures the memory of the browser's processes for pages, workers and their
 * WebAssembly memories included. Chromium on Linux only.
 */
import { readFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import * as inPage from "./inPage.mjs";

/** Milliseconds that the lesson runs each time. */
const stretch = 1000;

/** Private memory of a process in MB. */
async function privateMemory(pid) {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, "utf8");
  const kilobytes = [...text.matchAll(/^Private_\w+: +(\d+) kB$/gm)].map(([, number]) => Number(number));
  return kilobytes.reduce((sum, number) => sum + number, 0) / 1024;
}

/**
 * @param page of chromium.mjs
 * @returns the megabytes after each start and stop
 */
export async function memoryOfRestarts({ page, run, processes }, { name, quick = {} }, times) {
  await run(inPage.open, name);
  const renderers = await processes("renderer");
  const megabytes = [];
  for (let i = 0; i < times; i++) {
    await run(inPage.set, { ...quick, seed: i });
    await run(inPage.start);
    await wait(stretch);
    await run(inPage.stop);
    // not the workers of its threads: those sleep
    for (const where of [page, page.workers()[0]]) await where.evaluate(() => globalThis.gc());
    await wait(200);
    const each = await Promise.all(renderers.map(privateMemory));
    megabytes.push(each.reduce((sum, one) => sum + one, 0));
  }
  return megabytes;
}
