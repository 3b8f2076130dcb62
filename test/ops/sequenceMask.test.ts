/** Lengths as masks, and what ops over sequences say of lengths that are none. */
import { expect, it } from "vitest";
import { lstm } from "../../src/ops/recurrent/lstm.js";
import { sequenceMask } from "../../src/ops/recurrent/sequenceMask.js";
import { ones, tensor } from "../../src/tensor/create.js";
import { record } from "../../src/tensor/record.js";
import "../support/engine.js";

const wanted = [
  [1, 0, 0],
  [1, 1, 1],
  [1, 1, 0],
  [0, 0, 0],
];
const weights = { kernel: ones([2, 16]), recurrentKernel: ones([4, 16]) };

it("takes numbers, and tensors that a recorded step may change", () => {
  expect(sequenceMask([1, 3, 2, 0], 3).toArray()).toEqual(wanted);
  const lengths = tensor(Int32Array.from([3, 3, 3, 3]));
  const recording = record(() => sequenceMask(lengths, 3));
  lengths.assign([1, 3, 2, 0]);
  recording.replay();
  expect(recording.result.toArray()).toEqual(wanted);
  expect(recording.result.dtype).toBe("int32");
  recording.dispose();
});

it.each([
  Int32Array, Uint8Array, Uint16Array, Uint32Array, Int8Array, Float32Array, Float64Array,
])("takes lengths in a %o", (View) => {
  expect(sequenceMask(View.of(1, 3, 2, 0), 3).toArray()).toEqual(wanted);
  const x = ones([4, 3, 2]);
  const output = (lengths: ArrayLike<number>) => lstm(x, weights, { lengths }).output.toTypedArray();
  expect(output(View.of(1, 3, 2, 0))).toEqual(output([1, 3, 2, 0]));
}); // prettier-ignore

it.each(["float32", "uint8"] as const)("takes lengths in a %s tensor, which a recorded step may change", (dtype) => {
  const lengths = tensor([3, 3, 3, 3], [4], { dtype });
  const recording = record(() => sequenceMask(lengths, 3));
  lengths.assign([1, 3, 2, 0]);
  recording.replay();
  expect(recording.result.toArray()).toEqual(wanted);
  expect(recording.result.dtype).toBe("int32");
  recording.dispose();
});

it("lengths are a mask", () => {
  const x = tensor(
    Float32Array.from({ length: 18 }, (_, i) => Math.sin(i)),
    [3, 3, 2],
  );
  const [byLengths, byMask] = [{ lengths: [1, 3, 2] }, { mask: sequenceMask([1, 3, 2], 3) }].map((options) =>
    lstm(x, weights, options).output.toTypedArray(),
  );
  expect(byLengths).toEqual(byMask);
});

it.each([
  [
    () => lstm(ones([2, 3, 2]), weights, { lengths: [1, -1] }),
    "sequenceMask: lengths[1] is out of range; expected integers from 0 to T = 3, got -1.",
  ],
  [
    () => lstm(ones([2, 3, 2]), weights, { lengths: [4, 1] }),
    "sequenceMask: lengths[0] is out of range; expected integers from 0 to T = 3, got 4.",
  ],
  [
    () => lstm(ones([2, 3, 2]), weights, { lengths: [1.5, 1] }),
    "sequenceMask: lengths[0] is out of range; expected integers from 0 to T = 3, got 1.5.",
  ],
  [
    () => lstm(ones([2, 3, 2]), weights, { lengths: tensor(Int32Array.of(3, -1)) }),
    "sequenceMask: lengths[1] is out of range; expected integers from 0 to T = 3, got -1.",
  ],
  [
    () => sequenceMask(tensor(Int32Array.of(3, 4, -1)), 3),
    "sequenceMask: lengths[1] is out of range; expected integers from 0 to T = 3, got 4.",
  ],
  [
    () => lstm(ones([2, 3, 2]), weights, { lengths: [1] }),
    "lstm: the mask does not fit; expected [N, T] = [2, 3], got [1, 3].",
  ],
  [
    () => sequenceMask(3 as never, 3),
    "sequenceMask: lengths must be an array or a tensor; expected integers from 0 to T = 3, got 3.",
  ],
  [
    () => sequenceMask(Float64Array.of(2, 1.5), 3),
    "sequenceMask: lengths[1] is out of range; expected integers from 0 to T = 3, got 1.5.",
  ],
  [
    () => sequenceMask(BigInt64Array.of(2n) as never, 3),
    "sequenceMask: lengths[0] is out of range; expected integers from 0 to T = 3, got 2.",
  ],
  [
    () => sequenceMask(new DataView(new ArrayBuffer(2)) as never, 3),
    "sequenceMask: lengths must be an array or a tensor; expected integers from 0 to T = 3, got DataView.",
  ],
  [
    () => sequenceMask(tensor([2, 0.5]), 3),
    "sequenceMask: lengths[1] is out of range; expected integers from 0 to T = 3, got 0.5.",
  ],
  [
    () => sequenceMask(tensor([NaN]), 3),
    "sequenceMask: lengths[0] is out of range; expected integers from 0 to T = 3, got NaN.",
  ],
  [() => sequenceMask(ones([2, 1]), 3), "sequenceMask: lengths must have shape [N]"],
  [
    () => lstm(ones([2, 3, 2]), weights, { lengths: [1, 2], mask: sequenceMask([1, 2], 3) }),
    "lstm: both a mask and lengths are given; expected one of them. A mask can express everything that lengths can.",
  ],
])("refuses %#", (call, text) => {
  expect(call).toThrow(text);
});
