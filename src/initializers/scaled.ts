/**
 * Initializers whose spread depends on the shape, so that signals keep their size through the layers: variance
 * 2 / (in + out), 2 / in or 1 / in.
 * Letters: in, the number of values that a unit reads; out, the number of units that read a value (Note [Fans]).
 *
 * The normal forms are plain normal distributions, as in the papers and the course. Keras's initializers of the same
 * names are truncated at two standard deviations and rescaled to the same variance.
 *
 * Note [Fans]: for a dense kernel (in, out) they are its sides; for a convolution kernel (kH, kW, in, out) its last two
 * sides, each times kH · kW. For a vector both are its length, as in Keras.
 * Source: Glorot & Bengio 2010; He et al. 2015; LeCun et al. 1998.
 */
import { fillNormal, fillUniform } from "../ops/random.js";
import { type Shape, sizeOf } from "../tensor/shape.js";
import type { Initializer } from "./initializer.js";

/** U(±√(6 / (in + out))), for tanh, sigmoid and linear layers. */
export function glorotUniform(): Initializer {
  return uniform("glorotUniform", ([fanIn, fanOut]) => 2 / (fanIn + fanOut));
}

/** N(0, √(2 / (in + out))), not truncated. */
export function glorotNormal(): Initializer {
  return normal("glorotNormal", ([fanIn, fanOut]) => 2 / (fanIn + fanOut));
}

/** U(±√(6 / in)), for ReLU layers. */
export function heUniform(): Initializer {
  return uniform("heUniform", ([fanIn]) => 2 / fanIn);
}

/** N(0, √(2 / in)), not truncated. */
export function heNormal(): Initializer {
  return normal("heNormal", ([fanIn]) => 2 / fanIn);
}

/** U(±√(3 / in)), for SELU layers. */
export function lecunUniform(): Initializer {
  return uniform("lecunUniform", ([fanIn]) => 1 / fanIn);
}

/** N(0, √(1 / in)), not truncated. */
export function lecunNormal(): Initializer {
  return normal("lecunNormal", ([fanIn]) => 1 / fanIn);
}

type Fans = readonly [fanIn: number, fanOut: number];

/** Note [Fans] */
function fansOf(shape: Shape): Fans {
  const last = shape.at(-1) ?? 1;
  const field = sizeOf(shape.slice(0, -2));
  return [Math.max(1, field * (shape.at(-2) ?? last)), Math.max(1, field * last)];
}

/** Draws from a uniform distribution with the given variance: that of U(±a) is a²/3. */
function uniform(className: string, variance: (fans: Fans) => number): Initializer {
  return {
    config: { className },
    fill(out, random) {
      const limit = Math.sqrt(3 * variance(fansOf(out.shape)));
      fillUniform(out, random, -limit, limit);
      random.advance();
    },
  };
}

function normal(className: string, variance: (fans: Fans) => number): Initializer {
  return {
    config: { className },
    fill(out, random) {
      fillNormal(out, random, 0, Math.sqrt(variance(fansOf(out.shape))));
      random.advance();
    },
  };
}
