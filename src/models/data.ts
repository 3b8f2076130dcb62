/** The data of a call of fit, evaluate or predict as columns that fit the model; an error frees what was made on the way. Letters: N samples. */
import { ShapeError, message, show } from "../errors.js";
import type { Loss } from "../losses/loss.js";
import type { Tensor } from "../tensor/tensor.js";
import type { DataColumns } from "./batch.js";
import {
  type Column,
  type Data,
  checkSameRows,
  inputColumn,
  listOf,
  release,
  targetColumn,
  weightColumn,
} from "./columns.js";
import type { Graph } from "./graph.js";

/** Inputs or targets as the user passes them: one, or a list of tensors for several. */
export type DataList = Data | readonly Tensor[];

/** x, y and weights as the user passes them. */
export interface Samples {
  readonly x: DataList;
  readonly y: DataList;
  readonly sampleWeight?: ArrayLike<number> | undefined;
  readonly classWeight?: Readonly<Record<number, number>> | undefined;
}

/** Input columns of a graph. Errors: ShapeError. */
export function inputColumns(op: string, graph: Graph, x: DataList): Column[] {
  const { inputs } = graph;
  const names = inputs.map(({ name }, i) => name ?? (inputs.length === 1 ? "x" : `x[${i}]`));
  const list = counted(op, "inputs", x, inputs.length);
  return made((columns) => {
    for (const [i, data] of list.entries()) columns.push(inputColumn(op, names[i], data, inputs[i].shape));
    checkSameRows(
      op,
      columns.map(({ tensor }, i) => ({ name: names[i], tensor })),
    );
  });
}

/** Input, target and weight columns of a graph with these losses. Errors: ShapeError, UsageError. */
export function dataColumns(
  op: string,
  graph: Graph,
  losses: readonly Loss[],
  { x, y, ...weights }: Samples,
): DataColumns {
  const { inputs, outputs } = graph;
  const list = counted(op, "targets", y, outputs.length);
  const columns = made((all) => {
    all.push(...inputColumns(op, graph, x));
    for (const [i, data] of list.entries()) {
      const column = targetColumn(op, nameOfTarget(i, outputs.length), data, outputs[i].shape);
      all.push(column);
      losses[i].checkTargets(column.tensor, outputs[i].shape);
    }
    const targets = all.slice(inputs.length);
    checkSameRows(op, [
      { name: "x", tensor: all[0].tensor },
      ...targets.map(({ tensor }, i) => ({ name: nameOfTarget(i, outputs.length), tensor })),
    ]);
    const weight = weightColumn(op, targets[0].tensor, weights.sampleWeight, weights.classWeight);
    if (weight !== undefined) all.push(weight);
  });
  const end = inputs.length + outputs.length;
  return {
    inputs: columns.slice(0, inputs.length),
    targets: columns.slice(inputs.length, end),
    weights: columns.at(end),
  };
}

/** The last `part` of the samples apart from the others, for validation; views, no copies. Errors: ShapeError where one of the two would be empty. */
export function splitRows(data: DataColumns, part: number): [training: DataColumns, validation: DataColumns] {
  const rows = data.inputs[0].tensor.shape[0];
  const cut = rows - Math.floor(rows * part);
  if (cut === rows || cut === 0) {
    const got = `${show(part)} of ${rows}`;
    throw new ShapeError(
      message("fit", "validationSplit leaves one part empty", { expected: "at least one sample each", got }),
    );
  }
  const take = (begin: number, end: number): DataColumns => {
    const section = ({ tensor }: Column): Column => {
      const view = tensor.section((begin * tensor.size) / rows, [end - begin, ...tensor.shape.slice(1)]);
      return { tensor: view, isOwned: true };
    };
    return {
      inputs: data.inputs.map(section),
      targets: data.targets.map(section),
      weights: data.weights && section(data.weights),
    };
  };
  return [take(0, cut), take(cut, rows)];
}

function nameOfTarget(i: number, count: number): string {
  return count === 1 ? "y" : `y[${i}]`;
}

function counted(op: string, what: string, data: DataList, count: number): readonly Data[] {
  const list = listOf(data);
  if (list.length !== count) {
    throw new ShapeError(
      message(op, `number of ${what} differs`, { expected: String(count), got: String(list.length) }),
    );
  }
  return list;
}

/** Columns that `fill` makes; where it throws, those made so far are freed. */
function made(fill: (columns: Column[]) => void): Column[] {
  const columns: Column[] = [];
  try {
    fill(columns);
    return columns;
  } catch (error) {
    release(columns);
    throw error;
  }
}
