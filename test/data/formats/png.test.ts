import { deflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DataError } from "../../../src/errors.js";
import { decodePng, maxPixels, maxSide } from "../../../src/data/formats/png.js";
import { chunk, idat, ihdr, signature, writePng } from "../../support/files/png.js";

const pixelsOf = (file: Uint8Array): number[][] => {
  const { pixels } = decodePng(file);
  return Array.from({ length: pixels.length / 4 }, (_, i) => [...pixels.subarray(4 * i, 4 * i + 4)]);
};

const file = (...parts: Uint8Array[]): Uint8Array => Buffer.concat([signature, ...parts]);
const iend = chunk("IEND");
const greyPixel = idat({ width: 1, height: 1, depth: 8, color: 0, samples: [7] });

describe("decodePng, files by Pillow 9.4", () => {
  const base64 = (text: string): Uint8Array => Buffer.from(text, "base64");

  it("RGBA", () => {
    const data =
      "iVBORw0KGgoAAAANSUhEUgAAAAUAAAADCAYAAABbNsX4AAAAJElEQVR4nGNkYGD4Lyiv/x0Zs4TOfn0ZwnkNx1BBhIDg7NffAfLPHA27a0s1AAAAAElFTkSuQmCC";
    expect(pixelsOf(base64(data))).toEqual(
      Array.from({ length: 15 }, (_, i) => [(i * 17) % 256, (i * 31) % 256, (i * 47) % 256, 255 - i * 9]),
    );
  });

  it("8-bit grey", () => {
    const data =
      "iVBORw0KGgoAAAANSUhEUgAAAAkAAAAECAAAAAB5ZEoSAAAAE0lEQVR4nGNkYIcCRnsYiwULCwAf/QGo6F6CwQAAAABJRU5ErkJggg==";
    expect(pixelsOf(base64(data))).toEqual(Array.from({ length: 36 }, (_, i) => [i * 7, i * 7, i * 7, 255]));
  });

  it("1-bit grey, rows of 9 pixels", () => {
    const data =
      "iVBORw0KGgoAAAANSUhEUgAAAAkAAAAEAQAAAAB0dChjAAAAFElEQVR4nGNgYGBkrmX6w8DEwAAACJYBggVKID0AAAAASUVORK5CYII=";
    const image = decodePng(base64(data));
    expect([image.width, image.height]).toEqual([9, 4]);
    expect(pixelsOf(base64(data)).map(([red]) => red)).toEqual(
      Array.from({ length: 36 }, (_, i) => (i * 7 > 100 ? 255 : 0)),
    );
  });

  it("2-bit palette with opacity", () => {
    const data =
      "iVBORw0KGgoAAAANSUhEUgAAAAYAAAACAgMAAAAGM0XNAAAADFBMVEX/AAAA/wAAAP8JCAei0mLAAAAAA3RSTlP/gAB/bWh4AAAADklEQVR4nGOQnsDAugEAA4cBYdkpJiIAAAAASUVORK5CYII=";
    const colors = [
      [255, 0, 0, 255],
      [0, 255, 0, 128],
      [0, 0, 255, 0],
      [9, 8, 7, 255],
    ];
    expect(pixelsOf(base64(data))).toEqual([0, 1, 2, 3, 2, 1, 0, 0, 1, 1, 2, 3].map((index) => colors[index]));
  });

  it("16-bit grey, rounded to 8", () => {
    const data =
      "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACEAAAAADoj+WFAAAAFklEQVR4nGNgYGBkbGBg+v+f6bmMAwAS2wPI5l2vbAAAAABJRU5ErkJggg==";
    expect(pixelsOf(base64(data)).map(([red]) => red)).toEqual([0, 1, 128, 255, 4, 156]);
  });
});

describe("decodePng", () => {
  const kinds = [0, 2, 3, 4, 6].flatMap((color) =>
    [1, 2, 4, 8, 16]
      .filter((depth) => depth === 8 || (color === 3 ? depth < 8 : color === 0 || depth === 16))
      .map((depth) => ({ color, depth })),
  );
  const palette = Array.from({ length: 768 }, (_, i) => (i * 37) % 256);

  /** What the standard says a pixel's samples mean, written down anew. */
  function rgba(color: number, depth: number, samples: number[]): number[] {
    if (color === 3) return [...palette.slice(3 * samples[0], 3 * samples[0] + 3), 255];
    const to8 = (value: number): number => Math.round((value / (2 ** depth - 1)) * 255);
    const [a, b, c, d] = samples.map(to8);
    if (color === 0) return [a, a, a, 255];
    if (color === 2) return [a, b, c, 255];
    return color === 4 ? [a, a, a, b] : [a, b, c, d];
  }

  it.each(kinds)("colour type $color, depth $depth: any size, filter and interlacing", ({ color, depth }) => {
    const channels = [1, 0, 3, 1, 2, 0, 4][color];
    const image = fc
      .record({ width: fc.integer({ min: 1, max: 11 }), height: fc.integer({ min: 1, max: 11 }) })
      .chain(({ width, height }) => {
        const count = width * height * channels;
        const samples = fc.array(fc.nat(2 ** depth - 1), { minLength: count, maxLength: count });
        return fc.record({
          width: fc.constant(width),
          height: fc.constant(height),
          filter: fc.nat(5),
          interlaced: fc.boolean(),
          samples,
        });
      });
    fc.assert(
      fc.property(image, (parts) => {
        const before = color === 3 ? [chunk("PLTE", palette.slice(0, 3 * 2 ** depth))] : [];
        const expected = Array.from({ length: parts.width * parts.height }, (_, i) =>
          rgba(color, depth, parts.samples.slice(i * channels, (i + 1) * channels)),
        );
        expect(pixelsOf(writePng({ ...parts, depth, color, before }))).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });

  /** Filter, then what it leaves of a row, for the pixels' bytes; by hand, so that reader and writer cannot err alike. */
  const filtered = (depth: number, color: number, width: number, rows: readonly (readonly number[])[]): number[] => {
    const header = ihdr(width, rows.length, depth, color);
    const data = chunk("IDAT", deflateSync(Uint8Array.from(rows.flat())));
    return pixelsOf(Buffer.concat([signature, header, data, chunk("IEND")])).map(([grey]) => grey);
  };

  it.each([
    ["left and corner are as near: left", { corner: 10, above: 12, left: 6, nearest: 6 }],
    ["left and corner are as near, from below: left", { corner: 10, above: 8, left: 14, nearest: 14 }],
    ["above and corner are as near: above", { corner: 10, above: 6, left: 12, nearest: 6 }],
    ["above and corner are as near, from below: above", { corner: 10, above: 14, left: 8, nearest: 14 }],
    ["left and above are as near, but corner is nearest", { corner: 10, above: 13, left: 7, nearest: 10 }],
    ["all are equal", { corner: 9, above: 9, left: 9, nearest: 9 }],
    ["nothing wraps at 256: 255 + 250 - 251", { corner: 251, above: 250, left: 255, nearest: 255 }],
  ])("Paeth's filter where %s, for 1 and for 2 bytes a pixel", (_, { corner, above, left, nearest }) => {
    const one = filtered(8, 0, 2, [
      [0, corner, above],
      [4, left - corner, 0],
    ]);
    expect(one).toEqual([corner, above, left, nearest]);
    const two = filtered(8, 4, 2, [
      [0, corner, 255, above, 255],
      [4, left - corner, 0, 0, 0],
    ]);
    expect(two).toEqual([corner, above, left, nearest]);
  });

  it("the other filters by hand: left, above, and their mean, which is rounded down and does not wrap", () => {
    const rows = (filter: number): number[] => filtered(8, 0, 3, [[0, 100, 201, 7], [filter, 50, 100, 255]]).slice(3); // prettier-ignore
    expect(rows(0)).toEqual([50, 100, 255]);
    expect(rows(1)).toEqual([50, 150, 149]);
    expect(rows(2)).toEqual([150, 45, 6]);
    expect(rows(3)).toEqual([100, 250, 127]); // 50 + (0 + 100) / 2, 100 + (100 + 201) / 2, 255 + (250 + 7) / 2
  });

  it("filters of depth 1 and 4 go by bytes, of 8 and of 2 pixels", () => {
    // 0b1010_0000 above; 4 (Paeth) leaves 0b0000_0001: above + 1.
    expect(filtered(1, 0, 8, [[0, 0xa0], [4, 1]]).slice(8)).toEqual([255, 0, 255, 0, 0, 0, 0, 255]); // prettier-ignore
    expect(filtered(4, 0, 4, [[0, 0x12, 0x34], [1, 0x10, 0x01]]).slice(4)).toEqual([17, 0, 17, 17]); // prettier-ignore
    // Depth 16: two bytes a pixel, so left is two bytes away.
    expect(filtered(16, 0, 2, [[1, 1, 2, 3, 4]])).toEqual([Math.round(258 / 257), Math.round((4 * 256 + 6) / 257)]); // prettier-ignore
  });

  it("makes the one transparent colour of tRNS transparent", () => {
    const grey = { width: 3, height: 1, depth: 16, color: 0, samples: [257, 258, 65535] };
    const clear = writePng({ ...grey, before: [chunk("tRNS", [1, 1])] });
    expect(pixelsOf(clear).map((pixel) => pixel[3])).toEqual([0, 255, 255]);
    const rgb = { width: 2, height: 1, depth: 8, color: 2, samples: [1, 2, 3, 1, 2, 4] };
    expect(
      pixelsOf(writePng({ ...rgb, before: [chunk("tRNS", [0, 1, 0, 2, 0, 4])] })).map((pixel) => pixel[3]),
    ).toEqual([255, 0]);
  });

  it("passes over the transparent colour of an image that has opacity of its own", () => {
    const own = { width: 1, height: 1, depth: 8, color: 6, samples: [1, 2, 3, 4] };
    expect(pixelsOf(writePng({ ...own, before: [chunk("tRNS", [0])] }))).toEqual([[1, 2, 3, 4]]);
  });

  it("joins several IDAT chunks and passes over chunks that may be ignored", () => {
    const parts = {
      width: 40,
      height: 30,
      depth: 8,
      color: 0,
      samples: Array.from({ length: 1200 }, (_, i) => i % 251),
    };
    const whole = idat(parts);
    const data = whole.subarray(8, -4);
    const split = file(
      ihdr(40, 30, 8, 0),
      chunk("tEXt", [1, 2, 3]),
      chunk("IDAT", data.subarray(0, 7)),
      chunk("IDAT", []),
      chunk("IDAT", data.subarray(7)),
      iend,
      new Uint8Array(5),
    );
    expect(pixelsOf(split)).toEqual(pixelsOf(writePng(parts)));
  });

  const damaged = writePng({ width: 1, height: 1, depth: 8, color: 0, samples: [7] });
  damaged[damaged.length - 20] ^= 1;
  const bomb = chunk("IDAT", deflateSync(new Uint8Array(50_000_000)));
  const bad: [string, Uint8Array, string][] = [
    [
      "an empty file",
      new Uint8Array(0),
      "this is not a PNG file; expected 89 50 4e 47 0d 0a 1a 0a at its start, got nothing.",
    ],
    [
      "a JPEG file",
      new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 0, 16, 74, 70, 73, 70]),
      "this is not a PNG file; expected 89 50 4e 47 0d 0a 1a 0a at its start, got ff d8 ff e0 00 10 4a 46.",
    ],
    [
      "a file without its end",
      file(ihdr(1, 1, 8, 0), greyPixel),
      `the file is cut off; expected an IEND chunk at its end, got ${33 + greyPixel.length} bytes.`,
    ],
    [
      "a chunk of 4 GB",
      file(ihdr(1, 1, 8, 0), new Uint8Array([0xff, 0xff, 0xff, 0xff, 73, 68, 65, 84, 0, 0, 0, 0])),
      "the file is cut off; expected an IEND chunk at its end, got 45 bytes.",
    ],
    [
      "a file cut off a byte before its pixels' end",
      file(ihdr(1, 1, 8, 0), greyPixel.subarray(0, -1)),
      `the file is cut off; expected an IEND chunk at its end, got ${32 + greyPixel.length} bytes.`,
    ],
    [
      "a file without its last byte",
      file(ihdr(1, 1, 8, 0), greyPixel, iend.subarray(0, -1)),
      `the file is cut off; expected an IEND chunk at its end, got ${44 + greyPixel.length} bytes.`,
    ],
    [
      "a signature of which the last byte is wrong",
      Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0b),
      "this is not a PNG file; expected 89 50 4e 47 0d 0a 1a 0a at its start, got 89 50 4e 47 0d 0a 1a 0b.",
    ],
    ["a damaged chunk", damaged, 'chunk "IDAT" is damaged; expected the checksum that it carries.'],
    [
      "pixels before the header",
      file(greyPixel, iend),
      'a chunk is out of place; expected one IHDR, and first, got "IDAT".',
    ],
    [
      "two headers",
      file(ihdr(1, 1, 8, 0), ihdr(1, 1, 8, 0), greyPixel, iend),
      'a chunk is out of place; expected one IHDR, and first, got "IHDR".',
    ],
    ["a short header", file(chunk("IHDR", [1]), iend), "the header has the wrong length; expected 13 bytes, got 1."],
    [
      "no width",
      file(ihdr(0, 1, 8, 0), greyPixel, iend),
      `the image has the wrong size; expected 1 to ${maxPixels} pixels and sides of at most ${maxSide}, got 0 × 1.`,
    ],
    ...[
      [1, 0],
      [16385, 1],
      [1, 16385],
      [4096, 2049],
    ].map(([width, height]): [string, Uint8Array, string] => [
      `${width} × ${height} pixels`,
      file(ihdr(width, height, 8, 0), greyPixel, iend),
      `the image has the wrong size; expected 1 to ${maxPixels} pixels and sides of at most ${maxSide}, got ${width} × ${height}.`,
    ]),
    ...[
      [16384, 1],
      [1, 16384],
      [4096, 2048],
    ].map(([width, height]): [string, Uint8Array, string] => [
      `${width} × ${height} pixels for nothing but their number`,
      file(ihdr(width, height, 8, 0), greyPixel, iend),
      `pixels are missing; expected ${(width + 1) * height} bytes, got 2.`,
    ]),
    [
      "a huge image",
      file(ihdr(0x7fffffff, 0x7fffffff, 8, 0), greyPixel, iend),
      `the image has the wrong size; expected 1 to ${maxPixels} pixels and sides of at most ${maxSide}, got 2147483647 × 2147483647.`,
    ],
    [
      "a depth that its colour type has not",
      file(ihdr(1, 1, 4, 2), greyPixel, iend),
      "unknown kind of pixels; expected a colour type and bit depth of the standard, got type 2, depth 4.",
    ],
    [
      "a colour type that does not exist",
      file(ihdr(1, 1, 8, 5), greyPixel, iend),
      "unknown kind of pixels; expected a colour type and bit depth of the standard, got type 5, depth 8.",
    ],
    [
      "an unknown interlacing",
      file(ihdr(1, 1, 8, 0, 2), greyPixel, iend),
      "unknown coding; expected compression 0, filter 0, interlace 0 or 1, got 0, 0, 2.",
    ],
    ...[
      [1, 0],
      [0, 1],
    ].map((coding): [string, Uint8Array, string] => [
      `compression ${coding[0]} and filter ${coding[1]}`,
      file(chunk("IHDR", [0, 0, 0, 1, 0, 0, 0, 1, 8, 0, ...coding, 0]), greyPixel, iend),
      `unknown coding; expected compression 0, filter 0, interlace 0 or 1, got ${coding[0]}, ${coding[1]}, 0.`,
    ]),
    [
      "an unknown chunk that is needed",
      file(ihdr(1, 1, 8, 0), chunk("ABCD"), greyPixel, iend),
      'unknown critical chunk; expected IHDR, PLTE, IDAT or IEND, got "ABCD".',
    ],
    [
      "no pixels",
      file(ihdr(1, 1, 8, 0), iend),
      "the pixels cannot be inflated; expected zlib data of 2 bytes, got unexpected end of file.",
    ],
    [
      "pixels that are not zlib's",
      file(ihdr(1, 1, 8, 0), chunk("IDAT", [1, 2, 3]), iend),
      "the pixels cannot be inflated; expected zlib data of 2 bytes, got incorrect header check.",
    ],
    ["too few pixels", file(ihdr(2, 2, 8, 0), greyPixel, iend), "pixels are missing; expected 6 bytes, got 2."],
    [
      "an unknown filter",
      file(ihdr(1, 1, 8, 0), chunk("IDAT", deflateSync(new Uint8Array([5, 0]))), iend),
      "unknown filter of a scanline; expected 0 to 4, got 5.",
    ],
    [
      "a palette image without palette",
      file(ihdr(1, 1, 8, 3), greyPixel, iend),
      "the palette is missing or damaged; expected PLTE of 3 bytes a colour, got 0 bytes.",
    ],
    [
      "a palette with a piece of a colour",
      file(ihdr(1, 1, 8, 3), chunk("PLTE", [1, 2, 3, 4]), greyPixel, iend),
      "the palette is missing or damaged; expected PLTE of 3 bytes a colour, got 4 bytes.",
    ],
    [
      "an index one beyond the palette",
      file(
        ihdr(1, 1, 8, 3),
        chunk("PLTE", [1, 2, 3, 4, 5, 6]),
        idat({ width: 1, height: 1, depth: 8, color: 3, samples: [2] }),
        iend,
      ),
      "a pixel has no colour; expected an index < 2, got 2.",
    ],
    [
      "an index beyond the palette",
      file(ihdr(1, 1, 8, 3), chunk("PLTE", [1, 2, 3, 4, 5, 6]), greyPixel, iend),
      "a pixel has no colour; expected an index < 2, got 7.",
    ],
    [
      "a transparent colour of the wrong length",
      file(ihdr(1, 1, 8, 0), chunk("tRNS", [1]), greyPixel, iend),
      "the transparent colour is damaged; expected 2 bytes, got 1.",
    ],
  ];
  it.each(bad)("refuses %s", (_what, bytes, text) => {
    expect(() => decodePng(bytes)).toThrow(new DataError(`png: ${text}`));
  });

  it("refuses 50 MB of zeros where 2 bytes were announced, without inflating them", () => {
    const before = process.memoryUsage().arrayBuffers;
    expect(() => decodePng(file(ihdr(1, 1, 8, 0), bomb, iend))).toThrow(/^png: the pixels cannot be inflated/);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000);
  });

  it("files with bytes changed, cut out or put in, checksums mended, are read or refused", () => {
    const good = [
      writePng({ width: 5, height: 4, depth: 8, color: 6, filter: 5, samples: new Uint8Array(80).fill(9) }),
      writePng({
        width: 9,
        height: 9,
        depth: 2,
        color: 3,
        interlaced: true,
        samples: new Uint8Array(81),
        before: [chunk("PLTE", [1, 2, 3])],
      }),
    ];
    const change = fc.record({ at: fc.nat(), cut: fc.nat(2), put: fc.uint8Array({ maxLength: 2 }) });
    fc.assert(
      fc.property(
        fc.constantFrom(...good),
        fc.array(change, { maxLength: 3 }),
        fc.boolean(),
        (bytes, changes, mend) => {
          let changed = [...bytes];
          for (const { at, cut, put } of changes) changed.splice(at % changed.length, cut, ...put);
          if (mend) changed = mended(changed);
          try {
            const { width, height, pixels } = decodePng(new Uint8Array(changed));
            expect(pixels.length).toBe(width * height * 4);
          } catch (error) {
            expect(error).toBeInstanceOf(DataError);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  /** The same chunks with right checksums, so that the damage reaches what lies behind the check. */
  function mended(bytes: number[]): number[] {
    const parts: number[] = bytes.slice(0, 8);
    for (let at = 8; at + 12 <= bytes.length;) {
      const [a, b, c, d] = bytes.slice(at, at + 4);
      const length = Math.min(((a * 256 + b) * 256 + c) * 256 + d, bytes.length - at - 12);
      const type = String.fromCharCode(...bytes.slice(at + 4, at + 8));
      if (/^[A-Za-z]{4}$/.test(type)) parts.push(...chunk(type, bytes.slice(at + 8, at + 8 + length)));
      at += 12 + length;
    }
    return parts;
  }
});
