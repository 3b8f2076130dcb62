/** What the autoencoder's lesson draws: digits rebuilt, the plane of codes, walks between digits, noise removed. */
import { type Model, tensor } from "lanegrad";
import { type Picture, type Series, type Shown, pictureOf } from "lanegrad/report";
import { pixels } from "./networks.js";

const side = 28;
/** Digits along each side of the picture of the plane, and along a walk. */
const [across, steps] = [16, 9]; // prettier-ignore
/** Codes that are drawn. */
const drawnCodes = 300;

/** The outputs of a network for rows, (N, …) of `width` numbers each. */
export async function outputsOf(model: Model, rows: ArrayLike<number>, width: number): Promise<Float32Array> {
  const x = tensor(Float32Array.from(rows), [rows.length / width, width]);
  const [first, ...others] = await model.predictAll(x, { batchSize: 500 });
  const values = (first.toTypedArray() as Float32Array).slice();
  for (const one of [x, first, ...others]) one.dispose();
  return values;
}

/** Digits side by side in one picture. @param all (N, 784) */
export function row(all: ArrayLike<number>, N: number, caption: string): Picture {
  return pictureOf(mosaic(all, N), N * side, caption);
}

/** The pixels of N digits side by side. */
function mosaic(all: ArrayLike<number>, N: number): Float32Array {
  const values = new Float32Array(N * pixels);
  for (let n = 0; n < N; n++)
    for (let i = 0; i < pixels; i++)
      values[(Math.floor(i / side) * N + n) * side + (i % side)] = Math.max(0, Math.min(1, all[n * pixels + i]));
  return values;
}

/** The codes of test digits in the plane, and the digits that the decoder makes of its places. */
export async function planeOf(
  decoder: Model,
  codes: Float32Array,
  labels: ArrayLike<number>,
  name: string,
): Promise<Shown[]> {
  const section = "The plane of two numbers";
  const [xRange, yRange] = [0, 1].map((axis) => rangeOf(codes.filter((_, i) => i % 2 === axis)));
  const places = Array.from({ length: across * across }, (_, at) => [
    xRange[0] + (((at % across) + 0.5) / across) * (xRange[1] - xRange[0]),
    yRange[1] - ((Math.floor(at / across) + 0.5) / across) * (yRange[1] - yRange[0]),
  ]).flat();
  const digits = await outputsOf(decoder, places, 2);
  const rows = Array.from({ length: across }, (_, at) => digits.subarray(at * across * pixels));
  const values = rows.flatMap((row) => Array.from(mosaic(row, across)));
  const series: Series[] = Array.from({ length: 10 }, (_, digit) => {
    const these = Array.from({ length: drawnCodes }, (_, n) => n).filter((n) => labels[n] === digit);
    const [x, y] = [0, 1].map((axis) => these.map((n) => codes[2 * n + axis]));
    return { name: String(digit), x, y, labels: these.map(() => String(digit)) };
  });
  const axes = { xLabel: "first number", yLabel: "second number", marks: "points" } as const;
  return [
    { kind: "chart", section, title: `Codes of ${drawnCodes} test digits, ${name}`, ...axes, series },
    {
      ...{ kind: "images", section, title: `What the decoder makes of the plane, ${name}`, scale: 1 },
      pictures: [pictureOf(values, across * side, `${ends(xRange)} across, ${ends(yRange)} up`)],
    },
  ];
}

const ends = ([from, to]: readonly [number, number]): string => `${from} … ${to}`;

/** From the second to the 98th hundredth, with a margin. */
function rangeOf(values: Float32Array): [number, number] {
  const sorted = values.toSorted();
  const [low, high] = [0.02, 0.98].map((share) => sorted[Math.floor(share * (sorted.length - 1))]);
  const margin = 0.1 * (high - low) || 1;
  return [Number((low - margin).toFixed(2)), Number((high + margin).toFixed(2))];
}

/** Straight walks from the code of one digit to that of another. @param codes (2 walks, K): ends in pairs */
export async function walksOf(decoder: Model, codes: ArrayLike<number>, K: number, name: string): Promise<Picture[]> {
  const walks = codes.length / (2 * K);
  const places = Array.from({ length: walks * steps }, (_, at) => {
    const [walk, share] = [Math.floor(at / steps), (at % steps) / (steps - 1)];
    return Array.from({ length: K }, (_, k) => {
      const [from, to] = [codes[2 * walk * K + k], codes[(2 * walk + 1) * K + k]];
      return from + share * (to - from);
    });
  }).flat();
  const digits = await outputsOf(decoder, places, K);
  return Array.from({ length: walks }, (_, walk) =>
    row(digits.subarray(walk * steps * pixels), steps, walk === 0 ? name : ""),
  );
}

/** Halfway between the codes of pairs, decoded: (pairs, 784). @param codes (2 pairs, K) */
export async function middlesOf(decoder: Model, codes: ArrayLike<number>, K: number): Promise<Float32Array> {
  const middles = Array.from({ length: codes.length / 2 }, (_, i) => {
    const [pair, k] = [Math.floor(i / K), i % K];
    return (codes[2 * pair * K + k] + codes[(2 * pair + 1) * K + k]) / 2;
  });
  return outputsOf(decoder, middles, K);
}
