/** The settings of a lesson as sliders, choices and check boxes, and its seed. */
import { type NumberSetting, type Setting, type Settings, defaultsOf } from "../course/settings.js";
import { element } from "../src/report/browser/elements.js";
import type { AnyValues } from "./messages.js";
import { complaintAbout, placeOf, places, valueAt } from "./sliderScale.js";

/** The setting for the seed. */
const seedSetting: NumberSetting = {
  ...{ kind: "number", about: "everything random follows from it", default: 0, isInteger: true, least: 0 },
  slider: [0, 100],
};
const mostSeed = 2 ** 32 - 1;

/** One setting. */
interface Field {
  readonly row: HTMLElement;
  value(): number | string | boolean;
  set(value: number | string | boolean): void;
}

/** The form. */
export class SettingsForm {
  readonly element = document.createElement("fieldset");
  readonly #fields = new Map<string, Field>();
  readonly #seed: Field;

  /** @param quick  the values to begin with, where they differ from the defaults */
  constructor(settings: Settings, quick: Partial<AnyValues> = {}) {
    this.element.append(element("legend", "Settings"));
    for (const [name, setting] of Object.entries(settings)) this.#fields.set(name, fieldOf(name, setting));
    this.#seed = numberField("seed", seedSetting);
    for (const { row } of [...this.#fields.values(), this.#seed]) this.element.append(row);
    if (Object.keys(quick).length === 0) return;
    this.#set(quick);
    this.element.append(this.#choice(quick, defaultsOf(settings)));
  }

  #set(values: Partial<AnyValues>): void {
    for (const [name, value] of Object.entries(values)) this.#fields.get(name)!.set(value!);
  }

  /** Two buttons: the quick values and the defaults. */
  #choice(quick: Partial<AnyValues>, defaults: AnyValues): HTMLElement {
    const line = element("p", "", "help");
    const button = (text: string, values: Partial<AnyValues>): HTMLElement => {
      const made = element("button", text) as HTMLButtonElement;
      made.type = "button";
      made.addEventListener("click", () => this.#set({ ...defaults, ...values }));
      return made;
    };
    line.append("Quick settings show the point in a few minutes; the command has the full ones. ");
    line.append(button("Quick", quick), " ", button("Full", {}));
    return line;
  }

  /** The values; undefined if a number is invalid, which is then shown beside it. */
  get values(): { readonly settings: AnyValues; readonly seed: number } | undefined {
    const wrong = [...this.element.querySelectorAll("input")].find((input) => !input.checkValidity());
    if (wrong !== undefined) {
      wrong.reportValidity();
      return undefined;
    }
    const settings = Object.fromEntries([...this.#fields].map(([name, field]) => [name, field.value()]));
    return { settings, seed: this.#seed.value() as number };
  }

  /** Disables the form while a lesson runs. */
  set isLocked(isLocked: boolean) {
    this.element.disabled = isLocked;
  }
}

function fieldOf(name: string, setting: Setting): Field {
  if (setting.kind === "number") return numberField(name, setting);
  return setting.kind === "choice" ? choiceField(name, setting) : flagField(name, setting.about);
}

function numberField(name: string, setting: NumberSetting): Field {
  const number = inputOf("number", name);
  const slider = inputOf("range", `${name}-slider`);
  const isSeed = setting === seedSetting;
  Object.assign(number, { step: setting.isInteger ? "1" : "any", value: String(setting.default), required: true });
  if (isSeed) number.max = String(mostSeed);
  Object.assign(slider, { min: "0", max: String(places), step: "1", value: String(placeOf(setting.default, setting)) });
  slider.setAttribute("aria-label", `${name}, by slider`);
  slider.setAttribute("aria-valuetext", number.value);
  number.setAttribute("aria-describedby", `${name}-about`);
  slider.addEventListener("input", () => {
    number.value = String(valueAt(Number(slider.value), setting));
    slider.setAttribute("aria-valuetext", number.value);
    number.setCustomValidity("");
  });
  number.addEventListener("input", () => {
    const complaint = number.value === "" ? "" : complaintAbout(Number(number.value), setting);
    number.setCustomValidity(complaint);
    if (complaint === "" && number.value !== "") slider.value = String(placeOf(Number(number.value), setting));
    slider.setAttribute("aria-valuetext", number.value);
  });
  return {
    row: rowOf(name, setting.about, [number, ...(isSeed ? [] : [slider])]),
    value: () => Number(number.value),
    set(value) {
      number.value = String(value);
      number.dispatchEvent(new Event("input"));
    },
  };
}

function choiceField(name: string, { about, choices, default: chosen }: Extract<Setting, { kind: "choice" }>): Field {
  const select = document.createElement("select");
  select.id = name;
  select.append(...choices.map((choice) => new Option(choice, choice, choice === chosen, choice === chosen)));
  select.setAttribute("aria-describedby", `${name}-about`);
  return {
    row: rowOf(name, about, [select]),
    value: () => select.value,
    set: (value) => void (select.value = String(value)),
  };
}

function flagField(name: string, about: string): Field {
  const box = inputOf("checkbox", name);
  box.setAttribute("aria-describedby", `${name}-about`);
  return {
    row: rowOf(name, about, [box]),
    value: () => box.checked,
    set: (value) => void (box.checked = value === true),
  };
}

function inputOf(type: string, id: string): HTMLInputElement {
  const input = document.createElement("input");
  Object.assign(input, { type, id, autocomplete: "off" });
  return input;
}

/** A row: the name, its controls, and a line of help. */
function rowOf(name: string, about: string, controls: readonly HTMLElement[]): HTMLElement {
  const row = element("div", "", "setting");
  const label = document.createElement("label");
  Object.assign(label, { htmlFor: name, textContent: name });
  const help = element("span", about, "help");
  help.id = `${name}-about`;
  row.append(label, ...controls, help);
  return row;
}
