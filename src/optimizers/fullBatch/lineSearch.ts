/**
 * The search for a step along a direction of descent that fulfils the strong Wolfe conditions, in terms of
 * φ(α) = f(x + α p): φ(α) ≤ φ(0) + c₁ α φ′(0) and |φ′(α)| ≤ −c₂ φ′(0). First Moré and Thuente's interpolation
 * (moreThuente.ts); where it finds none, or a method refuses what it found, bracketing and zooming (zoom.ts).
 * Does not know vectors.
 */
import { moreThuente } from "./moreThuente.js";
import type { Along, SearchRules, Trial } from "./trial.js";
import { bracketAndZoom } from "./zoom.js";

/**
 * Searches for a step.
 *
 * @param along  φ
 * @param start  φ(0) and φ′(0) < 0
 * @param first  the step that is tried first, > 0
 * @returns the step, which is the one that was evaluated last, or undefined where there is none
 */
export function searchStep(along: Along, start: Trial, first: number, rules: SearchRules): Trial | undefined {
  const found = moreThuente(along, start, first, rules);
  if (found !== undefined && (rules.accepts?.(found) ?? true)) return found;
  return rules.takesBest ? undefined : bracketAndZoom(along, start, first, rules);
}
