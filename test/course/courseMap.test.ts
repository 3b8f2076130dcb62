/** docs/course.md and the list of lessons name the same lessons. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { lessons } from "../../course/index.js";

const map = readFileSync(join(import.meta.dirname, "../../docs/course.md"), "utf8");
/** The names in the second column of its tables; what begins with a dash is an option. */
const named = [...map.matchAll(/^\|[^|]*\|(.*)\|$/gm)].flatMap(([, cell]) =>
  [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name).filter((name) => !name.startsWith("-")),
);

it("names every lesson", () => {
  const missing = lessons.map(({ name, family }) => family?.name ?? name).filter((name) => !named.includes(name));
  expect(missing).toEqual([]);
});

it("names none that is not there", () => {
  const known = new Set(lessons.flatMap(({ name, family }) => [name, family?.name]));
  expect(named.filter((name) => !known.has(name))).toEqual([]);
});
