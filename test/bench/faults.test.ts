/** The benchmarks' checker bites: with any kernel of any case left out, or cut short by one, nothing is timed. */
import { describe, expect, it } from "vitest";
import type { Case, Limits, Prepared } from "../../bench/case.js";
import { WrongResultError } from "../../bench/check.js";
import { measure } from "../../bench/measure.js";
import { cnnCases } from "../../bench/cases/cnn.js";
import { convCases } from "../../bench/cases/conv.js";
import { denseCases } from "../../bench/cases/dense.js";
import { elementwiseCases } from "../../bench/cases/elementwise.js";
import { gemmCases } from "../../bench/cases/gemm.js";
import { tinyCases } from "../../bench/cases/tiny.js";
import { adamCase } from "../../bench/cases/adam.js";
import { convGradientCases } from "../../bench/cases/convGradient.js";
import { launchCases } from "../../bench/cases/launches.js";
import { watchKernels } from "../../src/runtime/commands.js";
import type { Launcher } from "../../src/runtime/launcher.js";
import { type KernelTable, registeredParts } from "../../src/runtime/parts.js";
import { launcher } from "../../src/runtime/runtime.js";
import { full } from "../../src/tensor/create.js";
import "../support/engine.js";
import { namesOf } from "../support/kernelTable.js";

/** What becomes of a call: its arguments, or undefined where it is left out. */
type Fault = (kernel: string, values: number[]) => number[] | undefined;

/**
 * Lets the kernel calls that a case times pass through `fault`: those of recordings, and those outside of `prepare`. Not those that make operands.
 * returns the case with that, and how to end it
 */
function inject(one: Case, fault: Fault): { readonly faulty: Case; readonly stop: () => void } {
  const target = launcher();
  const intact = target.tables;
  let tables = intact;
  let isPreparing = false;
  const watch = (table: KernelTable | undefined, number: number): KernelTable | undefined => {
    if (table === undefined) return undefined;
    const names = new Map(namesOf(number).map((name, i) => [table[i], name]));
    const part = registeredParts().find((one) => one.number === number)!;
    return watchKernels(table, part, ({ run }, values) => {
      const passed = fault(names.get(run)!, [...values]);
      if (passed !== undefined) run(...passed);
    });
  };
  const get = (): Launcher["tables"] =>
    isPreparing && target.recorder === undefined ? tables : tables.map((table, number) => watch(table, number));
  const set = (value: Launcher["tables"]): void => {
    tables = value;
  };
  const prepare = (): Prepared => {
    isPreparing = true;
    try {
      return one.prepare();
    } finally {
      isPreparing = false;
      tables = intact; // a recording puts back what it was given, faults and all
    }
  };
  Object.defineProperty(target, "tables", { configurable: true, get, set });
  const stop = () => Object.defineProperty(target, "tables", { configurable: true, writable: true, value: intact });
  return { faulty: { ...one, prepare }, stop };
}

/** Limits that count how often they were asked: a case that is not timed asks for none. */
function limits(): Limits & { asked: number } {
  const counting = { asked: 0, multiplyAdds: () => ++counting.asked, copy: () => ++counting.asked };
  return counting;
}

/** All cases, without the largest, which are these with other sizes. */
const cases: readonly Case[] = [
  ...gemmCases,
  ...denseCases,
  ...convCases,
  ...convGradientCases,
  ...cnnCases,
  ...elementwiseCases,
  adamCase,
  ...tinyCases,
  ...launchCases,
].filter(({ name }) => !/square (512|1024)|2500|784-1000|(forward|input|kernel)$|14×14|28×28×32/.test(name));

/** They count steps and random numbers, on which nothing in these networks depends. */
const needless = ["advanceStep", "advanceRandom"];

/** Leaves NaN in the memory that is free, where the run before left what is right. */
function forget(): void {
  const steps = (i: number): number[] => (i < 18 ? [8, 9, 10, 11, 12, 13, 14, 15] : [8, 10, 12]); // of the heap's size classes
  const sizes = Array.from({ length: 22 }, (_, i) => steps(i).map((step) => step * 2 ** (i - 3))).flat();
  const blocks = [1, 2, 3, 4].flatMap(() => sizes.map((size) => full([Math.ceil(size)], NaN)));
  for (const block of blocks) block.dispose();
}

/** The kernels that a case times, each once. */
function kernelsOf(one: Case): string[] {
  const called = new Set<string>();
  const { faulty, stop } = inject(one, (kernel, values) => {
    called.add(kernel);
    return values;
  });
  const prepared = faulty.prepare();
  prepared.check();
  stop();
  prepared.dispose();
  return [...called].filter((kernel) => !needless.includes(kernel));
}

/** Whether a case is timed although its kernels have a fault. */
function isTimed(one: Case, fault: Fault): boolean {
  forget();
  const { faulty, stop } = inject(one, fault);
  const counting = limits();
  try {
    measure(faulty, 0.001, counting);
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(WrongResultError);
    expect(counting.asked).toBe(0);
    return false;
  } finally {
    stop();
  }
}

describe.each(cases)("$group: $name", (one) => {
  it("is measured where its kernels are right", () => {
    const { measurement } = measure(one, 0.001, limits());
    expect(measurement).toMatchObject({ group: one.group, name: one.name });
    expect(measurement.ms).toBeGreaterThan(0);
  });

  it("is not timed where any of its kernels is left out", () => {
    const kernels = kernelsOf(one);
    expect(kernels.length).toBeGreaterThan(0);
    const missing =
      (name: string): Fault =>
      (kernel, values) =>
        kernel === name ? undefined : values;
    expect(kernels.filter((name) => isTimed(one, missing(name)))).toEqual([]);
  });
});

const named = (part: string): Case => cases.find(({ name }) => name.includes(part))!;

describe("a case is not timed where", () => {
  // gemm(transposed, m, n, k, a, lda, b, ldb, accumulate, c, ldc, scratch)
  it.each([
    ["the last row of a product is left out", "square 64", "gemm", 1, -1],
    ["the last column of a product is left out", "square 64", "gemm", 2, -1],
    ["the last term of each sum of a product is left out", "square 64", "gemm", 3, -1],
    ["an operand is read as if it were transposed", "square 64", "gemm", 0, 1],
    ["rows of an operand are read one element too far apart", "square 64", "gemm", 5, 1],
  ])("%s", (_, name, target, argument, change) => {
    const fault: Fault = (kernel, values) =>
      kernel === target ? values.with(argument, values[argument] + change) : values;
    expect(isTimed(named(name), fault)).toBe(false);
  });

  it.each(["exp", "sigmoid", "tanh", "softmax", "gather", "adam"])(
    "the last element or row of %s is left out",
    (name) => {
      const [kernel] = kernelsOf(named(name));
      const sizes = new Set([2 ** 20, 1024]);
      const fault: Fault = (called, values) =>
        called === kernel ? values.map((value) => (sizes.has(value) ? value - 1 : value)) : values;
      expect(isTimed(named(name), fault)).toBe(false);
    },
  );
});
