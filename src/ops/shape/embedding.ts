/**
 * Looks up vectors of tokens, the rows of a table. The gradient of the table is nonzero only in the rows that occur,
 * and a {@link RowList} lists them.
 * Letters: V tokens of the vocabulary, D elements of a vector.
 */
import { fill, gatherRows, scatterAddRows } from "#wasm/kernels";
import { ShapeError, message } from "../../errors.js";
import { showShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { apply, checkDtype, checkTensors, defineOp } from "../defineOp.js";
import { firstOutside } from "./gather.js";
import type { RowList } from "../inPlace/rowList.js";

/**
 * y[…] = table[tokens[…]] from table (V, D) and tokens, whose range is not checked here. The attribute collects the
 * rows that occur.
 */
export const embeddingOp = defineOp<RowList | undefined>({
  name: "embedding",
  operands: "table tokens",
  shape([table, tokens]) {
    checkDtype("embedding", "table", table, "float32");
    checkDtype("embedding", "tokens", tokens, "int32");
    if (table.rank !== 2) {
      const got = `table ${showShape(table.shape)}`;
      throw new ShapeError(message("embedding", "table must have shape [V, D]", { got }));
    }
    return [{ shape: [...tokens.shape, table.shape[1]] }];
  },
  forward({ inputs: [table, tokens], outputs: [y] }) {
    const [, D] = table.shape;
    gatherRows(y.ptr, table.ptr, tokens.ptr, tokens.size, D, D);
  },
  backward({ inputs: [table, tokens], dOutputs: [dY], attributes: rows, gradient }) {
    gradient(0, (dTable, accumulate) => {
      if (!accumulate) fill(dTable, 0, table.size);
      scatterAddRows(dTable, dY!.ptr, tokens.ptr, tokens.size, table.shape[1]);
      rows?.add(tokens);
    });
  },
  saved: { inputs: [1] },
  listsRows: (rows) => rows !== undefined,
});

/**
 * Vectors of tokens: y[…, :] = table[tokens[…], :]. The gradient of a row is the sum over all places where the row
 * occurs, in their order.
 *
 * @param table   (V, D) float32
 * @param tokens  int32 of any shape, usually (N, T), with 0 ≤ token < V; inside record() only the first run checks this
 * @param rows    collects the rows that the gradient touches, for code that then visits only those; default: none
 * @returns       (…, D)
 * @throws {ShapeError} when a token is outside the vocabulary (naming its place), or an operand has another dtype or
 *   rank
 */
export function embedding(table: Tensor, tokens: Tensor, rows?: RowList): Tensor {
  checkTensors("embedding", [table, tokens], "table tokens");
  if (tokens.dtype === "int32" && table.rank === 2) {
    const [V] = table.shape;
    const wrong = firstOutside(tokens, V);
    if (wrong !== undefined) {
      const [expected, got] = [`0 ≤ token < V = ${V} (table ${showShape(table.shape)})`, String(wrong.value)];
      throw new ShapeError(message("embedding", `token ${wrong.at} is outside the vocabulary`, { expected, got }));
    }
  }
  return apply(embeddingOp, [table, tokens], rows);
}
