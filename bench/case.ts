/**
 * What a benchmark consists of: cases, and the limits of the machine that they are compared with. Letters: M N K sizes
 * of a matrix product. Does not know how time is measured (measure.ts) or how results are shown.
 */
import { type Tensor, record } from "lanegrad";

/** The groups of `lanegrad bench`, in the order in which `all` runs them. */
export const groups = [
  "gemm",
  "dense",
  "conv",
  "cnn",
  "recurrent",
  "attention",
  "seq2seq",
  "words",
  "speech",
  "elementwise",
  "minimize",
  "tiny",
  "startup",
  "threads",
] as const;

/** A group of benchmarks. */
export type Group = (typeof groups)[number];

/** Runs for some microseconds at the machine's limit. @returns how much was done */
export type LimitLoop = () => number;

/** The machine's limits, on all threads, at the width of the kernels. */
export interface Limits {
  /** Multiply-adds on registers. @returns floating-point operations */
  readonly multiplyAdds: LimitLoop;
  /** A copy of memory, 16 MB in total. @returns bytes read and written */
  readonly copy: LimitLoop;
}

/** A matrix product C (M, N) = op(A) (M, K) · op(B) (K, N), or the largest one of several. */
export interface Product {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** Whether the operand is stored transposed. */
  readonly transA: boolean;
  readonly transB: boolean;
}

/** The amount of work in one run. */
export interface Work {
  /** Floating-point operations; the limit is then the multiply-adds. */
  readonly flops?: number;
  /** Bytes that must at least be read and written; without flops the limit is the copy. */
  readonly bytes?: number;
  /** Equal parts whose time is reported in nanoseconds: elements, kernel calls. */
  readonly parts?: number;
  /** Seconds of sound: how much faster than it plays is reported. */
  readonly sound?: number;
}

/** A case that is ready to run. */
export interface Prepared {
  /** Runs it once. */
  readonly run: () => void;
  /** Runs it and compares the result with float64 arithmetic. @throws {WrongResultError} when they differ */
  readonly check: () => void;
  readonly dispose: () => void;
}

/** Something whose speed is measured. */
export interface Case {
  readonly group: Group;
  readonly name: string;
  readonly product?: Product;
  readonly work: Work;
  /** Makes operands and recordings. */
  readonly prepare: () => Prepared;
}

/** A recorded computation as a case: see {@link replaying}. */
export interface Computation {
  /** The tensors that it works on, freed together with it. */
  readonly inputs: readonly Tensor[];
  readonly compute: () => Tensor;
  /** Compares the result with float64 arithmetic. @throws {WrongResultError} when they differ */
  readonly check: (result: ArrayLike<number>) => void;
}

/** Records a computation, as `fit` and `predict` do; what is timed and checked is the replay. */
export function replaying({ inputs, compute, check }: Computation): Prepared {
  const recording = record(compute);
  const { result } = recording;
  return {
    run: () => recording.replay(),
    check() {
      result.assign(new Float32Array(result.size).fill(NaN)); // elements that the replay does not write stay NaN
      recording.replay();
      check(result.toTypedArray());
    },
    dispose() {
      recording.dispose();
      for (const tensor of [result, ...inputs]) tensor.dispose();
    },
  };
}
