/**
 * A transform of asc's for the parts of the kernels: each has its static data in 4096 bytes of its own, from asc's
 * memoryBase on (assembly/module.ts). asc takes memoryBase as a sign that low memory is in use, and no longer folds
 * sums into the offsets of loads; the first 1024 bytes are free all the same.
 */
export const staticBytes = 4096;

export default class {
  afterCompile(module) {
    this.binaryen.setLowMemoryUnused(true);
    const parts = Array.from({ length: module.getNumDataSegments() }, (_, i) => {
      const { offset, data } = module.getDataSegmentInfo(module.getDataSegmentByIndex(i));
      return [offset, offset + data.byteLength - 1].map((at) => Math.floor(at / staticBytes));
    });
    if (new Set(parts.flat()).size > 1) throw new Error(`static data of more than ${staticBytes} bytes`);
  }
}
