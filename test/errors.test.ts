import { expect, it } from "vitest";
import { checkKeys, DataError, LanegradError, message, show, UsageError } from "../src/errors.js";

it("message: every part may be left out", () => {
  expect(message("fit", "no data")).toBe("fit: no data.");
  expect(message("fit", "no data", { expected: "rows" })).toBe("fit: no data; expected rows.");
  expect(message("fit", "no data", { got: "0" })).toBe("fit: no data; got 0.");
  expect(message("fit", "no data", { expected: "rows", got: "0", hint: "Add some." })).toBe(
    "fit: no data; expected rows, got 0. Add some.",
  );
});

it("show: strings are quoted, long values cut", () => {
  expect(show("a\nb")).toBe('"a\\nb"');
  expect(show("x".repeat(100))).toBe(`"${"x".repeat(77)}…"`);
  expect(show([1, ["a"], null, undefined])).toBe('[1, ["a"], null, undefined]');
  expect(show(Array(13).fill(0))).toBe(`[${Array(12).fill(0).join(", ")}, …]`);
  expect(show(new Map())).toBe("Map");
  expect(show(() => 1)).toBe("function (anonymous)");
});

it("show: 1,000,000 nested arrays are cut at the fourth, and JSON with names of its own for constructor and toString is an object", () => {
  expect(show([[[[[1]]]]])).toBe("[[[[…]]]]");
  expect(show(JSON.parse("[".repeat(1e6) + "]".repeat(1e6)))).toBe("[[[[…]]]]");
  expect(show([[[1, 2]]])).toBe("[[[1, 2]]]");
  expect(show({ constructor: { name: { toString: 1 } }, toString: 1 })).toBe("object");
  expect(show(Object.create(null))).toBe("object");
});

it("checkKeys: names the first unknown option and the known ones", () => {
  expect(() => checkKeys("f", { a: 1, c: 2, d: 3 }, ["a", "b", "c"])).toThrow(UsageError);
  expect(() => checkKeys("f", { a: 1, d: 3 }, ["a", "b", "c"])).toThrow(
    'f: unknown option; expected a, b or c, got "d".',
  );
  expect(() => checkKeys("f", { d: 3 }, ["a"])).toThrow('f: unknown option; expected a, got "d".');
  expect(() => checkKeys("f", {}, ["a"])).not.toThrow();
  expect(() => checkKeys("f", 0.5 as never, ["a", "b"])).toThrow(
    "f: the options are no object; expected { a, b }, got 0.5.",
  );
  expect(() => checkKeys("f", null as never, ["a"])).toThrow("f: the options are no object; expected { a }, got null.");
});

it("every error is a LanegradError with its own name", () => {
  const error = new DataError("csv: empty.");
  expect(error).toBeInstanceOf(LanegradError);
  expect(error).toBeInstanceOf(Error);
  expect(String(error)).toBe("DataError: csv: empty.");
});
