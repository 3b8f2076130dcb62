/** report: what stands on the page of histories, of a model, and of histograms; how the file is written; what is refused. */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { HistogramFrame } from "../../src/callbacks/histograms.js";
import { callbacks } from "../../src/index.js";
import type { History } from "../../src/models/loop/history.js";
import { pictureOf, report, reportPage } from "../../src/report/index.js";
import { histogramBlocks } from "../../src/report/overTime.js";
import type { Report } from "../../src/report/page.js";
import type { Chart, Table } from "../../src/report/shown.js";
import { network, noise } from "../models/networks.js";
import "../support/engine.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-own-report-"));
afterAll(() => rmSync(folder, { recursive: true }));

const parts = { plotScript: "", plotStyle: "", plotLicense: "", pageScript: "" };

/** What the page's script finds. */
const dataOf = (html: string): Report =>
  JSON.parse(/<script type="application\/json" id="result">(.*?)<\/script>/s.exec(html)![1]) as Report;

const history = (values: Record<string, number[]>, more: Partial<History> = {}): History => ({
  epochs: Object.values(values)[0].map((_, i) => i),
  history: values,
  stopped: undefined,
  ...more,
});

const first = history({ loss: [3, 1, 2], accuracy: [0.1, 0.5, 0.4], valLoss: [4, 2, 3] });
const second = history({ loss: [5, NaN], valLoss: [6, 2.5] }, { stopped: "enough" });

describe("one history", () => {
  it("is a chart for each quantity, training and validation in one, and a table of last and best values", async () => {
    const { heading, introduction, blocks } = dataOf(await report(first, { parts }));
    expect([heading, introduction]).toEqual(["Training", ["3 epochs."]]);
    const [table, loss, accuracy] = blocks as [Table, Chart, Chart];
    expect(table.header).toEqual(["quantity", "last", "best", "in epoch"]);
    expect(table.rows).toEqual([
      ["loss", "2", "1", "2"],
      ["accuracy", "0.4000", "0.5000", "2"],
      ["valLoss", "3", "2", "2"],
    ]);
    expect(loss.series).toEqual([
      { name: "loss", x: [1, 2, 3], y: [3, 1, 2] },
      { name: "valLoss", x: [1, 2, 3], y: [4, 2, 3] },
    ]);
    expect(accuracy.series).toEqual([{ name: "accuracy", x: [1, 2, 3], y: [0.1, 0.5, 0.4] }]);
    expect(blocks.length).toBe(3);
  });

  it("that resumed in epoch 4 begins there; validations inside epochs lie on the curve of validation", async () => {
    const resumed = history({ loss: [3, 2], valLoss: [4, 3] }, {
      epochs: [3, 4],
      validations: [
        { step: 10, epoch: 3, done: 0.5, logs: { loss: 3, valLoss: 9 } },
        { step: 20, epoch: 4, done: undefined, logs: { loss: 3, valLoss: 8 } },
      ],
    }); // prettier-ignore
    const { blocks } = dataOf(await report(resumed, { parts }));
    const [table, loss] = blocks as [Table, Chart];
    expect(loss.series).toEqual([
      { name: "loss", x: [4, 5], y: [3, 2] },
      { name: "valLoss", x: [3.5, 4, 4.5, 5], y: [9, 4, 8, 3] },
    ]);
    expect(table.rows.map((row) => row[3])).toEqual(["5", "5"]);
  });

  it("validations inside epochs of a stream of unknown length lie at even distances in their epoch", async () => {
    const validations = [0, 0, 0, 1].map((epoch, i) => {
      return { step: i + 1, epoch, done: undefined, logs: { loss: 1, valLoss: i } };
    });
    const { blocks } = dataOf(await report(history({ loss: [3, 2] }, { validations }), { parts }));
    const [, { series }] = blocks as [Table, Chart];
    expect(series[1]).toEqual({ name: "valLoss", x: [0.25, 0.5, 0.75, 1.5], y: [0, 1, 2, 3] });
  });
});

describe("several histories", () => {
  it("by name are in one chart and one table; NaN is never the best; the best of all is named", async () => {
    const { introduction, blocks } = dataOf(await report({ adam: first, sgd: second }, { parts, title: "Two" }));
    expect(introduction).toEqual([
      "adam: 3 epochs; sgd: 2 epochs, stopped: enough.",
      "adam reached the least valLoss: 2 in epoch 2.",
    ]);
    const [table, loss] = blocks as [Table, Chart];
    expect(loss.series.map(({ name }) => name)).toEqual(["adam", "adam, validation", "sgd", "sgd, validation"]);
    expect(table.header[0]).toBe("run");
    expect(table.rows[3]).toEqual(["sgd", "loss", "NaN", "5", "1"]);
  });

  it("in a list are numbered", async () => {
    const { blocks } = dataOf(await report([first, second], { parts }));
    expect((blocks[1] as Chart).series.map(({ name }) => name)).toEqual(["run 1", "run 1, validation", "run 2", "run 2, validation"]); // prettier-ignore
  });
});

it("a model: its layers as a graph and in words, its weights in a table, its name on top", async () => {
  const model = network();
  const { heading, facts, blocks } = dataOf(await report(model, { parts, facts: { seed: 7 } }));
  expect(heading).toBe("model");
  expect(facts).toEqual([["seed", "7"], ["model", "model"], ["parameters", "75"]]); // prettier-ignore
  expect(blocks.map(({ kind, title }) => [kind, title])).toEqual([["graph", "Layers"], ["table", "Weights"]]); // prettier-ignore
  const [graph, table] = blocks as [{ text: string }, Table];
  expect(graph.text).toContain("75 parameters");
  expect(table.rows.map(([name, shape]) => `${name} ${shape}`)).toEqual(["dense_1/kernel 5 × 8", "dense_1/bias 8", "dense_2/kernel 8 × 3", "dense_2/bias 3"]); // prettier-ignore
  expect(table.rows[1].slice(2)).toEqual(["0", "0", "0", "0"]);
});

describe("histograms", () => {
  const frame = (step: number, low: number, high: number, counts: number[], nonFinite = 0): HistogramFrame => ({
    ...{ step, low, high, nonFinite },
    counts: Uint32Array.from(counts),
  });
  const mapOf = (...values: HistogramFrame[]) => histogramBlocks([{ name: "w", values, gradients: [] }])[0];
  const pixels = ({ picture }: ReturnType<typeof mapOf>): number[][] => {
    const bytes = Array.from(atob(picture.pixels), (character) => character.charCodeAt(0));
    return Array.from({ length: picture.height }, (_, row) => bytes.slice(row * picture.width, (row + 1) * picture.width)); // prettier-ignore
  };

  it("a column a frame, the greatest values on top: half as many elements in a row are √½ as light", () => {
    const map = mapOf(frame(0, -3, 3, [1, 2, 0]), frame(8, -3, 3, [0, 0, 4]));
    expect([map.xRange, map.yRange, map.picture.range[0]]).toEqual([[1, 9], [-3, 3], 0]); // prettier-ignore
    const rows = pixels(map);
    expect(rows.length).toBe(60);
    const [top, middle, bottom] = [rows[5], rows[30], rows[55]];
    expect(top).toEqual([0, 255]);
    expect([middle[1], bottom[1]]).toEqual([0, 0]);
    expect(bottom[0] / middle[0]).toBeCloseTo(Math.SQRT1_2, 1);
    expect(middle[0] / 255).toBeCloseTo(Math.sqrt(2 / 3), 1);
  });

  it("a few elements far away do not squeeze the rest: they are drawn at the edge", () => {
    const map = mapOf(frame(0, -1000, 1000, [1, ...Array<number>(998).fill(0), 5e5, 5e5, ...Array<number>(999).fill(0), 1])); // prettier-ignore
    expect(map.yRange[1]).toBeLessThan(10);
    expect(pixels(map)[0][0]).toBeGreaterThan(0);
  });

  it("a weight that is one number all the time, and one that is NaN alone, have a range with room", () => {
    expect(mapOf(frame(0, 4, 4, [3, 0])).yRange).toEqual([2, 6]);
    const broken = mapOf(frame(0, 0, 0, [0, 0], 3));
    expect(broken.yRange).toEqual([-1, 1]);
    expect(broken.caption).toBe("Besides, 3 elements were NaN or infinite.");
    expect(new Set(pixels(broken).flat())).toEqual(new Set([0]));
  });

  it("of a training: two maps for each weight", async () => {
    const { x, y } = noise(1, 40);
    const histograms = callbacks.histograms();
    const trained = await network().fit(x, y, { batchSize: 10, callbacks: [histograms] });
    const { blocks } = dataOf(await report(trained, { parts, histograms }));
    const titles = blocks.filter(({ kind }) => kind === "heatMap").map(({ title }) => title);
    expect(titles.length).toBe(8);
    expect(titles).toContain("dense_2/kernel: gradients");
  });
});

describe("the file", () => {
  it("holds the page that comes back, with plotting library and script from the installed packages", async () => {
    const file = join(folder, "run.html");
    const html = await report(first, { file });
    expect(readFileSync(file, "utf8")).toBe(html);
    expect(html).toContain("uPlot");
    expect(readdirSync(folder)).toEqual(["run.html"]);
  });

  it("that cannot be written is an error of ours", async () => {
    const file = join(folder, "missing", "run.html");
    await expect(report(first, { file, parts })).rejects.toThrow("report: ");
  });
});

it.each<[string, unknown, unknown]>([
  ["reportPage: the report must be an object; got undefined.", undefined, parts],
  ["reportPage: the parts must be an object; got 3.", { title: "x" }, 3],
  ["reportPage: title must be a text; got 5.", { title: 5 }, parts],
  ["reportPage: pageScript must be a text; got undefined.", { title: "x" }, { ...parts, pageScript: undefined }],
])("%s", (text, page, given) => {
  expect(() => reportPage(page as never, given as never)).toThrow(text);
});

it.each<[string, unknown, unknown]>([
  ["pictureOf: values must be a list of numbers", "float32", 2],
  ["pictureOf: width is out of range; expected an integer in [1, ∞), got 0.", [1, 2], 0],
  ["pictureOf: the last row is not full; expected whole rows of 2 values, got 3 values.", [1, 2, 3], 2],
])("%s", (text, values, width) => {
  expect(() => pictureOf(values as never, width as never, "")).toThrow(text);
});

describe("refused", () => {
  const expected = "expected what fit returned, a list of these, some by name ({ adam: …, sgd: … }), or a model, got";
  it.each<[string, unknown, unknown]>([
    [`report: there is nothing to show; ${expected} undefined.`, undefined, {}],
    [`report: there is nothing to show; ${expected} [].`, [], {}],
    [`report: adam is no history; ${expected} Promise. Await fit first.`, { adam: Promise.resolve(first) }, {}],
    [`report: run 2 is no history; ${expected} 5.`, [first, 5], {}],
    ["report: model is no model; expected a model, got Object.", first, { model: {} }],
    ['report: title must be a string; expected "Training", got 3.', first, { title: 3 }],
    ["report: histograms are none; expected callbacks.histograms(), after fit, got Object.", first, { histograms: {} }],
    ["report: facts must be strings or numbers by name", first, { facts: { seed: {} } }],
    [
      'report: unknown option; expected file, title, model, histograms, facts, blocks or parts, got "path".',
      first,
      { path: "x" },
    ],
  ])("%s", async (text, shown, options) => {
    await expect(report(shown as never, options as never)).rejects.toThrow(text);
  });
});
