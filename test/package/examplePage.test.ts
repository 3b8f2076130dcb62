/** The example pages, served by Vite as `npm run example:page` does, train in Chromium while the page stays alive. */
import { join } from "node:path";
import { chromium } from "playwright-core";
import { createServer } from "vite";
import { expect, it } from "vitest";
import { chromiumOptions, hasChromium, needsChromium } from "./page.js";

const folder = join(import.meta.dirname, "../../examples/page");

it.skipIf(!hasChromium)(
  `examples/page learns the digits${needsChromium}`,
  async () => {
    const server = await createServer({ configFile: join(folder, "vite.config.ts"), server: { host: "127.0.0.1" } });
    const browser = await chromium.launch(chromiumOptions);
    try {
      await server.listen();
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on("pageerror", (error) => errors.push(String(error)));
      page.on("console", (line) => line.type() === "error" && errors.push(line.text()));
      await page.goto(server.resolvedUrls!.local[0]);
      await page.click("#train:enabled");
      const bar = page.locator("#progress");
      const seen = new Set<string>();
      while ((await page.getAttribute("body", "data-accuracy")) === null) {
        seen.add(await bar.evaluate((element) => String((element as HTMLProgressElement).value)));
        await page.waitForTimeout(50);
      }
      expect(errors).toEqual([]);
      expect(seen.size).toBeGreaterThan(5); // the bar moved while the page was asked
      expect(Number(await page.getAttribute("body", "data-accuracy"))).toBeGreaterThan(0.97);
      expect(await page.locator("figure").count()).toBeGreaterThan(0);
    } finally {
      await browser.close();
      await server.close();
    }
  },
  180_000,
);

it.skipIf(!hasChromium)(
  `examples/page/writer.html learns its text and writes it on${needsChromium}`,
  async () => {
    const server = await createServer({ configFile: join(folder, "vite.config.ts"), server: { host: "127.0.0.1" } });
    const browser = await chromium.launch(chromiumOptions);
    try {
      await server.listen();
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on("pageerror", (error) => errors.push(String(error)));
      await page.goto(`${server.resolvedUrls!.local[0]}writer.html`);
      await page.click("#train:enabled");
      await page.waitForSelector("body[data-bits]", { timeout: 150_000 });
      expect(errors).toEqual([]);
      expect(Number(await page.getAttribute("body", "data-bits"))).toBeLessThan(0.5);
      const written = (await page.textContent("#written"))!;
      const song = (await page.inputValue("#source")).repeat(2);
      expect(written.length).toBe(120);
      expect(song).toContain(written.slice(25, 60));
    } finally {
      await browser.close();
      await server.close();
    }
  },
  180_000,
);
