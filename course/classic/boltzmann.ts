/**
 * A Boltzmann machine of three visible units on exclusive or: pairs of visible units cannot describe it, a hidden unit can.
 * It is small enough that sampled frequencies can be compared with exact probabilities. Source: Ackley, Hinton &
 * Sejnowski 1985.
 */
import { BoltzmannMachine } from "lanegrad/classic";
import { integer } from "../settings.js";
import type { Lesson } from "../stage.js";

const settings = {
  hidden: integer({ about: "hidden units of the larger machine", default: 2, least: 1, slider: [1, 6] }),
  epochs: integer({ about: "steps of training", default: 2000, least: 1, slider: [100, 5000] }),
  sweeps: integer({ about: "sweeps of Gibbs sampling", default: 5000, least: 10, slider: [100, 50_000] }),
};

/** States of a, b and a ≠ b. */
const parity = [[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]]; // prettier-ignore
/** A divergence in nats that counts as learnt. */
const learnt = 0.1;

/** Exact and sampled. */
export const boltzmann: Lesson<typeof settings> = {
  name: "boltzmann",
  title: "A Boltzmann machine, exact and sampled",
  about: "exclusive or learnt with and without hidden units, probabilities against sampled frequencies",
  chapter: "classic",
  kind: "comparison",
  settings,
  sources: [],
  async run({ settings, seed, show, turn }) {
    const { epochs, sweeps } = settings;
    const series = [];
    const machines = [];
    for (const hidden of [0, settings.hidden]) {
      await turn();
      const machine = new BoltzmannMachine({ visible: 3, hidden, spread: 1, seed });
      const divergences = machine.fit(parity, { epochs, learningRate: 1 });
      series.push({ name: `${hidden} hidden units`, x: divergences.map((_, i) => i + 1), y: divergences });
      machines.push({ hidden, machine, divergence: divergences.at(-1)! });
    }
    const axes = { xLabel: "step", yLabel: "Kullback–Leibler divergence", xLogarithmic: true, marks: "lines" } as const;
    show({ kind: "chart", title: "Learning exclusive or", ...axes, series });
    const [plain, larger] = machines;
    const [exact, sampled] = [larger.machine.probabilities(), larger.machine.sampled(sweeps, seed)];
    const rows = Array.from(exact, (p, state) => [
      ...[0, 1, 2].map((i) => `${(state >> i) & 1}`),
      ...[p.toFixed(3), sampled[state].toFixed(3)],
    ]);
    const header = ["a", "b", "a ≠ b", "exact", "sampled"];
    show({ kind: "table", title: "Probabilities of the states", header, wordColumns: 3, rows });
    const distance = Math.max(...Array.from(exact, (p, state) => Math.abs(p - sampled[state])));
    const words = (divergence: number): string =>
      `${divergence < learnt ? "learn" : "do not learn"} it (divergence ${divergence.toFixed(3)})`;
    const text = `Visible units alone ${words(plain.divergence)}; ${larger.hidden} hidden units ${words(larger.divergence)}. Frequencies of ${sweeps} sweeps differ from the exact probabilities by at most ${distance.toFixed(3)}.`; // prettier-ignore
    show({ kind: "conclusion", text });
    return { divergences: machines.map(({ divergence }) => divergence), distance };
  },
};
