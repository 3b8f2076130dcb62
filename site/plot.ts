/**
 * Provides the plotting library where the drawing scripts expect it: reports include it as a script, here it comes from
 * its package.
 */
import uPlot from "uplot";

/** Sets the global that the drawing scripts use. */
export function providePlot(): void {
  Object.assign(globalThis, { uPlot });
}
