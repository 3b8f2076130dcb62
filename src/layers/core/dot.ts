/** A layer that takes products of the vectors of two inputs. Letters: N batch. */
import { ShapeError, UsageError, message, show } from "../../errors.js";
import { einsum } from "../../ops/product/einsum.js";
import { expandDims } from "../../ops/shape/reshape.js";
import { type Option, type Values, flag } from "../../options.js";
import { type Shape, normalizeAxis, showShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { Layer, LayerOptions } from "../layer.js";
import { type LayerTable, TableLayer } from "../tableLayer.js";
import { unitVectors } from "./unitNormalization.js";
import { isListOf } from "../../lists.js";

/** Options of {@link dot}. */
export interface DotOptions extends LayerOptions {
  /** The axis that is summed over, or one for each input; the batch is axis 0. Default −1. */
  readonly axes?: number | readonly [number, number];
  /** True makes the vectors along these axes as long as 1 before, which gives their cosine. Default false. */
  readonly normalize?: boolean;
}

const axes: Option<readonly [number, number]> = (op, name, value = -1) => {
  const pair: unknown = Array.isArray(value) ? value : [value, value];
  const isAxis = (axis: unknown): axis is number => Number.isInteger(axis) && axis !== 0;
  if (isListOf(pair, isAxis) && pair.length === 2) return [pair[0], pair[1]];
  const expected = "an integer other than 0 (the batch axis), or one for each of two inputs";
  throw new UsageError(message(op, `${name} are out of range`, { expected, got: show(value) }));
};

const table = { axes, normalize: flag(false) } satisfies LayerTable<DotOptions>;

/**
 * Products of the vectors of two inputs along an axis of each: for each sample the sum over these axes, with the other
 * axes of the first input and then those of the second. (N, F) and (N, F) → (N, 1); (N, T, F) and (N, S, F) →
 * (N, T, S). A step of the result counts where it does in the first input.
 * @throws {UsageError} when axes are 0 or no integers
 * @throws {ShapeError} when the sizes of these axes differ, or there are not two inputs
 */
export function dot(options: DotOptions = {}): Layer {
  return new Dot("dot", options, table);
}

class Dot extends TableLayer<Values<typeof table>> {
  override outputShape(inputShapes: readonly Shape[]): Shape {
    const [a, b] = this.#axes(inputShapes);
    const [left, right] = inputShapes;
    if (!Object.is(left[a], right[b])) {
      const expected = `axis ${b + 1} of the second input to have size ${left[a]}, as axis ${a + 1} of the first`;
      const got = inputShapes.map((shape) => showShape(["N", ...shape])).join(" and ");
      throw new ShapeError(message(this.kind, "the sizes of the axes differ", { expected, got }));
    }
    const rest = [...left.toSpliced(a, 1), ...right.toSpliced(b, 1)];
    return rest.length === 0 ? [1] : rest;
  }

  /** The axes within a sample, counted from the front. @throws {ShapeError} when there are not two inputs */
  #axes(shapes: readonly Shape[]): number[] {
    if (shapes.length !== 2) {
      const [got, hint] = [String(shapes.length), "Apply it to a list: dot().apply([a, b])."];
      throw new ShapeError(message(this.kind, "wrong number of inputs", { expected: "2", got, hint }));
    }
    return this.given.axes.map((axis, i) => {
      const at = normalizeAxis(this.kind, axis, shapes[i].length + 1) - 1;
      if (at >= 0) return at;
      const expected = `an axis of a sample, behind the batch, of ${showShape(["N", ...shapes[i]])}`;
      throw new ShapeError(message(this.kind, "axes are out of range", { expected, got: String(axis) }));
    });
  }

  /** The mask of the first input is kept where its time is the first axis of the result. */
  override outputMask(inputs: readonly Tensor[], [mask]: readonly (Tensor | undefined)[]): Tensor | undefined {
    const [first] = this.#axes(inputs.map(({ shape }) => shape.slice(1)));
    return inputs[0].rank > 2 && first > 0 ? mask : undefined;
  }

  override call(inputs: readonly Tensor[]): Tensor {
    const places = this.#axes(inputs.map(({ shape }) => shape.slice(1)));
    const vectors = this.given.normalize ? inputs.map((x, i) => unitVectors(x, places[i] + 1)) : inputs;
    const letters = inputs.map((x, i) =>
      Array.from({ length: x.rank - 1 }, (_, axis) =>
        axis === places[i] ? "z" : String.fromCharCode(97 + 10 * i + axis),
      ).join(""),
    );
    const rest = letters.join("").replaceAll("z", "");
    const y = einsum(`y${letters[0]},y${letters[1]}->y${rest}`, ...vectors);
    return rest === "" ? expandDims(y, -1) : y;
  }
}
