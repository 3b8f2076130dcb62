// @ts-check
/**
 * Training without a model: tensors, gradients, and an update written by hand. A line is fitted to points. Run it by
 * `node examples/customLoop.js`.
 */
import {
  add,
  init,
  mean,
  mul,
  noGrad,
  randomNormal,
  randomUniform,
  scope,
  setSeed,
  square,
  sub,
  tensor,
} from "lanegrad";

await init();
setSeed(1);
const x = randomUniform([200, 1], { low: -2, high: 2 });
const noise = randomNormal([200, 1], { stddev: 0.1 });
const y = add(sub(mul(x, 3), 2), noise); // y = 3x − 2 + noise

const slope = tensor(0, [], { requiresGrad: true });
const offset = tensor(0, [], { requiresGrad: true });
const learningRate = 0.1;

for (let step = 0; step < 100; step++) {
  // Everything made inside a scope is freed at its end.
  scope(() => {
    const prediction = add(mul(x, slope), offset);
    const loss = mean(square(sub(prediction, y)));
    loss.backward();
    if (step % 20 === 0) console.log(`step ${step}: loss ${loss.item().toFixed(4)}`);
    noGrad(() => {
      for (const parameter of [slope, offset]) {
        const gradient = /** @type {import("lanegrad").Tensor} */ (parameter.grad);
        parameter.assign(sub(parameter, mul(gradient, learningRate)).toTypedArray());
        gradient.assign([0]);
      }
    });
  });
}

console.log(`y = ${slope.item().toFixed(3)} · x + (${offset.item().toFixed(3)})`);
if (Math.abs(slope.item() - 3) > 0.03 || Math.abs(offset.item() + 2) > 0.03) throw new Error("not found: y = 3x − 2");
