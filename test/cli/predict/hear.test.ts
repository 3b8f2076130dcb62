/** `lanegrad predict` with a saved network of the lesson on spoken numbers, and WAV files of joined tones. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Random } from "lanegrad";
import { encodeWav, resample } from "lanegrad/speech";
import { digitErrorRate } from "../../../course/speech/markovNumbers.js";
import { joinNumbers, toneDigits, toneRate } from "../../../course/speech/numbers.js";
import { lanegrad } from "../../../src/cli/lanegrad.js";
import { record } from "../support.js";

async function run(args: readonly string[]) {
  const recorded = record();
  const status = await lanegrad(args, recorded.surroundings);
  return { status, stdout: recorded.stdout(), stderr: recorded.stderr() };
}

const folder = mkdtempSync(join(tmpdir(), "lanegrad-hear-"));
afterAll(() => rmSync(folder, { recursive: true }));

const model = join(folder, "numbers.safetensors");
const random = new Random(9);
const numbers = joinNumbers(toneDigits(5, random.fork("tones")), toneRate, 12, random.fork("strings"));
const wav = (i: number): string => join(folder, `${i}.wav`);

describe("spoken digits", () => {
  beforeAll(async () => {
    for (const [i, { samples }] of numbers.entries())
      writeFileSync(wav(i), encodeWav(samples, { sampleRate: toneRate }));
    const sizes = ["--strings", "120", "--test", "20", "--epochs", "2"];
    const { status, stderr } = await run(["train", "spoken-numbers", "--model", "ctc", ...sizes, "--out", model]);
    expect(stderr).toBe("");
    expect(status).toBe(0);
  });

  it("are printed for each recording, more often right than by guessing, after seconds of training", async () => {
    const { stdout } = await run(["predict", model, ...numbers.map((_, i) => wav(i))]);
    const lines = stdout.trimEnd().split("\n");
    const heard = lines.map((line, i) => {
      expect(line.startsWith(`${wav(i)}: `)).toBe(true);
      return line.slice(wav(i).length + 2).split(" ").map(Number); // prettier-ignore
    });
    expect(digitErrorRate(heard, numbers)).toBeLessThan(0.65); // by guessing about 0.9
  });

  it("are the same in a recording of another rate, and in JSON", async () => {
    const file = join(folder, "48k.wav");
    const samples = resample(numbers[0].samples, { from: toneRate, to: 48_000 });
    writeFileSync(file, encodeWav([samples, samples], { sampleRate: 48_000 }));
    const [one, other] = [await run(["predict", model, wav(0)]), await run(["predict", model, file, "--json"])];
    expect(one.stdout).toMatch(/^\d( \d)*\n$/);
    expect(JSON.parse(other.stdout)).toEqual({ model, texts: [{ name: file, text: one.stdout.trimEnd() }] });
  });

  it("are not looked for in texts, in files that are no WAV, or in less than a tenth of a second", async () => {
    const short = join(folder, "short.wav");
    writeFileSync(short, encodeWav(new Float32Array(400), { sampleRate: toneRate }));
    const text = await run(["predict", model, "--text", "three"]);
    expect(text.stderr).toBe("predict: the model hears recordings and reads no texts. Pass WAV files.\n");
    expect((await run(["predict", model, model])).stderr).toContain("this is not a WAV file");
    expect((await run(["predict", model, short])).stderr).toBe(
      "The sound is too short: 0.05 s, at least 0.1 s are needed.\n",
    );
  });

  it("have no network to save where another model was asked for, which is said before it is trained", async () => {
    const { stderr, status } = await run(["train", "spoken-numbers", "--model", "hmm-gmm", "--out", model]);
    expect([status, stderr.split("\n")[0]]).toEqual([
      2,
      'lanegrad train: --out saves the network of ctc; expected --model all or ctc, got "--model hmm-gmm".',
    ]);
  });
});
