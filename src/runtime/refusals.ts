/**
 * What `init` says where it refuses, or goes on with less. Imported only then, so that pages do not carry it; imports
 * nothing but errors: bundlers would put whatever it shared with a page into separate files.
 */
import { UsageError, message, show } from "../errors.js";

/** Added to the reason of one thread where a given module cannot share its memory. */
export const givenWithoutThreads =
  '. Threads need the file lanegrad/wasm/relaxed-threads.wasm as module, or none: "workerUrl" alone suffices';

/** For a page whose policy does not let it compile. */
export function forbidden(): UsageError {
  const wrong =
    "the page's content-security policy forbids WebAssembly; its script-src must contain 'wasm-unsafe-eval'";
  return new UsageError(message("init", wrong));
}

/** For a second call with other options than the first. */
export function calledBefore(first: object, second: object): UsageError {
  const [expected, got] = [first, second].map((options) => {
    const given = Object.entries(options).filter(([, value]) => value !== undefined);
    return given.length === 0
      ? "no options"
      : `{ ${given.map(([name, value]) => `${name}: ${show(value)}`).join(", ")} }`;
  });
  const hint = "Call init once, before everything else; there is one runtime in a process.";
  return new UsageError(message("init", "init was called before with other options", { expected, got, hint }));
}
