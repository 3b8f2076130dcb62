/**
 * What the table of ops is made of: a row for each op. The rows stand in rows/, the guarantees in check.ts.
 * A file of rows is typed by the files whose ops it covers, so that an op of these without a row does not compile.
 */
import type { LanegradError } from "../../src/errors.js";
import type { Op } from "../../src/ops/defineOp.js";
import type { Random } from "../../src/tensor/random.js";
import type { Bound } from "../support/compare.js";
import type { Operand } from "../support/operands.js";

/** One call of an op. */
export interface Sample<A> {
  readonly title: string;
  readonly inputs: readonly Operand[];
  readonly attributes: A;
}

/** A call that must be refused. */
export interface Refusal {
  readonly call: () => unknown;
  readonly error: abstract new (...args: any) => LanegradError;
  /** The whole message. */
  readonly text: string;
}

/** What an op promises. */
export interface Row<A> {
  /** Calls at sizes around the vector or the tile, with an empty batch, and whatever else the op distinguishes. */
  samples(random: Random): readonly Sample<A>[];
  /** The outputs in float64 by plain loops, without those that an op keeps for its own backward pass (they come last). */
  reference(inputs: readonly Operand[], attributes: A): readonly Operand[];
  readonly bound: Bound;
  /** Default: ten times `bound`. */
  readonly gradientBound?: Bound;
  readonly refusals: readonly Refusal[];
  /** Floating-point operations of a forward pass. */
  flops(inputs: readonly Operand[], attributes: A): number;
}

/** A row for every op that the module `M` exports, under the name of the op. */
export type Rows<M> = {
  readonly [K in keyof M as M[K] extends Op<infer _A> ? K : never]: Row<M[K] extends Op<infer A> ? A : never>;
};
