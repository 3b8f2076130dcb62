/** A folder with the four files of MNIST, small ones: blurred drawings of the digits as segments, enough to train on in a test. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Random } from "../../src/tensor/random.js";

/** Which of seven segments each digit lights: top, upper left, upper right, middle, lower left, lower right, bottom. */
const segments = [
  "1110111",
  "0010010",
  "1011101",
  "1011011",
  "0111010",
  "1101011",
  "1101111",
  "1010010",
  "1111111",
  "1111011",
];
/** [x, y, width, height] of the segments. */
const places = [
  [9, 4, 10, 3],
  [8, 5, 3, 9],
  [17, 5, 3, 9],
  [9, 13, 10, 3],
  [8, 14, 3, 9],
  [17, 14, 3, 9],
  [9, 21, 10, 3],
];

function idx(sizes: readonly number[], values: Uint8Array): Uint8Array {
  const header = new DataView(new ArrayBuffer(4 + 4 * sizes.length));
  header.setUint32(0, 0x0800 + sizes.length);
  for (const [axis, size] of sizes.entries()) header.setUint32(4 + 4 * axis, size);
  return gzipSync(Buffer.concat([new Uint8Array(header.buffer), values]));
}

/** Draws a digit, moved by up to two pixels and with noise, at image `i`. */
function draw(images: Uint8Array, i: number, digit: number, random: Random): void {
  const [dx, dy] = [random.integer(5) - 2, random.integer(5) - 2];
  for (let at = 0; at < 784; at++) images[784 * i + at] = random.integer(60);
  for (const [segment, [x, y, width, height]] of places.entries()) {
    if (segments[digit][segment] === "0") continue;
    for (let row = y + dy; row < y + dy + height; row++) {
      images.fill(200 + random.integer(56), 784 * i + 28 * row + x + dx, 784 * i + 28 * row + x + dx + width);
    }
  }
}

/** Writes the folder. @param sizes numbers of training and of test images */
export function writeTinyMnist(folder: string, sizes: readonly [train: number, test: number]): void {
  mkdirSync(folder, { recursive: true });
  for (const [part, count] of sizes.entries()) {
    const random = new Random(part);
    const labels = Uint8Array.from({ length: count }, () => random.integer(10));
    const images = new Uint8Array(784 * count);
    for (const [i, digit] of labels.entries()) draw(images, i, digit, random);
    const name = ["train", "t10k"][part];
    writeFileSync(join(folder, `${name}-images-idx3-ubyte.gz`), idx([count, 28, 28], images));
    writeFileSync(join(folder, `${name}-labels-idx1-ubyte.gz`), idx([count], labels));
  }
}
