/**
 * Full-batch methods on the problems of functions/problems.ts, and on regression of digits where MNIST is found: evaluations
 * of the function with its gradient until no element of the gradient exceeds 1e-5, beside SciPy's.
 */
import process from "node:process";
import { type MinimizeOptions, type Minimum, datasets, minimize } from "lanegrad";
import { problems } from "../functions/problems.js";
import { digitRegression } from "../functions/digitRegression.js";
import { WrongResultError } from "../check.js";
import { type Measured, measurement, median } from "../measure.js";
import type { Suite } from "./suite.js";

const methods = {
  "L-BFGS": { method: "lbfgs" },
  BFGS: { method: "bfgs" },
  "CG, Polak–Ribière+": { method: "cg" },
  "CG, Fletcher–Reeves": { method: "cg", beta: "fletcher-reeves" },
  "CG, Hager–Zhang": { method: "cg", beta: "hager-zhang" },
} satisfies Record<string, MinimizeOptions>;

type Name = keyof typeof methods;

/** SciPy 1.10.1: minimize(…, options={"gtol": 1e-5}) by L-BFGS-B (for Wood's with ftol 0), BFGS, CG. */
const scipy: Readonly<Record<string, Partial<Record<Name, number>>>> = {
  "Rosenbrock, 2": { "L-BFGS": 44, BFGS: 39, "CG, Polak–Ribière+": 78 },
  "Rosenbrock, 100": { "L-BFGS": 619, BFGS: 642, "CG, Polak–Ribière+": 1929 },
  "Powell singular, 4": { "L-BFGS": 30, BFGS: 40, "CG, Polak–Ribière+": 112 },
  "Beale, 2": { "L-BFGS": 16, BFGS: 17, "CG, Polak–Ribière+": 41 },
  "Wood, 4": { "L-BFGS": 116, BFGS: 106, "CG, Polak–Ribière+": 141 },
  "extended Wood, 100": { "L-BFGS": 119, BFGS: 762, "CG, Polak–Ribière+": 117 },
  "digits, 7,850": { "L-BFGS": 184, "CG, Polak–Ribière+": 376 },
};

/** One problem by one method. */
interface Row {
  readonly name: string;
  /** Whether it is of digits, which may not be there. */
  readonly needsDigits: boolean;
  readonly evaluationsOfScipy: number | null;
  readonly run: () => Promise<Minimum>;
}

const rows: readonly Row[] = Object.entries(scipy).flatMap(([problem, counts]) =>
  (Object.keys(methods) as Name[])
    .filter((method) => problem !== "digits, 7,850" || method !== "BFGS") // 7,850² numbers
    .map((method) => {
      const of = problems.find(({ name }) => name === problem);
      const run = (): Promise<Minimum> =>
        of === undefined ? digitRegression(methods[method]) : minimize(of.f, of.start, methods[method]);
      const name = `${problem}: ${method}`;
      return { name, needsDigits: of === undefined, evaluationsOfScipy: counts[method] ?? null, run };
    }),
);

/** Rows of all problems and methods. */
export const minimizeSuite: Suite = {
  names: rows.map(({ name }) => name),
  async *run(isWanted, { seconds, signal, working, note }) {
    const hasDigits = (await datasets.findMnist(process.env.LANEGRAD_DATA)) !== undefined;
    const wanted = rows.filter(({ name }) => isWanted(name));
    if (!hasDigits && wanted.some(({ needsDigits }) => needsDigits))
      note("minimize: regression of digits is left out; it needs MNIST in LANEGRAD_DATA or in the cache.");
    for (const row of wanted) {
      if (row.needsDigits && !hasDigits) continue;
      working(row.name);
      yield await measureRow(row, seconds);
      signal.throwIfAborted();
    }
  },
};

async function measureRow({ name, needsDigits, evaluationsOfScipy, run }: Row, seconds: number): Promise<Measured> {
  const times: number[] = [];
  const end = performance.now() + 1000 * seconds;
  let found: Minimum;
  do {
    const start = performance.now();
    found = await run();
    times.push(performance.now() - start);
  } while (performance.now() < end && !needsDigits);
  const { value, gradientNorm, evaluations, reason, converged } = found;
  if (!converged) throw new WrongResultError(`${name}: no minimum was found, but the end by ${reason}`);
  const ms = median(times);
  const group = "minimize";
  return { measurement: measurement({ group, name, ms, evaluations, evaluationsOfScipy, value, gradientNorm }) };
}
