/**
 * Draws one digit as a hand would: a glyph between its extreme shapes, with control points and plane slightly warped,
 * slanted, turned, scaled into MNIST's box of 20 × 20 pixels with its centre of mass in the middle of 28 × 28, then
 * inked by a pen of varying width.
 * Letters: points are (x, y) with y down; a path is its points' x, y and pen radius, in pixels. Uses only + − × ÷ and
 * √, so that every engine draws the same bits. Does not choose the digit and keeps no image.
 * Source of the box and the centring: LeCun et al. 1998, "Gradient-based learning applied to document recognition",
 * section III.A.
 */
import type { Random } from "../../tensor/random.js";
import type { Glyph } from "./glyphs.js";

const side = 28;
const box = 20;
const maxPoints = 32;
const maxSamples = 512;

/**
 * Draws digits into images of 28 × 28 bytes. Keeps only scratch memory; what it draws depends on the arguments alone.
 */
export class Pen {
  readonly #controls = new Float64Array(2 * maxPoints);
  readonly #x = new Float64Array(maxSamples);
  readonly #y = new Float64Array(maxSamples);
  readonly #radius = new Float64Array(maxSamples);
  /** Sample i starts a new curve: it is not joined to sample i − 1. */
  readonly #starts = new Uint8Array(maxSamples);
  #samples = 0;
  readonly #ink = new Float64Array(side * side);

  /**
   * Draws `glyph` at `image[offset … offset + 784)`, 0 for paper and 255 for full ink.
   *
   * @param random  the source of all chance; the same state draws the same image
   */
  draw(glyph: Glyph, random: Random, image: Uint8Array, offset: number): void {
    this.#place(glyph, random);
    this.#sample(glyph);
    this.#fit(random);
    this.#press(random);
    this.#stroke(random.uniform(1, 1.9));
    this.#expose(random, image, offset);
  }

  /**
   * Control points in [−1, 1]: a mixture of the glyph's shapes, each point moved a little, the plane bent, slanted and
   * turned.
   */
  #place(glyph: Glyph, random: Random): void {
    const controls = this.#controls;
    const count = glyph.shapes[0].length;
    const one = glyph.shapes[random.integer(glyph.shapes.length)];
    const other = glyph.shapes[random.integer(glyph.shapes.length)];
    const share = random.uniform(-0.05, 1.05);
    for (let i = 0; i < count; i++) controls[i] = one[i] + share * (other[i] - one[i]);
    const unrest = random.uniform(0.02, 0.065);
    const bendX = triangular(random, 0.22);
    const bendY = triangular(random, 0.16);
    const taperX = triangular(random, 0.3);
    const taperY = triangular(random, 0.25);
    const slant = 0.15 + triangular(random, 0.62);
    const halfTurn = triangular(random, 0.14); // tan(angle / 2)
    const cos = (1 - halfTurn * halfTurn) / (1 + halfTurn * halfTurn);
    const sin = (2 * halfTurn) / (1 + halfTurn * halfTurn);
    const width = random.uniform(0.6, 1.25);
    for (let i = 0; i < count; i += 2) {
      const x0 = controls[i] / 50 - 1 + triangular(random, 2 * unrest);
      const y0 = controls[i + 1] / 50 - 1 + triangular(random, 2 * unrest);
      const x1 = x0 * (1 + taperX * y0) + bendX * y0 * y0;
      const y1 = y0 * (1 + taperY * x0) + bendY * x0 * x0;
      const x2 = width * x1 - slant * y1;
      controls[i] = cos * x2 - sin * y1;
      controls[i + 1] = sin * x2 + cos * y1;
    }
  }

  /** Samples the curves: Catmull–Rom splines through the control points, each end continued by its mirror image. */
  #sample({ curves }: Glyph): void {
    const controls = this.#controls;
    let n = 0;
    for (const curve of curves) {
      const last = curve.length - 1;
      for (let k = 0; k < last; k++) {
        const [a, b] = [2 * curve[k], 2 * curve[k + 1]];
        const before = k === 0 ? -1 : 2 * curve[k - 1];
        const after = k + 1 === last ? -1 : 2 * curve[k + 2];
        const [ax, ay, bx, by] = [controls[a], controls[a + 1], controls[b], controls[b + 1]];
        const tax = before < 0 ? bx - ax : (bx - controls[before]) / 2;
        const tay = before < 0 ? by - ay : (by - controls[before + 1]) / 2;
        const tbx = after < 0 ? bx - ax : (controls[after] - ax) / 2;
        const tby = after < 0 ? by - ay : (controls[after + 1] - ay) / 2;
        const length = Math.sqrt((bx - ax) * (bx - ax) + (by - ay) * (by - ay));
        const steps = last === 1 ? 4 : Math.min(8, 2 + Math.floor(length * 7));
        for (let s = k === 0 ? 0 : 1; s <= steps; s++) {
          const t = s / steps;
          const u = 1 - t;
          const fromA = u * u * (1 + 2 * t);
          const fromB = t * t * (1 + 2 * u);
          this.#x[n] = fromA * ax + fromB * bx + t * u * (u * tax - t * tbx);
          this.#y[n] = fromA * ay + fromB * by + t * u * (u * tay - t * tby);
          this.#starts[n] = k === 0 && s === 0 ? 1 : 0;
          n++;
        }
      }
    }
    this.#samples = n;
  }

  /** Scales the path into the box and moves its centre of mass near the middle of the image; sets the mean radius. */
  #fit(random: Random): void {
    const [x, y, radius, n] = [this.#x, this.#y, this.#radius, this.#samples];
    let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
    let [mass, massX, massY] = [0, 0, 0];
    for (let i = 0; i < n; i++) {
      left = Math.min(left, x[i]);
      right = Math.max(right, x[i]);
      top = Math.min(top, y[i]);
      bottom = Math.max(bottom, y[i]);
      if (this.#starts[i] === 1) continue;
      const length = Math.sqrt((x[i] - x[i - 1]) * (x[i] - x[i - 1]) + (y[i] - y[i - 1]) * (y[i] - y[i - 1]));
      mass += length;
      massX += (length * (x[i] + x[i - 1])) / 2;
      massY += (length * (y[i] + y[i - 1])) / 2;
    }
    const pen = 0.75 + 1.4 * random.uniform() * random.uniform() + random.uniform(0, 0.4);
    const scale = ((box - 2 * pen) / Math.max(right - left, bottom - top)) * random.uniform(0.92, 1.03);
    const middleX = side / 2 + triangular(random, 0.9) - (massX / mass) * scale;
    const middleY = side / 2 + triangular(random, 0.9) - (massY / mass) * scale;
    const edge = pen + 1.5; // keeps the ink of a 7, whose mass is at its top, from leaving the image at the bottom
    const shiftX = Math.min(side - edge - right * scale, Math.max(edge - left * scale, middleX));
    const shiftY = Math.min(side - edge - bottom * scale, Math.max(edge - top * scale, middleY));
    for (let i = 0; i < n; i++) {
      x[i] = x[i] * scale + shiftX;
      y[i] = y[i] * scale + shiftY;
      radius[i] = pen;
    }
  }

  /** Pen pressure, which wanders along the path, and a slight tremor. */
  #press(random: Random): void {
    const [x, y, radius, n] = [this.#x, this.#y, this.#radius, this.#samples];
    const unsteady = random.uniform(0.02, 0.16);
    const tremor = random.uniform(0, 0.22);
    let pressure = 1 + triangular(random, 0.2);
    let [driftX, driftY] = [0, 0];
    for (let i = 0; i < n; i++) {
      if (this.#starts[i] === 1) pressure = 1 + triangular(random, 2 * unsteady);
      pressure += triangular(random, unsteady) + 0.15 * (1 - pressure);
      driftX = 0.7 * driftX + triangular(random, tremor);
      driftY = 0.7 * driftY + triangular(random, tremor);
      if (i + 1 < n && this.#starts[i] === 0 && this.#starts[i + 1] === 0) {
        x[i] += driftX;
        y[i] += driftY;
      }
      radius[i] *= Math.min(1.45, Math.max(0.6, pressure));
    }
  }

  /**
   * Ink: at each pixel the darkest of the strokes over it, falling from 1 to 0 over `softness` pixels at their edges.
   */
  #stroke(softness: number): void {
    const [x, y, radius, ink] = [this.#x, this.#y, this.#radius, this.#ink];
    const sharpness = 1 / softness;
    ink.fill(0);
    for (let i = 1; i < this.#samples; i++) {
      if (this.#starts[i] === 1) continue;
      const [ax, ay, ra] = [x[i - 1] - 0.5, y[i - 1] - 0.5, radius[i - 1]]; // pixel centres are at whole numbers
      const [dx, dy, dr] = [x[i] - x[i - 1], y[i] - y[i - 1], radius[i] - ra];
      const reach = Math.max(ra, ra + dr) + softness / 2;
      const firstX = Math.max(0, Math.ceil(Math.min(ax, ax + dx) - reach));
      const lastX = Math.min(side - 1, Math.floor(Math.max(ax, ax + dx) + reach));
      const firstY = Math.max(0, Math.ceil(Math.min(ay, ay + dy) - reach));
      const lastY = Math.min(side - 1, Math.floor(Math.max(ay, ay + dy) + reach));
      const inverse = 1 / (dx * dx + dy * dy + 1e-12);
      for (let py = firstY; py <= lastY; py++) {
        for (let px = firstX; px <= lastX; px++) {
          const along = ((px - ax) * dx + (py - ay) * dy) * inverse;
          const t = along < 0 ? 0 : along > 1 ? 1 : along;
          const ex = px - ax - t * dx;
          const ey = py - ay - t * dy;
          const depth = (ra + t * dr - Math.sqrt(ex * ex + ey * ey)) * sharpness + 0.5;
          if (depth > ink[py * side + px]) ink[py * side + px] = depth;
        }
      }
    }
  }

  /** Ink to bytes: how black the pen is, and grain where there is ink. The paper stays clean, as in MNIST. */
  #expose(random: Random, image: Uint8Array, offset: number): void {
    const black = random.uniform(0.88, 1.12);
    const grain = random.uniform(0, 0.12);
    for (let i = 0; i < side * side; i++) {
      const depth = Math.min(1, this.#ink[i] * black);
      image[offset + i] = depth <= 0 ? 0 : Math.round(255 * Math.max(0, depth - grain * random.uniform()));
    }
  }
}

/** A number in (−reach, reach), most often near 0. */
function triangular(random: Random, reach: number): number {
  return reach * (random.uniform() + random.uniform() - 1);
}
