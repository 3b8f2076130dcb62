/**
 * The page of a training, of several side by side, or of a model, for programs of users: the same page that the
 * command's `--report` writes. Its text comes back; in Node it can be written to a file.
 */
import type { Histograms } from "../callbacks/histograms.js";
import { UsageError, checkKeys, message, show } from "../errors.js";
import { writeFileAtomically } from "../io/files.js";
import { isNode } from "../io/node.js";
import { checkList } from "../options.js";
import { modelToDot } from "../models/dot.js";
import type { History } from "../models/loop/history.js";
import { Model } from "../models/model.js";
import { graphviz, pageScript, readPageParts } from "./installed.js";
import { histogramBlocks } from "./overTime.js";
import { type PageParts, reportPage } from "./page.js";
import { type Runs, numberText, runBlocks, runSentences } from "./runs.js";
import type { Block, Graph, Table } from "./shown.js";

/** Options of {@link report}. */
export interface ReportOptions {
  /** A path or file: URL that the page is written to, in Node; the file is written completely or not at all. */
  readonly file?: string | URL | undefined;
  /** The heading. Default: the model's name where there is a model alone, else "Training". */
  readonly title?: string | undefined;
  /** A model that is shown below the curves: its layers, and what its weights are. */
  readonly model?: Model | undefined;
  /** What `callbacks.histograms()` has collected, drawn over time. */
  readonly histograms?: Pick<Histograms, "weights"> | undefined;
  /** Names and values that stand above everything: the data, the seed. */
  readonly facts?: Readonly<Record<string, string | number>> | undefined;
  /** Further blocks, below the others. */
  readonly blocks?: readonly Block[] | undefined;
  /** The texts of uPlot and of the page's script, for browsers; in Node they are read from the installed packages. */
  readonly parts?: PageParts | undefined;
}

/**
 * Makes a page in one file, which can be sent and opened anywhere: curves, results, the layers and weights of a model.
 *
 * ```ts
 * await report(await model.fit(x, y, options), { model, file: "run.html" });
 * await report({ adam: first, sgd: second }, { file: "both.html" }); // curves of both in one chart
 * ```
 *
 * @param shown  what `fit` returned, several of these by name or in a list, or a model
 * @returns      the HTML
 * @throws {UsageError} for something else, or a wrong option; where uPlot is not installed (`npm install uplot`); in a
 *   browser without `parts`
 * @throws {DataError} where the file cannot be written
 */
export async function report(
  shown: History | Model | readonly History[] | Runs,
  options: ReportOptions = {},
): Promise<string> {
  checkKeys("report", options, ["file", "title", "model", "histograms", "facts", "blocks", "parts"]);
  const { file, model = shown instanceof Model ? shown : undefined, histograms, facts = {}, blocks = [] } = options;
  if (model !== undefined && !(model instanceof Model)) refuse("model is no model", "a model", model);
  const { title = shown instanceof Model ? shown.name : "Training" } = options;
  if (typeof title !== "string") refuse("title must be a string", '"Training"', title);
  if (histograms !== undefined && !Array.isArray(histograms?.weights))
    refuse("histograms are none", "callbacks.histograms(), after fit", histograms);
  checkList("report", "blocks", blocks);
  checkFacts(facts);
  const runs = shown instanceof Model ? {} : runsOf(shown);
  const hasRuns = Object.keys(runs).length > 0;
  const parts = options.parts ?? (await installedParts());
  const html = reportPage(
    {
      title,
      heading: title,
      introduction: hasRuns ? runSentences(runs) : [],
      command: "",
      facts: [
        ...Object.entries(facts).map(([name, fact]) => [name, String(fact)] as const),
        ...(model ? modelFacts(model) : []),
      ],
      blocks: [
        ...(hasRuns ? runBlocks(runs) : []),
        ...(model ? await modelBlocks(model) : []),
        ...histogramBlocks(histograms?.weights ?? []),
        ...blocks,
      ],
    },
    parts,
  );
  if (file !== undefined) await writeFileAtomically("report", file, [new TextEncoder().encode(html)]);
  return html;
}

function refuse(wrong: string, expected: string, got: unknown): never {
  throw new UsageError(message("report", wrong, { expected, got: show(got) }));
}

function checkFacts(facts: unknown): void {
  const isObject = typeof facts === "object" && facts !== null && !Array.isArray(facts);
  if (isObject && Object.values(facts).every((fact) => typeof fact === "string" || typeof fact === "number")) return;
  refuse("facts must be strings or numbers by name", '{ data: "digits", seed: 1 }', facts);
}

/** The histories by name; those of a list are numbered. */
function runsOf(shown: unknown): Runs {
  if (isHistory(shown)) return { "": shown };
  const isList = Array.isArray(shown);
  const entries: [string, unknown][] = isList
    ? Array.from(shown, (one: unknown, i) => [`run ${i + 1}`, one])
    : typeof shown === "object" && shown !== null
      ? Object.entries(shown)
      : [];
  const expected = "what fit returned, a list of these, some by name ({ adam: …, sgd: … }), or a model";
  if (entries.length === 0) refuse("there is nothing to show", expected, shown);
  for (const [name, one] of entries) {
    if (isHistory(one)) continue;
    const isPromise = one instanceof Promise ? { hint: "Await fit first." } : {};
    throw new UsageError(message("report", `${name} is no history`, { expected, got: show(one), ...isPromise }));
  }
  return Object.fromEntries(entries) as Runs;
}

function isHistory(value: unknown): value is History {
  const { epochs, history } = (value ?? {}) as Partial<History>;
  const isRecord = typeof history === "object" && history !== null && Object.values(history).every(Array.isArray);
  return Array.isArray(epochs) && isRecord;
}

async function installedParts(): Promise<PageParts> {
  if (!isNode()) {
    const hint = "Give their texts: report(history, { parts: { plotScript, plotStyle, plotLicense, pageScript } }).";
    throw new UsageError(message("report", "uPlot and the page's script are not at hand in a browser", { hint }));
  }
  const script = pageScript();
  const parts = script === undefined ? undefined : await readPageParts(script);
  if (parts !== undefined) return parts;
  const [wrong, hint] =
    script === undefined
      ? ["the page's script, report/page.js of this package, is not there", "Install lanegrad again."]
      : ["the page needs uPlot, which is not installed", "Run npm install uplot."];
  throw new UsageError(message("report", wrong, { hint }));
}

function modelFacts(model: Model): (readonly [string, string])[] {
  const count = model.weights.reduce((sum, { value }) => sum + value.size, 0);
  return [
    ["model", model.name],
    ["parameters", count.toLocaleString("en-US")],
  ];
}

async function modelBlocks(model: Model): Promise<Block[]> {
  let text = "";
  model.summary((line) => (text += `${text && "\n"}${line}`));
  const dot = modelToDot(model);
  const svg = isNode() ? (await graphviz())?.(dot) : undefined;
  const graph: Graph = { kind: "graph", title: "Layers", dot, text, svg };
  return [graph, weightTable(model)];
}

function weightTable(model: Model): Table {
  const rows = model.weights.map(({ name, value }) => {
    const elements = value.toTypedArray();
    let [sum, squares, least, greatest] = [0, 0, Infinity, -Infinity];
    for (const element of elements) {
      sum += element;
      squares += element * element;
      least = Math.min(least, element);
      greatest = Math.max(greatest, element);
    }
    const mean = sum / elements.length;
    const deviation = Math.sqrt(Math.max(0, squares / elements.length - mean * mean));
    return [name, value.shape.join(" × ") || "1", ...[mean, deviation, least, greatest].map(numberText)];
  });
  return {
    ...{ kind: "table", title: "Weights", wordColumns: 2 },
    header: ["weight", "shape", "mean", "deviation", "least", "greatest"],
    rows,
  };
}
