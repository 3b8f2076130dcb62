// @ts-check
/** Pictures for `examples/pictures.js`, as PNG files. */
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import { Random } from "lanegrad";

/**
 * Stripes across and upright, shifted and noisy, in a new folder with a folder for each class.
 * @param {number} count of each class @param {number} size of a side in pixels @returns {string} the folder
 */
export function drawStripes(count, size) {
  const random = new Random(1);
  const folder = mkdtempSync(join(tmpdir(), "lanegrad-pictures-"));
  for (const name of ["across", "upright"]) {
    mkdirSync(join(folder, name));
    for (let i = 0; i < count; i++) {
      const [shift, width] = [random.integer(6), 2 + random.integer(3)];
      const rows = Buffer.alloc(size * (size + 1)); // each row begins with the number of its filter, 0
      for (let [y, at] = [0, 1]; y < size; y++, at++)
        for (let x = 0; x < size; x++, at++)
          rows[at] = 60 * (Math.floor(((name === "across" ? y : x) + shift) / width) % 2) + random.integer(150);
      const header = Buffer.from([0, 0, 0, size, 0, 0, 0, size, 8, 0, 0, 0, 0]);
      const png = [chunk("IHDR", header), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))];
      writeFileSync(join(folder, name, `${i}.png`), Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), ...png]));
    }
  }
  return folder;
}

/** A chunk of a PNG file: length, name, bytes, checksum. @param {string} name @param {Buffer} data */
function chunk(name, data) {
  const numbers = new DataView(new ArrayBuffer(8));
  const body = Buffer.concat([Buffer.from(name), data]);
  numbers.setUint32(0, data.length);
  numbers.setUint32(4, crc32(body));
  const bytes = Buffer.from(numbers.buffer);
  return Buffer.concat([bytes.subarray(0, 4), body, bytes.subarray(4)]);
}
