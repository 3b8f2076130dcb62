/**
 * Masks and weights that users give with their data. Imported only where some are given, so that other pages do not
 * load it.
 */
export { maskedStepsWith } from "../../ops/loss/maskedLoss.js";
export { maskColumns } from "./givenMasks.js";
export { classWeights, sampleWeights } from "./sampleWeights.js";
