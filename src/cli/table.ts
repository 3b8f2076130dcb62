/** `lanegrad table`: trains the networks of a table of the course one after the other and prints it beside the published figures. */
import { WrongResultError } from "../../bench/check.js";
import { info } from "../index.js";
import type { Arguments } from "./commandLine.js";
import type { Command } from "./command.js";
import { dataOptions, loadRecipeData } from "./dataOptions.js";
import { engineText, initWith, threadsOption, wideOption } from "./engine.js";
import { count, duration } from "./format.js";
import { interruptible } from "./interrupt.js";
import { printJson } from "./json.js";
import { inColumns } from "./layout.js";
import { ProgressDisplay } from "./progress.js";
import { judge } from "./report.js";
import { compileFor } from "./recipes/recipe.js";
import { seedOf, seedOption } from "./seed.js";
import type { Surroundings } from "./surroundings.js";
import { type TableRow, mnistRows } from "./tables/mnist.js";
import { Terminal } from "./terminal.js";

/** `lanegrad table`: trains the networks of a table of the course. */
export const table: Command = {
  name: "table",
  summary: "train all networks of a table of the course and compare them",
  operand: { name: "table", choices: ["mnist"], isRequired: true },
  options: {
    ...dataOptions,
    seed: seedOption,
    quick: { about: "two epochs a network, judged by looser bounds" },
    threads: threadsOption,
    wide: wideOption,
    json: { about: "print the result as one JSON object, and everything else on standard error" },
  },
  about: [
    "Trains every network of the table by its recipe, looks at the test set once, and prints the test errors beside the published ones.",
    "Fails where an error is above what the recipe is known to reach.",
  ],
  examples: ["lanegrad table mnist --data DIR", "lanegrad table mnist --quick --download --json"],
  run: (args, surroundings) => interruptible(surroundings, (signal) => runTable(args, surroundings, signal)),
};

/** A row when its network has been trained. */
interface Trained {
  readonly recipe: string;
  readonly testErrorPercent: number;
  readonly publishedErrorPercent: number | null;
  /** What the error must not be above. */
  readonly boundPercent: number;
  readonly parameters: number;
  readonly epochs: number;
  readonly seconds: number;
  readonly secondsPerEpoch: number;
}

async function runTable(args: Arguments, surroundings: Surroundings, signal: AbortSignal): Promise<void> {
  const isJson = args.has("json");
  const terminal = new Terminal(isJson ? surroundings.stderr : surroundings.stdout, surroundings.env);
  await initWith(args);
  terminal.fact("engine", engineText(info()));
  const results: Trained[] = [];
  for (const row of mnistRows) results.push(await trained(row, args, surroundings, terminal, signal));
  terminal.print();
  for (const line of tableLines(results)) terminal.print(line);
  if (isJson) {
    const { threads, build, wide } = info();
    printJson(surroundings, { table: args.operand, quick: args.has("quick"), threads, build, wide, rows: results });
  }
  const failed = results.filter((result) => result.testErrorPercent > result.boundPercent);
  if (failed.length === 0) return;
  const texts = failed.map(
    ({ recipe, testErrorPercent, boundPercent }) =>
      `${recipe} errs on ${testErrorPercent.toFixed(2)} %, at most ${boundPercent} % was expected`,
  );
  throw new WrongResultError(`table: ${texts.join("; ")}.`);
}

async function trained(
  { recipe, published, bound, quickBound, quickEpochs }: TableRow,
  args: Arguments,
  surroundings: Surroundings,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<Trained> {
  const isQuick = args.has("quick");
  const seed = seedOf(args) ?? 0;
  const { batch: batchSize, lr } = recipe.settings;
  const data = await loadRecipeData(recipe, { args, surroundings, terminal, signal, seed, batch: batchSize });
  const { x, y } = data.train;
  const epochs = isQuick ? quickEpochs : recipe.settings.epochs;
  const model = recipe.model(seed, { data, batch: batchSize });
  try {
    terminal.fact("network", `${recipe.name}, ${recipe.about}`);
    compileFor(recipe, model, lr, epochs * Math.ceil(x.shape[0] / batchSize), epochs);
    const start = performance.now();
    await model.fit(x, y, { epochs, batchSize, callbacks: [new ProgressDisplay(terminal)], signal });
    const seconds = (performance.now() - start) / 1000;
    const { accuracy } = await judge(model, data, recipe);
    return {
      recipe: recipe.name,
      testErrorPercent: 100 * (1 - accuracy),
      publishedErrorPercent: published ?? null,
      boundPercent: isQuick ? quickBound : bound,
      parameters: model.weights.reduce((sum, { value }) => sum + value.size, 0),
      epochs,
      seconds,
      secondsPerEpoch: seconds / epochs,
    };
  } finally {
    model.dispose();
    for (const { x, y } of [data.train, data.test]) for (const tensor of [x, y]) tensor.dispose();
  }
}

function tableLines(results: readonly Trained[]): string[] {
  const header = ["network", "error", "published", "parameters", "epochs", "time", "an epoch"];
  const rows = results.map((one) => [
    one.recipe,
    `${one.testErrorPercent.toFixed(2)} %`,
    one.publishedErrorPercent === null ? "" : `${one.publishedErrorPercent.toFixed(1)} %`,
    count(one.parameters),
    String(one.epochs),
    duration(one.seconds),
    `${one.secondsPerEpoch.toFixed(1)} s`,
  ]);
  return inColumns([header, ...rows]);
}
