/** Full-batch methods against SciPy's evaluations, on tensors, and where a function does not do what it should. */
import { beforeAll, describe, expect, it } from "vitest";
import { problems } from "../../bench/functions/problems.js";
import {
  type MinimizeOptions,
  ShapeError,
  type Tensor,
  UsageError,
  add,
  init,
  matmul,
  mean,
  minimize,
  mul,
  square,
  sub,
  sum,
  tensor,
} from "../../src/index.js";

beforeAll(() => init());

/** SciPy 1.10.1's evaluations (scipy.optimize.minimize, gtol 1e-5, ftol of L-BFGS-B 0 where it says so). */
const scipy: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  "Rosenbrock, 2": { lbfgs: 44, bfgs: 39, cg: 78 },
  "Rosenbrock, 100": { lbfgs: 619, bfgs: 642, cg: 1929 },
  "Powell singular, 4": { lbfgs: 30, bfgs: 40, cg: 112 },
  "Beale, 2": { lbfgs: 16, bfgs: 17, cg: 41 },
  "Wood, 4": { lbfgs: 116, bfgs: 106, cg: 141 }, // with ftol 0; SciPy's default stops at the saddle, 7.88
  "extended Wood, 100": { lbfgs: 119, bfgs: 762, cg: 144 }, // cg: 116 to 144 where the start differs by 1e-13
};

const bowl = (x: Float64Array): { value: number; gradient: number[] } => ({
  value: x.reduce((sum, value, i) => sum + (i + 1) * (value - i) ** 2, 0),
  gradient: Array.from(x, (value, i) => 2 * (i + 1) * (value - i)),
});

describe("minimize, functions of arrays", () => {
  const rows = problems.flatMap((problem) =>
    (["lbfgs", "bfgs", "cg"] as const).map((method) => ({ ...problem, method, label: `${problem.name} by ${method}` })),
  );
  it.each(rows)(
    "$label: at most 1.1 of SciPy's evaluations, value 0, gradient 1e-5",
    async ({ name, f, start, method }) => {
      const { value, gradientNorm, evaluations, converged, reason } = await minimize(f, start, { method });
      expect({ converged, reason }).toEqual({ converged: true, reason: "gradient" });
      expect(gradientNorm).toBeLessThanOrEqual(1e-5);
      expect(value).toBeLessThan(3e-8);
      expect(evaluations).toBeLessThanOrEqual(1.1 * scipy[name][method]);
    },
  );

  it.each(["fletcher-reeves", "hager-zhang"] as const)("cg by %s reaches the minima of all problems", async (beta) => {
    for (const { f, start } of problems) {
      const { value, evaluations } = await minimize(f, start, { method: "cg", beta });
      expect(value).toBeLessThan(3e-8);
      expect(evaluations).toBeLessThan(2500);
    }
  });

  it("the gradient's direction alone reaches the bowl's minimum, and counts what f counts", async () => {
    let calls = 0;
    const f = (x: Float64Array): ReturnType<typeof bowl> => (calls++, bowl(x));
    const { x, evaluations, iterations } = await minimize(f, [5, 5, 5], { method: "gradient" });
    expect(Array.from(x, (value) => Math.round(1e4 * value) / 1e4)).toEqual([0, 1, 2]);
    expect(evaluations).toBe(calls);
    expect(iterations).toBeLessThan(60);
  });

  it("ends at tolerances and limits, and says which", async () => {
    const { f, start } = problems[1];
    const reasonOf = async (options: MinimizeOptions): Promise<string> => (await minimize(f, start, options)).reason;
    expect(await reasonOf({ maxIterations: 3 })).toBe("iterations");
    expect(await reasonOf({ valueTolerance: 1e-3 })).toBe("value");
    expect(await reasonOf({ onIteration: ({ iteration }) => iteration < 4 })).toBe("callback");
    for (const maxEvaluations of [1, 2, 7, 50]) {
      const { reason, evaluations, value } = await minimize(f, start, { maxEvaluations });
      expect(reason).toBe("evaluations");
      expect(evaluations).toBeLessThanOrEqual(maxEvaluations + 1);
      expect(value).toBeLessThanOrEqual(f(Float64Array.from(start)).value);
    }
  });

  it("each iteration is reported, and the value never rises", async () => {
    const seen: number[] = [];
    const { value, iterations } = await minimize(problems[0].f, problems[0].start, {
      onIteration: (now) => void seen.push(now.value),
    });
    expect(seen).toHaveLength(iterations);
    expect(seen.at(-1)).toBe(value);
    expect(seen).toEqual([...seen].sort((a, b) => b - a));
  });

  it("a gradient that is not the function's: no step descends, the best point is kept", async () => {
    const uphill = (x: Float64Array) => ({ value: bowl(x).value, gradient: bowl(x).gradient.map((one) => -one) });
    for (const method of ["lbfgs", "bfgs", "cg", "gradient"] as const) {
      const { reason, converged, x } = await minimize(uphill, [3, 3], { method });
      expect({ reason, converged, x: [...x] }).toEqual({ reason: "line search", converged: false, x: [3, 3] });
    }
  });

  it.each(["lbfgs", "bfgs", "cg"] as const)("%s goes back from where f is not finite", async (method) => {
    const wall = ([x]: Float64Array) =>
      x < 0 ? { value: NaN, gradient: [NaN] } : { value: x - Math.log(x), gradient: [1 - 1 / x] }; // minimum at 1
    const { x, converged } = await minimize(wall, [40], { method });
    expect(converged).toBe(true);
    expect(x[0]).toBeCloseTo(1, 4);
  });

  it("a function without a minimum ends at a limit or where nothing lower is found", async () => {
    const { converged, value } = await minimize(([x]) => ({ value: x, gradient: [1] }), [0], { maxIterations: 20 });
    expect(converged).toBe(false);
    expect(value).toBeLessThan(-1e3);
  });
});

describe("minimize, functions of tensors", () => {
  const values = (n: number, salt: number): Float32Array =>
    Float32Array.from({ length: n }, (_, i) => Math.sin(1.7 * i + salt));

  /** Mean squared error of a linear model. */
  function regression(): { w: Tensor; b: Tensor; f: () => Tensor } {
    const [x, y] = [tensor(values(200, 1), [40, 5]), tensor(values(40, 2), [40, 1])];
    const w = tensor(new Float32Array(5), [5, 1], { requiresGrad: true });
    const b = tensor([0], [1], { requiresGrad: true });
    return { w, b, f: () => mean(square(sub(add(matmul(x, w), b), y))) };
  }

  it("all methods find the same least squares, within 1e-4", async () => {
    const found: number[][] = [];
    for (const method of ["lbfgs", "bfgs", "cg", "gradient"] as const) {
      const { w, b, f } = regression();
      const { converged, value } = await minimize(f, [w, b], { method });
      expect(converged).toBe(true);
      expect(f().item()).toBe(value);
      found.push([...w.toTypedArray(), ...b.toTypedArray()]);
    }
    for (const one of found)
      for (const [i, value] of one.entries()) expect(Math.abs(value - found[0][i])).toBeLessThan(1e-4);
  });

  it("Rosenbrock's valley in float32: the minimum, or the end of float32's precision", async () => {
    const x = tensor([-1.2, 1], [2], { requiresGrad: true });
    const [first, second] = [tensor([1, 0]), tensor([0, 1])];
    const f = (): Tensor => {
      const [a, b] = [sum(mul(x, first)), sum(mul(x, second))];
      const one = tensor(1);
      return add(mul(square(sub(b, square(a))), tensor(100)), square(sub(one, a)));
    };
    const { value, reason } = await minimize(f, [x], { maxEvaluations: 200 });
    expect(["gradient", "rounding", "line search"]).toContain(reason);
    expect(value).toBeLessThan(1e-9);
  });

  it("leaves gradients and the tape as they were", async () => {
    const { w, b, f } = regression();
    f().backward();
    const before = w.grad!.toTypedArray();
    await minimize(f, [w, b]);
    expect(w.grad!.toTypedArray()).toEqual(before);
    expect(b.gradientPlace).toBeUndefined();
  });

  it("an abort rejects with its reason, with the best point kept; so does an f that throws", async () => {
    const { w, b, f } = regression();
    const first = f().item();
    const controller = new AbortController();
    const reason = new Error("enough");
    const stopped = minimize(f, [w, b], { signal: controller.signal, onIteration: () => controller.abort(reason) });
    await expect(stopped).rejects.toBe(reason);
    const afterOne = f().item();
    expect(afterOne).toBeLessThan(first);
    let calls = 0;
    const failing = (): Tensor => {
      if (++calls === 4) throw reason;
      return f();
    };
    await expect(minimize(failing, [w, b])).rejects.toBe(reason);
    expect(f().item()).toBeLessThanOrEqual(afterOne);
    expect(w.gradientPlace).toBeUndefined();
  });
});

describe("minimize refuses", () => {
  const x = (): Tensor => tensor([1, 2], [2], { requiresGrad: true });
  const cases: readonly [string, () => Promise<unknown>, typeof UsageError | typeof ShapeError, string][] = [
    ["what is no function", () => minimize(5 as never, [1]), UsageError, "not a function"],
    ["an unknown method", () => minimize(bowl, [1], { method: "newton" as never }), UsageError, "unknown method"],
    ["a misspelt option", () => minimize(bowl, [1], { tolerance: 1 } as never), UsageError, "unknown option"],
    ["no numbers", () => minimize(bowl, new Float64Array(0)), UsageError, "unusable"],
    ["a first point that is NaN", () => minimize(bowl, [NaN]), UsageError, "NaN at [0]"],
    ["f that is NaN there", () => minimize(() => ({ value: NaN, gradient: [1] }), [1]), UsageError, "not finite"],
    [
      "a gradient that is NaN there",
      () => minimize(() => ({ value: 1, gradient: [NaN] }), [1]),
      UsageError,
      "not finite",
    ],
    ["a gradient of another length", () => minimize(bowl as never, [1]).then(() => minimize(() => ({ value: 1, gradient: [1, 2] }), [1])), ShapeError, "another length"], // prettier-ignore
    ["f that returns nothing", () => minimize(() => undefined as never, [1]), UsageError, "something else"],
    ["no tensors", () => minimize(() => sum(x()), []), UsageError, "no tensors"],
    ["tensors without a gradient", () => minimize(() => sum(x()), [tensor([1])]), UsageError, "requires no gradient"],
    ["f that is no scalar", () => { const w = x(); return minimize(() => square(w), [w]); }, ShapeError, "no scalar"], // prettier-ignore
    ["f of other tensors", () => minimize(() => tensor(1), [x()]), UsageError, "does not depend"],
    ["f that is asynchronous", () => minimize((async () => tensor(1)) as never, [x()]), UsageError, "something else"],
    ["bfgs of very many", () => minimize(bowl, new Float64Array(5001), { method: "bfgs" }), UsageError, "too many"],
    ["what is no signal", () => minimize(bowl, [1], { signal: {} as never }), UsageError, "AbortSignal"],
  ];
  it.each(cases)("%s", async (_, call, type, text) => {
    const error: unknown = await call().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(type);
    expect((error as Error).message).toContain(text);
  });
});
