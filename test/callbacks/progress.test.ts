/** callbacks.progress: what a terminal, a pipe, an element and a function get. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Callback, callbacks, layers, losses, optimizers, sequential, tensor } from "../../src/index.js";
import type { ProgressReport } from "../../src/callbacks/index.js";
import "../support/engine.js";

const x = tensor(
  Float32Array.from({ length: 40 }, (_, i) => i / 40),
  [40, 1],
);
const make = () => {
  const model = sequential([layers.dense({ units: 1, inputShape: [1] })], { seed: 1 });
  model.compile({ optimizer: optimizers.sgd(), loss: losses.meanSquaredError() });
  return model;
};
/** Slow enough that each batch has its line. */
const slowly: Callback = { onBatchEnd: () => new Promise((resolve) => setTimeout(resolve, 105)) };
const train = (progress: Callback, options: object = {}) =>
  make().fit(x, x, { epochs: 2, batchSize: 20, callbacks: [progress, slowly], ...options });

const streamOf = (given: object) => {
  const written: string[] = [];
  return { written, stream: { write: (text: string) => written.push(text), ...given } };
};

it("on a pipe: a line an epoch, with loss, validation and duration, and no hook after batches", async () => {
  const { written, stream } = streamOf({});
  const callback = callbacks.progress({ to: stream });
  expect("onBatchEnd" in callback).toBe(false);
  await train(callback, { validationSplit: 0.1, batchSize: 36 });
  expect(written).toHaveLength(2);
  expect(written[0]).toMatch(/^epoch 1\/2 {2}loss [\d.e-]+ {2}valLoss [\d.e-]+ {2}[\d.]+ s\n$/);
  expect(written[1]).toMatch(/^epoch 2\/2 /);
});

it("in a terminal: a live line with bar and time left, one line an epoch that stays, and nothing left at the end", async () => {
  const { written, stream } = streamOf({ isTTY: true, columns: 60 });
  await train(callbacks.progress({ to: stream }));
  const lines = written.map((text) => text.replace("\r\u001b[K", ""));
  expect(written.every((text) => text.startsWith("\r\u001b[K"))).toBe(true);
  expect(lines[0]).toMatch(/^epoch 1\/2 {2}━{5}─{15} {2}[\d.]+ s left {2}loss [\d.]+$/);
  expect(lines.filter((line) => line.endsWith("\n"))).toHaveLength(2);
  expect(lines.at(-1)).toBe("");
  expect(Math.max(...lines.map((line) => line.trimEnd().length))).toBeLessThan(60);
});

it("a narrow terminal: lines are cut, not wrapped", async () => {
  const { written, stream } = streamOf({ isTTY: true, columns: 12 });
  await train(callbacks.progress({ to: stream }), { epochs: 1 });
  expect(written[0]).toBe("\r\u001b[Kepoch 1/1  ");
});

it("an element's text is the line, after each batch too", async () => {
  const element = { textContent: null as string | null };
  const callback = callbacks.progress({ to: element });
  expect("onBatchEnd" in callback).toBe(true);
  await train(callback);
  expect(element.textContent).toMatch(/^epoch 2\/2 {2}loss /);
});

describe("a function is told what stands in the line", () => {
  const reportsOf = async (options: object, data = x): Promise<ProgressReport[]> => {
    const reports: ProgressReport[] = [];
    const to = (_: string, report: ProgressReport): void => void reports.push(report);
    await make().fit(data, data, {
      epochs: 2,
      batchSize: 20,
      callbacks: [callbacks.progress({ to }), slowly],
      ...options,
    });
    return reports;
  };

  it("epochs from 1, shares that rise to 1, seconds left that fall to 0", async () => {
    const reports = await reportsOf({});
    expect(reports.map(({ epoch, done, isEpochEnd }) => [epoch, done, isEpochEnd])).toEqual([
      [1, 0.25, false],
      [1, 0.5, false],
      [1, 0.5, true],
      [2, 0.75, false],
      [2, 1, false],
      [2, 1, true],
    ]);
    expect(reports.at(-1)!.secondsLeft).toBe(0);
    expect(reports[3].secondsLeft).toBeLessThan(1);
  });

  it("resumed in the middle of an epoch: the time left counts from there", async () => {
    const model = make();
    const stop: Callback = { onBatchEnd: (_batch, _logs, training) => training.stop("enough") };
    await model.fit(x, x, { epochs: 100, batchSize: 20, callbacks: [stop] });
    const reports: ProgressReport[] = [];
    const to = (_: string, report: ProgressReport): void => void reports.push(report);
    await model.fit(x, x, { epochs: 2, batchSize: 20, resume: true, callbacks: [callbacks.progress({ to }), slowly] });
    expect(reports[0]).toMatchObject({ epoch: 1, done: 0.5 });
    expect(reports[0].secondsLeft).toBeGreaterThan(0);
  });

  it("of a stream that does not say how long it is: neither share nor time left", async () => {
    const reports: ProgressReport[] = [];
    const to = (_: string, report: ProgressReport): void => void reports.push(report);
    const batches = function* () {
      for (let i = 0; i < 3; i++) yield { x, y: x };
    };
    await make().fit(batches, { epochs: 1, callbacks: [callbacks.progress({ to }), slowly] });
    expect(reports[0]).toMatchObject({ epoch: 1, done: undefined, secondsLeft: undefined });
    expect(reports.at(-1)).toMatchObject({ epoch: 1, isEpochEnd: true });
  });
});

it("of a stream whose length an epoch has shown: the time left is a number", async () => {
  const reports: ProgressReport[] = [];
  function* batches() {
    for (let i = 0; i < 3; i++) yield { x, y: x };
  }
  const to = (_: string, report: ProgressReport): void => void reports.push(report);
  await make().fit(batches, { epochs: 2, callbacks: [callbacks.progress({ to }), slowly] });
  const ends = reports.filter(({ isEpochEnd }) => isEpochEnd);
  expect(ends).toHaveLength(2);
  for (const { secondsLeft } of reports) expect(secondsLeft === undefined || secondsLeft >= 0).toBe(true);
});

it("a metric's name with a control character cannot reach the terminal", async () => {
  const { written, stream } = streamOf({});
  const callback = callbacks.progress({ to: stream });
  await callback.onEpochEnd!(0, { "a\u001b[2J\n": 1 }, { epoch: 1, epochs: 1, batches: 1 } as never);
  expect(written[0]).toMatch(/^epoch 1\/1 {2}a\\u001b\[2J {2}1 /);
});

it.each([
  ["stderr", '"stderr"'],
  [null, "null"],
  [{}, "Object"],
  [{ write: 1 }, "Object"],
])("what is no output is refused: %j", (to, got) => {
  expect(() => callbacks.progress({ to: to as never })).toThrow(
    `progress: to has the wrong type; expected a stream such as process.stderr, an element, or a function, got ${got}.`,
  );
});

it("a terminal that cannot go back in a line gets a line an epoch, as a pipe does", () => {
  const { stream } = streamOf({ isTTY: true });
  const isLive = (): boolean => "onBatchEnd" in callbacks.progress({ to: stream });
  for (const [term, expected] of [
    ["dumb", false],
    ["xterm", true],
    ["", true],
  ] as const) {
    vi.stubEnv("TERM", term);
    expect(isLive(), term).toBe(expected);
  }
  vi.unstubAllEnvs();
});

it("by default, standard output in Node; in a page the console, a line an epoch", () => {
  const inPage = <Result>(call: () => Result): Result => {
    vi.stubGlobal("process", undefined);
    try {
      return call();
    } finally {
      vi.unstubAllGlobals();
    }
  };
  const end = (callback: Callback): void =>
    void callback.onEpochEnd!(0, { loss: 2 }, { epoch: 1, epochs: 1, batches: 1 } as callbacks.Training);
  const logged = vi.spyOn(console, "log").mockImplementation(() => undefined);
  const written = vi.spyOn(process.stdout, "write").mockImplementation(() => true);
  try {
    const callback = inPage(() => callbacks.progress());
    expect("onBatchEnd" in callback).toBe(false);
    end(callback);
    expect(logged.mock.calls).toEqual([[expect.stringMatching(/^epoch 1\/1 {2}loss 2 {2}.* [hmins]+$/)]]);
    expect(written).not.toHaveBeenCalled();
    end(callbacks.progress());
    expect(written).toHaveBeenCalledOnce();
    expect(inPage(() => "onBatchEnd" in callbacks.progress({ to: streamOf({ isTTY: true }).stream }))).toBe(true);
  } finally {
    vi.restoreAllMocks();
  }
});

it("its name is progress", () => expect(callbacks.progress().name).toBe("progress"));

describe("by a clock that the test sets", () => {
  afterEach(() => vi.restoreAllMocks());

  /** The callback's hooks after a begin, with what they tell; `wait` lets seconds go by. */
  function watched() {
    let now = 70_000;
    vi.spyOn(performance, "now").mockImplementation(() => now);
    const told: [line: string, report: ProgressReport][] = [];
    const hooks = callbacks.progress({ to: (...one) => told.push(one) });
    const at = (epoch: number, batches = 10) => ({ epoch, epochs: 2, batches }) as callbacks.Training;
    void hooks.onTrainBegin!(at(0));
    return {
      told,
      wait: (seconds: number) => (now += 1000 * seconds),
      batch: (b: number, epoch = 0, batches = 10) => void hooks.onBatchEnd!(b, { loss: 0.123456 }, at(epoch, batches)),
      epoch: (next: number, batches = 10) => void hooks.onEpochEnd!(next - 1, { loss: 2 }, at(next, batches)),
    };
  }

  it.each([
    [9.94, "9.9 s"],
    [9.95, "10 s"],
    [59.4, "59 s"],
    [59.6, "1 min 0 s"],
    [3599.4, "59 min 59 s"],
    [3599.6, "1 h 0 min"],
    [7500, "2 h 5 min"],
  ])("an epoch of %d s took %s", (seconds, text) => {
    const { told, wait, batch, epoch } = watched();
    wait(seconds);
    epoch(1);
    expect(told[0][0]).toBe(`epoch 1/2  loss 2  ${text}`);
    wait(1);
    batch(0, 1);
    wait(2);
    epoch(2);
    told.splice(1, 1);
    expect(told[1][0]).toBe("epoch 2/2  loss 2  3.0 s"); // its own seconds
    expect(told[1][1]).toEqual({ epoch: 2, epochs: 2, done: 1, secondsLeft: 0, logs: { loss: 2 }, isEpochEnd: true });
  });

  it("time left goes by the batches of this fit, lines come ten times a second", () => {
    const { told, wait, batch } = watched();
    wait(5);
    batch(0);
    expect(told[0]).toEqual([
      "epoch 1/2  ━───────────────────  1 min 35 s left  loss 0.1235",
      { epoch: 1, epochs: 2, done: 0.05, secondsLeft: 95, logs: { loss: 0.123456 }, isEpochEnd: false },
    ]);
    wait(0.099);
    batch(1);
    expect(told).toHaveLength(1);
    wait(0.001);
    batch(2);
    expect(told[1][1].secondsLeft).toBeCloseTo((5.1 / 3) * 17);
  });

  it("a resumed fit counts its own batches alone", () => {
    const { told, wait, batch, epoch } = watched();
    wait(4);
    batch(3, 1); // the 14th of 20, and the first of this fit
    expect([told[0][1].done, told[0][1].secondsLeft]).toEqual([0.7, 24]);
    wait(2);
    epoch(2);
    expect(told[1][1].secondsLeft).toBe(0);
  });

  it("where the number of batches is not known there is neither bar nor time left", () => {
    const { told, wait, batch } = watched();
    wait(1);
    batch(0, 0, Infinity);
    expect(told[0]).toEqual([
      "epoch 1/2  loss 0.1235",
      { epoch: 1, epochs: 2, done: undefined, secondsLeft: undefined, logs: { loss: 0.123456 }, isEpochEnd: false },
    ]);
  });
});
