/**
 * The block that transformers repeat: attention, then two dense layers for each step, each behind a layer normalisation
 * and added to what went in (pre-norm). Letters: N batch, T steps, F features, H heads.
 * Sources: Vaswani et al. 2017; normalisation in front and GELU as in GPT-2 (Radford et al. 2019).
 */
import { ShapeError, UsageError, checkKeys, message, show } from "../../errors.js";
import type { Initializer } from "../../initializers/initializer.js";
import { multiHeadAttention } from "../../layers/attention/multiHeadAttention.js";
import { add } from "../../layers/core/merge.js";
import { dense } from "../../layers/core/dense.js";
import { dropout as dropoutLayer } from "../../layers/core/dropout.js";
import { SymbolicTensor } from "../../layers/layer.js";
import { layerNormalization } from "../../layers/norm/normalization.js";
import { type Activation, checkActivation } from "../../ops/pointwise/activate.js";
import { checkInteger, checkNumber } from "../../options.js";

/** Options of {@link transformerBlock}. */
export interface TransformerBlockOptions {
  /** H ≥ 1, a divisor of F. */
  readonly heads: number;
  /** Units of the first of both dense layers. Default 4F. */
  readonly units?: number;
  /** Of the first of both dense layers. Default "gelu". */
  readonly activation?: Activation;
  /** Fraction dropped in training: of the weights of attention, and of what each half adds. Default 0. */
  readonly dropout?: number;
  /** True: step i sees the steps 0 … i alone. Default false. */
  readonly causal?: boolean;
  /** True turns queries and keys by their positions (rotary embedding). Default false. */
  readonly rotary?: boolean;
  /** A sequence (N, Tk, F′) that the steps look at between both halves, as a decoder looks at what its encoder gives. */
  readonly memory?: SymbolicTensor;
  /** Of all kernels. Default: that of each layer, glorotUniform(). */
  readonly kernelInitializer?: Initializer | string;
  /** Of the kernel of the last dense layer, which ends in a sum. Default: as the others. */
  readonly residualInitializer?: Initializer | string;
}

const names: readonly (keyof TransformerBlockOptions)[] = [
  ...(["heads", "units", "activation", "dropout", "causal", "rotary", "memory"] as const),
  ...(["kernelInitializer", "residualInitializer"] as const),
];

/**
 * x → x + attention(norm x) → x + dense(activation(dense(norm x))), with steps that look at a memory between them if
 * there is one. A function of symbols, so that a model is made of blocks by a loop.
 *
 * x (N, T, F) → (N, T, F). A last normalisation is due after the last block.
 * @throws {UsageError} for an option, or an x that is not symbolic
 * @throws {ShapeError} unless x is a sequence of vectors that the heads divide
 */
export function transformerBlock(x: SymbolicTensor, options: TransformerBlockOptions): SymbolicTensor {
  const op = "transformerBlock";
  checkKeys(op, options, names);
  for (const symbol of [x, options.memory ?? x]) {
    if (symbol instanceof SymbolicTensor) continue;
    const hint = "Begin with layers.input({ shape: [T, F] }).";
    throw new UsageError(message(op, "the input is not a symbolic tensor", { got: show(symbol), hint }));
  }
  const { heads, activation = "gelu", dropout = 0, causal = false, rotary = false, memory } = options;
  const { kernelInitializer, residualInitializer = kernelInitializer } = options;
  const F = x.shape.length === 2 ? x.shape[1] : null;
  if (F === null) {
    const expected = "a sequence of vectors (N, T, F)";
    throw new ShapeError(message(op, "the input does not fit", { expected, got: show(x.shape) }));
  }
  const { units = 4 * F } = options;
  checkInteger(op, "heads", heads, "[1, ∞)");
  checkInteger(op, "units", units, "[1, ∞)");
  checkActivation(op, activation);
  checkNumber(op, "dropout", dropout, "[0, 1)");
  if (F % heads !== 0) {
    const hint = "Each head sees an equal part of them.";
    const [expected, got] = [`a divisor of the ${F} features`, String(heads)];
    throw new ShapeError(message(op, "heads does not fit", { expected, got, hint }));
  }
  const initial = kernelInitializer === undefined ? {} : { kernelInitializer };
  const residual = residualInitializer === undefined ? {} : { kernelInitializer: residualInitializer };
  const norm = (from: SymbolicTensor): SymbolicTensor => layerNormalization({ epsilon: 1e-5 }).apply(from);
  const plus = (to: SymbolicTensor, from: SymbolicTensor): SymbolicTensor =>
    add().apply([to, dropout > 0 ? dropoutLayer({ rate: dropout }).apply(from) : from]);
  const attention = { heads, keyDim: F / heads, dropout, ...initial };

  let y = plus(x, multiHeadAttention({ ...attention, causal, rotary }).apply(norm(x)));
  if (memory !== undefined) y = plus(y, multiHeadAttention(attention).apply([norm(y), memory]));
  const hidden = dense({ units, activation, ...initial }).apply(norm(y));
  return plus(y, dense({ units: F, ...residual }).apply(hidden));
}
