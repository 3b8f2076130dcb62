/**
 * A network of CTC that has learned strings of digits, ready to listen: which digits it hears in a sound, and where.
 * The lesson tests it so, and a saved network answers so in the command and in the page. Letters: S steps of its output,
 * C = 11 labels, the blank first.
 */
import { DataError, type Model, logSoftmax } from "lanegrad";
import { type Sound, ctcBeam, resample } from "lanegrad/speech";
import { heardOf, hopSeconds, joined } from "./numberNetwork.js";
import type { Spot } from "./numberRecognizer.js";
import { sideBySide } from "./recordings.js";

/** Seconds of a step of its output. */
const stepSeconds = joined * hopSeconds;
const C = 11;
/** The width of the beam. */
const width = 8;
/** The note by which a saved network is known. */
const input = "spoken digits";
/** The shortest sound, in seconds: a few frames. */
const least = 0.1;

/** What was heard in a sound. */
export interface HeardDigits {
  readonly digits: readonly number[];
  /** Where each digit was heard, in their order. */
  readonly spots: readonly Spot[];
}

/** The notes of a network that hears digits in sound of `sampleRate`, in Hz. */
export function listenerNotes(sampleRate: number): { readonly input: string; readonly sampleRate: number } {
  return { input, sampleRate };
}

/** True for a saved network that hears digits. */
export function hearsDigits(model: Model): boolean {
  return model.notes.input === input;
}

/**
 * The digits that a saved network hears in the first channel of a sound of any rate, and the sound as it hears it.
 * @throws {DataError} for less than a tenth of a second, or a model whose notes are damaged
 */
export async function listenTo(model: Model, given: Sound): Promise<HeardDigits & { readonly sound: Sound }> {
  const [from, to] = [given.sampleRate, rateOf(model)];
  const samples = from === to ? given.channels[0] : resample(given.channels[0], { from, to });
  return { ...(await listen(model, samples, to)), sound: { sampleRate: to, channels: [samples] } };
}

/** In Hz. @throws {DataError} when the notes are damaged */
function rateOf(model: Model): number {
  const { sampleRate } = model.notes;
  if (Number.isSafeInteger(sampleRate) && (sampleRate as number) >= 1000 && (sampleRate as number) <= 768_000)
    return sampleRate as number;
  throw new DataError("The notes of the model are damaged: they do not tell the rate of the sound.");
}

/**
 * The digits that a network hears in the samples of one channel.
 * @param said  when it is known what is said: places are then those of these digits
 * @throws {DataError} for less than a tenth of a second
 */
export async function listen(
  model: Model,
  samples: Float32Array,
  sampleRate: number,
  said?: readonly number[],
): Promise<HeardDigits> {
  if (samples.length < least * sampleRate) {
    throw new DataError(
      `The sound is too short: ${(samples.length / sampleRate).toFixed(2)} s, at least ${least} s are needed.`,
    );
  }
  const { x, lengths } = sideBySide([heardOf({ samples }, 0, sampleRate)]);
  const logits = await model.predict(x, { lengths });
  const logs = logSoftmax(logits); // (1, S, C)
  const steps = Math.ceil(lengths[0] / joined);
  const [[best]] = ctcBeam(logs, { width, lengths: [steps] });
  const digits = said ?? Array.from(best.tokens, (label) => label - 1);
  const path = labelPath(logs.toTypedArray() as Float32Array, steps, digits);
  for (const each of [x, logits, logs]) each.dispose();
  const spots = digits.map((digit, i) => {
    return { digit, from: path.indexOf(i) * stepSeconds, to: (path.lastIndexOf(i) + 1) * stepSeconds };
  });
  return { digits, spots };
}

/**
 * The likeliest path of CTC through the given digits: for each step the number of the digit that it says, −1 for the blank.
 * A chain of blank, digit, blank, …, blank; a blank may be left out between different digits.
 * @param logs  logarithms of probabilities, (S, C)
 */
export function labelPath(logs: Float32Array, steps: number, digits: readonly number[]): number[] {
  const states = 2 * digits.length + 1;
  const label = (s: number): number => (s % 2 === 0 ? 0 : digits[(s - 1) / 2] + 1);
  const cameFrom = Array.from({ length: steps }, () => new Int32Array(states));
  let before = Float64Array.from({ length: states }, (_, s) => (s < 2 ? logs[label(s)] : -Infinity));
  for (let t = 1; t < steps; t++) {
    const now = new Float64Array(states);
    for (let s = 0; s < states; s++) {
      const skips = s >= 3 && s % 2 === 1 && label(s) !== label(s - 2);
      const options = [s, s - 1, ...(skips ? [s - 2] : [])].filter((one) => one >= 0);
      const best = options.reduce((a, b) => (before[b] > before[a] ? b : a));
      cameFrom[t][s] = best;
      now[s] = before[best] + logs[t * C + label(s)];
    }
    before = now;
  }
  let state = before[states - 1] > before[states - 2] ? states - 1 : states - 2;
  const path = new Array<number>(steps);
  for (let t = steps - 1; t >= 0; t--) {
    path[t] = state % 2 === 0 ? -1 : (state - 1) / 2;
    state = cameFrom[t][state];
  }
  return path;
}
