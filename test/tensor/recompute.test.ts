/** recompute: the bits of the plain tape, less memory, and clear errors. */
import { beforeAll, describe, expect, it } from "vitest";
import {
  Random,
  RandomState,
  type Tensor,
  add,
  dropout,
  init,
  matmul,
  memoryUsage,
  mul,
  noGrad,
  randomNormal,
  record,
  recompute,
  relu,
  scope,
  setSeed,
  slice,
  sum,
  tanh,
  tensor,
} from "../../src/index.js";
import { jvp, valueAndGrad } from "../../src/calculus/index.js";

beforeAll(() => init());

/** Drawn values. */
function drawn(shape: readonly number[], seed: number, requiresGrad = true): Tensor {
  const random = new Random(seed);
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(
    Float32Array.from({ length: size }, () => random.uniform(-0.5, 0.5)),
    shape,
    { requiresGrad },
  );
}

const bits = (x: Tensor): number[] => [...new Int32Array(Float32Array.from(x.toTypedArray()).buffer)];

type Wrap = <R extends Tensor | readonly Tensor[]>(fn: (...x: Tensor[]) => R, ...x: Tensor[]) => R;
const plain: Wrap = (fn, ...x) => fn(...x);
const again: Wrap = (fn, ...x) => recompute(fn, ...x);

/** Gradients and value of a computation with and without recomputation, as bits. */
function both(compute: (wrap: Wrap, leaves: readonly Tensor[]) => Tensor, shapes: readonly (readonly number[])[]) {
  return [plain, again].map((wrap) => {
    setSeed(3);
    const leaves = shapes.map((shape, i) => drawn(shape, i + 1));
    const y = compute(wrap, leaves);
    y.backward();
    return { value: bits(y), gradients: leaves.map(({ grad }) => grad && bits(grad)), next: bits(randomNormal([4])) };
  });
}

describe("recompute gives the bits of the plain tape", () => {
  it.each<[string, (wrap: Wrap, leaves: readonly Tensor[]) => Tensor, number[][]]>([
    [
      "for weights that the function closes over, between other ops",
      (wrap, [x, W, V]) => sum(tanh(wrap((a) => matmul(relu(matmul(a, W)), V), mul(x, 2)))),
      [[5, 300], [300, 7], [7, 300]], // prettier-ignore
    ],
    [
      "where the input goes past the block too, and 600 products are added to its gradient",
      (wrap, [x, W]) => {
        const a = mul(x, 3);
        return sum(
          mul(
            add(
              wrap((b) => tanh(matmul(b, W)), a),
              a,
            ),
            a,
          ),
        );
      },
      [[4, 600], [600, 600]], // prettier-ignore
    ],
    [
      "for weights that are used in two blocks and outside",
      (wrap, [x, W]) => {
        const layer = (a: Tensor): Tensor => tanh(matmul(a, W));
        return sum(layer(wrap(layer, wrap(layer, x))));
      },
      [[6, 9], [9, 9]], // prettier-ignore
    ],
    [
      "for a leaf as input, several results, one of them the input, one twice, and one that nothing uses",
      (wrap, [x, W]) => {
        const [a, b, c] = wrap((one) => {
          const h = matmul(one, W);
          return [h, one, h, tanh(h)];
        }, x);
        return sum(mul(add(a, c), b));
      },
      [[5, 5], [5, 5]], // prettier-ignore
    ],
    [
      "within itself",
      (wrap, [x, W, V]) =>
        sum(
          wrap(
            (a) =>
              tanh(
                matmul(
                  wrap((b) => tanh(matmul(b, W)), a),
                  V,
                ),
              ),
            x,
          ),
        ),
      [[3, 4], [4, 5], [5, 6]], // prettier-ignore
    ],
    [
      "for a value from outside that the function is not handed",
      (wrap, [x, W]) => {
        const outside = tanh(W);
        return add(sum(wrap((a) => matmul(a, outside), x)), sum(outside));
      },
      [[3, 4], [4, 5]], // prettier-ignore
    ],
    [
      "with random numbers of the shared generator, which goes on as if it had been drawn from once",
      (wrap, [x]) => sum(mul(wrap((a) => tanh(mul(mul(a, randomNormal([4, 4])), randomNormal([4, 4]))), x), randomNormal([4, 4]))), // prettier-ignore
      [[4, 4]],
    ],
  ])("%s", (_name, compute, shapes) => {
    const [expected, got] = both(compute, shapes);
    expect(expected.gradients.every((one) => one !== undefined)).toBe(true);
    expect(got).toEqual(expected);
  });

  it("with dropout whose generator has gone on before the backward pass", () => {
    const gradients = [plain, again].map((wrap) => {
      const random = new RandomState(5);
      const [x, W] = [drawn([20, 30], 1), drawn([30, 30], 2)];
      const loss = sum(wrap((a) => tanh(dropout(matmul(a, W), 0.5, random, 7)), x));
      random.advance();
      loss.backward();
      const words = random.save();
      random.dispose();
      return [...[x, W].map(({ grad }) => bits(grad!)), words];
    });
    expect(gradients[1]).toEqual(gradients[0]);
  });

  it("in a recording that is replayed three times with other inputs and draws", () => {
    const runs = [plain, again].map((wrap) => {
      const random = new RandomState(5);
      const [x, W, V] = [drawn([20, 30], 1, false), drawn([30, 30], 2), drawn([30, 3], 3)];
      const recording = record(() => {
        for (const leaf of [W, V]) leaf.zeroGrad();
        const a = mul(x, 2);
        const loss = sum(
          matmul(
            add(
              wrap((b) => tanh(dropout(matmul(b, W), 0.5, random, 7)), a),
              a,
            ),
            V,
          ),
        );
        loss.backward();
        random.advance();
        return loss;
      });
      const seen = [0, 1, 2].map((i) => {
        x.assign(drawn([20, 30], 10 + i, false).toTypedArray());
        recording.replay();
        return [bits(recording.result), bits(W.grad!), bits(V.grad!)];
      });
      recording.dispose();
      random.dispose();
      return seen;
    });
    expect(runs[1]).toEqual(runs[0]);
    expect(runs[0][0]).not.toEqual(runs[0][1]);
  });
});

it("keeps of 20 blocks of 8 layers less than a third of the memory until the backward pass", () => {
  const memory = [plain, again].map((wrap) =>
    scope(() => {
      const W = drawn([16, 16], 1);
      const before = memoryUsage().bytesInUse;
      let a = drawn([2000, 16], 2);
      for (let block = 0; block < 20; block++)
        a = scope(() => wrap((x) => {
          for (let i = 0; i < 8; i++) x = tanh(matmul(x, W));
          return x;
        }, a)); // prettier-ignore
      const kept = memoryUsage().bytesInUse - before;
      sum(a).backward();
      return kept;
    }),
  );
  expect(memory[1]).toBeLessThan(memory[0] / 3);
});

it("leaves no memory: neither after the backward pass, nor where there is none, nor after an error", () => {
  const [x, W] = [drawn([50, 50], 1), drawn([50, 50], 2)];
  const once = (end: (loss: Tensor) => void): void => scope(() => end(sum(recompute((a) => tanh(matmul(a, W)), x))));
  once((loss) => loss.backward());
  const before = memoryUsage().bytesInUse;
  once((loss) => loss.backward());
  once(() => undefined);
  let runs = 0;
  const failing = (): void =>
    scope(() => {
      const loss = sum(recompute((a) => {
        if (++runs === 2) throw new Error("the second time");
        return tanh(matmul(a, W));
      }, x)); // prettier-ignore
      loss.backward();
    });
  expect(failing).toThrow("the second time");
  expect(memoryUsage().bytesInUse).toBe(before);
  for (const one of [x, W]) one.dispose();
});

it("without a gradient, in noGrad and in lanegrad/calculus it is the function itself", () => {
  const [x, W] = [drawn([3, 4], 1), drawn([4, 5], 2)];
  expect(noGrad(() => recompute((a) => matmul(a, W), x)).requiresGrad).toBe(false);
  const constant = drawn([3, 4], 1, false);
  expect(recompute((a) => tanh(a), constant).requiresGrad).toBe(false);
  const f = (a: Tensor): Tensor => sum(recompute((b) => tanh(matmul(b, W)), a));
  const direction = drawn([3, 4], 9, false);
  const { gradients } = valueAndGrad(f, [x]);
  expect(W.grad).toBeUndefined(); // it is a constant there
  x.grad = undefined;
  f(x).backward();
  expect(bits(gradients[0])).toEqual(bits(x.grad!));
  const { tangent } = jvp(f, [x], [direction]) as unknown as { tangent: Tensor };
  expect(tangent.item()).toBeCloseTo(sum(mul(x.grad!, direction)).item(), 5);
});

describe("recompute refuses", () => {
  it("what is no function, no tensor, or gives none", () => {
    const x = drawn([2], 1);
    expect(() => recompute(1 as never, x)).toThrow(/^recompute: .*function/);
    expect(() => recompute((a: Tensor) => a, 1 as never)).toThrow(/^recompute: argument 0 is not a tensor/);
    expect(() => recompute((() => 3) as never, x)).toThrow(/^recompute: the function must return tensors/);
    expect(() => recompute((a: Tensor) => [a].slice(1), x)).toThrow(/^recompute: the function must return tensors/);
    const freed = drawn([2], 1);
    freed.dispose();
    expect(() => recompute((a) => tanh(a), freed)).toThrow(/freed/);
  });

  it("a function that returns something else the second time, and inputs or weights that have changed", () => {
    const [x, W] = [drawn([4, 4], 1), drawn([4, 4], 2)];
    let runs = 0;
    const fickle = sum(recompute((a) => slice(a, [0, 0], [++runs, 4]), x));
    expect(() => fickle.backward()).toThrow(/^recompute: the function returned something else when it ran again; expected Tensor\(1, 4\), got Tensor\(2, 4\)/); // prettier-ignore
    const loss = sum(recompute((a) => matmul(a, W), x));
    W.assign(new Float32Array(16));
    expect(() => loss.backward()).toThrow(/^backward: .*which the gradient of recompute reads, has changed/);
  });
});
