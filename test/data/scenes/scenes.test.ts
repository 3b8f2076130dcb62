/** Drawn scenes: the same bits everywhere, sentences that are true of the picture, boxes around what is named. */
import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { scenes } from "../../../src/data/scenes/scenes.js";
import { colors, shapeNames } from "../../../src/data/scenes/shapes.js";
import { UsageError } from "../../../src/errors.js";
import { init } from "../../../src/runtime/init.js";

it("without init: a UsageError", async () => {
  await expect(scenes({ count: 1 })).rejects.toThrow("lanegrad: not started.");
});

describe("scenes", () => {
  beforeAll(() => init());

  it("draws the same bits from release to release and in every engine", async () => {
    const { x, sentences } = await scenes({ count: 100, seed: 1 });
    expect([x.shape, x.dtype]).toEqual([[100, 48, 48, 3], "uint8"]);
    expect(sentences.slice(0, 3)).toMatchInlineSnapshot(`
      [
        "a large orange moon left of a large red two below a small red zero",
        "a small yellow one above a small white triangle left of a small green square",
        "a large orange six right of a small red three",
      ]
    `);
    const hash = createHash("sha256")
      .update(x.toTypedArray() as Uint8Array)
      .digest("hex");
    expect(hash).toMatchInlineSnapshot(`"cf0fba979e7e3a314f08360c6bbc12854cc36091898af6836340d82ac2e27dbc"`);
  });

  it("the first scenes are the same however many are asked for; other seeds draw others", async () => {
    const [few, more, other] = [await scenes({ count: 20 }), await scenes({ count: 50 }), await scenes({ count: 20, seed: 1 })]; // prettier-ignore
    expect(more.sentences.slice(0, 20)).toEqual(few.sentences);
    expect(more.nouns.slice(0, 20)).toEqual(few.nouns);
    expect(more.x.toTypedArray().subarray(0, few.x.size)).toEqual(few.x.toTypedArray());
    expect(other.sentences).not.toEqual(few.sentences);
  });

  it("sentences are of one to three objects, in like shares, and every word of 17 nouns, 7 colours, 2 sizes and 4 directions occurs", async () => {
    const { sentences, nouns } = await scenes({ count: 3000, size: 32 });
    const shares = [1, 2, 3].map((n) => nouns.filter(({ length }) => length === n).length / 3000);
    for (const share of shares) expect(Math.abs(share - 1 / 3)).toBeLessThan(0.04);
    const words = new Set(sentences.flatMap((sentence) => sentence.split(" ")));
    const expected = [...shapeNames, ...Object.keys(colors), "a", "large", "small", "above", "below", "left", "right", "of"]; // prettier-ignore
    expect([...words].sort()).toEqual(expected.sort());
    const named = "a (large|small) [a-z]+ [a-z]+";
    const form = new RegExp(`^${named}(?: (above|below|left of|right of) ${named}){0,2}$`);
    expect(sentences.every((sentence) => form.test(sentence))).toBe(true);
    expect((await scenes({ count: 200, objects: 1 })).nouns.every(({ length }) => length === 1)).toBe(true);
  });

  it("each noun's box holds the object in the colour that is named, and its words are in the sentence", async () => {
    const { x, sentences, nouns } = await scenes({ count: 500 });
    const pixels = x.toTypedArray();
    for (const [i, sentence] of sentences.entries()) {
      const words = sentence.split(" ");
      for (const { word, name, box } of nouns[i]) {
        expect(words[word]).toBe(name);
        const color = colors[words[word - 1] as keyof typeof colors];
        const [left, top, right, bottom] = box;
        expect(left >= 0 && top >= 0 && right <= 48 && bottom <= 48).toBe(true);
        let inked = 0;
        for (let row = Math.floor(top); row < bottom; row++)
          for (let column = Math.floor(left); column < right; column++) {
            const at = 3 * ((i * 48 + row) * 48 + column);
            if (color.every((value, c) => Math.abs(pixels[at + c] - value) <= 16)) inked++;
          }
        const area = (right - left) * (bottom - top);
        expect(inked / area).toBeGreaterThan(0.03);
        expect(words[word - 2] === "large" ? bottom - top > 13 : bottom - top < 12).toBe(true);
      }
    }
  });

  it("sentences are true: directions are those between the boxes, large objects come first, and no two boxes overlap", async () => {
    const { sentences, nouns } = await scenes({ count: 500, seed: 3 });
    for (const [i, sentence] of sentences.entries()) {
      const words = sentence.split(" ");
      const sizes = nouns[i].map(({ word }) => words[word - 2]);
      expect(sizes).toEqual([...sizes].sort());
      for (const [k, { word, box }] of nouns[i].entries()) {
        for (const other of nouns[i].slice(0, k)) {
          const apart = Math.max(box[0] - other.box[2], other.box[0] - box[2], box[1] - other.box[3], other.box[1] - box[3]); // prettier-ignore
          expect(apart).toBeGreaterThan(1.9);
        }
        const next = nouns[i].at(k + 1);
        if (next === undefined) continue;
        const isSo = { above: box[3] < next.box[1], below: box[1] > next.box[3], left: box[2] < next.box[0], right: box[0] > next.box[2] }; // prettier-ignore
        expect(isSo[words[word + 1] as keyof typeof isSo]).toBe(true);
      }
    }
  });

  it("lets the event loop run, reports progress, and ends when told to", async () => {
    const steps: number[] = [];
    const controller = new AbortController();
    const onProgress = (drawn: number) => {
      steps.push(drawn);
      controller.abort("enough");
    };
    await expect(scenes({ count: 100_000, size: 32, signal: controller.signal, onProgress })).rejects.toBe("enough");
    expect(steps[0]).toBeLessThan(50_000);
    await expect(scenes({ signal: AbortSignal.abort("no") })).rejects.toBe("no");
    const ends: number[][] = [];
    await scenes({ count: 3, onProgress: (...numbers) => ends.push(numbers) });
    expect(ends).toEqual([[3, 3]]);
  });

  it.each([
    [{ count: 0 }, "datasets.scenes: count is out of range; expected an integer in [1, 1000000], got 0."],
    [{ size: 31 }, "datasets.scenes: size is out of range; expected an integer in [32, 256], got 31."],
    [{ objects: 4 }, "datasets.scenes: objects is out of range; expected an integer in [1, 3], got 4."],
    [{ seed: 0.5 }, "Random: seed must be a safe integer; got 0.5."],
    [{ train: 10 }, 'datasets.scenes: unknown option; expected count, seed, size, objects, signal or onProgress, got "train".'], // prettier-ignore
  ])("the options %o are refused", async (options, text) => {
    const error = await scenes(options as any).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toContain(text);
  });
});
