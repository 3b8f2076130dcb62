/**
 * Two tasks on long sequences whose answer depends on a few steps far back. Neither trains anything. Letters: N
 * sequences, T steps, I inputs, S symbols.
 */
import { type Random, type Tensor, tensor } from "lanegrad";

/** Sequences and their answers. */
export interface Sequences {
  /** (N, T, I) */
  readonly x: Tensor;
  /** (N, 1) numbers, or (N) labels. */
  readonly y: Tensor;
}

/** A task. */
export interface Task {
  /** What is to be done: "add two numbers". */
  readonly title: string;
  readonly inputs: number;
  /** 1: a number; more: the logits of labels. */
  readonly outputs: number;
  /** Draws new sequences. */
  readonly fill: (sequences: Sequences, random: Random) => void;
  /** How many answers are right. */
  readonly right: (answers: ArrayLike<number>, expected: ArrayLike<number>) => number;
}

/** Symbols of the second task. */
const S = 4;
/** A sum counts as right where the answer is so near; the constant answer 1 is for 36 % of the sequences. */
const near = 0.2;

/** x: a number in [0, 1) and 1 if it is marked, one mark in each half; y: the sum of the marked numbers. */
export const addTwo: Task = {
  title: "add two numbers",
  ...{ inputs: 2, outputs: 1 },
  fill({ x, y }, random) {
    const [N, T] = x.shape;
    const half = Math.ceil(T / 2);
    const [values, sums] = [new Float32Array(x.size), new Float32Array(N)];
    for (let n = 0; n < N; n++) {
      const row = values.subarray(2 * n * T, 2 * (n + 1) * T);
      for (let t = 0; t < T; t++) row[2 * t] = random.uniform();
      for (const t of [Math.floor(random.uniform(0, half)), Math.floor(random.uniform(half, T))]) {
        row[2 * t + 1] = 1;
        sums[n] += row[2 * t];
      }
    }
    x.assign(values);
    y.assign(sums);
  },
  right(answers, expected) {
    let right = 0;
    for (let n = 0; n < expected.length; n++) if (Math.abs(answers[n] - expected[n]) < near) right++;
    return right;
  },
};

/** x: one of four symbols at the first step, then one of four others at each step; y: the first symbol. */
const recallFirst: Task = {
  title: "recall the first symbol",
  ...{ inputs: 2 * S, outputs: S },
  fill({ x, y }, random) {
    const [N, T, I] = x.shape;
    const [values, labels] = [new Float32Array(x.size), new Int32Array(N)];
    for (let n = 0; n < N; n++) {
      labels[n] = random.integer(S);
      values[n * T * I + labels[n]] = 1;
      for (let t = 1; t < T; t++) values[(n * T + t) * I + S + random.integer(S)] = 1;
    }
    x.assign(values);
    y.assign(labels);
  },
  right(answers, expected) {
    let right = 0;
    for (let n = 0; n < expected.length; n++) {
      const own = Array.from({ length: S }, (_, s) => answers[n * S + s]);
      if (own.indexOf(Math.max(...own)) === expected[n]) right++;
    }
    return right;
  },
};

/** Both tasks. */
export const tasks: readonly Task[] = [addTwo, recallFirst];

/** Room for N sequences of T steps. */
export function emptySequences({ inputs, outputs }: Task, N: number, T: number): Sequences {
  const x = tensor(new Float32Array(N * T * inputs), [N, T, inputs]);
  return { x, y: outputs === 1 ? tensor(new Float32Array(N), [N, 1]) : tensor(new Int32Array(N)) };
}
