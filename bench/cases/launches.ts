/** The cost of starting all threads and waiting for them while they spin. The threads have nothing to compute. */
import type { Case } from "../case.js";
import { checkSamples } from "../check.js";
import { launchNothing, launchResults } from "../../src/ops/peak.js";
import { record } from "../../src/tensor/record.js";

const calls = 100;

/** A single launch, and a recording of many, which is sent once and has a barrier between its calls. */
export const launchCases: readonly Case[] = [
  launches("fork-join, one launch", 1),
  launches(`barrier, ${calls} in a launch`, calls),
];

function launches(name: string, count: number): Case {
  return {
    group: "threads",
    name,
    work: { parts: count },
    prepare() {
      const results = launchResults();
      const recording = record(() => {
        for (let i = 0; i < count; i++) launchNothing(results);
      });
      return {
        run: () => recording.replay(),
        check() {
          results.assign(new Float32Array(results.size));
          recording.replay();
          const written = results.toTypedArray().filter((_, at) => at % 8 === 0);
          checkSamples(name, written, { value: () => Math.max(1, written[0]), tolerance: () => 0 });
        },
        dispose() {
          recording.dispose();
          results.dispose();
        },
      };
    },
  };
}
