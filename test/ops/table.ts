/** The table of ops: one row each. An op that src/ops exports and that has no row here does not compile. */
import { rows as activations } from "./activations.js";
import { rows as arithmetic } from "./arithmetic.js";
import { rows as compare } from "./compare.js";
import { rows as convolution } from "./convolution.js";
import { rows as dense } from "./dense.js";
import { rows as images } from "./images.js";
import { rows as losses } from "./losses.js";
import { rows as matmul } from "./matmul.js";
import { rows as recurrent } from "./recurrent.js";
import { rows as norm } from "./norm.js";
import { rows as pool } from "./pool.js";
import { rows as reduce } from "./reduce.js";
import type { Table } from "./row.js";
import { rows as rowLosses } from "./rowLosses.js";
import { rows as selection } from "./selection.js";
import { rows as shapes } from "./shapes.js";
import { rows as softmax } from "./softmax.js";
import { rows as unary } from "./unary.js";

export const table: Table = {
  ...activations,
  ...arithmetic,
  ...compare,
  ...convolution,
  ...dense,
  ...images,
  ...losses,
  ...matmul,
  ...recurrent,
  ...norm,
  ...pool,
  ...reduce,
  ...rowLosses,
  ...selection,
  ...shapes,
  ...softmax,
  ...unary,
};
