/** Sorting: the symbols that were read are to be written in their order, so that each step must look at all of them. */
import { rewriting } from "./rewriting.js";

/** Accuracy against length, with and without attention. */
export const sorting = rewriting({
  name: "sorting",
  title: "Sorting a sequence",
  about: "an encoder and a decoder that sort symbols, with and without attention",
  target: (read) => [...read].sort((a, b) => a - b),
});
