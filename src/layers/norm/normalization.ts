/**
 * Layers that normalise: batch, layer and group normalisation. Letters: N batch, C channels, the last axis.
 * Sources: Ioffe & Szegedy 2015; Ba, Kiros, Hinton 2016; Wu & He 2018. Options and defaults are Keras's.
 */
import type { Constraint } from "../../constraints/constraint.js";
import { ShapeError, UsageError, message, show } from "../../errors.js";
import type { Initializer } from "../../initializers/initializer.js";
import { ones, zeros } from "../../initializers/index.js";
import type { Activation } from "../../ops/pointwise/activate.js";
import { batchNorm, batchNormWith, checkGroups, groupNorm } from "../../ops/norm/batchNorm.js";
import { layerNorm } from "../../ops/norm/layerNorm.js";
import { updateAverage } from "../../ops/inPlace/movingAverages.js";
import { type Option, type Values, flag, number } from "../../options.js";
import type { Regularizer } from "../../regularizers/regularizer.js";
import { type Shape, normalizeAxis, showShape, sizeOf } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { CallContext } from "../callContext.js";
import { type Layer, type LayerOptions, oneInput } from "../layer.js";
import type { Parameter } from "../parameter.js";
import { maskedBatchNorm, maskedGroupNorm, maskedLayerNorm } from "../mask/maskedNorm.js";
import {
  type Initialized,
  type LayerTable,
  TableLayer,
  activation,
  constraint,
  initializer,
  regularizer,
} from "../tableLayer.js";
import { isListOf } from "../../lists.js";

/** Options of all normalisation layers. */
export interface NormalizationOptions extends LayerOptions {
  /** ε, added to the variance, > 0. Default 1e-3. */
  readonly epsilon?: number;
  /** False leaves out β. Default true. */
  readonly center?: boolean;
  /** False leaves out γ. Default true. */
  readonly scale?: boolean;
  /** Default zeros(). */
  readonly betaInitializer?: Initializer | string;
  /** Default ones(). */
  readonly gammaInitializer?: Initializer | string;
  readonly betaRegularizer?: Regularizer | string;
  readonly betaConstraint?: Constraint | string;
  readonly gammaRegularizer?: Regularizer | string;
  readonly gammaConstraint?: Constraint | string;
}

/** Options of {@link batchNormalization}. */
export interface BatchNormalizationOptions extends NormalizationOptions {
  /** f, applied after the shift. "relu" needs no extra pass. Default "linear". */
  readonly activation?: Activation;
  /** The fraction of the moving mean and variance that a training step keeps, in [0, 1]. Default 0.99. */
  readonly momentum?: number;
  /** Default zeros(). */
  readonly movingMeanInitializer?: Initializer | string;
  /** Default ones(). */
  readonly movingVarianceInitializer?: Initializer | string;
}

/** Options of {@link layerNormalization}. */
export interface LayerNormalizationOptions extends NormalizationOptions {
  /**
   * The axes that are normalised together, counted with the batch as axis 0: the last one, or the last few. Default −1.
   */
  readonly axis?: number | readonly number[];
}

/** Options of {@link groupNormalization}. */
export interface GroupNormalizationOptions extends NormalizationOptions {
  /** The number of groups of neighbouring channels, a divisor of C. Default 32. */
  readonly groups?: number;
}

const affineTable = {
  epsilon: number("(0, ∞)", 1e-3),
  center: flag(true),
  scale: flag(true),
  betaInitializer: initializer(zeros),
  gammaInitializer: initializer(ones),
  betaRegularizer: regularizer,
  betaConstraint: constraint,
  gammaRegularizer: regularizer,
  gammaConstraint: constraint,
} satisfies LayerTable<NormalizationOptions>;

const batchTable = {
  ...affineTable,
  activation: activation("linear"),
  momentum: number("[0, 1]", 0.99),
  movingMeanInitializer: initializer(zeros),
  movingVarianceInitializer: initializer(ones),
} satisfies LayerTable<BatchNormalizationOptions>;

const axis: Option<number | readonly number[]> = (op, _name, value = -1) => {
  const list: unknown = Array.isArray(value) ? value : [value];
  if (isListOf(list, (one) => Number.isInteger(one) && one !== 0) && list.length > 0) return value as number;
  const expected = "integers other than 0 (the batch axis)";
  throw new UsageError(message(op, "axis is out of range", { expected, got: show(value) }));
};

const layerTable = { ...affineTable, axis } satisfies LayerTable<LayerNormalizationOptions>;
const groupTable = { ...affineTable, groups: number("[1, ∞)", 32) } satisfies LayerTable<GroupNormalizationOptions>;

/**
 * In training normalises each channel to mean 0 and variance 1 over the batch, y = f(γ
 * (x − mean) / √(variance + ε) + β), and moves the moving mean and variance towards those of the batch. Otherwise, and
 * when the layer is frozen, it uses the moving ones. Masked steps do not contribute to mean and variance.
 *
 * x (N, …, C) → y of the same shape; parameters gamma, beta (C) and, not trained by gradients, movingMean,
 * movingVariance (C).
 * @throws {UsageError} when an option is unknown or out of range
 * @throws {ShapeError} in training, when a batch has a single value in each channel
 */
export function batchNormalization(options: BatchNormalizationOptions = {}): Layer {
  return new BatchNormalization("batchNormalization", options, batchTable);
}

/**
 * Normalises each sample, or each step of it, to mean 0 and variance 1 over the last axis or the last few; then scales
 * each element by γ and shifts it by β. If time is among the axes, masked steps do not contribute to mean and variance.
 * x (N, …) → y of the same shape; parameters gamma and beta have the shape of the axes.
 * @throws {UsageError} when an option is unknown or out of range
 * @throws {ShapeError} when the axes are not the last ones
 */
export function layerNormalization(options: LayerNormalizationOptions = {}): Layer {
  return new LayerNormalization("layerNormalization", options, layerTable);
}

/**
 * Normalises each group of channels of a sample to mean 0 and variance 1 over the steps that count; then scales each
 * channel by γ and shifts it by β. x (N, …, C) → y of the same shape; parameters gamma and beta (C).
 * @throws {UsageError} when an option is out of range, or groups does not divide C
 * @throws {ShapeError} when a group has a single value
 */
export function groupNormalization(options: GroupNormalizationOptions = {}): Layer {
  return new GroupNormalization("groupNormalization", options, groupTable);
}

/** The base class: γ, β and ε. */
abstract class Normalization<V extends Values<typeof affineTable>> extends TableLayer<V> {
  #gamma: Parameter | undefined;
  #beta: Parameter | undefined;

  override outputShape(inputShapes: readonly Shape[]): Shape {
    const shape = oneInput(this.kind, inputShapes);
    if (shape.length > 0) return shape;
    throw new ShapeError(
      message(this.kind, "the input has no channel axis", { expected: "[N, …, C]", got: showShape(["N"]) }),
    );
  }

  /** Declares γ and β. */
  protected declareAffine(shape: Shape): void {
    const declare = (name: string): Parameter => this.parameter(name as Initialized<V>, shape, { decays: false });
    if (this.given.scale) this.#gamma = declare("gamma");
    if (this.given.center) this.#beta = declare("beta");
  }

  /** γ, β and ε for an op. */
  protected get affine(): {
    readonly gamma: Tensor | undefined;
    readonly beta: Tensor | undefined;
    readonly epsilon: number;
  } {
    return { gamma: this.#gamma?.value, beta: this.#beta?.value, epsilon: this.given.epsilon };
  }
}

class BatchNormalization extends Normalization<Values<typeof batchTable>> {
  #movingMean!: Parameter;
  #movingVariance!: Parameter;

  override checkBatch(rows: number, [shape]: readonly Shape[]): void {
    if (this.isFrozen || rows * sizeOf(shape.slice(0, -1)) > 1) return;
    const hint =
      "Choose a batchSize that leaves 2 samples or more for the last batch of an epoch, leave out a sample, or freeze the layer.";
    const [expected, got] = ["2 or more values in each channel in every batch", `1 in a batch of ${rows}`];
    throw new ShapeError(message(this.kind, "one value has no variance to train with", { expected, got, hint }));
  }

  protected override build(inputShapes: readonly Shape[]): void {
    const shape = [oneInput(this.kind, inputShapes).at(-1)!];
    this.declareAffine(shape);
    const state = { trainable: false, decays: false };
    this.#movingMean = this.parameter("movingMean", shape, state);
    this.#movingVariance = this.parameter("movingVariance", shape, state);
  }

  override get stepwiseFrom(): number {
    return 3;
  }

  override call([x]: readonly Tensor[], { training, masks, rows }: CallContext): Tensor {
    const [movingMean, movingVariance] = [this.#movingMean.value, this.#movingVariance.value];
    const { activation, momentum } = this.given;
    const options = { ...this.affine, activation };
    if (!training || this.isFrozen) return batchNormWith(x, movingMean, movingVariance, options);
    const mask = x.rank < this.stepwiseFrom ? rows : (masks[0] ?? rows);
    const { y, mean, variance } =
      mask === undefined
        ? batchNorm(x, options)
        : maskedBatchNorm(x, mask, options, { mean: movingMean, variance: movingVariance });
    updateAverage(movingMean, mean, momentum);
    updateAverage(movingVariance, variance, momentum);
    mean.dispose();
    variance.dispose();
    return y;
  }
}

class LayerNormalization extends Normalization<Values<typeof layerTable>> {
  override outputShape(inputShapes: readonly Shape[]): Shape {
    this.#lastAxes(super.outputShape(inputShapes));
    return oneInput(this.kind, inputShapes);
  }

  /** The number of last axes that are normalised. */
  #lastAxes(shape: Shape): number {
    const rank = shape.length + 1;
    const axes = new Set([this.given.axis].flat().map((axis) => normalizeAxis(this.kind, axis, rank)));
    const count = axes.size;
    if (!axes.has(0) && [...axes].every((axis) => axis >= rank - count)) return count;
    const expected = `the last axes of x ${showShape(["N", ...shape])}`;
    throw new ShapeError(
      message(this.kind, "only the last axes can be normalised", { expected, got: show(this.given.axis) }),
    );
  }

  protected override build(inputShapes: readonly Shape[]): void {
    const shape = oneInput(this.kind, inputShapes);
    this.declareAffine(shape.slice(-this.#lastAxes(shape)));
  }

  override get stepwiseFrom(): number {
    return 2;
  }

  override call([x]: readonly Tensor[], { masks: [mask] }: CallContext): Tensor {
    const axes = this.#lastAxes(x.shape.slice(1));
    if (mask === undefined || axes < x.rank - 1) return layerNorm(x, { ...this.affine, axes });
    return maskedLayerNorm(x, mask, this.affine); // time is among the axes
  }
}

class GroupNormalization extends Normalization<Values<typeof groupTable>> {
  override outputShape(inputShapes: readonly Shape[]): Shape {
    const shape = super.outputShape(inputShapes);
    checkGroups(this.kind, this.given.groups, shape.at(-1)!);
    return shape;
  }

  protected override build(inputShapes: readonly Shape[]): void {
    this.declareAffine([oneInput(this.kind, inputShapes).at(-1)!]);
  }

  override get stepwiseFrom(): number {
    return 3;
  }

  override call([x]: readonly Tensor[], { masks: [mask] }: CallContext): Tensor {
    if (mask === undefined || x.rank < this.stepwiseFrom) return groupNorm(x, this.given.groups, this.affine);
    return maskedGroupNorm(x, mask, this.given.groups, this.affine);
  }
}
