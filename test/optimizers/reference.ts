/** Optimizers in float64, one element at a time, as their papers and PyTorch write them: what the steps are compared with. */

/** θ and the gradient's own slots; `t` counts from 1. */
export type Rule = (theta: number, g: number, s: Record<string, number>, t: number) => number;

/** A fresh set of slots for one element. */
export type Slots = Record<string, number>;

const nadamMomentum = (beta1: number, t: number) => beta1 * (1 - 0.5 * 0.96 ** (t * 0.004));

export const sgd =
  (rate: number): Rule =>
  (theta, g) =>
    theta - rate * g;

export const momentum =
  (rate: number, mu: number, nesterov: boolean): Rule =>
  (theta, g, s) => {
    s.v = mu * (s.v ?? 0) + g;
    return theta - rate * (nesterov ? g + mu * s.v : s.v);
  };

export const adagrad =
  (rate: number, initial: number, epsilon: number): Rule =>
  (theta, g, s) => {
    s.s = (s.s ?? initial) + g * g;
    return theta - (rate * g) / (Math.sqrt(s.s) + epsilon);
  };

export const rmsprop =
  (rate: number, rho: number, mu: number, epsilon: number, centered: boolean): Rule =>
  (theta, g, s) => {
    s.s = rho * (s.s ?? 0) + (1 - rho) * g * g;
    s.a = rho * (s.a ?? 0) + (1 - rho) * g;
    const d = g / (Math.sqrt(centered ? s.s - s.a * s.a : s.s) + epsilon);
    s.b = mu * (s.b ?? 0) + d;
    return theta - rate * s.b;
  };

export const adadelta =
  (rate: number, rho: number, epsilon: number): Rule =>
  (theta, g, s) => {
    s.s = rho * (s.s ?? 0) + (1 - rho) * g * g;
    const delta = (g * Math.sqrt((s.u ?? 0) + epsilon)) / Math.sqrt(s.s + epsilon);
    s.u = rho * (s.u ?? 0) + (1 - rho) * delta * delta;
    return theta - rate * delta;
  };

export const adam =
  (rate: number, beta1: number, beta2: number, epsilon: number, amsgrad = false): Rule =>
  (theta, g, s, t) => {
    s.m = beta1 * (s.m ?? 0) + (1 - beta1) * g;
    s.v = beta2 * (s.v ?? 0) + (1 - beta2) * g * g;
    s.largest = Math.max(s.largest ?? 0, s.v);
    const v = amsgrad ? s.largest : s.v;
    return theta - (rate * s.m) / (1 - beta1 ** t) / (Math.sqrt(v / (1 - beta2 ** t)) + epsilon);
  };

export const nadam =
  (rate: number, beta1: number, beta2: number, epsilon: number): Rule =>
  (theta, g, s, t) => {
    s.m = beta1 * (s.m ?? 0) + (1 - beta1) * g;
    s.v = beta2 * (s.v ?? 0) + (1 - beta2) * g * g;
    const mu = nadamMomentum(beta1, t);
    const next = nadamMomentum(beta1, t + 1);
    s.product = (s.product ?? 1) * mu;
    const mean = ((1 - mu) * g) / (1 - s.product) + (next * s.m) / (1 - s.product * next);
    return theta - (rate * mean) / (Math.sqrt(s.v / (1 - beta2 ** t)) + epsilon);
  };

export const adamax =
  (rate: number, beta1: number, beta2: number, epsilon: number): Rule =>
  (theta, g, s, t) => {
    s.m = beta1 * (s.m ?? 0) + (1 - beta1) * g;
    s.u = Math.max(beta2 * (s.u ?? 0), Math.abs(g) + epsilon);
    return theta - (rate / (1 - beta1 ** t)) * (s.m / s.u);
  };

export const lion =
  (rate: number, beta1: number, beta2: number): Rule =>
  (theta, g, s) => {
    const m = s.m ?? 0;
    s.m = beta2 * m + (1 - beta2) * g;
    return theta - rate * Math.sign(beta1 * m + (1 - beta1) * g);
  };
