/**
 * Conclusions of a table, worded from its numbers: which network is fastest, which is best, and the trade-off between
 * them.
 */
import { rate } from "../format.js";
import type { Table, Trained } from "./table.js";

/** Three sentences. @param results at least one */
export function conclusionsOf({ measure }: Pick<Table, "measure">, results: readonly Trained[]): string[] {
  const least = (value: (trained: Trained) => number): Trained =>
    results.reduce((a, b) => (value(b) < value(a) ? b : a));
  const fastest = least(({ secondsPerEpoch }) => secondsPerEpoch);
  const best = least(({ testErrorPercent }) => testErrorPercent);
  const told = ({ testErrorPercent }: Trained): string =>
    measure === "error" ? `${testErrorPercent.toFixed(2)} % wrong` : `${(100 - testErrorPercent).toFixed(2)} % right`;
  const speeds = `${rate(fastest.trainingSamplesPerSecond)} samples/s in training, ${rate(fastest.inferenceSamplesPerSecond)} in inference`;
  return [
    `Fastest: ${nameOf(fastest)}, ${fastest.secondsPerEpoch.toFixed(1)} s an epoch (${speeds}).`,
    `Best: ${nameOf(best)}, ${told(best)} on the test set.`,
    tradeOff(results, fastest, best),
  ];
}

function tradeOff(results: readonly Trained[], fastest: Trained, best: Trained): string {
  if (best === fastest) return `Trade-off: none, ${nameOf(best)} is both the fastest and the best.`;
  const times = (best.secondsPerEpoch / fastest.secondsPerEpoch).toFixed(1);
  const points = (fastest.testErrorPercent - best.testErrorPercent).toFixed(2);
  const cost = `${nameOf(best)} takes ${times} times as long an epoch as ${nameOf(fastest)} and is right on ${points} % more of the test set`;
  const beaten = results.filter((one) =>
    results.some(
      (other) => other.secondsPerEpoch < one.secondsPerEpoch && other.testErrorPercent <= one.testErrorPercent,
    ),
  );
  if (beaten.length === 0) return `Trade-off: ${cost}; each network is the best of those that are as fast.`;
  const worth = results.filter((one) => !beaten.includes(one)).map(nameOf);
  return `Trade-off: ${cost}; worth choosing from are ${listed(worth)}: for each of the others one of them is faster and no worse.`;
}

function nameOf({ row }: Trained): string {
  return row.network.name;
}

/** "a, b and c" */
function listed(names: readonly string[]): string {
  return names.length === 1 ? names[0] : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** The networks whose errors exceed their bounds, in a sentence; undefined if there are none. */
export function failureOf({ measure }: Pick<Table, "measure">, results: readonly Trained[]): string | undefined {
  const failed = results.filter(({ testErrorPercent, boundPercent }) => testErrorPercent > boundPercent);
  if (failed.length === 0) return undefined;
  const texts = failed.map(({ row, testErrorPercent, boundPercent }) =>
    measure === "error"
      ? `${row.network.name} errs on ${testErrorPercent.toFixed(2)} %, at most ${boundPercent} % was expected`
      : `${row.network.name} is right on ${(100 - testErrorPercent).toFixed(2)} %, at least ${100 - boundPercent} % was expected`,
  );
  return `${texts.join("; ")}.`;
}
