/** Which batches `Steps` records: all that are run twice, and in a single pass only sizes that several batches have. */
import { expect, it } from "vitest";
import { Batches } from "../../../src/data/batches.js";
import { Steps } from "../../../src/models/step/steps.js";
import { mul } from "../../../src/ops/pointwise/arithmetic.js";
import { tensor } from "../../../src/tensor/create.js";
import "../../support/engine.js";

/** How often the computation runs where each batch of `rows` rows is run twice, and what the last one gives. */
function computed(rows: number, batchSize: number, isOnce: boolean) {
  const column = tensor(Float32Array.from({ length: rows }, (_, i) => i));
  const sizes: number[] = [];
  const compute = ([x]: readonly ReturnType<typeof tensor>[]) => {
    sizes.push(x.size);
    return [mul(x, 2)];
  };
  const steps = new Steps(new Batches([column], batchSize), compute, isOnce);
  const order = Int32Array.from({ length: rows }, (_, i) => i);
  let last: unknown;
  for (let b = 0; b < steps.batches.count; b++)
    for (let pass = 0; pass < 2; pass++) last = steps.run(order, b)[0].toArray();
  steps.dispose();
  return { sizes, last };
}

it.each([
  ["twice, one batch: recorded", 3, 3, false, [3], [0, 2, 4]],
  ["once, one batch: not recorded", 3, 3, true, [3, 3], [0, 2, 4]],
  ["once, one batch that is smaller than asked: not recorded", 2, 3, true, [2, 2], [0, 2]],
  ["once, two batches and a rest: the rest is not recorded", 5, 2, true, [2, 1, 1], [8]],
  ["twice, two batches and a rest: both sizes are recorded", 5, 2, false, [2, 1], [8]],
  ["once, two batches of one size: recorded", 4, 2, true, [2], [4, 6]],
])("%s", (_, rows, batchSize, isOnce, sizes, last) => {
  expect(computed(rows, batchSize, isOnce)).toEqual({ sizes, last });
});
