/**
 * Vector constants that live in memory.
 *
 * Note [Constants in memory]. V8 makes a v128 constant anew at each use, in three instructions (move, transfer, unpack), inside loops too.
 * A load that splats is one. So functions with a dozen coefficients keep them in read-only static memory, one table a function, and run in
 * about half the time. Zero, all ones and what is set up before a loop stay plain splats.
 */

/** Entry i of a table made with memory.data<f32>, in all four lanes. */
// @ts-ignore: decorator
@inline
export function constant(table: usize, i: i32): v128 {
  return v128.load32_splat(table + ((<usize>i) << 2));
}

/** Entry i of a table made with memory.data<f64>, in both lanes. */
// @ts-ignore: decorator
@inline
export function constant64(table: usize, i: i32): v128 {
  return v128.load64_splat(table + ((<usize>i) << 3));
}

const ONE: usize = memory.data<f32>([1]);

/** 1 in all four lanes. */
// @ts-ignore: decorator
@inline
export function one(): v128 {
  return constant(ONE, 0);
}
