/** The recipe that learns a text, and predict that has it write, in this process, on a small text. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lanegrad } from "../../src/cli/lanegrad.js";
import { plain, record } from "./support.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-text-"));
const file = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs until the end, or until a signal after so many lines. */
async function run(args: readonly string[], { breakAfter, columns }: { breakAfter?: number; columns?: number } = {}) {
  const recorded = record(columns);
  const { stdout } = recorded.surroundings;
  let lines = 0;
  const watched = {
    ...stdout,
    write: (text: string) => {
      stdout.write(text);
      if (text.endsWith("\n") && ++lines === breakAfter) recorded.send("SIGINT");
    },
  };
  const status = await lanegrad(args, { ...recorded.surroundings, stdout: watched });
  return { status, stdout: recorded.stdout(), stderr: recorded.stderr() };
}

const train = (...args: string[]): string[] =>
  ["train", "shakespeare", "--data", file("song.txt"), "--batch", "2", "--layers", "1", "--units", "48", "--epochs", "4", ...args]; // prettier-ignore

beforeAll(async () => {
  writeFileSync(file("song.txt"), "Row, row, row your boat,\nGently down the stream.\n".repeat(40));
  expect((await run(train("--out", file("writer.safetensors")))).status).toBe(0);
});

describe("lanegrad train shakespeare", () => {
  it("says the bits a character of both parts and writes something at the end", async () => {
    const { status, stdout } = await run(train("--epochs", "2"));
    expect(status).toBe(0);
    expect(stdout).toContain("1,764 characters to train on, 196 held out, 21 different");
    expect(stdout).toMatch(/^epoch 2\/2 {2}\d\.\d{3} bits a character {2}\d\.\d{3} on the held-out text {2}/m);
    const [, held] = /^test +(\d\.\d{3}) bits a character on the held-out text, loss /m.exec(stdout)!;
    expect(stdout).toContain(`${held} on the held-out text  `);
    expect(stdout).toMatch(/^trained +2 epochs in .*, [\d,]+ characters\/s$/m);
    for (const temperature of ["0.5", "0.8, from the 10 likeliest", "1"])
      expect(stdout).toContain(`\ntemperature ${temperature}\n`);
  });

  it("shows the bits in the live line, and reports them with --json", async () => {
    const live = await run(train("--epochs", "1"), { columns: 90 });
    expect(plain(live.stdout)).toMatch(/batches\/s {2}[\d.:]+ s left {2}\d\.\d{3} bits a character/);
    const { stdout } = await run(train("--epochs", "1", "--json"));
    const result = JSON.parse(stdout) as Record<string, number>;
    expect(result.bitsPerCharacter).toBeCloseTo(result.testLoss / Math.LN2, 12);
    expect(result).toMatchObject({ recipe: "shakespeare", data: "text", epochs: 1 });
  });

  it("ends with the same bytes when it was interrupted in between, states included", async () => {
    const parts = file("parts.safetensors");
    const broken = await run(train("--out", parts), { breakAfter: 6 });
    expect([broken.status, broken.stderr]).toEqual([130, expect.stringContaining("--resume")]);
    const checkpoint = file("parts.checkpoint.safetensors");
    const args = ["--resume", checkpoint, "--data", file("song.txt"), "--out", parts];
    expect((await run(["train", "shakespeare", ...args])).status).toBe(0);
    expect(readFileSync(parts).equals(readFileSync(file("writer.safetensors")))).toBe(true);
  });

  it.each([
    ["no newline", "la le lu "],
    ["neither newline nor space", "lalelu."],
  ])("writes something at the end after a text with %s in it; exit status 0", async (_, line) => {
    writeFileSync(file("line.txt"), line.repeat(300));
    const { status, stdout, stderr } = await run(train("--epochs", "1", "--data", file("line.txt")));
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("\ntemperature 1\n");
  });

  it("refuses a text that is too short, or not there", async () => {
    const short = await run(train("--batch", "8"));
    expect(short.stderr).toContain(
      "train: the text is too short; expected 5,130 characters (8 streams, windows of 64, a tenth for validation), got 1,960. Try a smaller batch.",
    );
    const none = await run(["train", "shakespeare", "--data", folder]);
    expect(none.stderr).toContain("Pass --data FILE with a text of your own, or --download");
  });
});

describe("lanegrad predict --prompt", () => {
  const predict = (...args: string[]) => run(["predict", "--model", file("writer.safetensors"), ...args]);

  it("goes on from a text, by the seed", async () => {
    const args = ["--prompt", "Row, ", "--length", "20", "--top-k", "5"];
    const [first, again, other] = [
      await predict(...args),
      await predict(...args),
      await predict(...args, "--seed", "1", "--temperature", "3"),
    ];
    expect(first.stdout).toMatch(/^Row, [^]{20}\n$/);
    expect(again.stdout).toBe(first.stdout);
    expect(other.stdout).not.toBe(first.stdout);
  });

  it.each<[string[], string]>([
    [["--prompt", "Rox"], 'predict: the prompt has an unknown character; expected one of the 21 that the network has read, got "x".'],
    [["--prompt", ""], "predict: the prompt is empty"],
    [["--prompt", "R", "--temperature", "-1"], "lanegrad predict: --temperature is out of range; expected a number ≥ 0"],
    [["--prompt", "R", "--top-k", "0"], "lanegrad predict: --top-k is out of range; expected an integer ≥ 1"],
    [["--prompt", "R", "--input", "x.png"], 'lanegrad predict: --prompt cannot be combined with files, --input or --text; expected one of them.'],
    [[], 'lanegrad predict: nothing to classify; expected files, --input FILE, --text TEXT, --prompt TEXT or --chat.'],
  ])("%j is refused", async (args, text) => {
    const { status, stderr } = await predict(...args);
    expect(status).toBeGreaterThan(0);
    expect(stderr).toContain(text);
  }); // prettier-ignore

  it("says when a model does not write", async () => {
    const model = file("xor.safetensors");
    await run(["train", "xor", "--epochs", "1", "--out", model]);
    const { stderr } = await run(["predict", "--model", model, "--prompt", "a"]);
    expect(stderr).toContain(
      "does not generate text; expected a model of lanegrad train shakespeare. Leave --prompt out.",
    );
  });
});
