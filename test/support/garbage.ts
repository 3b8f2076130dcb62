/**
 * The garbage collector, called. Memory of tensors that nobody holds is freed at a moment of the collector's own choosing: a test that compares memory before
 * and after a call that waits collects first what the tests before it have left.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { memoryUsage } from "../../src/runtime/runtime.js";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Collects until two turns after each other have freed no block, for one may come too early; resolves to the bytes in use then. */
export async function collectGarbage(): Promise<number> {
  if (process.env.MUTANTS_TESTS !== undefined) return memoryUsage().bytesInUse; // there a red test is tried again, which takes less time
  let before = NaN;
  for (let quiet = 0; quiet < 2;) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 5)); // the blocks are freed in a turn of their own
    const { bytesInUse } = memoryUsage();
    quiet = bytesInUse === before ? quiet + 1 : 0;
    before = bytesInUse;
  }
  return before;
}
