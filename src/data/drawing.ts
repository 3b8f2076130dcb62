/**
 * Draws the samples of a data set one after the other, with pauses, so that a page stays alive while thousands are
 * drawn. Does not know what is drawn: digits.ts and the files of scenes/ do.
 */
import { breathe } from "../runtime/breathe.js";

/** What the options of drawn data sets say of the drawing itself. */
export interface DrawingOptions {
  /** Ends the drawing; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called now and then with the number of samples drawn and the total. */
  readonly onProgress?: ((drawn: number, total: number) => void) | undefined;
}

/**
 * Calls `draw` for the samples 0 … count − 1 in this order.
 *
 * @param stretch  samples between two checks of the clock
 * @throws the signal's reason when it aborts
 */
export async function drawEach(
  count: number,
  stretch: number,
  { signal, onProgress }: DrawingOptions,
  draw: (i: number) => void,
): Promise<void> {
  signal?.throwIfAborted();
  for (let i = 0; i < count; i++) {
    draw(i);
    if ((i + 1) % stretch !== 0) continue;
    const pause = breathe();
    if (pause === undefined) continue;
    onProgress?.(i + 1, count);
    await pause;
    signal?.throwIfAborted();
  }
  onProgress?.(count, count);
}
