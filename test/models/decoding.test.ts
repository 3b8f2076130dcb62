/** Decoding: against every sequence of a toy language, against the bits of a loop by hand, batches, and what is refused. */
import { describe, expect, it } from "vitest";
import { DataError, LanegradError, ShapeError, UsageError } from "../../src/errors.js";
import {
  type DecodeOptions,
  type DecoderStepFunction,
  decode,
  initializers,
  layers,
  model,
  reshape,
  strategies,
  tensor,
  zeros,
} from "../../src/index.js";
import { memoryUsage } from "../../src/runtime/runtime.js";
import { add, mul } from "../../src/ops/pointwise/arithmetic.js";
import { concat } from "../../src/ops/shape/concat.js";
import { gatherRows } from "../../src/ops/shape/gather.js";
import { Random } from "../../src/tensor/random.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import "../support/engine.js";

const V = 4;
const [start, end] = [0, 3];

/** A language in which each token depends on the one before: rows of logits. */
function language(seed: number): number[][] {
  const random = new Random(seed);
  return Array.from({ length: V }, () => Array.from({ length: V }, () => 3 * random.uniform()));
}
const logOf = (logits: readonly number[]): number[] => {
  const sum = Math.log(logits.reduce((total, z) => total + Math.exp(z), 0));
  return logits.map((z) => z - sum);
};

/** A step whose logits are the row of the token before, plus a state that counts up and changes what follows. */
function stepOf(rows: readonly (readonly number[])[], drift: readonly number[]): DecoderStepFunction {
  const [table, change] = [tensor(rows), tensor(drift)];
  return (tokens, [count]) => ({
    logits: add(gatherRows(table, tokens), mul(count, change)),
    states: [add(count, 1)],
  });
}

/** All sequences of at most maxLength tokens with their log-probability, the best score first. */
function everySequence(
  rows: readonly (readonly number[])[],
  drift: readonly number[],
  maxLength: number,
  alpha: number,
) {
  const found: { tokens: number[]; score: number; isEnded: boolean }[] = [];
  const walk = (tokens: number[], log: number): void => {
    const before = tokens.at(-1) ?? start;
    const next = logOf(rows[before].map((z, token) => z + tokens.length * drift[token]));
    for (let token = 0; token < V; token++) {
      const total = log + next[token];
      const L = tokens.length + 1;
      if (token === end) found.push({ tokens, score: total / L ** alpha, isEnded: true });
      else if (L === maxLength) found.push({ tokens: [...tokens, token], score: total / L ** alpha, isEnded: false });
      else walk([...tokens, token], total);
    }
  };
  walk([], 0);
  return found.sort((a, b) => b.score - a.score);
}

const counts = (N: number): Tensor => tensor(new Float32Array(N), [N, 1]);

describe("beam search", () => {
  it.each([0, 0.6, 1].flatMap((alpha) => [1, 2, 3, 4, 5].map((seed) => [alpha, seed] as const)))(
    "finds what an exhaustive search finds, lengthPenalty %s, language %s",
    (lengthPenalty, seed) => {
      const [rows, drift] = [language(seed), language(seed + 50)[0].map((z) => z - 1.5)];
      const expected = everySequence(rows, drift, 4, lengthPenalty).slice(0, 6);
      const [hypotheses] = decode(stepOf(rows, drift), {
        ...{ start, end, maxLength: 4, states: [counts(1)] },
        strategy: strategies.beam({ width: 81, lengthPenalty, best: 6 }),
      });
      expect(hypotheses.map(({ tokens, isEnded }) => [[...tokens], isEnded])).toEqual(
        expected.map(({ tokens, isEnded }) => [tokens, isEnded]),
      );
      for (const [i, { score }] of hypotheses.entries()) expect(score).toBeCloseTo(expected[i].score, 5);
    },
  );

  it("is no less likely than greedy: width 1 takes its path, and may end at any step of it", () => {
    for (let seed = 0; seed < 20; seed++) {
      const [rows, drift] = [language(seed), language(seed + 50)[0]];
      const options = { start, end, maxLength: 6, states: [counts(1)] };
      const best = (strategy: NonNullable<DecodeOptions["strategy"]>) =>
        decode(stepOf(rows, drift), { ...options, strategy })[0][0];
      const greedy = best("greedy");
      const [one, three] = [1, 3].map((width) => best(strategies.beam({ width, lengthPenalty: 0 })));
      expect([...greedy.tokens].slice(0, one.tokens.length)).toEqual([...one.tokens]);
      if (!greedy.isEnded) continue;
      for (const { logProbability } of [one, three])
        expect(logProbability).toBeGreaterThanOrEqual(greedy.logProbability - 1e-6);
    }
  });
});

describe("beam search, step by step", () => {
  /** The same logits at each step, and how often they were asked for. */
  function constant(logits: readonly number[]) {
    const seen = { calls: 0 };
    const step: DecoderStepFunction = (tokens) => {
      seen.calls++;
      return { logits: tensor(Array.from({ length: tokens.size }, () => [...logits])) };
    };
    return { seen, step };
  }
  const options = { start, end, recorded: false };
  const written = (logits: readonly number[], maxLength: number, beam: Parameters<typeof strategies.beam>[0]) =>
    decode(constant(logits).step, { ...options, maxLength, strategy: strategies.beam(beam) })[0].map(
      ({ tokens, isEnded }) => [...tokens, ...(isEnded ? [end] : [])],
    );

  it("takes equally likely tokens in the order of beginnings, then of tokens", () => {
    const equal = [0, 0, 0, 0];
    expect(written(equal, 1, { width: 3, best: 3 })).toEqual([[end], [0], [1]]);
    expect(written(equal, 2, { width: 2, best: 2, lengthPenalty: 0 })).toEqual([[end], [0, end]]);
    expect(written([0, 0, 0, -Infinity], 2, { width: 2, best: 2 })).toEqual([[0, 0], [0, 1]]); // prettier-ignore
  });

  it("does not go on with tokens of probability 0: where there is nothing else, it ends", () => {
    expect(written([-Infinity, 0, -Infinity, -Infinity], 3, { width: 4, best: 4 })).toEqual([[1, 1, 1]]);
    for (const width of [1, 4]) {
      const { seen, step } = constant([-Infinity, -Infinity, -Infinity, 0]);
      const [[{ tokens, isEnded }, ...others]] = decode(step, { ...options, maxLength: 3, strategy: strategies.beam({ width }) });
      expect([tokens.length, isEnded, others.length, seen.calls]).toEqual([0, true, 0, 1]);
    }
  }); // prettier-ignore

  it("looks at the 2W likeliest tokens, and not at an end that comes behind them", () => {
    const [[{ tokens, isEnded }]] = decode(constant([Math.log(0.2), Math.log(0.5), Math.log(0.3)]).step, {
      ...{ start: 1, end: 0, maxLength: 3, recorded: false },
      strategy: strategies.beam({ width: 1, lengthPenalty: 0 }),
    });
    expect([[...tokens], isEnded]).toEqual([[1, 1, 1], false]);
  });

  it("a source that has ended waits for another, and writes what it writes alone", () => {
    const rows = [[0, 1, 2, 9], [0, 3, 2, -9], [2, 1, 3, -1], [0, 0, 0, 0]]; // prettier-ignore
    const both = [0, 1].map((first) => ({ ...options, start: first, maxLength: 6, strategy: strategies.beam({ width: 1, lengthPenalty: 0 }) })); // prettier-ignore
    const table = tensor(rows);
    const step: DecoderStepFunction = (tokens) => ({ logits: gatherRows(table, tokens) });
    const alone = both.map((one) => decode(step, one)[0]);
    expect(decode(step, { ...both[0], start: [0, 1] })).toEqual(alone);
    expect(alone[0][0].tokens).toHaveLength(0);
    expect(alone[1][0].tokens).toHaveLength(6);
  });

  it("called step by step, it needs no more memory for many steps", () => {
    const used: number[] = [];
    const step: DecoderStepFunction = (tokens, [count]) => {
      used.push(memoryUsage().bytesInUse);
      return { logits: tensor(Array.from({ length: tokens.size }, () => [1, 1, 1, -9])), states: [add(count, 1)] };
    };
    decode(step, { ...options, maxLength: 20, states: [counts(1)], strategy: "beam" });
    expect(used[19]).toBe(used[3]);
  });

  it("takes no more steps than can bring something better: 1 of width 1, 2 of width 2, more where long ones may come to be better", () => {
    const likelyEnd = [0, 0, 0, 3];
    const steps = (beam: Parameters<typeof strategies.beam>[0], maxLength = 10): number => {
      const { seen, step } = constant(likelyEnd);
      decode(step, { ...options, maxLength, strategy: strategies.beam(beam) });
      return seen.calls;
    };
    expect(steps({ width: 1, lengthPenalty: 0 })).toBe(1);
    expect(steps({ width: 2, lengthPenalty: 0 })).toBe(2);
    expect(steps({ width: 1, lengthPenalty: 1 })).toBe(1);
    const { seen, step } = constant([0, -Infinity, -Infinity, 0]); // as likely to go on as to end
    decode(step, { ...options, maxLength: 10, strategy: strategies.beam({ width: 1, lengthPenalty: 0 }) });
    expect(seen.calls).toBe(1);
    expect(steps({ width: 1, lengthPenalty: 1 }, 30)).toBe(2); // a mean of −3.1 / 30 would be better than −0.14
  });
});

it.each(["greedy", "sampling"] as const)(
  "%s ends where the end is written, which is none of the tokens but counts",
  (strategy) => {
    const rows = [[-99, 9, 0, -99], [-99, -99, 9, 0], [-99, 0, -99, 9], [0, 0, 0, 0]]; // prettier-ignore
    const table = tensor(rows);
    let calls = 0;
    const step: DecoderStepFunction = (tokens) => {
      calls++;
      return { logits: gatherRows(table, tokens) };
    };
    const found = decode(step, { start: [0, 2], end, maxLength: 9, recorded: false, strategy });
    expect(found.map(([{ tokens, isEnded }]) => [[...tokens], isEnded])).toEqual([[[1, 2], true], [[], true]]); // prettier-ignore
    expect(calls).toBe(3);
    for (const [n, [{ logProbability, score }]] of found.entries()) {
      const path = n === 0 ? [0, 1, 2] : [2];
      const total = path.reduce((sum, token) => sum + logOf(rows[token])[rows[token].indexOf(9)], 0);
      expect(logProbability).toBeCloseTo(total, 5);
      expect(score).toBe(logProbability);
    }
  },
);

it("strategies bear the names by which decode takes them", () => {
  expect([strategies.greedy(), strategies.sampling(), strategies.beam()].map(({ name }) => name)).toEqual(["greedy", "sampling", "beam"]);
}); // prettier-ignore

const wide = initializers.randomNormal({ stddev: 1 });

/** A small decoder that looks at a memory. */
function network() {
  const [token, state, memory] = [
    layers.input({ shape: [1] }),
    layers.input({ shape: [6] }),
    layers.input({ shape: [null, 6] }),
  ];
  const embedded = layers.embedding({ inputDim: 9, outputDim: 5, embeddingsInitializer: wide }).apply(token);
  const [read, next] = layers.gru({ units: 6, returnSequences: true, returnState: true }).applyMany([embedded, state]);
  const context = layers.attention({ score: "general" }).apply([read, memory]);
  const logits = layers.dense({ units: 9, kernelInitializer: wide }).apply(layers.concatenate().apply([read, context]));
  return model({ inputs: [token, state, memory], outputs: [logits, next], seed: 3 });
}
const random = (shape: readonly number[], seed: number): Tensor => {
  const draw = new Random(seed);
  return tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 2 * draw.uniform() - 1),
    shape,
  );
};

describe("a network that looks at a memory", () => {
  const decoder = network();
  const step: DecoderStepFunction = (tokens, [state], [memory, mask]) => {
    const [logits, next] = decoder.call([reshape(tokens, [-1, 1]), state, memory], {
      mask: [undefined, undefined, mask],
    });
    return { logits, states: [next] };
  };
  const [state, memory] = [random([3, 6], 1), random([3, 4, 6], 2)];
  const mask = tensor([[1, 1, 1, 1], [1, 1, 0, 0], [1, 1, 1, 0]], undefined, { dtype: "int32" }); // prettier-ignore
  const options = { start: 1, end: 2, maxLength: 8, states: [state], memory: [memory, mask] };

  it.each<NonNullable<DecodeOptions["strategy"]>>(["greedy", "sampling", strategies.beam({ width: 4, best: 3 })])(
    "strategy %#: recorded as called, batched as alone",
    (strategy) => {
      const batch = decode(step, { ...options, strategy });
      expect(batch.length).toBe(3);
      expect(decode(step, { ...options, strategy, recorded: false })).toEqual(batch);
      if (strategy === "sampling") return; // the rows of a batch share one stream of draws
      for (const n of [0, 1, 2]) {
        const row = tensor(Int32Array.of(n));
        const alone = { states: [gatherRows(state, row)], memory: [gatherRows(memory, row), gatherRows(mask, row)] };
        const [hypotheses] = decode(step, { ...options, ...alone, strategy });
        expect(hypotheses.map(({ tokens }) => [...tokens])).toEqual(batch[n].map(({ tokens }) => [...tokens]));
      }
    },
  );

  it("log-probabilities are those of the sequence read in one piece", () => {
    for (const [n, hypotheses] of decode(step, {
      ...options,
      strategy: strategies.beam({ width: 4, best: 3 }),
    }).entries()) {
      for (const { tokens, logProbability, isEnded } of hypotheses) {
        const row = tensor(Int32Array.of(n));
        let [now, total, before] = [gatherRows(state, row), 0, 1];
        for (const token of isEnded ? [...tokens, 2] : tokens) {
          const { logits, states } = step(
            tensor(Int32Array.of(before)),
            [now],
            [gatherRows(memory, row), gatherRows(mask, row)],
          );
          total += logOf(Array.from(logits.toTypedArray()))[token];
          [[now], before] = [states!, token];
        }
        expect(logProbability).toBeCloseTo(total, 4);
      }
    }
  });

  it("leaves states, memory and what is in use as they were, also where the step throws", () => {
    const before = [state, memory, mask].map((one) => one.toArray());
    decode(step, options);
    const { bytesInUse } = memoryUsage();
    decode(step, { ...options, strategy: "beam" });
    decode(step, { ...options, recorded: false });
    let calls = 0;
    const failing: DecoderStepFunction = (...args) => {
      if (++calls === 3) throw new Error("enough");
      return step(...args);
    };
    expect(() => decode(failing, { ...options, recorded: false })).toThrow("enough");
    expect(memoryUsage().bytesInUse).toBeLessThanOrEqual(bytesInUse);
    expect([state, memory, mask].map((one) => one.toArray())).toEqual(before);
  });
});

it("without recording, states may grow: the tokens so far", () => {
  const step: DecoderStepFunction = (tokens, [seen]) => {
    const all = concat([seen, reshape(tokens, [-1, 1])], 1);
    const next = (all.shape[1] - 1) % V; // 1, 2, 3
    const logits = Array.from({ length: all.shape[0] }, () =>
      Array.from({ length: V }, (_, i) => (i === next ? 5 : 0)),
    );
    return { logits: tensor(logits), states: [all] };
  };
  const states = [tensor([[0], [0]], undefined, { dtype: "int32" })];
  const found = decode(step, { start: 0, end, maxLength: 9, states, recorded: false, strategy: "beam" });
  expect(found.map(([{ tokens }]) => [...tokens])).toEqual([[1, 2], [1, 2]]); // prettier-ignore
});

it("every source begins with its own start, and maxLength ends what has no end", () => {
  const rows = language(1).map((row, i) =>
    row.map((z, token) => (token === (i + 1) % 3 ? 9 : token === end ? -99 : z)),
  );
  const found = decode(stepOf(rows, [0, 0, 0, 0]), { start: [0, 2], end, maxLength: 3, states: [counts(2)] });
  expect(found.map(([{ tokens, isEnded }]) => [[...tokens], isEnded])).toEqual([[[1, 2, 0], false], [[0, 1, 2], false]]); // prettier-ignore
});

describe("refuses", () => {
  const plain: DecoderStepFunction = (tokens) => ({ logits: gatherRows(tensor(language(1)), tokens) });
  const options = { start, end, maxLength: 3 };
  it.each<[string, () => unknown, abstract new () => Error, string]>([
    ["no end", () => decode(plain, { start, maxLength: 3 } as never), UsageError, "decode: end is missing"],
    ["an end that the vocabulary does not have", () => decode(plain, { ...options, end: 4 }), UsageError, "decode: the vocabulary has no such end; expected a token below V = 4, got 4."],
    ["no start", () => decode(plain, { end, maxLength: 3 } as never), UsageError, "decode: start is not a token; expected an integer ≥ 0, or one for each source, got undefined."],
    ...[1.5, -1, 2 ** 31, [0, 0.5], [], "1", null].map((wrong): [string, () => unknown, typeof LanegradError, string] => [
      `a start of ${JSON.stringify(wrong)}`,
      () => decode(plain, { ...options, start: wrong as never }),
      LanegradError,
      Array.isArray(wrong) && wrong.length === 0 ? "decode: numbers of sources differ" : "decode: start is not a token; expected an integer ≥ 0",
    ]),
    ["as many starts as there are no states for", () => decode(plain, { ...options, start: [0, 1], memory: [counts(3)] }), ShapeError, "got 3, 2."],
    ["logits of one axis", () => decode(() => ({ logits: tensor([1, 2, 3, 4]) }), options), ShapeError, "decode: the logits do not fit; expected [R, V] or [R, 1, V] with R = 1, got Tensor(4)."],
    ["logits of one axis with one element", () => decode(() => ({ logits: tensor([5]) }), { ...options, end: 0 }), ShapeError, "got Tensor(1)."],
    ["logits of one source for two", () => decode(() => ({ logits: tensor([[[1, 2, 3, 4], [1, 2, 3, 4]]]) }), { ...options, start: [0, 0] }), ShapeError, "with R = 2, got Tensor(1, 2, 4)."],
    ["a step that loses its states", () => decode(plain, { ...options, states: [counts(1), counts(1)] }), ShapeError, "expected [1, 1], [1, 1], got none."],
    ["logits of four axes", () => decode(() => ({ logits: tensor([[[[1, 2, 3, 4]]]]) }), options), ShapeError, "got Tensor(1, 1, 1, 4)."],
    ["logits of two steps", () => decode(() => ({ logits: tensor([[[1, 2, 3, 4], [1, 2, 3, 4]]]) }), options), ShapeError, "got Tensor(1, 2, 4)."],
    ["logits of an empty vocabulary", () => decode(() => ({ logits: zeros([1, 0]) }), options), ShapeError, "got Tensor(1, 0)."],
    ["states that are no list", () => decode(plain, { ...options, states: counts(1) as never }), UsageError, "decode: states must be a list; expected tensors [N, …], got Tensor."],
    ["memory of a scalar", () => decode(plain, { ...options, memory: [tensor(1)] }), UsageError, "decode: memory must be a list; expected tensors [N, …], got [Tensor]."],
    ["a step that gives another number of states, not recorded", () => decode(plain, { ...options, states: [counts(1)], recorded: false }), ShapeError, "expected [1, 1], got none."],
    ["a step that gives states of another shape", () => decode((tokens) => ({ ...plain(tokens, [], []), states: [zeros([1, 2])] }), { ...options, states: [counts(1)] }), ShapeError, "expected [1, 1], got [1, 2]."],
    ["a step that gives no list of states", () => decode((tokens) => ({ ...plain(tokens, [], []), states: 5 as never }), options), ShapeError, "expected none, got 5."],
    ["nothing from a step", () => decode((() => undefined) as never, options), UsageError, "decode: the step gives no logits; expected { logits, states }, got undefined."],
    ["a strategy without a width", () => decode(plain, { ...options, strategy: { begin: () => 0, width: 1.5 } as never }), UsageError, "decode: unknown strategy"],
    ["a strategy that cannot begin", () => decode(plain, { ...options, strategy: { width: 1 } as never }), UsageError, "decode: unknown strategy"],
    ["a list of strategies", () => decode(plain, { ...options, strategy: ["greedy"] as never }), UsageError, 'decode: unknown strategy; expected "greedy", "sampling", "beam" or one of strategies, got ["greedy"].'],
    ["a beam of no width", () => strategies.beam({ width: 0 }), UsageError, "decode beam: width is out of range"],
    ["a strategy that is an object", () => decode(plain, { ...options, strategy: { begin: () => 0 } as never }), UsageError, "decode: unknown strategy"],
    ["maxLength 0", () => decode(plain, { ...options, maxLength: 0 }), UsageError, "decode: maxLength is out of range"],
    ["a strategy of no name", () => decode(plain, { ...options, strategy: "best" as never }), UsageError, 'decode: unknown strategy; expected "greedy", "sampling", "beam" or one of strategies, got "best".'],
    ["more hypotheses than the beam holds", () => strategies.beam({ width: 2, best: 3 }), UsageError, "decode beam: best is out of range; expected at most width = 2, got 3."],
    ["a step that gives a tensor", () => decode((() => tensor([[1, 2]])) as never, options), UsageError, "decode: the step gives no logits; expected { logits, states }, got Tensor."],
    ["logits of another batch", () => decode(() => ({ logits: tensor([[1, 2], [1, 2]]) }), options), ShapeError, "decode: the logits do not fit; expected [R, V] or [R, 1, V] with R = 1"],
    ["a step that loses its state", () => decode(plain, { ...options, states: [counts(1)] }), ShapeError, "decode: the states after the step are not as before; expected [1, 1], got none."],
    ["states of two batches", () => decode(plain, { ...options, states: [counts(1)], memory: [counts(2)] }), ShapeError, "decode: numbers of sources differ; expected the same N ≥ 1 in start, states and memory, got 1, 2."],
    ["no function", () => decode(undefined as never, options), UsageError, "decode"],
    ["NaN, greedy", () => decode(() => ({ logits: tensor([[NaN, 1, 2, 3]]) }), options), ShapeError, "NaN"],
    ["NaN, in a beam", () => decode(() => ({ logits: tensor([[NaN, 1, 2, 3]]) }), { ...options, strategy: strategies.beam({ width: 1 }) }), DataError, "decode: the logit of token 0 after beginning 0 of source 0 is NaN."],
  ])("%s", (_, call, error, text) => {
    expect(call).toThrow(error);
    expect(call).toThrow(text);
  }); // prettier-ignore
});
