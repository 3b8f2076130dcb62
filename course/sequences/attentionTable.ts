/** How strongly each step that was written looked at each that was read, as a table that pages colour. */
import type { Table } from "lanegrad/report";

/** What is shown of the weights of an attention. Letters: U written, S read. */
interface Looks extends Pick<Table, "title" | "caption"> {
  readonly read: readonly string[];
  readonly written: readonly string[];
  /** (U, S), each row a distribution. */
  readonly weights: ArrayLike<number>;
}

/** Weights in percent; those below a twentieth have no number. */
export function attentionTable({ read, written, weights, ...texts }: Looks): Table {
  const S = read.length;
  const rowOf = (u: number): number[] => Array.from({ length: S }, (_, s) => weights[u * S + s]);
  return {
    ...{ kind: "table", section: "Attention", ...texts, header: ["written", ...read] },
    rows: written.map((one, u) => [
      one,
      ...rowOf(u).map((share) => (share < 0.05 ? "" : String(Math.round(100 * share)))),
    ]),
    shades: written.map((_, u) => [0, ...rowOf(u)]),
  };
}
