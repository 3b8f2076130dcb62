/** Rows of the ops over whole sequences; their references are in test/support/cells.ts. Letters: N batch, T steps, I inputs, H units. */
import { ShapeError, UsageError } from "../../../src/errors.js";
import { gru } from "../../../src/ops/recurrent/gru.js";
import { lstm } from "../../../src/ops/recurrent/lstm.js";
import { simpleRnn } from "../../../src/ops/recurrent/simpleRnn.js";
import type { OptionalName, SequenceAttributes } from "../../../src/ops/recurrent/sequence.js";
import { ones, zeros } from "../../../src/tensor/create.js";
import type { Random } from "../../../src/tensor/random.js";
import { gruCell, lstmCell, runCell, simpleCell } from "../../support/cells.js";
import { type Operand, generate, normal } from "../../support/operands.js";
import type * as lstmFile from "../../../src/ops/recurrent/lstm.js";
import type * as gruFile from "../../../src/ops/recurrent/gru.js";
import type * as simpleRnnFile from "../../../src/ops/recurrent/simpleRnn.js";
import type { Sample, Rows } from "../row.js";

/** What a sample differs in from the plainest one. */
interface Variant extends Partial<SequenceAttributes> {
  readonly sizes: readonly [N: number, T: number, I: number, H: number];
  readonly with?: readonly OptionalName[];
}

function sampleOf(
  random: Random,
  gates: number,
  biasShape: (H: number) => number[],
  { sizes: [N, T, I, H], with: names = ["bias"], ...rest }: Variant,
): Sample<SequenceAttributes> {
  const optional: { readonly [name in OptionalName]: () => Operand } = {
    bias: () => normal(random, biasShape(H)),
    h: () => normal(random, [N, H]),
    c: () => normal(random, [N, H]),
    peepholes: () => normal(random, [3, H], 0, 0.5),
    mask: () => generate([N, T], (i) => countsAt(Math.floor(i / T), i % T), "int32"),
    keep: () => generate([N, H], () => random.integer(2), "int32"),
  };
  /** Every sequence has a step that counts, but the second, of length 0. */
  const countsAt = (n: number, t: number): number => (n === 1 ? 0 : t === n % T ? 1 : random.integer(3));
  const inputs = [
    normal(random, [N, T, I]),
    normal(random, [I, gates * H], 0, 1 / Math.sqrt(I)),
    normal(random, [H, gates * H], 0, 1 / Math.sqrt(H)),
  ];
  const places: { [name in OptionalName]?: number } = {};
  for (const name of names) {
    places[name] = inputs.length;
    inputs.push(optional[name]());
  }
  const attributes: SequenceAttributes = {
    places,
    activation: "tanh",
    recurrentActivation: "sigmoid",
    returnSequences: false,
    goBackwards: false,
    outputInSteps: false,
    keepScale: 2,
    saves: true,
    ...rest,
  };
  const options = Object.entries(rest).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  const title = [`N ${N}, T ${T}, I ${I}, H ${H}`, ...names, ...options].join(", ");
  return { title, inputs, attributes };
}

/** What every cell is tried with. */
const variants: readonly Variant[] = [
  { sizes: [3, 4, 5, 6] },
  { sizes: [3, 4, 5, 6], with: [] },
  { sizes: [2, 3, 2, 4], returnSequences: true },
  { sizes: [2, 3, 2, 5], with: ["bias", "h"], returnSequences: true, goBackwards: true },
  { sizes: [3, 3, 2, 4], with: ["bias", "h"], returnSequences: true, goBackwards: true, outputInSteps: true },
  { sizes: [4, 5, 3, 3], with: ["bias", "h", "mask"], returnSequences: true },
  { sizes: [4, 5, 3, 8], with: ["bias", "mask"], goBackwards: true },
  { sizes: [3, 3, 2, 7], with: ["h", "mask", "keep"], returnSequences: true },
  { sizes: [5, 2, 3, 4], activation: "relu", recurrentActivation: "hardSigmoid" },
  { sizes: [1, 4, 3, 5], with: ["bias", "h", "keep"], returnSequences: true },
  { sizes: [7, 1, 3, 1] },
  { sizes: [0, 3, 2, 4] },
  { sizes: [2, 0, 2, 4], with: ["bias", "h"] },
  { sizes: [13, 2, 9, 17], returnSequences: true },
  { sizes: [99, 2, 1, 2], with: ["bias", "keep"] },
  { sizes: [2, 2, 3, 66], with: ["bias"] },
];

const flops =
  (gates: number) =>
  ([{ shape }, , recurrent]: readonly Operand[]): number =>
    2 * shape[0] * shape[1] * (shape[2] + recurrent.shape[0]) * gates * recurrent.shape[0];

const bound = { relative: 1e-5, absolute: 1e-5 };
const gradientBound = { relative: 3e-5, absolute: 6e-5 };

const lstmWeights = (I: number, H: number) => ({ kernel: ones([I, 4 * H]), recurrentKernel: ones([H, 4 * H]) });

export const rows: Rows<typeof lstmFile & typeof gruFile & typeof simpleRnnFile> = {
  lstmOp: {
    samples: (random) =>
      [
        ...variants,
        { sizes: [3, 4, 2, 5], with: ["bias", "h", "c"], returnSequences: true } as const,
        { sizes: [3, 4, 2, 5], with: ["bias", "c", "mask"], goBackwards: true } as const,
        { sizes: [3, 3, 2, 6], with: ["bias", "c", "peepholes"], returnSequences: true } as const,
        { sizes: [2, 4, 2, 19], with: ["h", "c", "peepholes", "mask"], goBackwards: true } as const,
      ].map((variant) => sampleOf(random, 4, (H) => [4 * H], variant)),
    reference: (inputs, attributes) => runCell(lstmCell, 2, inputs, attributes),
    bound,
    gradientBound,
    refusals: [
      {
        call: () => lstm(ones([2, 3]), lstmWeights(3, 4)),
        error: ShapeError,
        text: "lstm: x must have shape [N, T, I]; got x [2, 3]. The axes are samples, steps and features, in this order.",
      },
      {
        call: () => lstm(ones([2, 5, 2]), lstmWeights(3, 4)),
        error: ShapeError,
        text: "lstm: input features differ; expected x [N, T, I] with I = 3 (kernel [I, 4·H] = [3, 16]), got x [2, 5, 2].",
      },
      {
        call: () => lstm(ones([2, 5, 3]), { kernel: ones([3, 16]), recurrentKernel: ones([4, 12]) }),
        error: ShapeError,
        text: "lstm: the recurrent kernel does not fit; expected [H, 4·H], H ≥ 1, got [4, 12].",
      },
      {
        call: () => lstm(ones([2, 5, 3]), { kernel: ones([3, 12]), recurrentKernel: ones([4, 16]) }),
        error: ShapeError,
        text: "lstm: the kernel does not fit; expected [I, 16], with as many columns as the recurrent kernel, got [3, 12].",
      },
      {
        call: () => lstm(ones([2, 5, 3]), { ...lstmWeights(3, 4), bias: ones([4]) }),
        error: ShapeError,
        text: "lstm: the bias does not fit; expected one number for each column of the kernel = [16], got [4].",
      },
      {
        call: () => lstm(ones([2, 5, 3]), lstmWeights(3, 4), { initialState: [ones([2, 4]), ones([3, 4])] }),
        error: ShapeError,
        text: "lstm: the initial state c does not fit; expected [N, H] = [2, 4], got [3, 4].",
      },
      {
        call: () => lstm(ones([2, 5, 3]), lstmWeights(3, 4), { mask: zeros([2, 4], { dtype: "int32" }) }),
        error: ShapeError,
        text: "lstm: the mask does not fit; expected [N, T] = [2, 5], got [2, 4].",
      },
      {
        call: () => lstm(ones([2, 5, 3]), lstmWeights(3, 4), { mask: ones([2, 5]) }),
        error: ShapeError,
        text: "lstm: the mask has the wrong dtype; expected int32, got the mask Tensor(2, 5).",
      },
      {
        call: () => lstm(ones([2, 5, 3]), lstmWeights(3, 4), { activation: "elu" as "tanh" }),
        error: UsageError,
        text: 'lstm: activation is not an activation of recurrent layers; expected linear, relu, sigmoid, tanh, selu, softplus, hardSigmoid, got "elu".',
      },
    ],
    flops: flops(4),
  },
  gruOp: {
    samples: (random) =>
      [true, false].flatMap((resetAfter) =>
        variants.map((variant) => {
          const sample = sampleOf(random, 3, (H) => (resetAfter ? [2, 3 * H] : [3 * H]), variant);
          const title = `reset ${resetAfter ? "after" : "before"}, ${sample.title}`;
          return { ...sample, title, attributes: { ...sample.attributes, resetAfter } };
        }),
      ),
    reference: (inputs, attributes) => runCell(gruCell(attributes.resetAfter), 1, inputs, attributes),
    bound,
    gradientBound,
    refusals: [
      {
        call: () => gru(ones([2, 5, 3]), { kernel: ones([3, 12]), recurrentKernel: ones([4, 12]), bias: ones([12]) }),
        error: ShapeError,
        text: "gru: the bias does not fit; expected one number for each column of the kernel = [2, 12], got [12].",
      },
      {
        call: () => gru(ones([2, 5, 3]), { kernel: ones([3, 16]), recurrentKernel: ones([4, 16]) }),
        error: ShapeError,
        text: "gru: the recurrent kernel does not fit; expected [H, 3·H], H ≥ 1, got [4, 16].",
      },
    ],
    flops: flops(3),
  },
  simpleRnnOp: {
    samples: (random) => variants.map((variant) => sampleOf(random, 1, (H) => [H], variant)),
    reference: (inputs, attributes) => runCell(simpleCell, 1, inputs, attributes),
    bound,
    gradientBound,
    refusals: [
      {
        call: () =>
          simpleRnn(
            ones([2, 5, 3]),
            { kernel: ones([3, 4]), recurrentKernel: ones([4, 4]) },
            { initialState: [ones([4])] },
          ),
        error: ShapeError,
        text: "simpleRnn: the initial state h does not fit; expected [N, H] = [2, 4], got [4].",
      },
      {
        call: () =>
          simpleRnn(
            ones([2, 5, 3]),
            { kernel: ones([3, 4]), recurrentKernel: ones([4, 4]) },
            { recurrentDropout: { keep: ones([2, 4], { dtype: "int32" }), rate: 1 } },
          ),
        error: UsageError,
        text: "simpleRnn: recurrentDropout.rate is out of range; expected 0 ≤ rate < 1, got 1.",
      },
    ],
    flops: flops(1),
  },
};
