/** Multi-class logistic regression of the first 5,000 digits of MNIST, penalised, on tensors: mean cross-entropy + λ/2 ‖W‖², λ = 1e-3. */
import process from "node:process";
import {
  type MinimizeOptions,
  type Minimum,
  add,
  datasets,
  dense,
  mean,
  minimize,
  mul,
  softmaxCrossEntropy,
  square,
  sum,
  tensor,
  zeros,
} from "lanegrad";

const [count, lambda] = [5000, 1e-3];

/** Minimises from zeros. */
export async function digitRegression(options: MinimizeOptions): Promise<Minimum> {
  const dir = process.env.LANEGRAD_DATA;
  const { train } = await datasets.mnist(dir === undefined ? {} : { dir });
  const x = tensor(
    Float32Array.from(train.x.toTypedArray().subarray(0, 784 * count), (value) => value / 255),
    [count, 784],
  );
  const y = tensor(Int32Array.from(train.y.toTypedArray().subarray(0, count)), [count]);
  const kernel = zeros([784, 10], { requiresGrad: true });
  const bias = zeros([10], { requiresGrad: true });
  const f = () =>
    add(mean(softmaxCrossEntropy(dense(x, kernel, bias), y)), mul(sum(square(kernel)), tensor(lambda / 2)));
  try {
    return await minimize(f, [kernel, bias], options);
  } finally {
    for (const one of [x, y, kernel, bias]) one.dispose();
  }
}
