/**
 * Masks and weights that users give beside their data. Imported where some are given, so that other pages load none of
 * it.
 */
export { maskedStepsWith } from "../../ops/loss/maskedLoss.js";
export { maskColumns } from "./givenMasks.js";
export { classWeights, sampleWeights } from "./sampleWeights.js";
