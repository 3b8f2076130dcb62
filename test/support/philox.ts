/** Philox 4×32-10 in plain integers, and the random word of an element: the reference of everything that draws. */

/** Four 32-bit words. */
export type Words = readonly [number, number, number, number];

/** Ten rounds over a counter with the key (k0, k1). */
export function philox([c0, c1, c2, c3]: Words, k0: number, k1: number): Words {
  for (let round = 0; round < 10; round++) {
    const p = BigInt(0xd2511f53) * BigInt(c0 >>> 0);
    const q = BigInt(0xcd9e8d57) * BigInt(c2 >>> 0);
    const [high0, low0] = [Number(p >> 32n), Number(p & 0xffffffffn)];
    const [high1, low1] = [Number(q >> 32n), Number(q & 0xffffffffn)];
    [c0, c1, c2, c3] = [(high1 ^ c1 ^ k0) >>> 0, low1, (high0 ^ c3 ^ k1) >>> 0, low0];
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/** The random word of element i: Note [Random state] in assembly/random/philox.ts. */
export function wordOf(i: number, state: Words, stream: number): number {
  const counter = (i >> 4) * 4 + (i & 3);
  return philox([counter, stream, state[2], state[3]], state[0], state[1])[(i >> 2) & 3];
}
