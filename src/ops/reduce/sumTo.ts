/**
 * Sums over axes: over one run of axes, and over all axes along which an operand was broadcast (the gradient of
 * broadcasting).
 * Letters: x (outer, R, inner), R the summed axes. Does not know tensors.
 */
import { combineBlocks, sumAxis, sumBlocks, sumBlocksCount } from "#wasm/kernels";
import type { Shape } from "../../tensor/shape.js";

/** Allocates a block of scratch memory. */
type Scratch = (bytes: number) => number;

/**
 * out (outer, inner) = scale · Σ over R of x, or += when accumulate is 1. A sum to one number is spread over all
 * threads.
 */
export function sumRun(
  out: number,
  x: number,
  [outer, r, inner]: readonly [number, number, number],
  scale: number,
  accumulate: 0 | 1,
  scratch: Scratch,
): void {
  if (outer * inner !== 1) {
    sumAxis(out, x, outer, r, inner, scale, accumulate);
    return;
  }
  const count = sumBlocksCount(r);
  const partials = scratch(4 * count);
  sumBlocks(partials, x, r);
  combineBlocks(out, partials, count, scale, accumulate);
}

/**
 * out = scale · (x of shape `from`, summed to the shape `to`, which broadcasts to `from`), or += when accumulate is 1.
 * If several runs of axes are summed, each sum but the last goes to scratch memory.
 */
export function sumTo(
  out: number,
  to: Shape,
  x: number,
  from: Shape,
  scale: number,
  accumulate: 0 | 1,
  scratch: Scratch,
): void {
  const runs = runsOf(from, to);
  let source = x;
  for (let last = runs.findLastIndex(({ summed }) => summed); last >= 0;) {
    const outer = product(runs.slice(0, last));
    const inner = product(runs.slice(last + 1));
    const [{ size }] = runs.splice(last, 1);
    const next = runs.findLastIndex(({ summed }) => summed);
    const isLast = next < 0;
    const target = isLast ? out : scratch(4 * outer * inner);
    sumRun(target, source, [outer, size, inner], isLast ? scale : 1, isLast ? accumulate : 0, scratch);
    source = target;
    last = next;
  }
}

/** True when `to` is broadcast to `from` by repeating elements, so that a gradient must be summed. */
export function isRepeated(from: Shape, to: Shape): boolean {
  return runsOf(from, to).some(({ summed }) => summed);
}

interface AxisRun {
  readonly size: number;
  readonly summed: boolean;
}

/** The axes of `from`, with neighbours joined if both are summed or both are kept. */
function runsOf(from: Shape, to: Shape): AxisRun[] {
  const runs: AxisRun[] = [];
  const shift = from.length - to.length;
  for (const [axis, size] of from.entries()) {
    if (size === 1) continue;
    const summed = axis < shift || to[axis - shift] === 1;
    const last = runs.at(-1);
    if (last?.summed === summed) runs[runs.length - 1] = { size: last.size * size, summed };
    else runs.push({ size, summed });
  }
  return runs;
}

function product(runs: readonly AxisRun[]): number {
  return runs.reduce((n, { size }) => n * size, 1);
}
