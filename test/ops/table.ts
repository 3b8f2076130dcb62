/**
 * The table of ops: every op that a file of src/ops exports (a name that ends in Op), and every row of test/ops/rows. Both are found by looking into the
 * folders, so that neither needs a list; table.test.ts says when one is without the other.
 */
/// <reference types="vite/types/importMeta.d.ts" />
import type { Op } from "../../src/ops/defineOp.js";
import type { Row } from "./row.js";

type Exports = Record<string, Record<string, unknown>>;

const isOp = ([name]: [string, unknown]): boolean => name.endsWith("Op") && name !== "defineOp";

/** Every op by name. */
export const ops = Object.fromEntries(
  Object.values(import.meta.glob("../../src/ops/**/*.ts", { eager: true }) as Exports).flatMap((file) =>
    Object.entries(file).filter(isOp),
  ),
) as Record<string, Op<unknown>>;

/** Every row by the name of its op. */
export const table = Object.assign(
  {},
  ...Object.values(import.meta.glob("./rows/**/*.ts", { eager: true }) as Exports).map(({ rows }) => rows),
) as Record<string, Row<unknown>>;
