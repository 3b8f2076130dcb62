/** Runs an experiment for `lanegrad train`: checks its options, shows what it found, writes its page. */
import { type Arguments, commandText, wrong } from "../commandLine.js";
import { comparisonPage } from "../comparison/report.js";
import { loadRecipeData } from "../dataOptions.js";
import { engineFacts, initWith } from "../engine.js";
import { duration } from "../format.js";
import { printJson } from "../json.js";
import { inColumns } from "../layout.js";
import { Outputs } from "../outputs.js";
import { pageParts, pageSize } from "../pages/page.js";
import { type ExperimentSettings, settingNames } from "../recipes/recipe.js";
import { settingsOf } from "../run.js";
import { seedOf } from "../seed.js";
import type { Surroundings } from "../surroundings.js";
import { Terminal } from "../terminal.js";
import { info } from "../../index.js";
import type { Experiment, Findings } from "./experiment.js";

/** Options of every experiment, settings and data aside. */
const common = ["seed", "report", "threads", "wide", "json"];

/** `lanegrad train` where the name is that of an experiment. Errors: CommandLineError; DataError; what the experiment throws. */
export async function runExperiment(
  experiment: Experiment,
  args: Arguments,
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<void> {
  const { name, about } = experiment;
  checkOptions(experiment, args);
  const isJson = args.has("json");
  const terminal = new Terminal(isJson ? surroundings.stderr : surroundings.stdout, surroundings.env);
  const seed = seedOf(args) ?? 0;
  const settings: Partial<ExperimentSettings> = { ...experiment.settings, ...settingsOf(args) };
  const outputs = await Outputs.tried("train", args);
  const parts = outputs.has("report") ? await pageParts("train", surroundings.files.pages.comparison) : undefined;
  if (parts !== undefined) await outputs.try({ report: pageSize(parts) });
  await initWith(args);
  const facts: (readonly [name: string, text: string])[] = [...engineFacts()];
  terminal.fact("compares", `${name}, ${about}`);
  for (const [what, text] of facts) terminal.fact(what, text);
  let kind: string | undefined;
  const start = performance.now();
  const findings = await experiment.run({
    ...{ seed, signal, terminal, settings },
    load: async (load) => {
      const data = await loadRecipeData(
        { load },
        { args, surroundings, terminal, signal, seed, batch: settings.batch ?? 1 },
      );
      kind = data.kind;
      facts.unshift(["data", data.description]);
      terminal.fact("data", data.description);
      return data;
    },
  });
  const seconds = (performance.now() - start) / 1000;
  show(findings, seconds, terminal);
  const { tables, charts, conclusions, result } = findings;
  if (parts !== undefined) {
    const report = {
      title: `lanegrad train ${name}`,
      introduction: [`${about[0].toUpperCase()}${about.slice(1)}.`, ...conclusions],
      command: repeatCommand(experiment, args, settings, seed),
      facts: [...facts, ["seed", String(seed)], ["took", duration(seconds)]] as const,
      ...{ tables, charts },
    };
    const file = await outputs.write("report", comparisonPage(report, parts));
    if (file !== undefined) terminal.fact("report", file);
  }
  if (isJson) {
    const { threads, build } = info();
    const data = kind !== undefined && { data: kind };
    printJson(surroundings, { experiment: name, ...data, ...settings, seed, ...result, seconds, threads, build });
  }
  outputs.finish();
}

/** Errors: CommandLineError for an option of training that this experiment has no use for. */
function checkOptions({ name, settings, takesData }: Experiment, args: Arguments): void {
  const own = [...Object.keys(settings), ...(takesData ? ["data", "download"] : []), ...common];
  const spare = args.given.find((option) => !own.includes(option));
  if (spare === undefined) return;
  throw wrong("train", `--${spare} is not for ${name}`, own.map((option) => `--${option}`).join(", "));
}

function show({ tables, conclusions }: Findings, seconds: number, terminal: Terminal): void {
  for (const { title, header, rows } of tables) {
    terminal.print();
    terminal.printStyled(terminal.style(title, "bold"));
    const [head, ...lines] = inColumns([header, ...rows]);
    terminal.printStyled(terminal.style(head, "dim"));
    for (const line of lines) terminal.print(line);
  }
  terminal.print();
  for (const text of conclusions) terminal.fact("shows", text, "bold");
  terminal.fact("took", duration(seconds));
}

function repeatCommand(
  { name }: Experiment,
  args: Arguments,
  settings: Partial<ExperimentSettings>,
  seed: number,
): string {
  const set = settingNames.flatMap((one) => (settings[one] === undefined ? [] : [`--${one}`, String(settings[one])]));
  return commandText([
    ...["npx", "lanegrad", "train", name, ...set, "--seed", String(seed)],
    ...args.again(["data", "threads", "wide"]),
  ]);
}
