/**
 * The line search of Nocedal & Wright, "Numerical Optimization": algorithm 3.5 brackets a step with the strong Wolfe
 * conditions, algorithm 3.6 zooms in on it by cubic and quadratic interpolation, and by halves where these come too
 * near to an end.
 */
import { type Along, type SearchRules, type Trial, finiteTrial } from "./trial.js";

const [bracketings, zooms] = [20, 20];

/** As searchStep of lineSearch.ts. */
export function bracketAndZoom(along: Along, start: Trial, first: number, rules: SearchRules): Trial | undefined {
  let before = start;
  let step = first;
  for (let i = 0; i < bracketings; i++) {
    const trial = finiteTrial(along, step, before.step);
    if (trial === undefined) return undefined;
    if (!isLower(trial, start, rules) || (i > 0 && trial.value >= before.value))
      return zoom(along, start, before, trial, rules);
    if (fits(trial, start, rules)) return trial;
    if (trial.slope >= 0) return zoom(along, start, trial, before, rules);
    if (trial.step < step) return undefined; // descends to where the function is not finite
    [before, step] = [trial, 2 * step];
  }
  return undefined;
}

function isLower({ step, value }: Trial, start: Trial, { decrease }: SearchRules): boolean {
  return value <= start.value + decrease * step * start.slope;
}

/** The condition on the slope, and the method's own. */
function fits(trial: Trial, start: Trial, rules: SearchRules): boolean {
  return Math.abs(trial.slope) <= -rules.curvature * start.slope && (rules.accepts?.(trial) ?? true);
}

/** Between a step with sufficient decrease and another, such that one with all conditions lies between them. */
function zoom(along: Along, start: Trial, lowest: Trial, other: Trial, rules: SearchRules): Trial | undefined {
  let [low, high] = [lowest, other];
  let recent = start;
  for (let i = 0; i < zooms; i++) {
    const trial = along(between(low, high, i === 0 ? undefined : recent));
    if (trial.step === low.step) return undefined; // nothing lies between any more
    if (!isLower(trial, start, rules) || !(trial.value < low.value)) {
      [recent, high] = [high, trial];
      continue;
    }
    if (fits(trial, start, rules)) return trial;
    if (trial.slope * (high.step - low.step) >= 0) [recent, high] = [high, low];
    else recent = low;
    low = trial;
  }
  return undefined;
}

/** A step between two, not too near to either. @param recent a third trial, for the cubic */
function between(low: Trial, high: Trial, recent: Trial | undefined): number {
  const length = high.step - low.step;
  const isInside = (step: number, margin: number): boolean => {
    const share = (step - low.step) / length;
    return share > margin && share < 1 - margin;
  };
  const cubic = recent && cubicMinimum(low, high, recent);
  if (cubic !== undefined && isInside(cubic, 0.2)) return cubic;
  const bend = (high.value - low.value - low.slope * length) / (length * length);
  const quadratic = low.step - low.slope / (2 * bend);
  return isInside(quadratic, 0.1) ? quadratic : low.step + length / 2;
}

/** The minimum of the cubic through three trials with the slope of the first; NaN where it has none. */
function cubicMinimum(a: Trial, b: Trial, c: Trial): number {
  const [db, dc] = [b.step - a.step, c.step - a.step];
  const rest = (trial: Trial, d: number): number => (trial.value - a.value - a.slope * d) / (d * d);
  const third = (rest(b, db) - rest(c, dc)) / (db - dc);
  const second = rest(b, db) - third * db;
  return a.step + (-second + Math.sqrt(second * second - 3 * third * a.slope)) / (3 * third);
}
