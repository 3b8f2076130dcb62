/** Pacer: when something that is done every so many steps or minutes is due, by a clock that the test sets. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Pace, Pacer } from "../../src/callbacks/pacer.js";

let now = 0;
beforeEach(() => void vi.spyOn(performance, "now").mockImplementation(() => now));
afterEach(() => vi.restoreAllMocks());

/** On which of so many steps, each so many seconds long, it is due. */
function due(pacer: Pacer, steps: number, seconds = 0): number[] {
  return Array.from({ length: steps }, (_, i) => i + 1).filter(() => {
    now += 1000 * seconds;
    return pacer.counts();
  });
}

function begun(pace: Pace): Pacer {
  const pacer = new Pacer("op", pace);
  now += 12_345; // training begins when it begins, not when it was made
  pacer.begin();
  return pacer;
}

describe("Pacer", () => {
  it("is due every so many steps, minutes, or what comes first", () => {
    expect(due(begun({ steps: 3 }), 10, 1000)).toEqual([3, 6, 9]);
    expect(due(begun({ steps: 1 }), 3)).toEqual([1, 2, 3]);
    expect(due(begun({ minutes: 0.5 }), 10, 12)).toEqual([3, 6, 9]); // 30 s: seen at the end of a step
    expect(due(begun({ minutes: 0.5 }), 4, 15)).toEqual([2, 4]); // at exactly 30 s
    expect(due(begun({ steps: 2, minutes: 1 }), 5, 1)).toEqual([2, 4]);
    expect(due(begun({ steps: 5, minutes: 1 }), 5, 30)).toEqual([2, 4]);
  });

  it("counts all steps, and begins anew", () => {
    const pacer = begun({ steps: 4 });
    expect(due(pacer, 6)).toEqual([4]);
    expect(pacer.step).toBe(6);
    pacer.begin();
    expect([pacer.step, due(pacer, 5)]).toEqual([0, [4]]);
  });

  it("goes on from what was saved, and from nothing where nothing was", () => {
    const first = begun({ steps: 5, minutes: 1 });
    due(first, 3, 10);
    const state = first.save();
    expect(state).toEqual({ step: 3, waited: 3, milliseconds: 30_000 });
    now += 1e6; // the time between does not count
    const second = begun({ steps: 5, minutes: 1 });
    second.restore(state);
    expect([second.step, due(second, 4, 1)]).toEqual([3, [2]]);
    const third = begun({ steps: 5, minutes: 1 });
    third.restore(state);
    expect(due(third, 1, 30)).toEqual([1]);
    const empty = begun({ steps: 2 });
    empty.restore({});
    expect([empty.step, due(empty, 3)]).toEqual([0, [2]]);
    expect(empty.save()).toEqual({ step: 3, waited: 1, milliseconds: 0 });
  });

  it.each<[unknown, string]>([
    [{ steps: 0 }, "steps must be an integer ≥ 1; expected { steps: 500 } or { minutes: 10 }, got 0"],
    [{ steps: 1.5 }, "steps must be an integer ≥ 1"],
    [{ minutes: 0 }, "minutes must be a number above 0"],
    [{ minutes: Infinity }, "minutes must be a number above 0"],
    [{}, "how often is missing"],
    [{ hours: 1 }, "hours"],
  ])("refuses %j", (pace, text) => {
    expect(() => new Pacer("op", pace as Pace)).toThrow(text);
  });
});
