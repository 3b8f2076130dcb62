/** The settings of a lesson: numbers, choices, and flags, each with its range, its default, and a line of help. */

/** A number. */
export interface NumberSetting {
  readonly kind: "number";
  /** One line of help, without a full stop. */
  readonly about: string;
  readonly default: number;
  readonly isInteger: boolean;
  /** The least integer; other numbers must be greater than this. */
  readonly least: number;
  /** The greatest. Default: none. */
  readonly most?: number;
  /** What 0 stands for, where it is the default and allowed besides: numbers that differ from data to data. */
  readonly zero?: string;
  /** The ends of a slider. */
  readonly slider: readonly [from: number, to: number];
  /** Whether the slider is logarithmic. Default false. */
  readonly isLogarithmic?: boolean;
}

/** One of several words. */
export interface ChoiceSetting {
  readonly kind: "choice";
  readonly about: string;
  readonly default: string;
  readonly choices: readonly string[];
}

/** A switch, off by default. */
export interface FlagSetting {
  readonly kind: "flag";
  readonly about: string;
}

/** A setting. */
export type Setting = NumberSetting | ChoiceSetting | FlagSetting;

/** The settings of a lesson, by name. */
export type Settings = Readonly<Record<string, Setting>>;

/** The values of settings. */
export type Values<Own extends Settings> = {
  readonly [Name in keyof Own]: Own[Name] extends NumberSetting
    ? number
    : Own[Name] extends ChoiceSetting
      ? string
      : Own[Name] extends FlagSetting
        ? boolean
        : number | string | boolean;
};

/** The default values. */
export function defaultsOf<Own extends Settings>(settings: Own): Values<Own> {
  return Object.fromEntries(
    Object.entries(settings).map(([name, setting]) => [name, setting.kind === "flag" ? false : setting.default]),
  ) as Values<Own>;
}

/** Whether a setting takes a number. */
export function takes({ isInteger, least, most = Infinity, zero }: NumberSetting, value: number): boolean {
  if (value === 0 && zero !== undefined) return true;
  return (
    (isInteger ? Number.isSafeInteger(value) && value >= least : value > least) && value <= most && value < Infinity
  );
}

/** The numbers that a setting takes, in words: "an integer ≥ 1". */
export function rangeOf({ isInteger, least, most, zero }: NumberSetting): string {
  const above = isInteger ? `an integer ≥ ${least}` : `a number > ${least}`;
  const range = most === undefined ? above : `${above} and ≤ ${most}`;
  return zero === undefined ? range : `${range}, or 0: ${zero}`;
}

/** A number that is by default what suits the data. @param zero  what 0 stands for */
export function byData(setting: NumberSetting, zero: string): NumberSetting {
  return { ...setting, about: `${setting.about}; 0: ${zero}`, default: 0, zero };
}

/** A whole number. */
export function integer(setting: Omit<NumberSetting, "kind" | "isInteger">): NumberSetting {
  return { kind: "number", isInteger: true, ...setting };
}

/** A number that need not be whole, above a bound. */
export function real(setting: Omit<NumberSetting, "kind" | "isInteger">): NumberSetting {
  return { kind: "number", isInteger: false, ...setting };
}

/** A yes or no, where yes is the default; a flag is off by default. */
export function yesOrNo(about: string): ChoiceSetting {
  return { kind: "choice", about, default: "yes", choices: ["yes", "no"] };
}

/** One of several things that are compared, or all of them. */
export function oneOrAll(about: string, compared: object): ChoiceSetting {
  return { kind: "choice", about, default: "all", choices: ["all", ...Object.keys(compared)] };
}

/** The number of epochs. */
export function epochs(byDefault: number): NumberSetting {
  return integer({
    about: "how many times the training goes through all samples",
    default: byDefault,
    least: 1,
    slider: [1, 4 * byDefault],
  });
}

/** The batch size. */
export function batch(byDefault: number): NumberSetting {
  return integer({
    about: "how many samples a training step takes",
    default: byDefault,
    least: 1,
    slider: [1, 8 * byDefault],
    isLogarithmic: true,
  });
}

/** The learning rate, or the highest one of a schedule. */
export function learningRate(byDefault: number): NumberSetting {
  const about = "the highest learning rate";
  const slider = [byDefault / 30, 30 * byDefault] as const;
  return {
    kind: "number",
    about,
    default: byDefault,
    isInteger: false,
    least: 0,
    slider,
    isLogarithmic: true,
  } as const;
}
