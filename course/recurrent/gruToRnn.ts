/**
 * A GRU whose gates are forced is a simple recurrent network: with its reset gate at one and its update gate at zero,
 * s′ = (1 − z) ⊙ u + z ⊙ s with u = tanh(x·W + (s ⊙ r)·U + b) becomes s′ = tanh(x·W + s·U + b). Gates are forced by
 * their biases: σ(±β) comes as near to one and zero as β is large. Nothing is trained. Letters: T steps, I inputs, H units.
 * Source: Cho et al. 2014.
 */
import { type Tensor, Random, gru, noGrad, scope, simpleRnn, tensor } from "lanegrad";
import { pictureOf } from "lanegrad/report";
import { integer } from "../settings.js";
import type { Lesson } from "../stage.js";

const settings = {
  steps: integer({ about: "how many steps the sequence has", default: 30, least: 1, slider: [5, 100] }),
  units: integer({ about: "how many units the networks have", default: 8, least: 1, slider: [2, 32] }),
};
const I = 4;
/** β, from open gates to forced ones. */
const biases = [0, 1, 2, 4, 6, 8, 10, 12, 16, 20, 30];
/** The largest difference at which the networks count as one. */
const tolerance = 1e-6;

/** Both networks side by side. */
export const gruToRnn: Lesson<typeof settings> = {
  name: "gru-to-rnn",
  title: "A GRU becomes a simple network",
  about: "a GRU with its reset gate at one and its update gate at zero is the simple network",
  chapter: "recurrent",
  kind: "comparison",
  settings,
  sources: [],
  async run({ settings: { steps: T, units: H }, seed, show }) {
    const random = new Random(seed);
    const some = (rows: number, columns: number): Float32Array =>
      Float32Array.from({ length: rows * columns }, () => random.uniform(-1, 1) / Math.sqrt(rows));
    const [x, W, U, b] = [some(T, I).map((value) => value * 2), some(I, H), some(H, H), some(1, H)];
    const [simple, ...gated] = scope(() =>
      noGrad(() => {
        const inputs = tensor(x, [1, T, I]);
        const weights = { kernel: tensor(W, [I, H]), recurrentKernel: tensor(U, [H, H]), bias: tensor(b) };
        const states = ({ output }: { readonly output: Tensor }) => Float32Array.from(output.toTypedArray());
        return [
          states(simpleRnn(inputs, weights, { returnSequences: true })),
          ...biases.map((beta) =>
            states(gru(inputs, forced(W, U, b, beta), { resetAfter: false, returnSequences: true })),
          ),
        ];
      }),
    );
    const differences = gated.map((states) => largestDifference(states, simple));
    const title = "How far the GRU is from the simple network";
    show({
      ...{ kind: "chart", title, section: "Charts", marks: "lines", yLogarithmic: true },
      caption: "The biases of the gates are −β for update and β for reset.",
      ...{ xLabel: "β", yLabel: "largest difference of a state" },
      series: [{ name: "difference", x: biases, y: differences }],
    });
    const across = (states: Float32Array): number[] => Array.from(states, (_, i) => states[(i % T) * H + Math.floor(i / T)]); // prettier-ignore
    const pictures = [
      pictureOf(across(simple), T, "simple network"),
      ...[0, biases.length - 1].map((i) => pictureOf(across(gated[i]), T, `GRU, β = ${biases[i]}`)),
    ];
    const caption = "A row for each unit, a column for each step.";
    show({ kind: "images", title: "States over time", section: "States", caption, scale: 8, pictures });
    const rows = biases.map((beta, i) => [
      ...[String(beta), (1 / (1 + Math.exp(beta))).toPrecision(3), (1 / (1 + Math.exp(-beta))).toPrecision(7)],
      differences[i] === 0 ? "0" : differences[i].toExponential(1),
    ]);
    const header = ["β", "update gate", "reset gate", "difference"];
    show({ kind: "table", title: "Gates and difference", section: "Charts", wordColumns: 0, header, rows });
    const first = biases.find((_, i) => differences[i] < tolerance);
    const text =
      first === undefined
        ? `Even with β = ${biases.at(-1)} the networks differ by ${differences.at(-1)!.toExponential(1)}.`
        : `From β = ${first} on, the GRU is the simple network: their states differ by less than ${tolerance}${differences.at(-1) === 0 ? `, and at β = ${biases.at(-1)} not in a bit` : ""}.`;
    show({ kind: "conclusion", text });
    return { results: biases.map((beta, i) => ({ beta, difference: differences[i] })) };
  },
};

/** Weights of a GRU: both gates see nothing but their biases; the candidate has the weights of the simple network. */
function forced(W: Float32Array, U: Float32Array, b: Float32Array, beta: number) {
  const H = b.length;
  const widened = (matrix: Float32Array): Tensor => {
    const rows = matrix.length / H;
    const values = new Float32Array(rows * 3 * H);
    for (let row = 0; row < rows; row++) values.set(matrix.subarray(row * H, (row + 1) * H), row * 3 * H + 2 * H);
    return tensor(values, [rows, 3 * H]);
  };
  const bias = new Float32Array(3 * H).fill(-beta, 0, H).fill(beta, H, 2 * H);
  bias.set(b, 2 * H);
  return { kernel: widened(W), recurrentKernel: widened(U), bias: tensor(bias) };
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
}
