/** Lets the event loop run now and then during long work, so that a page stays responsive and signals arrive. */

const longestStretch = 16; // ms: one frame

let lastBreath = 0;

/** Resolves after the event loop has run if the last time is more than 16 ms ago; else returns undefined at once. */
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

/** Schedules a macrotask without the 4 ms that browsers delay nested timers. */
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
