/** The page that `lanegrad train --report` writes: it needs nothing from elsewhere and draws the run. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { chromium } from "playwright-core";
import { afterAll, expect, it } from "vitest";
import { writeTinyMnist } from "../cli/tinyMnist.js";
import { chromiumOptions, hasChromium, needsChromium } from "./page.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-training-report-"));
const file = join(folder, "report.html");
afterAll(() => rmSync(folder, { recursive: true }));

it.skipIf(!hasChromium)(
  `lanegrad train --report writes one page with curves, confusions and pictures, without a request${needsChromium}`,
  async () => {
    writeTinyMnist(folder, [200, 50]);
    const command = join(import.meta.dirname, "../../build/lib/cli.js");
    const args = ["train", "mnist-mlp-300", "--data", folder, "--epochs", "2", "--threads", "1", "--report", file];
    await promisify(execFile)(process.execPath, [command, ...args], { cwd: folder });
    const browser = await chromium.launch(chromiumOptions);
    try {
      const page = await browser.newPage();
      const seen: string[] = [];
      page.on("request", (request) => seen.push(request.url()));
      page.on("pageerror", (error) => seen.push(String(error)));
      page.on("console", (line) => line.type() === "error" && seen.push(line.text()));
      await page.goto(pathToFileURL(file).href);
      const heading = (title: string) => page.locator("section", { has: page.getByRole("heading", { name: title }) });
      expect(await page.locator("pre").first().textContent()).toContain(
        "npx lanegrad train mnist-mlp-300 --epochs 2 --batch 64 --lr 0.003 --seed 0 --data ",
      );
      expect(await heading("Training").locator("canvas").count()).toBe(3); // loss, accuracy, learning rate
      expect(await page.locator(".matrix td").count()).toBe(100);
      const right = await page.locator(".matrix tr:nth-child(n) td").allTextContents();
      expect(right.reduce((sum, text) => sum + Number(text), 0)).toBe(50);
      expect(await heading("What the first layer looks for").locator("canvas").count()).toBe(32);
      expect(await heading("One image on its way").locator("canvas").count()).toBe(4); // image, saliency, two layers
      expect(await page.locator(".graph g.node").count()).toBe(6); // input, flatten, two of dropout, two of dense
      const inked = await heading("One image on its way")
        .locator("canvas")
        .evaluateAll((canvases) =>
          canvases.map((canvas) => {
            const { width, height } = canvas as HTMLCanvasElement;
            const { data } = (canvas as HTMLCanvasElement).getContext("2d")!.getImageData(0, 0, width, height);
            return new Set(data).size;
          }),
        );
      for (const shades of inked) expect(shades).toBeGreaterThan(4);
      expect(seen).toEqual([pathToFileURL(file).href]);
    } finally {
      await browser.close();
    }
  },
  60_000,
);
