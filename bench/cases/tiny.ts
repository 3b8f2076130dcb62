/**
 * The smallest work: a network of 13 weights, and calls of kernels with almost nothing to compute. It measures
 * everything except arithmetic.
 */
import { type Tensor, add, record, tensor } from "lanegrad";
import type { Case, Prepared } from "../case.js";
import { WrongResultError } from "../check.js";
import { type Network, trainingStep } from "./network.js";

/** Exclusive or, all four points at once. */
const xor: Network = { sizes: [2, 3, 1], hidden: "sigmoid", output: "sigmoid", loss: "squared", batch: 4 };

const calls = 100;

/** Steps of 2-3-1, and the cost of a replay. */
export const tinyCases: readonly Case[] = [
  { name: "2-3-1 batch 4, recorded training step", prepare: (name: string) => trainingStep(name, xor) },
  { name: "2-3-1 batch 4, eager training step", prepare: (name: string) => trainingStep(name, xor, false) },
  { name: "replay of 1 kernel call", parts: 1, prepare: (name: string) => additions(name, 1) },
  { name: `replay of ${calls} kernel calls`, parts: calls, prepare: (name: string) => additions(name, calls) },
].map(({ name, parts, prepare }) => ({
  group: "tiny",
  name,
  work: parts === undefined ? {} : { parts },
  prepare: () => prepare(name),
}));

/** `count` additions of single numbers, one after the other. */
function additions(name: string, count: number): Prepared {
  const one = tensor([1]);
  const recording = record(() => {
    let sum: Tensor = one;
    for (let i = 0; i < count; i++) sum = add(sum, one);
    return sum;
  });
  const { result } = recording;
  return {
    run: () => recording.replay(),
    check() {
      result.assign([0]);
      recording.replay();
      if (result.item() === count + 1) return;
      throw new WrongResultError(`bench: ${name}: expected ${count + 1}, got ${result.item()}. It is not timed.`);
    },
    dispose() {
      recording.dispose();
      result.dispose();
      one.dispose();
    },
  };
}
