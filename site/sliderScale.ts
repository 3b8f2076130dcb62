/** Converts between a number and its position on a slider. */
import { type NumberSetting, rangeOf, takes } from "../course/settings.js";

/** Number of positions of a slider, from 0. */
export const places = 200;

/** The position of a number, or of the nearer end if it lies outside. */
export function placeOf(value: number, { slider: [from, to], isLogarithmic = false }: NumberSetting): number {
  const part = isLogarithmic ? Math.log(value / from) / Math.log(to / from) : (value - from) / (to - from);
  return Math.round(places * Math.min(1, Math.max(0, part)));
}

/** The number at a position: an integer, or a number of two digits. */
export function valueAt(
  place: number,
  { slider: [from, to], isLogarithmic = false, isInteger }: NumberSetting,
): number {
  const part = place / places;
  const value = isLogarithmic ? from * (to / from) ** part : from + part * (to - from);
  return isInteger ? Math.round(value) : Number(value.toPrecision(2));
}

/** Why a number is invalid; empty if it is valid. */
export function complaintAbout(value: number, setting: NumberSetting): string {
  return takes(setting, value) ? "" : `Expected ${rangeOf(setting)}.`;
}
