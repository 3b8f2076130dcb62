/**
 * What an op is: a rule for its shapes, a forward pass, a backward pass, and what the backward pass reads. Everything around it (checking, allocating,
 * recording on the tape, routing gradients) is done here, once.
 *
 * Letters: x an operand, y an output, dX = ∂loss/∂X.
 * Does not call kernels: the forward and backward functions of each op do.
 */
import { ShapeError, UsageError, message, show } from "../errors.js";
import { nestCall } from "../runtime/blocks.js";
import type { DType } from "../runtime/memory.js";
import { heap } from "../runtime/runtime.js";
import { empty } from "../tensor/create.js";
import type { Shape } from "../tensor/shape.js";
import { TapeRecord, isGradEnabled } from "../tensor/tape.js";
import { Tensor } from "../tensor/tensor.js";

/** Shape and type of an output. */
export interface OutputSpec {
  readonly shape: Shape;
  /** Default float32. */
  readonly dtype?: DType;
  /** False for an output that is for the op's own backward pass and has no gradient. Default: true for float32. */
  readonly isDifferentiable?: boolean;
}

/** What a forward pass gets. Operands and outputs are contiguous. */
export interface ForwardCall<A> {
  readonly inputs: readonly Tensor[];
  /** To be written, every element. */
  readonly outputs: readonly Tensor[];
  readonly attributes: A;
  /** The pointer of a block that lives until the call ends. */
  readonly scratch: (bytes: number) => number;
}

/** What a backward pass gets. */
export interface BackwardCall<A> {
  /** The operands; only those named in `saved.inputs` may be read, of the others only the shape. */
  readonly inputs: readonly Tensor[];
  /** The outputs; only those named in `saved.outputs` may be read, of the others only the shape. */
  readonly outputs: readonly Tensor[];
  /** ∂loss/∂output; undefined where nothing depends on that output. */
  readonly dOutputs: readonly (Tensor | undefined)[];
  readonly attributes: A;
  /** Calls `write` with the place for dX of operand `i`, where somebody wants it: `=` where accumulate is 0, `+=` where it is 1. */
  readonly gradient: (i: number, write: (dX: number, accumulate: 0 | 1) => void) => void;
  /** True where somebody wants the gradient of operand `i`. */
  readonly wants: (i: number) => boolean;
  /**
   * Makes `gradient` (a dOutput, or a fresh tensor, with as many elements) the gradient of operand `i` without a copy, if it is the first.
   * False where it must be added by `gradient()`. Hand each gradient to one operand at most: its memory is the operand's from then on.
   */
  readonly adopt: (i: number, gradient: Tensor) => boolean;
  readonly scratch: (bytes: number) => number;
}

/** An op. A is the type of its attributes: what it needs to know besides tensors. */
export interface Op<A = undefined> {
  /** The name in messages: that of the public function. */
  readonly name: string;
  /** Checks operands and attributes and gives the outputs. Throws ShapeError or UsageError. */
  readonly shape: (inputs: readonly Tensor[], attributes: A) => readonly OutputSpec[];
  readonly forward: (call: ForwardCall<A>) => void;
  /** Absent: the outputs have no gradient. */
  readonly backward?: (call: BackwardCall<A>) => void;
  /** Operands and outputs, by number, whose values the backward pass reads. */
  readonly saved?: { readonly inputs?: readonly number[]; readonly outputs?: readonly number[] };
  /** Operands, by number, that have no gradient although they may be float32: targets, weights, conditions. */
  readonly constants?: readonly number[];
  /** True where the backward pass writes to some rows of operand 0 alone and says which. Default: it may write everywhere. */
  readonly listsRows?: (attributes: A) => boolean;
  /** True for an op that makes its outputs as other shapes of operand 0's memory; forward does nothing then. */
  readonly isView?: boolean;
}

/** Declares an op. The test table is typed by the ops declared so. */
// @__NO_SIDE_EFFECTS__
export function defineOp<A = undefined>(op: Op<A>): Op<A> {
  return op;
}

/** Runs an op that has one output. */
export function apply<A>(op: Op<A>, inputs: readonly Tensor[], attributes: A): Tensor {
  return applyMany(op, inputs, attributes)[0];
}

/**
 * Runs an op: checks, allocates, computes, records.
 *
 * @returns the outputs. They require a gradient where an operand does, the op has a backward pass, and we are not inside noGrad()
 * Errors: those of op.shape; UsageError for a freed operand; MemoryError. Nothing has changed then.
 */
export function applyMany<A>(op: Op<A>, inputs: readonly Tensor[], attributes: A): Tensor[] {
  checkTensors(op.name, inputs);
  const { backward } = op;
  const isRecorded = backward !== undefined && isGradEnabled() && inputs.some((x) => x.requiresGrad);
  if (isRecorded) checkConstants(op, inputs);
  const specs = op.shape(inputs, attributes);
  const outputs: Tensor[] = [];
  try {
    for (const { shape, dtype } of specs) outputs.push(op.isView ? inputs[0].share(shape) : empty(shape, dtype));
    if (!op.isView) withScratch((scratch) => op.forward({ inputs, outputs, attributes, scratch }));
  } catch (error) {
    for (const output of outputs) output.dispose();
    throw error;
  }
  if (isRecorded) {
    const tape = record(op, backward, inputs, outputs, attributes);
    for (const [index, output] of outputs.entries()) {
      if (output.dtype !== "float32" || specs[index].isDifferentiable === false) continue;
      output.requiresGrad = true;
      output.producer = { record: tape, index };
    }
  }
  return outputs;
}

/** Puts a call on the tape. */
function record<A>(
  op: Op<A>,
  backward: (call: BackwardCall<A>) => void,
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  attributes: A,
): TapeRecord<Tensor> {
  const hold = (tensor: Tensor): Tensor => tensor.share(tensor.shape);
  // What is not saved keeps its shape only: a tensor without memory.
  const keep = (tensors: readonly Tensor[], saved: readonly number[] = []): Tensor[] =>
    tensors.map((tensor, i) => (saved.includes(i) ? hold(tensor) : tensor.shapeOnly()));
  const savedInputs = keep(inputs, op.saved?.inputs);
  const savedOutputs = keep(outputs, op.saved?.outputs);
  const saved = [...savedInputs, ...savedOutputs].filter((tensor) => !tensor.isDisposed);
  const run = (tape: TapeRecord<Tensor>): void =>
    withScratch((scratch) =>
      backward({
        inputs: savedInputs,
        outputs: savedOutputs,
        dOutputs: tape.gradients,
        attributes,
        scratch,
        wants: (i) => tape.wants(i),
        adopt(i, gradient) {
          const shared = gradient.share(savedInputs[i].shape);
          if (tape.adopt(i, shared)) return true;
          shared.dispose();
          return false;
        },
        gradient(i, write) {
          const place = tape.place(i, savedInputs[i].shape, op.listsRows?.(attributes));
          if (place !== undefined) write(place.ptr, place.accumulate);
        },
      }),
    );
  return new TapeRecord(op.name, inputs, outputs.length, saved, run);
}

/** Gives `fn` a way to ask for blocks, which are freed when it ends. */
function withScratch(fn: (scratch: (bytes: number) => number) => void): void {
  const blocks: [ptr: number, bytes: number][] = [];
  nestCall(1);
  try {
    fn((bytes) => {
      const ptr = heap().allocate(bytes);
      blocks.push([ptr, bytes]);
      return ptr;
    });
  } finally {
    nestCall(-1);
    for (const [ptr, bytes] of blocks) heap().free(ptr, bytes);
  }
}

/** Throws UsageError unless all operands are tensors whose memory is there. */
export function checkTensors(op: string, operands: readonly unknown[]): void {
  for (const x of operands) {
    if (x instanceof Tensor) {
      x.checkLive();
      continue;
    }
    const hint = "Make one by tensor(values).";
    const wrong = `operand ${operands.indexOf(x)} is not a tensor`;
    throw new UsageError(message(op, wrong, { expected: "a Tensor", got: show(x), hint }));
  }
}

/** Throws UsageError where an operand that the op does not differentiate requires a gradient: it would be missing in silence. */
function checkConstants<A>({ name, constants = [] }: Op<A>, inputs: readonly Tensor[]): void {
  for (const i of constants) {
    if (inputs[i]?.requiresGrad) {
      const hint = "Compute it inside noGrad().";
      const got = `${inputs[i].label()}, which requires one`;
      throw new UsageError(message(name, `operand ${i} has no gradient here`, { expected: "a constant", got, hint }));
    }
  }
}

/** Throws ShapeError unless the operand has the type. */
export function checkDtype(op: string, operand: string, x: Tensor, ...allowed: readonly DType[]): void {
  if (!allowed.includes(x.dtype)) {
    throw new ShapeError(
      message(op, `${operand} has the wrong dtype`, { expected: allowed.join(" or "), got: `${operand} ${x.label()}` }),
    );
  }
}
