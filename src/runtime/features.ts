/** What the engine can do: SIMD, relaxed SIMD, shared memory. Probes only; chooses nothing. */

const hex = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(text.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));

/** (func (param i32) (result v128) local.get 0 i8x16.splat) */
const simdProbe = "0061736d010000000106016001 7f017b030201000a08010600 2000fd0f0b".replaceAll(" ", "");
/** (func (param v128 v128 v128) (result v128) f32x4.relaxed_madd) */
const relaxedProbe = "0061736d0100000001080160037b7b7b017b030201000a0d010b00200020012002fd85020b";

/** What the engine can do. */
export interface Features {
  readonly simd: boolean;
  readonly relaxedSimd: boolean;
  /** True when SharedArrayBuffer exists and, in a browser, the page is cross-origin isolated. */
  readonly sharedMemory: boolean;
}

/** Probes the engine. Cost: two validations of 40 bytes. */
export function probeFeatures(): Features {
  return {
    simd: WebAssembly.validate(hex(simdProbe)),
    relaxedSimd: WebAssembly.validate(hex(relaxedProbe)),
    sharedMemory: typeof SharedArrayBuffer !== "undefined" && globalThis.crossOriginIsolated !== false,
  };
}
