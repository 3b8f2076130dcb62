/**
 * Structs that kernel calls read: where their fields lie, that a recorded one outlives the calls after it, and that none is left over.
 */
import { binary } from "#wasm/kernels";
import { describe, expect, it } from "vitest";
import { binaryAdd, broadcastBox } from "#wasm/layout-elementwise";
import { distortion } from "#wasm/layout-image";
import { optimizerBlock } from "#wasm/layout-optim";
import { poolShape } from "#wasm/layout-pool";
import { heap, launcher } from "../../src/runtime/runtime.js";
import { fillStruct, floatBits, writeStruct } from "../../src/runtime/struct.js";
import { tensor } from "../../src/tensor/create.js";
import { record } from "../../src/tensor/record.js";
import { add } from "../../src/ops/pointwise/arithmetic.js";
import "../support/engine.js";

const pooling = { n: 1, h: 2, w: 3, c: 4, oH: 5, oW: 6, kH: 7, kW: 8, sH: 9, sW: 10, pH: 11, pW: 12 };
const box = { d: [1, 1, 1, 3], a: [0, 0, 0, 1], b: [0, 0, 0, 0] } as const;

describe("a struct", () => {
  it("has its fields in the order of the class: lists in a row, float64 at multiples of 8", () => {
    expect(poolShape.bytes).toBe(48);
    expect([...heap().view("int32", writeStruct(poolShape, pooling), 12)]).toEqual(Object.values(pooling));
    expect(broadcastBox).toEqual({ bytes: 48, at: { d: 0, a: 16, b: 32 } });
    expect([...heap().view("int32", writeStruct(broadcastBox, box), 12)]).toEqual([...box.d, ...box.a, ...box.b]);
    expect(optimizerBlock.at).toMatchObject({ momentum: 12, beta1: 16, step: 32, momentumProduct: 64 });
  });

  it("is written whatever the order of the values", () => {
    const backwards = Object.fromEntries(Object.entries(pooling).toReversed()) as unknown as typeof pooling;
    expect([...heap().view("int32", writeStruct(poolShape, backwards), 12)]).toEqual(Object.values(pooling));
  });

  it("holds a float32 by its bits", () => {
    const zero = floatBits(0);
    const rest = { rotation: zero, shear: zero, shift: zero, amplitude: zero, sigma: zero, flips: 3 };
    const ptr = writeStruct(distortion, { ...rest, scale: floatBits(0.1) });
    expect([...heap().view("float32", ptr, 2)]).toEqual([0, Math.fround(0.1)]);
    expect(heap().view("int32", ptr, 7)[6]).toBe(3);
  });

  it("fills memory that somebody owns, and nothing beside it", () => {
    const owned = tensor(new Int32Array(14).fill(-1), [14], { dtype: "int32" });
    fillStruct(owned.ptr + 4, poolShape, pooling);
    expect(owned.toArray()).toEqual([-1, ...Object.values(pooling), -1]);
    owned.dispose();
  });

  it("stays while the call of its kernel writes another, and takes no memory", () => {
    const before = heap().bytesInUse;
    const first = writeStruct(poolShape, pooling);
    writeStruct(broadcastBox, box);
    expect([...heap().view("int32", first, 12)]).toEqual(Object.values(pooling));
    for (let i = 0; i < 1000; i++) writeStruct(broadcastBox, box);
    expect(heap().bytesInUse).toBe(before);
  });
});

describe("a recorded struct", () => {
  it("is what each replay reads, whatever was written since, and goes with the recording", () => {
    const before = heap().bytesInUse;
    const [a, b] = [tensor([1, 2, 3]), tensor([10])];
    const step = record(() => add(a, b));
    for (let i = 0; i < 100; i++) writeStruct(broadcastBox, { ...box, d: [9, 9, 9, 9] });
    a.assign(new Float32Array([4, 5, 6]));
    step.replay();
    expect(step.result.toArray()).toEqual([14, 15, 16]);
    step.result.dispose();
    step.dispose();
    a.dispose();
    b.dispose();
    expect(heap().bytesInUse).toBe(before);
  });

  it("is not written to by the recording's own commands, which take freed blocks again", () => {
    const x = tensor([1, 2, 3]);
    const step = record(() => {
      // Each sum frees the one before: a block of 64 bytes, as a struct's is.
      let y = add(x, x);
      for (let i = 0; i < 5; i++) {
        const next = add(y, 1);
        y.dispose();
        y = next;
      }
      return y;
    });
    for (let i = 0; i < 3; i++) step.replay();
    expect(step.result.toArray()).toEqual([7, 9, 11]);
    step.result.dispose();
    step.dispose();
    x.dispose();
  });

  it("is freed where the recorded function throws", () => {
    const before = heap().bytesInUse;
    const fail = (): never => {
      const at = launcher().placeOfStruct(broadcastBox.bytes);
      binary(binaryAdd, at, at, at, writeStruct(broadcastBox, { ...box, d: [0, 0, 0, 0] }), 0);
      throw new RangeError("no");
    };
    expect(() => record(fail)).toThrow("no");
    expect(heap().bytesInUse).toBe(before);
  });
});
