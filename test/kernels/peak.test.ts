import { describe, expect, it } from "vitest";
import { builds } from "../support/builds.js";

describe.each(builds)("the peak loop, $name", (build) => {
  it("makes 13 chains of multiply-adds in four lanes: 104 operations an iteration", () => {
    const { kernels } = build;
    expect(kernels.peakFlopsPerIteration()).toBe(104);
    // Chain i begins with i and grows by a factor of 1 + 1e-9 an iteration, which float32 does not see at first.
    expect(kernels.peakMultiplyAdd(0)).toBe((13 * 14) / 2);
    expect(kernels.peakMultiplyAdd(1000)).toBe((13 * 14) / 2);
  });

  it.each([1, 2, 3])("runs once on each of %i threads", (threads) => {
    build.reset();
    const out = build.f32(8 * threads);
    build.asThreads(threads, () => build.kernels.peakOnThreads(out.ptr, 10));
    const first = out.view.filter((_, i) => i % 8 === 0);
    expect([...first]).toEqual(new Array(threads).fill(91));
    build.checkGuards();
  });
});
