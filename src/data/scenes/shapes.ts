/**
 * Simple shapes in a colour: circle, ring, square, diamond, triangle, cross, moon, and the ten digits in the form of
 * seven segments. A shape is a set of points of the plane [−1, 1]², x to the right and y down, which is moved and scaled
 * into the picture; where its edge crosses a pixel, the pixel is mixed with what is there. Uses only + − × ÷, so that
 * every engine draws the same bits. Does not choose what is drawn where: scenes.ts does.
 */

/** A rectangle of a picture, in pixels from its left and top edge. */
export type Box = readonly [left: number, top: number, right: number, bottom: number];

/** Red, green and blue, 0 … 255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** A shape, and where it is. */
export interface Drawing {
  readonly shape: ShapeName;
  readonly color: Rgb;
  /** The centre, in pixels from the left edge; need not be whole. */
  readonly x: number;
  /** The centre, in pixels from the top edge. */
  readonly y: number;
  /** Pixels from the centre to the edge of the plane [−1, 1]². */
  readonly radius: number;
}

interface Shape {
  /** The extent within the plane. */
  readonly box: Box;
  /** Whether the point (x, y) is in the shape. */
  readonly has: (x: number, y: number) => boolean;
}

/** Whether a point is in one of several rectangles. A loop, for it is asked some thousand times a shape. */
function isInOne(x: number, y: number, boxes: readonly Box[]): boolean {
  for (let i = 0; i < boxes.length; i++) {
    const box = boxes[i];
    if (x >= box[0] && x <= box[2] && y >= box[1] && y <= box[3]) return true;
  }
  return false;
}

/** The seven segments: top, upper right, lower right, bottom, lower left, upper left, middle. */
const segments: readonly Box[] = [
  [-0.6, -1, 0.6, -0.66],
  [0.26, -1, 0.6, 0.17],
  [0.26, -0.17, 0.6, 1],
  [-0.6, 0.66, 0.6, 1],
  [-0.6, -0.17, -0.26, 1],
  [-0.6, -1, -0.26, 0.17],
  [-0.6, -0.17, 0.6, 0.17],
];

const union = (parts: readonly Box[]): Shape => ({
  box: [0, 1, 2, 3].map((i) =>
    parts.reduce((most, part) => (i < 2 ? Math.min(most, part[i]) : Math.max(most, part[i])), 0),
  ) as unknown as Box,
  has: (x, y) => isInOne(x, y, parts),
});
const digit = (lit: readonly number[]): Shape => union(lit.map((i) => segments[i]));

const whole: Box = [-1, -1, 1, 1];
const moonBox: Box = [-1, -1, 0.56, 1];

const shapes = {
  circle: { box: whole, has: (x, y) => x * x + y * y <= 1 },
  ring: { box: whole, has: (x, y) => x * x + y * y <= 1 && x * x + y * y >= 0.36 },
  square: union([[-0.85, -0.85, 0.85, 0.85]]),
  diamond: { box: whole, has: (x, y) => Math.abs(x) + Math.abs(y) <= 1 },
  triangle: { box: [-1, -0.9, 1, 0.9], has: (x, y) => y <= 0.9 && 1.8 * Math.abs(x) <= y + 0.9 },
  cross: union([[-0.3, -1, 0.3, 1], [-1, -0.3, 1, 0.3]]), // prettier-ignore
  moon: { box: moonBox, has: (x, y) => x * x + y * y <= 1 && (x - 0.6) * (x - 0.6) + y * y >= 0.7 },
  zero: digit([0, 1, 2, 3, 4, 5]),
  one: union([[-0.17, -1, 0.17, 1], [-0.5, -1, 0.17, -0.66]]), // prettier-ignore
  two: digit([0, 1, 6, 4, 3]),
  three: digit([0, 1, 6, 2, 3]),
  four: digit([5, 6, 1, 2]),
  five: digit([0, 5, 6, 2, 3]),
  six: digit([0, 5, 6, 2, 3, 4]),
  seven: digit([0, 1, 2]),
  eight: digit([0, 1, 2, 3, 4, 5, 6]),
  nine: digit([6, 5, 0, 1, 2, 3]),
} satisfies Readonly<Record<string, Shape>>;

/** The name of a shape. */
export type ShapeName = keyof typeof shapes;

/** All shapes, digits last. */
export const shapeNames = Object.keys(shapes) as ShapeName[];

/** Colours that are told apart easily on a dark ground, by name. */
export const colors = {
  red: [225, 40, 35],
  orange: [245, 140, 25],
  yellow: [245, 225, 50],
  green: [50, 175, 70],
  blue: [50, 95, 235],
  purple: [165, 65, 205],
  white: [240, 240, 240],
} as const satisfies Readonly<Record<string, Rgb>>;

/** The name of a colour. */
export type ColorName = keyof typeof colors;

/** Samples of a pixel on each axis. */
const samples = 4;

/** The smallest rectangle with all of the shape; it may lie partly outside of the picture. */
export function boxOf({ shape, x, y, radius }: Omit<Drawing, "color">): Box {
  const [left, top, right, bottom] = shapes[shape].box;
  return [x + radius * left, y + radius * top, x + radius * right, y + radius * bottom];
}

/**
 * Draws a shape over what is in a picture; what lies outside of it is left out.
 *
 * @param pixels  in/out (height, width, 3) bytes: a picture, or a view of one of several
 * @param width   of the picture in pixels
 */
export function drawShape(pixels: Uint8Array, width: number, drawing: Drawing): void {
  const { shape, color, x, y, radius } = drawing;
  const { has } = shapes[shape];
  const height = pixels.length / (3 * width);
  const [left, top, right, bottom] = boxOf(drawing);
  for (let row = Math.max(0, Math.floor(top)); row < Math.min(height, Math.ceil(bottom)); row++) {
    for (let column = Math.max(0, Math.floor(left)); column < Math.min(width, Math.ceil(right)); column++) {
      let covered = 0;
      for (let i = 0; i < samples; i++) {
        const v = (row + (i + 0.5) / samples - y) / radius;
        for (let j = 0; j < samples; j++) if (has((column + (j + 0.5) / samples - x) / radius, v)) covered++;
      }
      const share = covered / (samples * samples);
      for (let c = 0, at = 3 * (row * width + column); c < 3; c++, at++)
        pixels[at] = Math.round(pixels[at] + share * (color[c] - pixels[at]));
    }
  }
}
