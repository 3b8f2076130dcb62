/** What holds for every lesson, and how `lanegrad course` lists them. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { lessons } from "../../course/index.js";
import { defaultsOf } from "../../course/settings.js";
import { type Chapter, chapters } from "../../course/stage.js";
import { lanegrad } from "../../src/cli/lanegrad.js";
import { record } from "../cli/support.js";

it("each of the lessons has a name of its own, a title, a line of help without a full stop, and a chapter that there is", () => {
  expect(new Set(lessons.map(({ name }) => name)).size).toBe(lessons.length);
  for (const { name, title, about, chapter } of lessons) {
    expect(name).toMatch(/^[a-z][a-z0-9-]*$/);
    expect(title, name).toMatch(/^[A-Z]/);
    expect(about, name).not.toMatch(/\.$/);
    expect(Object.keys(chapters), name).toContain(chapter);
  }
});

it("each number that can be set has a default that is allowed and lies between the ends of its slider, or is 0: as suits the data", () => {
  for (const { name, settings } of lessons) {
    const values = defaultsOf(settings);
    for (const [setting, one] of Object.entries(settings)) {
      const at = `${name} ${setting}`;
      if (one.kind === "choice") expect(one.choices, at).toContain(values[setting]);
      if (one.kind !== "number") continue;
      const [from, to] = one.slider;
      const usual = one.zero === undefined ? one.default : from; // 0 stands for numbers that differ from data to data
      expect(one.zero === undefined || one.default === 0, at).toBe(true);
      expect(from <= usual && usual <= to, at).toBe(true);
      expect(one.isInteger ? from >= one.least : from > one.least, at).toBe(true);
    }
  }
});

it("each quick value is one of a setting, differs from its default, and lies between the ends of its slider", () => {
  for (const { name, settings, quick = {} } of lessons) {
    for (const [setting, value] of Object.entries(quick)) {
      const [one, at] = [settings[setting], `${name} ${setting}`];
      expect(one, at).toBeDefined();
      expect(value, at).not.toBe(defaultsOf(settings)[setting]);
      if (one.kind === "choice") expect(one.choices, at).toContain(value);
      if (one.kind !== "number") continue;
      expect(one.slider[0] <= Number(value) && Number(value) <= one.slider[1], at).toBe(true);
    }
  }
});

it("lanegrad course lists every lesson once, under its chapter", async () => {
  const recorded = record();
  expect(await lanegrad(["course"], recorded.surroundings)).toBe(0);
  const lines = recorded.stdout().trimEnd().split("\n");
  let chapter: string | undefined;
  const listed = lines.flatMap((line) => {
    const match = /^ {2}(?:table )?(\S+) +(.+)$/.exec(line);
    if (match === null) {
      chapter = (Object.keys(chapters) as Chapter[]).find((one) => chapters[one] === line);
      return [];
    }
    return [`${chapter} ${match[1]} ${match[2]}`];
  });
  const expected = lessons.map(({ name, title, chapter }) => `${chapter} ${name} ${title}`);
  expect(listed.toSorted()).toEqual(expected.toSorted());
});

it("no lesson shows an option of the command, as --length: the live page has settings, length = 400 is understood in both", () => {
  const course = join(import.meta.dirname, "../../course");
  const files = readdirSync(course, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  expect(files.length).toBeGreaterThan(lessons.length / 2);
  for (const file of files) {
    const code = readFileSync(join(course, file), "utf8").replace(/\/\*[^]*?\*\//g, "");
    expect(code.match(/(?<=[\s"'`(])--[a-z][\w-]*/g) ?? [], file).toEqual([]);
  }
});
