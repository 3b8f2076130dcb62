/** Long work lets the event loop run now and then, so that a page stays alive and a signal arrives. */

const longestStretch = 16; // ms: one frame

let lastBreath = 0;

/** Resolves at once, or after the event loop has run when the last time is more than 16 ms ago. */
export function breathe(): Promise<void> | undefined {
  const now = performance.now();
  if (now - lastBreath < longestStretch) return undefined;
  return new Promise((resolve) => {
    nextTask(() => {
      lastBreath = performance.now();
      resolve();
    });
  });
}

/** A macrotask without the 4 ms that nested timers wait in browsers. */
function nextTask(run: () => void): void {
  if (typeof setImmediate === "function") {
    setImmediate(run);
    return;
  }
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    run();
  };
  port2.postMessage(undefined);
}
