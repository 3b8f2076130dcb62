/** The course in a browser, served by Vite as `npm run course` does: lessons run to their conclusions, pause, stop, and show their code. */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Browser, type Locator, type Page, chromium } from "playwright-core";
import { type ViteDevServer, createServer } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lessons } from "../../course/index.js";
import { joinNumbers, toneDigits, toneRate } from "../../course/speech/numbers.js";
import { chapters } from "../../course/stage.js";
import { Random } from "../../src/index.js";
import { encodeWav } from "../../src/speech/wav.js";
import { writeTinyMnist } from "../cli/tinyMnist.js";
import { chromiumOptions, hasChromium, needsChromium } from "./page.js";

const root = join(import.meta.dirname, "../..");
/** A cache of its own, which no other server clears meanwhile. */
const config = { configFile: join(root, "site/vite.config.ts"), cacheDir: join(root, "build/vite/live-player") };

const folder = mkdtempSync(join(tmpdir(), "lanegrad-live-"));
const inFolder = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));
/** What the browser's false microphone hears, again and again. */
const spoken = inFolder("spoken.wav");
const microphone = ["--use-fake-device-for-media-stream", `--use-file-for-fake-audio-capture=${spoken}`];
const command = (...args: string[]) => promisify(execFile)(process.execPath, [join(root, "build/lib/cli.js"), ...args]);

describe.skipIf(!hasChromium)(`the live player${needsChromium}`, () => {
  let server: ViteDevServer;
  let browser: Browser;
  let page: Page;
  const errors: string[] = [];

  beforeAll(async () => {
    server = await createServer({ ...config, server: { host: "127.0.0.1" }, logLevel: "error" });
    await server.listen();
    const [{ samples }] = joinNumbers(toneDigits(1, new Random(1)), toneRate, 1, new Random(2));
    writeFileSync(spoken, encodeWav(samples, { sampleRate: toneRate }));
    browser = await chromium.launch({ ...chromiumOptions, args: [...chromiumOptions.args, ...microphone] });
    page = await (await browser.newContext({ permissions: ["microphone"] })).newPage();
    page.on("pageerror", (error) => errors.push(String(error)));
    page.on("console", (line) => line.type() === "error" && errors.push(line.text()));
    await page.goto(server.resolvedUrls!.local[0]);
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  /** Follows a lesson's link. */
  async function opened(name: string): Promise<Locator> {
    await page.evaluate((hash) => (location.hash = hash), name);
    const lesson = page.locator(`lanegrad-lesson[name="${name}"]`);
    await lesson.waitFor();
    return lesson;
  }
  const press = (text: string) => page.getByRole("button", { name: text, exact: true }).click();
  const set = (name: string, value: number) => page.getByLabel(name, { exact: true }).fill(String(value));
  const ended = (state: string) => page.waitForSelector(`lanegrad-lesson[data-state="${state}"]`, { timeout: 90_000 });
  const texts = (lesson: Locator, selector: string) => lesson.locator(selector).allTextContents();

  it("lists every lesson, by chapter", async () => {
    expect(await page.locator(".lessons a").count()).toBe(lessons.length + 1); // and saved models
    expect(await page.locator("h2").allTextContents()).toEqual([...Object.values(chapters), "Trained models"]);
  });

  it("xor: learns, with its curves, its network drawn, and its code beside it", async () => {
    const lesson = await opened("xor");
    await press("Start");
    await ended("done");
    const isFocused = (button: Element) => button.matches(":focus");
    expect(await page.getByRole("button", { name: "Start again" }).evaluate(isFocused)).toBe(true);
    expect((await texts(lesson, ".facts-table td")).at(-1)).toMatch(/^100.00 % right/);
    expect(await lesson.locator(".uplot").count()).toBe(3);
    await lesson.locator(".graph svg").waitFor();
    expect(await lesson.locator("code").textContent()).toContain("export const xor = network({");
    expect((await texts(lesson, ".help")).join()).toMatch(/lanegrad \d.*SIMD, \d threads? \(/);
  });

  it("xor: the same seed and settings, the same loss to the last digit shown; another seed, another", async () => {
    const lesson = await opened("xor");
    const result = async (seed: number): Promise<string> => {
      await set("seed", seed);
      await press("Start again");
      await ended("done");
      return (await texts(lesson, ".u-legend .u-value")).join();
    };
    await set("epochs", 2);
    const first = await result(3);
    expect(await result(3)).toBe(first);
    expect(await result(4)).not.toBe(first);
  });

  it("adding: pauses, also while its tab is hidden, goes on where it was, and comes to its conclusion", async () => {
    const lesson = await opened("adding");
    await set("length", 40);
    await set("epochs", 4);
    await press("Start");
    await lesson.locator(".now", { hasText: "epoch" }).waitFor();
    await press("Pause");
    await ended("paused");
    await page.waitForTimeout(200); // what was under way arrives
    const before = await lesson.locator(".view").innerHTML();
    await page.waitForTimeout(400);
    expect(await lesson.locator(".view").innerHTML()).toBe(before);
    await press("Resume");
    await ended("running");
    const hide = (isHidden: boolean) =>
      page.evaluate((hidden) => {
        Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
      }, isHidden);
    await hide(true);
    await ended("paused");
    await hide(false);
    await ended("done");
    expect(await texts(lesson, ".conclusions p")).toHaveLength(2);
    expect(await lesson.locator("thead + tbody tr").count()).toBe(3);
  });

  it("vanishing: stops when it is told to, and from the start again comes to its conclusions", async () => {
    const lesson = await opened("vanishing");
    await press("Start");
    await lesson.locator(".uplot").first().waitFor();
    await press("Stop");
    await ended("stopped");
    await press("Start again");
    await ended("done");
    expect(await texts(lesson, ".conclusions p")).toHaveLength(4);
    expect(await lesson.locator(".uplot").count()).toBe(2);
    expect(await lesson.locator("tbody tr").count()).toBeGreaterThanOrEqual(7);
  });

  it("som: galleries that are shown again are painted into the canvases that are there", async () => {
    const lesson = await opened("som");
    await press("Start");
    const canvas = lesson.locator("figure canvas").first();
    await canvas.waitFor();
    const first = await canvas.elementHandle();
    const shown = () => first.evaluate((one) => (one as HTMLCanvasElement).toDataURL());
    const before = await shown();
    await ended("done");
    expect(await first.evaluate((one) => one.isConnected)).toBe(true);
    expect(await shown()).not.toBe(before);
  });

  it("convolution-steps: each step can be clicked, and the arrow keys go through them", async () => {
    const lesson = await opened("convolution-steps");
    await press("Start");
    await ended("done");
    const name = lesson.locator(".step-name");
    expect(await name.textContent()).toMatch(/^Step 1 of 9: output \[0, 0\]/);
    await lesson.getByRole("button", { name: /^Step 5: output \[1, 1\]/ }).click();
    expect(await name.textContent()).toMatch(/^Step 5 of 9/);
    await page.keyboard.press("ArrowRight");
    expect(await name.textContent()).toMatch(/^Step 6 of 9: output \[1, 2\]/);
    await press("Next step");
    expect(await lesson.locator(".wrapped").textContent()).toContain("output [2, 0]:");
    await page.keyboard.press("End");
    expect(await lesson.locator('[aria-current="step"]').textContent()).toBe("9");
  });

  it("a setting that will not do is not started with", async () => {
    const lesson = await opened("xor");
    await set("batch", 0);
    await press("Start");
    expect(await lesson.getAttribute("data-state")).toBe("ready");
  });

  it("a lesson that needs data says so, takes its files, and says what is wrong with them", async () => {
    const lesson = await opened("mnist-linear");
    const start = page.getByRole("button", { name: "Start", exact: true });
    expect(await start.isDisabled()).toBe(true);
    expect((await texts(lesson, ".data p")).join()).toContain("This lesson needs MNIST.");
    const names = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte"];
    const files = (all: readonly string[]) =>
      all.map((name) => ({ name, mimeType: "application/octet-stream", buffer: Buffer.from([0, 0, 8]) }));
    await lesson.locator("input[type=file]").first().setInputFiles(files(names));
    expect((await texts(lesson, ".data .status")).join()).toContain("t10k-labels-idx1-ubyte.gz missing among 3 files");
    await lesson
      .locator("input[type=file]")
      .first()
      .setInputFiles(files([...names, "t10k-labels-idx1-ubyte"]));
    await press("Start");
    await ended("failed");
    expect((await texts(lesson, ".state")).join()).toMatch(/expected/);
  });

  it("mnist-mlp-300: trains on files that are dropped", async () => {
    const folder = mkdtempSync(join(tmpdir(), "lanegrad-dropped-"));
    writeTinyMnist(folder, [200, 50]);
    const files = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "base64")] as const);
    rmSync(folder, { recursive: true });
    const lesson = await opened("mnist-mlp-300");
    await lesson.locator(".data").evaluate((box, all) => {
      const dataTransfer = new DataTransfer();
      for (const [name, text] of all)
        dataTransfer.items.add(new File([Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))], name));
      box.dispatchEvent(new DragEvent("drop", { dataTransfer, cancelable: true }));
    }, files);
    await lesson.locator(".data .status", { hasText: "train-images-idx3-ubyte.gz" }).waitFor();
    await set("epochs", 2);
    await press("Start");
    await ended("done");
    expect((await texts(lesson, ".facts-table td"))[0]).toBe(
      "MNIST from the files given, 200 to train on and 50 to test",
    );
    expect(await lesson.locator(".matrix td").count()).toBe(100);
  });

  it("a saved model answers as lanegrad predict does; what is no model of texts is refused", async () => {
    const [pairs, file, other] = ["pairs.tsv", "model.safetensors", "xor.safetensors"].map(inFolder);
    const lines = Array.from({ length: 60 }, (_, i) => `The dog sees ${i}.\tDer Hund sieht ${i}.`);
    writeFileSync(pairs, lines.join("\n"));
    const sizes = ["--tokens", "300", "--batch", "16", "--epochs", "2", "--threads", "1"];
    await command("train", "translate", "--data", pairs, ...sizes, "--out", file);
    await command("train", "xor", "--epochs", "1", "--out", other);
    const { stdout } = await command("predict", file, "--text", "The dog sees 7.");
    await page.evaluate(() => (location.hash = "model"));
    const choose = page.locator('lanegrad-model input[type="file"]');
    await choose.setInputFiles(other);
    await page
      .getByText("This model answers neither to texts nor to pictures nor to sounds")
      .waitFor({ timeout: 60_000 });
    await choose.setInputFiles(file);
    await page.getByLabel("Sentences, one on each line").fill("The dog sees 7.");
    await press("Answer");
    await page.locator("lanegrad-model .answer").waitFor({ timeout: 60_000 });
    expect(await page.locator("lanegrad-model .answer").textContent()).toBe(stdout.trimEnd());
    expect(await page.locator("lanegrad-model .asked").textContent()).toBe("The dog sees 7.");
  }, 120_000);

  it("a saved model hears the digits of a recording as lanegrad predict does, and listens to the microphone live", async () => {
    const file = inFolder("numbers.safetensors");
    const sizes = ["--strings", "60", "--test", "20", "--epochs", "1", "--threads", "1"];
    await command("train", "spoken-numbers", "--model", "ctc", ...sizes, "--out", file);
    const { stdout } = await command("predict", file, spoken);
    await page.getByLabel("Choose a model").setInputFiles(file);
    await page.getByLabel("Choose a WAV file").setInputFiles(spoken);
    const heard = page.locator("lanegrad-model .heard");
    await page.locator("lanegrad-model canvas").first().waitFor({ timeout: 60_000 });
    expect(await heard.textContent()).toBe(stdout.trimEnd() || "no digit");
    await heard.evaluate((place) => (place.textContent = ""));
    await press("Listen");
    for (let times = 0; times < 3; times++) {
      await page.waitForFunction(
        () => document.querySelector("lanegrad-model")!.shadowRoot!.querySelector(".heard")!.textContent !== "",
      );
      await heard.evaluate((place) => (place.textContent = "")); // it is said anew while the sound goes on
    }
    await press("Stop");
    await page.getByRole("button", { name: "Listen" }).waitFor();
  }, 120_000);

  it("nothing was reported as an error meanwhile", () => {
    expect(errors).toEqual([]);
  });
});
