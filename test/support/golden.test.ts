import { readdirSync } from "node:fs";
import { expect, it } from "vitest";
import {
  expectClose,
  goldenActivations,
  goldenConvTraceNames,
  goldenLosses,
  goldenTrace,
  goldenTraceNames,
} from "./golden.js";

it("every golden file is read by its typed reader, and none is left over", () => {
  const files = readdirSync(new URL("../golden", import.meta.url)).filter((name) => name.endsWith(".json"));
  const known = [
    ...goldenTraceNames.map((name) => `traces-${name}.json`),
    ...goldenConvTraceNames.map((name) => `traces-conv-${name}.json`),
    ...["activations.json", "losses.json", "numpy.json", "recurrent.json", "convLstm.json", "ctc.json"],
    ...["traces-recurrent.json", "traces-embedding.json", "traces-attention.json", "bleu.json"],
  ];
  expect(files.toSorted()).toEqual(known.toSorted());
});

it.each(goldenTraceNames)("trace %s: ten steps of a whole network, exact float32 values", (name) => {
  const trace = goldenTrace(name);
  const sizes = [trace.inputs, ...trace.layers.map(({ units }) => units)];
  const shapes = trace.layers.flatMap(({ units }, i) => [
    [`dense_${i + 1}/kernel`, sizes[i] * units],
    [`dense_${i + 1}/bias`, units],
  ]);
  expect(trace.steps).toHaveLength(10);
  for (const { loss, x, y, parameters } of [...trace.steps, { ...trace.steps[0], parameters: trace.initial }]) {
    expect(Object.entries(parameters).map(([key, values]) => [key, values.length])).toEqual(shapes);
    expect(x).toHaveLength(trace.batch * trace.inputs);
    expect(y).toHaveLength(trace.loss.startsWith("sparse") ? trace.batch : trace.batch * sizes.at(-1)!);
    for (const value of [loss, ...x, ...y, ...Object.values(parameters).flat()]) {
      expect(Number(Math.fround(value).toPrecision(9))).toBe(value);
    }
  }
});

it("activations and losses have a gradient for each of their 24 points", () => {
  const { x, dy, elementwise, rows } = goldenActivations();
  const losses = goldenLosses();
  const all = [x, dy, rows.x, ...Object.values({ ...elementwise, ...rows.cases }).flatMap((c) => [c.y, c.dx])];
  for (const values of [...all, ...Object.values(losses.cases).flatMap((c) => [c.prediction, c.gradient])]) {
    expect(values.filter(Number.isFinite)).toHaveLength(24);
  }
});

it("expectClose names the worst element", () => {
  expectClose("w", [1, 2.0001], [1, 2], 1e-4);
  expect(() => expectClose("w", [1, 2, 3.1], [1.1, 2, 3], 1e-4)).toThrow("w[0] is 1, expected 1.1: 909 × the bound");
  expect(() => expectClose("w", [NaN, 2], [1, 2], 1)).toThrow("w[0] is NaN, expected 1: Infinity × the bound");
  expect(() => expectClose("w", [1], [1, 2], 1)).toThrow("w: 1 numbers, expected 2");
  expect(() => expectClose("w", [1e-9], [0], 1)).toThrow("w[0] is 1e-9, expected 0: Infinity × the bound");
  expectClose("w", [1e-9], [0], 1, 1e-8);
});
