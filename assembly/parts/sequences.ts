/** The kernels of attention, and of the loss by connectionist temporal classification. */
export {
  attentionBackward,
  attentionForward,
  attentionMaskBytes,
  attentionScoreBlockBytes,
  attentionScratchBytes,
} from "../attention/attention";
export { ctcBackward } from "../ctc/backward";
export { ctcForward } from "../ctc/forward";
export { ctcScratchBytes, ctcStateCount } from "../ctc/states";
