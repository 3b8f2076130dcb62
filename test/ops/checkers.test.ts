/** The checkers are tested as well: each seeded fault turns its row red, and the message says where. */
import { negateForward, setThread, threadCount, threadIndex } from "#wasm/kernels";
import { describe, expect, it } from "vitest";
import { binaryDivideGradient } from "#wasm/layout-elementwise";
import { ops, table } from "./table.js";
import { type Op, defineOp } from "../../src/ops/defineOp.js";
import type { AllKernels } from "../support/allKernels.js";
import { heap } from "../../src/runtime/runtime.js";
import { Random } from "../../src/tensor/random.js";
import "../support/engine.js";
import { withFault } from "../support/kernelTable.js";
import { type Trial, checkBits, checkForward, checkGradient } from "./check.js";

/** The trial of an op whose sample has that title. */
function trialOf(name: string, title: string): Trial<unknown> {
  const row = table[name];
  const sample = row.samples(new Random(1)).find((each) => each.title === title);
  if (sample === undefined) throw new Error(`${name} has no sample "${title}"`);
  return { op: ops[name], row, sample };
}

const relu = trialOf("reluOp", "x [35]");
const exp = trialOf("expOp", "x [35]");
const tanh = trialOf("tanhOp", "x [35]");
const mul = trialOf("mulOp", "a [35], b [35]");
const div = trialOf("divOp", "a [7, 1], b [1, 5]");
const sum = trialOf("sumOp", "x [3, 35], axes 0 … 0");
const matmul = trialOf("matmulOp", "a [13, 7], b [7, 9]");
const gather = trialOf("gatherRowsOp", "float32 [5, 35] by [7]");

/** A kernel of a table that counts its calls. */
let calls = 0;

interface Fault<K extends keyof AllKernels = keyof AllKernels> {
  readonly title: string;
  readonly trial: Trial<unknown>;
  readonly check: (trial: Trial<unknown>) => void;
  readonly kernel: K;
  readonly fault: (kernel: AllKernels[K]) => AllKernels[K];
  readonly message: RegExp;
}

/** Keeps the types of kernel and fault together. */
function fault<K extends keyof AllKernels>(parts: Fault<K>): Fault {
  return parts as unknown as Fault;
}

const faults: readonly Fault[] = [
  fault({
    title: "the tail is skipped",
    trial: relu,
    check: checkForward,
    kernel: "reluForward",
    fault: (kernel) => (y, x, n) => kernel(y, x, n & ~15),
    message: /^relu, output 0 of x \[35\]: worst at \[32\]: got NaN, want .*; 3 of 35 are outside$/,
  }),
  fault({
    title: "the input pointer is not advanced",
    trial: exp,
    check: checkForward,
    kernel: "expForward",
    fault: (kernel) => (y, x, n) => {
      kernel(y, x, n >> 1);
      kernel(y + 4 * (n >> 1), x, n - (n >> 1));
    },
    message: /^exp, output 0 of x \[35\]: worst at/,
  }),
  fault({
    title: "the row stride is wrong",
    trial: matmul,
    check: checkForward,
    kernel: "gemm",
    fault: (kernel) => (transposed, m, n, k, a, lda, b, ldb, accumulate, c, ldc, scratch) =>
      kernel(transposed, m, n, k, a, lda, b, ldb - 1, accumulate, c, ldc, scratch),
    message: /^matmul, output 0 of a \[13, 7\], b \[7, 9\]: worst at \[\d+, \d+\]/,
  }),
  fault({
    title: "one element too many is written",
    trial: relu,
    check: checkForward,
    kernel: "reluForward",
    fault: (kernel) => (y, x, n) => kernel(y, x, n + 1),
    message: /^a block of 140 bytes was overrun: byte 140 is \d+/,
  }),
  fault({
    title: "tanh writes one element too many",
    trial: tanh,
    check: checkForward,
    kernel: "tanhForward",
    fault: (kernel) => (y, x, n) => kernel(y, x, n + 1),
    message: /^a block of 140 bytes was overrun: byte 140 is \d+/,
  }),
  fault({
    title: "an element before the first is written",
    trial: relu,
    check: checkForward,
    kernel: "reluForward",
    fault: (kernel) => (y, x, n) => kernel(y - 4, x - 4, n + 1),
    message: /^a block of 140 bytes was overrun: byte -4 is \d+/,
  }),
  fault({
    title: "an input is overwritten",
    trial: relu,
    check: checkForward,
    kernel: "reluForward",
    fault: (kernel) => (y, x, n) => {
      kernel(y, x, n);
      kernel(x, x, n);
    },
    message: /^relu, operand 0 after the call: other bits at element \d+/,
  }),
  fault({
    title: "= stands for += in a gradient",
    trial: relu,
    check: checkGradient,
    kernel: "reluBackward",
    fault: (kernel) => (dX, dY, y, n) => kernel(dX, dY, y, n, 0),
    message: /^relu, gradient of operand 0 of x \[35\], used twice: worst at/,
  }),
  fault({
    title: "+= stands for = in a gradient",
    trial: relu,
    check: checkGradient,
    kernel: "reluBackward",
    fault: (kernel) => (dX, dY, y, n) => kernel(dX, dY, y, n, 1),
    message: /^relu, gradient of operand 0 of x \[35\]: worst at \[0\]: got NaN/,
  }),
  fault({
    title: "a gradient has the wrong sign",
    trial: div,
    check: checkGradient,
    kernel: "furtherBinary",
    fault:
      (kernel) =>
      (f, out, ...rest) => {
        kernel(f, out, ...rest);
        if (f === binaryDivideGradient) negateForward(out, out, 35);
      },
    message: /^div, gradient of operand 1 of a \[7, 1\], b \[1, 5\]: worst at \[0, \d\]/,
  }),
  fault({
    title: "a gradient that is gathered forgets one row",
    trial: gather,
    check: checkGradient,
    kernel: "scatterAddRows",
    fault: (kernel) => (dX, dY, indices, n, length) => kernel(dX, dY, indices, n - 1, length),
    message: /^gatherRows, gradient of operand 0 of float32 \[5, 35\] by \[7\]: worst at/,
  }),
  fault({
    title: "the second thread does nothing",
    trial: relu,
    check: checkBits,
    kernel: "reluForward",
    fault: (kernel) => (y, x, n) => {
      if (threadIndex() !== 1) kernel(y, x, n);
    },
    message: /^relu of x \[35\], with 2 threads, output 0: other bits at element 32: NaN instead of/,
  }),
  fault({
    title: "every thread does all of the work",
    trial: relu,
    check: checkBits,
    kernel: "reluBackward",
    fault:
      (kernel) =>
      (...args) =>
        asOnlyThread(() => kernel(...args)),
    message: /^relu of x \[35\], used twice with 2 threads, gradient of operand 0: other bits/,
  }),
  fault({
    title: "the number of threads reaches a sum",
    trial: sum,
    check: checkBits,
    kernel: "sumAxis",
    fault: (kernel) => (y, x, outer, r, inner, scale, accumulate) =>
      kernel(y, x, outer, r, inner, scale * (1 + 1e-6 * threadCount()), accumulate),
    message: /^sum of x \[3, 35\], axes 0 … 0, with 2 threads, output 0: other bits/,
  }),
  fault({
    title: "a kernel relies on alignment",
    trial: relu,
    check: checkBits,
    kernel: "reluForward",
    fault: (kernel) => (y, x, n) => kernel(y, x & ~7, n),
    message: /^relu of x \[35\], 4 bytes further, output 0: other bits/,
  }),
  fault({
    title: "a result changes from call to call",
    trial: mul,
    check: checkBits,
    kernel: "binary",
    fault:
      (kernel) =>
      (f, y, ...rest) => {
        kernel(f, y, ...rest);
        if (++calls % 7 === 0) heap().view("float32", y, 1)[0] += 1;
      },
    message: /^mul of a \[35\], b \[35\], .*: other bits at element 0/,
  }),
];

/** Runs `fn` as if this thread were the only one. */
function asOnlyThread(fn: () => void): void {
  const [i, n] = [threadIndex(), threadCount()];
  setThread(0, 1);
  fn();
  setThread(i, n);
}

describe("a faulty kernel", () => {
  it.each(faults)("$title", ({ trial, check, kernel, fault: seed, message }) => {
    expect(() => check(trial)).not.toThrow();
    expect(() => withFault(kernel, seed, () => check(trial))).toThrow(message);
  });
});

describe("a faulty op", () => {
  const { row, sample } = mul;
  const faulty = (changes: Partial<Op<unknown>>): Trial<unknown> => ({
    op: defineOp({ ...mul.op, ...changes }),
    row,
    sample,
  });

  it("leaks a block", () => {
    const op = faulty({
      forward(call) {
        mul.op.forward(call);
        heap().allocate(8);
      },
    });
    expect(() => checkForward(op)).toThrow("1 blocks leaked: 8 bytes");
  });

  it("forgets an operand's gradient", () => {
    const op = faulty({
      backward: (call) => mul.op.backward?.({ ...call, gradient: (i, write) => i === 0 && call.gradient(0, write) }),
    });
    expect(() => checkGradient(op)).toThrow("mul: operand 1 of a [35], b [35] got no gradient");
  });

  it("gives an operand its gradient only beside the other's", () => {
    const op = faulty({
      backward: (call) => call.wants(0) && mul.op.backward?.(call),
    });
    expect(() => checkGradient(op)).not.toThrow();
    expect(() => checkBits(op)).toThrow("operand 1 alone wants its gradient: operand 1 got no gradient");
  });

  it("reads what it has not saved", () => {
    const op = faulty({ saved: { inputs: [0] } });
    expect(() => checkGradient(op)).toThrow("tensor: Tensor(35) is used after it was freed");
  });
});
