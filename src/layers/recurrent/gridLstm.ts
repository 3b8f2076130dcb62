/**
 * Grid LSTM in two dimensions, time and depth: each place of the grid has one LSTM along time and one along depth, each
 * with its own state, and both see the states of both. Letters: N batch, T steps, I inputs, H units, D depth. Source:
 * Kalchbrenner, Danihelka & Graves 2015, "Grid long short-term memory".
 */
import { ShapeError, message } from "../../errors.js";
import type { Constraint } from "../../constraints/constraint.js";
import type { Initializer } from "../../initializers/initializer.js";
import type { Regularizer } from "../../regularizers/regularizer.js";
import { glorotUniform, orthogonal, zeros } from "../../initializers/index.js";
import { concat } from "../../ops/shape/concat.js";
import { dense } from "../../ops/product/dense.js";
import { lstm } from "../../ops/recurrent/lstm.js";
import { mul } from "../../ops/pointwise/arithmetic.js";
import { reshape } from "../../ops/shape/reshape.js";
import { slice } from "../../ops/shape/slice.js";
import { type Values, flag, integer } from "../../options.js";
import { zeros as zerosTensor } from "../../tensor/create.js";
import { type Shape, showShape } from "../../tensor/shape.js";
import { noGrad } from "../../tensor/tape.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { CallContext } from "../callContext.js";
import { type Layer, type LayerOptions, oneInput } from "../layer.js";
import type { Parameter } from "../parameter.js";
import { SequenceLayer } from "../sequenceLayer.js";
import { factorsOf, placesOf, stepsAt } from "../mask/maskValues.js";
import { type LayerTable, constraint, initializer, regularizer } from "../tableLayer.js";

/** Options of {@link gridLstm}. */
export interface GridLstmOptions extends LayerOptions {
  /** H, the size of the states of both dimensions, ≥ 1. */
  readonly units: number;
  /** D, the number of places along depth, ≥ 1. Default 2. */
  readonly depth?: number;
  /** True uses the same weights at every depth. Default false. */
  readonly tied?: boolean;
  /** True: h of depth at all steps (N, T, H). False: at the last step (N, H). Default false. */
  readonly returnSequences?: boolean;
  /** Default glorotUniform(). */
  readonly kernelInitializer?: Initializer | string;
  /** Default orthogonal(). */
  readonly recurrentInitializer?: Initializer | string;
  /** For the kernel of the input and those of both dimensions. */
  readonly kernelRegularizer?: Regularizer | string;
  readonly kernelConstraint?: Constraint | string;
  readonly recurrentRegularizer?: Regularizer | string;
  readonly recurrentConstraint?: Constraint | string;
}

const table = {
  units: integer("[1, ∞)"),
  depth: integer("[1, ∞)", 2),
  tied: flag(false),
  returnSequences: flag(false),
  kernelInitializer: initializer(glorotUniform),
  recurrentInitializer: initializer(orthogonal),
  kernelRegularizer: regularizer,
  kernelConstraint: constraint,
  recurrentRegularizer: regularizer,
  recurrentConstraint: constraint,
} satisfies LayerTable<GridLstmOptions>;

/**
 * A grid LSTM of T places along time and D along depth. The input enters at the bottom as the states of depth: [h⁰,
 * m⁰] = x·W⁰ + b⁰. Then at each place
 *
 *   along time:   (h, c)ₜ = LSTM(hᵈ⁻¹ₜ; hₜ₋₁, cₜ₋₁)
 *   along depth:  (hᵈ, mᵈ)ₜ = LSTM(hₜ₋₁; hᵈ⁻¹ₜ, mᵈ⁻¹ₜ)
 *
 * The operand before the semicolon is multiplied by the kernel, the first one after it by the recurrent kernel.
 *
 * x (N, T, I) → h of depth at the top, (N, H), or (N, T, H) with returnSequences. Parameters inputKernel (I, 2H),
 * inputBias (2H), and for each depth (or once, when tied) timeKernel, timeRecurrentKernel, depthKernel,
 * depthRecurrentKernel (H, 4H), timeBias, depthBias (4H). Masked steps change no state along time, and their output is
 * 0. The last step is the last one that counts; h = 0 if none does.
 * @throws {UsageError} when an option is unknown or out of range
 * @throws {ShapeError} when the input is not a batch of sequences with at least one step
 */
export function gridLstm(options: GridLstmOptions): Layer {
  return new GridLstm("gridLstm", options, table);
}

/** The weights of one LSTM. */
interface Side {
  readonly kernel: Parameter;
  readonly recurrentKernel: Parameter;
  readonly bias: Parameter;
}

class GridLstm extends SequenceLayer<Values<typeof table>> {
  override readonly keepsMore = true;
  #inputKernel!: Parameter;
  #inputBias!: Parameter;
  #levels: readonly { readonly time: Side; readonly depth: Side }[] = [];

  override outputShape(inputShapes: readonly Shape[]): Shape {
    const shape = oneInput(this.kind, inputShapes);
    if (shape.length !== 2 || shape[0] === 0) {
      const got = showShape(["N", ...shape]);
      throw new ShapeError(message(this.kind, "the input must have shape [N, T, I] with T ≥ 1", { got }));
    }
    const { units, returnSequences } = this.given;
    return returnSequences ? [shape[0], units] : [units];
  }

  protected override build([shape]: readonly Shape[]): void {
    const { units: H, depth, tied } = this.given;
    const kernel = (name: string): Parameter => this.parameter("kernel", [H, 4 * H], { name });
    const recurrentKernel = (name: string): Parameter => this.parameter("recurrent", [H, 4 * H], { name });
    const bias = (name: string, size: number): Parameter =>
      this.declare({ name, shape: [size], initializer: zeros(), decays: false });
    const side = (name: "time" | "depth", level: string): Side => ({
      kernel: kernel(`${name}Kernel${level}`),
      recurrentKernel: recurrentKernel(`${name}RecurrentKernel${level}`),
      bias: bias(`${name}Bias${level}`, 4 * H),
    });
    const level = (name: string) => ({ time: side("time", name), depth: side("depth", name) });
    this.#inputKernel = this.parameter("kernel", [shape[1], 2 * H], { name: "inputKernel" });
    this.#inputBias = bias("inputBias", 2 * H);
    if (tied) this.#levels = Array<ReturnType<typeof level>>(depth).fill(level(""));
    else this.#levels = Array.from({ length: depth }, (_, d) => level(`_${d + 1}`));
  }

  /** Takes sequences of any length. */
  protected override acceptsAlso([shape]: readonly Shape[], [built]: readonly Shape[]): boolean {
    return shape[1] === built[1];
  }

  override outputMask(_: readonly Tensor[], [mask]: readonly (Tensor | undefined)[]): Tensor | undefined {
    return this.given.returnSequences ? mask : undefined;
  }

  override call([x]: readonly Tensor[], { masks: [mask] }: CallContext): Tensor {
    const { units: H, returnSequences } = this.given;
    const [N, T] = x.shape;
    const bottom = dense(x, this.#inputKernel.value, this.#inputBias.value);
    const places = mask && noGrad(() => placesOf(mask));
    let [h, memory] = [0, H].map((from) => slice(bottom, [0, 0, from], [N, T, H])); // (N, T, H), along depth
    for (const { time, depth } of this.#levels) {
      const along = lstm(h, valuesOf(time), { mask, returnSequences: true }).output;
      const before =
        places === undefined
          ? concat([zerosTensor([N, 1, H]), slice(along, [0, 0, 0], [N, T - 1, H])], 1)
          : stepsAt(along, places.before);
      // Along depth the steps are independent: one step of N·T rows.
      const rows = [N * T, H];
      const initialState = [reshape(h, rows), reshape(memory, rows)] as const;
      const { states } = lstm(reshape(before, [N * T, 1, H]), valuesOf(depth), { initialState });
      [h, memory] = states.map((state) => reshape(state, [N, T, H]));
    }
    if (returnSequences) return mask === undefined ? h : mul(h, factorsOf(mask, 3));
    return places === undefined ? reshape(slice(h, [0, T - 1, 0], [N, 1, H]), [N, H]) : stepsAt(h, places.last);
  }
}

function valuesOf({ kernel, recurrentKernel, bias }: Side): { kernel: Tensor; recurrentKernel: Tensor; bias: Tensor } {
  return { kernel: kernel.value, recurrentKernel: recurrentKernel.value, bias: bias.value };
}
