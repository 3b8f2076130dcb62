/** Numbers formatted for people. */

/** 60000 → "60,000" */
export function count(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** 0.98312 → "98.31 %"; what is not a finite number is "–". */
export function percent(fraction: number, digits = 2): string {
  return Number.isFinite(fraction) ? `${(100 * fraction).toFixed(digits)} %` : "–";
}

/** A loss or similar number: 4 digits after the point, or 3 significant ones if these would all be zeros. */
export function decimal(value: number): string {
  return value !== 0 && Math.abs(value) < 0.001 ? value.toExponential(2) : value.toFixed(4);
}

/** Seconds as "8.3 s", "42 s", "3:07" or "1:02:03". */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const [first, ...rest] = parts[0] > 0 ? parts : parts.slice(1);
  return [first, ...rest.map((part) => String(part).padStart(2, "0"))].join(":");
}

/** A number per second: "1,234" or, if it is small, "3.2". */
export function rate(perSecond: number): string {
  return perSecond < 10 ? perSecond.toFixed(1) : count(perSecond);
}

/** A number and its noun: 1 → "1 epoch", 20 → "20 epochs". */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}
