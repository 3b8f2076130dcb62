import { afterEach, describe, expect, it } from "vitest";
import "../support/engine.js";
import {
  MemoryError,
  add,
  type Tensor,
  dense,
  dropout,
  memoryUsage,
  mul,
  ones,
  RandomState,
  record,
  scope,
  softmaxCrossEntropy,
  sum,
  tensor,
  weightedMean,
  zeros,
} from "../../src/index.js";
import { heap } from "../../src/runtime/runtime.js";

const leftovers: { dispose(): void }[] = [];
const kept = <T extends { dispose(): void }>(thing: T): T => {
  leftovers.push(thing);
  return thing;
};
afterEach(() => {
  for (const thing of leftovers.splice(0)) thing.dispose();
});

describe("record", () => {
  it("runs the function once for real, and replays it on what the buffers hold then", () => {
    const x = kept(tensor([1, 2, 3]));
    const step = kept(record(() => sum(mul(x, x))));
    expect(step.result.item()).toBe(14);
    x.assign([1, 1, 2]);
    expect(step.result.item()).toBe(14);
    step.replay();
    expect(step.result.item()).toBe(6);
    expect(step.length).toBeGreaterThan(1);
  });

  it("replays forward and backward: gradients and loss as those of an eager run", () => {
    const [w, b] = [kept(tensor([[0.5, -0.25], [1, 0.75]], undefined, { requiresGrad: true })), kept(tensor([0.1, -0.1], undefined, { requiresGrad: true }))]; // prettier-ignore
    const x = kept(tensor([[1, 2], [3, 4]])); // prettier-ignore
    const labels = kept(tensor(Int32Array.of(0, 1)));
    const compute = (): Tensor => {
      const loss = weightedMean(softmaxCrossEntropy(dense(x, w, b, "tanh"), labels));
      loss.backward();
      return loss;
    };
    w.grad = kept(zeros([2, 2]));
    b.grad = kept(zeros([2]));
    const step = kept(record(compute));
    x.assign([
      [-1, 0.5],
      [2, -2],
    ]);
    w.grad.assign(new Float32Array(4));
    b.grad.assign(new Float32Array(2));
    step.replay();
    const replayed = [step.result.item(), ...w.grad.toTypedArray(), ...b.grad.toTypedArray()];
    w.grad.assign(new Float32Array(4));
    b.grad.assign(new Float32Array(2));
    const eager = scope(() => compute().item());
    expect(replayed).toEqual([eager, ...w.grad.toTypedArray(), ...b.grad.toTypedArray()]);
  });

  it("draws anew at every replay, as the same number of eager calls would", () => {
    const x = kept(ones([64]));
    const [recorded, eager] = [kept(new RandomState(7)), kept(new RandomState(7))];
    const draw = (random: RandomState): Tensor => {
      const y = dropout(x, 0.5, random, 0);
      random.advance();
      return y;
    };
    const step = kept(record(() => draw(recorded)));
    for (let i = 0; i < 3; i++) {
      if (i > 0) step.replay();
      expect(step.result.toTypedArray()).toEqual(scope(() => draw(eager).toTypedArray()));
    }
  });

  it("keeps what tensors made from JavaScript values hold, though their memory is free inside", () => {
    const x = kept(tensor([1, 2]));
    const step = kept(
      record(() => {
        const y = scope(() => add(x, tensor([10, 20])));
        return scope(() => add(mul(y, tensor([2, 2])), tensor([1, 1])));
      }),
    );
    for (const factor of [1, 3]) {
      x.assign([factor, 2 * factor]);
      step.replay();
      expect(step.result.toArray()).toEqual([2 * (factor + 10) + 1, 2 * (2 * factor + 20) + 1]);
    }
  });

  it("constants lie in blocks that no command of the recording writes, before them or after: 30, not 38", () => {
    const x = kept(tensor([1, 2, 3, 4]));
    const step = kept(
      record(() => {
        const a = sum(x);
        return add(a, sum(mul(x, tensor([2, 2, 2, 2]))));
      }),
    );
    for (let replays = 0; replays < 3; replays++) {
      expect(step.result.item()).toBe(30);
      step.replay();
    }
  });

  it("memory freed outside between replays is not handed out to others while the recording lives", () => {
    const x = kept(tensor([1, 2, 3, 4]));
    const step = kept(record(() => scope(() => sum(mul(add(x, x), x)))));
    const others = Array.from({ length: 50 }, () => kept(zeros([4])));
    step.replay();
    expect(step.result.item()).toBe(60);
    expect(others.every((other) => other.toTypedArray().every((value) => value === 0))).toBe(true);
  });

  it("gives back all memory on dispose, in either order with its result", () => {
    for (const resultFirst of [true, false]) {
      const before = heap().bytesInUse;
      const x = tensor([1, 2]);
      const step = record(() => sum(mul(x, x)));
      step.replay();
      const order = resultFirst ? [step.result, step, x] : [step, step.result, x];
      for (const thing of order) thing.dispose();
      expect(heap().bytesInUse).toBe(before);
    }
  });

  it("a result outlives its recording", () => {
    const x = kept(tensor([2, 3]));
    const step = record(() => mul(x, x));
    step.dispose();
    const others = Array.from({ length: 20 }, () => kept(zeros([2])));
    expect(kept(step.result).toArray()).toEqual([4, 9]);
    expect(others).toHaveLength(20);
  });
});

describe("errors of record and replay", () => {
  const touched = "is read or written from JavaScript inside record()";

  it.each([
    ["item", (x: Tensor) => x.item()],
    ["toTypedArray", (x: Tensor) => x.toTypedArray()],
    ["toArray", (x: Tensor) => x.toArray()],
    ["toString", (x: Tensor) => x.toString()],
    ["assign", (x: Tensor) => x.assign([1])],
  ])("%s inside record: an error that says so; nothing is kept, and the library goes on", (name, touch) => {
    const x = kept(tensor([5], undefined, { name: "x" }));
    const before = memoryUsage().bytesInUse;
    expect(() => record(() => touch(sum(mul(x, x), 0, { keepDims: true })))).toThrow(`${name}: Tensor(1) ${touched}`);
    expect(memoryUsage().bytesInUse).toBe(before);
    expect(scope(() => sum(x).item())).toBe(5);
  });

  it("a recording inside a recording", () => {
    const x = kept(tensor([5]));
    expect(() => record(() => record(() => sum(x)))).toThrow("record: another recording is in progress");
    expect(scope(() => sum(x).item())).toBe(5);
  });

  it("replay after dispose", () => {
    const x = kept(tensor([5]));
    const step = record(() => sum(x));
    kept(step.result);
    step.dispose();
    step.dispose();
    expect(() => step.replay()).toThrow("replay: the recording was disposed. Record again.");
  });

  it("replay after a tensor that it reads was freed, by name", () => {
    const x = tensor([5, 6], undefined, { name: "x" });
    const step = kept(record(() => sum(x)));
    x.dispose();
    expect(() => step.replay()).toThrow('replay: the recording uses Tensor(2) "x", which was freed.');
  });

  it("what the function throws comes through", () => {
    expect(() =>
      record(() => {
        throw new RangeError("mine");
      }),
    ).toThrow(RangeError);
  });

  it("a list of calls that finds no memory leaves nothing behind", () => {
    const x = kept(tensor([5, 6]));
    const watched = heap();
    const allocate = watched.allocate.bind(watched);
    const before = memoryUsage().bytesInUse;
    let isFull = false;
    watched.allocate = (bytes) => {
      if (isFull) throw new MemoryError("memory: the memory limit is reached.");
      return allocate(bytes);
    };
    const fill = (): Tensor => {
      const y = sum(mul(mul(x, x), x)); // the product between is freed inside the recording
      isFull = true;
      return y;
    };
    try {
      expect(() => scope(() => record(fill))).toThrow(MemoryError);
    } finally {
      watched.allocate = allocate;
    }
    expect(memoryUsage().bytesInUse).toBe(before);
    expect(scope(() => sum(x).item())).toBe(11);
  });
});
