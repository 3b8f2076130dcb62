/** The page that `lanegrad bench --report` writes: it needs nothing from elsewhere, shows the run, and runs benchmarks itself. */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { chromium } from "playwright-core";
import { afterAll, describe, expect, inject, it } from "vitest";
import { chromiumOptions, hasChromium, needsChromium } from "./page.js";

const { project } = inject("consumer");
const root = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "lanegrad-report-"));
const file = join(folder, "report.html");
afterAll(() => rmSync(folder, { recursive: true }));

const bench = (command: string, ...args: string[]) =>
  promisify(execFile)(process.execPath, [command, "bench", ...args, "--threads", "1", "--seconds", "0.01"], {
    cwd: folder,
  });

describe("lanegrad bench --report", () => {
  it("says what to install where the plotting library is missing, before it measures", async () => {
    const command = join(project, "node_modules/lanegrad/build/lib/cli.js");
    await expect(bench(command, "gemm", "--report", file)).rejects.toMatchObject({
      code: 2,
      stdout: "",
      stderr: "lanegrad bench: --report needs uPlot, which is not installed. Run npm install uplot.\n",
    });
  });

  it.skipIf(!hasChromium)(
    `writes one page that shows the run and runs benchmarks in Chromium, without a request${needsChromium}`,
    async () => {
      await bench(join(root, "build/lib/cli.js"), "gemm", "--only", "recurrent", "--report", file);
      expect(readFileSync(file, "utf8")).toContain("The MIT License");
      const browser = await chromium.launch(chromiumOptions);
      try {
        const page = await browser.newPage();
        const seen: string[] = [];
        page.on("request", (request) => seen.push(request.url()));
        page.on("pageerror", (error) => seen.push(String(error)));
        page.on("console", (line) => line.type() === "error" && seen.push(line.text()));
        await page.goto(pathToFileURL(file).href);
        expect(await page.locator("section:nth-of-type(1) td:nth-child(2)").allTextContents()).toEqual([
          "recurrent step, input 2048",
          "recurrent step, hidden 128",
          "recurrent step, hidden gradient",
        ]);
        expect(await page.locator("section:nth-of-type(1) canvas").count()).toBe(1);
        await page.selectOption("select", "tiny");
        await page.fill("input", "0.05");
        await page.click("button");
        await page.waitForSelector("section:nth-of-type(2)", { timeout: 60_000 });
        expect(await page.locator("section:nth-of-type(2) tbody tr").count()).toBe(4);
        expect(await page.locator("section:nth-of-type(2) td:nth-child(3)").allTextContents()).toEqual(
          [1, 2, 3, 4].map(() => expect.stringMatching(/^[\d.]+$/) as string),
        );
        expect(seen.filter((text) => text !== pathToFileURL(file).href && !text.startsWith("blob:"))).toEqual([]);
      } finally {
        await browser.close();
      }
    },
    120_000,
  );
});
