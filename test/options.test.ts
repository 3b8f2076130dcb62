import { describe, expect, it } from "vitest";
import { checkBoolean, checkInteger, checkNumber } from "../src/options.js";

describe("checkNumber: the interval in the text is the one that is checked", () => {
  it.each([
    ["[0, 1)", [0, 0.5, 1 - 2 ** -53], [-1e-300, 1, NaN, "0", undefined, null]],
    ["(0, 1]", [1e-300, 1], [0, 1 + 2 ** -52]],
    ["(-1, ∞)", [-0.5, 1e308], [-1, Infinity, -Infinity]],
    ["(-∞, ∞)", [-1e308, 0, 1e308], [Infinity, -Infinity, NaN]],
  ] as [string, number[], unknown[]][])("%s", (interval, inside, outside) => {
    for (const value of inside) expect(() => checkNumber("f", "x", value, interval)).not.toThrow();
    for (const value of outside) {
      expect(() => checkNumber("f", "x", value, interval)).toThrow(
        `f: x is out of range; expected a number in ${interval}, got ${typeof value === "string" ? `"${value}"` : String(value)}.`,
      );
    }
  });
});

it("checkInteger: whole numbers only", () => {
  expect(() => checkInteger("f", "n", 1, "[1, ∞)")).not.toThrow();
  for (const value of [0, 1.5, 2 ** 53, "1", NaN]) {
    expect(() => checkInteger("f", "n", value, "[1, ∞)")).toThrow(
      "f: n is out of range; expected an integer in [1, ∞), got",
    );
  }
});

it("checkBoolean: true and false only", () => {
  expect(() => checkBoolean("f", "b", false)).not.toThrow();
  expect(() => checkBoolean("f", "b", 0)).toThrow("f: b is out of range; expected true or false, got 0.");
});
