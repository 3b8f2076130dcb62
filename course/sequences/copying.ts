/** Copying: what was read is to be written again. The simplest task that one vector of fixed size cannot hold for long. */
import { rewriting } from "./rewriting.js";

/** Accuracy against length, with and without attention. */
export const copying = rewriting({
  name: "copying",
  title: "Copying a sequence",
  about: "an encoder and a decoder that copy symbols, with and without attention",
  target: (read) => read,
});
