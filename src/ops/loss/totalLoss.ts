/**
 * From the losses of a model's outputs and its penalties to the number that is minimised. Letters: x a term, f its
 * factor.
 */
import { ShapeError, message } from "../../errors.js";
import { addFloat32, fillFloat32 } from "../../runtime/primitives.js";
import { checkDtype, defineOp } from "../defineOp.js";

/**
 * y = Σ f·x over scalars; the attribute is a factor for each. Apart from arithmetic.ts, so that a page does not carry
 * broadcasting for one number.
 */
export const totalLossOp = defineOp<readonly number[]>({
  name: "totalLoss",
  shape(inputs) {
    for (const x of inputs) {
      checkDtype("totalLoss", "a term", x, "float32");
      if (x.rank > 0) throw new ShapeError(message("totalLoss", "a term is no scalar", { got: x.label() }));
    }
    return [{ shape: [] }];
  },
  forward({ inputs, outputs: [y], attributes }) {
    fillFloat32(y.ptr, 0, 1);
    for (const [i, x] of inputs.entries()) addFloat32(y.ptr, x.ptr, attributes[i], 1);
  },
  backward({ inputs, dOutputs: [dY], attributes, gradient }) {
    for (const i of inputs.keys()) {
      gradient(i, (dX, accumulate) => {
        if (!accumulate) fillFloat32(dX, 0, 1);
        addFloat32(dX, dY!.ptr, attributes[i], 1);
      });
    }
  },
});
