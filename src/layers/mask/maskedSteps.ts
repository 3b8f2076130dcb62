/** What a mask means to losses and metrics, for layers that make or use masks to bring along. Networks without such layers do not carry it. */
import { maskedStepsWith } from "../../ops/loss/maskedLoss.js";
import { maskTools } from "../../ops/loss/weightedMean.js";

/** What training and evaluation need where an output has a mask. */
export const maskedSteps = maskedStepsWith(maskTools);
