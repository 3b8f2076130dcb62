/**
 * One step of a cell. A cell is a layer from [step, …states, …constants] to [output, …states], or a recurrent layer of
 * this library, of which one step is taken: the same kernel, called for one step. Letters: N batch, I inputs, H units.
 */
import { UsageError, message, show } from "../../errors.js";
import { expandDims } from "../../ops/shape/reshape.js";
import type { Option } from "../../options.js";
import type { Shape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { CallContext } from "../callContext.js";
import { Layer } from "../layer.js";
import { checkWrapped } from "../wrapper.js";
import { Recurrent } from "./recurrentLayer.js";

/** A layer that knows the shapes of its states, as a cell. */
export interface StatefulCell {
  /** The shape of each state of a sample; undefined where they are not known. */
  readonly cellStates: readonly Shape[] | undefined;
}

/** An option for a cell. */
export const cellOption: Option<Layer> = (op, name, value) => {
  const kinds = "a layer, a recurrent layer, or a model as one: asLayer(model)";
  checkWrapped(op, name, value, kinds, value instanceof Layer);
  const cell = (value as Layer).forWrapper() ?? (value as Layer);
  if (!(cell instanceof Recurrent)) return cell;
  const { stateful, goBackwards, returnSequences } = cell.cellOptions;
  if (!stateful && !goBackwards && !returnSequences) return cell;
  const hint = "rnn has these options itself.";
  const expected = "stateful, goBackwards and returnSequences left out";
  throw new UsageError(message(op, `${name} is more than a step`, { expected, got: show(cell.kind), hint }));
};

/** The shape of each state, where the cell knows it. */
export function statesOf(cell: Layer): readonly Shape[] | undefined {
  if (cell instanceof Recurrent) return cell.cell.states.map(() => [cell.cellOptions.units]);
  return (cell as Partial<StatefulCell>).cellStates;
}

/** The shapes of the cell's output and states. @param shapes of a step (I), the states and the constants */
export function stepShapes(cell: Layer, shapes: readonly Shape[]): readonly Shape[] {
  if (!(cell instanceof Recurrent)) return cell.outputShapes(shapes);
  return [cell.outputShape(ofSequences(shapes)), ...statesOf(cell)!];
}

/** Builds the cell for inputs of these shapes. */
export function buildShapes(cell: Layer, shapes: readonly Shape[]): readonly Shape[] {
  return cell instanceof Recurrent ? ofSequences(shapes) : shapes;
}

/** The output and the states after a step. @param inputs the step (N, I), the states and the constants */
export function takeStep(cell: Layer, inputs: readonly Tensor[], context: CallContext): readonly Tensor[] {
  if (!(cell instanceof Recurrent)) return cell.callMany(inputs, context);
  const [x, ...states] = inputs;
  const { output, states: after } = cell.sequence([expandDims(x, 1), ...states], { ...context, masks: [] }, true);
  return [output, ...after];
}

/** Shapes of one step as those of a sequence. */
function ofSequences([x, ...states]: readonly Shape[]): readonly Shape[] {
  return [[1, ...x], ...states];
}
