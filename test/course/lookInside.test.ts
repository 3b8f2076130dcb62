import { beforeAll, expect, it } from "vitest";
import { imageOf } from "../../course/support/lookInside.js";
import { init, tensor } from "../../src/index.js";

beforeAll(async () => {
  await init();
});

const bytesOf = (pixels: string): number[] => [...Buffer.from(pixels, "base64")];

it("an image of three channels is shown in its colours, of bytes and of numbers from 0 to 1", () => {
  const colors = [255, 0, 0, 0, 51, 255];
  const bytes = { x: tensor(Uint8Array.from([9, 9, 9, 9, 9, 9, ...colors]), [2, 1, 2, 3]), y: tensor([0, 0]) };
  const shares = { x: tensor(colors.map((value) => value / 255), [1, 1, 2, 3]), y: tensor([0]) }; // prettier-ignore
  for (const picture of [imageOf({ test: bytes }, 1, "two"), imageOf({ test: shares }, 0, "two")]) {
    expect(picture).toMatchObject({ width: 2, height: 1, isColored: true, caption: "two" });
    expect(bytesOf(picture.pixels)).toEqual(colors);
  }
});

it("an image of one channel is grey, one of two channels their mean", () => {
  const test = { x: tensor([0, 1, 1, 1], [1, 1, 2, 2]), y: tensor([0]) };
  expect(bytesOf(imageOf({ test }, 0, "").pixels)).toEqual([128, 255]);
  expect(imageOf({ test }, 0, "").isColored).toBeUndefined();
});
