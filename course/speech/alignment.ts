/**
 * Where a model hears each digit of a string, drawn over the log-mel energies: the states that a hidden Markov model
 * passes through, or the moments at which a network without states says a digit, or looks to write it. Letters: T frames
 * of 10 ms.
 */
import { scope } from "lanegrad";
import { type HeatMap, type Series, pictureOf } from "lanegrad/report";
import { type WordPath, logMel } from "lanegrad/speech";
import type { Stage } from "../stage.js";
import { silence, statesPerWord } from "./markov.js";
import type { SpokenNumber } from "./numbers.js";
import type { Spot, TrainedNumbers } from "./numberRecognizer.js";

const bands = 40;
/** Seconds of a frame, and between two points that are drawn apart. */
const [hop, leastApart] = [0.01, 0.08];

/** The energies, over them where each digit is heard, and the places in words. */
export async function showAlignment(
  stage: Pick<Stage, "show">,
  name: string,
  { align, spots }: TrainedNumbers,
  number: SpokenNumber,
  sampleRate: number,
): Promise<void> {
  const path = align && (await align(number));
  const found = path ? spotsOf(path) : await spots!(number);
  const meaning = path
    ? `climb through the ${statesPerWord} states of each digit`
    : "are where it begins to hear each digit, and ends";
  const map = spectrogram(number.samples, sampleRate, {
    ...{ title: `Where ${name} hears each digit`, section: "Alignment" },
    caption: `The digits ${number.digits.join(" ")}: from left to right time, upwards frequency; the dots ${meaning}.`,
    points: (T) => (path ? staircases(path, T) : endsOf(found, T)),
  });
  stage.show(map);
  const lines = found.map(({ digit, from, to }) => `${digit} from ${from.toFixed(2)} to ${to.toFixed(2)} s`);
  stage.show({ kind: "text", title: `Digits by ${name}`, section: "Alignment", text: lines.join("\n") });
}

/** What is drawn over the energies. */
interface Drawn {
  readonly title: string;
  readonly section?: string;
  readonly caption: string;
  /** @param T  frames of 10 ms */
  readonly points: (T: number) => Series[];
}

/** The log-mel energies of a sound, with points over them. */
export function spectrogram(samples: Float32Array, sampleRate: number, { points, ...words }: Drawn): HeatMap {
  const energies = scope(() => {
    return (logMel(samples, { sampleRate, filters: bands }).toTypedArray() as Float32Array).slice();
  });
  const T = energies.length / bands;
  const quietest = energies.reduce((a, b) => Math.min(a, b));
  // (bands, T), high ones above
  const rows = energies.map((_, i) => energies[(i % T) * bands + bands - 1 - Math.floor(i / T)] - quietest);
  return {
    ...{ kind: "heatMap", ...words, points: points(T) },
    ...{ xLabel: "seconds", yLabel: "mel band", xRange: [0, T / 100], yRange: [0, bands] },
    picture: pictureOf(rows, T, "Logarithm of the energy, above the least"),
  };
}

function spotsOf({ segments }: WordPath): Spot[] {
  return segments
    .filter(({ word }) => word !== silence)
    .map(({ word, from, to }) => ({ digit: word, from: from / 100, to: to / 100 }));
}

/** A group of points for each digit: frame by frame, the height of its state. */
function staircases({ segments, states }: WordPath, T: number): Series[] {
  return segments
    .filter(({ word }) => word !== silence)
    .map(({ word, from, to }, i) => {
      const frames = Array.from({ length: Math.min(to, T) - from }, (_, n) => from + n);
      const height = (t: number): number => (bands * ((states[t] % statesPerWord) + 0.5)) / statesPerWord;
      return { name: `${i + 1}: ${word}`, x: frames.map((t) => (t + 0.5) / 100), y: frames.map(height) };
    });
}

/** Where each digit begins and ends, of T frames. */
export const endsOf = (spots: readonly Spot[], T: number): Series[] => spots.map((spot, i) => ends(spot, i, T));

/** Points at half the height where a digit begins and ends, or one in the middle, since points near to each other cover each other. */
function ends({ digit, from, to }: Spot, i: number, T: number): Series {
  const places = to - from > leastApart ? [from + hop / 2, to - hop / 2] : [(from + to) / 2];
  const x = places.map((second) => Math.min(second, hop * (T - 0.5))); // steps of a network may go on behind the last frame
  return { name: `${i + 1}: ${digit}`, x, y: x.map(() => bands / 2) };
}
