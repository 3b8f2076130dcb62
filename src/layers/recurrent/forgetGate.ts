/**
 * The initial bias of an LSTM's forget gate, which starts open. Letters: H units. Source: Jozefowicz, Zaremba &
 * Sutskever 2015.
 */
import { type Initializer, initialize } from "../../initializers/initializer.js";
import { fillFloat32 } from "../../runtime/primitives.js";

/** An initializer for biases (4H) that fills them with `initializer`, and those of the forget gate with 1. */
export function openForgetGate(initializer: Initializer, units: number): Initializer {
  return {
    config: initializer.config,
    fill(out, random) {
      initialize(out, initializer, random);
      fillFloat32(out.ptr + 4 * units, 1, units);
    },
  };
}
