import { afterEach, expect, it, vi } from "vitest";
import { UsageError } from "../../src/errors.js";
import { isNode, nodeBuiltin } from "../../src/io/node.js";

afterEach(() => {
  vi.unstubAllGlobals();
});

it("hands out Node's modules", () => {
  expect(isNode()).toBe(true);
  expect(nodeBuiltin("path").join("a", "b")).toMatch(/^a.b$/);
  expect(typeof nodeBuiltin("fs/promises").readFile).toBe("function");
});

it.each([undefined, {}])("says what to do where process is %o, as in a browser", (process) => {
  vi.stubGlobal("process", process);
  const call = () => nodeBuiltin("fs", "model.save", "Pass a stream.");
  expect(isNode()).toBe(false);
  expect(call).toThrow(UsageError);
  expect(call).toThrow("model.save: node:fs is not available here; expected Node ≥ 20.16, Deno or Bun. Pass a stream.");
});
