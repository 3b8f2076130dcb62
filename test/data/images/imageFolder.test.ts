/** datasets.imageFolder: folders and lists of PNG and JPEG files, sizes, and pictures that are broken. Pixels of PNG files are png.test.ts's business. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import fs from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import fc from "fast-check";
import jpeg from "jpeg-js";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { decodeImage } from "../../../src/data/images/decode.js";
import { resized } from "../../../src/data/images/resize.js";
import { DataError, LanegradError, UsageError } from "../../../src/errors.js";
import { datasets } from "../../../src/index.js";
import "../../support/engine.js";
import { writePng } from "../../support/files/png.js";

type Color = readonly [number, number, number];

const png = (width: number, height: number, color: Color): Uint8Array<ArrayBuffer> =>
  new Uint8Array(
    writePng({
      width,
      height,
      depth: 8,
      color: 2,
      samples: Array.from({ length: width * height }, () => color).flat(),
    }),
  );

function jpg(width: number, height: number, [r, g, b]: Color): Uint8Array<ArrayBuffer> {
  const data = new Uint8Array(Array.from({ length: width * height }, () => [r, g, b, 255]).flat());
  return new Uint8Array(jpeg.encode({ width, height, data }, 95).data);
}

const [red, blue]: Color[] = [[250, 10, 20], [10, 20, 250]]; // prettier-ignore
const size = [2, 3] as const;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lanegrad-"));
  const write = (path: string, bytes: Uint8Array | string): void => {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  };
  write("pets/dog/b.png", png(5, 4, red));
  write("pets/dog/a.JPG", jpg(16, 9, blue));
  write("pets/cat/1.png", png(1, 1, blue));
  write("pets/cat/notes.txt", "no picture");
  write("pets/cat/.hidden.png", "no picture");
  write("pets/.git/1.png", "no picture");
  write("pets/readme.png", "in no class");
  write("damaged/a/1.png", png(3, 3, red));
  write("damaged/a/2.png", png(3, 3, red).slice(0, 40));
  write("damaged/a/3.jpg", jpg(16, 16, red).slice(0, 100));
  write("damaged/b/4.png", "GIF89a");
  write("damaged/b/5.jpeg", png(3, 3, blue)); // a PNG, whatever it is called
  write("empty/a/x.txt", "");
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

describe("a folder of class folders", () => {
  it("is a data set: x (N, H, W, C) uint8, y labels, classes and files in order", async () => {
    const { x, y, classNames, files, skipped } = await datasets.imageFolder(join(folder, "pets"), { size, shuffle: false });
    expect([x.shape, x.dtype, y.toArray(), y.dtype, classNames, skipped]).toEqual([[3, 2, 3, 3], "uint8", [0, 1, 1], "int32", ["cat", "dog"], []]);
    expect(files).toEqual(["cat/1.png", "dog/a.JPG", "dog/b.png"].map((name) => join(folder, "pets", name)));
    const values = [...x.toTypedArray()];
    for (const [i, color] of [blue, blue, red].entries()) {
      for (let at = 0; at < 18; at++) expect(Math.abs(values[18 * i + at] - color[at % 3])).toBeLessThanOrEqual(i === 1 ? 4 : 0);
    }
  }); // prettier-ignore

  it("grey on demand, by ITU-R BT.601", async () => {
    const { x } = await datasets.imageFolder(join(folder, "pets"), { size, channels: 1, shuffle: false });
    expect(x.shape).toEqual([3, 2, 3, 1]);
    expect(x.toTypedArray()[0]).toBe(Math.round(0.299 * 10 + 0.587 * 20 + 0.114 * 250));
  });

  it("a broken picture is named", async () => {
    const reading = datasets.imageFolder(join(folder, "damaged"), { size });
    await expect(reading).rejects.toThrow(DataError);
    await expect(reading).rejects.toThrow(
      `datasets.imageFolder: ${JSON.stringify(join(folder, "damaged/a/2.png"))} cannot be read as a picture (png: the file is cut off; expected an IEND chunk at its end, got 40 bytes). With broken: "skip" such pictures are left out.`,
    );
  });

  it("or left out, with its reason", async () => {
    const { x, y, files, skipped, classNames } = await datasets.imageFolder(join(folder, "damaged"), {
      shuffle: false,
      size,
      broken: "skip",
    });
    expect([x.shape[0], y.toArray(), files.length, classNames]).toEqual([2, [0, 1], 2, ["a", "b"]]);
    expect(skipped.map(({ file }) => file.slice(-5))).toEqual(["2.png", "3.jpg", "4.png"]);
    expect(skipped[1].reason).toContain("the JPEG file is damaged");
    expect(skipped[2].reason).toBe(
      "datasets.imageFolder: this is no picture that can be read; expected PNG or JPEG, got GIF.",
    );
  });

  it("goes through trainTestSplit and fit as other data sets do", async () => {
    const { train, test } = datasets.trainTestSplit(await datasets.imageFolder(join(folder, "pets"), { size }), { test: 0.4 });
    expect([train.x.dtype, train.x.shape, test.x.shape, test.classNames]).toEqual(["uint8", [2, 2, 3, 3], [1, 2, 3, 3], ["cat", "dog"]]);
  }); // prettier-ignore
});

it("a folder may be given by its URL, hold more pictures than are read at once, and any spelling of their endings", async () => {
  const place = join(folder, "many");
  const names = ["a.PNG", "b.jpEG", "c.JPG", "d.png.txt", "e_png", ".f.png", ...Array.from({ length: 40 }, (_, i) => `p${String(i).padStart(2, "0")}.png`)];
  for (const [c, className] of ["one", "two"].entries()) {
    mkdirSync(join(place, className), { recursive: true });
    for (const [i, name] of names.entries()) writeFileSync(join(place, className, name), png(1, 1, [i, c, 7]));
  }
  const { x, y, files } = await datasets.imageFolder(pathToFileURL(place), { size: [1, 1], shuffle: false });
  const kept = [0, 1, 2, ...Array.from({ length: 40 }, (_, i) => 6 + i)];
  expect(x.toArray()).toEqual([0, 1].flatMap((c) => kept.map((i) => [[[i, c, 7]]])));
  expect(y.toArray()).toEqual([0, 1].flatMap((c) => kept.map(() => c)));
  expect(files).toEqual(["one", "two"].flatMap((c) => kept.map((i) => join(place, c, names[i]))));
}); // prettier-ignore

it("the order is drawn by the seed, 0 by default, and pixels and labels go with their files", async () => {
  const list = Array.from({ length: 20 }, (_, i) => ({ path: `${i % 2}/${i + 10}.png`, bytes: png(1, 1, [i, 0, 0]) }));
  const read = async (options: object) => datasets.imageFolder(list, { size: [1, 1], ...options });
  const [drawn, again, other, sorted] = [await read({}), await read({ seed: 0 }), await read({ seed: 7 }), await read({ shuffle: false })];
  expect(drawn.files).toEqual(again.files);
  expect(drawn.files).not.toEqual(sorted.files);
  expect(drawn.files).not.toEqual(other.files);
  expect(drawn.files.toSorted()).toEqual(sorted.files);
  for (const { x, y, files } of [drawn, other]) {
    expect([...y.toTypedArray()]).toEqual(files.map((file) => Number(file[0])));
    expect(x.toArray()).toEqual(files.map((file) => [[[Number(file.slice(2, 4)) - 10, 0, 0]]]));
  }
}); // prettier-ignore

it("the order is that of code points, whatever the system's", async () => {
  const place = join(folder, "unsorted");
  for (const path of ["b", "a"].flatMap((c) => ["2.png", "10.png", "é.png"].map((name) => join(place, c, name)))) {
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, png(1, 1, red));
  }
  const folders: { readdir: (path: string) => Promise<string[]> } = fs;
  const { readdir } = folders;
  const listed = vi.spyOn(folders, "readdir").mockImplementation(async (path) => (await readdir(path)).sort().reverse());
  const { files } = await datasets.imageFolder(place, { size: [1, 1], shuffle: false });
  listed.mockRestore();
  const names = ["10.png", "2.png", "é.png"];
  expect(files).toEqual(["a", "b"].flatMap((c) => names.map((name) => join(place, c, name))));
}); // prettier-ignore

describe("a list of files", () => {
  it("of bytes with paths; the class is the folder that holds a file", async () => {
    const list = [
      { path: "x/b/2.png", bytes: png(1, 1, red) },
      { path: "x/a/1.jpg", bytes: new Blob([jpg(8, 8, blue)]) },
      { path: "x/a/2.gif", bytes: new Uint8Array(3) },
    ];
    const { classNames, files, y } = await datasets.imageFolder(list, { size: [1, 1] });
    expect([classNames, files, y.toArray()]).toEqual([["a", "b"], ["x/a/1.jpg", "x/b/2.png"], [0, 1]]); // prettier-ignore
  });

  it("of Files with webkitRelativePath, decoded by the browser", async () => {
    vi.stubGlobal("process", {}); // what is no Node
    vi.stubGlobal("createImageBitmap", async (blob: Blob) => {
      if (blob.size < 50) throw new Error("The source image could not be decoded.");
      return Promise.resolve({ width: 2, height: 1, close: () => undefined });
    });
    const data = Uint8ClampedArray.of(255, 0, 0, 255, 0, 0, 255, 0); // the second is transparent
    const context = { drawImage: () => undefined, getImageData: () => ({ data }) };
    vi.stubGlobal("OffscreenCanvas", class { getContext = () => context }); // prettier-ignore
    const file = (path: string, bytes: Uint8Array<ArrayBuffer>): File =>
      Object.defineProperty(new File([bytes], path.split("/").at(-1)!), "webkitRelativePath", { value: path });
    const list = [file("p/a/1.png", png(2, 1, red)), file("p/b/2.jpg", jpg(8, 8, red)), file("p/b/3.png", png(1, 1, red).slice(0, 20))];
    const { x, skipped } = await datasets.imageFolder(list, { size: [1, 2], broken: "skip" });
    expect(x.toArray()).toEqual([[[[255, 0, 0], [255, 255, 255]]], [[[255, 0, 0], [255, 255, 255]]]]); // prettier-ignore
    expect(skipped).toEqual([{ file: "p/b/3.png", reason: "datasets.imageFolder: the PNG file is damaged; got Error: The source image could not be decoded.." }]);
    await expect(datasets.imageFolder("pets", { size })).rejects.toThrow("In a browser pass the files that its user chose.");
  }); // prettier-ignore

  it("ordered by class and then by path, whatever their order was", async () => {
    const at = (path: string) => ({ path, bytes: png(1, 1, red) });
    const list = ["z/b/1.png", "y/a/2.png", "x/b/2.png", "y/a/1.png"].map(at);
    const { files, y } = await datasets.imageFolder(list, { size: [1, 1] });
    expect([files, y.toArray()]).toEqual([["y/a/1.png", "y/a/2.png", "x/b/2.png", "z/b/1.png"], [0, 0, 1, 1]]);
  }); // prettier-ignore

  it.each([
    [16384, 1, true],
    [1, 16384, true],
    [16385, 1, false],
    [1, 16385, false],
    [4096, 2048, true],
    [4096, 2049, false],
  ])("in a browser a picture of %d × %d is read: %s, and closed", async (width, height, isRead) => {
    vi.stubGlobal("process", {});
    const close = vi.fn();
    vi.stubGlobal("createImageBitmap", async () => Promise.resolve({ width, height, close }));
    const getImageData = vi.fn(() => ({ data: new Uint8ClampedArray(4 * width * height) }));
    const made = vi.fn();
    vi.stubGlobal("OffscreenCanvas", class { constructor(...sides: number[]) { made(...sides); } getContext = (kind: string) => kind === "2d" && { drawImage: () => undefined, getImageData }; });
    const reading = decodeImage("f", png(1, 1, red));
    if (isRead) {
      const image = await reading;
      expect([image.width, image.height, image.pixels.length]).toEqual([width, height, 4 * width * height]);
      expect(getImageData).toHaveBeenCalledExactlyOnceWith(0, 0, width, height);
      expect(made).toHaveBeenCalledExactlyOnceWith(width, height);
    } else {
      await expect(reading).rejects.toThrow(`f: the picture is too large; expected at most 8388608 pixels and sides of at most 16384, got ${width} × ${height}.`);
    }
    expect(close).toHaveBeenCalledOnce();
  }); // prettier-ignore

  it("a decoder that is handed in reads them in a browser, too", async () => {
    vi.stubGlobal("process", {});
    const decodeJpeg = () => ({ width: 1, height: 1, data: Uint8Array.of(1, 2, 3, 255) });
    expect(await decodeImage("f", jpg(8, 8, red), decodeJpeg)).toEqual({ width: 1, height: 1, pixels: Uint8Array.of(1, 2, 3, 255) });
  }); // prettier-ignore

  it("and PNG files are the browser's in a page, whatever reads JPEG files", async () => {
    vi.stubGlobal("process", {});
    vi.stubGlobal("createImageBitmap", () => Promise.reject(new Error("asked")));
    await expect(decodeImage("f", png(1, 1, red), vi.fn())).rejects.toThrow(
      "f: the PNG file is damaged; got Error: asked.",
    );
  });

  it.each<[string, object]>([
    ["a byte too few", { width: 1, height: 2, data: new Uint8Array(7) }],
    ["no columns", { width: 0, height: 2, data: new Uint8Array(0) }],
    ["no rows", { width: 2, height: 0, data: new Uint8Array(0) }],
    ["no bytes", { width: 1, height: 1 }],
  ])("a decoder that gives %s is found out, and the picture may be left out", async (_, image) => {
    const list = [
      { path: "a/1.jpg", bytes: jpg(8, 8, red) },
      { path: "a/2.png", bytes: png(1, 1, red) },
    ];
    const options = { size: [1, 1], decodeJpeg: (() => image) as never } as const;
    await expect(datasets.imageFolder(list, options)).rejects.toThrow("the JPEG decoder gave no picture");
    const { files, skipped } = await datasets.imageFolder(list, { ...options, broken: "skip" });
    expect([files, skipped.length]).toEqual([["a/2.png"], 1]);
  });

  it("an error that is not about the picture is thrown, whatever broken says", async () => {
    const wrong = new RangeError("ours");
    const bytes = { arrayBuffer: () => Promise.reject(wrong) };
    const list = [{ path: "a/1.png", bytes: Object.assign(new Blob([]), bytes) }];
    await expect(datasets.imageFolder(list, { size, broken: "skip" })).rejects.toBe(wrong);
    const notBytes = [{ path: "a/1.png", bytes: 5 as never }];
    await expect(datasets.imageFolder(notBytes, { size, broken: "skip" })).rejects.toThrow(UsageError);
  });

  it("a decoder that is handed in reads the JPEG files", async () => {
    const decodeJpeg = () => ({ width: 1, height: 1, data: Uint8Array.of(1, 2, 3, 255) });
    const { x } = await datasets.imageFolder([{ path: "a/1.jpg", bytes: jpg(8, 8, red) }], { size: [1, 1], decodeJpeg });
    expect(x.toArray()).toEqual([[[[1, 2, 3]]]]);
    const wrong = datasets.imageFolder([{ path: "a/1.jpg", bytes: jpg(8, 8, red) }], { size: [1, 1], decodeJpeg: (() => ({})) as never });
    await expect(wrong).rejects.toThrow("the JPEG decoder gave no picture; expected 4 bytes a pixel");
  }); // prettier-ignore
});

describe("is refused", () => {
  it.each<[unknown, object, typeof UsageError | typeof DataError, string]>([
    ["pets", { size: 64 }, UsageError, "datasets.imageFolder: size is wrong; expected [H, W], got 64."],
    ["pets", { size: [0, 1] }, UsageError, "size"],
    ["pets", {}, UsageError, "size is wrong"],
    ["pets", { size: [1, 2, 3] }, UsageError, "size is wrong; expected [H, W], got [1, 2, 3]."],
    ["pets", { size: { length: 2, 0: 1, 1: 1 } }, UsageError, "size is wrong"],
    ["pets", { size: [1, 16385] }, UsageError, "size is out of range; expected an integer in [1, 16384], got 16385."],
    ["pets", { size, decodeJpeg: "jpeg" }, UsageError, 'decodeJpeg is wrong; expected a function, got "jpeg".'],
    [null, { size }, UsageError, "this holds no pictures"],
    [{}, { size }, UsageError, "this holds no pictures"],
    [["a/1.png"], { size }, UsageError, "a file's folder is not known"],
    ["pets", { size, channels: 4 }, UsageError, "channels is wrong; expected 1 or 3, got 4."],
    ["pets", { size, broken: "drop" }, UsageError, 'broken is wrong; expected "error" or "skip", got "drop".'],
    ["pets", { size, colour: 1 }, UsageError, "unknown option"],
    ["/none/such", { size }, DataError, 'datasets.imageFolder: cannot read "/none/such"'],
    [5, { size }, UsageError, "datasets.imageFolder: this holds no pictures; expected a folder, or a list of files, got 5."],
    [[{ path: "1.png", bytes: new Uint8Array(1) }], { size }, UsageError, "a file's folder is not known"],
    [[undefined], { size }, UsageError, "a file's folder is not known"],
    [[], { size }, DataError, "datasets.imageFolder: there are no pictures; expected folders of .png, .jpg or .jpeg files, got none."],
    [[{ path: "a/1.png", bytes: new Uint8Array(0) }], { size, broken: "skip" }, DataError, "got 1 that cannot be read, the first: datasets.imageFolder: this is no picture that can be read; expected PNG or JPEG, got no bytes."],
  ])("%o with %o", async (source, options, type, text) => {
    const error = await datasets.imageFolder(source as never, options as never).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(type);
    expect((error as Error).message).toContain(text);
  }); // prettier-ignore

  it("JPEG in Node without jpeg-js: what to install is said", async () => {
    vi.doMock("jpeg-js", () => { throw new Error("not found"); }); // prettier-ignore
    vi.resetModules();
    const { decodeImage: fresh } = await import("../../../src/data/images/decode.js");
    await expect(fresh("f", jpg(8, 8, red))).rejects.toThrow(
      "f: JPEG files need the package jpeg-js in Node. npm install jpeg-js, or hand in a decoder: { decodeJpeg }.",
    );
    vi.doUnmock("jpeg-js");
  });
});

it.each([
  ["GIF", "GIF89a"],
  ["WebP", "RIFF1234WEBP"],
  ["BMP", "BM123456"],
  ["TIFF", "II*\0"],
  ["TIFF", "MM\0*"],
  ["other bytes", "II+\0"],
  ["other bytes", " GIF89a"],
  ["other bytes", "\x89PNG\r\n\x1a"],
  ["no bytes", ""],
])("%s is named: %j", async (got, text) => {
  const bytes = Uint8Array.from(text, (one) => one.charCodeAt(0));
  await expect(decodeImage("f", bytes)).rejects.toThrow(
    `f: this is no picture that can be read; expected PNG or JPEG, got ${got}.`,
  );
});

describe("resized", () => {
  it("any picture at any size: means weighted by triangles, of what shows on white", () => {
    const sizes = fc.integer({ min: 1, max: 7 });
    fc.assert(
      fc.property(sizes, sizes, sizes, sizes, fc.constantFrom(1, 3), fc.nat(), (w, h, H, W, channels, seed) => {
        const pixels = Uint8Array.from({ length: 4 * w * h }, (_, i) => ((i + 1) * (seed % 9973) + i * i * 31) % 256);
        const seen = (x: number, y: number, c: number): number => {
          const [r, g, b, a] = pixels.subarray(4 * (y * w + x));
          const value = channels === 3 ? [r, g, b][c] : 0.299 * r + 0.587 * g + 0.114 * b;
          return (value * a) / 255 + 255 - a;
        };
        const weight = (i: number, place: number, from: number, to: number): number =>
          Math.max(0, 1 - Math.abs(i + 0.5 - ((place + 0.5) * from) / to) / Math.max(1, from / to));
        const got = resized({ width: w, height: h, pixels }, H, W, channels);
        for (const [at, value] of got.entries()) {
          const [c, X, Y] = [at % channels, Math.floor(at / channels) % W, Math.floor(at / channels / W)];
          let [sum, total] = [0, 0];
          for (let y = 0; y < h; y++) {
            for (let x = 0; x < w; x++) {
              const share = weight(x, X, w, W) * weight(y, Y, h, H);
              sum += share * seen(x, y, c);
              total += share;
            }
          }
          expect(Math.abs(value - sum / total)).toBeLessThan(0.51);
        }
      }),
    );
  });

  const grey = (width: number, height: number, values: readonly number[]) => ({
    width,
    height,
    pixels: new Uint8Array(values.flatMap((v) => [v, v, v, 255])),
  });

  it("is the picture itself at its own size", () => {
    const values = [1, 50, 100, 150, 200, 255];
    expect([...resized(grey(3, 2, values), 2, 3, 1)]).toEqual(values);
  });

  it("larger: bilinear, as Pillow", () => {
    expect([...resized(grey(2, 1, [0, 100]), 1, 4, 1)]).toEqual([0, 25, 75, 100]);
  });

  it("smaller: every pixel counts", () => {
    expect([...resized(grey(4, 1, [0, 0, 100, 100]), 1, 2, 1)]).toEqual([14, 86]); // (0·3 + 0·3 + 100·1) / 7, and the other way round
    const one = resized(
      grey(
        64,
        64,
        Array.from({ length: 4096 }, (_, i) => (i % 2) * 255),
      ),
      1,
      1,
      1,
    )[0];
    expect(Math.abs(one - 127.5)).toBeLessThan(2);
  });

  it("a constant picture stays that colour at any size", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 255 }), (w, h, H, W, v) => {
        expect(new Set(resized(grey(w, h, Array.from({ length: w * h }, () => v)), H, W, 3))).toEqual(new Set([v]));
      }),
    ); // prettier-ignore
  });
});

it("any damage to a PNG or JPEG file: a picture or a LanegradError", async () => {
  const files = [png(9, 7, red), jpg(24, 17, blue)];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...files), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }), fc.nat(), fc.boolean(), async (file, edits, cut, isCut) => {
      const bytes = file.slice(0, isCut ? cut % file.length : file.length);
      for (const [at, value] of edits) if (bytes.length > 0) bytes[at % bytes.length] = value;
      try {
        const { width, height, pixels } = await decodeImage("f", bytes);
        expect(pixels.length).toBe(4 * width * height);
      } catch (error) {
        if (!(error instanceof LanegradError)) throw error;
      }
    }),
    { numRuns: 1000 },
  ); // prettier-ignore
});
