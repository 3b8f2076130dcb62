/**
 * A small text in which words of a kind stand in the same places, so that a network can find out which are of a kind
 * from their neighbours alone.
 */
import type { Random } from "lanegrad";

/** The words of each kind. */
export const kinds = {
  animals: ["cat", "dog", "horse", "cow", "goat"],
  people: ["king", "queen", "farmer", "doctor", "child"],
  food: ["bread", "soup", "cake", "rice", "cheese"],
  drinks: ["tea", "milk", "water", "juice", "coffee"],
  cities: ["paris", "london", "rome", "hanoi", "berlin"],
  instruments: ["violin", "piano", "flute", "drum", "guitar"],
} as const;

/** The name of a kind. */
export type Kind = keyof typeof kinds;

/** Sentences; a kind in braces stands for any of its words. */
const patterns = [
  "the {people} eats {food} and drinks {drinks}",
  "a {people} plays the {instruments} in {cities}",
  "the {animals} sleeps near the {people}",
  "a {animals} eats grass and drinks water on the farm",
  "the {people} drinks warm {drinks} in {cities}",
  "a {people} travels from {cities} to {cities}",
  "the {animals} runs over the green field",
  "fresh {food} with a cup of {drinks}",
  "we hear the {instruments} and the {instruments}",
  "fresh {food} for the {people}",
];

/** The words of that many sentences, drawn one after the other. */
export function toyText(random: Random, sentences: number): string[] {
  const drawn = <T>(list: readonly T[]): T => list[random.integer(list.length)];
  return Array.from({ length: sentences }, () => drawn(patterns)).flatMap((pattern) =>
    pattern.replace(/\{(\w+)\}/g, (_, kind: Kind) => drawn(kinds[kind])).split(" "),
  );
}
