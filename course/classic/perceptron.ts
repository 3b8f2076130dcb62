/**
 * The perceptron: it learns whatever a line can separate, within Novikoff's bound of changes, and never what no line can,
 * such as exclusive or. Sources: Rosenblatt 1958; Novikoff 1962; Minsky & Papert 1969.
 */
import { Random } from "lanegrad";
import { Perceptron } from "lanegrad/classic";
import { integer } from "../settings.js";
import type { Lesson, Stage } from "../stage.js";
import { count } from "../support/format.js";

const settings = {
  points: integer({ about: "random points of the task in the plane", default: 40, least: 4, slider: [4, 200] }),
  gap: { kind: "number", about: "how far the points of two classes are from the line", default: 0.1, isInteger: false, least: 0, slider: [0.01, 0.5] }, // prettier-ignore
  epochs: integer({ about: "the most passes through the samples", default: 300, least: 1, slider: [10, 2000] }),
} as const;
type Settings = typeof settings;

/** Samples in the plane with labels 0 and 1. */
interface Task {
  readonly name: string;
  readonly x: readonly (readonly [number, number])[];
  readonly y: readonly number[];
}

const corners = [[0, 0], [0, 1], [1, 0], [1, 1]] as const; // prettier-ignore

/** What a line can separate, and what it cannot. */
export const perceptron: Lesson<Settings> = {
  name: "perceptron",
  title: "The perceptron and its limit",
  about: "a threshold unit on and, or, exclusive or and points in the plane, with the bound of its mistakes",
  chapter: "classic",
  kind: "comparison",
  settings,
  sources: [],
  async run(stage) {
    const { settings, seed, show } = stage;
    const tasks: Task[] = [
      { name: "and", x: corners, y: [0, 0, 0, 1] },
      { name: "or", x: corners, y: [0, 1, 1, 1] },
      { name: "exclusive or", x: corners, y: [0, 1, 1, 0] },
      { name: "points", ...separated(settings.points, settings.gap, seed) },
    ];
    const results = [];
    const mistakes = [];
    for (const task of tasks) {
      await stage.turn();
      const unit = new Perceptron({ inputs: 2 });
      const result = unit.fit(task.x, [...task.y], { epochs: settings.epochs, seed });
      const right = unit.predict(task.x).filter((label, i) => label === task.y[i]).length;
      drawLine(stage, task, unit.weights);
      results.push({ task: task.name, ...result, epochs: result.mistakes.length, right, samples: task.y.length });
      mistakes.push({ name: task.name, x: result.mistakes.map((_, i) => i + 1), y: result.mistakes });
    }
    const axes = { xLabel: "epoch", yLabel: "mistakes", xLogarithmic: true, marks: "lines" } as const;
    show({ kind: "chart", title: "Mistakes of each epoch", ...axes, series: mistakes });
    const header = ["task", "right", "epochs", "changes", "bound of changes"];
    const rows = results.map((one) => [
      ...[one.task, `${one.right} of ${one.samples}`, count(one.epochs), count(one.updates)],
      one.bound === undefined ? "none: not separated" : count(Math.round(one.bound)),
    ]);
    const caption =
      "The bound is (R / γ)², R the length of the longest sample, with a 1 for the bias, γ the margin of the line that was found.";
    show({ kind: "table", title: "Comparison", caption, header, rows });
    const learnt = results.filter((one) => one.converged).map((one) => one.task);
    const others = results.filter((one) => !one.converged).map((one) => one.task);
    const kept = results.every(({ bound, updates }) => bound === undefined || updates <= bound);
    const text = `Learnt without a mistake: ${learnt.join(", ") || "nothing"}, ${kept ? "each within" : "but not within"} its bound of changes. Not learnt in ${settings.epochs} epochs: ${others.join(", ") || "nothing"}.`; // prettier-ignore
    show({ kind: "conclusion", text });
    return { results: results.map(({ mistakes: _, ...rest }) => rest) };
  },
};

/** Points on both sides of a random line, no nearer to it than the gap. */
function separated(n: number, gap: number, seed: number): Omit<Task, "name"> {
  const random = new Random(seed);
  const angle = random.uniform(0, 2 * Math.PI);
  const side = ([a, b]: readonly [number, number]): number => (a - 0.5) * Math.cos(angle) + (b - 0.5) * Math.sin(angle);
  const x: [number, number][] = [];
  while (x.length < n) {
    const point: [number, number] = [random.uniform(-0.5, 1.5), random.uniform(-0.5, 1.5)];
    if (Math.abs(side(point)) >= gap) x.push(point);
  }
  return { x, y: x.map((point) => (side(point) > 0 ? 1 : 0)) };
}

/** The samples, and points on the line where the sum is 0. */
function drawLine({ show }: Stage<Settings>, { name, x, y }: Task, [a, b, bias]: Float64Array): void {
  const of = (label: number) => x.filter((_, i) => y[i] === label);
  const points = [0, 1].map((label) => ({
    ...{ name: `class ${label}`, marks: "points" as const, labels: of(label).map(() => "") },
    ...{ x: of(label).map(([first]) => first), y: of(label).map(([, second]) => second) },
  }));
  const isSteep = Math.abs(b) < Math.abs(a);
  const ends = [-0.5, 1.5].map((at) => (isSteep ? [-(bias + b * at) / a, at] : [at, -(bias + a * at) / b]));
  const line = { name: "the line", x: ends.map(([first]) => first), y: ends.map(([, second]) => second) };
  const isLine = ends.flat().every((value) => Number.isFinite(value) && Math.abs(value) < 10);
  const axes = { xLabel: "first input", yLabel: "second input", marks: "lines" } as const;
  show({ kind: "chart", title: name, section: "The line that was found", ...axes, series: isLine ? [...points, line] : points }); // prettier-ignore
}
