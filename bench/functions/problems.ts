/**
 * Functions on which optimizers are compared, with their gradients in float64. Source: Moré, Garbow & Hillstrom 1981,
 * "Testing unconstrained optimization software".
 */

/** f and ∂f/∂x. */
export type Valued = (x: Float64Array) => { readonly value: number; readonly gradient: Float64Array };

/** A function, where minimisation begins, and its least value, 0 for all. */
export interface Problem {
  readonly name: string;
  readonly f: Valued;
  readonly start: readonly number[];
}

const repeat = (values: readonly number[], times: number): number[] =>
  Array.from({ length: times }, () => values).flat();

/** Σ 100 (x[i + 1] − x[i]²)² + (1 − x[i])² over i */
export function rosenbrock(x: Float64Array): ReturnType<Valued> {
  const gradient = new Float64Array(x.length);
  let value = 0;
  for (let i = 0; i + 1 < x.length; i++) {
    const [bend, rest] = [x[i + 1] - x[i] ** 2, 1 - x[i]];
    value += 100 * bend ** 2 + rest ** 2;
    gradient[i] += -400 * x[i] * bend - 2 * rest;
    gradient[i + 1] += 200 * bend;
  }
  return { value, gradient };
}

/** (a + 10b)² + 5 (c − d)² + (b − 2c)⁴ + 10 (a − d)⁴; its Hessian at the minimum is singular. */
function powell([a, b, c, d]: Float64Array): ReturnType<Valued> {
  const [p, q, r, s] = [a + 10 * b, c - d, b - 2 * c, a - d];
  return {
    value: p ** 2 + 5 * q ** 2 + r ** 4 + 10 * s ** 4,
    gradient: Float64Array.of(2 * p + 40 * s ** 3, 20 * p + 4 * r ** 3, 10 * q - 8 * r ** 3, -10 * q - 40 * s ** 3),
  };
}

/** Σ (cᵢ − a (1 − bⁱ))² for i = 1, 2, 3 */
function beale([a, b]: Float64Array): ReturnType<Valued> {
  const gradient = new Float64Array(2);
  let value = 0;
  for (const [i, c] of [1.5, 2.25, 2.625].entries()) {
    const rest = c - a * (1 - b ** (i + 1));
    value += rest ** 2;
    gradient[0] -= 2 * rest * (1 - b ** (i + 1));
    gradient[1] += 2 * rest * a * (i + 1) * b ** i;
  }
  return { value, gradient };
}

/** Wood's function of each four numbers. */
function wood(x: Float64Array): ReturnType<Valued> {
  const gradient = new Float64Array(x.length);
  let value = 0;
  for (let i = 0; i < x.length; i += 4) {
    const [a, b, c, d] = x.subarray(i, i + 4);
    const [p, q] = [a * a - b, c * c - d];
    value += 100 * p ** 2 + (a - 1) ** 2 + (c - 1) ** 2 + 90 * q ** 2;
    value += 10.1 * ((b - 1) ** 2 + (d - 1) ** 2) + 19.8 * (b - 1) * (d - 1);
    gradient[i] = 400 * a * p + 2 * (a - 1);
    gradient[i + 1] = -200 * p + 20.2 * (b - 1) + 19.8 * (d - 1);
    gradient[i + 2] = 2 * (c - 1) + 360 * c * q;
    gradient[i + 3] = -180 * q + 20.2 * (d - 1) + 19.8 * (b - 1);
  }
  return { value, gradient };
}

/** All of them. */
export const problems: readonly Problem[] = [
  { name: "Rosenbrock, 2", f: rosenbrock, start: [-1.2, 1] },
  { name: "Rosenbrock, 100", f: rosenbrock, start: repeat([-1.2, 1], 50) },
  { name: "Powell singular, 4", f: powell, start: [3, -1, 0, 1] },
  { name: "Beale, 2", f: beale, start: [1, 1] },
  { name: "Wood, 4", f: wood, start: [-3, -1, -3, -1] },
  { name: "extended Wood, 100", f: wood, start: repeat([-3, -1, -3, -1], 25) },
];
