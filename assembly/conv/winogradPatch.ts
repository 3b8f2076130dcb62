/**
 * Where the tiles of Winograd's algorithm lie in an image, and their transforms into the 36 positions (winograd.ts), four channels at a time.
 * Letters: a patch has `size` × `size` pixels, 6 × 6 of a source or 4 × 4 of a gradient of outputs; pixels outside of the image are 0.
 * Does not know how positions are multiplied.
 */
import { TILE, storeInput, storeOutputGradient } from "./winograd";

/** Bytes that the first pass over a patch leaves for the second: 6 × 6 vectors. */
export const passBytes: usize = 576;

/** The rows of a patch. Lies in scratch memory. */
@unmanaged
export class Patch {
  /** Where each row begins, at the patch's first column, in or outside of the image; a row outside is one of zeros. */
  r0: usize = 0;
  r1: usize = 0;
  r2: usize = 0;
  r3: usize = 0;
  r4: usize = 0;
  r5: usize = 0;
  /** Columns [from, to) lie in the image. */
  from: i32 = 0;
  to: i32 = 0;
}

/** Images of height × width pixels, `pixel` bytes each, and the tiles of them. Lies in scratch memory. */
@unmanaged
export class Tiles {
  images: usize = 0;
  height: i32 = 0;
  width: i32 = 0;
  pixel: usize = 0;
  /** Tiles down and across an image. */
  down: i32 = 0;
  across: i32 = 0;
  /** Row and column of the image's first tile: minus the padding. */
  top: i32 = 0;
  left: i32 = 0;
  /** Zeros, as many as six pixels have. */
  zeros: usize = 0;
}

/** Sets what there is to know of images and their tiles. @param zeros as many as six pixels have */
// prettier-ignore
export function setTiles(
  tiles: Tiles, images: usize, height: i32, width: i32, channels: i32, down: i32, across: i32, top: i32, left: i32, zeros: usize,
): void {
  tiles.images = images;
  tiles.height = height;
  tiles.width = width;
  tiles.pixel = (<usize>channels) << 2;
  tiles.down = down;
  tiles.across = across;
  tiles.top = top;
  tiles.left = left;
  tiles.zeros = zeros;
}

/** Finds the patch of tile `tile`, counted through all images. */
export function placePatch(patch: Patch, tiles: Tiles, tile: i32, size: i32): void {
  const across = tiles.across;
  const row = tile / across;
  const n = row / tiles.down;
  const y = (row - n * tiles.down) * TILE + tiles.top;
  const x = (tile - row * across) * TILE + tiles.left;
  const image = tiles.images + <usize>(n * tiles.height) * <usize>tiles.width * tiles.pixel;
  patch.r0 = rowOf(tiles, image, y, x);
  patch.r1 = rowOf(tiles, image, y + 1, x);
  patch.r2 = rowOf(tiles, image, y + 2, x);
  patch.r3 = rowOf(tiles, image, y + 3, x);
  patch.r4 = rowOf(tiles, image, y + 4, x);
  patch.r5 = rowOf(tiles, image, y + 5, x);
  patch.from = min(max(-x, 0), size);
  patch.to = max(min(tiles.width - x, size), patch.from);
}

// @ts-ignore: decorator
@inline
function rowOf(tiles: Tiles, image: usize, y: i32, x: i32): usize {
  return y >= 0 && y < tiles.height ? image + <usize>(y * tiles.width + x) * tiles.pixel : tiles.zeros;
}

/**
 * Bᵀ d B of four channels of a patch.
 * @param offset of the channels in a pixel     @param pixel bytes from one pixel to the next
 * @param out position k at out + k · step      @param pass passBytes of scratch
 */
export function transformInput(patch: Patch, offset: usize, pixel: usize, out: usize, step: usize, pass: usize): void {
  let r0 = patch.r0 + offset;
  let r1 = patch.r1 + offset;
  let r2 = patch.r2 + offset;
  let r3 = patch.r3 + offset;
  let r4 = patch.r4 + offset;
  let r5 = patch.r5 + offset;
  const from = patch.from;
  const to = patch.to;
  for (let j = 0; j < 6; j++) {
    const at = pass + ((<usize>j) << 4);
    if (j >= from && j < to) {
      // prettier-ignore
      storeInput(at, 96, v128.load(r0), v128.load(r1), v128.load(r2), v128.load(r3), v128.load(r4), v128.load(r5));
    } else {
      const zero = f32x4.splat(0);
      v128.store(at, zero);
      v128.store(at, zero, 96);
      v128.store(at, zero, 192);
      v128.store(at, zero, 288);
      v128.store(at, zero, 384);
      v128.store(at, zero, 480);
    }
    r0 += pixel;
    r1 += pixel;
    r2 += pixel;
    r3 += pixel;
    r4 += pixel;
    r5 += pixel;
  }
  for (let i = 0; i < 6; i++) {
    // prettier-ignore
    storeInput(
      out, step,
      v128.load(pass), v128.load(pass, 16), v128.load(pass, 32), v128.load(pass, 48), v128.load(pass, 64), v128.load(pass, 80),
    );
    pass += 96;
    out += 6 * step;
  }
}

/** A dY Aᵀ of four channels of a patch of 4 × 4. Parameters as for transformInput. */
// prettier-ignore
export function transformGradient(patch: Patch, offset: usize, pixel: usize, out: usize, step: usize, pass: usize): void {
  let r0 = patch.r0 + offset;
  let r1 = patch.r1 + offset;
  let r2 = patch.r2 + offset;
  let r3 = patch.r3 + offset;
  const to = patch.to;
  for (let j = 0; j < 4; j++) {
    const at = pass + ((<usize>j) << 4);
    if (j < to) {
      storeOutputGradient(at, 64, v128.load(r0), v128.load(r1), v128.load(r2), v128.load(r3));
    } else {
      const zero = f32x4.splat(0);
      v128.store(at, zero);
      v128.store(at, zero, 64);
      v128.store(at, zero, 128);
      v128.store(at, zero, 192);
      v128.store(at, zero, 256);
      v128.store(at, zero, 320);
    }
    r0 += pixel;
    r1 += pixel;
    r2 += pixel;
    r3 += pixel;
  }
  for (let i = 0; i < 6; i++) {
    storeOutputGradient(out, step, v128.load(pass), v128.load(pass, 16), v128.load(pass, 32), v128.load(pass, 48));
    pass += 64;
    out += 6 * step;
  }
}
