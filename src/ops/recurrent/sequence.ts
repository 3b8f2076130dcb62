/**
 * What the ops over whole sequences share (lstm.ts, gru.ts, simpleRnn.ts): operands, their checks, and results. The
 * products over all steps are in sequenceProducts.ts. Letters: N batch, T steps, I inputs, H units, G gates. Does not
 * know cells.
 */
import { ShapeError, UsageError, message, show } from "../../errors.js";
import { type Shape, sameShape, showShape } from "../../tensor/shape.js";
import { isGradEnabled } from "../../tensor/tape.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { FusedActivation, SlopedActivation } from "../pointwise/activate.js";
import { type Op, type OutputSpec, applyMany, checkDtype, checkTensors } from "../defineOp.js";
import { sequenceMask } from "./sequenceMask.js";

/** Activations of recurrent cells. */
export type RecurrentActivation = Exclude<FusedActivation, "leakyRelu" | "elu" | SlopedActivation>;

/** All activations of recurrent cells. */
export const recurrentActivations: readonly RecurrentActivation[] = [
  "linear",
  "relu",
  "sigmoid",
  "tanh",
  "selu",
  "softplus",
  "hardSigmoid",
];

/** Operands that a call may have after x, kernel and recurrent kernel, in this order. */
const optionalNames = ["bias", "h", "c", "peepholes", "mask", "keep"] as const;

/** The name of an optional operand: initial states h and c, and those of {@link SequenceOptions}. */
export type OptionalName = (typeof optionalNames)[number];

/** The operand number of each optional operand that is present. */
export type Places = { readonly [name in OptionalName]?: number };

/** The attributes of a sequence op. */
export interface SequenceAttributes {
  readonly places: Places;
  readonly activation: RecurrentActivation;
  readonly recurrentActivation: RecurrentActivation;
  /** True when the states of all steps are an output. */
  readonly returnSequences: boolean;
  readonly goBackwards: boolean;
  /** With goBackwards: the outputs are in the order in which the steps are read, the last position first. */
  readonly outputInSteps: boolean;
  /** The factor of recurrent inputs that are kept: 1 / (1 − rate). */
  readonly keepScale: number;
  /** True to keep what the backward pass reads. */
  readonly saves: boolean;
}

/** Options of every op over a sequence. */
export interface SequenceOptions {
  /** Default "tanh". */
  readonly activation?: RecurrentActivation;
  /**
   * Which steps count, (N, T) int32: where it is 0 the states stay, the output is 0 and no gradient enters. Default:
   * all.
   */
  readonly mask?: Tensor | undefined;
  /**
   * Instead of a mask: how many steps of each sequence count, from the first on; (N) integers from 0 to T. See
   * {@link sequenceMask}.
   */
  readonly lengths?: ArrayLike<number> | Tensor | undefined;
  /** False: the output is the last state (N, H). True: the states of all steps, (N, T, H). Default false. */
  readonly returnSequences?: boolean;
  /** Reads the sequence from its end. Default false. */
  readonly goBackwards?: boolean;
  /**
   * With goBackwards: true returns the states of all steps in the order in which they are read, the last position
   * first; false returns each at the position of its input. Default false.
   */
  readonly outputInSteps?: boolean;
  /**
   * Variational dropout of the operand of the recurrent kernel: int32 (N, H), 0 where a unit is dropped, the same in
   * all steps; and its rate.
   */
  readonly recurrentDropout?: { readonly keep: Tensor; readonly rate: number } | undefined;
}

/** The results of a sequence op: the output and the last states. */
export interface SequenceResult {
  /** (N, T, H), or the last state h (N, H). */
  readonly output: Tensor;
  /** (N, H) each: h, and c if the cell has one. */
  readonly states: readonly Tensor[];
}

/** N, T, I and H of a call. */
export interface Sizes {
  readonly N: number;
  readonly T: number;
  readonly I: number;
  readonly H: number;
}

/** The sizes of operands that fit. */
export function sizesOf([x, , recurrent]: readonly Tensor[]): Sizes {
  const [N, T, I] = x.shape;
  return { N, T, I, H: recurrent.shape[0] };
}

/** The operands and attributes of a call. @param optional initial states, and whatever else a cell has */
export function sequenceCall(
  op: string,
  required: readonly [x: Tensor, kernel: Tensor, recurrentKernel: Tensor],
  optional: { readonly [name in OptionalName]?: Tensor | undefined },
  options: SequenceOptions & { readonly recurrentActivation?: RecurrentActivation },
): { readonly inputs: readonly Tensor[]; readonly attributes: SequenceAttributes } {
  const { activation = "tanh", recurrentActivation = "sigmoid", recurrentDropout } = options;
  for (const [name, value] of Object.entries({ activation, recurrentActivation })) {
    checkRecurrentActivation(op, name, value);
  }
  const rate = recurrentDropout?.rate ?? 0;
  if (!(rate >= 0 && rate < 1)) {
    throw new UsageError(
      message(op, "recurrentDropout.rate is out of range", { expected: "0 ≤ rate < 1", got: show(rate) }),
    );
  }
  const inputs: Tensor[] = [...required];
  const places: { [name in OptionalName]?: number } = {};
  const all = { ...optional, mask: maskOf(op, required[0], options), keep: recurrentDropout?.keep };
  for (const name of optionalNames) {
    const operand = all[name];
    if (operand === undefined) continue;
    places[name] = inputs.length;
    inputs.push(operand);
  }
  checkTensors(op, inputs, ["x kernel recurrentKernel", ...Object.keys(places)].join(" "));
  const attributes = {
    places,
    activation,
    recurrentActivation,
    returnSequences: options.returnSequences ?? false,
    goBackwards: options.goBackwards ?? false,
    outputInSteps: options.outputInSteps ?? false,
    keepScale: 1 / (1 - rate),
    saves: isGradEnabled() && inputs.some(({ requiresGrad }) => requiresGrad),
  };
  return { inputs, attributes };
}

/** The mask of a call, given as a mask or as lengths. */
function maskOf(op: string, x: Tensor, { mask, lengths }: SequenceOptions): Tensor | undefined {
  if (lengths === undefined) return mask;
  if (mask !== undefined) {
    const hint = "A mask can express everything that lengths can.";
    throw new UsageError(message(op, "both a mask and lengths are given", { expected: "one of them", hint }));
  }
  checkTensors(op, [x]);
  return x.rank === 3 ? sequenceMask(lengths, x.shape[1]) : undefined;
}

/** Checks that recurrent kernels compute the activation. @throws {UsageError} when they do not */
export function checkRecurrentActivation(op: string, option: string, value: unknown): void {
  if (recurrentActivations.includes(value as RecurrentActivation)) return;
  const expected = recurrentActivations.join(", ");
  throw new UsageError(
    message(op, `${option} is not an activation of recurrent layers`, { expected, got: show(value) }),
  );
}

/** Checks the operands that all cells have. @param gates G @param biasShape of H */
export function checkSequence(
  op: string,
  inputs: readonly Tensor[],
  { places }: SequenceAttributes,
  gates: number,
  biasShape: (H: number) => Shape,
): void {
  const [x, kernel, recurrent] = inputs;
  for (const [name, operand] of Object.entries({ x, kernel, recurrentKernel: recurrent })) {
    checkDtype(op, name, operand, "float32");
  }
  if (x.rank !== 3) {
    const hint = "The axes are samples, steps and features, in this order.";
    throw new ShapeError(message(op, "x must have shape [N, T, I]", { got: `x ${showShape(x.shape)}`, hint }));
  }
  const H = recurrent.shape[0];
  if (recurrent.rank !== 2 || recurrent.shape[1] !== gates * H || H === 0) {
    const got = showShape(recurrent.shape);
    throw new ShapeError(message(op, "the recurrent kernel does not fit", { expected: `[H, ${gates}·H], H ≥ 1`, got }));
  }
  const [N, T, I] = x.shape;
  if (kernel.rank !== 2 || kernel.shape[1] !== gates * H) {
    const expected = `[I, ${gates * H}], with as many columns as the recurrent kernel`;
    throw new ShapeError(message(op, "the kernel does not fit", { expected, got: showShape(kernel.shape) }));
  }
  if (kernel.shape[0] !== I) {
    const expected = `x [N, T, I] with I = ${kernel.shape[0]} (kernel [I, ${gates}·H] = ${showShape(kernel.shape)})`;
    throw new ShapeError(message(op, "input features differ", { expected, got: `x ${showShape(x.shape)}` }));
  }
  const expectedShapes: { readonly [name in OptionalName]: Shape } = {
    bias: biasShape(H),
    h: [N, H],
    c: [N, H],
    peepholes: [3, H],
    mask: [N, T],
    keep: [N, H],
  };
  for (const name of optionalNames) {
    const place = places[name];
    if (place === undefined) continue;
    const operand = inputs[place];
    const what = operandTexts[name];
    checkDtype(op, what, operand, name === "mask" || name === "keep" ? "int32" : "float32");
    if (sameShape(operand.shape, expectedShapes[name])) continue;
    const expected = `${operandLetters[name]} = ${showShape(expectedShapes[name])}`;
    throw new ShapeError(message(op, `${what} does not fit`, { expected, got: showShape(operand.shape) }));
  }
}

const operandTexts: { readonly [name in OptionalName]: string } = {
  bias: "the bias",
  h: "the initial state h",
  c: "the initial state c",
  peepholes: "the matrix of peepholes",
  mask: "the mask",
  keep: "the recurrent dropout's mask",
};

const operandLetters: { readonly [name in OptionalName]: string } = {
  bias: "one number for each column of the kernel",
  h: "[N, H]",
  c: "[N, H]",
  peepholes: "[3, H]",
  mask: "[N, T]",
  keep: "[N, H]",
};

/**
 * The outputs: last states, the states of all steps ([0] when not wanted), and what is saved. @param saved widths in
 * units of H
 */
export function sequenceOutputs(
  inputs: readonly Tensor[],
  { returnSequences, saves }: SequenceAttributes,
  states: number,
  saved: readonly number[],
): OutputSpec[] {
  const { N, T, H } = sizesOf(inputs);
  return [
    ...Array.from({ length: states }, () => ({ shape: [N, H] })),
    returnSequences ? { shape: [N, T, H] } : { shape: [0], isDifferentiable: false },
    ...saved.map((width) => ({ shape: saves ? [N, T, width * H] : [0], isDifferentiable: false })),
  ];
}

/**
 * Applies an op over sequences.
 * @param states  the number of states. The op's outputs are the last states, the states of all steps, and what is
 *                saved, which is freed
 */
export function applySequence<A extends SequenceAttributes>(
  op: Op<A>,
  inputs: readonly Tensor[],
  attributes: A,
  states: number,
): SequenceResult {
  const made = applyMany(op, inputs, attributes);
  const last = made.slice(0, states);
  const [y, ...saved] = made.slice(states);
  for (const tensor of saved) tensor.dispose();
  if (attributes.returnSequences) return { output: y, states: last };
  y.dispose();
  return { output: last[0], states: last };
}
