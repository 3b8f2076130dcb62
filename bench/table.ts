/** Measurements as lines of a table, with the columns that apply to their group. */
import type { Group } from "./case.js";
import type { Measurement } from "./measure.js";
import { rate } from "../course/support/format.js";

/** A column of a table: its title, its width, and the text for a measurement. */
export interface Column {
  readonly title: string;
  readonly width: number;
  readonly cell: (one: Measurement) => string;
}

const number = (value: number | null, digits: number): string => (value === null ? "" : value.toFixed(digits));

/** Three significant digits, or all those before the decimal point. */
const short = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));

const m: Column = { title: "m", width: 4, cell: (one) => number(one.m, 0) };
const n: Column = { title: "n", width: 4, cell: (one) => number(one.n, 0) };
const k: Column = { title: "k", width: 4, cell: (one) => number(one.k, 0) };
const stored: Column = {
  title: "",
  width: 2,
  cell: ({ transA, transB }) => (transA === null ? "" : `${transA ? "T" : "N"}${transB ? "T" : "N"}`),
};
const ms: Column = {
  title: "ms",
  width: 8,
  cell: (one) => (one.ms < 0.01 ? one.ms.toPrecision(3) : one.ms < 10 ? one.ms.toFixed(3) : one.ms.toFixed(1)),
};
const spread: Column = {
  title: "±",
  width: 5,
  cell: ({ spreadPercent }) => (spreadPercent === null ? "" : `${spreadPercent.toFixed(0)} %`),
};
const gflops: Column = { title: "GFLOP/s", width: 7, cell: (one) => number(one.gflops, 1) };
const gbs: Column = { title: "GB/s", width: 6, cell: (one) => number(one.gbs, 1) };
const ofPeak: Column = {
  title: "of peak",
  width: 7,
  cell: ({ percentOfPeak }) => (percentOfPeak === null ? "" : `${percentOfPeak.toFixed(0)} %`),
};
const ofCopy: Column = { ...ofPeak, title: "of copy" };
const nsEach: Column = { title: "ns each", width: 8, cell: (one) => (one.nsEach === null ? "" : short(one.nsEach)) };
const timesReal: Column = { title: "× real", width: 7, cell: ({ timesRealTime }) => number(timesRealTime, 0) };
const perSecond: Column = { title: "a second", width: 10, cell: (one) => rate(1000 / one.ms) };
const speedup: Column = {
  title: "speedup",
  width: 7,
  cell: (one) => (one.speedup === null ? "" : `${one.speedup.toFixed(2)} ×`),
};

const evaluations: Column = { title: "evals", width: 6, cell: (one) => number(one.evaluations, 0) };
const ofScipy: Column = { title: "SciPy's", width: 7, cell: (one) => number(one.evaluationsOfScipy, 0) };
const value: Column = { title: "value", width: 8, cell: ({ value }) => (value === null ? "" : value.toPrecision(3)) };
const gradientNorm: Column = {
  title: "gradient",
  width: 8,
  cell: (one) => (one.gradientNorm === null ? "" : one.gradientNorm.toExponential(1)),
};

/** The columns of each group, after the names. */
export const columns: Readonly<Record<Group, readonly Column[]>> = {
  gemm: [m, n, k, stored, ms, spread, gflops, ofPeak],
  dense: [ms, spread, gflops, ofPeak],
  conv: [ms, spread, gflops, ofPeak],
  cnn: [ms, spread, gflops, ofPeak],
  recurrent: [ms, spread, gflops, ofPeak],
  attention: [ms, spread, gflops, ofPeak],
  seq2seq: [ms, spread, nsEach, gflops, ofPeak],
  words: [ms, spread, nsEach, gflops, ofPeak],
  speech: [ms, spread, nsEach, gflops, ofPeak, timesReal],
  elementwise: [ms, spread, nsEach, gbs, ofCopy],
  minimize: [ms, evaluations, ofScipy, value, gradientNorm],
  tiny: [ms, spread, perSecond, nsEach],
  startup: [ms, spread],
  threads: [ms, spread, nsEach, gflops, ofPeak, speedup],
};

/** The line of titles above a group's measurements. @param width of the names */
export function tableHead(group: Group, width: number): string {
  return [group.padEnd(width), ...columns[group].map((column) => column.title.padStart(column.width))].join("  ");
}

/** A measurement as a line. */
export function tableRow(one: Measurement, width: number): string {
  const cells = columns[one.group].map((column) => column.cell(one).padStart(column.width));
  return [one.name.padEnd(width), ...cells].join("  ").trimEnd();
}
