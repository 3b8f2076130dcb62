/** Stopping at the first batch whose loss is not finite. */
import type { Callback } from "./callback.js";

/** Ends training after the batch that made the loss NaN or infinite. */
export function terminateOnNaN(): Callback {
  return {
    name: "terminateOnNaN",
    onBatchEnd(batch, { loss }, training) {
      if (!Number.isFinite(loss)) training.stop(`the loss became ${loss} in batch ${batch + 1}`);
    },
  };
}
