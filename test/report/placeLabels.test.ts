import { expect, it } from "vitest";
import { placeLabels } from "../../src/report/browser/placeLabels.js";

const sizes = { height: 14, gap: 9, left: 0, right: 400 };

it("puts a text on the right of its point", () => {
  expect(placeLabels([{ x: 100, y: 50, width: 60 }], sizes)).toEqual([{ x: 109, y: 50 }]);
});

it("puts a text on the left where another point stands on the right", () => {
  const [first, second] = placeLabels(
    [
      { x: 100, y: 50, width: 60 },
      { x: 150, y: 48, width: 60 },
    ],
    sizes,
  );
  expect(first).toEqual({ x: 31, y: 50 });
  expect(second).toEqual({ x: 159, y: 48 });
});

it("puts a text on the left where it would be cut off on the right, and above where on both sides", () => {
  expect(placeLabels([{ x: 350, y: 50, width: 60 }], sizes)).toEqual([{ x: 281, y: 50 }]);
  expect(placeLabels([{ x: 30, y: 50, width: 50 }], { ...sizes, right: 80 })).toEqual([{ x: 5, y: 50 - 11.5 }]);
  expect(placeLabels([{ x: 100, y: 50, width: 500 }], sizes)).toEqual([{ x: 109, y: 50 }]); // nowhere as a whole
});

it("puts a text above, then below, where both sides are taken", () => {
  const row = [70, 120, 170, 220].map((x) => ({ x, y: 50, width: 60 }));
  const heights = placeLabels(row, sizes).map((place) => Math.sign(place!.y - 50));
  expect(heights).toEqual([0, -1, 1, 0]);
});

it("keeps to the right where nothing is free", () => {
  const same = Array.from({ length: 9 }, () => ({ x: 100, y: 50, width: 60 }));
  expect(placeLabels(same, sizes).at(-1)).toEqual({ x: 109, y: 50 });
});

it("leaves out what would hide others where there are more than 60", () => {
  const same = Array.from({ length: 61 }, () => ({ x: 100, y: 50, width: 60 }));
  expect(placeLabels(same, sizes).at(-1)).toBeUndefined();
  expect(placeLabels(same.slice(1), sizes).at(-1)).toEqual({ x: 109, y: 50 });
});
