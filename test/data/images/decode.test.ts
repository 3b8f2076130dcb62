/** JPEG files in Node: by jpeg-js, which is loaded where one is read. Which files are pictures is imageFolder.test.ts's business. */
import jpeg from "jpeg-js";
import { describe, expect, it } from "vitest";
import type * as decode from "../../../src/data/images/decode.js";

let count = 0;

/** decodeImage of a module that has not yet loaded jpeg-js. */
async function decodeImage(file: Uint8Array<ArrayBuffer>): Promise<{ width: number; height: number; pixels: Uint8Array }> {
  const address = `../../../src/data/images/decode.js?unloaded=${count++}`;
  const fresh = (await import(/* @vite-ignore */ address)) as typeof decode;
  return fresh.decodeImage("f", file);
} // prettier-ignore

/** A grey JPEG file. */
function grey(width: number, height: number): Uint8Array<ArrayBuffer> {
  const data = new Uint8Array(4 * width * height).fill(128);
  return new Uint8Array(jpeg.encode({ width, height, data }, 95).data);
}

/** The same file with other sides in its header. */
function withSides(file: Uint8Array<ArrayBuffer>, width: number, height: number): Uint8Array<ArrayBuffer> {
  const changed = file.slice();
  const at = changed.findIndex((byte, i) => byte === 0xff && changed[i + 1] === 0xc0); // the frame's header
  changed.set([height >> 8, height & 255, width >> 8, width & 255], at + 5);
  return changed;
}

describe("a JPEG file in Node", () => {
  it("is read by jpeg-js", async () => {
    const { width, height, pixels } = await decodeImage(grey(3, 2));
    expect([width, height, pixels.length]).toEqual([3, 2, 24]);
    expect(Object.getPrototypeOf(pixels)).toBe(Uint8Array.prototype);
    for (const [i, value] of pixels.entries()) expect(Math.abs(value - (i % 4 === 3 ? 255 : 128))).toBeLessThan(3);
  });

  it("of more than 8,388,608 pixels is refused before it is decoded", async () => {
    await expect(decodeImage(withSides(grey(8, 8), 4096, 2049))).rejects.toThrow(
      "f: the JPEG file is damaged; got Error: maxResolutionInMP limit exceeded",
    );
  });
});
