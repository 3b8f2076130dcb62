/**
 * Strings of digits to recognise: recordings of single digits by one speaker, joined with pauses, and noise over all of
 * it. Where there are no recordings, tones stand for digits. Letter: N digits of a string.
 */
import type { Random, datasets } from "lanegrad";
import { addNoise } from "lanegrad/speech";

/** A string of digits. */
export interface SpokenNumber {
  readonly samples: Float32Array;
  /** (N) */
  readonly digits: readonly number[];
  /** (N): the first sample of each digit, and the one after its last; recognisers may learn from it, not look at it. */
  readonly places: readonly (readonly [from: number, to: number])[];
}

/** Strings of digits: N = 3 … 7. */
const [fewest, most] = [3, 7];
/** Seconds between two digits, at most, and the share of places without a pause. */
const [longestPause, withoutPause] = [0.3, 0.3];
/** Decibels of the string above the noise. */
const [noisiest, cleanest] = [5, 20];

/**
 * Joins recordings to strings, each of one speaker. @param random  what speakers, digits, pauses and noise are drawn
 * from
 */
export function joinNumbers(
  recordings: readonly datasets.SpokenDigit[],
  sampleRate: number,
  count: number,
  random: Random,
): SpokenNumber[] {
  const bySpeaker = new Map<string, datasets.SpokenDigit[]>();
  for (const one of recordings) bySpeaker.set(one.speaker, [...(bySpeaker.get(one.speaker) ?? []), one]);
  const speakers = [...bySpeaker.values()];
  return Array.from({ length: count }, () => {
    const own = speakers[random.integer(speakers.length)];
    const chosen = Array.from(
      { length: fewest + random.integer(most - fewest + 1) },
      () => own[random.integer(own.length)],
    );
    const pause = (): number =>
      random.uniform() < withoutPause ? 0 : Math.floor(sampleRate * random.uniform(0, longestPause));
    let length = pause();
    const places = chosen.map(({ samples }) => {
      const from = length;
      length += samples.length + pause();
      return [from, from + samples.length] as const;
    });
    const clean = new Float32Array(length);
    for (const [i, { samples }] of chosen.entries()) clean.set(samples, places[i][0]);
    const samples = addNoise(clean, { random, decibels: random.uniform(noisiest, cleanest) });
    return { samples, digits: chosen.map(({ label }) => label), places };
  });
}

/** The rate of tones, in Hz. */
export const toneRate = 8000;

/**
 * Drawn "recordings": each digit is a tone that rises or falls to another, a little different with every speaker and
 * take. Takes 0 to 4 are for the test, as in the data set.
 */
export function toneDigits(takes: number, random: Random): datasets.SpokenDigit[] {
  return ["high", "low"].flatMap((speaker, s) =>
    Array.from({ length: 10 * takes }, (_, i): datasets.SpokenDigit => {
      const [label, take] = [i % 10, Math.floor(i / 10)];
      const length = Math.floor(toneRate * random.uniform(0.2, 0.35));
      const [from, to] = [label % 5, (label * 3 + 2 + Number(label > 4)) % 7];
      const voice = (1 + 0.1 * s) * random.uniform(0.97, 1.03);
      let phase = 0;
      const samples = Float32Array.from({ length }, (_, n) => {
        const at = n / length;
        const hertz = voice * 300 * 1.3 ** (from + at * (to - from));
        phase += (2 * Math.PI * hertz) / toneRate;
        return 0.3 * Math.sin(Math.PI * at) ** 0.5 * (Math.sin(phase) + 0.4 * Math.sin(2 * phase));
      });
      return { label, speaker, take, samples };
    }),
  );
}
