/** The first cases of every fuzzer. */
import { describe, it } from "vitest";
import { Draw } from "./fuzzer.js";
import { fuzzers } from "./index.js";
import "../support/engine.js"; // last: it loads the kernels that the fuzzers call

describe.each(fuzzers)("$name: $holds", ({ name, shortCases, play }) => {
  it(`in the first ${shortCases} cases`, async () => {
    for (let number = 0; number < shortCases; number++) {
      try {
        await play(new Draw(number));
      } catch (error) {
        throw new Error(`case ${number}; npm run fuzz -- ${name} --from ${number} --cases 1`, { cause: error });
      }
    }
  });
});
