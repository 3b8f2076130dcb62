/** A network of lanegrad/classic, saved and loaded. */
import { expect } from "vitest";
import { loadClassic } from "../../src/classic/index.js";
import type { SavedNetwork } from "../../src/classic/saved.js";

/** What its bytes are loaded as, which must be of the same class. */
export async function reload<T extends SavedNetwork>(network: T): Promise<T> {
  const loaded: unknown = await loadClassic(network.toBytes());
  expect(Object.getPrototypeOf(loaded)).toBe(Object.getPrototypeOf(network));
  return loaded as T;
}
