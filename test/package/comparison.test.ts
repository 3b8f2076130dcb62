/** The page that `lanegrad train --report` writes for an experiment: it needs nothing from elsewhere and draws tables and charts. */
import { mkdtempSync, readdirSync, writeFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { afterAll, expect, it } from "vitest";
import { pageParts } from "../../src/cli/lesson/lessonPage.js";
import { type Report, reportPage } from "../../src/report/page.js";
import { chromiumOptions, hasChromium, needsChromium } from "./page.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-comparison-"));
const file = join(folder, "page.html");
afterAll(() => rmSync(folder, { recursive: true }));

const report: Report = {
  title: "lanegrad train nothing",
  heading: "Nothing",
  introduction: ["Two <b>networks</b>.", "One of them </script> wins."],
  command: "npx lanegrad train nothing --seed 1",
  facts: [["machine", "some"]],
  blocks: [
    {
      ...{ kind: "table", title: "Errors" },
      header: ["network", "error"],
      rows: [
        ["first", "1 %"],
        ["second", "2 %"],
      ],
    },
    {
      ...{
        kind: "chart",
        section: "Charts",
        title: "Losses",
        xLabel: "epoch",
        yLabel: "loss",
        marks: "lines",
        yLogarithmic: true,
      },
      series: [
        { name: "first", x: [1, 2, 3], y: [1, 0.1, 1e-9] },
        { name: "second", x: [2, 3, 4], y: [0.3, NaN, 0.5] },
        { name: "dead", x: [1, 2], y: [0, 0] },
      ],
    },
    {
      ...{
        kind: "chart",
        section: "Charts",
        title: "Time",
        xLabel: "seconds",
        yLabel: "%",
        marks: "points",
        xLogarithmic: true,
      },
      series: [
        { name: "first", x: [10, 10], y: [1, 2], labels: ["a", "b"] },
        { name: "second", x: [1000], y: [3] },
      ],
    },
    {
      kind: "chart",
      section: "Charts",
      title: "Nothing",
      xLabel: "",
      yLabel: "",
      marks: "lines",
      series: [{ name: "none", x: [], y: [] }],
    },
  ],
};

it.skipIf(!hasChromium)(
  `a comparison is one page with its tables and charts, drawn without a request${needsChromium}`,
  async () => {
    const script = new URL("../../build/report/page.js", import.meta.url).href;
    writeFileSync(file, reportPage(report, await pageParts("train", script)));
    expect(readdirSync(folder)).toEqual(["page.html"]);
    const browser = await chromium.launch(chromiumOptions);
    try {
      const page = await browser.newPage();
      const seen: string[] = [];
      page.on("request", (request) => seen.push(request.url()));
      page.on("pageerror", (error) => seen.push(String(error)));
      page.on("console", (line) => line.type() === "error" && seen.push(line.text()));
      await page.goto(pathToFileURL(file).href);
      expect(await page.locator("main > p").allTextContents()).toEqual(report.introduction);
      expect(await page.locator("pre").textContent()).toBe(report.command);
      expect(await page.locator("section .scroll td").allTextContents()).toEqual(["first", "1 %", "second", "2 %"]);
      expect(await page.locator("h3").allTextContents()).toEqual(["Losses", "Time"]);
      const colors = await page.locator(".uplot canvas").evaluateAll((canvases) =>
        canvases.map((canvas) => {
          const { width, height } = canvas as HTMLCanvasElement;
          const { data } = (canvas as HTMLCanvasElement).getContext("2d")!.getImageData(0, 0, width, height);
          const words = new Uint32Array(data.buffer);
          const count = (color: number): number => words.reduce((sum, word) => sum + Number(word === color), 0);
          return [count(0xffd0742f), count(0xff2b82d9)]; // #2f74d0, #d9822b as little-endian ABGR
        }),
      );
      expect(colors).toHaveLength(2);
      for (const [first, second] of colors) {
        expect(first).toBeGreaterThan(10);
        expect(second).toBeGreaterThan(10);
      }
      expect(seen).toEqual([pathToFileURL(file).href]);
    } finally {
      await browser.close();
    }
  },
);
