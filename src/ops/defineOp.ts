/**
 * What an op is: a rule for its shapes, a forward pass, a backward pass, and what the backward pass reads. Everything
 * around that (checking, allocating, recording on the tape, routing gradients) is done here, once.
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
  /**
   * False for an output that only the op's own backward pass uses and that has no gradient. Default: true for float32.
   */
  readonly isDifferentiable?: boolean;
}

/** The arguments of a forward pass. Operands and outputs are contiguous. */
export interface ForwardCall<A> {
  readonly inputs: readonly Tensor[];
  /** The outputs; every element must be written. */
  readonly outputs: readonly Tensor[];
  readonly attributes: A;
  /** Allocates a block that lives until the call ends, and returns its pointer. */
  readonly scratch: (bytes: number) => number;
}

/** The arguments of a backward pass. */
export interface BackwardCall<A> {
  /** The operands. The values of those named in `saved.inputs` may be read; of the others only the shape. */
  readonly inputs: readonly Tensor[];
  /** The outputs. The values of those named in `saved.outputs` may be read; of the others only the shape. */
  readonly outputs: readonly Tensor[];
  /** ∂loss/∂output; undefined for outputs that nothing depends on. */
  readonly dOutputs: readonly (Tensor | undefined)[];
  readonly attributes: A;
  /**
   * Calls `write` with the address of dX of operand `i`, if that gradient is needed: write with `=` when accumulate is
   * 0, `+=` when it is 1.
   */
  readonly gradient: (i: number, write: (dX: number, accumulate: 0 | 1) => void) => void;
  /** True when the gradient of operand `i` is needed. */
  readonly wants: (i: number) => boolean;
  /**
   * Makes `gradient` (a dOutput, or a new tensor with as many elements) the gradient of operand `i` without copying it,
   * if it is the first one. Returns false when it must be added with `gradient()`. Pass each gradient to one operand at
   * most: its memory then belongs to that operand.
   */
  readonly adopt: (i: number, gradient: Tensor) => boolean;
  readonly scratch: (bytes: number) => number;
}

/** An op. A is the type of its attributes: what it needs besides tensors. */
export interface Op<A = undefined> {
  /** The name in messages, which is that of the public function. */
  readonly name: string;
  /** What messages call the operands, as the public function's parameters are called. Default: x; of several a, b. */
  readonly operands?: string;
  /**
   * Checks operands and attributes and returns the specs of the outputs. @throws {ShapeError} or {@link UsageError}
   * when they do not fit
   */
  readonly shape: (inputs: readonly Tensor[], attributes: A) => readonly OutputSpec[];
  readonly forward: (call: ForwardCall<A>) => void;
  /** Absent when the outputs have no gradient. */
  readonly backward?: (call: BackwardCall<A>) => void;
  /** Operands and outputs, by number, whose values the backward pass reads. */
  readonly saved?: { readonly inputs?: readonly number[]; readonly outputs?: readonly number[] };
  /** The operands, by number, that have no gradient although they may be float32: targets, weights, conditions. */
  readonly constants?: readonly number[];
  /**
   * True when the backward pass writes only to some rows of operand 0 and lists them. Default: it may write anywhere.
   */
  readonly listsRows?: (attributes: A) => boolean;
  /** True for an op whose outputs are other shapes of operand 0's memory; forward then does nothing. */
  readonly isView?: boolean;
}

/** A call of an op, with its results. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- whoever watches looks the op up
export interface OpCall<A = any> {
  readonly op: Op<A>;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly attributes: A;
}

/** Is told of every call of an op, right after its forward pass. */
export type OpWatcher = (call: OpCall) => void;

let watcher: OpWatcher | undefined;

/**
 * Runs `fn` with another watcher. @param next returns it, given the present one, which is told nothing until `fn` ends
 */
export function watchOps<T>(next: (before: OpWatcher | undefined) => OpWatcher | undefined, fn: () => T): T {
  const before = watcher;
  watcher = next(before);
  try {
    return fn();
  } finally {
    watcher = before;
  }
}

/** Declares an op. The test table is typed by the ops declared so. */
// @__NO_SIDE_EFFECTS__
export function defineOp<A = undefined>(op: Op<A>): Op<A> {
  return op;
}

/** Runs an op with one output. */
export function apply<A>(op: Op<A>, inputs: readonly Tensor[], attributes: A): Tensor {
  return applyMany(op, inputs, attributes)[0];
}

/**
 * Runs an op: checks, allocates, computes, records.
 *
 * @returns the outputs. They require a gradient when an operand does, the op has a backward pass, and the call is not
 *   inside noGrad()
 * @throws {UsageError} when an operand was freed
 * @throws {MemoryError} when the memory limit is reached
 * @throws what op.shape throws; after an error nothing has changed
 */
export function applyMany<A>(op: Op<A>, inputs: readonly Tensor[], attributes: A): Tensor[] {
  checkTensors(op.name, inputs, op.operands);
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
  watcher?.({ op, inputs, outputs, attributes });
  return outputs;
}

/**
 * Runs the backward pass of one call, off the tape.
 *
 * @param dOutputs  ∂loss/∂output for each output that has one; overwritten by ops that work in place, such as dense
 * @param wanted    the operands whose gradient is wanted
 * @returns for each operand its gradient, or undefined
 */
export function pullBack<A>(
  { op, inputs, outputs, attributes }: OpCall<A>,
  dOutputs: readonly (Tensor | undefined)[],
  wanted: readonly number[],
): (Tensor | undefined)[] {
  const gradients = inputs.map((): Tensor | undefined => undefined);
  withScratch((scratch) =>
    op.backward?.({
      ...{ inputs, outputs, dOutputs, attributes, scratch },
      wants: (i) => wanted.includes(i),
      adopt: () => false,
      gradient(i, write) {
        if (!wanted.includes(i)) return;
        const accumulate = gradients[i] === undefined ? 0 : 1;
        const gradient = (gradients[i] ??= empty(inputs[i].shape));
        write(gradient.ptr, accumulate);
      },
    }),
  );
  return gradients;
}

/** Records a call on the tape. */
function record<A>(
  op: Op<A>,
  backward: (call: BackwardCall<A>) => void,
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  attributes: A,
): TapeRecord<Tensor> {
  const hold = (tensor: Tensor): Tensor => tensor.share(tensor.shape);
  // Tensors that are not saved keep only their shape: a tensor without memory.
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

/** Passes `fn` a function that allocates blocks, which are freed when `fn` ends. */
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

/** What messages call operand `i`. @param names as {@link Op.operands} */
function nameOf(names: string, i: number): string {
  return names.split(" ")[i] || `argument ${i}`;
}

/**
 * Checks that all operands are tensors that were not freed. @param names as {@link Op.operands}
 * @throws {UsageError} when one is not
 */
export function checkTensors(
  op: string,
  operands: readonly unknown[],
  names = operands.length > 1 ? "a b" : "x",
): void {
  for (const x of operands) {
    if (x instanceof Tensor) {
      x.checkLive();
      continue;
    }
    const holdsOne = Object.values(Object(x) as object).some((one) => one instanceof Tensor);
    const hint = holdsOne ? "Take it out: call([x]), ({ dOutput })." : "Make one with tensor(values).";
    const wrong = `${nameOf(names, operands.indexOf(x))} is not a tensor`;
    throw new UsageError(message(op, wrong, { expected: "a Tensor", got: show(x), hint }));
  }
}

/**
 * Checks that no operand requires a gradient that the op does not compute and would silently leave out.
 * @throws {UsageError} when one does
 */
function checkConstants<A>({ name, operands = "a b", constants = [] }: Op<A>, inputs: readonly Tensor[]): void {
  for (const i of constants) {
    if (inputs[i]?.requiresGrad) {
      const hint = "Compute it inside noGrad().";
      const got = `${inputs[i].label()}, which requires one`;
      throw new UsageError(
        message(name, `${nameOf(operands, i)} cannot have a gradient here`, { expected: "a constant", got, hint }),
      );
    }
  }
}

/** Checks that the operand has one of the allowed dtypes. @throws {ShapeError} when it has not */
export function checkDtype(op: string, operand: string, x: Tensor, ...allowed: readonly DType[]): void {
  if (!allowed.includes(x.dtype)) {
    throw new ShapeError(
      message(op, `${operand} has the wrong dtype`, { expected: allowed.join(" or "), got: `${operand} ${x.label()}` }),
    );
  }
}
