/**
 * Convolution, product by product: two kernels of 3 × 3 × 2 walk over a padded picture of 5 × 5 × 2 in steps of two.
 * Every position is a step that is written out, and the whole is compared with the library's `conv2d`; a 1 × 1
 * convolution and a pooling follow. Letters: picture (H, W, C), kernel (k, k, C, F), stride s, padding p.
 * Source: the animation of Stanford's course CS231n, "Convolutional neural networks".
 */
import { Random, UsageError, averagePool2d, conv2d, maxPool2d, tensor } from "lanegrad";
import { integer } from "../settings.js";
import type { Step, Table } from "lanegrad/report";
import type { Lesson } from "../stage.js";

/** Rows and columns of the picture, its channels, and the kernels. */
const [side, channels, filters] = [5, 2, 2];

const settings = {
  kernel: integer({ about: "rows and columns of a kernel", default: 3, least: 1, slider: [1, 5] }),
  stride: integer({ about: "the step of the kernel", default: 2, least: 1, slider: [1, 4] }),
  padding: integer({ about: "rows and columns of zeros around the picture", default: 1, least: 0, slider: [0, 2] }),
  row: integer({ about: "the row of the output that is shown first, from 0", default: 0, least: 0, slider: [0, 4] }),
  column: integer({ about: "the column of the output that is shown first", default: 0, least: 0, slider: [0, 4] }),
};
type Settings = typeof settings;

/** A picture: [row][column][channel]. */
type Grid = readonly (readonly (readonly number[])[])[];

/** Every product of a small convolution. */
export const convolutionSteps: Lesson<Settings> = {
  name: "convolution-steps",
  title: "Convolution, step by step",
  about: "two kernels walk over a small picture, product by product",
  chapter: "convolution",
  kind: "comparison",
  settings,
  sources: [],
  async run({ settings: { kernel: k, stride: s, padding: p, row, column }, seed, show }) {
    const padded = side + 2 * p;
    const out = Math.floor((padded - k) / s) + 1;
    if (k > padded) throw new UsageError(`train: a kernel of ${k} × ${k} does not fit into ${padded} × ${padded}, the padded picture.`); // prettier-ignore
    if (p >= k) throw new UsageError(`train: padding must be less than the kernel, ${k}, else a window would see nothing; got ${p}.`); // prettier-ignore
    if (Math.max(row, column) >= out) throw new UsageError(`train: row and column must be below ${out}, the rows and columns of the output; got ${row} and ${column}.`); // prettier-ignore
    const random = new Random(seed);
    const picture: Grid = grid(side, side, channels, () => random.integer(3));
    const kernels = Array.from({ length: filters }, () => ({
      weights: grid(k, k, channels, () => random.integer(3) - 1),
      bias: random.integer(2),
    }));
    const pixel = (h: number, w: number, c: number): number => picture[h - p]?.[w - p]?.[c] ?? 0;
    const at = (h: number, w: number, f: number): number => {
      const { weights, bias } = kernels[f];
      let sum = bias;
      for (let i = 0; i < k; i++)
        for (let j = 0; j < k; j++)
          for (let c = 0; c < channels; c++) sum += pixel(h * s + i, w * s + j, c) * weights[i][j][c];
      return sum;
    };
    const result: Grid = grid(out, out, filters, at);

    const range = (n: number): number[] => [...Array(n).keys()];
    const stepAt = (row: number, column: number): Step => {
      const sums = range(filters).map((f) => {
        const parts = range(channels).map((c) => {
          const terms = range(k * k).map((n) => {
            const [i, j] = [Math.floor(n / k), n % k];
            return `${pixel(row * s + i, column * s + j, c)}·${signed(kernels[f].weights[i][j][c])}`;
          });
          return `  channel ${c + 1}: ${terms.join(" + ")}`;
        });
        return [`kernel ${f + 1}, output [${row}, ${column}]:`, ...parts, `  bias ${kernels[f].bias}: together ${at(row, column, f)}`].join("\n"); // prettier-ignore
      });
      return {
        name: `output [${row}, ${column}] is ${range(filters).map((f) => result[row][column][f]).join(" and ")}`, // prettier-ignore
        blocks: [
          gridTable("Picture", range(channels), (c) => `channel ${c + 1}`, padded, (h, w, c) => pixel(h, w, c), (h, w) => isInside(h - row * s, k) && isInside(w - column * s, k)), // prettier-ignore
          ...range(filters).map((f) => gridTable(`Kernel ${f + 1}`, range(channels), (c) => `channel ${c + 1}`, k, (i, j, c) => kernels[f].weights[i][j][c])), // prettier-ignore
          gridTable("Output", range(filters), (f) => `kernel ${f + 1}`, out, (h, w, f) => result[h][w][f], (h, w) => h === row && w === column), // prettier-ignore
          { kind: "text", title: "All its products", text: sums.join("\n") },
        ],
      };
    };
    show({
      ...{ kind: "steps", title: "The walk", first: row * out + column },
      caption: "Each step is a position of the kernels: what they see, in brackets, and what they make of it.",
      steps: range(out * out).map((n) => stepAt(Math.floor(n / out), n % out)),
    });

    const x = tensor([picture]);
    const W = tensor(grid4(k, kernels.map(({ weights }) => weights))); // prettier-ignore
    const b = tensor(kernels.map(({ bias }) => bias));
    const y = conv2d(x, W, b, { strides: s, padding: p });
    const difference = worst([...y.toTypedArray()], result.flat(2));
    const mixed = conv2d(y, tensor([[[[1, -1], [1, 1]]]] as number[][][][]), undefined); // prettier-ignore
    const byHand = result.map((line) => line.map(([first, second]) => [first + second, second - first]));
    const mixing = worst([...mixed.toTypedArray()], byHand.flat(2));
    const poolSize = Math.min(2, out);
    const [most, mean] = [maxPool2d(y, { poolSize, strides: 1 }), averagePool2d(y, { poolSize, strides: 1 })];
    const pooled = out - poolSize + 1;
    const values = (h: number, w: number, f: number): number[] => range(poolSize * poolSize).map((n) => result[h + Math.floor(n / poolSize)][w + (n % poolSize)][f]); // prettier-ignore
    const largest = grid(pooled, pooled, filters, (h, w, f) => Math.max(...values(h, w, f)));
    const average = grid(pooled, pooled, filters, (h, w, f) => values(h, w, f).reduce((a, c) => a + c) / poolSize ** 2);
    const pooling = Math.max(
      worst([...most.toTypedArray()], largest.flat(2)),
      worst([...mean.toTypedArray()], average.flat(2)),
    );
    const products = out * out * filters * k * k * channels;
    show({
      ...{ kind: "table", section: "Beside the library", title: "Sizes and products" },
      header: ["", "output", "products", "largest difference from the library"],
      rows: [
        [`convolution: ⌊(${padded} − ${k}) / ${s}⌋ + 1 = ${out}`, `${out} × ${out} × ${filters}`, String(products), String(difference)],
        ["1 × 1 convolution: sum and difference of both maps", `${out} × ${out} × 2`, String(out * out * 4), String(mixing)],
        [`pooling over ${poolSize} × ${poolSize}: maximum and mean`, `${pooled} × ${pooled} × ${filters}`, "0", String(pooling)],
      ],
    }); // prettier-ignore
    const isSame = Math.max(difference, mixing, pooling) < 1e-5;
    const text = isSame
      ? `The library's conv2d gives the same ${out * out * filters} numbers: each kernel makes a map of ${out} × ${out}, since (${padded} − ${k}) / ${s} + 1 rounded down is ${out}.`
      : "The library's convolution or pooling gives other numbers.";
    show({ kind: "conclusion", text, isFailure: !isSame });
    return { output: result, size: out, products, difference, mixing, pooling };
  },
};

const isInside = (offset: number, k: number): boolean => offset >= 0 && offset < k;
const signed = (value: number): string => (value < 0 ? `(${value})` : String(value));

const worst = (found: readonly number[], wanted: readonly number[]): number =>
  Math.max(...wanted.map((value, i) => Math.abs(value - found[i])));

function grid(rows: number, columns: number, depth: number, value: (h: number, w: number, c: number) => number): Grid {
  const range = (n: number): number[] => [...Array(n).keys()];
  return range(rows).map((h) => range(columns).map((w) => range(depth).map((c) => value(h, w, c))));
}

/** Kernels as conv2d takes them: [row][column][channel][filter]. */
function grid4(k: number, kernels: readonly Grid[]): number[][][][] {
  const range = (n: number): number[] => [...Array(n).keys()];
  return range(k).map((i) => range(k).map((j) => range(channels).map((c) => kernels.map((one) => one[i][j][c]))));
}

/** The channels of a grid side by side as a table; what is marked is in brackets and in colour. */
function gridTable(
  title: string,
  parts: readonly number[],
  name: (part: number) => string,
  size: number,
  value: (h: number, w: number, part: number) => number,
  isMarked: (h: number, w: number) => boolean = () => false,
): Table {
  const places = [...Array(size).keys()];
  const cell = (h: number, w: number, part: number): string =>
    isMarked(h, w) ? `[${value(h, w, part)}]` : String(value(h, w, part));
  return {
    ...{ kind: "table", title },
    header: ["", ...parts.flatMap((part) => places.map((w) => (w === 0 ? name(part) : " ".repeat(part + 1))))],
    rows: places.map((h) => [`row ${h}`, ...parts.flatMap((part) => places.map((w) => cell(h, w, part)))]),
    shades: places.map((h) => [0, ...parts.flatMap(() => places.map((w) => Number(isMarked(h, w))))]),
  };
}
