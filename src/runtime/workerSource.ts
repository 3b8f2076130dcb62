/**
 * What a worker runs: it instantiates the same module on the same memory and serves launches until it is ended. The text is carried in the library, so that
 * no bundler needs configuration; a page whose policy forbids that serves `lanegrad/worker.js`, which is this text.
 */

/** The script of a worker, for Node (evaluated as CommonJS) and for browsers (a classic script). */
export const workerSource = `
const serve = ({ module, memory, index, count, control }) => {
  const words = new Int32Array(memory.buffer);
  try {
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    exports.setThread(index, count);
    exports.work(index, count, control);
  } catch (error) {
    Atomics.store(words, control / 4 + 3, 1);
    Atomics.notify(words, control / 4 + 32);
    throw error;
  }
};
if (typeof require === "function") serve(require("node:worker_threads").workerData);
else onmessage = ({ data }) => serve(data);
`;
