/**
 * What the whole gradient of a function of n inputs costs in either mode. Forward mode takes a pass an input, reverse
 * mode one pass back for all of them: which is why networks, with a million weights and one loss, are trained in
 * reverse. The function is f(x) = Σ sin² xᵢ, whose gradient is known: sin 2xᵢ.
 * Source: Baur & Strassen 1983, "The complexity of partial derivatives".
 */
import { Random, type Tensor, sin, square, sum, tensor } from "lanegrad";
import { grad, jvp } from "lanegrad/calculus";
import { integer } from "../settings.js";
import type { Lesson } from "../stage.js";
import { count } from "../support/format.js";

/** The most inputs: one pass is measured for so many, and forward mode's time is multiplied up. */
const course = 1_000_000;
/** A time is the least of as many turns as fit into these milliseconds, three at the least. */
const budget = 60;
/** Reverse mode is as right as forward mode to within this. */
const tolerance = 1e-5;

const settings = {
  inputs: integer({
    about: "the most inputs for which forward mode takes all its passes",
    default: 10_000,
    least: 10,
    slider: [10, 10_000],
    isLogarithmic: true,
  }),
};

/** Forward and reverse mode against the number of inputs. */
export const modes: Lesson<typeof settings> = {
  name: "modes",
  title: "Forward or reverse mode",
  about: "what a gradient costs in either mode, against the number of inputs",
  chapter: "calculus",
  kind: "comparison",
  settings,
  sources: [],
  async run({ settings: { inputs }, seed, show, turn, signal }) {
    const axes = { xLabel: "inputs", yLabel: "seconds", xLogarithmic: true, yLogarithmic: true, marks: "lines" } as const; // prettier-ignore
    const caption =
      "The whole gradient. Forward mode: a pass an input; beyond what is measured, one pass times their number.";
    show({ kind: "chart", title: "Time of a gradient", section: "Cost", caption, ...axes, series: [] });
    const rows: Cost[] = [];
    for (let n = 1; n <= course; n *= 10) {
      signal.throwIfAborted();
      show({ kind: "now", text: `${count(n)} inputs` });
      const cost = await measure(n, n <= inputs, seed, turn, signal);
      rows.push(cost);
      const point = (series: string, x: number, y: number): void => show({ kind: "point", chart: "Time of a gradient", series, x, y }); // prettier-ignore
      const before = rows[rows.length - 2];
      if (cost.isMeasured) point("forward, all passes", n, cost.forwardSeconds);
      else {
        if (before.isMeasured) point("forward, continued", before.n, before.forwardSeconds);
        point("forward, continued", n, cost.forwardSeconds);
      }
      point("reverse", n, cost.reverseSeconds);
    }
    show({
      ...{ kind: "table", section: "Cost", title: "Seconds for a gradient" },
      header: ["inputs", "forward", "", "reverse", "ratio", "largest difference"],
      rows: rows.map(({ n, forwardSeconds, isMeasured, reverseSeconds, difference }) => [
        ...[count(n), shown(forwardSeconds), isMeasured ? "measured" : "continued", shown(reverseSeconds)],
        ...[
          shown(forwardSeconds / reverseSeconds),
          difference === undefined ? "" : difference === 0 ? "0" : difference.toExponential(1),
        ],
      ]),
    });
    const measured = rows.filter(({ isMeasured }) => isMeasured);
    const worst = Math.max(...measured.map(({ difference = 0 }) => difference));
    const last = measured[measured.length - 1];
    const ratio = last.forwardSeconds / last.reverseSeconds;
    const agree =
      worst < tolerance ? "Both modes find the same gradient" : `The modes differ by ${worst.toExponential(1)}`;
    const verdict =
      ratio > 2
        ? `at ${count(last.n)} inputs forward mode takes ${count(Math.round(ratio))} times as long`
        : `at ${count(last.n)} inputs forward mode is not yet slower by a factor of two`;
    const far = rows[rows.length - 1];
    const text = `${agree}; ${verdict}, and for ${count(far.n)} it would take ${shown(far.forwardSeconds)} s instead of ${shown(far.reverseSeconds)} s.`;
    show({ kind: "conclusion", text, isFailure: worst >= tolerance });
    return { rows };
  },
};

/** What a gradient of n inputs cost. */
interface Cost {
  readonly n: number;
  readonly forwardSeconds: number;
  /** False where one pass was measured and multiplied by n. */
  readonly isMeasured: boolean;
  readonly reverseSeconds: number;
  /** The largest difference between both gradients, where forward mode took all its passes. */
  readonly difference: number | undefined;
}

const f = (x: Tensor): Tensor => sum(square(sin(x)));

async function measure(
  n: number,
  isWhole: boolean,
  seed: number,
  turn: () => Promise<void> | undefined,
  signal: AbortSignal,
): Promise<Cost> {
  const random = new Random(seed).fork(n);
  const x = tensor(Float32Array.from({ length: n }, () => 4 * random.uniform() - 2));
  const backward = (): Tensor => grad(f, [x])[0];
  const reverseSeconds = least(() => backward().dispose());
  const direction = new Float32Array(n);
  const along = (i: number): number => {
    direction[i] = 1;
    const v = tensor(direction, [n]);
    direction[i] = 0;
    const { value, tangent } = jvp(f, [x], [v]);
    const slope = tangent.item();
    for (const one of [value, tangent, v]) one.dispose();
    return slope;
  };
  const pass = least(() => void along(0));
  if (!isWhole) {
    x.dispose();
    return { n, forwardSeconds: n * pass, isMeasured: false, reverseSeconds, difference: undefined };
  }
  const gradient = backward().toTypedArray();
  let [forwardSeconds, difference] = [0, 0];
  for (let i = 0; i < n; i++) {
    if (i % 64 === 0) {
      await turn();
      signal.throwIfAborted();
    }
    const start = performance.now();
    const slope = along(i);
    forwardSeconds += (performance.now() - start) / 1000;
    difference = Math.max(difference, Math.abs(slope - gradient[i]));
  }
  x.dispose();
  // A clock in a page counts in steps of up to a millisecond, too coarse for a few passes.
  if (n < 100) forwardSeconds = n * pass;
  return { n, forwardSeconds, isMeasured: true, reverseSeconds, difference };
}

/** The least seconds of a call. Short ones are timed several together, because clocks of pages are coarse. */
function least(call: () => void): number {
  let [best, calls] = [Infinity, 1];
  const begin = performance.now();
  for (let turns = 0; turns < 3 || performance.now() - begin < budget; turns++) {
    const start = performance.now();
    for (let i = 0; i < calls; i++) call();
    const milliseconds = performance.now() - start;
    if (milliseconds < 5) calls *= 4;
    else best = Math.min(best, milliseconds / calls / 1000);
    if (best === Infinity) turns = 0;
  }
  return best;
}

const shown = (value: number): string => String(Number(value.toPrecision(3)));
