/**
 * The LSTM whose states are images: convolutions in place of its products. A formula over ops: one convolution for the
 * inputs of all steps, then one of the state in each step. Carries no states from batch to batch.
 * Letters: N batch, T steps, H W C an input image, oH oW F a state; gates i f g o side by side.
 * Source: Shi et al. 2015, "Convolutional LSTM network", without peepholes, as in Keras.
 */
import { ShapeError, message } from "../../errors.js";
import { conv2d } from "../../ops/image/conv2d.js";
import { type Windows, placesOf, windowsOf } from "../../ops/image/convolutionChecks.js";
import { activate } from "../../ops/pointwise/activate.js";
import { add, mul } from "../../ops/pointwise/arithmetic.js";
import { dropout } from "../../ops/pointwise/dropout.js";
import { where } from "../../ops/pointwise/where.js";
import type { RecurrentActivation } from "../../ops/recurrent/sequence.js";
import { stack } from "../../ops/shape/concat.js";
import { reshape } from "../../ops/shape/reshape.js";
import { slice } from "../../ops/shape/slice.js";
import { type Values, integer } from "../../options.js";
import { ones, zeros } from "../../tensor/create.js";
import { type Shape, checkRank, fitsShape, sameShape, showShape } from "../../tensor/shape.js";
import { noGrad } from "../../tensor/tape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type WindowPadding, eachAxis, sizes, windowPadding } from "../../tensor/window.js";
import { type CallContext, partOf } from "../callContext.js";
import type { Layer } from "../layer.js";
import { factorsOf, maskOfOutputs } from "../mask/maskValues.js";
import type { Parameter } from "../parameter.js";
import { SequenceLayer } from "../sequenceLayer.js";
import type { LayerTable } from "../tableLayer.js";
import { type LstmGateOptions, gateBiases, lstmGateRows } from "./lstmGates.js";
import { type RecurrentOptions, recurrentTable, weightAndStepRows } from "./recurrentCell.js";

/** Options of {@link convLstm2d}. Sizes are one number, or one for each of height and width. */
export interface ConvLstm2dOptions extends Omit<RecurrentOptions, "units" | "stateful" | "batchSize">, LstmGateOptions {
  /** F: the number of channels of a state. */
  readonly filters: number;
  /** Size of both kernels, that of the inputs and that of the state. */
  readonly kernelSize: number | readonly number[];
  /** Step of the window over the inputs. Default 1. */
  readonly strides?: number | readonly number[];
  /** Of the inputs, as in conv2d; the state's convolution is "same". Default "valid". */
  readonly padding?: WindowPadding;
  /** The distance between the elements of the window over the inputs. Default 1. */
  readonly dilationRate?: number | readonly number[];
}

const table = {
  filters: integer("[1, ∞)"),
  kernelSize: sizes(2),
  strides: sizes(2, 1),
  padding: windowPadding(2),
  dilationRate: sizes(2, 1),
  activation: recurrentTable.activation,
  recurrentActivation: lstmGateRows.recurrentActivation,
  useBias: recurrentTable.useBias,
  unitForgetBias: lstmGateRows.unitForgetBias,
  ...weightAndStepRows,
} satisfies LayerTable<ConvLstm2dOptions>;

/**
 * A convolutional LSTM, for films and other images in time. ∗ is a convolution, ⊙ element by element.
 *
 *   a = x ∗ W + h ∗ U + b      i, f, o = σ(a)      g = φ(a)      c′ = f⊙c + i⊙g      h′ = o⊙φ(c′)
 *
 * x (N, T, H, W, C), or [x, h, c] → (N, oH, oW, F), or (N, T, oH, oW, F) with returnSequences; masks, states and dropout
 * as with {@link lstm}. Parameters kernel W (kH, kW, C, 4F), recurrentKernel U (kH, kW, F, 4F) and bias b (4F).
 *
 * Cost: 2·N·T·oH·oW·kH·kW·(C + F)·4F flops forward, twice that backward.
 * @throws {UsageError} when an option is unknown or out of range
 * @throws {ShapeError} when the input is not a batch of films, a state does not fit, or the kernel is larger than the
 *   padded input
 */
export function convLstm2d(options: ConvLstm2dOptions): Layer {
  return new ConvLstm2d("convLstm2d", options, table);
}

class ConvLstm2d extends SequenceLayer<Values<typeof table>> {
  override readonly keepsMore = true;
  readonly #kernelSize = eachAxis(this.kind, "kernelSize", this.given.kernelSize, 2);
  readonly #windows: Windows = windowsOf(this.kind, this.given, 2);
  #kernel!: Parameter;
  #recurrentKernel!: Parameter;
  #bias: Parameter | undefined;

  override outputShape(inputShapes: readonly Shape[]): Shape {
    return this.outputShapes(inputShapes)[0];
  }

  override outputShapes([shape, ...states]: readonly Shape[]): readonly Shape[] {
    const { returnSequences, returnState } = this.given;
    checkRank(this.kind, "x", ["N", ...shape], "[N, T, H, W, C]");
    const state = this.#stateShape(shape);
    if (states.length % 2 !== 0 || states.length > 2 || !states.every((one) => sameShape(one, state))) {
      const expected = `h and c, ${showShape(["N", ...state])} each`;
      const got = states.map((one) => showShape(["N", ...one])).join(", ");
      throw new ShapeError(message(this.kind, "the initial states do not fit", { expected, got }));
    }
    return [returnSequences ? [shape[0], ...state] : state, ...(returnState ? [state, state] : [])];
  }

  /** (oH, oW, F). @param sample (T, H, W, C) */
  #stateShape([, ...image]: Shape): Shape {
    const kernel = [...this.#kernelSize, image[2], 4 * this.given.filters];
    const { output } = placesOf(this.kind, [1, ...image], kernel, undefined, this.#windows, 1);
    return [...output, this.given.filters];
  }

  /** Takes films of any length. */
  protected override acceptsAlso([shape]: readonly Shape[], [built]: readonly Shape[]): boolean {
    return fitsShape(shape.slice(1), built.slice(1));
  }

  protected override build([shape]: readonly Shape[]): void {
    const { filters, useBias, unitForgetBias, biasInitializer } = this.given;
    this.#kernel = this.parameter("kernel", [...this.#kernelSize, shape[3], 4 * filters]);
    const recurrent = [...this.#kernelSize, filters, 4 * filters];
    this.#recurrentKernel = this.parameter("recurrent", recurrent, { name: "recurrentKernel" });
    if (!useBias) return;
    const initializer = gateBiases(biasInitializer, unitForgetBias, filters);
    this.#bias = this.parameter("bias", [4 * filters], { initializer, decays: false });
  }

  override call(inputs: readonly Tensor[], context: CallContext): Tensor {
    return this.callMany(inputs, context)[0];
  }

  override callMany([x, ...initial]: readonly Tensor[], context: CallContext): readonly Tensor[] {
    const { filters: F, activation, recurrentActivation, returnSequences, returnState, goBackwards } = this.given;
    const { strides, padding, dilationRate } = this.given;
    const [N, T, ...image] = x.shape;
    const state = [N, ...this.#stateShape(x.shape.slice(1))];
    const [inputFactors, stateFactors] = this.#dropped([N, 1, ...image], state, context);
    const films = inputFactors === undefined ? x : mul(x, inputFactors);
    const fromInputs = reshape(
      conv2d(reshape(films, [N * T, ...image]), this.#kernel.value, this.#bias?.value, {
        strides,
        padding,
        dilationRate,
      }),
      [N, T, ...state.slice(1, 3), 4 * F],
    );
    const [mask] = context.masks;
    const counts = mask && factorsOf(mask, 5); // (N, T, 1, 1, 1)
    let [h, c] = initial.length > 0 ? initial : [zeros(state), zeros(state)];
    const outputs: Tensor[] = [];
    for (let step = 0; step < T; step++) {
      const t = goBackwards ? T - 1 - step : step;
      const at = <X extends Tensor | undefined>(film: X): X =>
        film && (reshape(slice(film, [0, t], [N, 1]), [N, ...film.shape.slice(2)]) as X);
      const read = stateFactors === undefined ? h : mul(h, stateFactors);
      const a = add(at(fromInputs), conv2d(read, this.#recurrentKernel.value, undefined, { padding: "same" }));
      const gate = (k: number, name: RecurrentActivation): Tensor =>
        activate(slice(a, [0, 0, 0, k * F], [...state.slice(0, 3), F]), name);
      const [i, f, o] = [0, 1, 3].map((k) => gate(k, recurrentActivation));
      const nextC = add(mul(f, c), mul(i, gate(2, activation)));
      const nextH = mul(o, activate(nextC, activation));
      const counted = at(counts);
      if (returnSequences) outputs.push(counted === undefined ? nextH : where(counted, nextH, 0));
      [h, c] = counted === undefined ? [nextH, nextC] : [where(counted, nextH, h), where(counted, nextC, c)];
    }
    return [returnSequences ? stack(outputs, 1) : h, ...(returnState ? [h, c] : [])];
  }

  /** The factors that drop parts of the inputs and of the state, the same in all steps; undefined: none. */
  #dropped(input: Shape, state: Shape, context: CallContext): readonly [Tensor | undefined, Tensor | undefined] {
    const draw = (shape: Shape, part: number, rate: number): Tensor | undefined =>
      context.training && rate > 0
        ? noGrad(() => dropout(ones(shape), rate, context.random, partOf(context, part).stream))
        : undefined;
    return [draw(input, 0, this.given.dropout), draw(state, 1, this.given.recurrentDropout)];
  }

  override outputMask(_: readonly Tensor[], [mask]: readonly (Tensor | undefined)[]): Tensor | undefined {
    return maskOfOutputs(mask, this.given);
  }
}
