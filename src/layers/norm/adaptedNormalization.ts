/**
 * Features on one scale by a mean and a variance that are known before training: given as options, or taken from data
 * by adapt. They are weights that no training changes, saved with the model. Options and defaults are Keras's. Letters:
 * N batch, C channels, the last axis.
 */
import { ShapeError, UsageError, message, show } from "../../errors.js";
import type { Initializer } from "../../initializers/initializer.js";
import { add, div, maximum, mul, sub } from "../../ops/pointwise/arithmetic.js";
import { sqrt } from "../../ops/pointwise/unary.js";
import { type Option, type Values, flag } from "../../options.js";
import { unrecorded } from "../../tensor/record.js";
import { flatten } from "../../tensor/nested.js";
import { type Shape, fitsShape, normalizeAxis, sameShape, sampleShape, showShape, sizeOf } from "../../tensor/shape.js";
import { Tensor, type TensorValues } from "../../tensor/tensor.js";
import { type Layer, type LayerOptions, oneInput } from "../layer.js";
import type { Parameter } from "../parameter.js";
import { type LayerTable, TableLayer } from "../tableLayer.js";

/** Numbers for all features, or one for each of the kept axes, row-major. */
type Statistic = number | readonly number[];

/** Options of {@link normalization}. */
export interface AdaptedNormalizationOptions extends LayerOptions {
  /**
   * The axes whose features each have a mean and a variance of their own, counted with the batch as axis 0; null: all
   * values have one of each. Default −1, the last.
   */
  readonly axis?: number | readonly number[] | null;
  /** Means, in place of {@link AdaptableLayer.adapt}; with `variance`. */
  readonly mean?: Statistic;
  /** Variances ≥ 0, with `mean`. */
  readonly variance?: Statistic;
  /** Undo what the same layer without `invert` does: y = x · √variance + mean. Default false. */
  readonly invert?: boolean;
}

/** A layer that takes what it needs to know from data before training. */
export interface AdaptableLayer extends Layer {
  /**
   * Takes mean and variance of these data, in place of those before. Call it before or after the layer is in a model.
   *
   * @param x  (N, …), or (N) samples of one number, as fit takes it: a tensor, nested arrays, or, once the layer is in a model, a typed array. uint8
   *           is read as fractions of 255
   * @throws {ShapeError} for data that do not fit the layer, hold a value that is not finite, or have a variance beyond
   *   float32
   * @throws {UsageError} when mean and variance are options
   */
  adapt(x: Tensor | TensorValues): void;
}

const axis: Option<number | readonly number[] | null> = (op, _name, value = -1) => {
  const list: readonly unknown[] = value === null ? [] : [value].flat();
  const isRight = value === null || (list.length > 0 && list.every((one) => Number.isInteger(one) && one !== 0));
  if (isRight) return value as number;
  const expected = "integers other than 0, the batch, or null";
  throw new UsageError(message(op, "axis out of range", { expected, got: show(value) }));
};

const statistic =
  (least: number): Option<Statistic | undefined> =>
  (op, name, value) => {
    const list: readonly unknown[] = [value].flat();
    const isRight =
      list.length > 0 &&
      list.every((one) => typeof one === "number" && Number.isFinite(Math.fround(one)) && one >= least);
    if (value === undefined || isRight) return value as Statistic;
    const expected = `numbers${least === 0 ? " ≥ 0" : ""}`;
    throw new UsageError(message(op, `${name} is out of range`, { expected, got: show(value) }));
  };

const table = {
  axis,
  mean: statistic(-Infinity),
  variance: statistic(0),
  invert: flag(false),
} satisfies LayerTable<AdaptedNormalizationOptions>;

/**
 * y = (x − mean) / max(√variance, 1e-7), with the mean and variance of each feature that `adapt` takes from data or
 * that are given. Without either it refuses to compute: fit, evaluate, predict and call throw.
 * A feature that is constant in the data of `adapt` gets variance 1, so that it becomes 0 there and not 1e7 times what
 * it is off elsewhere, as in Keras.
 *
 * x (N, …) → y of the same shape; parameters mean and variance of the shape of the axes, not trained.
 *
 * ```ts
 * const scaled = layers.normalization();
 * scaled.adapt(train.x);
 * const model = sequential([scaled, layers.dense({ units: 16, activation: "relu" }), layers.dense({ units: 1 })]);
 * ```
 * @throws {UsageError} for an option, or one of mean and variance alone; by what calls the layer, where it was given
 *   neither data by adapt, nor options, nor weights of a file
 * @throws {ShapeError} for axes that x does not have, and other numbers of them than features
 */
export function normalization(options: AdaptedNormalizationOptions = {}): AdaptableLayer {
  return new AdaptedNormalization(options);
}

/** What mean and variance are filled with where nothing is known of the data, and what a file then has. */
const blank = NaN;

/** √variance is at least this, as in Keras. */
const leastDeviation = 1e-7;

class AdaptedNormalization extends TableLayer<Values<typeof table>> implements AdaptableLayer {
  #mean: Parameter | undefined;
  #variance: Parameter | undefined;
  /** Shape of a sample that the layer was built for. */
  #sampleShape: Shape | undefined;
  /** True until it is certain that mean and variance are known. */
  #isBlank = true;
  #adapted: { readonly shape: Shape; readonly mean: Float32Array; readonly variance: Float32Array } | undefined;

  constructor(options: AdaptedNormalizationOptions) {
    super("normalization", options, table);
    const { mean, variance } = this.given;
    if ((mean === undefined) === (variance === undefined)) return;
    const got = mean === undefined ? "variance alone" : "mean alone";
    throw new UsageError(message(this.kind, "mean and variance go together", { expected: "both or neither", got }));
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    const shape = oneInput(this.kind, inputShapes);
    this.#keptOf(shape);
    return shape;
  }

  adapt(x: Tensor | TensorValues): void {
    const op = `${this.kind}.adapt`;
    if (this.given.mean !== undefined) {
      const hint = "Leave the options out.";
      throw new UsageError(message(op, "mean and variance are given as options", { hint }));
    }
    const { values, shape } = this.#dataOf(op, x);
    const kept = this.#keptOf(shape.slice(1));
    const wanted = this.#mean?.spec.shape;
    if (wanted !== undefined && !sameShape(wanted, kept)) {
      const [expected, got] = [wanted, kept].map(showShape);
      throw new ShapeError(message(op, "the data have other features than the layer", { expected, got }));
    }
    this.#adapted = { shape: kept, ...statistics(op, values, shape, kept) };
    for (const name of ["mean", "variance"] as const) {
      const parameter = name === "mean" ? this.#mean : this.#variance;
      if (parameter?.isBound) parameter.value.assign(this.#adapted[name]);
    }
  }

  protected override build(inputShapes: readonly Shape[]): void {
    this.#sampleShape = oneInput(this.kind, inputShapes);
    const shape = this.#keptOf(this.#sampleShape);
    const adapted = this.#adapted?.shape;
    if (adapted !== undefined && !sameShape(adapted, shape)) {
      const [expected, got] = [`${showShape(adapted)}, as adapt was given`, showShape(shape)];
      throw new ShapeError(
        message(this.kind, "the input has other features than the data of adapt", { expected, got }),
      );
    }
    const declare = (name: "mean" | "variance"): Parameter => {
      const given = this.given[name];
      if (Array.isArray(given) && given.length !== sizeOf(shape)) {
        const expected = `${sizeOf(shape)} for features ${showShape(shape)}`;
        throw new ShapeError(
          message(this.kind, `number of values of ${name} differs`, { expected, got: `${given.length}` }),
        );
      }
      const initializer: Initializer = {
        config: { className: "adapted" },
        fill: (out) => {
          const initial = given ?? this.#adapted?.[name] ?? blank;
          out.assign(
            typeof initial === "number" ? new Float32Array(out.size).fill(initial) : Float32Array.from(initial),
          );
        },
      };
      return this.declare({ name, shape, initializer, trainable: false, decays: false });
    };
    this.#mean = declare("mean");
    this.#variance = declare("variance");
  }

  override get stepwiseFrom(): number {
    return 2;
  }

  override call([x]: readonly Tensor[]): Tensor {
    if (this.#isBlank) this.#checkKnown();
    const mean = this.#mean!.value;
    const deviation = maximum(sqrt(this.#variance!.value), leastDeviation);
    return this.given.invert ? add(mul(x, deviation), mean) : div(sub(x, mean), deviation);
  }

  /** @throws {UsageError} where the parameters are as they were filled without data */
  #checkKnown(): void {
    const isFilled = ({ value }: Parameter): boolean => unrecorded(() => value.toTypedArray()).every(Number.isNaN);
    this.#isBlank = isFilled(this.#mean!) && isFilled(this.#variance!);
    if (!this.#isBlank) return;
    const hint = "Call adapt(x) of the layer with the training data, or give it mean and variance.";
    throw new UsageError(message(`${this.kind} ${show(this.name)}`, "mean and variance are not known yet", { hint }));
  }

  /**
   * Shape of mean and variance, which broadcasts over x: that of the kept axes, with 1 for those behind the first that
   * are not.
   */
  #keptOf(shape: Shape): Shape {
    const rank = shape.length + 1;
    const kept = new Set([this.given.axis ?? []].flat().map((one) => normalizeAxis(this.kind, one, rank)));
    if (kept.has(0)) {
      const got = `${show(this.given.axis)} for x ${showShape(["N", ...shape])}`;
      throw new ShapeError(message(this.kind, "axis out of range", { expected: "an axis other than the batch", got }));
    }
    if (kept.size === 0) return [1];
    return shape.map((size, i) => (kept.has(i + 1) ? size : 1)).slice(Math.min(...kept) - 1);
  }

  #dataOf(op: string, x: Tensor | TensorValues): { readonly values: ArrayLike<number>; readonly shape: Shape } {
    let values: ArrayLike<number>;
    let shape: Shape;
    if (x instanceof Tensor) [values, shape] = [x.toTypedArray(), x.shape];
    else if (ArrayBuffer.isView(x)) {
      const sample = this.#sampleShape ?? sampleShape(op, this.inputShape ?? [null]);
      if (sample.some(Number.isNaN)) {
        const hint = "Give a tensor, or inputShape.";
        throw new ShapeError(message(op, "the shape of a sample is not known yet", { got: show(x), hint }));
      }
      [values, shape] = [x, [x.length / sizeOf(sample), ...sample]];
    } else ({ values, shape } = flatten(op, x));
    if (shape.length === 1) shape = [...shape, 1]; // samples of one number, as fit reads them
    const isBytes = x instanceof Uint8Array || (x instanceof Tensor && x.dtype === "uint8");
    const known = this.#sampleShape;
    const fits = known === undefined || fitsShape(shape.slice(1), known);
    if (shape.length > 0 && shape[0] > 0 && Number.isInteger(shape[0]) && fits) {
      return { values: isBytes ? new Float64Array(values).map((value) => value / 255) : values, shape };
    }
    const expected = showShape(["N", ...(known ?? ["…"])]);
    throw new ShapeError(message(op, "the data do not fit the layer", { expected, got: showShape(shape) }));
  }
}

/**
 * Mean and variance of each place of `kept`, summed as differences to the first sample in float64: a constant feature
 * has no variance at all.
 */
function statistics(
  op: string,
  values: ArrayLike<number>,
  shape: Shape,
  kept: Shape,
): { readonly mean: Float32Array; readonly variance: Float32Array } {
  const size = sizeOf(kept);
  const place = placesOf(shape.slice(1), kept);
  const first = new Float64Array(size);
  for (let i = place.length - 1; i >= 0; i--) first[place[i]] = values[i];
  const [sum, squares] = [new Float64Array(size), new Float64Array(size)];
  const count = values.length / size;
  for (let i = 0; i < values.length; i++) {
    const at = place[i % place.length];
    if (!Number.isFinite(values[i])) {
      const got = `${values[i]} in sample ${Math.floor(i / place.length)}`;
      throw new ShapeError(message(op, "x has a value that is not finite", { expected: "finite numbers", got }));
    }
    sum[at] += values[i] - first[at];
  }
  const mean = sum.map((one) => one / count);
  for (let i = 0; i < values.length; i++) {
    const at = place[i % place.length];
    squares[at] += (values[i] - first[at] - mean[at]) ** 2;
  }
  const variance = Float32Array.from(squares, (one) => (one === 0 ? 1 : one / count));
  if (!variance.every(Number.isFinite)) {
    const hint = "Divide such features by a power of ten first.";
    const [expected, got] = ["deviations below 1.8e19", "a variance beyond float32"];
    throw new ShapeError(message(op, "x has values that are too far apart", { expected, got, hint }));
  }
  return { mean: Float32Array.from(mean, (one, at) => first[at] + one), variance };
}

/** For each value of a sample its place in `kept`, which broadcasts over the sample. */
function placesOf(sample: Shape, kept: Shape): Int32Array {
  const sizes = [...sample.map(() => 1), ...kept].slice(-sample.length || undefined);
  const places = new Int32Array(sizeOf(sample));
  for (let i = 0; i < places.length; i++) {
    let [rest, stride] = [i, 1];
    for (let d = sample.length - 1; d >= 0; d--) {
      if (sizes[d] > 1) places[i] += (rest % sample[d]) * stride;
      stride *= sizes[d];
      rest = Math.floor(rest / sample[d]);
    }
  }
  return places;
}
