import { expect, it } from "vitest";
import { l1, l1l2, l2 } from "../../src/regularizers/index.js";
import { regularizerFrom } from "../../src/regularizers/registry.js";

it("say their strengths", () => {
  expect(l1(0.5)).toMatchObject({ l1: 0.5, l2: 0 });
  expect(l2(0.5)).toMatchObject({ l1: 0, l2: 0.5 });
  expect(l1l2({ l1: 0.25, l2: 0.5 })).toMatchObject({ l1: 0.25, l2: 0.5 });
  expect(l1l2()).toMatchObject({ l1: 0, l2: 0 });
});

it("can be written down and made again", () => {
  for (const regularizer of [l1(0.5), l2(0.5), l1l2({ l1: 0.25, l2: 0.5 })]) {
    const { l1, l2, config } = regularizer;
    expect(regularizerFrom(JSON.parse(JSON.stringify(config)))).toMatchObject({ l1, l2, config });
  }
  expect(() => regularizerFrom({ className: "l3" })).toThrow(
    'regularizer: unknown regularizer "l3"; expected one of l1l2.',
  );
});

it("refuse what is no strength", () => {
  expect(() => l2(-1)).toThrow("l2: lambda is out of range; expected a number in [0, ∞), got -1.");
  expect(() => l1(undefined as never)).toThrow("l1: lambda is missing; expected a number in [0, ∞).");
  expect(() => l1l2({ l1: Infinity })).toThrow("l1l2: l1 is out of range; expected a number in [0, ∞), got Infinity.");
  expect(() => l1l2({ l3: 1 } as never)).toThrow('l1l2: unknown option; expected l1 or l2, got "l3".');
});
