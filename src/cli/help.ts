/**
 * The help pages of `lanegrad` and of each command, from the same table that reads the arguments. At most 80 columns.
 */
import { version } from "../version.js";
import type { Command } from "./command.js";
import { beside } from "./terminal/layout.js";

const columns = 80;

/** The page of `lanegrad --help`. */
export function overview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length)) + 2;
  return [
    `lanegrad ${version}: neural networks that train fast on the CPU`,
    "",
    "Usage: lanegrad <command> [options]",
    "",
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`),
    "",
    "lanegrad <command> --help lists the options of a command; lanegrad --version",
    "prints the version.",
  ].join("\n");
}

/** The page of `lanegrad <command> --help`. */
export function helpOf({ name, operand, more, options, about, examples }: Command): string {
  const optionRows = Object.entries(options).map(([option, spec]) => {
    return [`--${option}${spec.value === undefined ? "" : ` ${spec.value}`}`, spec.about] as const;
  });
  const operandText = operand && (operand.isRequired ? ` <${operand.name}>` : ` [${operand.name}]`);
  const moreText = more && ` [${more.name} …]`;
  return [
    `Usage: lanegrad ${name}${operandText ?? ""}${moreText ?? ""} [options]`,
    "",
    ...about,
    "",
    "Options:",
    ...beside(optionRows, columns),
    "",
    "Examples:",
    ...examples.map((line) => `  ${line}`),
  ].join("\n");
}
