import { describe, expect, it } from "vitest";
import {
  type Table,
  checkBoolean,
  checkInteger,
  checkNumber,
  describe as describeOptions,
  flag,
  integer,
  number,
  oneOf,
  optional,
  resolve,
} from "../src/options.js";

describe("checkNumber: the interval in the text is the one that is checked", () => {
  it.each([
    ["[0, 1)", [0, 0.5, 1 - 2 ** -53], [-1e-300, 1, NaN, "0", undefined, null]],
    ["(0, 1]", [1e-300, 1], [0, 1 + 2 ** -52]],
    ["(-1, ∞)", [-0.5, 1e308], [-1, Infinity, -Infinity]],
    ["(-∞, ∞)", [-1e308, 0, 1e308], [Infinity, -Infinity, NaN]],
  ] as [string, number[], unknown[]][])("%s", (interval, inside, outside) => {
    for (const value of inside) expect(() => checkNumber("f", "x", value, interval)).not.toThrow();
    for (const value of outside) {
      const got = typeof value === "string" ? `"${value}"` : String(value);
      const wrong = typeof value === "number" ? "is out of range" : "has the wrong type";
      expect(() => checkNumber("f", "x", value, interval)).toThrow(
        value === undefined
          ? `f: x is missing; expected a number in ${interval}.`
          : `f: x ${wrong}; expected a number in ${interval}, got ${got}.`,
      );
    }
  });
});

it("checkInteger: whole numbers only", () => {
  expect(() => checkInteger("f", "n", 1, "[1, ∞)")).not.toThrow();
  for (const value of [0, 1.5, 2 ** 53, NaN]) {
    expect(() => checkInteger("f", "n", value, "[1, ∞)")).toThrow(
      `f: n is out of range; expected an integer in [1, ∞), got ${value}.`,
    );
  }
  expect(() => checkInteger("f", "n", "1", "[1, ∞)")).toThrow(
    'f: n has the wrong type; expected an integer in [1, ∞), got "1".',
  );
  expect(() => checkInteger("f", "n", undefined, "[1, ∞)")).toThrow("f: n is missing; expected an integer in [1, ∞).");
});

it("checkBoolean: true and false only", () => {
  expect(() => checkBoolean("f", "b", false)).not.toThrow();
  expect(() => checkBoolean("f", "b", 0)).toThrow("f: b has the wrong type; expected true or false, got 0.");
});

describe("a table states every option once", () => {
  interface Options {
    readonly size: number;
    readonly rate?: number;
    readonly isOn?: boolean;
    readonly mode?: "up" | "down";
    readonly limit?: number;
  }
  const table = {
    size: integer("[1, ∞)"),
    rate: number("[0, 1)", 0.5),
    isOn: flag(true),
    mode: oneOf(["up", "down"], "up"),
    limit: optional(integer("[1, ∞)")),
  } satisfies Table<Options>;

  it("a forgotten row does not compile, nor one of another type, nor an option that must be given with a row of one that need not", () => {
    const wrong = [
      // @ts-expect-error rate, isOn, mode and limit are missing
      { size: integer("[1, ∞)") } satisfies Table<Options>,
      // @ts-expect-error isOn is no number
      { ...table, isOn: number("[0, 1)", 0) } satisfies Table<Options>,
      // @ts-expect-error size must be given
      { ...table, size: optional(integer("[1, ∞)")) } satisfies Table<Options>,
      // @ts-expect-error mode has no such word
      { ...table, mode: oneOf(["up", "left"], "up") } satisfies Table<Options>,
    ];
    expect(wrong).toHaveLength(4);
  });

  it("resolve fills in the defaults, in the order of the table, and takes undefined as left out", () => {
    const values = resolve("f", { isOn: undefined, size: 3 }, table);
    expect(Object.entries(values)).toEqual([
      ["size", 3],
      ["rate", 0.5],
      ["isOn", true],
      ["mode", "up"],
      ["limit", undefined],
    ]);
  });

  it("describe leaves out what is nothing and writes values of other rooms by their configs", () => {
    const filler = { config: { className: "ones" }, fill: () => undefined };
    expect(JSON.stringify(describeOptions({ size: 3, isOn: false, limit: undefined, filler }))).toBe(
      '{"size":3,"isOn":false,"filler":{"className":"ones"}}',
    );
  });

  it.each([
    [{}, "f: size is missing; expected an integer in [1, ∞)."],
    [{ size: 1, rate: null }, "f: rate has the wrong type; expected a number in [0, 1), got null."],
    [{ size: 1, mode: "left" }, 'f: unknown mode; expected "up" or "down", got "left".'],
    [{ size: 1, limit: 0 }, "f: limit is out of range; expected an integer in [1, ∞), got 0."],
    [{ size: 1, sizes: 2 }, 'f: unknown option; expected size, rate, isOn, mode or limit, got "sizes".'],
    [7, "f: the options must be an object; expected { size, rate, isOn, mode, limit }, got 7."],
  ])("%j is refused", (options, text) => {
    expect(() => resolve("f", options as object, table)).toThrow(text);
  });
});
