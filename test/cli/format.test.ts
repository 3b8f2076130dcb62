import { describe, expect, it } from "vitest";
import { count, decimal, duration, percent, plural, rate } from "../../src/cli/terminal/format.js";

describe("numbers for people", () => {
  it("counts have their thousands apart", () => {
    expect([0, 999, 1000, 60000, 1234567.8].map(count)).toEqual(["0", "999", "1,000", "60,000", "1,234,568"]);
    expect([plural(1, "epoch"), plural(20, "epoch")]).toEqual(["1 epoch", "20 epochs"]);
  });

  it("percentages have two digits, and no number is a dash", () => {
    expect([percent(0.98312), percent(1), percent(0.5, 0), percent(NaN)]).toEqual(["98.31 %", "100.00 %", "50 %", "–"]);
  });

  it("losses keep digits that tell something", () => {
    expect([0.25, 0, 2.30258, 0.000123456].map(decimal)).toEqual(["0.2500", "0.0000", "2.3026", "1.23e-4"]);
  });

  it("durations grow from seconds to hours", () => {
    expect([0, 8.34, 9.96, 42.4, 59.6, 187, 3723].map(duration)).toEqual([
      "0.0 s",
      "8.3 s",
      "10 s",
      "42 s",
      "1:00",
      "3:07",
      "1:02:03",
    ]);
  });

  it("rates lose their fraction from 10 on", () => {
    expect([3.25, 9.9, 1234.5].map(rate)).toEqual(["3.3", "9.9", "1,235"]);
  });
});
