/** Graphs as SVG by Graphviz (@viz-js/viz, MIT), which is loaded when the first graph is drawn. */
import { svgOf } from "../src/report/svg.js";

/** @param dot a graph in Graphviz's language */
export async function drawnGraph(dot: string): Promise<string> {
  const { instance } = await import("@viz-js/viz");
  return svgOf(await instance(), dot);
}
