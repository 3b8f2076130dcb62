/**
 * Whether the gradient over the picture finds the pixels that a network reads by: some of the ink is blanked out, those
 * pixels of which the gradient of the highest output is greatest, or as many by lot.
 */
import { type Model, Random, inputGradients, tensor } from "lanegrad";

const pixels = 784;

/** For each digit whether it is read right: as it is, without the ink of the greatest gradient, without ink by lot. */
export interface Blanked {
  readonly whole: readonly boolean[];
  readonly byGradient: readonly boolean[];
  readonly byLot: readonly boolean[];
}

/**
 * Blanks a share of the ink of each digit.
 *
 * @param digits  (N, 784), 0 … 1
 * @param share   of the ink pixels, 0 … 1
 */
export async function blankedOut(
  model: Model,
  digits: Float32Array,
  labels: ArrayLike<number>,
  { share, seed, signal }: { readonly share: number; readonly seed: number; readonly signal: AbortSignal },
): Promise<Blanked> {
  const N = digits.length / pixels;
  const x = tensor(digits, [N, 28, 28, 1]);
  const [gradient] = inputGradients(model, [x]);
  const sizes = gradient.toTypedArray().map(Math.abs);
  for (const one of [x, gradient]) one.dispose();
  const random = new Random(seed);
  const [lessByGradient, lessByLot] = [digits.slice(), digits.slice()];
  for (let n = 0; n < N; n++) {
    const ink = Int32Array.from({ length: pixels }, (_, i) => n * pixels + i).filter((i) => digits[i] > 0);
    const most = Math.round(share * ink.length);
    for (const i of ink.toSorted((a, b) => sizes[b] - sizes[a]).subarray(0, most)) lessByGradient[i] = 0;
    for (const i of random.shuffle(ink).subarray(0, most)) lessByLot[i] = 0;
  }
  const read = async (all: Float32Array): Promise<boolean[]> => {
    const some = tensor(all, [N, 28, 28, 1]);
    const outputs = await model.predict(some, { batchSize: 250, signal });
    const values = outputs.toTypedArray();
    const right = Array.from({ length: N }, (_, n) => {
      const ten = values.subarray(10 * n, 10 * n + 10);
      return ten.indexOf(Math.max(...ten)) === labels[n];
    });
    for (const one of [some, outputs]) one.dispose();
    return right;
  };
  return { whole: await read(digits), byGradient: await read(lessByGradient), byLot: await read(lessByLot) };
}
