/** Drawn clips: the same bits everywhere, captions and tags that are true of what moves. */
import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { movingScenes } from "../../../src/data/scenes/movingScenes.js";
import { UsageError } from "../../../src/errors.js";
import { init } from "../../../src/runtime/init.js";

it("without init: a UsageError", async () => {
  await expect(movingScenes({ count: 1 })).rejects.toThrow("lanegrad: not started.");
});

describe("movingScenes", () => {
  beforeAll(() => init());

  it("draws the same bits from release to release and in every engine", async () => {
    const { x, captions, tags } = await movingScenes({ count: 100, seed: 1 });
    expect([x.shape, x.dtype]).toEqual([[100, 8, 24, 24, 3], "uint8"]);
    expect([tags.shape, tags.dtype]).toEqual([[100, 8], "int32"]);
    expect(captions.slice(0, 4)).toMatchInlineSnapshot(`
      [
        "an orange ring rests, then moves quickly down",
        "a yellow cross moves quickly right, then slowly down",
        "a blue triangle moves slowly right, then rests",
        "a purple moon rests",
      ]
    `);
    const hash = createHash("sha256")
      .update(x.toTypedArray() as Uint8Array)
      .digest("hex");
    expect(hash).toMatchInlineSnapshot(`"ccfe6683596f373483b48ba7693fab6923c78f45a5481387ff8d118fecf0aa8a"`);
  });

  it("the first clips are the same however many are asked for; other seeds draw others", async () => {
    const [few, more, other] = [await movingScenes({ count: 4 }), await movingScenes({ count: 9 }), await movingScenes({ count: 4, seed: 1 })]; // prettier-ignore
    expect(more.captions.slice(0, 4)).toEqual(few.captions);
    expect(more.x.toTypedArray().subarray(0, few.x.size)).toEqual(few.x.toTypedArray());
    expect(more.tags.toTypedArray().subarray(0, few.tags.size)).toEqual(few.tags.toTypedArray());
    expect(other.captions).not.toEqual(few.captions);
  });

  it("captions have one form, and every word of 7 shapes, 7 colours, 4 directions and 2 speeds occurs", async () => {
    const { captions } = await movingScenes({ count: 1000 });
    const move = "(?:slowly|quickly) (?:left|right|up|down)";
    const form = new RegExp(
      `^(?:an orange|a [a-z]+) [a-z]+ (?:rests(?:, then moves ${move})?|moves ${move}(?:, then (?:rests|${move}))?)$`,
    );
    expect(captions.filter((caption) => !form.test(caption))).toEqual([]);
    const words = new Set(captions.flatMap((caption) => caption.replaceAll(",", "").split(" ")));
    expect(words.size).toBe(5 + 7 + 7 + 4 + 2);
    const steady = captions.filter((caption) => !caption.includes("then")).length / 1000;
    expect(Math.abs(steady - 0.25)).toBeLessThan(0.05);
  });

  /** The centre of what differs from the ground, in each frame; the corner shows the ground's colour. */
  const centres = (pixels: ArrayLike<number>, clip: number, frames: number, size: number) =>
    Array.from({ length: frames }, (_, t) => {
      let [mass, right, down] = [0, 0, 0];
      for (let p = 0; p < size * size; p++) {
        const at = 3 * ((clip * frames + t) * size * size + p);
        const light = Math.max(pixels[at], pixels[at + 1], pixels[at + 2]) > 100 ? 1 : 0;
        mass += light;
        right += light * (p % size);
        down += light * Math.floor(p / size);
      }
      return [right / mass, down / mass, mass];
    });

  it.each([[{ frames: 8, size: 48 }], [{ frames: 15, size: 64 }], [{ frames: 5, size: 40 }]])(
    "%j: what moves is where the tags say, as fast as the caption says, and all of it stays in the picture",
    async (options) => {
      const { frames, size } = options;
      const { x, captions, tags, tagNames } = await movingScenes({ count: 80, seed: 4, ...options });
      const [pixels, all] = [x.toTypedArray(), tags.toTypedArray()];
      const ways = { rests: [0, 0], left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] };
      for (const [i, caption] of captions.entries()) {
        const places = centres(pixels, i, frames, size);
        const names = Array.from(all.subarray(i * frames, (i + 1) * frames), (tag) => tagNames[tag]);
        expect(names[0]).toBe("rests");
        const parts = caption.replace(/^an? \w+ \w+ /, "").split(", then ");
        const told = names.slice(1).filter((name, t, list) => t === 0 || name !== list[t - 1]);
        expect(told).toEqual(parts.map((part) => part.split(" ").at(-1)));
        for (let t = 1; t < frames; t++) {
          const name = names[t] as keyof typeof ways;
          const part = parts[names.slice(1, t + 1).filter((one, k, list) => k > 0 && one !== list[k - 1]).length];
          const step = name === "rests" ? 0 : (size * (part.includes("quickly") ? 0.64 : 0.32)) / (frames - 1);
          for (const axis of [0, 1]) {
            const moved = places[t][axis] - places[t - 1][axis];
            expect(Math.abs(moved - ways[name][axis] * step)).toBeLessThan(0.6 + 0.15 * step);
          }
        }
        const masses = places.map(([, , mass]) => mass);
        expect(Math.min(...masses)).toBeGreaterThan(0.75 * Math.max(...masses)); // nothing is cut off
      }
    },
  );

  it("ends when its signal aborts", async () => {
    const controller = new AbortController();
    const drawing = movingScenes({ count: 100_000, signal: controller.signal, onProgress: () => controller.abort() });
    await expect(drawing).rejects.toThrow("abort");
  });

  it.each([
    [{ count: 0 }, "datasets.movingScenes: count is out of range; expected an integer in [1, 100000], got 0."],
    [{ size: 16 }, "datasets.movingScenes: size is out of range; expected an integer in [24, 128], got 16."],
    [{ frames: 4 }, "datasets.movingScenes: frames is out of range; expected an integer in [5, 64], got 4."],
    [{ clips: 3 } as never, "datasets.movingScenes: unknown option"],
  ])("refuses %j", async (options, text) => {
    await expect(movingScenes(options)).rejects.toThrow(UsageError);
    await expect(movingScenes(options)).rejects.toThrow(text);
  });
});
