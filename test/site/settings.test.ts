import { expect, it } from "vitest";
import { lessons } from "../../course/index.js";
import type { NumberSetting } from "../../course/settings.js";
import { filesFor } from "../../site/givenFiles.js";
import { codeOf } from "../../site/lessonCode.js";
import { complaintAbout, placeOf, places, valueAt } from "../../site/sliderScale.js";

const rate: NumberSetting = {
  ...{ kind: "number", about: "", default: 0.01, isInteger: false, least: 0, slider: [0.0001, 1] },
  isLogarithmic: true,
};
const count: NumberSetting = { ...rate, default: 4, isInteger: true, least: 1, slider: [1, 16], isLogarithmic: false };

it("a slider's ends are 0 and 200; a logarithmic one has 0.01 in the middle of 0.0001 … 1", () => {
  expect([placeOf(0.0001, rate), placeOf(0.01, rate), placeOf(1, rate), placeOf(7, rate)]).toEqual([0, 100, 200, 200]);
  expect([0, 100, 200].map((place) => valueAt(place, rate))).toEqual([0.0001, 0.01, 1]);
  expect([placeOf(1, count), placeOf(16, count), valueAt(100, count)]).toEqual([0, places, 9]);
});

it("1 is the least whole number, 0 is less than every rate, and 1.5 is no whole number", () => {
  expect([0, 1.5, NaN].map((value) => complaintAbout(value, count))).toEqual(Array(3).fill("Expected an integer ≥ 1."));
  expect([0, NaN].map((value) => complaintAbout(value, rate))).toEqual(Array(2).fill("Expected a number > 0."));
  expect([1, 1.01].map((value) => complaintAbout(value, { ...rate, most: 1 }))).toEqual([
    "",
    "Expected a number > 0 and ≤ 1.",
  ]);
  expect([complaintAbout(1, count), complaintAbout(0.5, rate)]).toEqual(["", ""]);
});

it("every setting of every lesson has its default on its slider, and will do", () => {
  for (const { name, settings } of lessons) {
    for (const setting of Object.values(settings)) {
      if (setting.kind !== "number") continue;
      const { default: given, slider, zero } = setting;
      const value = zero === undefined ? given : slider[0]; // a 0 that stands for what suits the data is no place on it
      expect(value, name).toBeGreaterThanOrEqual(slider[0]);
      expect(value, name).toBeLessThanOrEqual(slider[1]);
      expect(complaintAbout(given, setting), name).toBe("");
      expect(complaintAbout(valueAt(0, setting), setting), name).toBe("");
    }
  }
});

it("files are found under either of their names, others are left, and what is missing is named", () => {
  const source = { files: [{ names: ["a.gz", "a"] }, { names: ["b.gz", "b"] }, { names: ["c"], isOptional: true }] };
  const [a, b, other] = ["a", "b.gz", "other"].map((name) => ({ name }));
  expect(filesFor(source, [other, b, a])).toEqual({ files: [a, b], missing: [] });
  expect(filesFor(source, [b])).toEqual({ files: [b], missing: ["a.gz"] });
  const either = { ...source, otherFiles: [[{ names: ["all.tar"] }]] };
  const [all, c] = ["all.tar", "c"].map((name) => ({ name }));
  expect(filesFor(either, [all, a])).toEqual({ files: [all], missing: [] });
  expect(filesFor(either, [all, a, b, c])).toEqual({ files: [a, b, c], missing: [] });
  expect(filesFor(either, [a])).toEqual({ files: [a], missing: ["b.gz"] });
  expect(filesFor({ files: [] }, [other, a])).toEqual({ files: [other], missing: [] });
  expect(filesFor({ files: [] }, [])).toEqual({ files: [], missing: ["a file"] });
});

it("every lesson's own file is found, and says its name", async () => {
  for (const lesson of lessons) {
    const [own, ...imported] = await codeOf(lesson);
    const { name } = lesson;
    expect(own.text, name).toContain(name.startsWith("imdb-") ? "name: `imdb-${kind}`" : `name: "${name}"`);
    expect(imported.length, lesson.name).toBeGreaterThan(0);
  }
});
