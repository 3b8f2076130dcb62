/**
 * Reverse-mode differentiation. Every op with an operand that requires a gradient leaves a record of how to go back; `backward` walks the records in
 * reverse order of their making and frees what each op saved as soon as it is used.
 *
 * Note [Tape]: the tape is threaded through the tensors: a tensor knows its record, a record knows the records of its operands, and numbers give the
 * order. So a forward pass whose gradient nobody asks for leaves nothing behind once its tensors are gone.
 *
 * Note [Changes]: what an op saved must not change until the backward pass has read it. A block counts the changes made to it in place (assign, a step of
 * an optimizer, a moving average, a replay), a record notes the count of what it saves, and `backward` compares. Parameters of a model, though they share
 * a block, count apart. A record that is made while a function is being recorded does not compare: a replay writes anew what it has saved.
 *
 * Does not know ops: a record holds a closure that src/ops made. Does not do arithmetic: adding a gradient to another is the kernels' `accumulate`.
 */
import { ShapeError, UsageError, message } from "../errors.js";
import { copyFloat32, fillFloat32 } from "../runtime/primitives.js";
import { launcher } from "../runtime/runtime.js";
import { type Scoped, trackBeside, untrack } from "./scope.js";
import { type Shape, sameShape, showShape } from "./shape.js";

/** Where a gradient is to be written: `=` where accumulate is 0, `+=` where it is 1. */
export interface GradientPlace {
  readonly ptr: number;
  readonly accumulate: 0 | 1;
}

/** What the tape must know of a tensor. */
export interface Taped<T extends Taped<T>> extends Scoped {
  readonly shape: Shape;
  readonly size: number;
  /** @internal */
  readonly ptr: number;
  readonly requiresGrad: boolean;
  grad: T | undefined;
  /** @internal */
  readonly producer: OutputOf<T> | undefined;
  /** How often it was changed in place. @internal */
  readonly version: number;
  /** Says that it is being changed in place. @internal */
  changed(): void;
  /** Says that a backward pass adds to `gradient`, which is this leaf's. @internal */
  added(gradient: T): void;
  /** @internal */
  readonly listed: { addAll(): void } | undefined;
  /** @internal */
  label(): string;
  /** @internal */
  share(shape: Shape): T;
  /** A tensor under no scope for a gradient of `shape`: with undefined contents, or zeros that each replay adds to. @internal */
  gradientOf(shape: Shape, isReplayed?: boolean): T;
}

/** One op on the tape. */
export class TapeRecord<T extends Taped<T>> {
  /** Place in the order of making. */
  readonly sequence: number = nextSequence++;
  readonly op: string;
  /** Where the gradient of each operand goes: an earlier op's output, a leaf, or nowhere. Empty after use, so that a loss that is kept keeps nothing else. */
  operands: readonly (OutputOf<T> | T | undefined)[];
  /** What the backward pass reads, kept alive for it. Empty after use. */
  saved: readonly T[];
  /** ∂loss/∂output, gathered from the consumers. */
  readonly gradients: (T | undefined)[];
  readonly run: (record: TapeRecord<T>) => void;
  used = false;
  readonly #versions: readonly number[] | undefined;

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
    this.#versions = launcher().recorder === undefined ? saved.map(({ version }) => version) : undefined;
  }

  /** Throws UsageError where something that it saved has changed since. */
  checkUnchanged(): void {
    const changed = this.saved.find(({ version }, i) => this.#versions !== undefined && version !== this.#versions[i]);
    if (changed === undefined) return;
    const wrong = `${changed.label()}, which the gradient of ${this.op} reads, has changed since the forward pass`;
    throw new UsageError(message("backward", wrong, { hint: "Change values after backward(), or go forward again." }));
  }

  /** True where somebody wants the gradient of operand `i`. */
  wants(i: number): boolean {
    return this.operands[i] !== undefined;
  }

  /**
   * The place for the gradient of operand `i`, which has `shape`; undefined where nobody wants it.
   * @param listsRows  the op says itself which rows of a table it writes to
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
   * Hands `gradient` itself to operand `i` instead of a copy. The caller must not use it afterwards.
   * @returns false where the operand has a gradient already, to which it must be added
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

  /** Frees what was saved and the gathered gradients. */
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

/** True where ops are to be recorded. */
export function isGradEnabled(): boolean {
  return enabled;
}

/** Runs `fn` without recording anything for a backward pass. @returns what fn, which must be synchronous, returns */
export function noGrad<T>(fn: () => T): T {
  const before = enabled;
  enabled = false;
  try {
    return fn();
  } finally {
    enabled = before;
  }
}

/**
 * Computes ∂root/∂leaf for every leaf that requires a gradient and adds it to the leaf's `grad`, also in every replay where it is recorded: call
 * `zeroGrad()` before, inside of the recorded function or between replays.
 *
 * @param root  what is differentiated; a scalar unless a seed is given
 * @param seed  ∂loss/∂root, of root's shape; default 1
 * Errors, before any gradient has changed: UsageError where nothing requires a gradient, the graph was used already, or what the backward pass reads has
 * changed since the forward pass (`assign`, a step of an optimizer); ShapeError for a seed that does not fit.
 * Cost: one backward kernel an op.
 */
export function backward<T extends Taped<T>>(root: T, seed?: T): void {
  const { producer } = root;
  if (!root.requiresGrad) {
    const hint = "Make a leaf with requiresGrad: true, and do not compute inside noGrad().";
    throw new UsageError(message("backward", `nothing behind ${root.label()} requires a gradient`, { hint }));
  }
  if (seed === undefined && root.size !== 1) {
    const hint = "Reduce it by sum() or mean(), or pass the gradient to start from.";
    throw new ShapeError(
      message("backward", "no starting gradient", { expected: "a scalar", got: root.label(), hint }),
    );
  }
  if (seed !== undefined && !sameShape(seed.shape, root.shape)) {
    throw new ShapeError(
      message("backward", "the starting gradient does not fit", {
        expected: showShape(root.shape),
        got: showShape(seed.shape),
      }),
    );
  }
  if (producer === undefined) {
    throw new UsageError(message("backward", `${root.label()} is itself a leaf`, { expected: "the result of an op" }));
  }
  const records = reachable(producer.record);
  for (const record of records) {
    if (record.used) {
      const hint = "Run the forward pass again; what an op saved is freed as soon as it is used.";
      throw new UsageError(message("backward", `the gradient of ${record.op} was computed already`, { hint }));
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

/** Everything that the records up to `last` saved. */
export function savedFor<T extends Taped<T>>(last: TapeRecord<T>): T[] {
  return reachable(last).flatMap((record) => record.saved);
}

/** The records that lead to `last`, newest first. */
function reachable<T extends Taped<T>>(last: TapeRecord<T>): TapeRecord<T>[] {
  const found = new Set<TapeRecord<T>>([last]);
  for (const record of found) {
    for (const operand of record.operands) {
      if (operand !== undefined && "record" in operand) found.add(operand.record);
    }
  }
  return [...found].sort((a, b) => b.sequence - a.sequence);
}

function readGradient<T extends Taped<T>>(operand: OutputOf<T> | T): T | undefined {
  return "record" in operand ? operand.record.gradients[operand.index] : operand.grad;
}

/** Makes `gradient` the operand's: `backward` frees that of an op's output, that of a leaf lives as long as the leaf. */
function writeGradient<T extends Taped<T>>(operand: OutputOf<T> | T, gradient: T): void {
  untrack(gradient);
  if ("record" in operand) {
    operand.record.gradients[operand.index] = gradient;
  } else {
    operand.grad = gradient;
    trackBeside(operand, gradient);
  }
}
