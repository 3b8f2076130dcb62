import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { digits } from "../../src/data/digits/digits.js";
import { glyphs } from "../../src/data/digits/glyphs.js";
import { parseIdx } from "../../src/data/formats/idx.js";
import { UsageError } from "../../src/errors.js";
import { gunzip } from "../../src/io/gzip.js";
import { init } from "../../src/runtime/init.js";
import { sharedData } from "../support/sharedData.js";

const pixels = 784;

it("without init: a UsageError", async () => {
  await expect(digits({ train: 1, test: 1 })).rejects.toThrow("lanegrad: not started.");
});

/** Images and labels of drawn digits, on the JavaScript side. */
async function draw(train: number, test: number, seed = 0) {
  const split = await digits({ train, test, seed });
  const plain = ({ x, y }: typeof split.train) => ({
    images: x.toTypedArray() as Uint8Array,
    labels: [...y.toTypedArray()],
  });
  return { train: plain(split.train), test: plain(split.test) };
}

/** The share of `of` whose nearest neighbour among `among`, by squared distance, has the same label. */
function nearestNeighbour(
  among: { images: Uint8Array; labels: number[] },
  of: { images: Uint8Array; labels: number[] },
): number {
  const right = of.labels.filter((label, i) => {
    let best = Infinity;
    let found = -1;
    for (let j = 0; j < among.labels.length; j++) {
      let distance = 0;
      for (let p = 0; p < pixels && distance < best; p++) {
        const difference = of.images[i * pixels + p] - among.images[j * pixels + p];
        distance += difference * difference;
      }
      if (distance < best) [best, found] = [distance, j];
    }
    return among.labels[found] === label;
  });
  return right.length / of.labels.length;
}

describe("digits", () => {
  beforeAll(() => init());

  it("has MNIST's form", async () => {
    const { train, test } = await digits({ train: 30, test: 20 });
    expect([train.x.shape, train.x.dtype, train.y.shape, train.y.dtype]).toEqual([
      [30, 28, 28, 1],
      "uint8",
      [30],
      "int32",
    ]);
    expect([test.x.shape, test.y.shape]).toEqual([[20, 28, 28, 1], [20]]);
    expect(train.classNames).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
  });

  it("draws the same bits from release to release and in every engine", async () => {
    const { train, test } = await draw(100, 100, 1);
    const hash = createHash("sha256").update(train.images).update(test.images).digest("hex");
    expect(train.labels.slice(0, 10)).toEqual([7, 9, 2, 8, 6, 6, 2, 1, 6, 1]);
    expect(hash).toBe("e5dfbe7827ba9357c95e90fcfcd60c5fbcc001753f806ada5d0ad040fd933a7b");
  });

  it("the first digits are the same however many are asked for; other seeds and the test part are others", async () => {
    const few = await draw(20, 20);
    const more = await draw(50, 30);
    expect(more.train.images.subarray(0, 20 * pixels)).toEqual(few.train.images);
    expect(more.test.images.subarray(0, 20 * pixels)).toEqual(few.test.images);
    expect(few.test.images).not.toEqual(few.train.images);
    expect((await draw(20, 20, 1)).train.images).not.toEqual(few.train.images);
  });

  it("all classes are equally likely: χ² of 10 classes below 25 for 5,000 digits", async () => {
    const { labels } = (await draw(5000, 1)).train;
    const counts = labels.reduce((sums, label) => (sums[label]++, sums), Array<number>(10).fill(0));
    expect(counts.reduce((sum, count) => sum + (count - 500) ** 2 / 500, 0)).toBeLessThan(25);
  });

  it("mean pixel 0.13 ± 0.015 of 255 (MNIST: 0.131), 20 to 250 pixels' worth of ink each, its centre within 2.5 pixels of the image's", async () => {
    const { images } = (await draw(2000, 1)).train;
    let all = 0;
    for (let i = 0; i < 2000; i++) {
      let [ink, x, y] = [0, 0, 0];
      for (let p = 0; p < pixels; p++) {
        const value = images[i * pixels + p] / 255;
        ink += value;
        x += value * (p % 28);
        y += value * Math.floor(p / 28);
      }
      all += ink;
      expect(ink).toBeGreaterThan(20);
      expect(ink).toBeLessThan(250);
      expect(Math.max(Math.abs(x / ink - 13.5), Math.abs(y / ink - 13.5))).toBeLessThan(2.5);
    }
    expect(Math.abs(all / 2000 / pixels - 0.13)).toBeLessThan(0.015);
  });

  it("the ink stays inside: less than 1 % of 2,000 digits touch the border, and the paper is clean", async () => {
    const { images } = (await draw(2000, 1)).train;
    let touching = 0;
    let paper = 0;
    for (let i = 0; i < 2000; i++) {
      const image = images.subarray(i * pixels, (i + 1) * pixels);
      if (image.some((value, p) => value > 0 && (p < 28 || p >= 756 || p % 28 === 0 || p % 28 === 27))) touching++;
      paper += image.reduce((count, value) => count + (value === 0 ? 1 : 0), 0);
    }
    expect(touching).toBeLessThan(20);
    expect(paper / 2000).toBeGreaterThan(550);
  });

  it("can be learned, but not by heart: the nearest of 2,000 neighbours is right for 90 to 99 % of 300 digits", async () => {
    const { train, test } = await draw(2000, 300);
    const share = nearestNeighbour(train, test);
    expect(share).toBeGreaterThan(0.9);
    expect(share).toBeLessThan(0.99);
  });

  const real = sharedData("mnist");
  it.runIf(real)(
    "looks like handwriting: the nearest of 4,000 drawn neighbours is right for at least 80 % of 300 real digits",
    async () => {
      const read = async (name: string, size: number, rank: number) =>
        parseIdx(await gunzip(new Uint8Array(readFileSync(join(real ?? "", name))), name, { size }), name, rank).values;
      const images = await read("t10k-images-idx3-ubyte.gz", 16 + 10_000 * pixels, 3);
      const labels = [...(await read("t10k-labels-idx1-ubyte.gz", 8 + 10_000, 1))].slice(0, 300);
      const share = nearestNeighbour((await draw(4000, 1)).train, { images, labels });
      expect(share).toBeGreaterThan(0.8);
    },
  );

  it("lets the event loop run, reports progress, and ends when told to", async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const steps: [number, number][] = [];
    await digits({ train: 10_000, test: 100, onProgress: (drawn, total) => steps.push([drawn, total]) });
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(2);
    expect(steps.length).toBeGreaterThan(3);
    expect(steps.every(([drawn, total], i) => total === 10_100 && drawn > (steps[i - 1]?.[0] ?? 0))).toBe(true);
    expect(steps.at(-1)).toEqual([10_100, 10_100]);

    const controller = new AbortController();
    const onProgress = (drawn: number) => {
      steps.push([drawn, 0]);
      controller.abort("enough");
    };
    await expect(digits({ train: 1_000_000, signal: controller.signal, onProgress })).rejects.toBe("enough");
    expect(steps.at(-1)?.[0]).toBeLessThan(100_000);
    await expect(digits({ signal: AbortSignal.abort("no") })).rejects.toBe("no");
  });

  // behind the test of the event loop: afterwards the clock lies behind what was last read from it
  it("asks the clock after every 64 digits, and reports where the event loop ran and at each end", async () => {
    let now = performance.now();
    let passes = 1000;
    const clock = vi.spyOn(performance, "now").mockImplementation(() => (now += passes));
    try {
      const steps: number[][] = [];
      const options = {
        train: 200,
        test: 70,
        onProgress: (drawn: number, total: number) => steps.push([drawn, total]),
      };
      await digits(options);
      expect(steps).toEqual([64, 128, 192, 200, 264, 270].map((drawn) => [drawn, 270]));
      passes = 0;
      await digits(options);
      expect(steps.slice(6)).toEqual([[200, 270], [270, 270]]); // prettier-ignore
      passes = 1000;
      const controller = new AbortController();
      const stop = (drawn: number): void => controller.abort(drawn);
      await expect(digits({ train: 200, test: 70, signal: controller.signal, onProgress: stop })).rejects.toBe(64);
    } finally {
      clock.mockRestore();
    }
    await expect(digits({ signal: AbortSignal.abort("no") })).rejects.toBe("no");
    await digits({ train: 1, test: 1 }); // nobody has to listen
  });

  it.each([
    [{ train: 0 }, "datasets.digits: train is out of range; expected an integer in [1, 1000000], got 0."],
    [{ test: 1.5 }, "datasets.digits: test is out of range; expected an integer in [1, 1000000], got 1.5."],
    [{ train: 1e9 }, "got 1000000000."],
    [{ test: "20" }, 'got "20".'],
    [{ seed: 0.5 }, "Random: seed must be a safe integer; got 0.5."],
    [{ count: 10 }, 'datasets.digits: unknown option; expected train, test, seed, signal or onProgress, got "count".'],
  ])("the options %o are refused", async (options, text) => {
    const error = await digits(options as any).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toContain(text);
  });
});

describe("glyphs", () => {
  it("every digit has some", () => {
    expect(new Set(glyphs.map(({ digit }) => digit))).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
  });

  it.each(glyphs.map((glyph, i) => ({ name: `${glyph.digit} (${i})`, ...glyph })))(
    "$name: the shapes have the same points, the curves use each of them, and both fit the pen's memory",
    ({ weight, curves, shapes }) => {
      expect(weight).toBeGreaterThan(0);
      expect(shapes.length).toBeGreaterThanOrEqual(3);
      const used = new Set(curves.flat());
      for (const shape of shapes) {
        expect(shape.length).toBe(2 * used.size);
        expect(shape.every((value) => value >= -5 && value <= 105)).toBe(true);
      }
      expect([...used].sort((a, b) => a - b)).toEqual([...used.keys()].map((_, i) => i));
      expect(used.size).toBeLessThanOrEqual(32);
      expect(curves.every((curve) => curve.length >= 2)).toBe(true);
      expect(curves.reduce((samples, curve) => samples + 1 + 8 * (curve.length - 1), 0)).toBeLessThanOrEqual(512);
    },
  );
});
