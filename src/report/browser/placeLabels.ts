/** Places texts beside points so that they can be read. In pixels, y downwards. */

/** A point and the width of the text beside it. */
interface Labelled {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** Sizes common to all points and texts. */
interface Sizes {
  /** Height of a text. */
  readonly height: number;
  /** From the middle of a point to its text. */
  readonly gap: number;
  /** The ends of the picture, between which a text is to lie. */
  readonly left: number;
  readonly right: number;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** More points than this are a crowd: a text that has no free place is left out: it would hide points. */
export const crowd = 60;

/**
 * The left end and the middle line of each text: to the right of its point or, if that would cover another point or an
 * earlier text or be cut off, to the left, above or below; if no place is free, the first of these where it is whole,
 * or in a crowd nowhere; a text without a width needs no place.
 */
export function placeLabels(
  points: readonly Labelled[],
  { height, gap, left, right }: Sizes,
): ({ x: number; y: number } | undefined)[] {
  const radius = gap / 2;
  const taken = points.map(({ x, y }): Box => boxAt(x - radius, y, 2 * radius, 2 * radius));
  return points.map(({ x, y, width }) => {
    if (width === 0) return undefined; // no text
    const above = radius + height / 2;
    const boxes = [
      boxAt(x + gap, y, width, height),
      boxAt(x - gap - width, y, width, height),
      boxAt(x - width / 2, y - above, width, height),
      boxAt(x - width / 2, y + above, width, height),
    ];
    const inside = boxes.filter((one) => one.left >= left && one.right <= right);
    const free = inside.find((one) => !taken.some((other) => overlap(one, other)));
    if (free === undefined && points.length > crowd) return undefined;
    const box = free ?? inside[0] ?? boxes[0];
    taken.push(box);
    return { x: box.left, y: (box.top + box.bottom) / 2 };
  });
}

function boxAt(left: number, middle: number, width: number, height: number): Box {
  return { left, right: left + width, top: middle - height / 2, bottom: middle + height / 2 };
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
