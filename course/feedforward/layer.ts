/**
 * A layer and a mini-batch: every unit looks at every input, and all of it is one matrix product. The sums are added up
 * number by number and compared with the library's `dense`.
 * Letters: N samples, I inputs, O units; x (N, I), W (I, O), b (O), y (N, O) = f(x·W + b).
 */
import { Random, UsageError, activate, dense, drawNormal, tensor, type Tensor } from "lanegrad";
import { integer } from "../settings.js";
import type { Lesson } from "../stage.js";

const size = (about: string, byDefault: number) => integer({ about, default: byDefault, least: 1, slider: [1, 8] });
const settings = {
  samples: size("how many samples the mini-batch has", 4),
  inputs: size("how many inputs", 3),
  units: size("how many units", 2),
};
/** The difference that rounding in another order may cause. */
const tolerance = 1e-5;
/** Larger layers are not written out. */
const most = 64;

/** y = relu(x·W + b) of a mini-batch. */
export const layer: Lesson<typeof settings> = {
  name: "layer",
  title: "A layer is a matrix product",
  about: "a layer on a mini-batch, sum by sum, and the same as one matrix product",
  chapter: "feedforward",
  kind: "comparison",
  settings,
  sources: [],
  async run({ settings: { samples: N, inputs: I, units: O }, seed, show }) {
    if (Math.max(N, I, O) > most) {
      throw new UsageError(
        `train: samples, inputs and units must be at most ${most}, so that they can be written out.`,
      );
    }
    const random = new Random(seed);
    // One digit after the point, so that one can compute along.
    const drawn = (rows: number, columns: number): number[][] =>
      Array.from({ length: rows }, () =>
        Array.from({ length: columns }, () => Math.round(10 * drawNormal(random)) / 10),
      );
    const [x, W, [b]] = [drawn(N, I), drawn(I, O), drawn(1, O)];
    const sums = x.map((row) => b.map((bias, o) => row.reduce((sum, value, i) => sum + value * W[i][o], bias)));
    const outputs = sums.map((row) => row.map((z) => Math.max(0, z)));
    const matrix = (title: string, rows: readonly (readonly number[])[], head: (i: number) => string, column: string, caption: string) =>
      show({
        ...{ kind: "table", title, section: "The product", caption },
        header: ["", ...rows[0].map((_, k) => `${column} ${k + 1}`)],
        rows: rows.map((row, i) => [head(i), ...row.map(short)]),
      }); // prettier-ignore
    matrix("x", x, (i) => `sample ${i + 1}`, "input", "A row for each sample of the mini-batch.");
    matrix("W and b", [...W, b], (i) => (i < I ? `input ${i + 1}` : "bias"), "unit", "A column for each unit.");
    matrix("y = relu(x·W + b)", outputs, (i) => `sample ${i + 1}`, "unit", "A row for each sample, a column for each unit."); // prettier-ignore
    const terms = x[0].map((value, i) => `${signed(value)} · ${signed(W[i][0])}`).join(" + ");
    const one = `z = ${terms} + ${signed(b[0])} = ${short(sums[0][0])}\ny = max(0, z) = ${short(outputs[0][0])}`;
    show({ kind: "text", title: "The first number: sample 1, unit 1", section: "The product", text: one });
    const product = dense(tensor(x), tensor(W), tensor(b), "relu");
    const apart = alone(x, W, b);
    const worst = (found: Tensor): number =>
      Math.max(...[...found.toTypedArray()].map((value, k) => Math.abs(value - outputs.flat()[k])));
    const differences = { dense: worst(product), sampleBySample: worst(apart) };
    const agrees = Math.max(...Object.values(differences)) < tolerance;
    const operations = N * O * (2 * I + 1);
    const text = agrees
      ? `The library's dense computes the same ${N * O} numbers in one product of ${operations} operations, and sample by sample it gives them too.`
      : `The library's dense gives other numbers: they differ by ${differences.dense.toExponential(1)}.`;
    show({ kind: "conclusion", text, isFailure: !agrees });
    return { outputs, differences, operations };
  },
};

/** The same, a sample at a time: relu(Σ xᵢ Wᵢ + b). */
function alone(x: readonly number[][], W: readonly number[][], b: readonly number[]): Tensor {
  const rows = x.map((row) => dense(tensor([row]), tensor(W as number[][]), tensor(b as number[])));
  const values = rows.flatMap((z) => [...activate(z, "relu").toTypedArray()].map(Number));
  return tensor(values, [x.length, b.length]);
}

const short = (value: number): string => String(Number(value.toPrecision(4)));
const signed = (value: number): string => (value < 0 ? `(${value})` : String(value));
