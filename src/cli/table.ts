/** `lanegrad table`: trains the networks of a table of the course one after the other and compares them. */
import { lessons } from "../../course/index.js";
import type { Command } from "./command.js";
import { threadsOption, wideOption } from "./engine.js";
import { play } from "./lesson/play.js";
import { settingOptions } from "./lesson/settings.js";
import { dataOptions, fileOptions } from "./lesson/sources.js";
import { seedOption } from "./seed.js";
import { beside } from "./terminal/layout.js";

const tables = lessons.filter(({ kind }) => kind === "table");

/** `lanegrad table` */
export const table: Command = {
  name: "table",
  summary: "train all networks of a table of the course and compare them",
  operand: { name: "table", choices: tables.map(({ name }) => name), isRequired: true },
  options: {
    ...dataOptions,
    ...fileOptions(tables),
    ...settingOptions(tables),
    seed: seedOption,
    report: { value: "FILE.html", about: "write a page with the table, curves, and accuracy against time" },
    threads: threadsOption,
    wide: wideOption,
    json: { about: "print the result as one JSON object, and everything else on standard error" },
  },
  about: [
    "Trains every network of the table as its own lesson does, and evaluates the test",
    "set once. Fails if a network makes more errors than its known bound.",
    "",
    ...beside(
      tables.map(({ name, about }) => [name, about] as const),
      80,
    ),
  ],
  examples: [
    "lanegrad table mnist --data DIR",
    "lanegrad table mnist --quick --download --json",
    "lanegrad table imdb --data DIR --report imdb.html",
  ],
  run: (args, surroundings) => play("table", tables, args, surroundings),
};
