/**
 * Normal random numbers on the JavaScript side, the same bits in every engine: only + − × ÷ and √ are used, because
 * `Math.log` and `Math.sin` differ between engines. A file of its own, since training itself draws no normal numbers in
 * JavaScript. Source: Marsaglia's polar method.
 */
import { UsageError, message, show } from "../errors.js";
import { Random } from "./random.js";

/** The second number of each pair, kept until it is asked for. */
const spares = new WeakMap<Random, number>();

/** The next normal number of a stream, with the given mean and standard deviation. Default: N(0, 1). */
export function drawNormal(random: Random, mean = 0, standardDeviation = 1): number {
  if (!(random instanceof Random)) {
    const expected = "new Random(seed)";
    throw new UsageError(message("drawNormal", "there is no generator", { expected, got: show(random) }));
  }
  let z = spares.get(random);
  if (z !== undefined) spares.delete(random);
  else {
    let u: number;
    let v: number;
    let s: number;
    do {
      u = random.uniform(-1, 1);
      v = random.uniform(-1, 1);
      s = u * u + v * v;
    } while (s >= 1 || s === 0);
    const factor = Math.sqrt((-2 * logBelowOne(s)) / s);
    z = u * factor;
    spares.set(random, v * factor);
  }
  return mean + standardDeviation * z;
}

/**
 * ln x for 0 < x < 1, with a relative error below 1e-15: x = 2ᵏ·m with m in [√½, √2), and ln
 * m = 2·artanh((m − 1) / (m + 1)) as a series.
 */
function logBelowOne(x: number): number {
  let m = x;
  let k = 0;
  for (; m < Math.SQRT1_2; k--) m *= 2;
  const s = (m - 1) / (m + 1);
  const s2 = s * s;
  let series = 0;
  for (let n = 21; n >= 1; n -= 2) series = series * s2 + 1 / n;
  return k * Math.LN2 + 2 * s * series;
}
