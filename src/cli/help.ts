/** The help: of `lanegrad`, and of each command, from the same table that reads the arguments. At most 80 columns. */
import { version } from "../version.js";
import type { Command } from "./command.js";

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
    "lanegrad <command> --help tells the options of a command; lanegrad --version the version.",
  ].join("\n");
}

/** The page of `lanegrad <command> --help`. */
export function helpOf({ name, operand, options, about, examples }: Command): string {
  const optionRows = Object.entries(options).map(([option, spec]) => {
    return [`--${option}${spec.value === undefined ? "" : ` ${spec.value}`}`, spec.about] as const;
  });
  const operandText = operand && (operand.isRequired ? ` <${operand.name}>` : ` [${operand.name}]`);
  return [
    `Usage: lanegrad ${name}${operandText ?? ""} [options]`,
    "",
    ...about,
    "",
    "Options:",
    ...table(optionRows),
    "",
    "Examples:",
    ...examples.map((line) => `  ${line}`),
  ].join("\n");
}

/** Rows of a name and what it means, wrapped beside each other. */
export function table(rows: readonly (readonly [name: string, about: string])[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length)) + 4;
  return rows.flatMap(([name, about]) => {
    const [first, ...others] = wrap(about, columns - width);
    return [`  ${name}`.padEnd(width) + first, ...others.map((line) => " ".repeat(width) + line)];
  });
}

function wrap(text: string, width: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1)!;
    if (line !== "" && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return lines;
}
