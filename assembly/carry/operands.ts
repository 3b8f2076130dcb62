/** What follows the opcodes of wasm. For packed modules alone: it knows the instructions that asc writes, not those of exceptions or garbage collection. */

/** An opcode behind a prefix (0xfc, 0xfd, 0xfe) is known by the prefix and itself. */
export const PREFIX_SHIFT: u32 = 9;
const MISCELLANEOUS: u32 = 0xfc;
const SIMD: u32 = 0xfd;
/** The opcodes below 0x28 that have one operand: blocks and branches, call, globals. */
const ONE: u64 = (7 << 2) | (3 << 12) | (1 << 16) | ((<u64>15) << 35);

/**
 * How many LEB128 numbers follow an opcode; a lane counts as one. Not for br_table, constants of floats and vectors, and shuffles.
 * @param opcode with its prefix above PREFIX_SHIFT, where it has one
 */
export function operands(opcode: u32): u32 {
  if (opcode < 0x28) return opcode == 0x11 || opcode == 0x1c ? 2 : (<u32>(ONE >> opcode)) & 1; // call_indirect, select of a type
  if (opcode < 0x3f) return 2; // loads and stores
  if (opcode < 0x43) return 1; // memory.size, memory.grow, i32.const, i64.const
  if (opcode < 0x100) return 0;
  const prefix = opcode >> PREFIX_SHIFT;
  const after = opcode & 511;
  if (prefix == SIMD) {
    if (after < 12) return 2; // loads and stores
    if (after - 84 < 10) return after < 92 ? 3 : 2; // of lanes, of what zeros fill
    return after - 21 < 14 ? 1 : 0; // extract, replace
  }
  if (prefix == MISCELLANEOUS) return after < 8 ? 0 : after == 11 ? 1 : 2; // conversions, memory.fill, memory.copy
  return after == 3 ? 1 : 2; // fence, other atomics
}
