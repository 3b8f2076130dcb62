/** Rules of the ops that move, copy, add up or resample elements: they are linear. Letters: forwardMode.ts. */
import { averagePoolOp } from "../../ops/image/averagePool.js";
import { cutoutOp } from "../../ops/image/cutout.js";
import { maxPoolOp } from "../../ops/image/maxPool.js";
import { type Pooling, geometryOf } from "../../ops/image/poolGeometry.js";
import { sampleBilinearOp } from "../../ops/image/sampleBilinear.js";
import { upsampleOp } from "../../ops/image/upsample.js";
import { totalLossOp } from "../../ops/loss/totalLoss.js";
import { weightedMeanOp } from "../../ops/loss/weightedMean.js";
import { type Order, sortOp } from "../../ops/order/sort.js";
import { cumsumOp } from "../../ops/reduce/cumulative.js";
import { meanOp, sumOp } from "../../ops/reduce/reduce.js";
import { broadcastToOp } from "../../ops/shape/broadcastTo.js";
import { concatOp } from "../../ops/shape/concat.js";
import { embeddingOp } from "../../ops/shape/embedding.js";
import { flipOp, rollOp } from "../../ops/shape/flip.js";
import { gatherRows, gatherRowsOp } from "../../ops/shape/gather.js";
import { reshape, reshapeOp } from "../../ops/shape/reshape.js";
import { padOp, sliceOp } from "../../ops/shape/slice.js";
import { transposeOp } from "../../ops/shape/transpose.js";
import { tensor } from "../../tensor/create.js";
import { sizeOf } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { Rule, AnyOp, Rules } from "../rule.js";
import { linear } from "./kinds.js";

const unchanged = [
  ...[averagePoolOp, cutoutOp, upsampleOp, totalLossOp, weightedMeanOp, cumsumOp, meanOp, sumOp, broadcastToOp],
  ...[concatOp, flipOp, rollOp, gatherRowsOp, reshapeOp, sliceOp, transposeOp],
] as readonly AnyOp[];

/** The elements of a tensor at flat positions, in the shape of y. */
function elementsAt(x: Tensor, positions: Int32Array<ArrayBuffer>, y: Tensor): Tensor {
  return gatherRows(reshape(x, [x.size]), tensor(positions, y.shape));
}

/** Sorted values move with the elements that they were. */
const sorted: Rule<Order> = ({ inputs: [x], outputs: [y, indices], tangents, attributes: { axis, k } }) => {
  const [r, inner] = [x.shape[axis], sizeOf(x.shape.slice(axis + 1))];
  const from = indices.toTypedArray() as Int32Array;
  const positions = Int32Array.from(from, (index, i) => {
    const outer = Math.floor(i / (k * inner));
    return (outer * r + index) * inner + (i % inner);
  });
  return [elementsAt(tangents[0]!, positions, y)];
};

/** A maximum moves with the element that it was: its place in the window is the op's second output, uint16. */
const pooled: Rule<Pooling> = ({ inputs: [x], outputs: [y, places], tangents, attributes }) => {
  const { h, w, c, oH, oW, kW, sH, sW, pH, pW } = geometryOf(x, attributes);
  const bytes = places.toTypedArray() as Uint8Array;
  const positions = Int32Array.from({ length: y.size }, (_, i) => {
    const place = bytes[2 * i] + 256 * bytes[2 * i + 1];
    const [channel, window] = [i % c, Math.floor(i / c)];
    const [column, row, n] = [window % oW, Math.floor(window / oW) % oH, Math.floor(window / (oW * oH))];
    const [H, W] = [row * sH - pH + Math.floor(place / kW), column * sW - pW + (place % kW)];
    return ((n * h + H) * w + W) * c + channel;
  });
  return [elementsAt(tangents[0]!, positions, y)];
};

export const shapeRules: Rules = [
  ...unchanged.map((op) => [op, linear()] as const),
  [embeddingOp, linear(() => undefined)], // lists no rows
  [padOp, linear<{ readonly value: number }>((padding) => ({ ...padding, value: 0 }))],
  [sampleBilinearOp, linear<{ readonly fill: number }>((sampling) => ({ ...sampling, fill: 0 }))],
  [sortOp, sorted],
  [maxPoolOp, pooled],
];
