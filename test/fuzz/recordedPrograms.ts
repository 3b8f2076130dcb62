/**
 * Random programs of ops, with constants made inside: recorded and replayed on other inputs, they give the bits of an eager run. Constants come from every
 * maker that writes from JavaScript (nested arrays, typed arrays, full, numbers beside a tensor, lengths of a mask), and scopes free blocks in between, so
 * that the recording hands them out again.
 */
import {
  type Tensor,
  add,
  cast,
  concat,
  div,
  dropout,
  full,
  gatherRows,
  greater,
  greaterEqual,
  matmul,
  max,
  maximum,
  mean,
  mul,
  ones,
  RandomState,
  record,
  relu,
  reshape,
  scope,
  sequenceMask,
  sigmoid,
  slice,
  softmax,
  sub,
  sum,
  tanh,
  tensor,
  transpose,
  where,
  zeros,
} from "../../src/index.js";
import type { Draw, Fuzzer } from "./fuzzer.js";

export const [rows, columns] = [3, 5]; // the shape of every value of a program

/** What a step of a program is handed. */
interface Values {
  readonly a: Tensor; // (rows, columns)
  readonly b: Tensor; // (rows, columns)
  readonly random: RandomState;
}

type Step = (values: Values) => Tensor; // (rows, columns)

/** A step drawn at random: all that it draws, it draws here, so that running it twice does the same. */
function drawStep(draw: Draw): Step {
  const constant = drawConstant(draw);
  const [from, labels] = [
    draw.integer(0, rows - 1),
    Int32Array.from({ length: rows }, () => draw.integer(0, rows - 1)),
  ];
  const choices: readonly Step[] = [
    ({ a, b }) => add(a, b),
    ({ a, b }) => mul(a, tanh(b)),
    ({ a }) => add(a, constant()),
    ({ a }) => sub(constant(), a),
    ({ a }) => mul(a, constant()),
    ({ a }) => maximum(a, constant()),
    ({ a, b }) => where(greater(a, constant()), a, b),
    ({ a, b }) => mul(a, cast(greaterEqual(b, constant()), "float32")),
    ({ a, b }) => add(a, sum(mul(b, constant()))),
    ({ a, b }) => sub(a, mean(mul(b, constant()), 0)),
    ({ a, b }) => div(a, add(max(mul(b, b), 1, { keepDims: true }), constant("positive"))),
    ({ a, b }) => relu(add(matmul(matmul(a, transpose(b)), constant()), a)),
    ({ a }) => softmax(add(a, constant())),
    ({ a, b }) => add(a, slice(concat([b, constant(), b], 0), [from, 0], [rows, columns])),
    ({ a, b }) => add(gatherRows(a, tensor(labels)), b),
    ({ a, b }) => mul(a, add(cast(sequenceMask([2, 5, 1], columns), "float32"), sigmoid(b))),
    ({ a, random }) => {
      const dropped = dropout(a, 0.3, random, 1);
      random.advance();
      return dropped;
    },
    ({ a }) => reshape(mul(reshape(a, [columns, rows]), reshape(constant(), [columns, rows])), [rows, columns]),
  ];
  return draw.pick(choices);
}

/** A maker of one constant, (rows, columns), by one of the ways there are. */
function drawConstant(draw: Draw): (kind?: "positive") => Tensor {
  const values = draw.numbers(rows * columns, 0.5, 2);
  const nested = Array.from({ length: rows }, (_, r) => [...values.subarray(r * columns, (r + 1) * columns)]);
  const whole = Int32Array.from(values, (value) => Math.round(4 * value));
  const choices = [
    () => tensor(nested),
    () => tensor(values, [rows, columns]),
    () => full([rows, columns], values[0]),
    () => cast(tensor(whole, [rows, columns]), "float32"),
    () => cast(full([rows, columns], whole[0], { dtype: "int32" }), "float32"),
    () => add(zeros([rows, columns]), values[1]),
    () => mul(ones([rows, columns]), values[2]),
  ];
  return draw.pick(choices);
}

/** A program: steps that each see two earlier values, some in a scope of their own; the gradient of its sum where the draw says so. */
export function drawProgram(draw: Draw): (x: Tensor, w: Tensor, random: RandomState) => Tensor[] {
  const lines = Array.from({ length: draw.integer(2, 9) }, (_, i) => ({
    step: drawStep(draw),
    a: draw.integer(0, i + 1),
    b: draw.integer(0, i + 1),
    isScoped: draw.chance(),
    forgets: draw.chance(0.3),
  }));
  const hasGradient = draw.chance(0.4);
  return (x, w, random) => {
    const values = [x, w];
    for (const { step, a, b, isScoped, forgets } of lines) {
      const call = { a: values[a], b: values[b], random };
      if (forgets) scope(() => void step(call)); // its blocks are free again for what follows
      values.push(isScoped ? scope(() => step(call)) : step(call));
    }
    const total = add(sum(values.at(-1)!), sum(mul(values.at(-1)!, tensor([0.5]))));
    if (!hasGradient || !total.requiresGrad) return [values.at(-1)!, total];
    total.backward();
    return [values.at(-1)!, total, w.grad!];
  };
}

export const recordedPrograms: Fuzzer = {
  name: "recorded-programs",
  holds: "a replayed program with constants gives the bits of an eager run",
  cases: 5000,
  shortCases: 300,
  play(draw) {
    const program = drawProgram(draw);
    const inputs = Array.from({ length: 3 }, () => draw.numbers(rows * columns));
    const weights = draw.numbers(rows * columns);
    const made: { dispose(): void }[] = [];
    const keep = <T extends { dispose(): void }>(thing: T): T => {
      made.push(thing);
      return thing;
    };
    const start = () => ({
      x: keep(tensor(inputs[0], [rows, columns])),
      w: keep(tensor(weights, [rows, columns], { requiresGrad: true })),
      random: new RandomState(7),
    });
    try {
      const [recorded, eager] = [start(), start()];
      for (const { w } of [recorded, eager]) w.grad = keep(zeros([rows, columns]));
      const recording = keep(record(() => program(recorded.x, recorded.w, recorded.random)));
      for (const [i, values] of inputs.entries()) {
        if (i > 0) {
          recorded.x.assign(values);
          recording.replay();
        }
        eager.x.assign(values);
        const expected = scope(() => program(eager.x, eager.w, eager.random).map((value) => value.toTypedArray()));
        const got = recording.result.map((value) => value.toTypedArray());
        expectSameBits(got, expected, `replay ${i}`);
      }
      for (const { random } of [recorded, eager]) random.dispose();
    } finally {
      for (const thing of made) thing.dispose();
    }
  },
};

export function expectSameBits(
  got: readonly ArrayLike<number>[],
  expected: readonly ArrayLike<number>[],
  where: string,
): void {
  for (const [k, values] of expected.entries()) {
    for (let i = 0; i < values.length; i++) {
      if (!Object.is(got[k][i], values[i]))
        throw new Error(`${where}, output ${k}, element ${i}: replayed ${got[k][i]}, eager ${values[i]}`);
    }
  }
}
