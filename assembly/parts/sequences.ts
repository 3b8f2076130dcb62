/** The kernels of attention. */
export { attentionBackward, attentionForward, attentionMaskBytes, attentionScratchBytes } from "../attention/attention";
