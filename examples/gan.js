// @ts-check
/**
 * Two networks against each other, in a loop of one's own with two optimizers: a generator learns to draw points that lie
 * on a ring, a discriminator to tell them from real ones. Run it by `node examples/gan.js`.
 */
import { init, layers, noGrad, optimizers, randomNormal, record, scope, sequential, setSeed } from "lanegrad";
import { add, div, mean, negate, softplus, sqrt, square, sum } from "lanegrad";

await init();
setSeed(1);
const batch = 64;
const generator = sequential(
  [layers.dense({ units: 32, activation: "relu", inputShape: [2] }), layers.dense({ units: 2 })],
  { seed: 1 },
);
const discriminator = sequential(
  [layers.dense({ units: 64, activation: "relu", inputShape: [2] }), layers.dense({ units: 1 })],
  { seed: 2 },
);
const [drawing, judging] = [generator, discriminator].map((network) =>
  optimizers.adam({ learningRate: 2e-3, beta1: 0.5 }).for(network.weights.map(({ value }) => value)),
);

/** @param {import("lanegrad").Tensor} points (batch, 2) @returns how far each is from the middle, (batch, 1) */
const radius = (points) => sqrt(sum(square(points), 1, { keepDims: true }));
/** Points on the circle of radius 1. */
const real = () => {
  const points = randomNormal([batch, 2]);
  return div(points, radius(points));
};
const drawn = () => generator.call([randomNormal([batch, 2])])[0];
/** @param {import("lanegrad").Tensor} points @returns logits, high for what looks real, (batch, 1) */
const judge = (points) => discriminator.call([points])[0];

// Both steps are recorded once and replayed, with new random numbers each time.
const judgeStep = record(() => {
  const loss = add(mean(softplus(negate(judge(real())))), mean(softplus(judge(noGrad(drawn)))));
  loss.backward();
  judging.step();
  return loss;
});
const drawStep = record(() => {
  const loss = mean(softplus(negate(judge(drawn()))));
  loss.backward();
  drawing.step();
  judging.zeroGrad();
  return loss;
});
for (let step = 0; step < 4000; step++) {
  judgeStep.replay();
  drawStep.replay();
  if (step % 1000 === 999)
    console.log(`discriminator ${judgeStep.result.item().toFixed(3)}, generator ${drawStep.result.item().toFixed(3)}`);
}

const radii = scope(() => [...radius(drawn()).toTypedArray()]);
const distance = radii.reduce((total, r) => total + Math.abs(r - 1), 0) / batch;
console.log(`drawn points lie ${distance.toFixed(3)} from the ring`);
if (!(distance < 0.2)) throw new Error(`not learned: ${distance}`);
