/**
 * Puts a packed module together again.
 *
 * Note [Packed modules]. Kernels are carried deflated. Of 26 thousand instructions of the core 11 thousand are local.get, local.set and local.tee, and the
 * numbers of their locals hide from deflate that the instructions between them are those of another kernel. So scripts/pack.mjs takes these numbers out of
 * the code and puts them behind the module, each as its rank among the locals of its function by last use: 0 is the one used last. That deflates to 22 % less.
 * This module, which is carried as it is, puts them back; in JavaScript it would take 9 ms, since the engine would not have compiled it yet.
 *
 *   packed = [bytes of the module, where the bodies of functions begin, how many there are, where the ranks begin: u32][the module without numbers of locals][ranks]
 *
 * Has a memory of its own. Trusts what it is given: the build unpacks what it has packed and compares.
 */
import { PREFIX_SHIFT, operands } from "./operands";

/** The locals of a function by last use, u16. */
const RECENT: usize = 1024;
/** The packed module: src/runtime/modules/carried.ts puts it there. */
const PACKED: usize = 0x20000;
/** The module, at most 512 KiB. */
const MODULE: usize = 0x80000;

let from: usize = 0;
let to: usize = 0;

/** Copies one byte. @returns the byte */
function byte(): u32 {
  const value = <u32>load<u8>(from++);
  store<u8>(to++, value);
  return value;
}

/** Copies a LEB128 number. @returns the number */
function number(): u32 {
  let value: u32 = 0;
  let shift: u32 = 0;
  let next: u32;
  do {
    next = byte();
    value |= (next & 127) << shift;
    shift += 7;
  } while (next > 127);
  return value;
}

function copy(bytes: usize): void {
  memory.copy(to, from, bytes);
  from += bytes;
  to += bytes;
}

/** From what stands at PACKED. @returns where the module stands */
export function unpack(): usize {
  const size = <usize>load<u32>(PACKED);
  let functions = load<u32>(PACKED, 8);
  let ranks = PACKED + <usize>load<u32>(PACKED, 12);
  from = PACKED + 16;
  to = MODULE;
  copy(load<u32>(PACKED, 4));
  for (; functions; functions--) {
    const bytes = number();
    const end = to + bytes;
    for (let groups = number(); groups; groups--) {
      number();
      byte();
    }
    let known: u32 = 0; // a local that is not known yet has its number as its rank
    while (to < end) {
      let opcode = byte();
      if (opcode - 0x20 < 3) {
        let rank = <u32>load<u8>(ranks++);
        if (rank > 127) rank += (<u32>load<u8>(ranks++) - 1) << 7;
        for (; known <= rank; known++) store<u16>(RECENT + (known << 1), known);
        let used = <u32>load<u16>(RECENT + (rank << 1));
        for (; rank; rank--) store<u16>(RECENT + (rank << 1), load<u16>(RECENT + (rank << 1) - 2));
        store<u16>(RECENT, used);
        if (used > 127) {
          store<u8>(to++, used | 128);
          used >>= 7;
        }
        store<u8>(to++, used);
      } else if (opcode == 0x0e) {
        for (let targets = number() + 1; targets; targets--) number(); // br_table
      } else if (opcode == 0x43) copy(4);
      else if (opcode == 0x44) copy(8);
      else {
        if (opcode >= 0xfc) opcode = (opcode << PREFIX_SHIFT) | number();
        if (opcode >> 1 == ((0xfd << PREFIX_SHIFT) | 12) >> 1)
          copy(16); // v128.const, i8x16.shuffle
        else for (let left = operands(opcode); left; left--) number();
      }
    }
  }
  copy(MODULE + size - to);
  return MODULE;
}
