/**
 * Back-propagation by hand: a network of two inputs, three hidden units and two outputs, and one sample. The four steps
 * are computed with plain numbers, formula by formula, and compared with what the tape finds. Letters: l a layer, z its
 * sums, a its activations, ε the errors ∂L/∂z.
 * Source: Rumelhart, Hinton & Williams 1986.
 */
import { Random, add, matmul, mul, scope, sigmoid, square, sub, sum, tensor } from "lanegrad";
import type { NumberSetting } from "../settings.js";
import type { Lesson } from "../stage.js";

const input = (about: string, byDefault: number): NumberSetting => ({
  ...{ kind: "number", about, default: byDefault, isInteger: false },
  ...{ least: -10, slider: [-3, 3] },
});
const settings = {
  x1: input("the first input", 1),
  x2: input("the second input", 0.5),
  y1: input("what the first output should be", 1),
  y2: input("what the second output should be", 0),
};
const sizes = [2, 3, 2];
/** The difference that float32 may cause. */
const tolerance = 1e-6;

/** The errors and gradients of one sample. */
export const backprop: Lesson<typeof settings> = {
  name: "backprop",
  title: "Back-propagation, step by step",
  about: "every error and every gradient of a small network, by the formulas and by the tape",
  chapter: "calculus",
  kind: "comparison",
  settings,
  sources: [],
  async run({ settings: { x1, x2, y1, y2 }, seed, show }) {
    const layers = beginning(seed);
    const [x, y] = [[x1, x2], [y1, y2]]; // prettier-ignore
    const steps = byHand(layers, x, y);
    const found = byTape(layers, x, y);
    const table = (title: string, caption: string, rows: readonly (readonly string[])[]): void => {
      show({
        kind: "table",
        title,
        section: "Four steps",
        caption,
        header: ["", "by the formula", "by the tape"],
        rows,
      });
    };
    const both = (name: string, hand: readonly number[], tape: readonly number[]): string[][] =>
      hand.map((value, i) => [`${name}${subscript(i)}`, shown(value), shown(tape[i])]);
    table("1. Forward", "z = a·W + b and a = σ(z), from layer to layer; L = ½ Σ (a − y)².", [
      ...both("a¹", steps.a[0], found.a[0]),
      ...both("a²", steps.a[1], found.a[1]),
      ["L", shown(steps.loss), shown(found.loss)],
    ]);
    table("2. The output's errors", "ε² = (a² − y) ⊙ a² ⊙ (1 − a²), since σ′ = σ (1 − σ).", both("ε²", steps.errors[1], found.errors[1])); // prettier-ignore
    table("3. Back through the weights", "ε¹ = (ε² · W²ᵀ) ⊙ a¹ ⊙ (1 − a¹).", both("ε¹", steps.errors[0], found.errors[0])); // prettier-ignore
    const gradients = steps.gradients.map((hand, l) => both(`∂L/∂W${"¹²"[l]}`, hand, found.gradients[l]));
    table("4. Gradients", "∂L/∂W = aᵀ · ε with a of the layer below, row by row; ∂L/∂b = ε.", gradients.flat());
    const all = ({ a, loss, errors, gradients }: Steps): number[] => [...[a, errors, gradients].flat(2), loss];
    const [hand, tape] = [all(steps), all(found)];
    const worst = Math.max(...hand.map((value, i) => Math.abs(value - tape[i])));
    const text =
      worst < tolerance
        ? `All ${hand.length} numbers agree to within ${tolerance}.`
        : `The numbers do not agree: they differ by ${worst.toExponential(1)}.`;
    show({ kind: "conclusion", text });
    return { loss: steps.loss, errors: steps.errors, gradients: steps.gradients, difference: worst };
  },
};

/** A layer: W (n, m) row by row, and b (m). */
interface Layer {
  readonly W: readonly number[];
  readonly b: readonly number[];
}

/** Weights with two digits after the point, so that one can compute along. */
function beginning(seed: number): Layer[] {
  const random = new Random(seed);
  const some = (count: number): number[] =>
    Array.from({ length: count }, () => Math.round(random.uniform(-100, 100)) / 100);
  return [1, 2].map((l) => ({ W: some(sizes[l - 1] * sizes[l]), b: some(sizes[l]) }));
}

/** Activations, errors and gradients of both layers. */
interface Steps {
  readonly a: readonly (readonly number[])[];
  readonly loss: number;
  readonly errors: readonly (readonly number[])[];
  readonly gradients: readonly (readonly number[])[];
}

function byHand([first, second]: readonly Layer[], x: readonly number[], y: readonly number[]): Steps {
  const forward = (a: readonly number[], { W, b }: Layer): number[] =>
    b.map((bias, j) => 1 / (1 + Math.exp(-a.reduce((sum, value, i) => sum + value * W[i * b.length + j], bias))));
  const hidden = forward(x, first);
  const output = forward(hidden, second);
  const loss = output.reduce((sum, value, j) => sum + (value - y[j]) ** 2 / 2, 0);
  const last = output.map((value, j) => (value - y[j]) * value * (1 - value));
  const back = hidden.map((value, i) => {
    const through = last.reduce((sum, error, j) => sum + error * second.W[i * last.length + j], 0);
    return through * value * (1 - value);
  });
  const gradient = (below: readonly number[], errors: readonly number[]): number[] =>
    below.flatMap((value) => errors.map((error) => value * error));
  return { a: [hidden, output], loss, errors: [back, last], gradients: [gradient(x, back), gradient(hidden, last)] };
}

/** The same by one backward pass; ε is the gradient of the biases. */
function byTape(layers: readonly Layer[], x: readonly number[], y: readonly number[]): Steps {
  return scope(() => {
    const trained = { requiresGrad: true };
    const own = layers.map(({ W, b }) => ({ W: tensor(W, [W.length / b.length, b.length], trained), b: tensor(b, [1, b.length], trained) })); // prettier-ignore
    const hidden = sigmoid(add(matmul(tensor([x]), own[0].W), own[0].b));
    const output = sigmoid(add(matmul(hidden, own[1].W), own[1].b));
    const loss = mul(sum(square(sub(output, tensor([y])))), 0.5);
    loss.backward();
    const numbers = (one: { toTypedArray(): ArrayLike<number> }): number[] => Array.from(one.toTypedArray());
    return {
      a: [numbers(hidden), numbers(output)],
      loss: loss.item(),
      errors: own.map(({ b }) => numbers(b.grad!)),
      gradients: own.map(({ W }) => numbers(W.grad!)),
    };
  });
}

const subscript = (i: number): string => "₁₂₃₄₅₆₇₈₉"[i];
const shown = (value: number): string => value.toFixed(6);
