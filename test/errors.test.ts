import { expect, it } from "vitest";
import { checkKeys, DataError, LanegradError, message, printable, show, UsageError } from "../src/errors.js";

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
  expect(show((function* () {})())).toBe("Generator"); // its constructor's name is ""
  expect(show((async function* () {})())).toBe("AsyncGenerator");
  expect(show({ constructor: { name: "" } })).toBe("object");
});

it("show: a class is named as its author wrote it, not as a bundler renamed it", () => {
  const instance = (name: string): object => Object.create({ constructor: { name } }) as object;
  expect(["_Tensor", "Recurrent2", "_"].map((name) => show(instance(name)))).toEqual(["Tensor", "Recurrent", "object"]);
  expect(show(new Float32Array(3))).toBe("Float32Array");
});

it("show: 1,728 numbers in nested arrays take at most 160 characters, not a wall", () => {
  const cube = Array(12).fill(Array(12).fill(Array(12).fill(0.12345)));
  expect(show(cube)).toHaveLength(160);
  expect(show(cube)).toMatch(/^\[\[\[0\.12345, .*…$/);
});

it("checkKeys: names the first unknown option and the known ones", () => {
  expect(() => checkKeys("f", { a: 1, c: 2, d: 3 }, ["a", "b", "c"])).toThrow(UsageError);
  expect(() => checkKeys("f", { a: 1, d: 3 }, ["a", "b", "c"])).toThrow(
    'f: unknown option; expected a, b or c, got "d".',
  );
  expect(() => checkKeys("f", { d: 3 }, ["a"])).toThrow('f: unknown option; expected a, got "d".');
  expect(() => checkKeys("f", {}, ["a"])).not.toThrow();
  expect(() => checkKeys("f", 0.5 as never, ["a", "b"])).toThrow(
    "f: the options must be an object; expected { a, b }, got 0.5.",
  );
  expect(() => checkKeys("f", null as never, ["a"])).toThrow(
    "f: the options must be an object; expected { a }, got null.",
  );
});

it("every error is a LanegradError with its own name", () => {
  const error = new DataError("csv: empty.");
  expect(error).toBeInstanceOf(LanegradError);
  expect(error).toBeInstanceOf(Error);
  expect(String(error)).toBe("DataError: csv: empty.");
});

it("printable: of all 65,536 code units, 77 become visible, and what was JSON stays the same JSON", () => {
  const all = Array.from({ length: 65_536 }, (_, code) => String.fromCharCode(code));
  const changed = all.filter((one) => printable(one) !== one);
  const between = (first: number, last: number): string[] => all.slice(first, last + 1);
  const controls = [...between(0, 0x1f), ...between(0x7f, 0x9f)].filter((one) => one !== "\t" && one !== "\n");
  const directions = [...between(0x200e, 0x200f), ...between(0x202a, 0x202e), ...between(0x2066, 0x2069), "\u061c"];
  expect(changed.toSorted()).toEqual([...controls, ...directions, "\u2028", "\u2029"].toSorted());
  expect(changed).toHaveLength(77);
  const value = { [all.join("")]: all };
  expect(JSON.parse(printable(JSON.stringify(value)))).toEqual(value);
  expect(printable("\u001b[2J\u009b\u202e\r\n\tok")).toBe("\\u001b[2J\\u009b\\u202e\\u000d\n\tok");
});

it("message: foreign text in any part becomes printable", () => {
  const parts = { expected: "a\u202eb", got: show("c\u009bd"), hint: "e\u2028f" };
  expect(message("op\u001b", "wrong\u0007", parts)).toBe(
    'op\\u001b: wrong\\u0007; expected a\\u202eb, got "c\\u009bd". e\\u2028f',
  );
});
