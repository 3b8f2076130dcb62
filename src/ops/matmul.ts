/**
 * Matrix products, batched: the last two axes are matrices, the axes before them are batches and broadcast.
 * Letters: op(A) (M, K), op(B) (K, N), C (M, N), where op transposes if asked to. Does not add a bias: dense.ts does.
 */
import { ShapeError, message } from "../errors.js";
import { kernels } from "../runtime/runtime.js";
import { type Shape, broadcastShapes, broadcastStrides, showShape, sizeOf } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { apply, checkDtype, defineOp } from "./defineOp.js";

/** Which operands are read transposed: 1 for yes. */
interface Transpositions {
  readonly transA: 0 | 1;
  readonly transB: 0 | 1;
}

/** Matrices one after the other in memory: the first address and, for each matrix of the broadcast batch, which one it is. */
interface Stack {
  readonly ptr: number;
  readonly numbers: readonly number[];
}

/** C = A·B from A (…, M, K) and B (…, K, N), either stored transposed. */
export const matmulOp = defineOp<Transpositions>({
  name: "matmul",
  shape([a, b], { transA, transB }) {
    checkDtype("matmul", "a", a, "float32");
    checkDtype("matmul", "b", b, "float32");
    if (a.rank < 2 || b.rank < 2) {
      const hint = "Give a vector an axis by expandDims().";
      throw new ShapeError(message("matmul", "no matrices", { expected: "rank ≥ 2", got: shown(a, b), hint }));
    }
    const [M, K] = matrixOf(a, transA);
    const [rows, N] = matrixOf(b, transB);
    if (K !== rows) {
      const expected = `K = ${K} rows in ${transB ? "bᵀ" : "b"}, as ${transA ? "aᵀ" : "a"} has columns`;
      throw new ShapeError(message("matmul", "inner sizes differ", { expected, got: `${rows} (${shown(a, b)})` }));
    }
    return [{ shape: [...broadcastShapes("matmul", a.shape.slice(0, -2), b.shape.slice(0, -2)), M, N] }];
  },
  forward({ inputs: [a, b], outputs: [c], attributes, scratch }) {
    const { M, N, K, stacks } = productOf(a, b, c, attributes);
    const [A, B, C] = [a, b, c].map(({ ptr }, i) => ({ ptr, numbers: stacks[i] }));
    const { transA, transB } = attributes;
    multiply(A, transA, B, transB, C, [M, N, K], 0, scratch);
  },
  backward({ inputs: [a, b], outputs: [c], dOutputs: [dC], attributes, gradient, scratch }) {
    const { transA, transB } = attributes;
    const { M, N, K, stacks } = productOf(a, b, c, attributes);
    const D: Stack = { ptr: dC!.ptr, numbers: stacks[2] };
    gradient(0, (ptr, accumulate) => {
      const [B, dA] = [
        { ptr: b.ptr, numbers: stacks[1] },
        { ptr, numbers: stacks[0] },
      ];
      clearUnmet(dA, a.size, accumulate);
      if (transA) multiply(B, transB, D, 1, dA, [K, M, N], accumulate, scratch);
      else multiply(D, 0, B, transB ? 0 : 1, dA, [M, K, N], accumulate, scratch);
    });
    gradient(1, (ptr, accumulate) => {
      const [A, dB] = [
        { ptr: a.ptr, numbers: stacks[0] },
        { ptr, numbers: stacks[1] },
      ];
      clearUnmet(dB, b.size, accumulate);
      if (transB) multiply(D, 1, A, transA, dB, [N, K, M], accumulate, scratch);
      else multiply(A, transA ? 0 : 1, D, 0, dB, [K, N, M], accumulate, scratch);
    });
  },
  saved: { inputs: [0, 1] },
});

function shown(a: Tensor, b: Tensor): string {
  return `a ${showShape(a.shape)} and b ${showShape(b.shape)}`;
}

/** Rows and columns of the matrices of x, after transposition. */
function matrixOf({ shape }: Tensor, trans: 0 | 1): readonly [rows: number, columns: number] {
  const [rows, columns] = shape.slice(-2);
  return trans ? [columns, rows] : [rows, columns];
}

/** Sizes of the product and the matrices of a, b and c in the order of the batch. A stack times one matrix is one product of more rows. */
function productOf(
  a: Tensor,
  b: Tensor,
  c: Tensor,
  { transA }: Transpositions,
): { readonly M: number; readonly N: number; readonly K: number; readonly stacks: readonly (readonly number[])[] } {
  const [M, N] = c.shape.slice(-2);
  const [, K] = matrixOf(a, transA);
  const [batchA, batchB, batch] = [a, b, c].map(({ shape }) => shape.slice(0, -2));
  if (!transA && sizeOf(batchB) === 1) return { M: M * sizeOf(batch), N, K, stacks: [[0], [0], [0]] };
  return { M, N, K, stacks: [batchA, batchB, batch].map((shape) => matrixNumbers(shape, batch)) };
}

/** For each matrix of the broadcast batch, the number of the operand's matrix. */
function matrixNumbers(shape: Shape, batch: Shape): readonly number[] {
  const strides = broadcastStrides(shape, batch);
  return batch.reduce<number[]>(
    (numbers, size, axis) =>
      numbers.flatMap((number) => Array.from({ length: size }, (_, i) => number + i * strides[axis])),
    [0],
  );
}

/** out = left·right for each matrix of the batch, or += where accumulate is 1 and where a matrix of `out` is met again. */
function multiply(
  left: Stack,
  transLeft: 0 | 1,
  right: Stack,
  transRight: 0 | 1,
  out: Stack,
  [m, n, k]: readonly [number, number, number],
  accumulate: 0 | 1,
  scratch: (bytes: number) => number,
): void {
  const { gemm, gemmScratchBytes } = kernels();
  const [lda, ldb] = [transLeft ? m : k, transRight ? k : n];
  const block = scratch(gemmScratchBytes(m, n, k));
  const met = new Set<number>();
  for (const [i, number] of out.numbers.entries()) {
    const a = left.ptr + 4 * m * k * left.numbers[i];
    const b = right.ptr + 4 * k * n * right.numbers[i];
    const c = out.ptr + 4 * m * n * number;
    gemm(transLeft, transRight, m, n, k, a, lda, b, ldb, met.has(number) ? 1 : accumulate, c, n, block);
    met.add(number);
  }
}

/** Zeros a gradient that no matrix of an empty batch adds to. */
function clearUnmet({ ptr, numbers }: Stack, size: number, accumulate: 0 | 1): void {
  if (numbers.length === 0 && !accumulate) kernels().fill(ptr, 0, size);
}

/** Options of {@link matmul}. */
export interface MatmulOptions {
  /** Read a as aᵀ: (…, K, M) instead of (…, M, K). Default false. */
  readonly transposeA?: boolean;
  /** Read b as bᵀ: (…, N, K) instead of (…, K, N). Default false. */
  readonly transposeB?: boolean;
}

/**
 * Matrix product of the last two axes; the axes before them are batches, with broadcasting. Transposed operands are not copied.
 *
 *   C = A·B     dA = dC·Bᵀ     dB = Aᵀ·dC
 *
 * @param a  (…, M, K) float32
 * @param b  (…, K, N) float32
 * @returns  (…, M, N)
 * Errors: ShapeError for ranks below 2, inner sizes that differ, batches that do not broadcast, another dtype.
 * Cost: 2·M·N·K flops a matrix; a stack times one matrix is one product.
 */
export function matmul(a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor {
  const { transposeA = false, transposeB = false } = options;
  return apply(matmulOp, [a, b], { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 });
}
