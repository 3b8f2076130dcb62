/** The lesson on captions at toy size: scenes and photographs, training, resuming, predict, attention on what is named. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commonest, nearest } from "../../course/sequences/captioning/baselines.js";
import { captionerOf } from "../../course/sequences/captioning/captioner.js";
import { isOn } from "../../course/sequences/captioning/judging.js";
import { lanegrad } from "../../src/cli/lanegrad.js";
import { datasets, init, loadModel, strategies, tensor, text } from "../../src/index.js";
import { record } from "../cli/support.js";
import { writePng } from "../support/files/png.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-captions-"));
const file = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

async function run(args: readonly string[], breakAfter?: number) {
  const recorded = record();
  const { stdout } = recorded.surroundings;
  let lines = 0;
  const watched = {
    ...stdout,
    write: (written: string) => {
      stdout.write(written);
      if (written.endsWith("\n") && ++lines === breakAfter) recorded.send("SIGINT");
    },
  };
  const status = await lanegrad(args, { ...recorded.surroundings, stdout: watched });
  return { status, stdout: recorded.stdout(), stderr: recorded.stderr() };
}

const train = (...args: string[]): string[] => ["train", "captions", "--pictures", "60", "--batch", "10", "--epochs", "2", "--threads", "1", ...args]; // prettier-ignore

describe("lanegrad train captions", () => {
  it("on drawn scenes: says how many sentences are right and where attention is; predict says what is in a picture", async () => {
    const { status, stdout, stderr } = await run(train("--out", file("c.safetensors"), "--report", file("c.html")));
    expect(stderr).toBe("");
    expect(status).toBe(0);
    expect(stdout).toContain("drawn scenes, 60 to train on and 12 to test");
    expect(stdout).toMatch(/^epoch 2\/2 {2}loss \d\.\d+ {2}validation \d\.\d+/m);
    expect(stdout).toMatch(
      /^test +[\d.]+ % of 12 sentences right, attention on the object for [\d.]+ % of \d+ nouns$/m,
    );
    const page = readFileSync(file("c.html"), "utf8");
    expect(page).toContain("Where the decoder looked");
    for (const i of [1, 2, 3, 4])
      expect(page, "pictures with equal sentences replaced each other").toContain(`Picture ${i}: `);

    const { x } = await datasets.scenes({ count: 2, seed: 5 });
    const bytes = x.toTypedArray() as Uint8Array;
    for (const i of [0, 1])
      writeFileSync(
        file(`${i}.png`),
        writePng({ width: 48, height: 48, depth: 8, color: 2, samples: bytes.subarray(i * 6912, (i + 1) * 6912) }),
      );
    const written = captionerOf(await loadModel(readFileSync(file("c.safetensors")))).write(x);
    const one = await run(["predict", file("c.safetensors"), file("0.png")]);
    expect([one.status, one.stdout.trimEnd()]).toEqual([0, written[0]]);
    const both = await run(["predict", file("c.safetensors"), file("0.png"), file("1.png"), "--json"]);
    const { texts } = JSON.parse(both.stdout) as { texts: { name: string; text: string }[] };
    expect(texts).toEqual([0, 1].map((i) => ({ name: file(`${i}.png`), text: written[i] })));
  });

  it("ends with the same bytes when it was interrupted in between", async () => {
    const broken = await run(train("--out", file("parts.safetensors"), "--checkpoint", file("ck.safetensors")), 5);
    expect(broken.status).not.toBe(0);
    const resumed = await run(["train", "captions", "--threads", "1", "--resume", file("ck.safetensors"), "--out", file("parts.safetensors")]); // prettier-ignore
    expect(resumed.status).toBe(0);
    expect(readFileSync(file("parts.safetensors")).equals(readFileSync(file("c.safetensors")))).toBe(true);
  });

  it("without attention the network has no such layer, and the result no share of nouns", async () => {
    const { status, stdout } = await run(train("--epochs", "1", "--attention", "no", "--json"));
    expect(status).toBe(0);
    const result = JSON.parse(stdout) as Record<string, unknown>;
    expect(result).toMatchObject({ recipe: "captions", data: "drawn", seed: 0 });
    expect(Number.isFinite(result.exactPercent)).toBe(true);
    expect(result).not.toHaveProperty("attentionOnObjectPercent");
  });

  it("never writes the mark of unknown words, however likely it is", async () => {
    const model = await loadModel(readFileSync(file("c.safetensors")));
    const bias = model.weights.find(({ name }) => name === "logits/bias")!.value;
    bias.assign(Array.from({ length: bias.size }, (_, token) => (token === 1 ? 100 : token === 4 ? 50 : 0))); // 1: unknown
    const { x } = await datasets.scenes({ count: 2 });
    const words = text.tokenizerFrom(model.notes.words);
    expect([words.unknown, words.unitOf(1)]).toEqual([1, "\uFFFD"]);
    for (const strategy of [strategies.greedy(), undefined])
      for (const sentence of captionerOf(model).write(x, strategy))
        expect(sentence).toMatch(new RegExp(`^${words.unitOf(4)}\\b`));
  });

  it("an epoch less than none is refused, and 0 is what suits the data", async () => {
    const { status, stderr } = await run(["train", "captions", "--epochs", "-1"]);
    expect(status).toBe(2);
    expect(stderr.replace(/\s+/g, " ")).toContain(
      'expected an integer ≥ 1, or 0: 3 for scenes, 8 for photographs, got "-1"',
    );
  });

  it("predict refuses a text, and a file that is no picture", async () => {
    const refused = await run(["predict", file("c.safetensors"), "--text", "a dog"]);
    expect([refused.status, refused.stderr]).toEqual([
      1,
      expect.stringContaining("the model reads pictures, no texts"),
    ]);
    writeFileSync(file("no.png"), "no picture");
    const bytes = await run(["predict", file("c.safetensors"), file("no.png")]);
    expect(bytes.status).toBe(1);
    expect(bytes.stderr.replace(/\s+/g, " ")).toContain("this is no picture that can be read; expected PNG or JPEG");
  });

  it("on photographs: BLEU, beside the commonest caption and the nearest picture's", async () => {
    photographs();
    const { status, stdout, stderr } = await run(["train", "captions", "--data", folder, "--threads", "1", "--json"]); // prettier-ignore
    expect(stderr).not.toContain("error");
    expect(stderr).toContain("8 epochs, 32 samples a step"); // of photographs; of scenes 3 and 16
    expect(status).toBe(0);
    const result = JSON.parse(stdout) as Record<string, number>;
    expect(result).toMatchObject({ recipe: "captions", data: "flickr8k", beam: 5, lengthPenalty: 0.7, seed: 0 });
    for (const key of ["bleu1", "bleu4", "bleu1Commonest", "bleu4Commonest", "bleu1Nearest", "bleu4Nearest"])
      expect(result[key]).toBeGreaterThanOrEqual(0);
    // bright pictures are "a white dog …", dark ones "a black dog …": the nearest picture has the right words
    expect(result.bleu1Nearest).toBeGreaterThan(99);
    expect(result.bleu1Commonest).toBeLessThan(95);
  });
});

/** 12 + 4 + 4 pictures, bright or dark, each with five sentences. */
function photographs(): void {
  mkdirSync(file("flickr8k"));
  const lines: string[] = [];
  for (const [part, N] of [
    ["train", 12],
    ["dev", 4],
    ["test", 4],
  ] as const) {
    // prettier-ignore
    const names = Array.from({ length: N }, (_, i) => `${part}${i}.jpg`);
    const pictures = Uint8Array.from({ length: N * 3 * 256 }, (_, at) => (Math.floor(at / 768) % 2 === 0 ? 220 : 20));
    for (const [i, name] of names.entries())
      for (let k = 0; k < 5; k++)
        lines.push(
          `${name}#${k}\tA ${i % 2 === 0 ? "white" : "black"} dog ${i % 2 === 0 ? "runs on the" : "sits in its own"} snow .`,
        );
    writeFileSync(file(`flickr8k/Flickr_8k.${part}Images.txt`), `${names.join("\n")}\n`);
    writeFileSync(file(`flickr8k/${part}-images64.u8`), pictures);
  }
  writeFileSync(file("flickr8k/Flickr8k.token.txt"), `${lines.join("\n")}\n`);
}

describe("isOn", () => {
  const weights = Float32Array.of(0, 0.1, 0.2, 0.7, 0.9, 0.1, 0, 0);
  const looks = { width: 2, height: 2, weights };

  it("looks at the part of the greatest weight of that word: it overlaps the box or does not", () => {
    expect(isOn(looks, 0, [30, 30, 40, 40], 48)).toBe(true); // lower right
    expect(isOn(looks, 0, [4, 4, 20, 20], 48)).toBe(false);
    expect(isOn(looks, 1, [4, 4, 20, 20], 48)).toBe(true); // upper left
    expect(isOn(looks, 1, [24, 4, 30, 20], 48)).toBe(false); // touches alone
    expect(isOn(looks, 1, [23, 23, 30, 30], 48)).toBe(true);
  });
});

describe("captions without a network", () => {
  beforeAll(() => init());

  it("the commonest is made of frequent words, in a usual length", () => {
    const references = [["a dog runs on the grass", "a dog runs"], ["a dog runs on the sand"], ["two cats sleep"]];
    expect(commonest(references)).toMatch(/^a dog runs/);
  });

  it("the nearest picture is the one with the nearest colours in the same places", () => {
    const half = (left: number, right: number): number[] =>
      Array.from({ length: 3 * 256 }, (_, at) => (Math.floor(at / 3) % 16 < 8 ? left : right));
    const known = { pictures: tensor(Uint8Array.from([...half(250, 0), ...half(0, 250)]), [2, 16, 16, 3]), references: [["left", "also left"], ["right"]] }; // prettier-ignore
    expect(nearest(tensor(Uint8Array.from([...half(10, 200), ...half(200, 100)]), [2, 16, 16, 3]), known)).toEqual(["right", "left"]); // prettier-ignore
  });
});
