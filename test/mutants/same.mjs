/** How an argument for mutants that are equivalent is written down. */

/**
 * Mutants of one file with the same argument.
 * @param why   the argument, in one line
 * @param rows  of each a line (trimmed), the piece of it, and what takes its place
 */
export const same = (file, why, ...rows) => rows.map(([line, from, to]) => ({ file, line, from, to, why }));
