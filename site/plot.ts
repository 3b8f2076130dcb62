/**
 * The plotting library where the scripts that draw expect it: reports carry it as a script, here it comes from its
 * package.
 */
import uPlot from "uplot";

/** Puts it there. */
export function providePlot(): void {
  Object.assign(globalThis, { uPlot });
}
