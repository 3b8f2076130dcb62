/**
 * Networks of many equal layers, and a way to run them with a layer taken out. On its way back through a plain layer a
 * gradient is multiplied by weights; what a residual or highway layer passes on unchanged keeps its gradient. Letters:
 * N samples, H units, L layers.
 *
 *   plain     a' = h                    h = tanh(a·W + b)
 *   residual  a' = a + h · 2/L
 *   highway   a' = z ⊙ h + (1 − z) ⊙ a   z = σ(a·V + c)
 *
 * However deep they are, residual and highway layers together begin as strong as two: c is such that z is about 2/L.
 * Sources: Srivastava, Greff & Schmidhuber 2015 (gates that begin closed); Hanin & Rolnick 2018 (residual layers whose
 * sum does not grow with the depth).
 */
import {
  type Model,
  type Tensor,
  add,
  dense,
  initializers,
  layers,
  mean,
  model,
  mul,
  noGrad,
  scope,
  sub,
} from "lanegrad";

export const connections = ["plain", "highway", "residual"] as const;

/** What the layers of a network pass on. */
export type Connection = (typeof connections)[number];

export const units = 50;

/** flatten, dense, `depth` layers, dense: (N, …) → logits (N, 10). */
export function deepNetwork(connection: Connection, depth: number, inputShape: readonly number[], seed: number): Model {
  const x = layers.input({ shape: [...inputShape] });
  let a = layers.dense({ units, activation: "tanh" }).apply(layers.flatten().apply(x));
  const gateBiasInitializer = initializers.constant({ value: -Math.log(depth / 2) });
  for (let l = 0; l < depth; l++) {
    if (connection === "highway") a = layers.highway({ activation: "tanh", gateBiasInitializer }).apply(a);
    else if (connection === "plain") a = layers.dense({ units, activation: "tanh" }).apply(a);
    else
      a = layers
        .add()
        .apply([layers.rescaling({ scale: 2 / depth }).apply(layers.dense({ units, activation: "tanh" }).apply(a)), a]);
  }
  return model({ inputs: x, outputs: layers.dense({ units: 10 }).apply(a), seed });
}

/** What became of a network whose layers were taken out one at a time. */
export interface Looked {
  /** The logits with all layers, and without layer l, (N, 10) each. */
  readonly whole: Float32Array;
  readonly without: readonly Float32Array[];
  /** The mean over samples and units of each layer's gate z; empty but for highway networks. */
  readonly gates: readonly number[];
  /** The mean over samples of z of each unit, (L, H). */
  readonly gatesOfUnits: Float32Array;
}

/**
 * Runs a trained network once as it is and once without each layer.
 * @param x (N, I)  @param turn awaited after each layer
 */
export async function lookInto(
  network: Model,
  connection: Connection,
  x: Tensor,
  turn: () => Promise<void> | undefined,
): Promise<Looked> {
  const weights = network.weights.map(({ value }) => value);
  const each = connection === "highway" ? 4 : 2;
  const L = (weights.length - 4) / each;
  const layer = (a: Tensor, l: number): Tensor => {
    const [W, b, V, c] = weights.slice(2 + each * l, 2 + each * (l + 1));
    const h = dense(a, W, b, "tanh");
    if (connection === "plain") return h;
    if (connection === "residual") return add(a, mul(h, 2 / L));
    return add(a, mul(dense(a, V, c, "sigmoid"), sub(h, a)));
  };
  const rest = (a: Tensor, from: number): Float32Array => {
    for (let l = from; l < L; l++) a = layer(a, l);
    return Float32Array.from(dense(a, ...(weights.slice(-2) as [Tensor, Tensor])).toTypedArray());
  };
  const off = <T>(fn: () => T): T => noGrad(() => scope(fn));
  const [without, gates, gatesOfUnits]: [Float32Array[], number[], Float32Array] = [
    [],
    [],
    new Float32Array(L * units),
  ];
  let a = off(() => dense(x, weights[0], weights[1], "tanh"));
  try {
    const whole = off(() => rest(a, 0));
    for (let l = 0; l < L; l++) {
      await turn();
      without.push(off(() => rest(a, l + 1)));
      if (connection === "highway") {
        const [V, c] = weights.slice(4 + each * l, 6 + each * l);
        const open = off(() => mean(dense(a, V, c, "sigmoid"), 0).toTypedArray());
        gatesOfUnits.set(open, l * units);
        gates.push(Array.from(open, Number).reduce((sum, z) => sum + z / units, 0));
      }
      const next = off(() => layer(a, l));
      a.dispose();
      a = next;
    }
    return { whole, without, gates, gatesOfUnits };
  } finally {
    a.dispose();
  }
}
