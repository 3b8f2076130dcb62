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
import { backwardRange, forwardRange, LONG, SHORT } from "./map";

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
      forwardRange<Identity>(y, x, n, a, a);
      break;
    case RELU:
      forwardRange<Relu>(y, x, n, a, a);
      break;
    case SIGMOID:
      forwardRange<Sigmoid>(y, x, n, a, a);
      break;
    case TANH:
      forwardRange<Tanh>(y, x, n, a, a);
      break;
    case LEAKY_RELU:
      forwardRange<LeakyRelu>(y, x, n, a, a);
      break;
    case ELU:
      forwardRange<Elu>(y, x, n, a, a);
      break;
    case SELU:
      forwardRange<Selu>(y, x, n, a, a);
      break;
    case SOFTPLUS:
      forwardRange<Softplus>(y, x, n, a, a);
      break;
    case HARD_SIGMOID:
      forwardRange<HardSigmoid>(y, x, n, a, a);
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
      backwardRange<Identity>(dx, dy, y, n, accumulate, a, a);
      break;
    case RELU:
      backwardRange<Relu>(dx, dy, y, n, accumulate, a, a);
      break;
    case SIGMOID:
      backwardRange<Sigmoid>(dx, dy, y, n, accumulate, a, a);
      break;
    case TANH:
      backwardRange<Tanh>(dx, dy, y, n, accumulate, a, a);
      break;
    case LEAKY_RELU:
      backwardRange<LeakyRelu>(dx, dy, y, n, accumulate, a, a);
      break;
    case ELU:
      backwardRange<Elu>(dx, dy, y, n, accumulate, a, a);
      break;
    case SELU:
      backwardRange<Selu>(dx, dy, y, n, accumulate, a, a);
      break;
    case SOFTPLUS:
      backwardRange<Softplus>(dx, dy, y, n, accumulate, a, a);
      break;
    case HARD_SIGMOID:
      backwardRange<HardSigmoid>(dx, dy, y, n, accumulate, a, a);
      break;
    default:
      unreachable();
  }
}
