/**
 * The data of a call of fit, evaluate or predict as columns that fit the model. Everything about them is checked here,
 * before anything else happens; when a check fails, what was made is freed. Letters: N samples.
 */
import type { Logs } from "../../callbacks/callback.js";
import { ShapeError, message, show } from "../../errors.js";
import type { Loss } from "../../losses/loss.js";
import { keep } from "../../tensor/scope.js";
import type { Shape } from "../../tensor/shape.js";
import { Tensor } from "../../tensor/tensor.js";
import { type DataColumns, columnsOf } from "./batchColumns.js";
import {
  type Column,
  type InputRule,
  checkSameRows,
  inputColumn,
  made,
  release,
  targetColumn,
  toColumn,
} from "./columns.js";
import type * as extras from "./extras.js";
import type { splitRows as split } from "./validationSplit.js";
import type { FitOptions } from "../loop/fitOptions.js";
import type { Data, DataList, GivenMasks, Samples } from "./samples.js";

/** What data must fit: the shapes of a model's inputs and outputs, without the batch axis. */
export interface ModelShapes {
  readonly inputs: readonly InputRule[];
  readonly outputs: number;
  /** Names of the layers that give them; undefined before the model is built, where there is one. */
  readonly names?: readonly (string | undefined)[];
  /** Shapes of the outputs for inputs of these shapes. @throws {ShapeError} when a layer does not fit */
  readonly outputShapes: (inputShapes: readonly Shape[]) => readonly Shape[];
}

/** The functions that read masks and weights that users give: {@link givesExtras}. Empty where users give none. */
export type Extras = Partial<typeof extras>;

type WithExtras = GivenMasks & { readonly sampleWeight?: unknown; readonly classWeight?: unknown };

/** True where some of these data come with masks or weights. */
export function givesExtras(...samples: readonly (WithExtras | undefined)[]): boolean {
  return samples.some(
    (given) =>
      given && [given.mask, given.lengths, given.sampleWeight, given.classWeight].some((value) => value !== undefined),
  );
}

/** The data of a call of fit. */
export interface FitData {
  readonly training: DataColumns;
  readonly validation: DataColumns | undefined;
  /** The model's evaluation of a stream, in place of a validation on columns. */
  readonly evaluate?: (() => Promise<Logs>) | undefined;
  /** Frees what was made here. */
  release(): void;
}

/**
 * Training and validation data.
 * @param options    already checked by themselves; here it is checked whether they fit the data
 * @param splitRows  where there is a validationSplit
 * @param validate   samples to validate on
 * @throws {ShapeError | UsageError} when they do not
 */
export function fitData(
  shapes: ModelShapes & Extras,
  losses: readonly Loss[],
  { x, y }: Pick<Samples, "x" | "y">,
  options: FitOptions,
  splitRows?: typeof split,
  validate?: Samples,
): FitData {
  const { validationSplit = 0, sampleWeight, classWeight, mask, lengths } = options;
  let training!: DataColumns;
  let validation: DataColumns | undefined;
  const columns = made((all) => {
    const given = dataColumns("fit", shapes, losses, { x, y, sampleWeight, mask, lengths });
    all.push(...columnsOf(given));
    training = given;
    if (validate !== undefined) {
      const known = {
        ...shapes,
        inputs: shapes.inputs.map((input, i) => ({ ...input, shape: input.shape ?? sampleShape(given, i) })), // axes of any size stay open
      };
      validation = dataColumns("fit validationData", known, losses, validate);
      all.push(...columnsOf(validation));
    }
    if (validationSplit > 0) {
      [training, validation] = splitRows!(given, validationSplit, keep);
      all.push(...columnsOf(training), ...columnsOf(validation));
    }
    if (classWeight !== undefined) {
      const [target] = training.targets;
      const outputShapes = shapes.outputShapes(training.inputs.map((_, i) => sampleShape(given, i)));
      const weights = shapes.classWeights!("fit", target.tensor, outputShapes, training.weights, classWeight, toColumn);
      all.push(...weights);
      training = { ...training, weights };
    }
  });
  return { training, validation, release: () => release(columns) };
}

/** Inputs, targets and weights that fit the model. The caller frees them. @throws {ShapeError | UsageError} */
export function dataColumns(
  op: string,
  shapes: ModelShapes & Extras,
  losses: readonly Loss[],
  samples: Samples,
): DataColumns {
  const { x, y, sampleWeight } = samples;
  let masks: readonly (Column | undefined)[] = [];
  let inputs: readonly Column[] = [];
  const targets: Column[] = [];
  let weights: readonly Column[] = [];
  made((all) => {
    inputs = inputColumns(op, shapes, x);
    all.push(...inputs);
    const list = listOf(op, "y", "targets", y, shapes.outputs);
    const rows = inputs[0].tensor.shape[0];
    const outputShapes = shapes.outputShapes(inputs.map(({ tensor }) => tensor.shape.slice(1)));
    const named = list.map((data, i) => {
      const name = nameOf("y", i, list.length);
      const column = targetColumn(op, name, data, rows, outputShapes[i], losses[i].ofSequences);
      all.push(column);
      targets.push(column);
      return { name, tensor: column.tensor };
    });
    checkSameRows(op, [{ name: nameOf("x", 0, inputs.length), tensor: inputs[0].tensor }, ...named]);
    for (const [i, { tensor }] of targets.entries()) losses[i].checkTargets(tensor, outputShapes[i]);
    if (shapes.maskColumns !== undefined) {
      masks = shapes.maskColumns(op, samples, inputs, toColumn);
      all.push(...masks.filter((column) => column !== undefined));
    }
    if (sampleWeight !== undefined) {
      weights = shapes.sampleWeights!(op, rows, sampleWeight, outputShapes, shapes.names, toColumn);
    }
  });
  return { inputs, targets, weights, masks };
}

/** Input columns that fit the model. The caller frees them. @throws {ShapeError} */
export function inputColumns(op: string, { inputs }: ModelShapes, x: DataList): Column[] {
  const list = listOf(op, "x", "inputs", x, inputs.length);
  const names = inputs.map(({ name }, i) => name ?? nameOf("x", i, inputs.length));
  return made((columns) => {
    for (const [i, data] of list.entries()) columns.push(inputColumn(op, names[i], data, inputs[i]));
    checkSameRows(
      op,
      columns.map(({ tensor }, i) => ({ name: names[i], tensor })),
    );
  });
}

function sampleShape({ inputs }: DataColumns, i: number): Shape {
  return inputs[i].tensor.shape.slice(1);
}

/** "y", or "y[1]" where there are several. */
function nameOf(name: string, i: number, count: number): string {
  return count === 1 ? name : `${name}[${i}]`;
}

/** The data for each of `count` inputs or outputs; a single one need not be in a list. */
function listOf(op: string, name: string, what: string, data: DataList, count: number): readonly Data[] {
  const isList =
    Array.isArray(data) && (count > 1 || (data.length > 0 && data.every((item) => item instanceof Tensor)));
  const list = isList ? (data as readonly Data[]) : [data as Data];
  if (list.length === count) return list;
  const expected = count === 1 ? `${name} itself` : `a list of ${count}`;
  const got = isList ? `a list of ${list.length}` : show(data);
  throw new ShapeError(message(op, `number of ${what} differs`, { expected, got }));
}
