/**
 * Units that compete: the nearest one wins a sample and moves towards it. Units that begin far away never win and are dead;
 * a conscience makes frequent winners yield, until all units are used. Sources: Rumelhart & Zipser 1985; DeSieno 1988.
 */
import { Random, drawNormal } from "lanegrad";
import { CompetitiveNetwork } from "lanegrad/classic";
import { integer } from "../settings.js";
import type { Lesson } from "../stage.js";

const settings = {
  units: integer({ about: "units", default: 12, least: 1, slider: [2, 40] }),
  clusters: integer({ about: "clusters of the samples", default: 6, least: 1, slider: [1, 12] }),
  conscience: { kind: "number", about: "how much more distance the conscience counts for frequent winners", default: 50, isInteger: false, least: 0, slider: [1, 200] }, // prettier-ignore
  epochs: integer({ about: "passes through the samples", default: 40, least: 1, slider: [5, 200] }),
} as const;

const samples = 600;

/** Dead units, and what a conscience does about them. */
export const competitive: Lesson<typeof settings> = {
  name: "competitive",
  title: "Winners, dead units and a conscience",
  about: "units that compete for samples, with and without a conscience",
  chapter: "classic",
  kind: "comparison",
  settings,
  sources: [],
  async run({ settings, seed, show, turn }) {
    const random = new Random(seed);
    const centres = Array.from({ length: settings.clusters }, () => [random.uniform(1, 5), random.uniform(1, 5)]);
    const x = Array.from({ length: samples }, (_, i) =>
      centres[i % centres.length].map((one) => drawNormal(random, one, 0.15)),
    );
    const results = [];
    for (const [name, conscience] of [
      ["without a conscience", 0],
      ["with a conscience", settings.conscience],
    ] as const) {
      await turn();
      const network = new CompetitiveNetwork({ units: settings.units, inputs: 2, seed });
      const errors = network.fit(x, { epochs: settings.epochs, conscience, seed });
      const dead = network.deadUnits(x);
      const at = (alive: boolean) =>
        Array.from({ length: settings.units }, (_, k) => k).filter((k) => dead.includes(k) !== alive);
      const units = [true, false].map((alive) => ({
        ...{ name: alive ? "units that win" : "dead units", labels: at(alive).map((k) => `${k + 1}`) },
        ...{ x: at(alive).map((k) => network.weights[2 * k]), y: at(alive).map((k) => network.weights[2 * k + 1]) },
      }));
      const points = { name: "samples", x: x.map(([a]) => a), y: x.map(([, b]) => b), labels: x.map(() => "") };
      show({ kind: "chart", title: name, section: "Units among the samples", xLabel: "first input", yLabel: "second input", marks: "points", series: [points, ...units] }); // prettier-ignore
      results.push({ name, dead: dead.length, meanDistance: errors.at(-1)! });
    }
    const rows = results.map((one) => [one.name, `${one.dead} of ${settings.units}`, one.meanDistance.toFixed(3)]);
    show({ kind: "table", title: "Comparison", header: ["training", "dead units", "mean distance"], rows });
    const [plain, fair] = results;
    const verdict = fair.dead < plain.dead ? "a conscience leaves" : "a conscience does not help: it leaves";
    const text = `Without a conscience ${plain.dead} of ${settings.units} units never win; ${verdict} ${fair.dead} of them dead. The mean distance to the winner is ${plain.meanDistance.toFixed(3)} and ${fair.meanDistance.toFixed(3)}.`; // prettier-ignore
    show({ kind: "conclusion", text });
    return { results };
  },
};
