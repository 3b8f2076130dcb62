/**
 * Ways down a surface: the paths of gradient descent with a small and a large learning rate, momentum, Adam and L-BFGS
 * from the same point to the minimum of a function of two numbers.
 * Sources: Rosenbrock 1960; Polyak 1964; Kingma & Ba 2015; Liu & Nocedal 1989.
 */
import { type Tensor, add, minimize, mul, optimizers, scope, square, sub, tensor } from "lanegrad";
import { type Series, pictureOf } from "lanegrad/report";
import { integer } from "../settings.js";
import type { Lesson, Stage } from "../stage.js";

/** A surface over a part of the plane, with its minimum, where its value is 0. */
interface Surface {
  readonly about: string;
  /** Of tensors: x and y are scalars. */
  readonly f: (x: Tensor, y: Tensor) => Tensor;
  /** The same in JavaScript's numbers, to draw it. */
  readonly value: (x: number, y: number) => number;
  readonly start: readonly [x: number, y: number];
  readonly minimum: readonly [x: number, y: number];
  readonly xRange: readonly [from: number, to: number];
  readonly yRange: readonly [from: number, to: number];
  /** Learning rates: small, large (just below where it diverges), too large; of momentum, of Adam. */
  readonly rates: readonly [small: number, large: number, tooLarge: number, momentum: number, adam: number];
}

const surfaces: Readonly<Record<string, Surface>> = {
  bowl: {
    about: "(x² + 20 y²) / 2, twenty times as steep along y",
    f: (x, y) => mul(add(square(x), mul(square(y), tensor(20))), tensor(0.5)),
    value: (x, y) => (x * x + 20 * y * y) / 2,
    ...{ start: [-4, 1.5], minimum: [0, 0], xRange: [-5, 5], yRange: [-3, 3] },
    rates: [0.01, 0.095, 0.102, 0.04, 0.3],
  },
  valley: {
    about: "Rosenbrock's valley, (1 − x)² + 100 (y − x²)²",
    f: (x, y) => add(square(sub(tensor(1), x)), mul(square(sub(y, square(x))), tensor(100))),
    value: (x, y) => (1 - x) ** 2 + 100 * (y - x * x) ** 2,
    ...{ start: [-1.2, 1], minimum: [1, 1], xRange: [-1.8, 1.8], yRange: [-0.8, 2.2] },
    rates: [0.0003, 0.0015, 0.01, 0.0005, 0.1],
  },
};

/** A path ends where the function is below this. */
const goal = 1e-4;
/** A function that has grown beyond this will not come back. */
const diverged = 1e6;

const settings = {
  surface: { kind: "choice", about: "the surface", default: "bowl", choices: Object.keys(surfaces) },
  steps: integer({ about: "the most steps of each path", default: 1000, least: 1, slider: [10, 5000] }),
} as const;
type Settings = typeof settings;

/** A way down. */
interface Path {
  readonly name: string;
  readonly x: number[];
  readonly y: number[];
  readonly values: number[];
  /** Evaluations of the function with its gradient. */
  evaluations: number;
}

/** Paths of five methods over a surface. */
export const descent: Lesson<Settings> = {
  name: "descent",
  title: "Ways down a surface",
  about: "paths of gradient descent, momentum, Adam and L-BFGS to a minimum",
  chapter: "calculus",
  kind: "comparison",
  settings,
  sources: [],
  async run(stage) {
    const { settings, show } = stage;
    const surface = surfaces[settings.surface];
    const [small, large, tooLarge, momentum, adam] = surface.rates;
    const by = optimizers;
    const ways = [
      ["gradient, small rate", by.sgd({ learningRate: small })],
      ["gradient, large rate", by.sgd({ learningRate: large })],
      ["gradient, too large", by.sgd({ learningRate: tooLarge })],
      ["momentum", by.sgd({ learningRate: momentum, momentum: 0.9 })],
      ["Adam", by.adam({ learningRate: adam })],
    ] as const;
    show({ kind: "fact", name: "surface", text: `${surface.about}; from (${surface.start.join(", ")})` });
    const paths: Path[] = [];
    for (const [name, optimizer] of ways) {
      await stage.turn();
      paths.push(follow(surface, name, optimizer, settings.steps));
      draw(stage, surface, paths);
    }
    paths.push(await followLbfgs(surface, settings.steps));
    draw(stage, surface, paths);
    const rows = paths.map((path) => [
      ...[path.name, reached(path) ? `${path.values.length - 1}` : "–", `${path.evaluations}`],
      path.values.at(-1)!.toPrecision(3),
    ]);
    const header = ["method", `steps to ${goal}`, "evaluations", "last value"];
    const caption = `A path ends where the function is below ${goal}, has grown beyond ${diverged.toExponential()}, or after ${settings.steps} steps.`;
    show({ kind: "table", title: "Comparison", caption, header, rows });
    show({ kind: "conclusion", text: conclusionOf(paths) });
    return { paths: paths.map(({ name, values, evaluations }) => ({ name, steps: values.length - 1, evaluations, value: values.at(-1)! })) }; // prettier-ignore
  },
};

const reached = ({ values }: Path): boolean => values.at(-1)! < goal;

/** The path of an optimizer, whose gradients the tape computes. */
function follow(
  { f, value, start }: Surface,
  name: string,
  method: ReturnType<typeof optimizers.sgd>,
  most: number,
): Path {
  const path: Path = { name, x: [start[0]], y: [start[1]], values: [value(...start)], evaluations: 0 };
  const [x, y] = start.map((one) => tensor(one, { requiresGrad: true }));
  const optimizer = method.for([x, y]);
  while (path.values.length <= most && !reached(path) && path.values.at(-1)! < diverged) {
    scope(() => f(x, y).backward());
    optimizer.step();
    path.evaluations++;
    note(path, value, x.item(), y.item());
  }
  optimizer.dispose();
  return path;
}

/** The path of L-BFGS, whose line search evaluates the function more than once a step. */
async function followLbfgs({ f, value, start }: Surface, maxIterations: number): Promise<Path> {
  const path: Path = { name: "L-BFGS", x: [start[0]], y: [start[1]], values: [value(...start)], evaluations: 0 };
  const [x, y] = start.map((one) => tensor(one, { requiresGrad: true }));
  await minimize(() => f(x, y), [x, y], {
    maxIterations,
    onIteration({ evaluations }) {
      path.evaluations = evaluations;
      note(path, value, x.item(), y.item());
      return !reached(path);
    },
  });
  return path;
}

function note(path: Path, value: Surface["value"], x: number, y: number): void {
  path.x.push(x);
  path.y.push(y);
  path.values.push(value(x, y));
}

function draw({ show }: Stage<Settings>, surface: Surface, paths: readonly Path[]): void {
  const { value, xRange, yRange, minimum } = surface;
  const [width, height] = [120, 80];
  const heights = Float32Array.from({ length: width * height }, (_, i) => {
    const [column, row] = [(i % width) / (width - 1), Math.floor(i / width) / (height - 1)];
    const [x, y] = [xRange[0] + column * (xRange[1] - xRange[0]), yRange[1] - row * (yRange[1] - yRange[0])];
    return Math.log1p(20 * value(x, y));
  });
  const points: Series[] = paths.map(({ name, x, y }) => {
    const shown = Array.from(x, (_, i) => i).filter((i) => isInside(xRange, x[i]) && isInside(yRange, y[i]));
    const some = shown.filter((_, k) => k < 60 || k % Math.ceil(shown.length / 200) === 0);
    return { name, x: some.map((i) => x[i]), y: some.map((i) => y[i]), marks: "lines" };
  });
  show({
    ...{ kind: "heatMap", title: "The surface and the paths", caption: "The logarithm of the height; the last colour is the minimum.", xLabel: "x", yLabel: "y", xRange, yRange }, // prettier-ignore
    picture: pictureOf(heights, width, "height"),
    points: [...points, { name: "minimum", x: [minimum[0]], y: [minimum[1]] }],
  });
  const series = paths.map(({ name, values }) => ({ name, x: values.map((_, i) => i + 1), y: values }));
  const axes = { xLabel: "step", yLabel: "height", xLogarithmic: true, yLogarithmic: true, marks: "lines" } as const;
  show({ kind: "chart", title: "Height against steps", ...axes, series });
}

const isInside = ([from, to]: readonly [number, number], at: number): boolean => at >= from && at <= to;

function conclusionOf(paths: readonly Path[]): string {
  const arrived = paths.filter(reached).sort((a, b) => a.evaluations - b.evaluations);
  const lost = paths.filter((path) => !(path.values.at(-1)! < path.values[0]));
  const first =
    arrived.length === 0
      ? `No method came below ${goal}`
      : `Below ${goal} after so many evaluations: ${arrived.map(({ name, evaluations }) => `${name} ${evaluations}`).join(", ")}`;
  const slow = paths.filter((path) => !reached(path) && !lost.includes(path)).map(({ name }) => name);
  const rest = [
    ...(slow.length > 0 ? [`too slow: ${slow.join(", ")}`] : []),
    ...(lost.length > 0 ? [`ended no lower than it began: ${lost.map(({ name }) => name).join(", ")}`] : []),
  ];
  return `${[first, ...rest].join("; ")}.`;
}
