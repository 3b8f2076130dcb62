/**
 * Trainings as blocks of a page: a table of what each has reached, and the curves of all of them in one chart for each
 * quantity. Epochs are counted from 1 on pages, from 0 in histories.
 */
import { isLargerBetter } from "../callbacks/monitor.js";
import type { History } from "../models/loop/history.js";
import type { Block, Chart, Series, Table } from "./shown.js";

/** Histories of trainings by name; a single one may have the name "". */
export type Runs = Readonly<Record<string, History>>;

/** A number as a page shows it. */
export function numberText(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(4);
}

/** The table and the charts. */
export function runBlocks(runs: Runs): Block[] {
  const names = Object.keys(runs);
  const measured = [...new Set(Object.values(runs).flatMap(({ history }) => Object.keys(history).map(quantityOf)))];
  const charts = measured.map((quantity): Chart => ({
    ...{ kind: "chart", title: capitalized(quantity), section: "Curves", xLabel: "epoch", yLabel: quantity },
    marks: "lines",
    series: names.flatMap((name) => seriesOf(name, runs[name], quantity)),
  }));
  return [resultTable(runs), ...charts];
}

/** Sentences on the runs: how long each was, and which was best. */
export function runSentences(runs: Runs): string[] {
  const entries = Object.entries(runs);
  const lengths = entries.map(([name, { epochs, stopped }]) => {
    const reason = stopped === undefined ? "" : `, stopped: ${stopped}`;
    return `${name === "" ? "" : `${name}: `}${epochs.length} ${epochs.length === 1 ? "epoch" : "epochs"}${reason}`;
  });
  const sentences = [`${lengths.join("; ")}.`];
  if (entries.length < 2) return sentences;
  const shared = ["valLoss", "loss"].find((key) => entries.every(([, { history }]) => history[key]?.length > 0));
  const bests =
    shared === undefined ? [] : entries.map(([name, { history }]) => ({ name, ...bestOf(shared, history[shared]) }));
  const known = bests.filter(({ value }) => Number.isFinite(value));
  if (known.length < 2) return sentences;
  const best = known.reduce((a, b) => (b.value < a.value ? b : a));
  return [...sentences, `${best.name} reached the least ${shared}: ${numberText(best.value)} in epoch ${best.epoch}.`];
}

/** "loss" for "valLoss". */
function quantityOf(name: string): string {
  return isOfValidation(name) ? name[3].toLowerCase() + name.slice(4) : name;
}

const isOfValidation = (name: string): boolean => /^val[A-Z]/.test(name);

const validationName = (quantity: string): string => `val${capitalized(quantity)}`;

function capitalized(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/**
 * The curve of training, and that of validation with the validations inside epochs; those of a stream that does not say
 * how many batches it has lie at even distances in their epoch.
 */
function seriesOf(run: string, { epochs, history, validations = [] }: History, quantity: string): Series[] {
  const key = validationName(quantity);
  const inside = validations.flatMap(({ epoch, done, logs }, i) => {
    if (logs[key] === undefined) return [];
    const before = validations.slice(0, i).filter((one) => one.epoch === epoch).length;
    const all = validations.filter((one) => one.epoch === epoch).length;
    return [{ x: epoch + (done ?? (before + 1) / (all + 1)), y: logs[key] }];
  });
  const pointsOf = (values: readonly number[] = []) =>
    values.map((y, i) => ({ x: (epochs.at(i - values.length) ?? i) + 1, y }));
  const curves = [
    { name: run === "" ? quantity : run, points: pointsOf(history[quantity]) },
    { name: run === "" ? key : `${run}, validation`, points: [...pointsOf(history[key]), ...inside] },
  ];
  return curves
    .filter(({ points }) => points.length > 0)
    .map(({ name, points }) => {
      const ordered = points.sort((a, b) => a.x - b.x);
      return { name, x: ordered.map(({ x }) => x), y: ordered.map(({ y }) => y) };
    });
}

/** The best value of a quantity, with the epoch in which it was reached, from 1; NaN and 0 where there is no number. */
function bestOf(name: string, values: readonly number[]): { readonly value: number; readonly epoch: number } {
  const sign = isLargerBetter(name) ? 1 : -1;
  let [value, epoch] = [NaN, 0];
  for (const [i, one] of values.entries())
    if (!Number.isNaN(one) && (epoch === 0 || sign * (one - value) > 0)) [value, epoch] = [one, i + 1];
  return { value, epoch };
}

function resultTable(runs: Runs): Table {
  const isOne = Object.keys(runs).length === 1 && "" in runs;
  const rows = Object.entries(runs).flatMap(([run, { epochs, history }]) =>
    Object.entries(history).map(([name, values]) => {
      const { value, epoch } = bestOf(name, values);
      const at = epoch === 0 ? "–" : String((epochs.at(epoch - 1 - values.length) ?? epoch - 1) + 1);
      return [...(isOne ? [] : [run]), name, numberText(values.at(-1) ?? NaN), numberText(value), at];
    }),
  );
  return {
    ...{ kind: "table", title: "Results" },
    header: [...(isOne ? [] : ["run"]), "quantity", "last", "best", "in epoch"],
    wordColumns: isOne ? 1 : 2,
    rows,
  };
}
