/** The settings of lessons as options of a command line. */
import type { Lesson } from "../../../course/stage.js";
import { type Setting, type Settings, defaultsOf, rangeOf, takes } from "../../../course/settings.js";
import { type Arguments, type OptionSpec, type Signature, unknown, wrong } from "../commandLine.js";
import { fileOptions } from "./sources.js";

/** Any values, by the names of settings. */
export type AnyValues = Readonly<Record<string, number | string | boolean>>;

/** Options of every lesson. */
const common = ["seed", "report", "threads", "wide", "json"];

/** The options for all settings of these lessons. */
export function settingOptions(lessons: readonly Lesson[]): Signature["options"] {
  const options: Record<string, OptionSpec> = {};
  for (const { settings } of lessons)
    for (const [name, setting] of Object.entries(settings)) options[name] ??= { ...valueOf(setting), ...setting };
  return Object.fromEntries(
    Object.entries(options).map(([name, { about, value }]) => {
      const having = lessons.filter(({ settings }) => name in settings);
      const of = having.length === 1 && lessons.length > 1 ? ` (${having[0].name})` : "";
      return [name, { about: about + of, ...(value !== undefined && { value }) }];
    }),
  );
}

function valueOf(setting: Setting): Pick<OptionSpec, "value"> {
  if (setting.kind === "flag") return {};
  return { value: setting.kind === "choice" ? "WORD" : setting.isInteger ? "N" : "X" };
}

/** "--epochs 20 --batch 4 --lr 0.03": the settings of a lesson with their defaults, and what a 0 stands for. */
export function settingsText({ settings }: Lesson): string {
  const defaults: AnyValues = defaultsOf(settings);
  const shown = Object.entries(settings).filter(([, { kind }]) => kind !== "flag");
  return shown
    .map(([name, setting]) => {
      const zero = setting.kind === "number" && setting.zero !== undefined ? ` (${setting.zero})` : "";
      return `--${name} ${String(defaults[name])}${zero}`;
    })
    .join(" ");
}

/** Numbers and choices as words of a command line. */
export function wordsOf(settings: Settings, values: AnyValues): string[] {
  const words = Object.keys(settings).filter((name) => settings[name].kind !== "flag");
  return words.flatMap((name) => [`--${name}`, String(values[name])]);
}

/** The names of the settings that are flags. */
export function flagsOf({ settings }: Lesson): string[] {
  return Object.keys(settings).filter((name) => settings[name].kind === "flag");
}

/** The settings that were given on the command line. @throws {CommandLineError} for a value out of range */
export function givenSettings(command: string, { settings }: Lesson, args: Arguments): AnyValues {
  const given: Record<string, number | string | boolean> = {};
  for (const [name, setting] of Object.entries(settings)) {
    if (!args.has(name)) continue;
    if (setting.kind === "flag") given[name] = true;
    else if (setting.kind === "number")
      given[name] = args.number(name, rangeOf(setting), (value) => takes(setting, value))!;
    else {
      const text = args.text(name)!;
      if (!setting.choices.includes(text)) throw unknown(command, name, text, setting.choices);
      given[name] = text;
    }
  }
  return given;
}

/** @throws {CommandLineError} for an option that the lesson does not use */
export function checkOptions(command: string, lesson: Lesson, lessons: readonly Lesson[], args: Arguments): void {
  const { name, kind, settings, sources, saves } = lesson;
  const data = sources.length > 0 ? ["data", "download", ...Object.keys(fileOptions([lesson]))] : [];
  const own = [...Object.keys(settings), ...data, ...common];
  if (kind === "network") own.push("out", "resume", "checkpoint");
  if (saves !== undefined) own.push("out");
  const families = new Set(lessons.flatMap(({ family }) => family?.name ?? []));
  if (families.has(args.operand!)) own.push("model");
  const spare = args.given.find((option) => !own.includes(option));
  if (spare === undefined) return;
  if (kind !== "network")
    throw wrong(command, `--${spare} is not for ${name}`, own.map((option) => `--${option}`).join(", "));
  const got = args.operand ?? "no recipe";
  if (spare === "model") {
    const [expected, known] = [`train ${[...families][0]} --model KIND`, [...families].join(" and ")];
    throw wrong(command, `--model is for the recipes ${known}`, expected, got);
  }
  const other = lessons.find((one) => spare in one.settings)?.name;
  if (other !== undefined) throw wrong(command, `--${spare} is for ${other}`, `${command} ${other} --${spare} N`, got);
  throw wrong(command, `--${spare} is not for ${name}, which makes its data itself`);
}

/** @throws {CommandLineError} for --out where these settings leave nothing to save */
export function checkSaved(command: string, { saves }: Lesson, settings: AnyValues, args: Arguments): void {
  if (!args.has("out") || typeof saves !== "object") return;
  const { what, setting, values } = saves;
  const got = settings[setting] as string;
  if (values.includes(got)) return;
  throw wrong(command, `--out saves ${what}`, `--${setting} ${values.join(" or ")}`, `--${setting} ${got}`);
}
