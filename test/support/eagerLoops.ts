/**
 * Loops as users write them, without scope or dispose, that make far more than memory holds. They run in Node (test/tensor/eagerLoops.test.ts), in a page
 * (test/package/eagerLoops.test.ts) and, in full, by `npm run soak`. Each ends with a number that says whether the values were right.
 */
import {
  type Tensor,
  add,
  layers,
  losses,
  matmul,
  mean,
  mul,
  ones,
  optimizers,
  randomUniform,
  record,
  sequential,
  softmaxCrossEntropy,
  sub,
  sum,
  tanh,
  tensor,
} from "lanegrad";

/** How a loop lets others run: not at all, by `await` alone, or by letting the event loop turn every 100 rounds. */
export type Pause = "none" | "await" | "turn";

/** A loop. @returns what is to be `expected` */
export interface EagerLoop {
  readonly what: string;
  readonly run: (count: number, pause: Pause) => Promise<number>;
  readonly expected: (count: number) => number | undefined;
}

/** A round that the pause is due after. */
async function rest(i: number, pause: Pause): Promise<void> {
  if (pause === "none" || i % 100 !== 0) return;
  await (pause === "await" ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, 0)));
}

/** Runs `round` `count` times; without a pause in one job. */
async function repeat(count: number, pause: Pause, round: (i: number) => void): Promise<void> {
  if (pause === "none") for (let i = 0; i < count; i++) round(i);
  else {
    for (let i = 0; i < count; i++) {
      round(i);
      await rest(i, pause);
    }
  }
}

const batch = 64;
const labels = Int32Array.from({ length: batch }, (_, i) => i % 10);

/** x + x of 64 × 784, 0.2 MB; one in a thousand is kept to the end, and read then. */
const operations: EagerLoop = {
  what: "operations: add(x, x)",
  async run(count, pause) {
    const x = ones([batch, 784]);
    const kept: Tensor[] = [];
    await repeat(count, pause, (i) => {
      const y = add(x, x);
      if (i % 1000 === 0) kept.push(mul(y, i / 1000));
    });
    return kept.reduce((total, y) => total + sum(y).item(), 0) / x.size;
  },
  expected: (count) => {
    const n = Math.ceil(count / 1000);
    return n * (n - 1); // 2 · (0 + 1 + …)
  },
};

/** Forward, backward, and an update by hand. @returns the last loss */
const steps: EagerLoop = {
  what: "steps of training by hand",
  async run(count, pause) {
    const x = randomUniform([batch, 784], { seed: 1 });
    const y = tensor(labels);
    let weights = [
      randomUniform([784, 64], { low: -0.05, high: 0.05, seed: 2 }),
      randomUniform([64, 10], { low: -0.05, high: 0.05, seed: 3 }),
    ];
    for (const w of weights) w.requiresGrad = true;
    let last = NaN;
    await repeat(count, pause, (i) => {
      const [hidden, output] = weights;
      const loss = mean(softmaxCrossEntropy(matmul(tanh(matmul(x, hidden)), output), y));
      loss.backward();
      weights = weights.map((w) => {
        const next = sub(tensor(w.toTypedArray(), w.shape), mul(w.grad!, 0.01));
        next.requiresGrad = true;
        return next;
      });
      if (i === count - 1) last = loss.item();
    });
    return last;
  },
  expected: () => undefined, // that of the same loop without pressure
};

/** Models of 784-1000-1000-10 that are fitted for two batches and left. @returns how many learned something */
const models: EagerLoop = {
  what: "models, each fitted and left behind",
  async run(count, pause) {
    const x = Float32Array.from({ length: 2 * batch * 784 }, (_, i) => (i % 7) / 7);
    const y = [...labels, ...labels];
    let trained = 0;
    for (let i = 0; i < count; i++) {
      const model = sequential(
        [
          layers.dense({ units: 1000, activation: "relu", inputShape: [784] }),
          layers.dense({ units: 1000, activation: "relu" }),
          layers.dense({ units: 10 }),
        ],
        { seed: i },
      );
      model.compile({ optimizer: optimizers.adam(), loss: losses.categoricalCrossentropy({ fromLogits: true }) });
      const { history } = await model.fit(x, y, { batchSize: batch });
      if (history.loss[0] > 0) trained++;
      await rest(i, pause);
    }
    return trained;
  },
  expected: (count) => count,
};

/** Recordings that are replayed once and left; they hold addresses, so that only a turn of the event loop gives them back. */
const recordings: EagerLoop = {
  what: "recordings, each replayed and left behind",
  async run(count) {
    const x = ones([batch, 784]);
    let total = 0;
    for (let i = 0; i < count; i++) {
      const recording = record(() => mean(add(mul(x, 2), add(x, 1))));
      recording.replay();
      total += recording.result.item();
      if (i % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    }
    return total;
  },
  expected: (count) => 4 * count,
};

/** All loops, by name. */
export const eagerLoops = { operations, steps, models, recordings };
