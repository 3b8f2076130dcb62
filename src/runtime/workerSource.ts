/**
 * What a worker runs: it instantiates the same module on the same memory and serves launches until it is ended. The text is carried in the library, so that
 * no bundler needs configuration; a page whose policy forbids that serves `lanegrad/worker.js`, which is this text.
 */

/** The script of a worker, for Node and for browsers; as good a classic script as a module. */
export const workerSource = `
const serve = ({ module, memory, index, count, control, wide }) => {
  const words = new Int32Array(memory.buffer);
  try {
    const { exports: kernels } = new WebAssembly.Instance(module, { env: { memory } });
    kernels.setThread(index, count);
    if (wide) kernels.setWide(1);
    kernels.work(index, count, control);
  } catch (error) {
    Atomics.store(words, control / 4 + 3, 1);
    Atomics.add(words, control / 4 + 32, 1);
    Atomics.notify(words, control / 4 + 32);
    throw error;
  }
};
const threads = globalThis.process?.getBuiltinModule?.("node:worker_threads");
if (threads) serve(threads.workerData);
else onmessage = ({ data }) => serve(data);
`;
