/**
 * Every public op, called with an argument that is missing or of another kind: an error of the library, or a result, never a foreign TypeError. The
 * arguments of argumentRows.ts, each replaced by what users pass by mistake.
 */
import { expect, it } from "vitest";
import { LanegradError } from "../../src/errors.js";
import * as ops from "../../src/ops/index.js";
import { scope } from "../../src/tensor/scope.js";
import "../support/engine.js";
import { rows } from "./argumentRows.js";

/** What users pass by mistake. @param it what stands there */
function mistakes(it: unknown): unknown[] {
  const common: unknown[] = [undefined, null, "x", 3, NaN, true, [1, 2], [[1], [2]], [undefined], {}, { x: 1 }, () => 1, 3n]; // prettier-ignore
  if (typeof it !== "object" || it === null || it.constructor !== Object) return common;
  const inner = Object.keys(it).flatMap((key) => common.map((bad) => ({ ...it, [key]: bad })));
  return [...common, ...inner];
}

it.each(Object.entries(rows))("%s", (name, row) => {
  const call = (ops as unknown as Record<string, (...args: unknown[]) => unknown>)[name];
  const foreign: string[] = [];
  const attempt = (args: readonly unknown[], what: string): void => {
    try {
      scope(() => call(...args));
    } catch (error) {
      if (!(error instanceof LanegradError)) foreign.push(`${what}: ${String(error)}`);
    }
  };
  scope(() => {
    expect(() => call(...row())).not.toThrow();
    for (let i = 0; i <= row().length; i++) attempt(row().slice(0, i), `${i} arguments`);
    for (const [i, argument] of row().entries())
      for (const bad of mistakes(argument)) {
        let shown: string;
        try {
          shown = JSON.stringify(bad) ?? String(bad);
        } catch {
          shown = String(bad);
        }
        attempt(row().with(i, bad), `argument ${i} = ${shown}`);
      }
  });
  expect(foreign).toEqual([]);
});
