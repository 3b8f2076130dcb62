import { describe, expect, it, vi } from "vitest";
import { sampler } from "../../../src/data/text/index.js";
import { ShapeError, UsageError } from "../../../src/errors.js";
import { Random } from "../../../src/tensor/random.js";
import { tensor } from "../../../src/tensor/create.js";
import "../../support/engine.js";

const logits = [Math.log(1), Math.log(2), Math.log(5), -Infinity];

/** How often each token is drawn in n draws. */
function frequencies(options: object, n = 20_000, from: ArrayLike<number> = logits): number[] {
  const draw = sampler(options);
  const counts = Array<number>(from.length).fill(0);
  for (let i = 0; i < n; i++) counts[draw(from)] += 1 / n;
  return counts;
}

function expectNear(got: readonly number[], want: readonly number[]): void {
  got.forEach((part, i) => expect(Math.abs(part - want[i])).toBeLessThan(0.015)); // four standard deviations of 20,000 draws
}

describe("sampler", () => {
  it("refuses logits of several steps, which are no distribution together", () => {
    expect(() =>
      sampler()(
        tensor([
          [1, 2],
          [3, 4],
        ]),
      ),
    ).toThrow(
      // prettier-ignore
      "text.sampler: these are the logits of several steps; expected [V], got Tensor(2, 2). Draw for one step at a time",
    );
    expect(sampler({ temperature: 0 })(tensor([[[1, 3, 2]]]))).toBe(1);
  });

  it("draws from softmax(logits): 1/8, 2/8, 5/8, and −∞ never", () => {
    const got = frequencies({});
    expectNear(got, [1 / 8, 2 / 8, 5 / 8, 0]);
    expect(got[3]).toBe(0);
  });

  it.each([0, 2 ** -32, 1 - 2 ** -32, 1 - 2 ** -53])(
    "a draw of %d gives a token that may be drawn, however the sum of 3,000 rounds",
    (draw) => {
      const uniform = vi.spyOn(Random.prototype, "uniform").mockReturnValue(draw);
      try {
        for (let seed = 0; seed < 50; seed++) {
          const many = Array.from({ length: 3000 }, (_, i) => (i % 3 === 0 ? -Infinity : Math.sin(i * (seed + 1))));
          many[2999] = -Infinity;
          for (const options of [{}, { temperature: 0.3 }, { topK: 2500 }]) {
            const token = sampler(options)(many);
            expect(many[token]).toBeGreaterThan(-Infinity);
            if (Object.keys(options).length === 0) expect(token).toBe(draw < 0.5 ? 1 : 2998);
          }
        }
      } finally {
        uniform.mockRestore();
      }
    },
  );

  it("temperature 1/2 squares the probabilities, temperature 2 takes roots", () => {
    expectNear(frequencies({ temperature: 0.5 }), [1 / 30, 4 / 30, 25 / 30, 0]);
    const roots = [1, Math.SQRT2, Math.sqrt(5)];
    const sum = roots.reduce((a, b) => a + b);
    expectNear(frequencies({ temperature: 2 }), [...roots.map((x) => x / sum), 0]);
  });

  it("topP takes the fewest likeliest tokens that reach it: 5/8 + 2/8 for 0.7, 5/8 alone for 0.6", () => {
    expectNear(frequencies({ topP: 0.7 }), [0, 2 / 7, 5 / 7, 0]);
    expectNear(frequencies({ topP: 0.6 }, 100), [0, 0, 1, 0]);
    expectNear(frequencies({ topP: 1 }), [1 / 8, 2 / 8, 5 / 8, 0]);
    expectNear(frequencies({ topK: 2, topP: 0.75 }), [0, 2 / 7, 5 / 7, 0]); // of both, 5/7 and 2/7
    expectNear(frequencies({ topP: 0.9, temperature: 0.5 }), [0, 4 / 29, 25 / 29, 0]);
    expect(() => sampler({ topP: 0 })).toThrow(
      "text.sampler: topP is out of range; expected a number in (0, 1], got 0.",
    );
  });

  it("temperature 0 takes the likeliest, the first of equals", () => {
    expect(frequencies({ temperature: 0 }, 10)[2]).toBeCloseTo(1);
    expect(sampler({ temperature: 0 })([1, 3, 3])).toBe(1);
  });

  it("topK 2 draws 2/7 and 5/7, topK 1 the likeliest, topK of all is no cut", () => {
    expectNear(frequencies({ topK: 2 }), [0, 2 / 7, 5 / 7, 0]);
    expect(frequencies({ topK: 2 })[0]).toBe(0);
    expect(frequencies({ topK: 1 }, 50)[2]).toBeCloseTo(1);
    expectNear(frequencies({ topK: 9 }), [1 / 8, 2 / 8, 5 / 8, 0]);
  });

  it("takes logits of any size without overflow, and tensors", () => {
    expectNear(
      frequencies(
        {},
        20_000,
        logits.map((x) => x + 5000),
      ),
      [1 / 8, 2 / 8, 5 / 8, 0],
    );
    expect(sampler()(tensor([0, 100]))).toBe(1);
  });

  it("the same seed draws the same tokens, another seed others", () => {
    const draws = (seed: number) => {
      const draw = sampler({ seed });
      return Array.from({ length: 50 }, () => draw(logits));
    };
    expect(draws(3)).toEqual(draws(3));
    expect(draws(3)).not.toEqual(draws(4));
  });

  it("topK of all, or more, draws what is drawn without it", () => {
    const draws = (options: object) => {
      const draw = sampler({ seed: 3, ...options });
      return Array.from({ length: 50 }, () => draw(logits));
    };
    for (const topK of [4, 5]) expect(draws({ topK })).toEqual(draws({}));
    expect(draws({ topK: 3 })).not.toEqual(draws({}));
  });

  it.each<[new (text: string) => Error, string, () => unknown]>([
    [
      UsageError,
      "text.sampler: temperature is out of range; expected a number in [0, ∞), got -1.",
      () => sampler({ temperature: -1 }),
    ],
    [
      UsageError,
      "text.sampler: topK is out of range; expected an integer in [1, ∞), got 0.",
      () => sampler({ topK: 0 }),
    ],
    [UsageError, "text.sampler: unknown option", () => sampler({ top: 0.9 } as never)],
    [
      ShapeError,
      "text.sampler: logit 1 is not a number; expected a finite number or −∞, got NaN.",
      () => sampler()([0, NaN]),
    ],
    [
      ShapeError,
      "text.sampler: logit 0 is not a number; expected a finite number or −∞, got Infinity.",
      () => sampler()([Infinity]),
    ],
    [ShapeError, "text.sampler: there is nothing to draw from; expected logits (V), got none.", () => sampler()([])],
    [
      ShapeError,
      "text.sampler: there is nothing to draw from; expected logits (V), got all −∞.",
      () => sampler()([-Infinity]),
    ],
  ])("%o: %s", (type, text, call) => {
    expect(call).toThrow(text);
    expect(call).toThrow(type);
  });
});
