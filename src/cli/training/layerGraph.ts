/** A model's layers as a drawing. Drawn by Graphviz (@viz-js/viz, MIT), which users install if they want it in their reports. */
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type * as Graphviz from "@viz-js/viz";
import { type Model, modelToDot } from "../../index.js";
import { findInstalled } from "../pages/installed.js";

/** The drawing as SVG; undefined where Graphviz is not installed. */
export async function drawLayers(model: Model): Promise<string | undefined> {
  const file = findInstalled("@viz-js/viz");
  if (file === undefined) return undefined;
  const { instance } = createRequire(pathToFileURL(file))(file) as typeof Graphviz;
  const drawn = (await instance()).renderString(modelToDot(model), {
    ...{ format: "svg", graphAttributes: { bgcolor: "transparent", ranksep: 0.3 } },
    nodeAttributes: { fontname: "Helvetica,Arial,sans-serif", fontsize: 11, height: 0.3, margin: "0.25,0.06" },
    edgeAttributes: { arrowsize: 0.7 },
  });
  return drawn.slice(drawn.indexOf("<svg"));
}
