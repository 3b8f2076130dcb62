/** What happens to `grad`: whatever a user does to it works or is refused, and backward passes add to it, replayed ones too. */
import { describe, expect, it } from "vitest";
import { add, mul } from "../../src/ops/pointwise/arithmetic.js";
import { sum } from "../../src/ops/reduce/reduce.js";
import { tanh } from "../../src/ops/pointwise/activationFunctions.js";
import { batchNormalization, dense } from "../../src/layers/index.js";
import { meanSquaredError } from "../../src/losses/index.js";
import { sequential } from "../../src/models/sequential.js";
import { sgd } from "../../src/optimizers/index.js";
import { tensor, zeros } from "../../src/tensor/create.js";
import { record } from "../../src/tensor/record.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import "../support/engine.js";

const leaf = (values: readonly number[] = [1, 2]): Tensor =>
  tensor(values, undefined, { requiresGrad: true, name: "w" });
const loss = (w: Tensor): Tensor => sum(mul(w, w)); // gradient 2w

describe("grad of a leaf", () => {
  it("undefined clears it: the next backward begins anew", () => {
    const w = leaf();
    loss(w).backward();
    w.grad = undefined;
    expect(w.grad).toBeUndefined();
    loss(w).backward();
    expect(w.grad!.toArray()).toEqual([2, 4]);
  });

  it("zeroGrad() makes it zeros, and is nothing where there is none", () => {
    const w = leaf();
    w.zeroGrad();
    expect(w.grad).toBeUndefined();
    loss(w).backward();
    w.zeroGrad();
    expect(w.grad!.toArray()).toEqual([0, 0]);
    loss(w).backward();
    expect(w.grad!.toArray()).toEqual([2, 4]);
  });

  it("another tensor of its shape is added to", () => {
    const w = leaf();
    const own = tensor([10, 20]);
    w.grad = own;
    loss(w).backward();
    expect(own.toArray()).toEqual([12, 24]);
    expect(w.grad).toBe(own);
  });

  it("one that was disposed counts as none", () => {
    const w = leaf();
    loss(w).backward();
    w.grad!.dispose();
    expect(w.grad).toBeUndefined();
    loss(w).backward();
    expect(w.grad!.toArray()).toEqual([2, 4]);
  });

  it.each<[string, unknown, string]>([
    ["another shape", () => zeros([3]), 'grad: the gradient does not fit; expected Tensor(2) "w", got Tensor(3).'],
    ["another rank", () => zeros([2, 1]), 'grad: the gradient does not fit; expected Tensor(2) "w", got Tensor(2, 1).'],
    [
      "another dtype",
      () => zeros([2], { dtype: "int32" }),
      'grad: the gradient does not fit; expected Tensor(2) "w", got int32 Tensor(2).',
    ],
    ["numbers", () => [0, 0], 'grad: not a tensor; expected Tensor(2) "w", got [0, 0].'],
    ["null", () => null, 'grad: not a tensor; expected Tensor(2) "w", got null.'],
    [
      "a freed tensor",
      () => {
        const freed = zeros([2]);
        freed.dispose();
        return freed;
      },
      "tensor: Tensor(2) is used after it was freed",
    ],
  ])("%s is refused, and it stays as it is", (_, value, text) => {
    const w = leaf();
    loss(w).backward();
    expect(() => (w.grad = (value as () => Tensor)())).toThrow(text);
    expect(w.grad!.toArray()).toEqual([2, 4]);
  });
});

describe("a backward pass that is recorded", () => {
  it.each([
    ["where there was no gradient before", undefined],
    ["where there was one", () => tensor([0, 0])],
    ["where it was of another backward pass", () => tensor([5, 5])],
  ])("adds in every replay, %s", (_, before) => {
    const [w, eager] = [leaf(), leaf()];
    for (const one of [w, eager]) one.grad = before?.();
    const step = record(() => {
      const value = loss(w);
      value.backward();
      return value;
    });
    for (let i = 0; i < 3; i++) {
      if (i > 0) step.replay();
      loss(eager).backward();
      expect(w.grad!.toArray()).toEqual(eager.grad!.toArray());
    }
    w.assign([3, 4]);
    eager.assign([3, 4]);
    w.zeroGrad();
    eager.zeroGrad();
    step.replay();
    loss(eager).backward();
    expect(w.grad!.toArray()).toEqual([6, 8]);
    step.dispose();
  });

  it("adds where the gradient would be handed on without a copy: w in a sum", () => {
    const w = leaf();
    const step = record(() => {
      const value = sum(add(w, 1));
      value.backward();
      return value;
    });
    step.replay();
    step.replay();
    expect(w.grad!.toArray()).toEqual([3, 3]);
  });

  it("with zeroGrad() in the recording begins anew in every replay", () => {
    const w = leaf();
    const step = record(() => {
      w.zeroGrad();
      loss(w).backward();
    });
    for (let i = 0; i < 3; i++) step.replay();
    expect(w.grad!.toArray()).toEqual([8, 16]); // there was nothing to clear when it was recorded
    const second = record(() => {
      w.zeroGrad();
      loss(w).backward();
    });
    for (let i = 0; i < 3; i++) second.replay();
    expect(w.grad!.toArray()).toEqual([2, 4]);
  });

  it("goes on after grad was cleared or freed in between, and refuses another tensor", () => {
    const w = leaf();
    const step = record(() => {
      loss(w).backward();
    });
    w.grad = undefined;
    step.replay();
    expect(w.grad!.toArray()).toEqual([2, 4]);
    const own = w.grad;
    w.grad = tensor([0, 0]);
    expect(() => step.replay()).toThrow(
      'replay: grad of Tensor(2) "w" is another tensor than when recorded. Set it back, or record again.',
    );
    w.grad = own;
    step.replay();
    expect(w.grad!.toArray()).toEqual([4, 8]);
    w.grad!.dispose();
    expect(() => step.replay()).toThrow("which was freed");
  });
});

describe("what backward reads must be as it was in the forward pass", () => {
  it("assign to x in between is an error that names x and the op, and no gradient has changed", () => {
    const [w, x] = [leaf(), tensor([3, 4], undefined, { name: "x" })];
    const total = sum(add(mul(w, x), tanh(w)));
    x.assign([0, 0]);
    expect(() => total.backward()).toThrow(
      'backward: Tensor(2) "x", which the gradient of mul reads, has changed since the forward pass. Change values after backward(), or run the forward pass again.',
    );
    expect(w.grad).toBeUndefined();
  });

  it("so is one to a view of it, or to what it is a view of", () => {
    const w = leaf();
    const x = tensor([3, 4]);
    const view = x.share([2, 1]);
    const total = sum(mul(w, x));
    view.assign([0, 0]);
    expect(() => total.backward()).toThrow("has changed since the forward pass");
    const other = sum(mul(w.share([2]), w));
    w.assign([5, 5]);
    expect(() => other.backward()).toThrow("has changed since the forward pass");
  });

  it("inside of a recording too: the recording is not made", () => {
    const [w, x] = [leaf(), tensor([3, 4], undefined, { name: "x" })];
    const step = (change: () => void) => () => {
      const total = sum(mul(w, x));
      change();
      total.backward();
      return total;
    };
    expect(() => record(step(() => x.assign(tensor([0, 0]))))).toThrow(
      'backward: Tensor(2) "x", which the gradient of mul reads, has changed since the forward pass.',
    );
    x.assign([3, 4]);
    record(step(() => undefined)).replay();
    expect(w.grad!.toArray()).toEqual([6, 8]); // once when it was recorded, once when it was replayed
  });

  it("what no gradient reads may change: x of a sum", () => {
    const [w, x] = [leaf(), tensor([3, 4])];
    const total = sum(add(w, x));
    x.assign([0, 0]);
    total.backward();
    expect(w.grad!.toArray()).toEqual([1, 1]);
  });

  it("a step of an optimizer, loaded weights and restored ones are changes", async () => {
    const net = sequential([dense({ units: 2, activation: "tanh", inputShape: [2] }), dense({ units: 1 })]);
    net.compile({ optimizer: sgd(), loss: meanSquaredError() });
    const [x, y] = [tensor([[1, 2]]), tensor([[3]])];
    const bytes = await net.toBytes();
    const train = (): unknown => net.trainOnBatch([x], [y]);
    const recorded = record(() => net.trainOnBatch([x], [y]));
    const changes: readonly (() => unknown)[] = [
      train,
      () => {
        recorded.replay();
      },
      () => net.fit(x, y),
      () => net.loadWeights(bytes),
      () => {
        net.weights[2].value.assign([1, 2]);
      },
    ];
    for (const change of changes) {
      const [output] = net.call([x]);
      await change();
      expect(() => sum(output).backward()).toThrow("has changed since the forward pass");
    }
  });

  it("a weight that the gradient does not read may change: they share a block, and count apart", () => {
    const net = sequential([dense({ units: 2, activation: "tanh", inputShape: [2] }), dense({ units: 1 })]);
    const [output] = net.call([tensor([[1, 2]])]);
    net.weights[3].value.assign([7]); // the last bias
    expect(() => sum(output).backward()).not.toThrow();
  });

  it("moving statistics of one layer may change while another's are read", () => {
    const [fixed, free] = [batchNormalization(), batchNormalization()];
    const net = sequential([fixed, dense({ units: 2 }), free]);
    net.build([2]);
    fixed.trainable = false;
    const [output] = net.call([tensor([[1, 2], [3, 5]])], { training: true }); // prettier-ignore
    expect(() => sum(mul(output, output)).backward()).not.toThrow();
  });

  it("a replay changes its results", () => {
    const [w, x] = [leaf(), tensor([1, 2])];
    const doubled = record(() => mul(x, 2));
    const total = sum(mul(w, doubled.result));
    x.assign([5, 6]);
    doubled.replay();
    expect(() => total.backward()).toThrow("has changed since the forward pass");
  });

  it("a recorded forward pass goes back after a replay: by the values of the replay", () => {
    const [w, x] = [leaf(), tensor([1, 2])];
    const forward = record(() => sum(mul(w, x)));
    x.assign([5, 6]);
    forward.replay();
    forward.result.backward();
    expect(w.grad!.toArray()).toEqual([5, 6]);
  });
});
