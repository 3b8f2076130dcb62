/**
 * What the table of ops is made of: a row an op. The rows stand in the files beside this one, the guarantees in check.ts.
 * The table is typed by the exports of src/ops, so that an op without a row does not compile.
 */
import type { LanegradError } from "../../src/errors.js";
import type { Op } from "../../src/ops/defineOp.js";
import type * as ops from "../../src/ops/index.js";
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

type Ops = typeof ops;

/** Names of the exports of src/ops that are ops. */
export type OpName = { [K in keyof Ops]: Ops[K] extends Op<infer _A> ? K : never }[keyof Ops];

/** A row for every op. */
export type Table = { readonly [K in OpName]: Row<Ops[K] extends Op<infer A> ? A : never> };
