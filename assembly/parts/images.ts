/** The kernels of images and other sequences of samples in space: convolution, pooling, normalisation, resizing, distortion. */
export { convolve2d, convolve2dScratchBytes } from "../conv/convolve";
export { conv2dBackwardKernel, conv2dBackwardKernelScratchBytes } from "../conv/kernelGradient";
export { conv2dPackScratchBytes, conv2dPackKernel } from "../conv/packKernel";
export { cutout } from "../image/cutout";
export { deskewField } from "../image/deskew";
export { distortionDrawCount, distortionField, distortionScratchBytes } from "../image/distortion";
export { sampleBilinear, sampleBilinearBackward } from "../image/sample";
export { averagePoolBackward, averagePoolForward } from "../pool/average";
export { bilinearBackward, bilinearForward } from "../pool/bilinear";
export { maxPoolBackward, maxPoolForward } from "../pool/max";
export { depthwiseBackwardKernel, depthwiseConvolve } from "../conv/depthwise";
export { columnFactors, columnGradientFactors, normalizeColumns } from "../norm/columns";
export { normalizeColumnsBackward, scaleGradient } from "../norm/columns";
export { blockGradientSums, blockMoments, groupGradientMeans, joinMoments, momentBlockCount } from "../norm/moments";
export { layerNormBackward, layerNormBlockCount, layerNormForward, layerNormSums } from "../norm/rows";
