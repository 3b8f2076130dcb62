/**
 * The option `validationSplit` of fit. Imported where it is given, and itself without imports but errors: what it shared
 * with a page, bundlers would put into files of its own.
 */
import { ShapeError, message, show } from "../../errors.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { DataColumns } from "./batchColumns.js";
import type { Column } from "./columns.js";

/**
 * Splits off the last `part` of the samples for validation, as views.
 * @param keep  that of tensor/scope.ts
 * @throws {ShapeError} when one of the two parts would be empty
 */
export function splitRows(
  data: DataColumns,
  part: number,
  keep: (tensor: Tensor) => Tensor,
): [training: DataColumns, validation: DataColumns] {
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
      return { tensor: keep(view), isOwned: true };
    };
    const { inputs, targets, weights, masks } = data;
    const ofMask = (column: Column | undefined): Column | undefined => column && section(column);
    return {
      inputs: inputs.map(section),
      targets: targets.map(section),
      weights: ofMask(weights),
      masks: masks.map(ofMask),
    };
  };
  return [take(0, cut), take(cut, rows)];
}
