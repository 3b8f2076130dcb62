/**
 * Memory in a network of ±1: drawn patterns come back from noise while the energy falls, and too many patterns destroy
 * each other. Recall against load falls near 0.138 patterns a unit by Hebb's rule; the pseudo-inverse holds more, the
 * modern network far more. Sources: Hopfield 1982; Amit, Gutfreund & Sompolinsky 1985; Ramsauer et al. 2020.
 */
import { Random } from "lanegrad";
import { HopfieldNetwork, ModernHopfieldNetwork } from "lanegrad/classic";
import { type Picture, pictureOf } from "lanegrad/report";
import { integer } from "../settings.js";
import type { Lesson, Stage } from "../stage.js";
import { percent } from "../support/format.js";

const settings = {
  units: integer({
    about: "units of the network whose load is measured",
    default: 500,
    least: 50,
    slider: [100, 1000],
  }),
  noise: { kind: "number", about: "the share of units that are reversed before recall", default: 0.05, isInteger: false, least: 0, slider: [0.01, 0.4] }, // prettier-ignore
} as const;
type Settings = typeof settings;

/** Patterns a unit. */
const loads = [0.02, 0.05, 0.08, 0.1, 0.11, 0.12, 0.13, 0.14, 0.15, 0.16, 0.18, 0.2, 0.25];
/** A pattern counts as recalled where no more than this share of its units is wrong. */
const mostWrong = 0.05;

/** Letters of 7 × 7 points, row by row. */
const letters: Readonly<Record<string, string>> = {
  A: "..###.. .#...#. #.....# #.....# ####### #.....# #.....#",
  H: "#.....# #.....# #.....# ####### #.....# #.....# #.....#",
  T: "####### ...#... ...#... ...#... ...#... ...#... ...#...",
  X: "#.....# .#...#. ..#.#.. ...#... ..#.#.. .#...#. #.....#",
};

/** Recall, energy, and recall against load. */
export const hopfield: Lesson<Settings> = {
  name: "hopfield",
  title: "Memory that falls into place",
  about: "Hopfield networks: patterns recalled from noise, energy, and how many they hold",
  chapter: "classic",
  kind: "comparison",
  settings,
  sources: [],
  async run(stage) {
    const { settings, show } = stage;
    const fell = recallLetters(stage);
    const { units: N, noise } = settings;
    const curves = { "Hebb’s rule": [], "pseudo-inverse": [], modern: [] } as Record<string, Recall[]>;
    for (const load of loads) {
      const patterns = randomPatterns(Math.max(1, Math.round(load * N)), N, stage.seed + Math.round(1000 * load));
      for (const [name, own] of Object.entries(curves)) {
        await stage.turn();
        own.push({ load: patterns.length / N, ...recallOf(name, patterns, noise, stage.seed) });
        drawLoad(stage, curves);
      }
    }
    const header = ["load", ...Object.keys(curves)];
    const rows = loads.map((load, i) => [load.toFixed(2), ...Object.values(curves).map((own) => percent(own[i].recall, 0))]); // prettier-ignore
    const caption = `Patterns with at most ${percent(mostWrong, 0)} wrong units after recall, of ${N} units, ${percent(noise, 0)} reversed before.`;
    show({ kind: "table", title: "Patterns recalled", section: "Recall against load", caption, header, rows });
    const fall = fallOf(curves["Hebb’s rule"]);
    const text = `${fell ? "The energy never rose." : "The energy rose, which it must not."} By Hebb’s rule half of the patterns are lost at a load of ${fall?.toFixed(3) ?? `more than ${loads.at(-1)}`} (theory for large networks: 0.138); at ${loads.at(-1)} the pseudo-inverse recalls ${percent(curves["pseudo-inverse"].at(-1)!.recall, 0)}, the modern network ${percent(curves.modern.at(-1)!.recall, 0)}.`; // prettier-ignore
    show({ kind: "conclusion", text });
    return { recall: curves["Hebb’s rule"].map(({ recall }) => recall), load: curves["Hebb’s rule"].map(({ load }) => load), fall, curves }; // prettier-ignore
  },
};

interface Recall {
  readonly load: number;
  /** The share of patterns that were recalled. */
  readonly recall: number;
  /** The mean overlap of a pattern with what came back, 1 for the pattern itself. */
  readonly overlap: number;
}

function randomPatterns(P: number, N: number, seed: number): Float32Array[] {
  const random = new Random(seed);
  return Array.from({ length: P }, () => Float32Array.from({ length: N }, () => (random.uniform() < 0.5 ? -1 : 1)));
}

function noisy(pattern: Float32Array, share: number, random: Random): Float32Array {
  const reversed = random.permutation(pattern.length).subarray(0, Math.round(share * pattern.length));
  const made = pattern.slice();
  for (const i of reversed) made[i] = -made[i];
  return made;
}

function recallOf(name: string, patterns: Float32Array[], noise: number, seed: number): Omit<Recall, "load"> {
  const random = new Random(seed);
  const starts = patterns.map((pattern) => noisy(pattern, noise, random));
  const N = patterns[0].length;
  const states = name === "modern" ? new ModernHopfieldNetwork({ patterns, beta: 8 / N }).recall(starts, 3) : recalled(name, patterns, starts, seed); // prettier-ignore
  const overlaps = states.map(
    (state, p) => state.reduce((sum, value, i) => sum + Math.sign(value) * patterns[p][i], 0) / N,
  );
  const good = overlaps.filter((overlap) => overlap >= 1 - 2 * mostWrong).length;
  const overlap = overlaps.reduce((sum, one) => sum + one, 0) / overlaps.length;
  return { recall: good / patterns.length, overlap };
}

function recalled(name: string, patterns: Float32Array[], starts: Float32Array[], seed: number): Float32Array[] {
  const network = new HopfieldNetwork({ units: patterns[0].length });
  network.store(patterns, { rule: name === "pseudo-inverse" ? name : "hebb", warns: false });
  return network.recall(starts, { seed, sweeps: 50 }).states;
}

/** The load at which recall falls through one half, between two that were measured. */
function fallOf(curve: readonly Recall[]): number | undefined {
  const i = curve.findIndex(({ recall }) => recall < 0.5);
  if (i < 1) return i === 0 ? curve[0].load : undefined;
  const [before, after] = [curve[i - 1], curve[i]];
  return before.load + ((before.recall - 0.5) / (before.recall - after.recall)) * (after.load - before.load);
}

function drawLoad({ show }: Stage<Settings>, curves: Readonly<Record<string, readonly Recall[]>>): void {
  const axes = { xLabel: "patterns a unit", marks: "lines" } as const;
  const section = "Recall against load";
  for (const what of ["recall", "overlap"] as const) {
    const series = Object.entries(curves).map(([name, own]) => ({ name, x: own.map(({ load }) => load), y: own.map((one) => one[what]) })); // prettier-ignore
    series.push({ name: "0.138, theory", x: [0.138, 0.138], y: [0, 1] });
    const yLabel = what === "recall" ? "share of patterns recalled" : "mean overlap";
    show({ kind: "chart", title: yLabel, section, ...axes, yLabel, series });
  }
}

/** Letters from a fifth of their points reversed. @returns whether no energy rose */
function recallLetters({ show, seed }: Stage<Settings>): boolean {
  const patterns = Object.values(letters).map((text) =>
    Float32Array.from(text.replaceAll(" ", ""), (one) => (one === "#" ? 1 : -1)),
  );
  const network = new HopfieldNetwork({ units: 49 });
  network.store(patterns, { rule: "pseudo-inverse" });
  const random = new Random(seed);
  const starts = patterns.map((pattern) => noisy(pattern, 0.2, random));
  const { states, energies } = network.recall(starts, { seed });
  const names = Object.keys(letters);
  const pictures: Picture[] = names.flatMap((name, i) => [
    pictureOf(starts[i], 7, `${name}, noisy`),
    pictureOf(states[i], 7, `recalled, energy ${energies[i][0].toFixed(1)} to ${energies[i].at(-1)!.toFixed(1)}`),
  ]);
  show({ kind: "images", title: "Letters", caption: "Four letters stored by the pseudo-inverse; a fifth of the points is reversed.", scale: 3, pictures }); // prettier-ignore
  const series = names.map((name, i) => ({ name, x: energies[i].map((_, sweep) => sweep), y: energies[i] }));
  show({ kind: "chart", title: "Energy against sweeps", xLabel: "sweep", yLabel: "energy", marks: "lines", series });
  return energies.every((own) => own.every((energy, i) => i === 0 || energy <= own[i - 1] + 1e-6));
}
