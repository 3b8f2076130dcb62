/**
 * Fully connected layers at work: whole training steps of named networks, and their forward passes.
 * m, n, k are those of the largest matrix product in it; the operations of all products are counted, nothing else.
 * Letters: N batch, I inputs and O outputs of a layer.
 */
import type { Case, Product } from "../case.js";
import { type Network, forwardPass, trainingStep } from "./network.js";

const classifier = { output: "linear", loss: "crossentropy" } as const;

const networks: readonly Network[] = [
  { sizes: [784, 10], hidden: "relu", batch: 64, ...classifier },
  { sizes: [784, 300, 10], hidden: "relu", batch: 64, ...classifier },
  { sizes: [784, 1000, 10], hidden: "relu", batch: 64, ...classifier },
  { sizes: [784, 2500, 2000, 1500, 1000, 500, 10], hidden: "tanh", batch: 100, ...classifier },
];

/** For each network its training step by gradient descent, and its forward pass. */
export const denseCases: readonly Case[] = networks.flatMap((network) => {
  const { sizes, batch } = network;
  const layers = sizes.slice(1).map((O, layer) => ({ I: sizes[layer], O }));
  const flops = (products: (layer: number) => number): number =>
    layers.reduce((sum, { I, O }, layer) => sum + 2 * products(layer) * batch * I * O, 0);
  const parameters = layers.reduce((sum, { I, O }) => sum + (I + 1) * O, 0);
  const [inputBytes, outputBytes] = [4 * batch * sizes[0], 4 * batch * sizes.at(-1)!];
  const title = `${sizes.join("-")} batch ${batch}`;
  const [step, forward] = [`${title}, training step`, `${title}, forward`];
  const product = largestProduct(layers, batch);
  return [
    {
      group: "dense",
      name: step,
      product,
      work: {
        flops: flops((layer) => (layer === 0 ? 2 : 3)), // the first layer's input has no gradient
        bytes: inputBytes + 8 * parameters,
      },
      prepare: () => trainingStep(step, network),
    },
    {
      group: "dense",
      name: forward,
      product,
      work: { flops: flops(() => 1), bytes: inputBytes + 4 * parameters + outputBytes },
      prepare: () => forwardPass(forward, network),
    },
  ];
});

function largestProduct(layers: readonly { I: number; O: number }[], batch: number): Product {
  const { I, O } = layers.reduce((largest, layer) => (layer.I * layer.O > largest.I * largest.O ? layer : largest));
  return { m: batch, n: O, k: I, transA: false, transB: false };
}
