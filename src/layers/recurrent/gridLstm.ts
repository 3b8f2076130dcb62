/**
 * Grid LSTM in two dimensions, time and depth: at each place of the grid an LSTM along time and one along depth, each with a state of its own, both seeing
 * the states of both. Letters: N batch, T steps, I inputs, H units, D depth. Source: Kalchbrenner, Danihelka & Graves 2015, "Grid long short-term memory".
 */
import { ShapeError, message } from "../../errors.js";
import type { Initializer } from "../../initializers/initializer.js";
import { glorotUniform, orthogonal, zeros } from "../../initializers/index.js";
import { concat } from "../../ops/shape/concat.js";
import { dense } from "../../ops/product/dense.js";
import { lstm } from "../../ops/recurrent/lstm.js";
import { mul } from "../../ops/pointwise/arithmetic.js";
import { reshape } from "../../ops/shape/reshape.js";
import { slice } from "../../ops/shape/slice.js";
import { checkBoolean, checkInteger } from "../../options.js";
import { zeros as zerosTensor } from "../../tensor/create.js";
import { type Shape, showShape } from "../../tensor/shape.js";
import { noGrad } from "../../tensor/tape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type CallContext, Layer, type LayerOptions, type Parameter, oneInput } from "../layer.js";
import { maskedSteps } from "../mask/maskedSteps.js";
import { factorsOf, placesOf, stepsAt } from "../mask/masks.js";
import { checkInitializer, checkLayerOptions } from "../options.js";

/** Options of {@link gridLstm}. */
export interface GridLstmOptions extends LayerOptions {
  /** H: size of the states of both dimensions, ≥ 1. */
  readonly units: number;
  /** D: places along depth, ≥ 1. Default 2. */
  readonly depth?: number;
  /** The same weights at every depth. Default false. */
  readonly tied?: boolean;
  /** True: h of depth at all steps (N, T, H). False: of the last step (N, H). Default false. */
  readonly returnSequences?: boolean;
  /** Default glorotUniform(). */
  readonly kernelInitializer?: Initializer;
  /** Default orthogonal(). */
  readonly recurrentInitializer?: Initializer;
}

/**
 * A grid LSTM of T places along time and D along depth. The input enters at the bottom, as the states of depth: [h⁰, m⁰] = x·W⁰ + b⁰. Then at each place
 *
 *   along time:  (h, c)ₜ = LSTM(hᵈ⁻¹ₜ; hₜ₋₁, cₜ₋₁)        along depth:  (hᵈ, mᵈ)ₜ = LSTM(hₜ₋₁; hᵈ⁻¹ₜ, mᵈ⁻¹ₜ)
 *
 * where the operand before the semicolon goes through the kernel, the first one after it through the recurrent kernel.
 *
 * x (N, T, I) → h of depth at the top, (N, H), or (N, T, H) with returnSequences. Parameters inputKernel (I, 2H), inputBias (2H), and for each depth (for all,
 * where tied) timeKernel, timeRecurrentKernel, depthKernel, depthRecurrentKernel (H, 4H), timeBias, depthBias (4H).
 * Steps that the operand's mask leaves out change no state along time, and their output is 0; the last step is the last one that counts, h = 0 where none does.
 * Errors: UsageError for an option; ShapeError for what is no batch of sequences of a step at least.
 */
export function gridLstm(options: GridLstmOptions): Layer {
  return new GridLstm(options);
}

/** The weights of one LSTM. */
interface Side {
  readonly kernel: Parameter;
  readonly recurrentKernel: Parameter;
  readonly bias: Parameter;
}

class GridLstm extends Layer {
  readonly kind = "gridLstm";
  readonly #options: GridLstmOptions;
  #inputKernel!: Parameter;
  #inputBias!: Parameter;
  #levels: readonly { readonly time: Side; readonly depth: Side }[] = [];

  constructor(options: GridLstmOptions) {
    super(options);
    const known = ["units", "depth", "tied", "returnSequences", "kernelInitializer", "recurrentInitializer"];
    checkLayerOptions("gridLstm", options, known);
    checkInteger("gridLstm", "units", options.units, "[1, ∞)");
    checkInteger("gridLstm", "depth", options.depth ?? 2, "[1, ∞)");
    for (const name of ["tied", "returnSequences"] as const) checkBoolean("gridLstm", name, options[name] ?? false);
    for (const name of ["kernelInitializer", "recurrentInitializer"] as const)
      checkInitializer("gridLstm", name, options[name]);
    this.#options = options;
  }

  override get options(): Readonly<Record<string, unknown>> {
    const { units, depth = 2, tied = false, returnSequences = false, ...values } = this.#options;
    return {
      ...{ units, depth, tied, returnSequences },
      kernelInitializer: (values.kernelInitializer ?? glorotUniform()).config,
      recurrentInitializer: (values.recurrentInitializer ?? orthogonal()).config,
    };
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    const shape = oneInput("gridLstm", inputShapes);
    if (shape.length !== 2 || shape[0] === 0) {
      const [expected, got] = ["[N, T, I], T ≥ 1", showShape(["N", ...shape])];
      throw new ShapeError(message("gridLstm", "the input is no batch of sequences", { expected, got }));
    }
    const { units, returnSequences = false } = this.#options;
    return returnSequences ? [shape[0], units] : [units];
  }

  protected override build([shape]: readonly Shape[]): void {
    const { units: H, depth = 2, tied = false } = this.#options;
    const { kernelInitializer = glorotUniform(), recurrentInitializer = orthogonal() } = this.#options;
    const bias = (name: string, size: number): Parameter =>
      this.declare({ name, shape: [size], initializer: zeros(), decays: false });
    const side = (name: "time" | "depth", level: string): Side => ({
      kernel: this.declare({ name: `${name}Kernel${level}`, shape: [H, 4 * H], initializer: kernelInitializer }),
      recurrentKernel: this.declare({
        name: `${name}RecurrentKernel${level}`,
        shape: [H, 4 * H],
        initializer: recurrentInitializer,
      }),
      bias: bias(`${name}Bias${level}`, 4 * H),
    });
    const level = (name: string) => ({ time: side("time", name), depth: side("depth", name) });
    this.#inputKernel = this.declare({ name: "inputKernel", shape: [shape[1], 2 * H], initializer: kernelInitializer });
    this.#inputBias = bias("inputBias", 2 * H);
    if (tied) this.#levels = Array<ReturnType<typeof level>>(depth).fill(level(""));
    else this.#levels = Array.from({ length: depth }, (_, d) => level(`_${d + 1}`));
  }

  /** Sequences of any length. */
  protected override acceptsAlso([shape]: readonly Shape[], [built]: readonly Shape[]): boolean {
    return shape[1] === built[1];
  }

  override outputMask(_: readonly Tensor[], [mask]: readonly (Tensor | undefined)[]): Tensor | undefined {
    return this.#options.returnSequences === true ? mask : undefined;
  }

  override get maskedSteps(): typeof maskedSteps {
    return maskedSteps;
  }

  override call([x]: readonly Tensor[], { masks: [mask] }: CallContext): Tensor {
    const { units: H, returnSequences = false } = this.#options;
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
      // Along depth every step is by itself: one step of N·T rows.
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
