/** Every layer does with a mask what the table says: whether it goes on, and whether what stands in the padding can be seen. Letters: N samples, T steps. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { input } from "../../src/layers/index.js";
import type { Layer } from "../../src/layers/layer.js";
import { layerKinds } from "../../src/layers/registry.js";
import { model } from "../../src/models/sequential.js";
import { mul } from "../../src/ops/pointwise/arithmetic.js";
import { tensor } from "../../src/tensor/create.js";
import { drawNormal } from "../../src/tensor/drawNormal.js";
import { Random } from "../../src/tensor/random.js";
import { RandomState } from "../../src/tensor/randomState.js";
import { type Shape, sizeOf } from "../../src/tensor/shape.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import "../support/engine.js";
import { type MaskRow, maskMarkdown, maskTable } from "./masks.js";

/** Padding in front, in the middle and behind; the last sample is padding alone. */
const counts = [0, 1, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0];
const mask = tensor(Int32Array.from(counts), [3, 4]);
const random = new RandomState(3);
afterAll(() => random.dispose());

/** The layer's output, its mask and the gradient of its input, from inputs (N, T, …) of which the padding is filled with `padding`. */
function call({ layer, shape, others }: Built, padding: number, training: boolean) {
  const isTokens = layer.sequences?.tokens !== undefined;
  const draw = new Random(5);
  const width = sizeOf(shape.slice(2));
  const values = Float32Array.from({ length: sizeOf(shape) }, (_, i) =>
    shape.length > 1 && counts[Math.floor(i / width)] === 0
      ? padding
      : isTokens
        ? draw.integer(8) + 1
        : drawNormal(draw),
  );
  const x = isTokens ? tensor(Int32Array.from(values), shape) : tensor(values, shape, { requiresGrad: true });
  const context = { training, random, stream: 2, masks: [mask] };
  const y = layer.call([isTokens ? x : mul(x, 1), ...others], context); // a layer that hands on its operand gives no leaf
  const outputMask = layer.outputMask([x], [mask]);
  // Where steps do not count, nothing is said of the output.
  const seen = Float32Array.from({ length: y.size }, (_, i) => (isSeen(y, outputMask, i) ? Math.sin(i + 1) : 0));
  if (y.dtype === "float32") y.backward(tensor(seen, y.shape));
  return { y, outputMask, gradient: x.grad && unsigned(x.grad) };
}

/** Its values, −0 as 0. */
function unsigned(x: Tensor): Float32Array {
  return Float32Array.from(x.toTypedArray(), (value) => value + 0);
}

/** True where element i of y is of a step that counts. */
function isSeen(y: Tensor, outputMask: Tensor | undefined, i: number): boolean {
  if (outputMask === undefined) return true;
  return outputMask.toTypedArray()[Math.floor(i / sizeOf(y.shape.slice(2)))] !== 0;
}

/** A layer with memory for its parameters, the shape of its first input, and its others. */
interface Built {
  readonly layer: Layer;
  readonly shape: Shape;
  readonly others: readonly Tensor[];
}

function built(row: MaskRow): Built {
  const layer = row.make();
  const { shape = [3, 4, 4], others = [] } = row;
  const symbols = row.does === "merges" ? [shape, shape] : [shape, ...others];
  const inputs = symbols.map((one) => input({ shape: one.slice(1) }));
  const { weights } = model({ inputs, outputs: layer.apply(inputs) }); // gives the parameters memory
  const draw = new Random(9);
  for (const { name, value } of weights)
    if (!/moving|variance/.test(name))
      value.assign(Float32Array.from({ length: value.size }, () => drawNormal(draw, 0, 0.5)));
  const values = (size: number): Float32Array => Float32Array.from({ length: size }, () => drawNormal(draw));
  return { layer, shape, others: others.map((one) => tensor(values(sizeOf(one)), one)) };
}

const rows = Object.entries(maskTable).flatMap(([kind, list]) => list.map((row) => ({ kind, row })));
const those = (...rules: readonly string[]) => rows.filter(({ row }) => rules.includes(row.does));

it("the table has a row for each of the layers there are, and docs/masks.md prints it (vitest -u writes it there)", async () => {
  expect(Object.keys(maskTable)).toEqual(
    [...layerKinds].sort((a, b) => a.toLowerCase().localeCompare(b.toLowerCase())),
  );
  expect(rows.every(({ kind, row }) => row.make().kind === kind)).toBe(true);
  const page = fileURLToPath(new URL("../../docs/masks.md", import.meta.url));
  const lines = /(?<=^\*\*makes\*\*[^]*?\n\n)- `[^]*?(?=\n\n)/m;
  await expect(readFileSync(page, "utf8").replace(lines, maskMarkdown)).toMatchFileSnapshot(page);
});

describe.each(those("keeps", "uses"))("$kind $row.does a mask", ({ row }) => {
  const one = built(row);
  const { layer, shape } = one;

  it.each([false, true])("what stands in the padding changes no bit of result or gradient; training %s", (training) => {
    const padding = layer.sequences?.tokens === undefined ? [0, 7.5, -300] : [0, 1, 8];
    const [first, ...others] = padding.map((value) => call(one, value, training));
    const bits = ({ y, outputMask }: typeof first) => unsigned(y).map((v, i) => (isSeen(y, outputMask, i) ? v : 0));
    for (const other of others) {
      expect(bits(other)).toEqual(bits(first));
      expect(other.gradient).toEqual(first.gradient);
    }
    expect([...bits(first), ...(first.gradient ?? [])].every(Number.isFinite)).toBe(true);
    const width = sizeOf(shape.slice(2));
    expect(first.gradient?.filter((_, i) => counts[Math.floor(i / width)] === 0).every((g) => g === 0) ?? true).toBe(
      true,
    );
  });

  it(`the mask ${row.does === "keeps" || row.goesOn ? "goes on" : "ends, since there are no steps any more"}`, () => {
    const { y, outputMask } = call(one, 0, false);
    if (row.does === "keeps") expect(outputMask).toBe(mask);
    else expect(outputMask?.shape).toEqual(row.goesOn ? y.shape.slice(0, 2) : undefined);
  });
});

describe.each(those("ends"))("at $kind a mask ends", ({ row }) => {
  it("none goes on, and padding is numbers like others", () => {
    const one = built(row);
    const [zeros, sevens] = [0, 7.5].map((padding) => call(one, padding, false));
    expect(zeros.outputMask).toBeUndefined();
    expect(sevens.y.toTypedArray()).not.toEqual(zeros.y.toTypedArray());
  });
});
