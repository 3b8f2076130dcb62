import { describe, expect, it } from "vitest";
import { builds } from "../support/builds.js";

describe.each(builds)("fill ($name)", (build) => {
  it.each([0, 1, 3, 4, 5, 63, 64, 65, 131])("writes %i elements and nothing else, with 1, 2 and 3 threads", (n) => {
    for (const threads of [1, 2, 3]) {
      build.reset();
      const out = build.f32(n);
      build.asThreads(threads, () => build.kernels.fill(out.ptr, 2.5, n));
      expect([...out.view]).toEqual(Array(n).fill(2.5));
      build.checkGuards();
    }
  });
});
