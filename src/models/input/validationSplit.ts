/**
 * The option `validationSplit` of fit. Imported where it is given, and itself without imports but errors: what it shared
 * with a page, bundlers would put into files of its own.
 */
import { ShapeError, UsageError, message, show } from "../../errors.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { DataColumns } from "./batchColumns.js";
import type { Column } from "./columns.js";

/**
 * Splits off the last `part` of the samples for validation, as views.
 * @param keep  that of tensor/scope.ts
 * @throws {ShapeError} when one of the two parts would be empty
 * @throws {UsageError} where samples are sorted by class, so that the last ones are not of every class
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
  for (const { tensor } of data.targets) checkOrder(tensor, cut);
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
      weights: weights.map(section),
      masks: masks.map(ofMask),
    };
  };
  return [take(0, cut), take(cut, rows)];
}

/** @throws {UsageError} where each class is one run of samples, and samples from `cut` on are not of every class */
function checkOrder(target: Tensor, cut: number): void {
  const classes = classesOf(target);
  if (classes === undefined) return;
  const all = new Set(classes);
  const runs = classes.reduce((sum, one, i) => sum + (i > 0 && one === classes[i - 1] ? 0 : 1), 0);
  const last = new Set(classes.slice(cut));
  const isSorted = runs === all.size && classes.length >= 2 * all.size;
  if (!isSorted || last.size === all.size) return;
  const expected = `all ${all.size} classes among the last ${classes.length - cut} samples`;
  const hint =
    "Shuffle x and y together, or give validationData: datasets.trainTestSplit({ x, y }, { stratify: true }) makes both parts. Of a series in time give the end.";
  throw new UsageError(
    message("fit", "validationSplit takes the last samples, and the samples are sorted by class", {
      expected,
      got: `${last.size}`,
      hint,
    }),
  );
}

/** The class of each sample: a label, 0 or 1, or the place of the 1 in a row of zeros; undefined for other targets. */
function classesOf(target: Tensor): readonly number[] | undefined {
  const [rows] = target.shape;
  const values = target.toTypedArray();
  const C = values.length / rows;
  if (target.dtype === "int32") return C === 1 ? [...values] : undefined;
  if (target.rank > 2 || !values.every((value) => value === 0 || value === 1)) return undefined;
  if (C === 1) return [...values];
  const classes = Array.from({ length: rows }, (_, i) => {
    const row = values.subarray(i * C, (i + 1) * C);
    return row.indexOf(1) === row.lastIndexOf(1) ? row.indexOf(1) : -1;
  });
  return classes.includes(-1) ? undefined : classes;
}
