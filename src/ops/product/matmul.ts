/**
 * Matrix products, batched: the last two axes are matrices, the axes before them are batches and broadcast.
 * Letters: op(A) (M, K), op(B) (K, N), C (M, N), where op transposes if requested. Does not add a bias: dense.ts does.
 */
import { fill, gemm, gemmBatch, gemmScratchBytes } from "#wasm/kernels";
import { batchShape, transposeA, transposeB, transposeNone } from "#wasm/layout-gemm";
import { ShapeError, message } from "../../errors.js";
import { checkObject } from "../../options.js";
import { writeStruct } from "../../runtime/struct.js";
import { type Shape, broadcastShapes, broadcastStrides, collapse, showShape, sizeOf } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { apply, checkDtype, defineOp } from "../defineOp.js";

/** Which operands are read transposed: 1 for yes. */
interface Transpositions {
  readonly transA: 0 | 1;
  readonly transB: 0 | 1;
}

/**
 * Consecutive matrices in memory: the first address and, for each axis of the broadcast batch, the number of matrices
 * between neighbours along it.
 */
interface Stack {
  readonly ptr: number;
  readonly steps: readonly number[];
}

/** The sizes of a product, the broadcast batch, and the steps of a, b and c along its axes. */
interface Product {
  readonly M: number;
  readonly N: number;
  readonly K: number;
  readonly batch: Shape;
  readonly steps: readonly (readonly number[])[];
}

/** C = A·B from A (…, M, K) and B (…, K, N), either stored transposed. */
export const matmulOp = defineOp<Transpositions>({
  name: "matmul",
  shape([a, b], { transA, transB }) {
    checkDtype("matmul", "a", a, "float32");
    checkDtype("matmul", "b", b, "float32");
    if (a.rank < 2 || b.rank < 2) {
      const hint = "Turn a vector into a matrix with expandDims().";
      throw new ShapeError(
        message("matmul", "a and b must be matrices", { expected: "rank ≥ 2", got: shown(a, b), hint }),
      );
    }
    const [M, K] = matrixOf(a, transA);
    const [rows, N] = matrixOf(b, transB);
    if (K !== rows) {
      const expected = `K = ${K} rows in ${transB ? "bᵀ" : "b"}, as many as columns in ${transA ? "aᵀ" : "a"}`;
      throw new ShapeError(message("matmul", "inner sizes differ", { expected, got: `${rows} (${shown(a, b)})` }));
    }
    return [{ shape: [...broadcastShapes("matmul", a.shape.slice(0, -2), b.shape.slice(0, -2)), M, N] }];
  },
  forward({ inputs: [a, b], outputs: [c], attributes, scratch }) {
    const { M, N, K, batch, steps } = productOf(a, b, c, attributes);
    const [A, B, C] = [a, b, c].map(({ ptr }, i) => ({ ptr, steps: steps[i] }));
    const { transA, transB } = attributes;
    multiply(A, transA, B, transB, C, [M, N, K], batch, 0, scratch);
  },
  backward({ inputs: [a, b], outputs: [c], dOutputs: [dC], attributes, gradient, scratch }) {
    const { transA, transB } = attributes;
    const { M, N, K, batch, steps } = productOf(a, b, c, attributes);
    const [A, B, D] = [a, b, dC!].map(({ ptr }, i) => ({ ptr, steps: steps[i] }));
    gradient(0, (ptr, accumulate) => {
      const dA = { ptr, steps: steps[0] };
      clearUnmet(ptr, a.size, batch, accumulate);
      if (transA) multiply(B, transB, D, 1, dA, [K, M, N], batch, accumulate, scratch);
      else multiply(D, 0, B, transB ? 0 : 1, dA, [M, K, N], batch, accumulate, scratch);
    });
    gradient(1, (ptr, accumulate) => {
      const dB = { ptr, steps: steps[1] };
      clearUnmet(ptr, b.size, batch, accumulate);
      if (transB) multiply(D, 1, A, transA, dB, [N, K, M], batch, accumulate, scratch);
      else multiply(A, transA ? 0 : 1, D, 0, dB, [K, N, M], batch, accumulate, scratch);
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

/** The sizes and steps of a product. A stack times one matrix becomes one product of more rows. */
function productOf(a: Tensor, b: Tensor, c: Tensor, { transA }: Transpositions): Product {
  const [M, N] = c.shape.slice(-2);
  const [, K] = matrixOf(a, transA);
  const [batchA, batchB, batch] = [a, b, c].map(({ shape }) => shape.slice(0, -2));
  if (!transA && sizeOf(batchB) === 1) return { M: M * sizeOf(batch), N, K, batch: [], steps: [[], [], []] };
  return { M, N, K, batch, steps: [batchA, batchB, batch].map((shape) => broadcastStrides(shape, batch)) };
}

/**
 * out = left·right for each matrix of the batch, or += when accumulate is 1 and when a matrix of `out` is visited
 * again. The longest axis along which the matrices of `out` differ is one kernel call; there is one call for each
 * position on the other axes, of which `collapse` leaves few.
 */
function multiply(
  left: Stack,
  transLeft: 0 | 1,
  right: Stack,
  transRight: 0 | 1,
  out: Stack,
  [m, n, k]: readonly [number, number, number],
  batch: Shape,
  accumulate: 0 | 1,
  scratch: (bytes: number) => number,
): void {
  const { sizes, strides } = collapse(batch, [left.steps, right.steps, out.steps]);
  if (sizes.includes(0)) return;
  const [lda, ldb] = [transLeft ? m : k, transRight ? k : n];
  const transposed = (transLeft ? transposeA : transposeNone) + (transRight ? transposeB : transposeNone);
  const bytes = [m * k, k * n, m * n].map((size) => 4 * size);
  const block = scratch(gemmScratchBytes(m, n, k));
  const weights = sizes.map((size, axis) => (strides[2][axis] === 0 ? 0 : size));
  const long = weights.indexOf(Math.max(...weights));
  const next = strides.map((steps, operand) => (bytes[operand] / 4) * (steps[long] ?? 0));
  const walk = (axis: number, [a, b, c]: readonly number[], add: 0 | 1): void => {
    if (axis === long) {
      walk(axis + 1, [a, b, c], add);
    } else if (axis < sizes.length) {
      for (let i = 0; i < sizes[axis]; i++) {
        const at = [a, b, c].map((ptr, operand) => ptr + i * strides[operand][axis] * bytes[operand]);
        walk(axis + 1, at, i > 0 && strides[2][axis] === 0 ? 1 : add);
      }
    } else if (sizes.length === 0) {
      gemm(transposed, m, n, k, a, lda, b, ldb, add, c, n, block);
    } else {
      const [aNext, bNext, cNext] = next;
      const shape = { m, n, k, count: sizes[long], lda, aNext, ldb, bNext, ldc: n, cNext };
      gemmBatch(transposed, writeStruct(batchShape, shape), a, b, add, c, block);
    }
  };
  walk(0, [left.ptr, right.ptr, out.ptr], accumulate);
}

/** Zeros a gradient when the batch is empty, because nothing is added to it then. */
function clearUnmet(ptr: number, size: number, batch: Shape, accumulate: 0 | 1): void {
  if (sizeOf(batch) === 0 && !accumulate) fill(ptr, 0, size);
}

/** Options of {@link matmul}. */
export interface MatmulOptions {
  /** True reads a as aᵀ: (…, K, M) instead of (…, M, K). Default false. */
  readonly transposeA?: boolean;
  /** True reads b as bᵀ: (…, N, K) instead of (…, K, N). Default false. */
  readonly transposeB?: boolean;
}

/**
 * The matrix product of the last two axes; the axes before them are batches, with broadcasting. Transposed operands are
 * not copied.
 *
 *   C = A·B     dA = dC·Bᵀ     dB = Aᵀ·dC
 *
 * @param a  (…, M, K) float32
 * @param b  (…, K, N) float32
 * @returns  (…, M, N)
 * Cost: 2·M·N·K flops per matrix; a stack times one matrix is one product, a stack times a stack is one kernel call.
 * @throws {ShapeError} when an operand has rank < 2 or is not float32, inner sizes differ, or batches do not broadcast
 */
export function matmul(a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor {
  checkObject("matmul", "the options", options);
  const { transposeA = false, transposeB = false } = options;
  return apply(matmulOp, [a, b], { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 });
}
