/**
 * The microphone in Chromium, whose false device plays a file: samples come without gaps and as they were, a recording has
 * the length and rate asked for, a signal ends it, and the device is let go; a refusal is said plainly.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Browser, chromium } from "playwright-core";
import type * as speech from "../../src/speech/index.js";
import { encodeWav } from "../../src/speech/index.js";
import { chromiumOptions, hasChromium, needsChromium, serving } from "./page.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-microphone-"));
afterAll(() => rmSync(folder, { recursive: true }));

const [rate, hertz] = [48_000, 440];

/** Runs `work`, for which the module is `speech`, in a page that may use the microphone, or may not. */
async function inPage<T>(work: () => Promise<T>, isAllowed = true): Promise<T> {
  return serving(resolve("build"), async (url) => {
    const file = `--use-file-for-fake-audio-capture=${join(folder, "tone.wav")}`;
    const args = [...chromiumOptions.args, "--use-fake-device-for-media-stream", file];
    const browser: Browser = await chromium.launch({ ...chromiumOptions, args });
    try {
      const context = await browser.newContext({ permissions: isAllowed ? ["microphone"] : [] });
      const page = await context.newPage();
      await page.goto(`${url}modules/speech/index.js`);
      await page.evaluate(
        `import("${url}modules/speech/microphone.js").then((module) => { globalThis.speech = module; })`,
      );
      return await page.evaluate(work);
    } finally {
      await browser.close();
    }
  });
}

describe.skipIf(!hasChromium)(`the microphone in a page${needsChromium}`, () => {
  beforeAll(() => {
    const tone = Float32Array.from({ length: 4 * rate }, (_, i) => 0.5 * Math.sin((2 * Math.PI * hertz * i) / rate));
    writeFileSync(join(folder, "tone.wav"), encodeWav(tone, { sampleRate: rate }));
  });

  // On a busy machine the browser's own recording has gaps, which count as crossings.
  it("a recording has the seconds and the rate asked for, and the pitch of the tone", { retry: 3 }, async () => {
    const { sampleRate, length, crossings, peak } = await inPage(async () => {
      const { recordSound } = (globalThis as unknown as { speech: typeof speech }).speech;
      const { sampleRate, channels } = await recordSound({ seconds: 1, sampleRate: 8000 });
      const samples = channels[0].subarray(2000); // behind the beginning, which is silent
      let crossings = 0;
      for (let i = 1; i < samples.length; i++) crossings += Number(samples[i - 1] < 0 && samples[i] >= 0);
      const peak = samples.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      return { sampleRate, length: channels[0].length, crossings, peak };
    });
    expect([sampleRate, length]).toEqual([8000, 8000]);
    expect(crossings).toBeGreaterThan(0.75 * hertz - 4); // three quarters of a second, without gaps
    expect(crossings).toBeLessThan(0.75 * hertz + 4);
    expect(peak).toBeGreaterThan(0.1);
  });

  it("a signal ends the sound, what was heard until then is given, and a loop that is left lets the device go", async () => {
    const { seconds, blocks, states } = await inPage(async () => {
      const { microphone, recordSound } = (globalThis as unknown as { speech: typeof speech }).speech;
      const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      const tracks: MediaStreamTrack[] = [];
      navigator.mediaDevices.getUserMedia = async (constraints) => {
        const stream = await ask(constraints);
        tracks.push(...stream.getTracks());
        return stream;
      };
      const abort = new AbortController();
      setTimeout(() => abort.abort(), 800);
      const { sampleRate, channels } = await recordSound({ seconds: 60, signal: abort.signal });
      let blocks = 0;
      for await (const { channels } of microphone()) if (channels.length === 1 && ++blocks === 3) break;
      return { seconds: channels[0].length / sampleRate, blocks, states: tracks.map((track) => track.readyState) };
    });
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThan(5);
    expect(blocks).toBe(3);
    expect(states).toEqual(["ended", "ended"]);
  });

  it("a refusal says what to do", async () => {
    const text = await inPage(async () => {
      const { recordSound } = (globalThis as unknown as { speech: typeof speech }).speech;
      return recordSound({ seconds: 1 }).then(
        () => "",
        (error: unknown) => String(error),
      );
    }, false);
    expect(text).toContain("speech.recordSound: the microphone was not allowed. Allow it for this page");
  });
});
