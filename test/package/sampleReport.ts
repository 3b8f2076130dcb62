/** A report with every kind of block in it, for tests of pages. */
import { type Picture, pictureOf } from "../../src/report/picture.js";
import type { Report } from "../../src/report/page.js";
import type { Block, Series } from "../../src/report/shown.js";

const waves = (phase: number, size: number, caption: string): Picture =>
  pictureOf(
    Array.from({ length: size }, (_, i) => Math.sin(phase + i / 3)),
    28,
    caption,
  );
const grey = (caption: string): Picture =>
  pictureOf(
    Array.from({ length: 784 }, (_, i) => (i * i) % 97),
    28,
    caption,
  );
const series = (name: string, y: readonly number[]): Series => ({ name, x: y.map((_, i) => i + 1), y });
const classNames = ["zero", "one", "two", "three"];
const dot = "digraph { input -> dense -> output }";

const blocks: readonly Block[] = [
  {
    ...{ kind: "chart", title: "Loss", section: "Training", xLabel: "epoch", yLabel: "loss", marks: "lines" },
    series: [series("loss", [1, 0.4, 0.2]), series("valLoss", [1, 0.5, 0.4])],
  },
  {
    ...{ kind: "chart", title: "Gradient", section: "Training", xLabel: "steps back", yLabel: "norm", marks: "lines" },
    yLogarithmic: true,
    series: [
      series(
        "simple",
        Array.from({ length: 100 }, (_, i) => 2 ** -i),
      ),
    ],
  },
  {
    ...{
      kind: "chart",
      title: "Error against time",
      section: "Training",
      xLabel: "seconds",
      yLabel: "%",
      marks: "points",
    },
    ...{ xLogarithmic: true, yLogarithmic: true },
    series: [series("first", [1.2, 1.1, 0.9]), { name: "second", x: [20, 21], y: [1.2, 1.21], labels: ["a", "b"] }],
  },
  {
    ...{ kind: "table", title: "Networks", caption: "What each of them reached.", wordColumns: 2 },
    header: ["network", "what it is", ...Array.from({ length: 9 }, (_, i) => `shift of ${i} pixels`)],
    rows: ["plain", "residual"].map((name) => [name, "fifty layers of tanh", ...Array<string>(9).fill("98.31 %")]),
  },
  {
    ...{ kind: "confusion", title: "Which class was read as which", classNames },
    counts: classNames.map((_, i) => classNames.map((_, j) => (i === j ? 980 : i + j === 3 ? 11 : 0))),
  },
  { kind: "images", title: "Misread", scale: 3, pictures: ["2 read as 0, 98 %", "5 read as 6, 71 %"].map(grey) },
  { kind: "images", title: "Weights", scale: 3, pictures: [0, 1, 2].map((i) => waves(i, 784, String(i))) },
  {
    ...{ kind: "images", title: "Outputs", scale: 8 },
    pictures: [{ ...pictureOf([-1, 2, 0.5, 0], 4, "4 units"), columns: classNames }],
  },
  {
    ...{ kind: "heatMap", title: "What it says where", xLabel: "x", yLabel: "y", xRange: [-1, 1], yRange: [-1, 1] },
    ...{ picture: waves(0, 784, "the output"), points: [{ name: "points of class 1", x: [0, 0.5], y: [0.5, 0] }] },
  },
  {
    kind: "graph",
    title: "Layers",
    dot,
    text: "input\ndense, a layer whose line is longer than a telephone is wide, by far\noutput",
  },
  {
    ...{ kind: "steps", title: "Steps", section: "Walks", caption: "One after the other.", first: 1 },
    steps: ["first", "second", "third"].map((name) => ({
      name,
      blocks: [
        { kind: "table", title: "What it sees", header: ["", "a"], rows: [["row", name]], shades: [[0, 1]] },
        { kind: "images", title: "As a picture", scale: 3, pictures: [grey(name)] },
      ],
    })),
  },
  {
    kind: "text",
    title: "Written",
    text: "To be,\nor not to be, that is the question: whether 'tis nobler in the mind to suffer",
  },
];

/** Its introduction tries to end the script that carries it. */
export const sampleReport: Report = {
  title: "A sample – lanegrad train nothing",
  heading: "A sample of everything",
  introduction: ["Two <b>networks</b>.", "One of them </script> wins."],
  command: "npx lanegrad train nothing --epochs 20 --batch 64 --lr 0.003 --seed 1 --data /some/where/far/away",
  facts: [
    ["data", "the digits of somebody, 60,000 to train on and 10,000 to test, from a folder with a long name"],
    ["machine", "some"],
  ],
  blocks,
};
