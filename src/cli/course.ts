/** `lanegrad course`: the lessons, chapter by chapter. */
import { lessons } from "../../course/index.js";
import { type Chapter, chapters } from "../../course/stage.js";
import type { Command } from "./command.js";
import { printJson } from "./json.js";
import { Terminal } from "./terminal/terminal.js";

/** `lanegrad course` */
export const course: Command = {
  name: "course",
  summary: "list the lessons of the course, chapter by chapter",
  options: { json: { about: "print one JSON object" } },
  about: [
    "Lists the lessons with their titles. lanegrad train NAME performs one; those that",
    "are tables are performed by lanegrad table NAME.",
  ],
  examples: ["lanegrad course", "lanegrad train xor"],
  run: async (args, surroundings) => {
    if (args.has("json")) {
      const listed = lessons.map(({ name, title, about, chapter, kind, quick = {}, sources, runsWithoutSources }) => {
        const needsData = sources.length > 0 && runsWithoutSources !== true;
        return { name, title, about, chapter, kind, quick, sources: sources.map(({ name }) => name), needsData };
      });
      printJson(surroundings, { lessons: listed });
      return;
    }
    const terminal = new Terminal(surroundings.stdout, surroundings.env);
    const names = lessons.map(({ name, kind }) => (kind === "table" ? `table ${name}` : name));
    const width = Math.max(...names.map(({ length }) => length));
    for (const chapter of Object.keys(chapters) as Chapter[]) {
      const own = lessons.filter((lesson) => lesson.chapter === chapter);
      if (own.length === 0) continue;
      terminal.printStyled(terminal.style(chapters[chapter], "bold"));
      for (const lesson of own) terminal.print(`  ${names[lessons.indexOf(lesson)].padEnd(width)}  ${lesson.title}`);
    }
  },
};
