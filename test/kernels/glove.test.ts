/** The kernel of GloVe against plain float64 loops, and the same bits however tasks are shared out. */
import { describe, expect, it } from "vitest";
import { Random } from "../../src/index.js";
import { type Build, builds } from "../support/builds.js";
import { expectClose, expectSameBits } from "../support/compare.js";

interface Entry {
  readonly i: number;
  readonly j: number;
  readonly x: number;
}

interface Example {
  readonly V: number;
  readonly D: number;
  /** The words of task n are those with i mod (number of tasks) = n. */
  readonly tasks: readonly (readonly Entry[])[];
}

const [rate, power, most, capacity] = [0.07, 0.75, 12, 20];

function example(V: number, D: number, sizes: readonly number[]): Example {
  const random = new Random(V + D);
  const each = Math.floor(V / sizes.length);
  const word = (task: number): number => task + sizes.length * random.integer(each);
  const tasks = sizes.map((count, task) =>
    Array.from({ length: count }, (_, n) => {
      const i = word(task);
      return { i, j: n % 5 === 0 ? i : word(task), x: random.uniform(0.1, 30) };
    }),
  );
  return { V, D, tasks };
}

/** What is learnt of each word, (V, 2, D + 1): vector and bias, as word and as context. */
function initial({ V, D }: Example): Float64Array {
  const random = new Random(D);
  return Float64Array.from({ length: 2 * V * (D + 1) }, () => Math.fround(random.uniform(-0.5, 0.5)));
}

/** By plain loops. @returns vectors, sums of squares, losses */
function reference(of: Example): readonly [Float64Array, Float64Array, number[]] {
  const { D, tasks } = of;
  const values = initial(of);
  const squares = new Float64Array(values.length).fill(1);
  const place = (word: number, isContext: boolean): number => (2 * word + Number(isContext)) * (D + 1);
  const difference = (i: number, j: number, x: number): number => {
    const [w, c] = [place(i, false), place(j, true)];
    let sum = values[w + D] + values[c + D] - Math.log(x);
    for (let d = 0; d < D; d++) sum += values[w + d] * values[c + d];
    return sum;
  };
  const learn = (i: number, j: number, e: number): void => {
    const [w, c] = [place(i, false), place(j, true)];
    for (let d = 0; d <= D; d++) {
      const [g, h] = d === D ? [e, e] : [e * values[c + d], e * values[w + d]];
      values[w + d] -= g / Math.sqrt(squares[w + d]);
      values[c + d] -= h / Math.sqrt(squares[c + d]);
      squares[w + d] += g * g;
      squares[c + d] += h * h;
    }
  };
  const losses = tasks.map((entries) => {
    let loss = 0;
    for (const { i, j, x } of entries) {
      const f = Math.min(1, (x / most) ** power);
      const [there, back] = [difference(i, j, x), i === j ? 0 : difference(j, i, x)];
      learn(i, j, rate * f * there);
      if (i !== j) learn(j, i, rate * f * back);
      loss += f * (there ** 2 + back ** 2);
    }
    return loss;
  });
  return [values, squares, losses];
}

/** By the kernel. @returns vectors, sums of squares, losses, and the columns that stay */
function learned(build: Build, of: Example, threads: number) {
  build.reset();
  const { V, D, tasks } = of;
  const S = 4 * Math.ceil((D + 2) / 4);
  const block = build.f32(new Float32Array(4 * V * S));
  const values = initial(of);
  // Note [GloVe rows] in assembly/words/glove.ts
  const at = (n: number): number => {
    const [row, d] = [Math.floor(n / (D + 1)), n % (D + 1)];
    return 2 * S * row + (d < D ? d : D + (row % 2));
  };
  block.view.fill(0);
  for (let row = 0; row < 2 * V; row++) {
    block.view.fill(1, (2 * row + 1) * S, (2 * row + 2) * S);
    const fixed = 2 * S * row + D + 1 - (row % 2);
    block.view[fixed] = 1;
    block.view[fixed + S] = Infinity;
  }
  for (const [n, value] of values.entries()) block.view[at(n)] = value;
  const before = block.view.slice();
  const entries = build.i32(4 * capacity * tasks.length);
  for (const [task, list] of tasks.entries()) {
    const from = 4 * capacity * task;
    entries.view.set(list.map(({ i }) => i), from); // prettier-ignore
    entries.view.set(list.map(({ j }) => j), from + capacity); // prettier-ignore
    const counts = Float32Array.from(list, ({ x }) => x);
    entries.view.set(new Int32Array(counts.buffer), from + 2 * capacity);
  }
  const sizes = build.i32(tasks.map(({ length }) => length));
  const losses = build.f32(tasks.length);
  build.asThreads(threads, () =>
    build.kernels.gloveStep(
      block.ptr,
      entries.ptr,
      sizes.ptr,
      losses.ptr,
      tasks.length,
      capacity,
      S,
      rate,
      power,
      most,
    ),
  );
  build.checkGuards();
  const others = new Set(Array.from({ length: 4 * V * S }, (_, i) => i));
  for (const n of values.keys()) [at(n), at(n) + S].forEach((place) => others.delete(place));
  for (const place of others)
    if (!Object.is(block.view[place], before[place])) throw new Error(`column ${place} changed`);
  return {
    values: Float32Array.from(values, (_, n) => block.view[at(n)]),
    squares: Float32Array.from(values, (_, n) => block.view[at(n) + S]),
    losses: losses.view.slice(),
  };
}

describe.each(builds)("gloveStep ($name)", (build) => {
  it.each([
    ["one task", example(12, 8, [20])],
    ["three tasks, one of them empty", example(30, 5, [17, 0, 9])],
    ...[1, 2, 3, 6, 7, 100].map((D): [string, Example] => [`${D} dimensions`, example(10, D, [10, 19])]),
    ["one entry", example(4, 3, [1])],
    ["no task", { V: 3, D: 3, tasks: [] }],
  ])("%s: vectors, sums of squares and losses as by plain float64 loops", (_, of) => {
    const [values, squares, losses] = reference(of);
    const got = learned(build, of, 1);
    const shape = [of.V, 2, of.D + 1];
    expectClose("vectors", got.values, values, shape, { relative: 2e-6, absolute: 2e-6 });
    expectClose("sums of squares", got.squares, squares, shape, { relative: 2e-6, absolute: 0 });
    expectClose("losses", got.losses, losses, [losses.length], { relative: 1e-5, absolute: 0 });
  });

  it("2 and 3 threads give the bits of one", () => {
    const of = example(40, 9, [12, 20, 7, 3, 16]);
    const alone = learned(build, of, 1);
    for (const threads of [2, 3]) {
      const together = learned(build, of, threads);
      expectSameBits("vectors", together.values, alone.values);
      expectSameBits("losses", together.losses, alone.losses);
    }
  });

  it("a count of xMax or more weighs 1, less weighs less", () => {
    const change = (x: number): number => {
      const of = { V: 2, D: 4, tasks: [[{ i: 0, j: 1, x }]] };
      const [, squares] = reference(of);
      const got = learned(build, of, 1);
      expectClose("sums of squares", got.squares, squares, [2, 2, 5], { relative: 2e-6, absolute: 0 });
      return got.losses[0];
    };
    expect(change(most)).toBeLessThan(change(10 * most));
    expect(change(1)).toBeLessThan(0.1 * change(most));
  });
});
