/** Graphs as SVG, drawn by the Graphviz that the caller passes (@viz-js/viz, MIT). */
import type { Viz } from "@viz-js/viz";

/** @param dot a graph in Graphviz's language */
export function svgOf(viz: Pick<Viz, "renderString">, dot: string): string {
  const drawn = viz.renderString(dot, {
    ...{ format: "svg", graphAttributes: { bgcolor: "transparent", ranksep: 0.3 } },
    nodeAttributes: { fontname: "Helvetica,Arial,sans-serif", fontsize: 11, height: 0.3, margin: "0.25,0.06" },
    edgeAttributes: { fontname: "Helvetica,Arial,sans-serif", fontsize: 11, arrowsize: 0.7 },
  });
  return drawn.slice(drawn.indexOf("<svg"));
}
