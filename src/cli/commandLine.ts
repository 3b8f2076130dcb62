/**
 * Reads the arguments of a command. Unknown options and values out of range are errors before anything runs. Does not
 * know what the commands do.
 */
import { parseArgs } from "node:util";
import { message, show } from "../errors.js";
import { oneLine } from "./terminal/format.js";

/** The command line is invalid: exit status 2. */
export class CommandLineError extends Error {
  override readonly name = "CommandLineError";
}

/** An option of a command. */
export interface OptionSpec {
  /** The name of its value, such as "FILE"; a switch has none. */
  readonly value?: string;
  /** One line for the help, without a full stop. */
  readonly about: string;
}

/** The arguments that a command accepts. */
export interface Signature {
  /** "train" */
  readonly name: string;
  /** The word beside the options and its name, such as "recipe": one of `choices` or, without them, any word. */
  readonly operand?: { readonly name: string; readonly choices?: readonly string[]; readonly isRequired: boolean };
  /**
   * The name of further words after it, such as "file", of which there may be any number. Default: none are allowed.
   */
  readonly more?: { readonly name: string };
  readonly options: Readonly<Record<string, OptionSpec>>;
}

/** The arguments of a command, checked against its signature. */
export class Arguments {
  /** The word beside the options. */
  readonly operand: string | undefined;
  /** The words that follow it. */
  readonly more: readonly string[];
  readonly #command: string;
  readonly #values: ReadonlyMap<string, string>;

  constructor(command: string, [operand, ...more]: readonly string[], values: ReadonlyMap<string, string>) {
    this.#command = command;
    this.operand = operand;
    this.more = more;
    this.#values = values;
  }

  /** True if the option was given. */
  has(option: string): boolean {
    return this.#values.has(option);
  }

  /** An option's value. */
  text(option: string): string | undefined {
    return this.#values.get(option);
  }

  /** The names of the options that were given. */
  get given(): readonly string[] {
    return [...this.#values.keys()];
  }

  /** Those of the options that were given, as words of a command line. */
  again(options: readonly string[]): string[] {
    return options.flatMap((option) => {
      const value = this.#values.get(option);
      return value === undefined ? [] : value === "" ? [`--${option}`] : [`--${option}`, value];
    });
  }

  /**
   * An option's value as a number.
   *
   * @param rule  the rule for the number, for the message
   * @param isIn  whether a number follows the rule
   * @throws {CommandLineError} when it does not
   */
  number(option: string, rule: string, isIn: (value: number) => boolean): number | undefined {
    const text = this.#values.get(option);
    if (text === undefined) return undefined;
    const value = text.trim() === "" ? NaN : Number(text);
    if (!Number.isFinite(value) || !isIn(value)) throw wrong(this.#command, `--${option} is out of range`, rule, text);
    return value;
  }
}

/** Reads arguments by a command's signature. @throws {CommandLineError} when they do not match it */
export function readArguments(signature: Signature, args: readonly string[]): Arguments {
  const { name, options } = signature;
  const types = Object.entries(options).map(([option, { value }]) => [option, { type: value ? "string" : "boolean" }]);
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(types) as Record<string, { type: "string" | "boolean" }>,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const values = new Map<string, string>();
  const operands: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") operands.push(token.value);
    if (token.kind !== "option") continue;
    const spec = Object.hasOwn(options, token.name) && token.rawName.startsWith("--") ? options[token.name] : undefined;
    if (spec === undefined)
      throw unknown(
        name,
        "option",
        token.rawName,
        Object.keys(options).map((option) => `--${option}`),
      );
    if (spec.value === undefined && token.value !== undefined) {
      throw wrong(name, `${token.rawName} takes no value`, undefined, token.value);
    }
    if (
      spec.value !== undefined &&
      (token.value === undefined ||
        (token.value === "" && /^(FILE|DIR)/.test(spec.value)) ||
        (!token.inlineValue && token.value.startsWith("--")))
    ) {
      throw wrong(name, `${token.rawName} needs a value`, spec.value, token.value ?? "nothing");
    }
    values.set(token.name, token.value ?? "");
  }
  checkOperands(signature, operands);
  return new Arguments(name, operands, values);
}

/** The error for an unknown name; suggests a similar one. */
export function unknown(command: string, kind: string, got: string, known: readonly string[]): CommandLineError {
  const near = known.find((name) => distance(name, got) <= Math.max(1, Math.floor(name.length / 4)));
  const hint = near === undefined ? helpHint(command) : `Did you mean ${near}?`;
  return wrong(command, `unknown ${kind}`, alternatives(known), got, hint);
}

/** The error for invalid arguments. */
export function wrong(command: string, what: string, expected?: string, got?: string, hint?: string): CommandLineError {
  const op = command === "" ? "lanegrad" : `lanegrad ${command}`;
  const parts = { ...(expected && { expected }), ...(got !== undefined && { got: show(got) }), ...(hint && { hint }) };
  return new CommandLineError(message(op, what, parts));
}

/** Words as a shell reads them back; those with control characters in the syntax of bash, zsh and ksh. */
export function commandText(words: readonly string[]): string {
  return words.map(shellWord).join(" ");
}

function shellWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  if (oneLine(word) === word) return `'${word.replaceAll("'", "'\\''")}'`;
  return `$'${oneLine(word.replaceAll("\\", "\\\\").replaceAll("'", "\\'"))}'`;
}

/** The hint that names the help page. */
export function helpHint(command: string): string {
  return `See lanegrad ${command === "" ? "" : `${command} `}--help.`;
}

function checkOperands({ name, operand, more }: Signature, given: readonly string[]): void {
  const [first, second] = given as readonly (string | undefined)[];
  const spare = operand === undefined ? first : second;
  if (spare !== undefined && more === undefined)
    throw wrong(name, "unexpected argument", undefined, spare, helpHint(name));
  if (operand === undefined) return;
  const { choices } = operand;
  if (first === undefined) {
    if (!operand.isRequired) return;
    throw wrong(name, `missing ${operand.name}`, choices && alternatives(choices), undefined, helpHint(name));
  }
  if (choices !== undefined && !choices.includes(first)) throw unknown(name, operand.name, first, choices);
}

function alternatives(names: readonly string[]): string {
  return names.length === 1 ? names[0] : `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}

/** Levenshtein's distance: the number of letters to insert, remove or change. */
function distance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      row.push(Math.min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    above = row;
  }
  return above[b.length];
}
