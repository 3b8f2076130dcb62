/**
 * How losses and metrics treat masked outputs, for layers that make or use masks to bring along, so that other networks
 * do not carry it.
 */
import { maskedStepsWith } from "../../ops/loss/maskedLoss.js";
import { maskTools } from "../../ops/loss/weightedMean.js";

/** What training and evaluation need when an output has a mask. */
export const maskedSteps = maskedStepsWith(maskTools);
