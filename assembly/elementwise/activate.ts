/**
 * Activations by number (activation.ts) over a range, for the epilogues: bias.ts, recurrent steps. Knows nothing of threads: the caller has cut.
 */
import {
  IDENTITY,
  Identity,
  RELU,
  Relu,
  SIGMOID,
  Sigmoid,
  TANH,
  Tanh,
  LEAKY_RELU,
  LeakyRelu,
  ELU,
  Elu,
  SELU,
  Selu,
  SOFTPLUS,
  Softplus,
  HARD_SIGMOID,
  HardSigmoid,
} from "./activation";
import { backwardLong, backwardShort, forwardLong, forwardShort, LONG, SHORT } from "./map";

/** What an element of an activation costs, in copied elements. */
export function activationCost(activation: i32): i32 {
  const cheap = activation == IDENTITY || activation == RELU || activation == LEAKY_RELU || activation == HARD_SIGMOID;
  return cheap ? SHORT : LONG;
}

/** y = f(x) for n elements; y may be x. */
export function activate(activation: i32, y: usize, x: usize, n: i32, alpha: f32): void {
  const a = f32x4.splat(alpha);
  switch (activation) {
    case IDENTITY:
      forwardShort<Identity>(y, x, n, a, a);
      break;
    case RELU:
      forwardShort<Relu>(y, x, n, a, a);
      break;
    case SIGMOID:
      forwardLong<Sigmoid>(y, x, n, a, a);
      break;
    case TANH:
      forwardLong<Tanh>(y, x, n, a, a);
      break;
    case LEAKY_RELU:
      forwardShort<LeakyRelu>(y, x, n, a, a);
      break;
    case ELU:
      forwardLong<Elu>(y, x, n, a, a);
      break;
    case SELU:
      forwardLong<Selu>(y, x, n, a, a);
      break;
    case SOFTPLUS:
      forwardLong<Softplus>(y, x, n, a, a);
      break;
    case HARD_SIGMOID:
      forwardShort<HardSigmoid>(y, x, n, a, a);
      break;
    default:
      unreachable();
  }
}

/** dx = or += dy · f′, read from the output y, for n elements; dx may be dy or y. */
export function activateGradient(
  activation: i32,
  dx: usize,
  dy: usize,
  y: usize,
  n: i32,
  alpha: f32,
  accumulate: i32,
): void {
  const a = f32x4.splat(alpha);
  switch (activation) {
    case IDENTITY:
      backwardShort<Identity>(dx, dy, y, n, accumulate, a, a);
      break;
    case RELU:
      backwardShort<Relu>(dx, dy, y, n, accumulate, a, a);
      break;
    case SIGMOID:
      backwardShort<Sigmoid>(dx, dy, y, n, accumulate, a, a);
      break;
    case TANH:
      backwardShort<Tanh>(dx, dy, y, n, accumulate, a, a);
      break;
    case LEAKY_RELU:
      backwardShort<LeakyRelu>(dx, dy, y, n, accumulate, a, a);
      break;
    case ELU:
      backwardShort<Elu>(dx, dy, y, n, accumulate, a, a);
      break;
    case SELU:
      backwardShort<Selu>(dx, dy, y, n, accumulate, a, a);
      break;
    case SOFTPLUS:
      backwardLong<Softplus>(dx, dy, y, n, accumulate, a, a);
      break;
    case HARD_SIGMOID:
      backwardShort<HardSigmoid>(dx, dy, y, n, accumulate, a, a);
      break;
    default:
      unreachable();
  }
}
