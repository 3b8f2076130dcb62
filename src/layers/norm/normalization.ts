/**
 * Layers that normalise: batch, layer and group normalisation. Letters: N batch, C channels, the last axis.
 * Sources: Ioffe & Szegedy 2015; Ba, Kiros, Hinton 2016; Wu & He 2018. Options and defaults are Keras's.
 */
import { ShapeError, UsageError, message, show } from "../../errors.js";
import type { Initializer } from "../../initializers/initializer.js";
import { ones, zeros } from "../../initializers/index.js";
import { type Activation, checkActivation } from "../../ops/pointwise/activate.js";
import { batchNorm, batchNormWith, checkGroups, groupNorm } from "../../ops/norm/batchNorm.js";
import { layerNorm } from "../../ops/norm/layerNorm.js";
import { updateAverage } from "../../ops/inPlace/movingAverages.js";
import { checkBoolean, checkNumber } from "../../options.js";
import type { Regularizer } from "../../regularizers/regularizer.js";
import { type Shape, normalizeAxis, showShape, sizeOf } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type CallContext, Layer, type LayerOptions, type Parameter, oneInput } from "../layer.js";
import { maskedBatchNorm, maskedGroupNorm, maskedLayerNorm } from "../mask/maskedNorm.js";
import { checkInitializer, checkLayerOptions, checkRegularizer } from "../options.js";

/** Options of all of them. */
export interface NormalizationOptions extends LayerOptions {
  /** ε, added to the variance, > 0. Default 1e-3. */
  readonly epsilon?: number;
  /** False leaves β out. Default true. */
  readonly center?: boolean;
  /** False leaves γ out. Default true. */
  readonly scale?: boolean;
  /** Default zeros(). */
  readonly betaInitializer?: Initializer;
  /** Default ones(). */
  readonly gammaInitializer?: Initializer;
  readonly betaRegularizer?: Regularizer;
  readonly gammaRegularizer?: Regularizer;
}

/** Options of {@link batchNormalization}. */
export interface BatchNormalizationOptions extends NormalizationOptions {
  /** f, after the shift. "relu" costs no pass of its own. Default "linear". */
  readonly activation?: Activation;
  /** How much of the moving mean and variance a training step keeps, in [0, 1]. Default 0.99. */
  readonly momentum?: number;
  /** Default zeros(). */
  readonly movingMeanInitializer?: Initializer;
  /** Default ones(). */
  readonly movingVarianceInitializer?: Initializer;
}

/** Options of {@link layerNormalization}. */
export interface LayerNormalizationOptions extends NormalizationOptions {
  /** The axes that are normalised together, counted with the batch as axis 0: the last one, or the last few. Default −1. */
  readonly axis?: number | readonly number[];
}

/** Options of {@link groupNormalization}. */
export interface GroupNormalizationOptions extends NormalizationOptions {
  /** Groups of neighbouring channels, a divisor of C. Default 32. */
  readonly groups?: number;
}

/**
 * In training each channel has mean 0 and variance 1 over the batch, y = f(γ (x − mean) / √(variance + ε) + β), and the moving mean and variance approach
 * those of the batch; otherwise, and where the layer is frozen, the moving ones are used. Steps that the operand's mask leaves out have no part in mean and
 * variance.
 *
 * x (N, …, C) → y of the same shape; parameters gamma, beta (C) and, not trained by gradients, movingMean, movingVariance (C).
 * Errors: UsageError for an option; ShapeError, in training, for a batch with a single value in each channel.
 */
export function batchNormalization(options: BatchNormalizationOptions = {}): Layer {
  return new BatchNormalization(options);
}

/**
 * Each sample, or each step of it, has mean 0 and variance 1 over the last axis or the last few; then each element is scaled by γ and shifted by β.
 * Where time is among the axes, the steps that the operand's mask leaves out have no part in mean and variance.
 * x (N, …) → y of the same shape; parameters gamma and beta of the shape of the axes.
 * Errors: UsageError for an option; ShapeError for axes that are not the last ones.
 */
export function layerNormalization(options: LayerNormalizationOptions = {}): Layer {
  return new LayerNormalization(options);
}

/**
 * Each group of channels of a sample has mean 0 and variance 1 over the steps that count; then each channel is scaled by γ and shifted by β.
 * x (N, …, C) → y of the same shape; parameters gamma and beta (C).
 * Errors: UsageError for an option or groups that do not divide C; ShapeError where a group has a single value.
 */
export function groupNormalization(options: GroupNormalizationOptions = {}): Layer {
  return new GroupNormalization(options);
}

const ownOptions = [
  ...["epsilon", "center", "scale", "betaInitializer", "gammaInitializer", "betaRegularizer", "gammaRegularizer"],
];

/** γ, β and ε. */
abstract class Normalization extends Layer {
  protected readonly epsilon: number;
  readonly #options: NormalizationOptions;
  #gamma: Parameter | undefined;
  #beta: Parameter | undefined;

  constructor(kind: string, options: NormalizationOptions, further: readonly string[]) {
    super(options);
    checkLayerOptions(kind, options, [...ownOptions, ...further]);
    this.epsilon = options.epsilon ?? 1e-3;
    checkNumber(kind, "epsilon", this.epsilon, "(0, ∞)");
    for (const name of ["center", "scale"] as const) checkBoolean(kind, name, options[name] ?? true);
    for (const name of ["betaInitializer", "gammaInitializer"] as const) checkInitializer(kind, name, options[name]);
    for (const name of ["betaRegularizer", "gammaRegularizer"] as const) checkRegularizer(kind, name, options[name]);
    this.#options = options;
  }

  override get options(): Readonly<Record<string, unknown>> {
    const {
      center = true,
      scale = true,
      betaInitializer,
      gammaInitializer,
      betaRegularizer,
      gammaRegularizer,
    } = this.#options;
    return {
      epsilon: this.epsilon,
      center,
      scale,
      betaInitializer: (betaInitializer ?? zeros()).config,
      gammaInitializer: (gammaInitializer ?? ones()).config,
      ...(betaRegularizer && { betaRegularizer: betaRegularizer.config }),
      ...(gammaRegularizer && { gammaRegularizer: gammaRegularizer.config }),
    };
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    const shape = oneInput(this.kind, inputShapes);
    if (shape.length > 0) return shape;
    throw new ShapeError(message(this.kind, "no channel axis", { expected: "[N, …, C]", got: showShape(["N"]) }));
  }

  /** Declares γ and β. */
  protected declareAffine(shape: Shape): void {
    const {
      center = true,
      scale = true,
      betaInitializer,
      gammaInitializer,
      betaRegularizer,
      gammaRegularizer,
    } = this.#options;
    const decays = false;
    if (scale) {
      const initializer = gammaInitializer ?? ones();
      this.#gamma = this.declare({ name: "gamma", shape, initializer, regularizer: gammaRegularizer, decays });
    }
    if (center) {
      const initializer = betaInitializer ?? zeros();
      this.#beta = this.declare({ name: "beta", shape, initializer, regularizer: betaRegularizer, decays });
    }
  }

  /** γ, β and ε for an op. */
  protected get affine(): {
    readonly gamma: Tensor | undefined;
    readonly beta: Tensor | undefined;
    readonly epsilon: number;
  } {
    return { gamma: this.#gamma?.value, beta: this.#beta?.value, epsilon: this.epsilon };
  }
}

class BatchNormalization extends Normalization {
  readonly kind = "batchNormalization";
  readonly #activation: Activation;
  readonly #momentum: number;
  readonly #meanInitializer: Initializer;
  readonly #varianceInitializer: Initializer;
  #movingMean!: Parameter;
  #movingVariance!: Parameter;

  constructor(options: BatchNormalizationOptions) {
    const names = ["activation", "momentum", "movingMeanInitializer", "movingVarianceInitializer"];
    super("batchNormalization", options, names);
    this.#activation = options.activation ?? "linear";
    checkActivation("batchNormalization", this.#activation);
    this.#momentum = options.momentum ?? 0.99;
    checkNumber("batchNormalization", "momentum", this.#momentum, "[0, 1]");
    for (const name of ["movingMeanInitializer", "movingVarianceInitializer"] as const) {
      checkInitializer("batchNormalization", name, options[name]);
    }
    this.#meanInitializer = options.movingMeanInitializer ?? zeros();
    this.#varianceInitializer = options.movingVarianceInitializer ?? ones();
  }

  override get options(): Readonly<Record<string, unknown>> {
    return {
      ...super.options,
      activation: this.#activation,
      momentum: this.#momentum,
      movingMeanInitializer: this.#meanInitializer.config,
      movingVarianceInitializer: this.#varianceInitializer.config,
    };
  }

  override checkBatch(rows: number, [shape]: readonly Shape[]): void {
    if (this.isFrozen || rows * sizeOf(shape.slice(0, -1)) > 1) return;
    const hint =
      "Choose a batchSize that leaves 2 samples or more for the last batch of an epoch, leave out a sample, or freeze the layer.";
    const [expected, got] = ["2 or more values in each channel in every batch", `1 in a batch of ${rows}`];
    throw new ShapeError(message(this.kind, "no variance can be taken in training", { expected, got, hint }));
  }

  protected override build(inputShapes: readonly Shape[]): void {
    const shape = [oneInput(this.kind, inputShapes).at(-1)!];
    this.declareAffine(shape);
    const state = { shape, trainable: false, decays: false };
    this.#movingMean = this.declare({ ...state, name: "movingMean", initializer: this.#meanInitializer });
    this.#movingVariance = this.declare({ ...state, name: "movingVariance", initializer: this.#varianceInitializer });
  }

  override get stepwiseFrom(): number {
    return 3;
  }

  override call([x]: readonly Tensor[], { training, masks, rows }: CallContext): Tensor {
    const [movingMean, movingVariance] = [this.#movingMean.value, this.#movingVariance.value];
    const options = { ...this.affine, activation: this.#activation };
    if (!training || this.isFrozen) return batchNormWith(x, movingMean, movingVariance, options);
    const mask = x.rank < this.stepwiseFrom ? rows : (masks[0] ?? rows);
    const { y, mean, variance } =
      mask === undefined
        ? batchNorm(x, options)
        : maskedBatchNorm(x, mask, options, { mean: movingMean, variance: movingVariance });
    updateAverage(movingMean, mean, this.#momentum);
    updateAverage(movingVariance, variance, this.#momentum);
    mean.dispose();
    variance.dispose();
    return y;
  }
}

class LayerNormalization extends Normalization {
  readonly kind = "layerNormalization";
  readonly #axis: number | readonly number[];

  constructor(options: LayerNormalizationOptions) {
    super("layerNormalization", options, ["axis"]);
    this.#axis = options.axis ?? -1;
    const list: readonly unknown[] = Array.isArray(this.#axis) ? this.#axis : [this.#axis];
    if (list.length > 0 && list.every((axis) => Number.isInteger(axis) && axis !== 0)) return;
    const expected = "integers other than 0, the batch";
    throw new UsageError(message(this.kind, "axis out of range", { expected, got: show(options.axis) }));
  }

  override get options(): Readonly<Record<string, unknown>> {
    return { ...super.options, axis: this.#axis };
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    this.#lastAxes(super.outputShape(inputShapes));
    return oneInput(this.kind, inputShapes);
  }

  /** How many of the last axes. */
  #lastAxes(shape: Shape): number {
    const rank = shape.length + 1;
    const axes = new Set([this.#axis].flat().map((axis) => normalizeAxis(this.kind, axis, rank)));
    const count = axes.size;
    if (!axes.has(0) && [...axes].every((axis) => axis >= rank - count)) return count;
    const expected = `the last axes of x ${showShape(["N", ...shape])}`;
    throw new ShapeError(message(this.kind, "axes cannot be normalised", { expected, got: show(this.#axis) }));
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

class GroupNormalization extends Normalization {
  readonly kind = "groupNormalization";
  readonly #groups: number;

  constructor(options: GroupNormalizationOptions) {
    super("groupNormalization", options, ["groups"]);
    this.#groups = options.groups ?? 32;
    checkNumber("groupNormalization", "groups", this.#groups, "[1, ∞)");
  }

  override get options(): Readonly<Record<string, unknown>> {
    return { ...super.options, groups: this.#groups };
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    const shape = super.outputShape(inputShapes);
    checkGroups(this.kind, this.#groups, shape.at(-1)!);
    return shape;
  }

  protected override build(inputShapes: readonly Shape[]): void {
    this.declareAffine([oneInput(this.kind, inputShapes).at(-1)!]);
  }

  override get stepwiseFrom(): number {
    return 3;
  }

  override call([x]: readonly Tensor[], { masks: [mask] }: CallContext): Tensor {
    if (mask === undefined || x.rank < this.stepwiseFrom) return groupNorm(x, this.#groups, this.affine);
    return maskedGroupNorm(x, mask, this.#groups, this.affine);
  }
}
