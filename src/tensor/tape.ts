/**
 * Reverse-mode differentiation. Every op with an operand that requires a gradient leaves a record of its backward pass;
 * `backward` runs the records in reverse order of their making and frees what each op saved as soon as it has been
 * used.
 *
 * Note [Tape]: the tape is threaded through the tensors: a tensor knows its record, a record knows the records of its
 * operands, and numbers give the order. So a forward pass whose gradient nobody asks for leaves nothing behind once its
 * tensors are gone.
 *
 * Note [Changes]: what an op saved must not change before the backward pass has read it. A block counts the changes
 * made to it in place (assign, an optimizer step, a moving average, a replay), a record remembers the counts of what it
 * saved, and `backward` compares them. The parameters of a model share a block but are counted separately. A record
 * made while a function is being recorded does not compare, because each replay writes anew what the record saved.
 *
 * Does not know ops: a record holds a closure made by src/ops. Does no arithmetic: kernels add gradients, with their
 * `accumulate` argument.
 */
import { ShapeError, UsageError, message } from "../errors.js";
import { checkFunction, checkSynchronous } from "../options.js";
import { copyFloat32, fillFloat32 } from "../runtime/primitives.js";
import { launcher } from "../runtime/runtime.js";
import { type Scoped, trackBeside, untrack } from "./scope.js";
import type { Shape } from "./shape.js";

/** Where to write a gradient: `=` when accumulate is 0, `+=` when it is 1. */
export interface GradientPlace {
  readonly ptr: number;
  readonly accumulate: 0 | 1;
}

/** What the tape needs to know about a tensor. */
export interface Taped<T extends Taped<T>> extends Scoped {
  readonly shape: Shape;
  readonly size: number;
  /** @internal */
  readonly ptr: number;
  readonly requiresGrad: boolean;
  grad: T | undefined;
  /** @internal */
  readonly producer: OutputOf<T> | undefined;
  /** How often the tensor was changed in place. @internal */
  readonly version: number;
  /** Notes that the tensor is being changed in place. @internal */
  changed(): void;
  /** Notes that a backward pass adds to `gradient`, the gradient of this leaf. @internal */
  added(gradient: T): void;
  /** @internal */
  readonly listed: { addAll(): void } | undefined;
  /** @internal */
  label(): string;
  /** @internal */
  share(shape: Shape): T;
  /**
   * A tensor for a gradient of `shape` that belongs to no scope: with undefined contents, or zeros that each replay
   * adds to. @internal
   */
  gradientOf(shape: Shape, isReplayed?: boolean): T;
}

/** One op on the tape. */
export class TapeRecord<T extends Taped<T>> {
  /** The record's position in the order of making. */
  readonly sequence: number = nextSequence++;
  readonly op: string;
  /**
   * Where the gradient of each operand goes: to the output of an earlier op, to a leaf, or nowhere. Empty after use, so
   * that a loss that is kept keeps nothing else alive.
   */
  operands: readonly (OutputOf<T> | T | undefined)[];
  /** What the backward pass reads, kept alive for it. Empty after use. */
  saved: readonly T[];
  /** ∂loss/∂output, collected from the ops that use the output. */
  readonly gradients: (T | undefined)[];
  readonly run: (record: TapeRecord<T>) => void;
  used = false;
  readonly #versions: readonly number[];
  /** What records the forward pass. A backward pass outside of it goes by the values of the last replay. */
  readonly #recorder: unknown;

  constructor(
    op: string,
    operands: readonly T[],
    outputs: number,
    saved: readonly T[],
    run: (record: TapeRecord<T>) => void,
  ) {
    this.op = op;
    this.operands = operands.map((tensor) => (tensor.requiresGrad ? (tensor.producer ?? tensor) : undefined));
    this.gradients = new Array<T | undefined>(outputs).fill(undefined);
    this.saved = saved;
    this.run = run;
    this.#versions = saved.map(({ version }) => version);
    this.#recorder = launcher().recorder;
  }

  /** Checks that nothing that it saved has changed since. @throws {UsageError} when something has */
  checkUnchanged(): void {
    const changed = this.saved.find(({ version }, i) => version !== this.#versions[i]);
    if (changed === undefined || (this.#recorder !== undefined && this.#recorder !== launcher().recorder)) return;
    const wrong = `${changed.label()}, which the gradient of ${this.op} reads, has changed since the forward pass`;
    throw new UsageError(
      message("backward", wrong, { hint: "Change values after backward(), or run the forward pass again." }),
    );
  }

  /** True when the gradient of operand `i` is needed. */
  wants(i: number): boolean {
    return this.operands[i] !== undefined;
  }

  /**
   * Where to write the gradient of operand `i`, which has shape `shape`; undefined when it is not needed.
   *
   * @param listsRows  true when the op itself lists which rows of a table it writes to
   */
  place(i: number, shape: Shape, listsRows = false): GradientPlace | undefined {
    const operand = this.operands[i];
    if (operand === undefined) return undefined;
    const isLeaf = !("record" in operand);
    if (!listsRows && isLeaf) operand.listed?.addAll();
    let have = readGradient(operand);
    if (have === undefined) {
      const isReplayed = isLeaf && launcher().recorder !== undefined;
      const fresh = this.#output().gradientOf(shape, isReplayed);
      writeGradient(operand, fresh);
      if (!isReplayed) return { ptr: fresh.ptr, accumulate: 0 };
      have = fresh;
    }
    if (isLeaf) operand.added(have);
    return { ptr: have.ptr, accumulate: 1 };
  }

  /**
   * Makes `gradient` the gradient of operand `i` without copying it. The caller must not use it afterwards.
   * @returns false when the operand already has a gradient, to which this one must be added
   */
  adopt(i: number, gradient: T): boolean {
    const operand = this.operands[i];
    if (operand === undefined) {
      gradient.dispose();
      return true;
    }
    const isReplayed = !("record" in operand) && launcher().recorder !== undefined;
    if (isReplayed || readGradient(operand) !== undefined) return false;
    writeGradient(operand, gradient);
    return true;
  }

  /** ∂loss/∂output of the first output that has one. */
  #output(): T {
    return this.gradients.find((gradient) => gradient !== undefined) as T;
  }

  /** Frees what was saved and the collected gradients. */
  release(): void {
    for (const tensor of this.saved) tensor.dispose();
    this.saved = [];
    this.operands = [];
    for (const gradient of this.gradients) gradient?.dispose();
    this.gradients.fill(undefined);
    this.used = true;
  }
}

/** Output number `index` of a recorded op. */
export interface OutputOf<T extends Taped<T>> {
  readonly record: TapeRecord<T>;
  readonly index: number;
}

let nextSequence = 0;
let enabled = true;

/** True when ops are to be recorded on the tape. */
export function isGradEnabled(): boolean {
  return enabled;
}

/**
 * Runs `fn`, which must be synchronous, without recording anything for a backward pass. @returns what fn returns
 * @throws {UsageError} when it is not a function, or gives a promise
 */
export function noGrad<T>(fn: () => T): T {
  checkFunction("noGrad", fn);
  const result = withGrad(false, fn);
  checkSynchronous("noGrad", result);
  return result;
}

/** Runs `fn` with or without records on the tape. @internal */
export function withGrad<T>(isEnabled: boolean, fn: () => T): T {
  const before = enabled;
  enabled = isEnabled;
  try {
    return fn();
  } finally {
    enabled = before;
  }
}

/**
 * Computes ∂root/∂leaf for every leaf that requires a gradient and adds it to the leaf's `grad`, in a recorded function
 * on every replay. To start afresh, call `zeroGrad()` before it, inside the recorded function or between replays.
 *
 * @param root  what is differentiated; a scalar unless a seed is given
 * @param seed  ∂loss/∂root, of root's shape; default 1
 * Cost: one backward kernel for each op. Errors are thrown before any gradient has changed.
 * @throws {UsageError} when nothing requires a gradient, the graph was already used, or something that the backward
 *   pass reads has changed since the forward pass (`assign`, an optimizer step)
 * @throws {ShapeError} when the seed does not fit, or is missing for a root that is not a scalar
 */
export function backward<T extends Taped<T>>(root: T, seed?: T): void {
  const { producer } = root;
  if (!root.requiresGrad) {
    const hint = "Make a leaf with requiresGrad: true, and do not compute inside noGrad().";
    throw new UsageError(message("backward", `nothing behind ${root.label()} requires a gradient`, { hint }));
  }
  if (seed === undefined && root.size !== 1) {
    const hint = "Reduce it with sum() or mean(), or pass the gradient to start from.";
    throw new ShapeError(
      message("backward", "only a scalar has a starting gradient by default", { got: root.label(), hint }),
    );
  }
  if (producer === undefined) {
    throw new UsageError(message("backward", `${root.label()} is a leaf`, { expected: "the result of an op" }));
  }
  const records = reachable(producer.record);
  for (const record of records) {
    if (record.used) {
      const hint = "Run the forward pass again; what an op saved is freed as soon as it is used.";
      throw new UsageError(message("backward", `the gradient of ${record.op} was already computed`, { hint }));
    }
    record.checkUnchanged();
  }
  const start = root.gradientOf(root.shape); // a copy of the seed, because gradients are added to in place
  if (seed === undefined) fillFloat32(start.ptr, 1, 1);
  else copyFloat32(start.ptr, seed.ptr, seed.size);
  producer.record.gradients[producer.index] = start;
  try {
    for (const record of records) {
      if (record.gradients.some((gradient) => gradient !== undefined)) record.run(record);
      record.release();
    }
  } finally {
    for (const record of records) record.release(); // of what an error left
  }
}

/** The place on the tape of the next record to be made. */
export function tapePosition(): number {
  return nextSequence;
}

/**
 * As {@link backward} of a scalar, but only these leaves get a gradient. Other leaves, and whatever was computed before
 * `from`, count as constants; the tape before `from` stays as it is.
 *
 * @param from  a {@link tapePosition} before root was computed
 */
export function backwardTo<T extends Taped<T>>(root: T, leaves: readonly T[], from: number): void {
  for (const record of root.producer === undefined ? [] : reachable(root.producer.record, from)) {
    record.operands = record.operands.map((operand) => {
      if (operand === undefined) return operand;
      const isWanted = "record" in operand ? operand.record.sequence >= from : leaves.includes(operand);
      return isWanted ? operand : undefined;
    });
  }
  backward(root);
}

/** Everything saved by the records that lead to `last`. */
export function savedFor<T extends Taped<T>>(last: TapeRecord<T>): T[] {
  return reachable(last).flatMap((record) => record.saved);
}

/** The records that lead to `last`, newest first. @param from leaves out those made before this place of the tape */
export function reachable<T extends Taped<T>>(last: TapeRecord<T>, from = 0): TapeRecord<T>[] {
  const found = new Set<TapeRecord<T>>([last]);
  for (const record of found) {
    for (const operand of record.operands) {
      if (operand !== undefined && "record" in operand && operand.record.sequence >= from) found.add(operand.record);
    }
  }
  return [...found].sort((a, b) => b.sequence - a.sequence);
}

function readGradient<T extends Taped<T>>(operand: OutputOf<T> | T): T | undefined {
  return "record" in operand ? operand.record.gradients[operand.index] : operand.grad;
}

/**
 * Sets the operand's gradient. `backward` frees the gradient of an op's output; that of a leaf lives as long as the
 * leaf.
 */
function writeGradient<T extends Taped<T>>(operand: OutputOf<T> | T, gradient: T): void {
  untrack(gradient);
  if ("record" in operand) {
    operand.record.gradients[operand.index] = gradient;
  } else {
    operand.grad = gradient;
    trackBeside(operand, gradient);
  }
}
