/**
 * Unicode's normal forms as an option of what splits texts: "ế" is one code point in NFC and three in NFD, and the two
 * spellings of a text have different tokens unless one form is chosen.
 */
import type { Option } from "../../options.js";
import { UsageError, message, show } from "../../errors.js";

/** NFC composes letters and their marks, NFD takes them apart. */
export type NormalForm = "NFC" | "NFD";

/** @throws {UsageError} for anything else but undefined, which leaves texts as they are */
export const checkNormalForm: Option<NormalForm | undefined> = (op, name, value) => {
  if (isNormalForm(value)) return value;
  throw new UsageError(message(op, `${name} is unknown`, { expected: '"NFC" or "NFD"', got: show(value) }));
};

/** The text in that form. */
export function inForm(text: string, form: NormalForm | undefined): string {
  return form === undefined ? text : text.normalize(form);
}

/** Whether a value read from a file is a normal form, or none. */
export function isNormalForm(value: unknown): value is NormalForm | undefined {
  return value === undefined || value === "NFC" || value === "NFD";
}
