/** The rule of layers that take tokens, 0 … V − 1. Models check whole data sets by its V alone (models/input/columns.ts). */
import { ShapeError, message } from "../../errors.js";
import { firstOutside } from "../../ops/shape/gather.js";
import type { TokenRule } from "../sequencePart.js";

/** The rule for tokens of a vocabulary of V, which messages call inputDim. */
export function tokenRule(vocabulary: number): TokenRule {
  return {
    vocabulary,
    checkBatch(op, name, input) {
      const expected = `int32, 0 ≤ token < inputDim = ${vocabulary}`;
      if (input.dtype !== "int32") {
        throw new ShapeError(message(op, `${name} must hold tokens`, { expected, got: input.label() }));
      }
      const wrong = firstOutside(input, vocabulary);
      if (wrong === undefined) return;
      const row = Math.floor((wrong.at * input.shape[0]) / input.size);
      const text = `${name} has a token outside the vocabulary in sample ${row}`;
      throw new ShapeError(message(op, text, { expected, got: String(wrong.value) }));
    },
  };
}
