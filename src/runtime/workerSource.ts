/**
 * What a worker runs: it instantiates the same parts of the kernels on the same memory and serves launches until it is
 * ended. The library carries the text, so no bundler needs configuration. A page whose policy forbids that serves
 * `lanegrad/worker.js`, which is the same text.
 */
import { controlFailed, controlPhase } from "#wasm/layouts";

/** The script of a worker, for Node and for browsers; valid both as a classic script and as a module. */
export const workerSource = `
const serve = ({ modules, memory, control, mostParts, state }) => {
  const words = new Int32Array(memory.buffer);
  try {
    const table = new WebAssembly.Table({ element: "anyfunc", initial: mostParts });
    const env = { memory, table };
    for (const name in state) env[name] = new WebAssembly.Global({ value: "i32", mutable: true }, state[name]);
    const parts = modules.map((module) => module && new WebAssembly.Instance(module, { env }).exports);
    parts.forEach((part, number) => part && number && table.set(number, part.run));
    for (const part of parts) if (part?.wideColumn) table.set(0, part.wideColumn);
    parts[0].work(state.threadIndex, state.threadCount, control);
  } catch (error) {
    Atomics.store(words, control / 4 + ${controlFailed / 4}, 1);
    Atomics.add(words, control / 4 + ${controlPhase / 4}, 1);
    Atomics.notify(words, control / 4 + ${controlPhase / 4});
    throw error;
  }
};
const threads = globalThis.process?.getBuiltinModule?.("node:worker_threads");
if (threads) serve(threads.workerData);
else onmessage = ({ data }) => serve(data);
`;
