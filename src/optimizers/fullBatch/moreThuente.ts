/**
 * The line search of Moré and Thuente (MINPACK-2's dcsrch and dcstep): an interval that contains a step with the strong
 * Wolfe conditions, narrowed by cubic and quadratic interpolation. Source: Moré & Thuente 1994, "Line search algorithms
 * with guaranteed sufficient decrease"; the constants are MINPACK-2's. Letters: x the best step so far, y the other end
 * of the interval, t the trial.
 */
import { type Along, type SearchRules, type Trial, finiteTrial } from "./trial.js";

const [leastExtension, mostExtension] = [1.1, 4];
const [smallestStep, largestStep] = [1e-100, 1e100];
const mostTrials = 40;

/**
 * As searchStep of lineSearch.ts. @returns the step, evaluated last, or undefined where the interval is exhausted and
 * the rules do not take its best
 */
export function moreThuente(along: Along, start: Trial, first: number, rules: SearchRules): Trial | undefined {
  const { decrease, curvature, tolerance } = rules;
  const least = decrease * start.slope;
  let isBracketed = false;
  let isFirstStage = true;
  let width = largestStep;
  let widthBefore = 2 * width;
  let [x, y]: [Trial, Trial] = [start, start];
  let [low, high] = [0, first + mostExtension * first];
  let ceiling = largestStep;
  let step = first;
  for (let trials = 0; trials < mostTrials; trials++) {
    const t = finiteTrial(along, step, x.step);
    if (t === undefined) return undefined;
    if (t.step < step) {
      ceiling = Math.min(ceiling, step); // no step goes beyond where the function was not finite
      high = Math.min(high, ceiling);
      step = t.step;
    }
    const bound = start.value + step * least;
    if (isFirstStage && t.value <= bound && t.slope >= 0) isFirstStage = false;
    if (t.value <= bound && Math.abs(t.slope) <= -curvature * start.slope) return t;
    const isExhausted = isBracketed && (step <= low || step >= high || high - low <= tolerance * high);
    const isAtEnd = (step === largestStep && t.value <= bound && t.slope <= least) || step <= smallestStep;
    if (isExhausted || isAtEnd) return rules.takesBest && t.value < start.value && !t.isRounded ? t : undefined;
    const isTilted = isFirstStage && t.value <= x.value && t.value > bound;
    const tilt = isTilted ? least : 0; // ψ(α) = φ(α) − φ(0) − α c₁ φ′(0) in place of φ
    const tilted = ({ step, value, slope }: Trial): Trial => ({
      step,
      value: value - step * tilt,
      slope: slope - tilt,
    });
    const next = nextStep(tilted(x), tilted(y), tilted(t), isBracketed, low, high);
    [x, y, step, isBracketed] = [choose(next.x, x, y, t), choose(next.y, x, y, t), next.step, next.isBracketed];
    if (isBracketed) {
      if (Math.abs(y.step - x.step) >= 0.66 * widthBefore) step = x.step + 0.5 * (y.step - x.step);
      [widthBefore, width] = [width, Math.abs(y.step - x.step)];
      [low, high] = [Math.min(x.step, y.step), Math.max(x.step, y.step)];
    } else {
      low = step + leastExtension * (step - x.step);
      high = Math.min(ceiling, step + mostExtension * (step - x.step));
    }
    step = Math.min(Math.max(step, smallestStep), ceiling);
    if (isBracketed && (step <= low || step >= high || high - low <= tolerance * high)) step = x.step;
  }
  return undefined;
}

type Role = "x" | "y" | "t";

function choose(role: Role, x: Trial, y: Trial, t: Trial): Trial {
  return { x, y, t }[role];
}

interface Next {
  readonly step: number;
  readonly isBracketed: boolean;
  /** Which of the three is the best, and the other end, from now on. */
  readonly x: Role;
  readonly y: Role;
}

/** The next trial and the interval that then holds. */
function nextStep(x: Trial, y: Trial, t: Trial, isBracketed: boolean, low: number, high: number): Next {
  const isOpposite = t.slope * Math.sign(x.slope) < 0;
  const secant = t.step + (t.slope / (t.slope - x.slope)) * (x.step - t.step);
  if (t.value > x.value) {
    const cubic = cubicStep(x, t, t.step < x.step ? -1 : 1);
    const slope = (x.value - t.value) / (t.step - x.step);
    const quadratic = x.step + (x.slope / (slope + x.slope) / 2) * (t.step - x.step);
    const isNearer = Math.abs(cubic - x.step) < Math.abs(quadratic - x.step);
    return { step: isNearer ? cubic : cubic + (quadratic - cubic) / 2, isBracketed: true, x: "x", y: "t" };
  }
  const ends = { x: "t", y: isOpposite ? "x" : "y" } as const;
  if (isOpposite) {
    const cubic = cubicStep(t, x, t.step > x.step ? -1 : 1);
    const isFarther = Math.abs(cubic - t.step) > Math.abs(secant - t.step);
    return { step: isFarther ? cubic : secant, isBracketed: true, ...ends };
  }
  if (Math.abs(t.slope) < Math.abs(x.slope)) {
    const cubic = decliningCubic(x, t) ?? (t.step > x.step ? high : low);
    const isNearer = Math.abs(cubic - t.step) < Math.abs(secant - t.step);
    if (!isBracketed) {
      const farther = isNearer ? secant : cubic;
      return { step: Math.max(low, Math.min(high, farther)), isBracketed, ...ends };
    }
    const nearer = isNearer ? cubic : secant;
    const limit = t.step + 0.66 * (y.step - t.step);
    return { step: t.step > x.step ? Math.min(limit, nearer) : Math.max(limit, nearer), isBracketed, ...ends };
  }
  if (isBracketed) return { step: cubicStep(t, y, t.step > y.step ? -1 : 1), isBracketed, ...ends };
  return { step: t.step > x.step ? high : low, isBracketed, ...ends };
}

/** θ and the scale of its root, of the cubic through both ends. */
function cubicTerms(a: Trial, b: Trial): { readonly theta: number; readonly scale: number; readonly square: number } {
  const sign = 3 * (a.value - b.value);
  const theta = sign / (b.step - a.step) + a.slope + b.slope;
  const scale = Math.max(Math.abs(theta), Math.abs(a.slope), Math.abs(b.slope));
  return { theta, scale, square: (theta / scale) ** 2 - (a.slope / scale) * (b.slope / scale) };
}

/** The minimum of the cubic through a and b with their slopes, seen from a. */
function cubicStep(a: Trial, b: Trial, sign: number): number {
  const { theta, scale, square } = cubicTerms(a, b);
  const root = sign * scale * Math.sqrt(Math.max(0, square));
  const share = (root - a.slope + theta) / (root - a.slope + root + b.slope);
  return a.step + share * (b.step - a.step);
}

/** The minimum of the cubic beyond t, or undefined where it has none there. */
function decliningCubic(x: Trial, t: Trial): number | undefined {
  const { theta, scale, square } = cubicTerms(x, t);
  const root = (t.step > x.step ? -1 : 1) * scale * Math.sqrt(Math.max(0, square));
  const share = (root - t.slope + theta) / (root + (x.slope - t.slope) + root);
  return share < 0 && root !== 0 ? t.step + share * (x.step - t.step) : undefined;
}
