/** `lanegrad table`: trains the networks of a table of the course one after the other and compares them. */
import { WrongResultError } from "../../bench/check.js";
import { info } from "../index.js";
import { type Arguments, commandText } from "./commandLine.js";
import type { Command } from "./command.js";
import { comparisonPage } from "./comparison/report.js";
import { dataOptions, loadRecipeData } from "./dataOptions.js";
import { engineFacts, initWith, threadsOption, wideOption } from "./engine.js";
import { interruptible } from "./interrupt.js";
import { duration } from "./format.js";
import { printJson } from "./json.js";
import { Outputs } from "./outputs.js";
import { pageParts, pageSize } from "./pages/page.js";
import type { RecipeData } from "./recipes/recipe.js";
import { seedOption, seedOf } from "./seed.js";
import type { Surroundings } from "./surroundings.js";
import { conclusionsOf } from "./tables/conclusions.js";
import { imdbTable } from "./tables/imdb.js";
import { mnistTable } from "./tables/mnist.js";
import type { Table, Trained } from "./tables/table.js";
import { tableReport } from "./tables/tableReport.js";
import { disposeData, quickData, trainRow } from "./tables/trainRow.js";
import { Terminal } from "./terminal.js";

const tables: readonly Table[] = [mnistTable, imdbTable];

/** `lanegrad table`: trains the networks of a table of the course. */
export const table: Command = {
  name: "table",
  summary: "train all networks of a table of the course and compare them",
  operand: { name: "table", choices: tables.map(({ name }) => name), isRequired: true },
  options: {
    ...dataOptions,
    seed: seedOption,
    quick: { about: "fewer epochs, and for imdb fewer reviews, judged by looser bounds" },
    report: { value: "FILE.html", about: "write a page with the table, curves, and accuracy against time" },
    threads: threadsOption,
    wide: wideOption,
    json: { about: "print the result as one JSON object, and everything else on standard error" },
  },
  about: [
    "Trains every network of the table by its recipe and looks at the test set once.",
    "mnist: test errors beside the published ones. imdb: six recurrent networks with the",
    "same budget, their accuracy, and how fast they train and predict.",
    "Fails where a network errs more than its recipe is known to.",
  ],
  examples: [
    "lanegrad table mnist --data DIR",
    "lanegrad table mnist --quick --download --json",
    "lanegrad table imdb --data DIR --report imdb.html",
  ],
  run: (args, surroundings) => interruptible(surroundings, (signal) => runTable(args, surroundings, signal)),
};

async function runTable(args: Arguments, surroundings: Surroundings, signal: AbortSignal): Promise<void> {
  const meant = tables.find(({ name }) => name === args.operand)!;
  const isJson = args.has("json");
  const isQuick = args.has("quick");
  const seed = seedOf(args) ?? 0;
  const terminal = new Terminal(isJson ? surroundings.stderr : surroundings.stdout, surroundings.env);
  const outputs = await Outputs.tried("table", args);
  const parts = outputs.has("report") ? await pageParts("table", surroundings.files.pages.comparison) : undefined;
  if (parts !== undefined) await outputs.try({ report: pageSize(parts) });
  await initWith(args);
  const facts: (readonly [name: string, text: string])[] = [...engineFacts()];
  for (const [name, text] of facts) terminal.fact(name, text);
  const start = performance.now();
  const results: Trained[] = [];
  let known: { readonly load: unknown; readonly data: RecipeData } | undefined;
  for (const row of meant.rows) {
    const { load } = row.recipe;
    if (known?.load !== load) {
      if (known !== undefined) disposeData(known.data);
      const all = await loadRecipeData(row.recipe, {
        args,
        surroundings,
        terminal,
        signal,
        seed,
        batch: row.recipe.settings.batch,
      });
      const data = isQuick ? quickData(all, meant) : all;
      known = { load, data };
      if (results.length === 0) {
        facts.unshift(["data", data.description]);
        terminal.fact("data", data.description);
        terminal.print();
        terminal.printStyled(terminal.style(headerOf(meant), "dim"));
      }
    }
    const trained = await trainRow(row, meant, known.data, { isQuick, seed, signal, terminal });
    results.push(trained);
    terminal.print(lineOf(meant, trained));
  }
  if (known !== undefined) disposeData(known.data);
  if (!terminal.isLive)
    for (const line of ["", headerOf(meant), ...results.map((one) => lineOf(meant, one))]) terminal.print(line);
  terminal.print();
  const conclusions = conclusionsOf(meant, results);
  for (const text of conclusions) terminal.print(text);
  if (parts !== undefined) {
    const took = duration((performance.now() - start) / 1000);
    const all = [...facts, ["seed", String(seed)], ["took", took]] as const;
    const command = repeatCommand(meant, args, seed);
    const report = tableReport(meant, results, { command, facts: all, conclusions });
    const file = await outputs.write("report", comparisonPage(report, parts));
    if (file !== undefined) terminal.fact("report", file);
  }
  if (isJson) {
    const { threads, build, wide } = info();
    printJson(surroundings, {
      table: meant.name,
      quick: isQuick,
      seed,
      threads,
      build,
      wide,
      rows: results.map(asJson),
    });
  }
  outputs.finish();
  checkBounds(meant, results);
}

function repeatCommand({ name }: Table, args: Arguments, seed: number): string {
  const again = args.again(["data", "quick", "threads", "wide"]);
  return commandText(["npx", "lanegrad", "table", name, "--seed", String(seed), ...again]);
}

function asJson({ row: { recipe, published }, history: _, ...numbers }: Trained): object {
  return { recipe: recipe.name, ...numbers, publishedErrorPercent: published ?? null };
}

/** Errors: WrongResultError where a network errs more than it may. */
function checkBounds({ measure }: Table, results: readonly Trained[]): void {
  const failed = results.filter(({ testErrorPercent, boundPercent }) => testErrorPercent > boundPercent);
  if (failed.length === 0) return;
  const texts = failed.map(({ row, testErrorPercent, boundPercent }) =>
    measure === "error"
      ? `${row.recipe.name} errs on ${testErrorPercent.toFixed(2)} %, at most ${boundPercent} % was expected`
      : `${row.recipe.name} is right on ${(100 - testErrorPercent).toFixed(2)} %, at least ${100 - boundPercent} % was expected`,
  );
  throw new WrongResultError(`table: ${texts.join("; ")}.`);
}

/** Rows are printed as they come, so columns are as wide as they may need. */
function headerOf({ rows, columns }: Table): string {
  return cells(rows, ["network", ...columns.map(({ title, width }) => title.padStart(width))]);
}

function lineOf({ rows, columns }: Table, trained: Trained): string {
  const texts = columns.map((column) => column.text(trained).padStart(column.width));
  return cells(rows, [trained.row.recipe.name, ...texts]);
}

function cells(rows: Table["rows"], [name, ...texts]: readonly string[]): string {
  const width = Math.max(...rows.map(({ recipe }) => recipe.name.length));
  return [name.padEnd(width), ...texts].join("  ").trimEnd();
}
