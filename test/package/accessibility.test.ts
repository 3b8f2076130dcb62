/** axe-core finds nothing to complain about on any page, light and dark, on a desk and on a telephone; and no page is wider than its window. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { type Browser, chromium } from "playwright-core";
import { createServer } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pageParts } from "../../src/cli/lesson/lessonPage.js";
import { reportPage } from "../../src/report/page.js";
import { writeTinyMnist } from "../cli/tinyMnist.js";
import { complaints } from "./complaints.js";
import { chromiumOptions, hasChromium, needsChromium } from "./page.js";
import { sampleReport } from "./sampleReport.js";

const root = join(import.meta.dirname, "../..");

describe.skipIf(!hasChromium)(`accessibility, 1280 and 390 pixels wide, light and dark${needsChromium}`, () => {
  const folder = mkdtempSync(join(tmpdir(), "lanegrad-accessibility-"));
  const file = join(folder, "page.html");
  let browser: Browser;
  beforeAll(async () => {
    writeTinyMnist(folder, [200, 50]);
    browser = await chromium.launch(chromiumOptions);
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  async function complaintsAbout(url: string): Promise<string[]> {
    const page = await browser.newPage();
    await page.goto(url);
    const found = await complaints(page);
    await page.close();
    return found;
  }

  it("none about a report with every kind of block", async () => {
    const script = new URL("../../build/report/page.js", import.meta.url).href;
    writeFileSync(file, reportPage(sampleReport, await pageParts("train", script)));
    expect(await complaintsAbout(pathToFileURL(file).href)).toEqual([]);
  });

  it.each([
    ["a trained network", ["train", "mnist-mlp-300", "--data", folder, "--epochs", "1"]],
    ["a comparison", ["train", "adding", "--length", "10", "--epochs", "1"]],
    ["benchmarks", ["bench", "gemm", "--only", "recurrent", "--seconds", "0.01"]],
  ])("none about the page of %s", async (_, args) => {
    const command = [join(root, "build/lib/cli.js"), ...args, "--threads", "1", "--report", file];
    await promisify(execFile)(process.execPath, command, { cwd: folder });
    expect(await complaintsAbout(pathToFileURL(file).href)).toEqual([]);
  });

  it("none about the page that a program of a user's has made by report, which Chromium draws without an error", async () => {
    const program = `
      import { callbacks, init, layers, losses, metrics, optimizers, sequential } from "lanegrad";
      import { report } from "lanegrad/report";
      await init({ threads: 1 });
      const model = sequential([layers.dense({ units: 4, activation: "tanh", inputShape: [2] }), layers.dense({ units: 1 })], { seed: 1 });
      const histograms = callbacks.histograms();
      const runs = {};
      for (const [name, optimizer] of Object.entries({ adam: optimizers.adam(), "gradient descent": optimizers.sgd() })) {
        model.compile({ optimizer, loss: losses.binaryCrossentropy({ fromLogits: true }), metrics: [metrics.accuracy({ threshold: 0 })] });
        const x = [[0, 0], [0, 1], [1, 0], [1, 1]];
        runs[name] = await model.fit(x, [[0], [1], [1], [0]], {
          epochs: name === "adam" ? 5 : 4, batchSize: 2, validationSplit: 0.25, validateEvery: { steps: 3 }, callbacks: [histograms],
        });
      }
      await report(runs, { model, histograms, facts: { data: "exclusive or", seed: 1 }, file: ${JSON.stringify(file)} });`;
    await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program], { cwd: root });
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    page.on("request", (request) => errors.push(request.url()));
    await page.goto(pathToFileURL(file).href);
    expect(await page.locator("canvas").count()).toBe(2 + 8); // loss and accuracy; weights and gradients of four
    expect(await page.locator(".graph g.node").count()).toBe(3);
    expect(await page.locator(".u-legend").first().textContent()).toContain("gradient descent, validation");
    // the last value of each curve, and no single place, since the curves end at different ones
    const [place, ...lasts] = await page.locator(".u-legend").first().locator(".u-value").allTextContents();
    expect(place).toBe("");
    for (const last of lasts) expect(last).toMatch(/^\d/);
    expect(errors).toEqual([pathToFileURL(file).href]);
    expect(await complaints(page)).toEqual([]);
    await page.close();
  });

  it("none about the live player: its list, a lesson that has run, one that waits for data, and saved models", async () => {
    const server = await createServer({
      ...{ configFile: join(root, "site/vite.config.ts"), cacheDir: join(root, "build/vite/accessibility") },
      logLevel: "error",
      server: { host: "127.0.0.1" },
    });
    await server.listen();
    const url = server.resolvedUrls!.local[0];
    try {
      const page = await browser.newPage();
      await page.goto(url);
      expect(await complaints(page)).toEqual([]);
      await page.evaluate(() => (location.hash = "mnist-linear"));
      await page.locator("code", { hasText: "mnist-linear" }).waitFor();
      expect(await complaints(page)).toEqual([]);
      await page.evaluate(() => (location.hash = "model"));
      await page.getByText("Choose a model").waitFor();
      expect(await complaints(page)).toEqual([]);
      await page.evaluate(() => (location.hash = "xor"));
      await page.getByRole("button", { name: "Start", exact: true }).click();
      await page.waitForSelector('lanegrad-lesson[data-state="done"]');
      await page.locator(".graph svg").waitFor();
      expect(await complaints(page)).toEqual([]);
    } finally {
      await server.close();
    }
  }, 120_000);
});
