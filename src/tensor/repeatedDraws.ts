/** Random numbers drawn a second time: the state of each generator is noted when it is first drawn from. */
import { copyFloat32 } from "../runtime/primitives.js";
import { empty } from "./create.js";
import { type RandomState, watchDraws } from "./randomState.js";
import type { Tensor } from "./tensor.js";

/** Runs `fn` and notes the generators that it draws from, as they were before, in `notes`. */
export function noteDraws<T>(notes: Map<RandomState, Tensor>, fn: () => T): T {
  return watchDraws((state) => {
    if (!notes.has(state)) notes.set(state, copyOf(state.words));
  }, fn);
}

/** Runs `fn` with the generator as in a note, and puts back what it was. */
export function during<T>({ words }: RandomState, note: Tensor, fn: () => T): T {
  if (words.isDisposed) return fn(); // made and freed where it was noted, and made again
  const now = copyOf(words);
  copyFloat32(words.ptr, note.ptr, 4);
  try {
    return fn();
  } finally {
    copyFloat32(words.ptr, now.ptr, 4);
    now.dispose();
  }
}

/** A copy made by a kernel, so that it can be recorded: four words are copied as four float32, bit by bit. */
function copyOf(words: Tensor): Tensor {
  const copy = empty([4], "int32");
  copyFloat32(copy.ptr, words.ptr, 4);
  return copy;
}
