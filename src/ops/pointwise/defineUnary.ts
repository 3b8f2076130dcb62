/**
 * Declares ops of one operand that work element by element: y of x's shape, and dX from dY and either x or y.
 * Letters: n elements; A the type of the attributes, numbers that the kernels take.
 */
import { type Op, checkDtype, defineOp } from "../defineOp.js";

/** The two kernels of an elementwise op. Arguments are pointers and n, the number of elements. */
export interface UnaryKernels<A> {
  readonly name: string;
  /** What the backward pass reads as `saved`: the operand, the output, or nothing (it then gets dY). */
  readonly saves: "x" | "y" | "nothing";
  readonly forward: (y: number, x: number, n: number, ...given: Given<A>) => void;
  readonly backward: (dX: number, dY: number, saved: number, n: number, accumulate: 0 | 1, ...given: Given<A>) => void;
}

/** The attributes as a list of arguments: none for an op that has none, so that its kernels themselves can be named. */
type Given<A> = A extends undefined ? [] : [A];

/** Declares an elementwise op of one float32 operand. */
// @__NO_SIDE_EFFECTS__
export function defineUnary<A = undefined>({ name, saves, forward, backward }: UnaryKernels<A>): Op<A> {
  const given = (attributes: A) => (attributes === undefined ? [] : [attributes]) as Given<A>;
  return defineOp<A>({
    name,
    shape([x]) {
      checkDtype(name, "x", x, "float32");
      return [{ shape: x.shape }];
    },
    forward({ inputs: [x], outputs: [y], attributes }) {
      forward(y.ptr, x.ptr, x.size, ...given(attributes));
    },
    backward({ inputs: [x], outputs: [y], dOutputs, attributes, gradient }) {
      const dY = dOutputs[0]!;
      const saved = saves === "x" ? x : saves === "y" ? y : dY;
      gradient(0, (dX, accumulate) => backward(dX, dY.ptr, saved.ptr, dY.size, accumulate, ...given(attributes)));
    },
    saved: { inputs: saves === "x" ? [0] : [], outputs: saves === "y" ? [0] : [] },
  });
}
