/** A lesson in a page of somebody else: one script, one element, no headers that isolate the page. */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { build } from "vite";
import { expect, it } from "vitest";
import { chromiumOptions, hasChromium, needsChromium, serving } from "./page.js";

const root = join(import.meta.dirname, "../..");

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Somebody's page</title>
<link rel="icon" href="data:,">
<style>:root { --ink: red } p, button { display: none }</style>
<script type="module" src="lanegrad-lesson.js"></script>
<lanegrad-lesson name="xor"></lanegrad-lesson>
<lanegrad-lesson name="nothing"></lanegrad-lesson>
</html>
`;

it.skipIf(!hasChromium)(
  `any page holds a lesson with one line, without threads, and keeps its own style to itself${needsChromium}`,
  async () => {
    const folder = mkdtempSync(join(root, "build", "embedded-"));
    const browser = await chromium.launch(chromiumOptions);
    try {
      const options = { configFile: join(root, "site/vite.config.ts"), logLevel: "error" } as const;
      await build({ ...options, build: { outDir: folder, minify: false, reportCompressedSize: false } });
      copyFileSync(join(folder, "index.html"), join(folder, "course.html"));
      writeFileSync(join(folder, "index.html"), page);
      await serving(folder, async (url) => {
        const tab = await browser.newPage();
        const errors: string[] = [];
        tab.on("pageerror", (error) => errors.push(String(error)));
        tab.on("console", (line) => line.type() === "error" && errors.push(line.text()));
        await tab.goto(url);
        const lesson = tab.locator('lanegrad-lesson[name="xor"]');
        await lesson.getByRole("button", { name: "Start", exact: true }).click();
        await tab.waitForSelector('lanegrad-lesson[data-state="done"]');
        expect(await lesson.locator(".help", { hasText: "lanegrad" }).textContent()).toContain("1 thread (");
        expect(await lesson.locator(".facts-table td").last().textContent()).toMatch(/^100.00 % right/);
        await lesson.locator(".graph svg").waitFor();
        expect(await lesson.locator("code").textContent()).toContain("export const xor");
        const unknown = tab.locator('lanegrad-lesson[name="nothing"] p');
        expect(await unknown.textContent()).toMatch(/^There is no lesson "nothing"; expected one of .*xor/);
        await tab.goto(`${url}course.html`);
        expect(await tab.locator(".lessons a").count()).toBeGreaterThan(10);
        expect(errors).toEqual([]);
      });
    } finally {
      await browser.close();
      rmSync(folder, { recursive: true });
    }
  },
  120_000,
);
