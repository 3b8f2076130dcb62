/**
 * Text in columns: names with explanations beside them, wrapped between words, and plain tables. Does not know
 * terminals or styles.
 */

/** Rows of a name and a text, indented by two, at most `columns` wide if the words allow it. */
export function beside(rows: readonly (readonly [name: string, text: string])[], columns: number): string[] {
  const width = Math.max(...rows.map(([name]) => name.length)) + 4;
  return rows.flatMap(([name, text]) => {
    const [first, ...others] = wrap(text, columns - width);
    return [`  ${name}`.padEnd(width) + first, ...others.map((line) => " ".repeat(width) + line)];
  });
}

/** The text in lines of at most `width` characters; a longer word has a line of its own. */
export function wrap(text: string, width: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1)!;
    if (line !== "" && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return lines;
}

/** Rows of cells in columns as wide as needed: the first aligned left, the others right. */
export function inColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const cell = (text: string, column: number): string =>
    column === 0 ? text.padEnd(widths[column]) : text.padStart(widths[column]);
  return rows.map((row) => row.map(cell).join("  ").trimEnd());
}
