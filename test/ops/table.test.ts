/** Every guarantee for every row of the table, on the build that this run is for. */
import { describe, expect, it } from "vitest";
import { ops, table } from "./table.js";
import { info } from "../../src/runtime/runtime.js";
import { Random } from "../../src/tensor/random.js";
import { scope } from "../../src/tensor/scope.js";
import { build } from "../support/engine.js";
import { checkBits, checkForward, checkGradient, checkShares } from "./check.js";

it("has a row for every op", () => {
  expect(Object.keys(ops).length).toBeGreaterThan(50);
  expect(Object.keys(table).toSorted()).toEqual(Object.keys(ops).toSorted());
});

it(`runs on the ${build} build`, () => {
  expect(info().build).toBe(build);
});

describe.each(Object.entries(table))("%s", (name, row) => {
  const op = ops[name];
  const trials = row.samples(new Random(1).fork(name)).map((sample) => ({ op, row, sample }));

  it.each(trials.map((trial) => [trial.sample.title, trial] as const))("%s", (_, trial) => {
    checkForward(trial);
    if (op.backward !== undefined) checkGradient(trial);
    checkBits(trial);
  });

  it("rows that 5 and 7 threads do not divide: the last share is done, and an empty one does nothing", () => {
    const sizeOf = ({ sample }: (typeof trials)[0]): number =>
      sample.inputs.reduce((n, { values }) => n + values.length, 0);
    const bySize = trials.filter((trial) => sizeOf(trial) > 0).toSorted((a, b) => sizeOf(a) - sizeOf(b));
    for (const trial of bySize.filter((_, i) => i < 8 && i % 2 === 1)) checkShares(trial);
  });

  it.each(row.refusals.map((refusal) => [refusal.text, refusal] as const))(
    "refuses: %s",
    (_, { call, error, text }) => {
      let thrown: unknown;
      try {
        scope(call);
      } catch (caught) {
        thrown = caught;
      }
      expect(thrown).toBeInstanceOf(error);
      expect((thrown as Error).message).toBe(text);
    },
  );
});
