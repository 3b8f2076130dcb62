/**
 * A table of how well each class is recognised: precision, recall, errors, and the classes that it is most often
 * mistaken for.
 */
import { metrics } from "../../index.js";
import { count, percent } from "./format.js";
import type { Terminal } from "./terminal.js";

const header = ["class", "precision", "recall", "errors", "most confused with"];
/** The most classes shown in the last column. */
const mostConfused = 2;

/**
 * The table as lines; without its last column if that would make it wider than the terminal.
 *
 * @param matrix  counts of samples: row the true class, column the predicted one
 */
export function classTable(
  matrix: readonly (readonly number[])[],
  classNames: readonly string[],
  terminal: Pick<Terminal, "columns" | "style">,
): string[] {
  const rows = metrics
    .classScores(matrix)
    .map(({ precision, recall, support, predicted }, label) => [
      classNames[label],
      percent(predicted === 0 ? NaN : precision),
      percent(support === 0 ? NaN : recall),
      `${count(support - matrix[label][label])} of ${count(support)}`,
      confusions(matrix[label], label, classNames),
    ]);
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  const isWide = widths.reduce((sum, width) => sum + width + 2, 0) - 2 <= terminal.columns;
  const shown = isWide ? header.length : header.length - 1;
  const isText = (column: number): boolean => column === 0 || column === 4;
  const lines = [header, ...rows].map((row) => {
    const cells = row.map((cell, i) => (isText(i) ? cell.padEnd(widths[i]) : cell.padStart(widths[i])));
    return cells.slice(0, shown).join("  ").trimEnd();
  });
  return [terminal.style(lines[0], "dim"), ...lines.slice(1)];
}

/** "9 (11), 6 (4)": the classes predicted for a class, the most frequent first. */
function confusions(row: readonly number[], label: number, classNames: readonly string[]): string {
  return row
    .map((value, prediction) => ({ name: classNames[prediction], value, prediction }))
    .filter(({ value, prediction }) => value > 0 && prediction !== label)
    .sort((a, b) => b.value - a.value)
    .slice(0, mostConfused)
    .map(({ name, value }) => `${name} (${count(value)})`)
    .join(", ");
}
