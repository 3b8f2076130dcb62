/* global performance */
/** Starts and stops a lesson many times, each time with other settings, and counts the memory. */
import { setTimeout as wait } from "node:timers/promises";
import * as inPage from "./inPage.mjs";

/** @returns lines on the memory after each start */
export async function memoryOfRestarts(page, { name }, times) {
  await page.run(inPage.open, name);
  const lines = [];
  for (let i = 0; i < times; i++) {
    await page.run(inPage.set, { seed: i });
    await page.run(inPage.start);
    await wait(1500);
    await page.run(inPage.stop);
    lines.push(`${name}: ${JSON.stringify(await page.run(() => performance.measureUserAgentSpecificMemory()))}`);
  }
  return lines;
}
