/** The report of `lanegrad train`: a page with curves, errors and what the network looks at. How it is drawn is in page/. */
import { type History, info } from "../../index.js";
import { engineText } from "../engine.js";
import { duration, plural } from "../format.js";
import { type PageParts, pageBytes } from "../pages/page.js";
import type { RecipeData } from "../recipes/recipe.js";
import type { Run } from "../run.js";
import type { Verdict } from "../tasks/task.js";
import { drawLayers } from "./layerGraph.js";
import type { RateRecorder } from "./rates.js";
import type { TrainingReport } from "./reportData.js";

/** A run that has ended. */
export interface EndedRun {
  readonly run: Run;
  readonly data: RecipeData;
  readonly verdict: Verdict;
  readonly history: History;
  readonly seconds: number;
  readonly rates: RateRecorder;
  /** The command line that does it again. */
  readonly command: string;
}

/** The bytes of the page. */
export async function trainingPage(ended: EndedRun, parts: PageParts): Promise<Uint8Array> {
  const { run, verdict, history, rates, command } = ended;
  const { recipe, model } = run;
  let summary = "";
  model.summary((text) => (summary = text));
  const report: TrainingReport = {
    ...{ recipe: recipe.name, about: recipe.about, command, facts: factsOf(ended), summary },
    graph: await drawLayers(model),
    curves: { epochs: history.history, steps: rates.steps, learningRates: rates.rates },
    ...verdict.page(),
  };
  return pageBytes({ title: `lanegrad train ${recipe.name}`, data: report }, parts);
}

function factsOf({ run, data, verdict, seconds }: EndedRun): TrainingReport["facts"] {
  return [
    ["data", data.description],
    ["engine", engineText(info())],
    ["seed", String(run.seed)],
    ["trained", `${plural(run.settings.epochs, "epoch")} in ${duration(seconds)}`],
    ["test", verdict.summary],
  ];
}
